//! Statistics of channels, runs and machines.

mod channel;
mod run;
mod slope;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use channel::{channel_stats, compute_stats};
pub use run::{robot_stats, run_stats, sparkline};
pub use slope::slope_per_day;

/// Statistics of one column of a run's table over its samples, never over held cells.
/// Percentiles interpolate linearly. `null` where there are too few samples.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ChannelStats {
    /// Number of samples.
    pub count: u64,
    /// Time of the first sample (UTC text).
    pub first_time: Option<String>,
    /// Time of the last sample (UTC text).
    pub last_time: Option<String>,
    /// 1 ÷ median interval.
    pub rate_hz: Option<f64>,
    /// Median of the intervals between samples, in seconds.
    pub interval_median_s: Option<f64>,
    /// 95th percentile of the intervals, in seconds.
    pub interval_p95_s: Option<f64>,
    /// 99th percentile of the intervals, in seconds.
    pub interval_p99_s: Option<f64>,
    /// Longest interval, in seconds.
    pub interval_max_s: Option<f64>,
    /// Smallest value, in `unit`, as are the following.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Standard deviation with n − 1.
    pub std: Option<f64>,
    /// Root of the mean square.
    pub rms: Option<f64>,
    /// 1st percentile.
    pub p1: Option<f64>,
    /// 50th percentile.
    pub median: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// 99.9th percentile, which one bad sample among thousands does not move; `max` is the
    /// maximum. Absent from records of version 1.
    pub peak: Option<f64>,
    /// `max − min`.
    pub peak_to_peak: Option<f64>,
    /// Held cells ÷ non-null cells of the table's column.
    pub fill_share: Option<f64>,
    /// The unit of the values.
    pub unit: String,
}

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

/// What one run says of one robot. `null` where the run lacks the channels. `peak` is the
/// 99.9th percentile and `max` the maximum. The aliases are the keys of records of version 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RobotStats {
    /// Length of the robot's path in mm.
    pub distance_mm: Option<f64>,
    /// 99.9th percentile of speed in mm/s.
    #[serde(alias = "top_speed_p999")]
    pub speed_peak: Option<f64>,
    /// Maximum of speed in mm/s.
    #[serde(alias = "top_speed_max")]
    pub speed_max: Option<f64>,
    /// 99.9th percentile of the magnitude of force in N.
    #[serde(alias = "peak_force_p999")]
    pub force_peak: Option<f64>,
    /// Maximum of the magnitude of force in N.
    #[serde(alias = "peak_force_max")]
    pub force_max: Option<f64>,
    /// Mean magnitude of force in N.
    #[serde(alias = "mean_force")]
    pub force_mean: Option<f64>,
    /// Samples behind `force_mean`: its weight over runs.
    pub force_samples: u64,
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
