//! A run as lists hold it. They hold some hundred thousand at once, so that it takes as little room
//! as it can: what the runs of one log share is there once, what follows from other values is not
//! there, and what few runs have is elsewhere.

mod build;
mod fields;

use std::{borrow::Cow, fmt, sync::Arc};

pub(super) use build::RunRows;
pub use build::align_robots;
pub use fields::RunFields;

use super::{
    Distances, RobotStates,
    per_robot::{Few, Packed},
    picture::Picture,
};
use crate::{
    lake::{Disposition, layout::run_file_name},
    quality::Verdict,
    run_id::RunId,
    stats::RobotState,
};

/// One run of one log, as lists show it; [`RunFields`] says what its values mean.
#[derive(Clone)]
pub struct RunRow {
    /// The run.
    pub run: RunId,
    /// A small picture of the run.
    pub picture: Picture,
    /// [`NEVER`]: none.
    start_us: i64,
    /// [`NEVER`]: none.
    stop_us: i64,
    shared: Arc<Shared>,
    rare: Option<Box<Rare>>,
    /// Those of few robots; of more, see [`Rare`].
    distances: Few<f64>,
    /// Unless they are in [`Rare`].
    counts: Counts<u32, u16>,
    /// Those of few robots; of more, see [`Rare`].
    states: Few<RobotState>,
    runtime: Runtime,
    /// The worst of its flags.
    pub verdict: Verdict,
    /// What its notes say of it last.
    pub disposition: Option<Disposition>,
    file: File,
}

/// No time.
const NEVER: i64 = i64::MIN;

/// What the runs of a log nearly always have in common.
#[derive(Debug, PartialEq)]
struct Shared {
    log_key: Box<str>,
    names: Arc<Names>,
    /// That in the names of their tables; of no meaning where no table is [`File::Usual`].
    fingerprint: u64,
}

/// What the runs of many logs have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Names {
    cell_id: Option<Box<str>>,
    spark_channel: Option<Box<str>>,
    /// The robots that [`RunRow::distance_mm`] has, and those of [`RunRow::states`].
    distance_robots: Arc<Vec<String>>,
    state_robots: Arc<Vec<String>>,
}

/// What few runs have.
#[derive(Debug, Clone, Default)]
struct Rare {
    error: Option<Box<str>>,
    note: Option<Box<str>>,
    also_in: Vec<String>,
    file_name: Option<Box<str>>,
    /// Where it is not what passes from start to stop.
    runtime_s: Option<f64>,
    /// Where one of them is too large.
    counts: Option<Box<Counts<u64, u32>>>,
    /// Of many robots.
    distances: Option<Packed<f64>>,
    /// Of many robots.
    states: Option<Packed<RobotState>>,
}

/// Numbers of a run.
#[derive(Debug, Clone, Copy, Default)]
struct Counts<N, S> {
    rows: N,
    samples: N,
    complete_rows: N,
    channels: S,
    flags: S,
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

/// How long a run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runtime {
    /// It is unknown.
    None,
    /// What passes from its start to its stop, as harvests have it.
    OfTimes,
    /// See [`Rare`].
    Other,
}

/// What passes from start to stop, in seconds.
fn runtime_s(start_us: i64, stop_us: i64) -> f64 {
    stop_us.wrapping_sub(start_us) as f64 / 1e6
}

/// The name of a run's table.
fn usual_name(run: RunId, fingerprint: u64) -> String {
    run_file_name(run, &format!("{fingerprint:016x}"))
}

impl RunRow {
    /// The log's key.
    pub fn log_key(&self) -> &str {
        &self.shared.log_key
    }

    /// Its cell.
    pub fn cell_id(&self) -> Option<&str> {
        self.shared.names.cell_id.as_deref()
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
        match self.runtime {
            Runtime::None => None,
            Runtime::OfTimes => Some(runtime_s(self.start_us, self.stop_us)),
            Runtime::Other => self.rare.as_ref()?.runtime_s,
        }
    }

    fn counts(&self) -> Counts<u64, u32> {
        let large = self.rare.as_ref().and_then(|rare| rare.counts.as_deref());
        large.copied().unwrap_or(Counts {
            rows: self.counts.rows.into(),
            samples: self.counts.samples.into(),
            complete_rows: self.counts.complete_rows.into(),
            channels: self.counts.channels.into(),
            flags: self.counts.flags.into(),
        })
    }

    /// Rows of the table.
    pub fn rows(&self) -> u64 {
        self.counts().rows
    }

    /// Kept samples.
    pub fn samples(&self) -> u64 {
        self.counts().samples
    }

    /// Rows of the table without a null.
    pub fn complete_rows(&self) -> u64 {
        self.counts().complete_rows
    }

    /// Columns of the table without `time`.
    pub fn channels(&self) -> u32 {
        self.counts().channels
    }

    /// Number of flags.
    pub fn flags(&self) -> u32 {
        self.counts().flags
    }

    /// The robots of the list that a distance can be of, in order.
    pub fn distance_robots(&self) -> &[String] {
        &self.shared.names.distance_robots
    }

    /// The robots of the list that a state can be of, in order.
    pub fn state_robots(&self) -> &[String] {
        &self.shared.names.state_robots
    }

    /// The length of each robot's path.
    pub fn distance_mm(&self) -> Distances {
        let robots = &self.shared.names.distance_robots;
        match self.rare.as_ref().and_then(|rare| rare.distances.as_ref()) {
            Some(many) => Distances::of_packed(robots, many),
            None => Distances::of_few(robots, &self.distances),
        }
    }

    /// What each robot did.
    pub fn states(&self) -> RobotStates {
        let robots = &self.shared.names.state_robots;
        match self.rare.as_ref().and_then(|rare| rare.states.as_ref()) {
            Some(many) => RobotStates::of_packed(robots, many),
            None => RobotStates::of_few(robots, &self.states),
        }
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
            File::Usual => Some(usual_name(self.run, self.shared.fingerprint).into()),
            File::Other => Some(self.rare.as_ref()?.file_name.as_deref()?.into()),
        }
    }

    /// The channel of its picture.
    pub fn spark_channel(&self) -> Option<&str> {
        self.shared.names.spark_channel.as_deref()
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
            distance_mm: self.distance_mm(),
            rows: self.rows(),
            samples: self.samples(),
            complete_rows: self.complete_rows(),
            channels: self.channels(),
            verdict: self.verdict,
            flags: self.flags(),
            also_in: self.also_in(),
            file_name: self.file_name(),
            spark_channel: self.spark_channel(),
            picture: self.picture,
            disposition: self.disposition,
            note: self.note(),
            states: self.states(),
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
mod tests;
