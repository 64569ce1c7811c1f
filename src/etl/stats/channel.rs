//! Statistics of one column over its samples.

use super::ChannelStats;
use crate::{
    numeric::{SortedIntervals, percentile, range, sums},
    time,
    transform::{Column, RunTable, clock::Clock},
};

/// Statistics of a column of a table over its samples. `fill_share` is known only once the
/// table is filled.
pub fn compute_stats(table: &RunTable, column: &Column) -> ChannelStats {
    let (times, values) = table.samples(column);
    let clock = &table.clocks[column.clock];
    let from = column.first_value();
    let intervals = if from + values.len() == clock.times.len() && from <= FEW {
        Intervals::of_clock(clock, from)
    } else {
        Intervals::of(&times)
    };
    of_samples(&times, &values, &column.unit, intervals)
}

/// Statistics of samples: `times` in microseconds, strictly increasing; `values` finite,
/// as many. `fill_share` is not among them.
pub fn channel_stats(times: &[i64], values: &[f64], unit: &str) -> ChannelStats {
    of_samples(times, values, unit, Intervals::of(times))
}

fn of_samples(
    times: &[i64],
    values: &[f64],
    unit: &str,
    intervals: Option<Intervals>,
) -> ChannelStats {
    let mut stats = ChannelStats {
        count: values.len() as u64,
        first_time: times.first().map(|t| time::format(*t)),
        last_time: times.last().map(|t| time::format(*t)),
        unit: unit.to_owned(),
        ..ChannelStats::default()
    };
    if let Some(us) = intervals {
        stats.rate_hz = Some(1e6 / us.median);
        stats.interval_median_s = Some(us.median / 1e6);
        stats.interval_p95_s = Some(us.p95 / 1e6);
        stats.interval_p99_s = Some(us.p99 / 1e6);
        stats.interval_max_s = Some(us.max / 1e6);
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
    let shares = [0.01, 0.5, 0.99, 0.999];
    let range = (moments.min, moments.max);
    let quantiles = percentile::of_values(values, range, &shares, &mut Vec::new());
    let [p1, median, p99, peak] = quantiles.map_or([None; 4], |q| q.map(Some));
    stats.p1 = p1.and_then(finite);
    stats.median = median.and_then(finite);
    stats.p99 = p99.and_then(finite);
    stats.peak = peak.and_then(finite);
    stats
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Of the intervals between samples, in microseconds.
struct Intervals {
    median: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

/// So many first samples without a value are taken out of a clock's intervals one by one.
const FEW: usize = 16;

impl Intervals {
    fn of(times: &[i64]) -> Option<Self> {
        Self::of_sorted(&SortedIntervals::of(times), &[])
    }

    /// Those of a clock without its first `from` samples: what its columns share is sorted
    /// once.
    fn of_clock(clock: &Clock, from: usize) -> Option<Self> {
        let sorted = clock.intervals();
        let mut first: Vec<i64> = clock
            .times
            .windows(2)
            .take(from)
            .map(|w| w[1] - w[0])
            .collect();
        first.sort_unstable();
        let mut without: Vec<usize> = Vec::with_capacity(first.len());
        for interval in first {
            let at = sorted.rank_of(interval);
            without.push(without.last().map_or(at, |before| at.max(before + 1)));
        }
        Self::of_sorted(sorted, &without)
    }

    fn of_sorted(sorted: &SortedIntervals, without: &[usize]) -> Option<Self> {
        let share = |share| sorted.quantile(without, share);
        Some(Self {
            median: share(0.5)?,
            p95: share(0.95)?,
            p99: share(0.99)?,
            max: share(1.0)?,
        })
    }
}

struct Moments {
    min: f64,
    max: f64,
    mean: f64,
    rms: f64,
    std: Option<f64>,
}

impl Moments {
    /// Two passes: the mean first, then the squares around it, which loses no digits. Values
    /// whose squares overflow are scaled.
    fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        let (min, max) = range(values);
        let [total, squares] = sums(values, |v| [v, v * v]);
        let mean = total / n;
        let [around] = sums(values, |v| [(v - mean) * (v - mean)]);
        let scale = min.abs().max(max.abs());
        if scale > 1.0 && !(squares + around).is_finite() {
            let scaled: Vec<f64> = values.iter().map(|v| v / scale).collect();
            let of_scaled = Self::of(&scaled)?;
            return Some(Self {
                min,
                max,
                mean: of_scaled.mean * scale,
                rms: of_scaled.rms * scale,
                std: of_scaled.std.map(|std| std * scale),
            });
        }
        Some(Self {
            min,
            max,
            mean,
            rms: (squares / n).sqrt(),
            std: (values.len() > 1).then(|| (around / (n - 1.0)).sqrt()),
        })
    }
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
        // numpy.percentile([1, -2, 3, 4], 99.9): the peak is not the maximum.
        assert!(close(s.peak, 3.997), "{:?}", s.peak);
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

    #[test]
    fn values_whose_squares_overflow_have_moments() {
        let s = channel_stats(&[0, 1, 2, 3], &[3e200, -3e200, 3e200, -3e200], "N");
        assert_eq!((s.mean, s.rms), (Some(0.0), Some(3e200)));
        assert!(close(s.std.map(|std| std / 1e200), 12f64.sqrt()));
        let s = channel_stats(&[0, 1, 2], &[f64::MAX, f64::MAX, -f64::MAX], "N");
        assert!(close(s.mean.map(|mean| mean / f64::MAX), 1.0 / 3.0));
        assert_eq!((s.rms, s.peak_to_peak), (Some(f64::MAX), None));
        assert_eq!(s.p1.map(f64::is_finite), Some(true));
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
