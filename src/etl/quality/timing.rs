//! When the samples of a channel came: gaps, missing samples, jitter, stretches that are too
//! dense.

use super::{
    Thresholds,
    raw_channel::RawChannel,
    rules::{
        clock_jump::DENSE_SHARE,
        gap::{EDGE_S, GAP_FACTOR},
    },
};

/// From the sample before an interval without samples to the one after it, in microseconds.
pub(super) type Gap = (i64, i64);

/// The intervals of one channel.
pub(super) struct Intervals {
    /// Their median, above zero.
    pub median_us: f64,
    /// A longer one is a gap.
    pub gap_us: f64,
    pub timing: Timing,
    /// Stretches of a clock that was set back.
    pub set_back: Vec<Dense>,
    /// Gaps over which the clock of its sensor alone was set; `timing.gaps` lacks them.
    pub jumps: Vec<Gap>,
    /// By how many microseconds its last sample is too late, for its clock was set.
    pub shift_us: f64,
    /// From the run's start to the first sample and from the last one to the run's end,
    /// where that is longer than the channel may begin late or end early.
    pub edges: Vec<Gap>,
}

impl Intervals {
    /// `None` for a channel without a median interval. `span` is the run's.
    pub fn of(channel: &RawChannel<'_>, thresholds: &Thresholds, span: Gap) -> Option<Self> {
        let median_us = channel.median_us.filter(|m| *m > 0.0)?;
        let gap_us = thresholds.get(&GAP_FACTOR) * median_us;
        let mut intervals = Self {
            median_us,
            gap_us,
            timing: timing(channel.times, median_us, gap_us),
            set_back: set_back(channel, median_us, thresholds.get(&DENSE_SHARE)),
            jumps: Vec::new(),
            shift_us: 0.0,
            edges: Vec::new(),
        };
        intervals.set_edges(channel, thresholds, span);
        Some(intervals)
    }

    /// Finds the edges again: `span` is the run's, by right clocks.
    pub fn set_edges(&mut self, channel: &RawChannel<'_>, thresholds: &Thresholds, span: Gap) {
        let (first, last) = (channel.span().0, self.last_us(channel));
        let least = self.gap_us.max(thresholds.get(&EDGE_S) * 1e6);
        self.edges = vec![(span.0, first), (last, span.1)];
        self.edges.retain(|(a, b)| (b - a) as f64 > least);
    }

    /// When the channel's last sample was taken, by a clock that was not set.
    pub fn last_us(&self, channel: &RawChannel<'_>) -> i64 {
        channel.span().1 - self.shift_us as i64
    }
}

/// What the intervals of one channel say.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Timing {
    /// Intervals longer than the limit, in time order.
    pub gaps: Vec<Gap>,
    /// Samples that should have come within intervals shorter than a gap.
    pub missing: u64,
    /// Mean of |interval − median| ÷ median over intervals shorter than a gap.
    pub jitter: f64,
}

/// One pass over the intervals. `median_us` must be positive.
pub(super) fn timing(times: &[i64], median_us: f64, gap_us: f64) -> Timing {
    let mut out = Timing::default();
    let mut deviation = 0.0;
    let mut intervals = 0u64;
    for pair in times.windows(2) {
        let interval = (pair[1] - pair[0]) as f64;
        if interval > gap_us {
            out.gaps.push((pair[0], pair[1]));
            continue;
        }
        intervals += 1;
        deviation += (interval - median_us).abs();
        if interval > 1.5 * median_us {
            out.missing += (interval / median_us).round() as u64 - 1;
        }
    }
    if intervals > 0 {
        out.jitter = deviation / intervals as f64 / median_us;
    }
    out
}

/// Intervals that are looked at together.
const BLOCK: usize = 32;

/// A stretch in which samples are denser than the channel's median interval allows:
/// from, to, and the mean interval there in microseconds.
pub(super) type Dense = (i64, i64, f64);

/// Stretches of at least 32 intervals whose mean is below `share` × the median: samples of a
/// clock that was set back lie between those of the time before, or at the same times, where
/// the later ones were dropped as conflicts.
fn set_back(channel: &RawChannel<'_>, median_us: f64, share: f64) -> Vec<Dense> {
    let mut found = dense(channel.times, median_us, share);
    let (conflicts, duplicates) = (channel.faults.conflicts, channel.faults.duplicates);
    let dropped = conflicts.count + duplicates.count;
    // A part of the log that is there twice has duplicates only.
    if dropped < BLOCK as u64 || conflicts.count < duplicates.count {
        return found;
    }
    let (from, to) = (conflicts.first, conflicts.last);
    let mean = (to - from) as f64 / (channel.within(from, to).len() as u64 + dropped) as f64;
    if mean < share * median_us && !found.iter().any(|d| d.0 <= to && d.1 >= from) {
        found.push((from, to, mean));
        found.sort_by_key(|d| d.0);
    }
    found
}

/// Stretches of at least 32 intervals whose mean is below `share` × the median.
fn dense(times: &[i64], median_us: f64, share: f64) -> Vec<Dense> {
    let mut out: Vec<(i64, i64, usize)> = Vec::new();
    let mut from = 0;
    while let (Some(a), Some(b)) = (times.get(from), times.get(from + BLOCK)) {
        if ((b - a) as f64) < share * median_us * BLOCK as f64 {
            match out.last_mut().filter(|last| last.1 == *a) {
                Some(last) => *last = (last.0, *b, last.2 + BLOCK),
                None => out.push((*a, *b, BLOCK)),
            }
        }
        from += BLOCK;
    }
    out.into_iter()
        .map(|(a, b, n)| (a, b, (b - a) as f64 / n as f64))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Every 10, one left out at 30, a gap from 50 to 110.
        let t = timing(&[0, 10, 20, 40, 50, 110, 120, 128, 140], 10.0, 50.0);
        assert_eq!(t.gaps, [(50, 110)]);
        assert_eq!(t.missing, 1);
        // |20−10| + |8−10| + |12−10| over seven intervals.
        assert!((t.jitter - 14.0 / 7.0 / 10.0).abs() < 1e-12);
        assert_eq!(timing(&[5], 1.0, 5.0), Timing::default());
    }

    #[test]
    fn an_interval_of_exactly_the_limit_is_no_gap() {
        assert!(timing(&[0, 10, 60], 10.0, 50.0).gaps.is_empty());
        assert_eq!(timing(&[0, 10, 61], 10.0, 50.0).gaps.len(), 1);
    }

    #[test]
    fn a_clock_set_back_shows_as_density() {
        let mut times: Vec<i64> = (0..1000).map(|i| i * 10).collect();
        assert!(dense(&times, 10.0, 0.6).is_empty());
        // Three hundred more samples between those from 3,000 to 6,000.
        times.extend((0..300).map(|i| 3005 + i * 10));
        times.sort_unstable();
        let found = dense(&times, 10.0, 0.6);
        assert_eq!(found.len(), 1);
        let (from, to, mean) = found[0];
        assert!(
            (3000..3400).contains(&from) && (5600..6000).contains(&to),
            "{found:?}"
        );
        assert!((mean - 5.0).abs() < 0.5);
    }
}
