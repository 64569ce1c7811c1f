//! One raw channel as the rules see it.

use std::ops::Range;

use super::{repeat::Stretch, resolution::Resolution, timing::Intervals};
use crate::{
    clean::{Channel, RowFaults},
    schema::{Field, FieldKind, Robot, Schema},
    stats::ChannelStats,
};

/// A raw channel with samples, and what is known of it before the rules look at it.
pub(super) struct RawChannel<'a> {
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
    /// What cleaning found among its rows.
    pub faults: RowFaults,
    /// What its values say of its sensor; `None` where they never bend.
    pub resolution: Option<Resolution>,
    /// Its intervals; `None` while they were not measured and where they have no median.
    pub intervals: Option<Intervals>,
    /// Where a position or force repeats a value; empty for a constant channel.
    pub stretches: Vec<Stretch>,
}

impl<'a> RawChannel<'a> {
    /// `None` for a channel without samples, which no run has.
    pub fn new(
        (channel, faults): (&'a Channel, &RowFaults),
        schema: &'a Schema,
        stats: Option<&ChannelStats>,
    ) -> Option<Self> {
        let (field, robot) = schema.channel(channel.id);
        let stats = stats?;
        channel.times.first()?;
        Some(Self {
            name: schema.raw_name(channel.id).to_string(),
            field,
            robot,
            times: &channel.times,
            values: &channel.values,
            median_us: stats.interval_median_s.map(|s| s * 1e6),
            min: stats.min?,
            max: stats.max?,
            faults: *faults,
            resolution: None,
            intervals: None,
            stretches: Vec::new(),
        })
    }

    pub fn is(&self, kind: FieldKind) -> bool {
        self.field.kind == kind
    }

    /// Whether all of its samples have one value.
    pub fn is_constant(&self) -> bool {
        self.min == self.max
    }

    /// The step of its values where these repeat without a fault: see [`Resolution`].
    pub fn coarse_step(&self) -> Option<f64> {
        self.resolution?.coarse_step
    }

    /// Whether a value is where a sensor's range may end: the channel's largest or smallest,
    /// zero aside, which an empty load cell may read.
    pub fn is_at_limit(&self, value: f64) -> bool {
        value != 0.0 && (value == self.min || value == self.max)
    }

    /// First and last sample time.
    pub fn span(&self) -> (i64, i64) {
        let first = self.times.first().copied().unwrap_or_default();
        (first, self.times.last().copied().unwrap_or(first))
    }

    /// The indices of the samples from `from` to `to`, both included.
    pub fn within(&self, from: i64, to: i64) -> Range<usize> {
        let start = self.times.partition_point(|t| *t < from);
        let end = self.times.partition_point(|t| *t <= to);
        start..end.max(start)
    }

    /// Largest minus smallest value in the samples from `from` to `to`, both included.
    pub fn range_in(&self, from: i64, to: i64) -> f64 {
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for value in self.values.get(self.within(from, to)).unwrap_or_default() {
            range = (range.0.min(*value), range.1.max(*value));
        }
        (range.1 - range.0).max(0.0)
    }
}
