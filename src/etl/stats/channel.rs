//! Statistics of one column over its samples.

use super::{ChannelStats, percentile};
use crate::etl::time;

/// Statistics of samples: `times` in microseconds, strictly increasing; `values` finite,
/// as many. `fill_share` is left for whoever fills the table.
pub fn channel_stats(times: &[i64], values: &[f64], unit: &str) -> ChannelStats {
    let mut stats = ChannelStats {
        count: values.len() as u64,
        first_time: times.first().map(|t| time::format(*t)),
        last_time: times.last().map(|t| time::format(*t)),
        unit: unit.to_owned(),
        ..ChannelStats::default()
    };
    let mut intervals: Vec<f64> = times.windows(2).map(|w| (w[1] - w[0]) as f64).collect();
    if let Some([median, p95, p99, max]) = percentile::of(&mut intervals, &[0.5, 0.95, 0.99, 1.0]) {
        stats.rate_hz = Some(1e6 / median);
        stats.interval_median_s = Some(median / 1e6);
        stats.interval_p95_s = Some(p95 / 1e6);
        stats.interval_p99_s = Some(p99 / 1e6);
        stats.interval_max_s = Some(max / 1e6);
    }
    let Some(moments) = Moments::of(values) else {
        return stats;
    };
    stats.min = Some(moments.min);
    stats.max = Some(moments.max);
    stats.mean = finite(moments.mean);
    stats.rms = finite(moments.rms);
    stats.std = moments.std.and_then(finite);
    stats.peak_to_peak = finite(moments.max - moments.min);
    if let Some([p1, median, p99]) = percentile::of(&mut values.to_vec(), &[0.01, 0.5, 0.99]) {
        (stats.p1, stats.median, stats.p99) = (finite(p1), finite(median), finite(p99));
    }
    stats
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

struct Moments {
    min: f64,
    max: f64,
    mean: f64,
    rms: f64,
    std: Option<f64>,
}

impl Moments {
    /// Two passes: the mean first, then the squares around it, which loses no digits.
    fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        let mean = sum(values, |v| v) / n;
        let squares = sum(values, |v| (v - mean) * (v - mean));
        Some(Self {
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            mean,
            rms: (sum(values, |v| v * v) / n).sqrt(),
            std: (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()),
        })
    }
}

/// Sums in blocks, and the blocks pairwise: the error grows with the logarithm of the
/// count (N. J. Higham, "The Accuracy of Floating Point Summation", 1993).
fn sum(values: &[f64], f: impl Fn(f64) -> f64 + Copy) -> f64 {
    const BLOCK: usize = 128;
    if values.len() <= BLOCK {
        // Independent lanes, so that the compiler may use wide registers.
        let mut lanes = [0.0; 8];
        let chunks = values.chunks_exact(8);
        let rest: f64 = chunks.remainder().iter().map(|v| f(*v)).sum();
        for chunk in chunks {
            for (lane, v) in lanes.iter_mut().zip(chunk) {
                *lane += f(*v);
            }
        }
        return lanes.iter().sum::<f64>() + rest;
    }
    let half = (values.len() / 2).next_multiple_of(BLOCK);
    let (a, b) = values.split_at(half.min(values.len()));
    sum(a, f) + sum(b, f)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() <= 1e-9 * b.abs().max(1.0))
    }

    #[test]
    fn by_hand() {
        let s = channel_stats(&[0, 10_000, 20_000, 50_000], &[1.0, -2.0, 3.0, 4.0], "N");
        assert_eq!(
            (s.count, s.min, s.max, s.mean),
            (4, Some(-2.0), Some(4.0), Some(1.5))
        );
        assert!(close(s.std, 7.0f64.sqrt()));
        assert!(close(s.rms, 7.5f64.sqrt()));
        assert_eq!((s.median, s.peak_to_peak), (Some(2.0), Some(6.0)));
        assert_eq!(
            (s.rate_hz, s.interval_median_s, s.interval_max_s),
            (Some(100.0), Some(0.01), Some(0.03))
        );
        assert_eq!(s.unit, "N");
    }

    #[test]
    fn too_few_samples_give_null() {
        let none = channel_stats(&[], &[], "mm");
        assert_eq!((none.count, none.mean, none.first_time), (0, None, None));
        let one = channel_stats(&[5], &[2.0], "mm");
        assert_eq!(
            (one.mean, one.std, one.rate_hz, one.p99),
            (Some(2.0), None, None, Some(2.0))
        );
    }

    proptest! {
        #[test]
        fn moments_agree_with_the_textbook(v in prop::collection::vec(-1e3..1e3f64, 2..700)) {
            let n = v.len() as f64;
            let mean = v.iter().sum::<f64>() / n;
            let var = (v.iter().map(|x| x * x).sum::<f64>() - n * mean * mean) / (n - 1.0);
            let m = Moments::of(&v).unwrap();
            prop_assert!((m.mean - mean).abs() < 1e-9);
            prop_assert!((m.std.unwrap() - var.max(0.0).sqrt()).abs() < 1e-4);
            prop_assert!((m.rms * m.rms - v.iter().map(|x| x * x).sum::<f64>() / n).abs() < 1e-6);
        }
    }
}
