//! Statistics of channels, runs and machines.

mod channel;
mod robot;
mod run;
mod slope;
mod statistic;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use channel::{channel_stats, compute_stats};
pub use robot::{
    Bias, BiasSource, ContactSource, Duty, Forming, Layer, RobotState, RobotStats, Slope,
};
pub use run::{robot_stats, run_stats, sparkline};
pub use slope::slope_per_day;
pub use statistic::{
    CHANNEL_STATISTICS, ChannelStatistic, ChannelStats, Slot, StatisticUnit, Value,
};

/// Statistics of one run, under the reference reader's keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunStats {
    /// The table's columns, `time` first.
    pub available_channels: Vec<String>,
    /// Time of the first sample (UTC text).
    pub start_time: String,
    /// Time of the last sample (UTC text).
    pub stop_time: String,
    /// Per robot: the length of its path in mm; absent when an axis is missing.
    pub total_distance_mm: BTreeMap<String, f64>,
    /// `stop_time − start_time` in seconds.
    pub total_runtime_seconds: f64,
}

impl RunStats {
    /// Those of a failed run: every key has its type, so that a reader that prints each run's
    /// statistics needs no special case.
    pub fn of_no_rows() -> Self {
        Self {
            available_channels: vec!["time".to_owned()],
            start_time: String::new(),
            stop_time: String::new(),
            total_distance_mm: BTreeMap::new(),
            total_runtime_seconds: 0.0,
        }
    }
}

/// One channel of a run reduced to a few dozen values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sparkline {
    /// Which column.
    pub channel: String,
    /// The sample of largest magnitude in each of equal spans of the run; `null`
    /// where a span has no sample.
    pub values: Vec<Option<f64>>,
}
