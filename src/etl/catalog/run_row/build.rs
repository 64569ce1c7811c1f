//! Makes runs of lists from their values.

use std::{collections::HashSet, sync::Arc};

use super::{
    Counts, File, NEVER, Names, Rare, RunFields, RunRow, Runtime, Shared, runtime_s, usual_name,
};
use crate::{natural_order::compare_names, run_id::RunId};

/// Makes the rows of one list, which share what they have in common.
#[derive(Default)]
pub(in crate::catalog) struct RunRows {
    /// There are few.
    names: HashSet<Arc<Names>>,
    /// That of the run before.
    last: Option<Arc<Shared>>,
}

impl RunRows {
    /// A row; runs of the same log come after each other.
    pub(in crate::catalog) fn row(&mut self, fields: RunFields<'_>) -> RunRow {
        let name = fields.file_name.as_deref();
        let fingerprint = name.and_then(|name| fingerprint_of(name, fields.run));
        let file = match (name, fingerprint) {
            (None, _) => File::None,
            (Some(_), Some(_)) => File::Usual,
            (Some(_), None) => File::Other,
        };
        let shared = self.shared(&fields, fingerprint);
        let start_us = fields.start_us.unwrap_or(NEVER);
        let stop_us = fields.stop_us.unwrap_or(NEVER);
        let of_times = runtime_s(start_us, stop_us).to_bits();
        let runtime = match fields.runtime_s {
            None => Runtime::None,
            Some(seconds) if seconds.is_nan() => Runtime::None,
            Some(seconds) if seconds.to_bits() == of_times => Runtime::OfTimes,
            Some(_) => Runtime::Other,
        };
        let counts = Counts {
            rows: fields.rows,
            samples: fields.samples,
            complete_rows: fields.complete_rows,
            channels: fields.channels,
            flags: fields.flags,
        };
        let few_counts = counts.few();
        let few_distances = fields.distance_mm.few();
        let few_states = fields.states.few();
        let rare = Rare {
            error: fields.error.map(Into::into),
            note: fields.note.map(Into::into),
            also_in: fields.also_in.to_vec(),
            file_name: name.filter(|_| file == File::Other).map(Into::into),
            runtime_s: fields.runtime_s.filter(|_| runtime == Runtime::Other),
            counts: few_counts.is_none().then(|| Box::new(counts)),
            distances: few_distances
                .is_none()
                .then(|| fields.distance_mm.to_packed()),
            states: few_states.is_none().then(|| fields.states.to_packed()),
        };
        RunRow {
            run: fields.run,
            picture: fields.picture,
            start_us,
            stop_us,
            shared,
            rare: (!rare.is_empty()).then(|| Box::new(rare)),
            distances: few_distances.unwrap_or_default(),
            counts: few_counts.unwrap_or_default(),
            states: few_states.unwrap_or_default(),
            runtime,
            verdict: fields.verdict,
            disposition: fields.disposition,
            file,
        }
    }

    fn shared(&mut self, fields: &RunFields<'_>, fingerprint: Option<u64>) -> Arc<Shared> {
        let last = self.last.as_ref().filter(|last| {
            *last.log_key == *fields.log_key
                && last.names.are_of(fields)
                && fingerprint.is_none_or(|print| print == last.fingerprint)
        });
        if let Some(last) = last {
            return last.clone();
        }
        let shared = Arc::new(Shared {
            log_key: fields.log_key.into(),
            names: self.names(fields),
            fingerprint: fingerprint.unwrap_or_default(),
        });
        self.last = Some(shared.clone());
        shared
    }

    fn names(&mut self, fields: &RunFields<'_>) -> Arc<Names> {
        let last = self.last.as_ref().map(|last| &last.names);
        if let Some(last) = last.filter(|last| last.are_of(fields)) {
            return last.clone();
        }
        let names = Names {
            cell_id: fields.cell_id.map(Into::into),
            spark_channel: fields.spark_channel.map(Into::into),
            distance_robots: fields.distance_mm.shared_robots().clone(),
            state_robots: fields.states.shared_robots().clone(),
        };
        if let Some(known) = self.names.get(&names) {
            return known.clone();
        }
        let names = Arc::new(names);
        self.names.insert(names.clone());
        names
    }
}

impl Names {
    fn are_of(&self, fields: &RunFields<'_>) -> bool {
        // Arcs that are one are equal at a glance.
        self.cell_id.as_deref() == fields.cell_id
            && self.spark_channel.as_deref() == fields.spark_channel
            && self.distance_robots == *fields.distance_mm.shared_robots()
            && self.state_robots == *fields.states.shared_robots()
    }
}

impl Counts<u64, u32> {
    /// The same, if none is too large.
    fn few(&self) -> Option<Counts<u32, u16>> {
        Some(Counts {
            rows: self.rows.try_into().ok()?,
            samples: self.samples.try_into().ok()?,
            complete_rows: self.complete_rows.try_into().ok()?,
            channels: self.channels.try_into().ok()?,
            flags: self.flags.try_into().ok()?,
        })
    }
}

/// The fingerprint in the name of a run's table, where that is named as [`usual_name`] says.
fn fingerprint_of(name: &str, run: RunId) -> Option<u64> {
    let fingerprint = name.strip_suffix(".parquet")?.rsplit_once('.')?.1;
    let fingerprint = u64::from_str_radix(fingerprint, 16).ok()?;
    (usual_name(run, fingerprint) == name).then_some(fingerprint)
}

impl Rare {
    fn is_empty(&self) -> bool {
        let Self {
            error,
            note,
            also_in,
            file_name,
            runtime_s,
            counts,
            distances,
            states,
        } = self;
        let no_text = error.is_none() && note.is_none() && file_name.is_none();
        let no_number = runtime_s.is_none() && counts.is_none();
        no_text && no_number && also_in.is_empty() && distances.is_none() && states.is_none()
    }
}

/// Gives every run of a list the robots of all.
pub fn align_robots(rows: &mut [RunRow]) {
    let distance_robots = all_robots(rows, |names| &names.distance_robots);
    let state_robots = all_robots(rows, |names| &names.state_robots);
    let mut list = RunRows::default();
    for row in rows {
        let names = &row.shared.names;
        if names.distance_robots == distance_robots && names.state_robots == state_robots {
            continue;
        }
        let fields = row.fields();
        let aligned = list.row(RunFields {
            distance_mm: fields.distance_mm.aligned(&distance_robots),
            states: fields.states.aligned(&state_robots),
            ..fields
        });
        *row = aligned;
    }
}

/// The robots that any of `rows` has, in order.
fn all_robots(rows: &[RunRow], of: impl Fn(&Names) -> &Arc<Vec<String>>) -> Arc<Vec<String>> {
    let mut robots: Arc<Vec<String>> = Arc::default();
    for row in rows {
        let own = of(&row.shared.names);
        // Nearly every run has the robots of the run before it.
        if !Arc::ptr_eq(own, &robots) && own.iter().any(|robot| !robots.contains(robot)) {
            let mut both: Vec<String> = robots.iter().chain(own.iter()).cloned().collect();
            both.sort_by(|a, b| compare_names(a, b));
            both.dedup();
            robots = both.into();
        }
    }
    robots
}
