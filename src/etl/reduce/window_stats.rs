//! Statistics of a visible span: sums over ever larger buckets of rows, so that any span
//! takes the same short time however many rows it has.

use super::{Series, TimeRange};

/// Rows (or buckets of the level below) behind one bucket.
const FACTOR: usize = 32;

/// Statistics of the rows within a span of time.
///
/// A run's table repeats a value until the next sample, so rows cannot be counted like
/// samples. `mean` and `rms` weigh each value by the time it is in force: until the next
/// row, and for one usual interval where a null or a gap follows. For a channel that is
/// sampled evenly that is what its samples give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowStats {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Mean over time.
    pub mean: f64,
    /// Root of the mean square over time.
    pub rms: f64,
    /// Rows whose value is another than the one before: each is a sample. There may be
    /// more samples than that, for a sample that repeats a value looks like a held one.
    pub changed: u64,
}

/// Sums over rows: weights, weighted values, their squares, changed values.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sums {
    weight: f64,
    value: f64,
    square: f64,
    pub changed: u64,
}

impl Sums {
    /// For how long a value is in force before a null or a gap, in microseconds, from the
    /// channel's median interval.
    pub fn usual(interval_us: f64) -> f64 {
        if interval_us.is_finite() {
            interval_us.max(1.0)
        } else {
            1.0
        }
    }

    /// Takes in a value (NaN: null) that is in force for `weight` microseconds.
    pub fn weigh(&mut self, value: f64, weight: f64) {
        if !value.is_nan() {
            self.weight += weight;
            self.value += weight * value;
            self.square += weight * value * value;
        }
    }

    /// The statistics of values from `min` to `max`.
    pub fn stats(self, min: f64, max: f64) -> WindowStats {
        let per_weight = |sum: f64| sum / self.weight;
        WindowStats {
            min,
            max,
            // Rounding must not carry them past what they lie between.
            mean: per_weight(self.value).clamp(min, max),
            rms: per_weight(self.square).sqrt().min(min.abs().max(max.abs())),
            changed: self.changed,
        }
    }

    fn add(self, other: Self) -> Self {
        Self {
            weight: self.weight + other.weight,
            value: self.value + other.value,
            square: self.square + other.square,
            changed: self.changed + other.changed,
        }
    }
}

/// Sums of buckets of 32 rows, of 32 of those, and so on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SumTree {
    usual_us: f64,
    levels: Vec<Vec<Sums>>,
}

impl SumTree {
    /// Over the rows of `series`; a value before a null or a gap is in force for
    /// `usual_us` microseconds.
    pub(super) fn new(series: &Series, usual_us: f64) -> Self {
        let usual_us = Sums::usual(usual_us);
        let mut levels: Vec<Vec<Sums>> = Vec::new();
        let mut below: Vec<Sums> = (0..series.len())
            .step_by(FACTOR)
            .map(|from| rows(series, from, (from + FACTOR).min(series.len()), usual_us))
            .collect();
        while below.len() >= FACTOR {
            let sum = |c: &[Sums]| c.iter().copied().fold(Sums::default(), Sums::add);
            let above = below.chunks(FACTOR).map(sum).collect();
            levels.push(std::mem::replace(&mut below, above));
        }
        levels.push(below);
        Self { usual_us, levels }
    }

    /// Bytes it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.levels.iter().map(Vec::len).sum::<usize>() * size_of::<Sums>()
    }

    pub(super) fn sum(&self, series: &Series, lo: usize, hi: usize) -> Sums {
        let raw = |a, b| rows(series, a, b, self.usual_us);
        let (mut up, mut down) = (lo.div_ceil(FACTOR), hi / FACTOR);
        if up >= down {
            return raw(lo, hi);
        }
        let mut sums = raw(lo, up * FACTOR).add(raw(down * FACTOR, hi));
        // Peel the ragged ends off level by level; what is left is whole buckets.
        for (at, level) in self.levels.iter().enumerate() {
            let take = |s: Sums, a: usize, b: usize| {
                let buckets = level.get(a..b).unwrap_or_default();
                buckets.iter().copied().fold(s, Sums::add)
            };
            let (next_up, next_down) = (up.div_ceil(FACTOR), down / FACTOR);
            if at + 1 == self.levels.len() || next_up >= next_down {
                return take(sums, up, down);
            }
            sums = take(take(sums, up, next_up * FACTOR), next_down * FACTOR, down);
            (up, down) = (next_up, next_down);
        }
        sums
    }
}

/// The sums of the rows `lo..hi`, one by one.
fn rows(series: &Series, lo: usize, hi: usize, usual_us: f64) -> Sums {
    let (times, values) = (&series.times, &series.values);
    let mut sums = Sums::default();
    let mut before = lo.checked_sub(1).and_then(|i| values.get(i)).copied();
    for i in lo..hi {
        let (Some(time), Some(value)) = (times.get(i), values.get(i).copied()) else {
            break;
        };
        if !value.is_nan() {
            let next = times.get(i + 1).zip(values.get(i + 1));
            let until = next
                .filter(|(t, v)| !v.is_nan() && t.saturating_sub(*time) <= series.gap_us)
                .map(|(t, _)| (t - time) as f64);
            let weight = until.unwrap_or(usual_us);
            sums.weigh(value, weight);
            sums.changed += u64::from(before != Some(value));
        }
        before = Some(value);
    }
    sums
}

impl Series {
    /// Makes [`Series::stats`] possible. `usual_us` is the channel's median interval.
    #[must_use]
    pub fn with_statistics(mut self, usual_us: f64) -> Self {
        self.sums = Some(SumTree::new(&self, usual_us));
        self
    }

    /// Statistics of the rows within `range`; `None` where there is no value, and
    /// without [`Series::with_statistics`].
    pub fn stats(&self, range: TimeRange) -> Option<WindowStats> {
        let (lo, hi) = self.rows_in(range);
        let (min, max) = self.extent_of(lo, hi)?;
        let sums = self.sums.as_ref()?.sum(self, lo, hi);
        Some(sums.stats(min, max))
    }

    /// The rows within `range` that have a value: their times and values.
    pub fn values_in(&self, range: TimeRange) -> impl Iterator<Item = (i64, f64)> + Clone {
        let (lo, hi) = self.rows_in(range);
        let rows = self.times.iter().zip(&self.values).take(hi).skip(lo);
        let rows = rows.map(|(time, value)| (*time, *value));
        rows.filter(|(_, value)| !value.is_nan())
    }

    /// The rows within `range` whose value is another than the one before, which makes
    /// each a sample for certain: their times and values. `None` when there are more than
    /// `most`, or so many rows that looking through them would take long.
    pub fn changed_samples(&self, range: TimeRange, most: usize) -> Option<Vec<(i64, f64)>> {
        /// Rows that are looked through for each sample that may be found: more than
        /// the channels of a run have rows between two samples of one.
        const ROWS: usize = 64;
        let (lo, hi) = self.rows_in(range);
        if hi - lo > most.saturating_mul(ROWS) {
            return None;
        }
        let mut found = Vec::new();
        let mut before = lo.checked_sub(1).and_then(|i| self.values.get(i)).copied();
        for i in lo..hi {
            let (time, value) = (*self.times.get(i)?, *self.values.get(i)?);
            if !value.is_nan() && before != Some(value) {
                if found.len() == most {
                    return None;
                }
                found.push((time, value));
            }
            before = Some(value);
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GAP: i64 = 500;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Against a computation that walks every row of the span.
        #[test]
        fn statistics_of_a_span_equal_brute_force(
            rows in prop::collection::vec((1i64..300, -50i32..50, 0u8..40, 0u8..4), 0..4000),
            a in 0i64..700_000, length in 1i64..700_000,
        ) {
            let (mut t, mut times, mut values) = (0, vec![], vec![]);
            for (step, value, dice, held) in rows {
                t += if dice == 39 { step * 40 } else { step };
                times.push(t);
                let last = values.last().copied();
                values.push(match (dice < 3, held < 2, last) {
                    (true, _, _) => f64::NAN,
                    (_, true, Some(last)) => last,
                    _ => f64::from(value),
                });
            }
            let series = Series::new(times.clone().into(), values.clone(), GAP).with_statistics(70.0);
            let range = TimeRange::new(a, a + length);
            let (mut weights, mut sum, mut squares, mut fresh) = (0.0, 0.0, 0.0, vec![]);
            for i in (0..times.len()).filter(|i| range.contains(times[*i]) && !values[*i].is_nan()) {
                let joined = i + 1 < times.len() && !values[i + 1].is_nan() && times[i + 1] - times[i] <= GAP;
                let w = if joined { (times[i + 1] - times[i]) as f64 } else { 70.0 };
                weights += w;
                sum += w * values[i];
                squares += w * values[i].powi(2);
                if i == 0 || values[i - 1] != values[i] {
                    fresh.push((times[i], values[i]));
                }
            }
            match series.stats(range) {
                None => prop_assert_eq!(weights, 0.0),
                Some(stats) => {
                    prop_assert!(close(stats.mean, sum / weights), "{:?} {}", stats, sum / weights);
                    prop_assert!(close(stats.rms, (squares / weights).sqrt()), "{:?}", stats);
                    prop_assert_eq!(Some((stats.min, stats.max)), series.extent_in(range));
                    prop_assert_eq!(stats.changed, fresh.len() as u64);
                }
            }
            prop_assert_eq!(series.changed_samples(range, 4000), Some(fresh.clone()));
            if !fresh.is_empty() {
                prop_assert_eq!(series.changed_samples(range, fresh.len() - 1), None);
            }
        }
    }

    #[test]
    fn rows_of_other_channels_do_not_count() {
        // Sampled at 0, 100 and 200; the table has rows of another channel between 0
        // and 100, which hold 1.
        let times = [0, 10, 20, 30, 40, 100, 200];
        let series = Series::new(times.into(), vec![1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 7.0], GAP);
        assert_eq!(series.stats(TimeRange::new(0, 200)), None);
        let stats = series.with_statistics(100.0).stats(TimeRange::new(0, 200));
        let stats = stats.unwrap();
        assert_eq!((stats.mean, stats.changed), (4.0, 3));
        assert!(close(stats.rms, (66.0f64 / 3.0).sqrt()));
    }

    #[test]
    fn samples_that_hold_nothing_count_alike() {
        let (n, x) = (f64::NAN, 5.0);
        let series = Series::new([0, 3, 10, 11, 20].into(), vec![1.0, n, x, n, 9.0], GAP);
        let stats = series
            .with_statistics(f64::NAN)
            .stats(TimeRange::new(0, 20));
        assert_eq!(stats.map(|s| (s.mean, s.changed)), Some((5.0, 3)));
    }
}
