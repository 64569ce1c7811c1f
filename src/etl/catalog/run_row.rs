//! A run as lists hold it. They hold some hundred thousand at once, so that it takes as little room
//! as it can: what the runs of one log share is there once, and what few runs have is elsewhere.

use std::{borrow::Cow, collections::HashSet, fmt, sync::Arc};

use super::{Distances, RobotStates, picture::Picture};
use crate::{
    lake::{Disposition, layout::run_file_name},
    quality::Verdict,
    run_id::RunId,
};

/// One run of one log, as lists show it; [`RunFields`] says what its values mean.
#[derive(Clone)]
pub struct RunRow {
    /// The run.
    pub run: RunId,
    /// The length of each robot's path.
    pub distance_mm: Distances,
    /// What each robot did.
    pub states: RobotStates,
    /// Rows of the table.
    pub rows: u64,
    /// Kept samples.
    pub samples: u64,
    /// Rows of the table without a null.
    pub complete_rows: u64,
    /// Columns of the table without `time`.
    pub channels: u32,
    /// Number of flags.
    pub flags: u32,
    /// The worst of its flags.
    pub verdict: Verdict,
    /// What its notes say of it last.
    pub disposition: Option<Disposition>,
    /// A small picture of the run.
    pub picture: Picture,
    file: File,
    /// [`NEVER`]: none.
    start_us: i64,
    /// [`NEVER`]: none.
    stop_us: i64,
    /// NaN: none.
    runtime_s: f64,
    shared: Arc<Shared>,
    rare: Option<Box<Rare>>,
}

/// No time.
const NEVER: i64 = i64::MIN;

/// What the runs of a log nearly always have in common.
#[derive(Debug, PartialEq)]
struct Shared {
    log_key: Box<str>,
    cell_id: Option<Arc<str>>,
    spark_channel: Option<Arc<str>>,
    /// That in the names of their tables.
    fingerprint: Option<u64>,
}

/// What few runs have.
#[derive(Debug, Clone, Default)]
struct Rare {
    error: Option<Box<str>>,
    note: Option<Box<str>>,
    also_in: Vec<String>,
    file_name: Option<Box<str>>,
}

/// How the table of a run is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
    /// There is none.
    None,
    /// As [`run_file_name`] has it.
    Usual,
    /// See [`Rare`].
    Other,
}

/// The values of a [`RunRow`], as they are written and read.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFields<'a> {
    /// The log's key.
    pub log_key: &'a str,
    /// The run.
    pub run: RunId,
    /// Its cell.
    pub cell_id: Option<&'a str>,
    /// Why it failed.
    pub error: Option<&'a str>,
    /// First sample, in microseconds since 1970; `None` when it failed, as are the following.
    pub start_us: Option<i64>,
    /// Last sample.
    pub stop_us: Option<i64>,
    /// In seconds.
    pub runtime_s: Option<f64>,
    /// The length of each robot's path.
    pub distance_mm: Distances,
    /// Rows of the table.
    pub rows: u64,
    /// Kept samples.
    pub samples: u64,
    /// Rows of the table without a null.
    pub complete_rows: u64,
    /// Columns of the table without `time`.
    pub channels: u32,
    /// The worst of its flags.
    pub verdict: Verdict,
    /// Number of flags.
    pub flags: u32,
    /// Other logs in which this run stands too.
    pub also_in: &'a [String],
    /// Its table beside the log's record.
    pub file_name: Option<Cow<'a, str>>,
    /// The channel of its picture.
    pub spark_channel: Option<&'a str>,
    /// A small picture of the run.
    pub picture: Picture,
    /// What its notes say of it last.
    pub disposition: Option<Disposition>,
    /// The text of its last note that has one.
    pub note: Option<&'a str>,
    /// What each robot did.
    pub states: RobotStates,
}

impl<'a> RunFields<'a> {
    /// A run of which nothing else is known.
    pub fn new(log_key: &'a str, run: RunId) -> Self {
        Self {
            log_key,
            run,
            cell_id: None,
            error: None,
            start_us: None,
            stop_us: None,
            runtime_s: None,
            distance_mm: Distances::default(),
            rows: 0,
            samples: 0,
            complete_rows: 0,
            channels: 0,
            verdict: Verdict::NotEvaluated,
            flags: 0,
            also_in: &[],
            file_name: None,
            spark_channel: None,
            picture: Picture::default(),
            disposition: None,
            note: None,
            states: RobotStates::default(),
        }
    }
}

/// Makes the rows of one list, which share what they have in common.
#[derive(Default)]
pub(super) struct RunRows {
    /// Cells and channels: there are few.
    names: HashSet<Arc<str>>,
    /// That of the run before.
    last: Option<Arc<Shared>>,
}

impl RunRows {
    /// A row; runs of the same log come after each other.
    pub(super) fn row(&mut self, fields: RunFields<'_>) -> RunRow {
        let name = fields.file_name.as_deref();
        let fingerprint = name.and_then(|name| fingerprint_of(name, fields.run));
        let file = match (name, fingerprint) {
            (None, _) => File::None,
            (Some(_), Some(_)) => File::Usual,
            (Some(_), None) => File::Other,
        };
        let rare = Rare {
            error: fields.error.map(Into::into),
            note: fields.note.map(Into::into),
            also_in: fields.also_in.to_vec(),
            file_name: name.filter(|_| file == File::Other).map(Into::into),
        };
        RunRow {
            run: fields.run,
            shared: self.shared(&fields, fingerprint),
            rare: (!rare.is_empty()).then(|| Box::new(rare)),
            file,
            start_us: fields.start_us.unwrap_or(NEVER),
            stop_us: fields.stop_us.unwrap_or(NEVER),
            runtime_s: fields.runtime_s.unwrap_or(f64::NAN),
            distance_mm: fields.distance_mm,
            rows: fields.rows,
            samples: fields.samples,
            complete_rows: fields.complete_rows,
            channels: fields.channels,
            flags: fields.flags,
            verdict: fields.verdict,
            disposition: fields.disposition,
            picture: fields.picture,
            states: fields.states,
        }
    }

    fn shared(&mut self, fields: &RunFields<'_>, fingerprint: Option<u64>) -> Arc<Shared> {
        let last = self.last.as_ref().filter(|last| {
            *last.log_key == *fields.log_key
                && last.cell_id.as_deref() == fields.cell_id
                && last.spark_channel.as_deref() == fields.spark_channel
                && (fingerprint.is_none() || last.fingerprint == fingerprint)
        });
        if let Some(last) = last {
            return last.clone();
        }
        let shared = Arc::new(Shared {
            log_key: fields.log_key.into(),
            cell_id: fields.cell_id.map(|name| self.name(name)),
            spark_channel: fields.spark_channel.map(|name| self.name(name)),
            fingerprint,
        });
        self.last = Some(shared.clone());
        shared
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.names.insert(name.clone());
        name
    }
}

/// The fingerprint in the name of a run's table, where that is named as [`usual_name`] says.
fn fingerprint_of(name: &str, run: RunId) -> Option<u64> {
    let fingerprint = name.strip_suffix(".parquet")?.rsplit_once('.')?.1;
    let fingerprint = u64::from_str_radix(fingerprint, 16).ok()?;
    (usual_name(run, fingerprint) == name).then_some(fingerprint)
}

/// The name of a run's table.
fn usual_name(run: RunId, fingerprint: u64) -> String {
    run_file_name(run, &format!("{fingerprint:016x}"))
}

impl Rare {
    fn is_empty(&self) -> bool {
        let Self {
            error,
            note,
            also_in,
            file_name,
        } = self;
        error.is_none() && note.is_none() && also_in.is_empty() && file_name.is_none()
    }
}

impl RunRow {
    /// The log's key.
    pub fn log_key(&self) -> &str {
        &self.shared.log_key
    }

    /// Its cell.
    pub fn cell_id(&self) -> Option<&str> {
        self.shared.cell_id.as_deref()
    }

    /// Why it failed.
    pub fn error(&self) -> Option<&str> {
        self.rare.as_ref()?.error.as_deref()
    }

    /// First sample, in microseconds since 1970; `None` when it failed.
    pub fn start_us(&self) -> Option<i64> {
        Some(self.start_us).filter(|us| *us != NEVER)
    }

    /// Last sample, in microseconds since 1970; `None` when it failed.
    pub fn stop_us(&self) -> Option<i64> {
        Some(self.stop_us).filter(|us| *us != NEVER)
    }

    /// In seconds; `None` when it failed.
    pub fn runtime_s(&self) -> Option<f64> {
        Some(self.runtime_s).filter(|seconds| !seconds.is_nan())
    }

    /// Other logs in which this run stands too.
    pub fn also_in(&self) -> &[String] {
        self.rare.as_ref().map_or(&[], |rare| &rare.also_in)
    }

    pub(super) fn set_also_in(&mut self, logs: Vec<String>) {
        if !logs.is_empty() || self.rare.is_some() {
            self.rare.get_or_insert_default().also_in = logs;
        }
    }

    /// Its table beside the log's record.
    pub fn file_name(&self) -> Option<Cow<'_, str>> {
        match self.file {
            File::None => None,
            File::Usual => {
                let fingerprint = self.shared.fingerprint?;
                Some(usual_name(self.run, fingerprint).into())
            }
            File::Other => Some(self.rare.as_ref()?.file_name.as_deref()?.into()),
        }
    }

    /// The channel of its picture.
    pub fn spark_channel(&self) -> Option<&str> {
        self.shared.spark_channel.as_deref()
    }

    /// The text of its last note that has one.
    pub fn note(&self) -> Option<&str> {
        self.rare.as_ref()?.note.as_deref()
    }

    /// Gives it other values.
    pub fn change(&mut self, change: impl FnOnce(&mut RunFields<'_>)) {
        let mut fields = self.fields();
        change(&mut fields);
        *self = fields.into();
    }

    /// All its values.
    pub fn fields(&self) -> RunFields<'_> {
        RunFields {
            log_key: self.log_key(),
            run: self.run,
            cell_id: self.cell_id(),
            error: self.error(),
            start_us: self.start_us(),
            stop_us: self.stop_us(),
            runtime_s: self.runtime_s(),
            distance_mm: self.distance_mm.clone(),
            rows: self.rows,
            samples: self.samples,
            complete_rows: self.complete_rows,
            channels: self.channels,
            verdict: self.verdict,
            flags: self.flags,
            also_in: self.also_in(),
            file_name: self.file_name(),
            spark_channel: self.spark_channel(),
            picture: self.picture,
            disposition: self.disposition,
            note: self.note(),
            states: self.states.clone(),
        }
    }
}

impl From<RunFields<'_>> for RunRow {
    fn from(fields: RunFields<'_>) -> Self {
        RunRows::default().row(fields)
    }
}

impl PartialEq for RunRow {
    fn eq(&self, other: &Self) -> bool {
        self.fields() == other.fields()
    }
}

impl fmt::Debug for RunRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::RobotState;

    fn text() -> impl Strategy<Value = Option<String>> {
        prop::option::of(prop_oneof!["[a-c]{0,2}", any::<String>()])
    }

    /// Names of tables as this and other programs write them.
    fn file_name(run: RunId) -> impl Strategy<Value = Option<String>> {
        let usual = "[0-9a-f]{16}".prop_map(move |print| run_file_name(run, &print));
        let near = prop_oneof![
            Just(run_file_name(RunId(run.0 ^ 1), "4f1c000000009e02")),
            Just(run_file_name(run, "a.b")),
            Just(run_file_name(run, "")),
            Just("run.parquet".to_owned()),
        ];
        prop::option::of(prop_oneof![usual, near, any::<String>()])
    }

    prop_compose! {
        fn figures()(
            times in prop::array::uniform2(prop::option::of(-9_i64..9)),
            runtime in prop::option::of(-1e9..1e9_f64),
            counts in prop::array::uniform3(any::<u64>()),
            small in prop::array::uniform2(any::<u32>()),
            distances in prop::collection::btree_map("[a-z0-9]{0,2}", -1e9..1e9_f64, 0..5),
            states in prop::collection::btree_map("[a-z0-9]{0,2}", 0..4_usize, 0..20),
            disposition in prop::option::of(0..Disposition::ALL.len()),
            verdict in 0..Verdict::ALL.len(),
            values in prop::collection::vec(prop::option::of(-9.0..9.0), 0..50),
        ) -> RunFields<'static> {
            RunFields {
                start_us: times[0],
                stop_us: times[1],
                runtime_s: runtime,
                rows: counts[0],
                samples: counts[1],
                complete_rows: counts[2],
                channels: small[0],
                flags: small[1],
                distance_mm: distances.into(),
                states: states.into_iter().map(|(robot, s)| (robot, RobotState::ALL[s])).collect(),
                disposition: disposition.map(|n| Disposition::ALL[n]),
                verdict: Verdict::ALL[verdict],
                picture: Picture::of(&values),
                ..RunFields::new("", RunId(0))
            }
        }
    }

    prop_compose! {
        fn texts()(run in 0..4_u128)(
            run in Just(RunId(run)),
            key in "[a-c]{0,2}",
            texts in prop::array::uniform4(text()),
            also_in in prop::collection::vec(any::<String>(), 0..3),
            file_name in file_name(RunId(run)),
        ) -> (RunId, String, [Option<String>; 4], Vec<String>, Option<String>) {
            (run, key, texts, also_in, file_name)
        }
    }

    proptest! {
        /// Whatever runs come after each other, each row has its own values.
        #[test]
        fn a_row_has_the_values_that_it_is_made_of(
            all in prop::collection::vec((figures(), texts()), 1..8)
        ) {
            let fields = all.iter().map(|(figures, (run, key, texts, also_in, file_name))| RunFields {
                log_key: key,
                run: *run,
                cell_id: texts[0].as_deref(),
                error: texts[1].as_deref(),
                note: texts[2].as_deref(),
                spark_channel: texts[3].as_deref(),
                also_in,
                file_name: file_name.as_deref().map(Into::into),
                ..figures.clone()
            });
            let fields: Vec<_> = fields.collect();
            let mut list = RunRows::default();
            let rows: Vec<RunRow> = fields.iter().map(|fields| list.row(fields.clone())).collect();
            for (row, fields) in rows.iter().zip(&fields) {
                prop_assert_eq!(&row.fields(), fields);
                prop_assert_eq!(&RunRow::from(fields.clone()), row);
            }
        }
    }

    #[test]
    fn a_row_takes_little_room_and_shares_what_its_log_has() {
        assert!(size_of::<RunRow>() <= 160, "{} bytes", size_of::<RunRow>());
        let mut list = RunRows::default();
        let of = |n: u128| RunFields {
            cell_id: Some("10"),
            spark_channel: Some("fz_1"),
            file_name: Some(run_file_name(RunId(n), "4f1c000000009e02").into()),
            ..RunFields::new("cell-10/a", RunId(n))
        };
        let (one, two) = (list.row(of(1)), list.row(of(2)));
        assert!(Arc::ptr_eq(&one.shared, &two.shared));
        assert!(one.rare.is_none() && two.rare.is_none());
    }
}
