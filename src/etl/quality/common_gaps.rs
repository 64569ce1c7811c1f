//! Gaps that all channels of a run have at the same time.

use super::{
    raw_channel::RawChannel,
    timing::{Gap, Intervals},
};
use crate::schema::FieldKind;

/// A gap that all channels have.
pub(super) struct CommonGap {
    /// Microseconds.
    pub span: Gap,
    /// Whether every axis that moves before and after it is where it would be if no time had
    /// passed: then the clock was set, else nothing was recorded. False where no axis tells.
    pub motion_continues: bool,
    /// The longest of the channels' gap thresholds, in microseconds.
    pub threshold_us: f64,
}

impl CommonGap {
    /// Its length in microseconds.
    pub fn length_us(&self) -> f64 {
        (self.span.1 - self.span.0) as f64
    }
}

/// Finds the gaps that all channels have, and takes them out of each.
pub(super) fn take_common_gaps(channels: &mut [RawChannel<'_>], rest_mm: f64) -> Vec<CommonGap> {
    let gaps = common(channels);
    if gaps.is_empty() {
        return Vec::new();
    }
    let slack = slack(channels);
    let is_common = |g: &Gap| gaps.iter().any(|c| same(*c, *g, slack));
    for intervals in channels.iter_mut().filter_map(|c| c.intervals.as_mut()) {
        intervals.timing.gaps.retain(|g| !is_common(g));
        intervals.edges.retain(|g| !is_common(g));
    }
    let describe = |span| CommonGap {
        span,
        motion_continues: channels
            .iter()
            .filter(|c| c.is(FieldKind::Position))
            .filter_map(|c| continues(c, span, rest_mm))
            .reduce(|a, b| a && b)
            .unwrap_or(false),
        threshold_us: slack,
    };
    gaps.into_iter().map(describe).collect()
}

/// How far apart the ends of a common gap may be: channels have clocks of their own.
fn slack(channels: &[RawChannel<'_>]) -> f64 {
    measured(channels).map(|i| i.gap_us).fold(0.0, f64::max)
}

fn measured<'a>(channels: &'a [RawChannel<'_>]) -> impl Iterator<Item = &'a Intervals> {
    channels.iter().filter_map(|c| c.intervals.as_ref())
}

/// Whether two gaps begin and end at most `slack` microseconds apart.
pub(super) fn same(a: Gap, b: Gap, slack: f64) -> bool {
    let near = |a: i64, b: i64| ((a - b) as f64).abs() <= slack;
    near(a.0, b.0) && near(a.1, b.1)
}

/// Of the gaps of the channel that has the fewest those that all others have too.
fn common(channels: &[RawChannel<'_>]) -> Vec<Gap> {
    if measured(channels).count() < 2 {
        return Vec::new();
    }
    let slack = slack(channels);
    let fewest = measured(channels).min_by_key(|i| i.timing.gaps.len());
    let candidates = fewest.map_or(&[][..], |i| &i.timing.gaps);
    let all_lack = |gap: &&Gap| measured(channels).all(|i| lacks(i, **gap, slack));
    candidates.iter().filter(all_lack).copied().collect()
}

/// Whether a channel has no samples over (about) this span.
fn lacks(intervals: &Intervals, gap: Gap, slack: f64) -> bool {
    let gaps = &intervals.timing.gaps;
    let from = gaps.partition_point(|g| (g.0 as f64) < gap.0 as f64 - slack);
    gaps[from..]
        .iter()
        .take_while(|g| g.0 as f64 <= gap.0 as f64 + slack)
        .any(|g| same(*g, gap, slack))
        || intervals.edges.iter().any(|g| same(*g, gap, slack))
}

/// Whether an axis that moved before and after a gap is where it would be without it;
/// `None` for one that did not move enough to tell. The gap may be that of another channel: what
/// counts are the axis's own samples on both sides of its middle.
pub(super) fn continues(axis: &RawChannel<'_>, gap: Gap, rest_mm: f64) -> Option<bool> {
    // A fifth of a second tells the speed of a slow axis, three samples that of a sparse one.
    const SPEED_US: f64 = 200_000.0;
    let median_us = axis.intervals.as_ref()?.median_us;
    let middle = gap.0 + (gap.1 - gap.0) / 2;
    let after = axis.times.partition_point(|t| *t <= middle);
    let before = after.checked_sub(1)?;
    let steps = ((SPEED_US / median_us) as usize).clamp(3, 16);
    let speed = |a: usize, b: usize| {
        let distance = (axis.values.get(b)? - axis.values.get(a)?).abs();
        Some(distance / (axis.times.get(b)? - axis.times.get(a)?) as f64)
    };
    let speeds = [
        speed(before.checked_sub(steps)?, before)?,
        speed(after, after + steps)?,
    ];
    let (slow, fast) = (speeds[0].min(speeds[1]), speeds[0].max(speeds[1]));
    let length = (axis.times.get(after)? - axis.times[before]) as f64;
    let moved = (axis.values[after] - axis.values[before]).abs();
    // What it covers in a few samples, and what noise and dwells add.
    let least = 3.0 * fast * median_us + rest_mm;
    (slow * length > 2.0 * least).then_some(moved <= least)
}
