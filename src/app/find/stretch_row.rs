//! One stretch of the list.

use std::sync::Arc;

use crate::etl::{
    filter::{Filtered, Kind, RowField, Unit, Value, contains},
    find::Stretch,
    run_id::RunId,
};

/// A stretch of a run in which the condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct StretchRow {
    /// Of which run.
    pub of: Arc<StretchOf>,
    /// Its first row, in microseconds.
    pub start_us: i64,
    /// The first row after it, or the last of the run.
    pub stop_us: i64,
    /// Of the first channel of the condition, in its unit.
    pub extreme: Option<f64>,
}

/// What the stretches of a run share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StretchOf {
    /// The log.
    pub log_key: String,
    /// The run.
    pub run: RunId,
    /// Its cell.
    pub cell_id: Option<String>,
    /// What the column of extremes is called: `min fz_1 N`.
    pub heading: Arc<str>,
}

impl StretchRow {
    /// A stretch of a run.
    pub fn new(of: &Arc<StretchOf>, stretch: &Stretch) -> Self {
        Self {
            of: of.clone(),
            start_us: stretch.start_us,
            stop_us: stretch.stop_us,
            extreme: stretch.extreme(),
        }
    }

    /// By start, then log, then run, as `find` prints them.
    pub fn place(&self) -> (i64, &str, RunId) {
        (self.start_us, &self.of.log_key, self.of.run)
    }

    /// Seconds from its start to its stop.
    pub fn seconds(&self) -> f64 {
        self.stop_us.saturating_sub(self.start_us) as f64 / 1e6
    }
}

impl Filtered for StretchRow {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(&["run", "run_uuid"], Kind::Id, |r| Value::Id(r.of.run)),
        RowField::new(&["log"], Kind::Text, |r| Value::text(Some(&r.of.log_key))),
        RowField::new(&["cell", "cell_id"], Kind::Name, |r| {
            Value::text(r.of.cell_id.as_deref())
        }),
        RowField::new(&["start", "start_time"], Kind::Time, |r| {
            Value::Time(r.start_us)
        }),
        RowField::new(&["stop", "stop_time"], Kind::Time, |r| {
            Value::Time(r.stop_us)
        }),
        RowField::new(&["length", "seconds"], Kind::Number(Unit::Seconds), |r| {
            Value::number(Some(r.seconds()))
        }),
        RowField::new(&["extreme"], Kind::Number(Unit::Plain), |r| {
            Value::number(r.extreme)
        }),
        RowField::new(&["since"], Kind::Since, |r| Value::Time(r.stop_us)),
        RowField::new(&["until"], Kind::Until, |r| Value::Time(r.start_us)),
    ];

    fn contains(&self, text: &str) -> bool {
        contains(&self.of.log_key, text) || self.of.run.matches(text)
    }
}
