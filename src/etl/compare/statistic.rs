//! The statistics of a channel that are worth holding against another run's.

use crate::stats::ChannelStats;

/// One of section 5's statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Samples.
    Count,
    /// 1 ÷ median interval.
    Rate,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Arithmetic mean.
    Mean,
    /// Standard deviation (n − 1).
    Std,
    /// Root of the mean square.
    Rms,
    /// 1st percentile.
    P1,
    /// 50th percentile.
    Median,
    /// 99th percentile.
    P99,
    /// 99.9th percentile.
    Peak,
    /// Largest less smallest.
    PeakToPeak,
}

impl Statistic {
    /// In the order of tables.
    pub const ALL: [Self; 12] = [
        Self::Count,
        Self::Rate,
        Self::Min,
        Self::Max,
        Self::Mean,
        Self::Std,
        Self::Rms,
        Self::P1,
        Self::Median,
        Self::P99,
        Self::Peak,
        Self::PeakToPeak,
    ];

    /// The key in records and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Rate => "rate_hz",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Std => "std",
            Self::Rms => "rms",
            Self::P1 => "p1",
            Self::Median => "median",
            Self::P99 => "p99",
            Self::Peak => "peak",
            Self::PeakToPeak => "peak_to_peak",
        }
    }

    /// The inverse of [`Statistic::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Its unit, for a channel measured in `channel`.
    pub fn unit(self, channel: &str) -> &str {
        match self {
            Self::Count => "",
            Self::Rate => "Hz",
            _ => channel,
        }
    }

    /// Its value; `None` where there are too few samples.
    pub fn of(self, stats: &ChannelStats) -> Option<f64> {
        match self {
            Self::Count => Some(stats.count as f64),
            Self::Rate => stats.rate_hz,
            Self::Min => stats.min,
            Self::Max => stats.max,
            Self::Mean => stats.mean,
            Self::Std => stats.std,
            Self::Rms => stats.rms,
            Self::P1 => stats.p1,
            Self::Median => stats.median,
            Self::P99 => stats.p99,
            Self::Peak => stats.peak,
            Self::PeakToPeak => stats.peak_to_peak,
        }
    }
}
