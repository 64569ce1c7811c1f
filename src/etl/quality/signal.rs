//! One raw channel as the checks see it.

use crate::{
    clean::Channel,
    profile::{Field, FieldKind, Profile, Robot},
    stats::ChannelStats,
};

/// A raw channel with samples, and what statistics know of it already.
pub(super) struct Signal<'a> {
    pub name: String,
    pub field: &'a Field,
    pub robot: &'a Robot,
    /// Microseconds, strictly increasing, at least one.
    pub times: &'a [i64],
    /// As many; finite.
    pub values: &'a [f64],
    /// Median interval in microseconds; `None` for a single sample.
    pub median_us: Option<f64>,
    pub min: f64,
    pub max: f64,
}

impl<'a> Signal<'a> {
    /// `None` for a channel without samples, which no run has.
    pub fn new(
        channel: &'a Channel,
        profile: &'a Profile,
        stats: Option<&ChannelStats>,
    ) -> Option<Self> {
        let (field, robot) = profile.channel(channel.id);
        let stats = stats?;
        channel.times.first()?;
        Some(Self {
            name: profile.raw_name(channel.id).to_string(),
            field,
            robot,
            times: &channel.times,
            values: &channel.values,
            median_us: stats.interval_median_s.map(|s| s * 1e6),
            min: stats.min?,
            max: stats.max?,
        })
    }

    pub fn is(&self, kind: FieldKind) -> bool {
        self.field.kind == kind
    }

    /// First and last sample time.
    pub fn span(&self) -> (i64, i64) {
        let first = self.times.first().copied().unwrap_or_default();
        (first, self.times.last().copied().unwrap_or(first))
    }

    /// Largest minus smallest value in the samples from `from` to `to`, both included.
    pub fn range_in(&self, from: i64, to: i64) -> f64 {
        let start = self.times.partition_point(|t| *t < from);
        let end = self.times.partition_point(|t| *t <= to);
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for value in self.values.get(start..end).unwrap_or_default() {
            range = (range.0.min(*value), range.1.max(*value));
        }
        (range.1 - range.0).max(0.0)
    }
}
