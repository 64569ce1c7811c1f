//! The values of a run of a list, one by one.

use std::borrow::Cow;

use crate::{
    catalog::{Distances, Picture, RobotStates},
    lake::Disposition,
    quality::Verdict,
    run_id::RunId,
};

/// The values of a [`super::RunRow`], as they are written and read.
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
