//! One channel over time, with a pyramid of minima and maxima: every visible span
//! reduces to a few hundred columns in microseconds, and no one-sample spike is lost.

use std::sync::Arc;

use super::{
    Bucket, Column, Reduced, TimeRange,
    bucket::Extent,
    columns::{empty_stretches, height_at},
    window_stats::SumTree,
};

/// Samples (or buckets of the level below) behind one bucket of the pyramid.
const FACTOR: usize = 32;
/// From so many rows on a thread more is worth its start.
const LONG: usize = 1 << 20;

/// One channel of a run: a value for every row of the run's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub(super) times: Arc<[i64]>,
    pub(super) values: Vec<f64>,
    pub(super) gap_us: i64,
    pub(super) sums: Option<SumTree>,
    /// Index ranges without a null and without a jump in time longer than the gap
    /// limit, in order. Between two of them the line is broken.
    segments: Vec<(usize, usize)>,
    levels: Vec<Vec<Extent>>,
}

/// A row of the table: its time and the channel's value there (NaN = null).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Index of the row.
    pub index: usize,
    /// Microseconds since 1970.
    pub time: i64,
    /// NaN where the channel is null.
    pub value: f64,
}

impl Series {
    /// A series over `times` (ascending, microseconds) with one value each (NaN =
    /// null; infinite values count as null). Two rows further apart than `gap_us`
    /// are not joined by a line. Should the lengths differ, the shorter one counts.
    pub fn new(times: Arc<[i64]>, mut values: Vec<f64>, gap_us: i64) -> Self {
        values.truncate(times.len());
        for v in values.iter_mut().filter(|v| v.is_infinite()) {
            *v = f64::NAN;
        }
        let segments = || segments(&times, &values, gap_us);
        let (segments, levels) = if values.len() < LONG {
            (segments(), pyramid(&values))
        } else {
            std::thread::scope(|scope| {
                let levels = scope.spawn(|| pyramid(&values));
                let segments = segments();
                match levels.join() {
                    Ok(levels) => (segments, levels),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            })
        };
        Self {
            times,
            values,
            gap_us,
            sums: None,
            segments,
            levels,
        }
    }

    /// Times of the rows, shared by all channels of a run.
    pub fn times(&self) -> &Arc<[i64]> {
        &self.times
    }

    /// Uses `times` in place of its own when they are those of the same table, so that
    /// the channels of a run keep them once.
    pub fn share_times(&mut self, times: &Arc<[i64]>) {
        let same =
            |a: &[i64], b: &[i64]| (a.len(), a.first(), a.last()) == (b.len(), b.first(), b.last());
        if same(times, &self.times) {
            self.times = times.clone();
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Bytes it takes in memory, its share of the times left out.
    pub fn bytes(&self) -> usize {
        let levels: usize = self.levels.iter().map(Vec::len).sum();
        let sums = self.sums.as_ref().map_or(0, SumTree::bytes);
        self.values.len() * 8 + self.segments.len() * 16 + levels * 16 + sums
    }

    /// Smallest and largest value of the whole series.
    pub fn extent(&self) -> Option<(f64, f64)> {
        self.extent_of(0, self.len())
    }

    /// The row at or before `time`; `None` before the first row.
    pub fn at_or_before(&self, time: i64) -> Option<Sample> {
        let index = self.times.partition_point(|t| *t <= time).checked_sub(1)?;
        Some(Sample {
            index,
            time: *self.times.get(index)?,
            value: *self.values.get(index)?,
        })
    }

    /// Smallest and largest value within a span of time.
    pub fn extent_in(&self, range: TimeRange) -> Option<(f64, f64)> {
        let (lo, hi) = self.rows_in(range);
        self.extent_of(lo, hi)
    }

    /// The gap around `time`: the last sample before it and the first after it. `None`
    /// where the line goes on, and before the first and after the last sample.
    pub fn gap_at(&self, time: i64) -> Option<(i64, i64)> {
        let starts_after = |s: &(usize, usize)| self.times.get(s.0).is_some_and(|t| *t <= time);
        let next = self.segments.partition_point(starts_after);
        let (_, end) = *self.segments.get(next.checked_sub(1)?)?;
        let (start, _) = *self.segments.get(next)?;
        let (from, to) = (
            *self.times.get(end.checked_sub(1)?)?,
            *self.times.get(start)?,
        );
        (from < time && time < to).then_some((from, to))
    }

    /// Reduces what is visible to `width` columns. Column `c` shows the samples at
    /// `start + ⌈length × c / width⌉` and after, up to the next column's begin.
    pub fn reduce(&self, range: TimeRange, width: usize) -> Reduced {
        if width == 0 {
            return Reduced::default();
        }
        let (begin, end) = self.rows_in(range);
        let visible = self.times.get(begin..end).unwrap_or_default();
        let mut columns = Vec::with_capacity(width);
        let mut means = Vec::with_capacity(self.sums.as_ref().map_or(0, |_| width));
        let mut lo = begin;
        for c in 0..width {
            let hi = if c + 1 == width {
                end
            } else {
                let until = range.column_start(c + 1, width);
                begin + visible.partition_point(|t| *t < until)
            };
            let column = self.column(lo, hi);
            if let Some(sums) = &self.sums {
                // What is drawn of a single value is that value, whatever rounding says.
                means.push(match &column {
                    Some(Column { bucket, .. }) if bucket.min < bucket.max => {
                        sums.sum(self, lo, hi).stats(bucket.min, bucket.max).mean
                    }
                    Some(column) => column.bucket.min,
                    None => f64::NAN,
                });
            }
            columns.push(column);
            lo = hi.max(lo);
        }
        Reduced {
            gaps: self.gaps(&columns, range),
            columns,
            means,
            enter: begin
                .checked_sub(1)
                .and_then(|i| self.crossing(i, range.start())),
            leave: end
                .checked_sub(1)
                .and_then(|i| self.crossing(i, range.end())),
            samples: Vec::new(),
        }
    }

    /// The gaps around the middles of stretches of empty columns.
    fn gaps(&self, columns: &[Option<Column>], range: TimeRange) -> Vec<(i64, i64)> {
        let middles = empty_stretches(columns).map(|(from, to)| (from + to) / 2);
        middles
            .filter_map(|c| self.gap_at(range.column_start(c, columns.len())))
            .collect()
    }

    /// Height of the line between row `index` and the next one at `time`, which is
    /// not before row `index`; `None` where no line is or it does not reach further.
    fn crossing(&self, index: usize, time: i64) -> Option<f64> {
        let (_, end) = self.segment_at(index)?;
        if index + 1 >= end {
            return None;
        }
        let row = |i: usize| Some((*self.times.get(i)?, *self.values.get(i)?));
        Some(height_at(row(index)?, row(index + 1)?, time))
    }

    pub(super) fn rows_in(&self, range: TimeRange) -> (usize, usize) {
        let lo = self.times.partition_point(|t| *t < range.start());
        let hi = self.times.partition_point(|t| *t <= range.end());
        (lo.min(self.len()), hi.min(self.len()))
    }

    fn column(&self, lo: usize, hi: usize) -> Option<Column> {
        let (min, max) = self.extent_of(lo, hi)?;
        // The first segment that ends after `lo`, the last that begins before `hi`.
        let at = self.segments.partition_point(|s| s.1 <= lo);
        let (from, _) = *self.segments.get(at)?;
        let last = self.segments.partition_point(|s| s.0 < hi).checked_sub(1)?;
        let (_, to) = *self.segments.get(last)?;
        let bucket = Bucket {
            min,
            max,
            first: *self.values.get(from.max(lo))?,
            last: *self.values.get(to.min(hi).checked_sub(1)?)?,
        };
        Some(Column {
            bucket,
            joined: from < lo,
        })
    }

    fn segment_at(&self, index: usize) -> Option<(usize, usize)> {
        let at = self.segments.partition_point(|s| s.1 <= index);
        self.segments.get(at).copied().filter(|s| s.0 <= index)
    }

    /// Smallest and largest value of the rows `lo..hi`, through the pyramid.
    pub(super) fn extent_of(&self, lo: usize, hi: usize) -> Option<(f64, f64)> {
        let mut e = Extent::EMPTY;
        let raw = |e: Extent, lo: usize, hi: usize| {
            let rows = self.values.get(lo..hi).unwrap_or_default();
            rows.iter().fold(e, |e, v| e.with(*v, *v))
        };
        let (mut lo, mut hi) = (lo, hi);
        // Peel the ragged ends off level by level; what is left is whole buckets.
        for level in 0..=self.levels.len() {
            let take = |e: Extent, a: usize, b: usize| match level.checked_sub(1) {
                None => raw(e, a, b),
                Some(k) => {
                    let buckets = self.levels.get(k).and_then(|l| l.get(a..b));
                    buckets
                        .unwrap_or_default()
                        .iter()
                        .fold(e, |e, b| e.with(b.min, b.max))
                }
            };
            let (up, down) = (lo.div_ceil(FACTOR), hi / FACTOR);
            if level == self.levels.len() || up >= down {
                e = take(e, lo, hi);
                break;
            }
            e = take(take(e, lo, up * FACTOR), down * FACTOR, hi);
            (lo, hi) = (up, down);
        }
        (e.min <= e.max).then_some((e.min, e.max))
    }
}

fn segments(times: &[i64], values: &[f64], gap_us: i64) -> Vec<(usize, usize)> {
    let mut segments = Vec::new();
    let mut open: Option<(usize, i64)> = None;
    let mut last = 0;
    for (i, (t, v)) in times.iter().zip(values).enumerate() {
        let broken = v.is_nan() || t.saturating_sub(last) > gap_us;
        if broken && let Some((from, _)) = open.take() {
            segments.push((from, i));
        }
        if !v.is_nan() && open.is_none() {
            open = Some((i, *t));
        }
        last = *t;
    }
    if let Some((from, _)) = open {
        segments.push((from, values.len()));
    }
    segments
}

fn pyramid(values: &[f64]) -> Vec<Vec<Extent>> {
    let mut levels: Vec<Vec<Extent>> = Vec::new();
    if values.len() < FACTOR {
        return levels;
    }
    let first = values
        .chunks(FACTOR)
        .map(|c| c.iter().fold(Extent::EMPTY, |e, v| e.with(*v, *v)))
        .collect::<Vec<_>>();
    let mut below = first;
    while below.len() >= FACTOR {
        let above = below
            .chunks(FACTOR)
            .map(|c| c.iter().fold(Extent::EMPTY, |e, b| e.with(b.min, b.max)))
            .collect();
        levels.push(std::mem::replace(&mut below, above));
    }
    levels.push(below);
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GAP: i64 = 500;

    /// Rows with irregular steps (some longer than the gap limit) and runs of nulls.
    fn rows() -> impl Strategy<Value = (Vec<i64>, Vec<f64>)> {
        prop::collection::vec((1i64..300, -1e3f64..1e3, 0u8..40), 0..3000).prop_map(|rows| {
            let (mut t, mut null) = (1_000_000, 0u8);
            let (mut times, mut values) = (Vec::new(), Vec::new());
            for (step, value, dice) in rows {
                t += if dice == 39 { step * 40 } else { step };
                null = if dice < 2 { 5 } else { null.saturating_sub(1) };
                times.push(t);
                values.push(if null > 0 { f64::NAN } else { value });
            }
            (times, values)
        })
    }

    /// Whether a line leads from row `i - 1` to row `i`.
    fn line_to(times: &[i64], values: &[f64], i: usize) -> bool {
        i > 0 && !values[i].is_nan() && !values[i - 1].is_nan() && times[i] - times[i - 1] <= GAP
    }

    fn brute(times: &[i64], values: &[f64], range: TimeRange, width: usize) -> Vec<Option<Column>> {
        let length = i128::from(range.end() - range.start()) + 1;
        let column = |t: i64| (i128::from(t - range.start()) * width as i128 / length) as usize;
        (0..width)
            .map(|c| {
                let inside: Vec<usize> = (0..times.len())
                    .filter(|i| (range.start()..=range.end()).contains(&times[*i]))
                    .filter(|i| column(times[*i]) == c && !values[*i].is_nan())
                    .collect();
                let (first, last) = (*inside.first()?, *inside.last()?);
                let of = inside.iter().map(|i| values[*i]);
                let bucket = Bucket {
                    min: of.clone().fold(f64::INFINITY, f64::min),
                    max: of.fold(f64::NEG_INFINITY, f64::max),
                    first: values[first],
                    last: values[last],
                };
                let joined = line_to(times, values, first);
                Some(Column { bucket, joined })
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn reduction_equals_brute_force(
            (times, values) in rows(), a in 0i64..600_000, length in 1i64..600_000, width in 1usize..300,
        ) {
            let series = Series::new(times.clone().into(), values.clone(), GAP);
            let range = TimeRange::new(1_000_000 + a, 1_000_000 + a + length);
            let reduced = series.reduce(range, width);
            prop_assert_eq!(&reduced.columns, &brute(&times, &values, range, width));
            let inside = values.iter().zip(&times)
                .filter(|(v, t)| !v.is_nan() && **t >= range.start() && **t <= range.end())
                .map(|(v, _)| *v);
            prop_assert_eq!(
                series.extent_in(range).map(|e| e.0),
                inside.clone().reduce(f64::min)
            );
            prop_assert_eq!(series.extent_in(range).map(|e| e.1), inside.reduce(f64::max));
        }

        #[test]
        fn lines_cross_the_edges_where_no_gap_is(
            (times, values) in rows(), a in 0i64..600_000, length in 1i64..5_000,
        ) {
            let series = Series::new(times.clone().into(), values.clone(), GAP);
            let range = TimeRange::new(1_000_000 + a, 1_000_000 + a + length);
            let reduced = series.reduce(range, 10);
            let at = |edge: i64, strictly: bool| {
                let next = times.iter().position(|t| if strictly { *t > edge } else { *t >= edge })?;
                line_to(&times, &values, next).then(|| {
                    let (t0, t1) = (times[next - 1] as f64, times[next] as f64);
                    let share = (edge as f64 - t0) / (t1 - t0);
                    values[next - 1] * (1.0 - share) + values[next] * share
                })
            };
            for (got, want) in [(reduced.enter, at(range.start(), false)), (reduced.leave, at(range.end(), true))] {
                prop_assert_eq!(got.is_some(), want.is_some());
                if let (Some(got), Some(want)) = (got, want) {
                    prop_assert!((got - want).abs() < 1e-6, "{} {}", got, want);
                }
            }
        }
    }

    #[test]
    fn one_spike_in_a_million_samples_is_seen_at_every_zoom() {
        let n = 1_000_000i64;
        let times: Arc<[i64]> = (0..n).map(|i| i * 10_000).collect();
        let spike = 777_777usize;
        let values = (0..n as usize).map(|i| if i == spike { 1e6 } else { (i % 7) as f64 });
        let series = Series::new(times, values.collect(), i64::MAX);
        let at = spike as i64 * 10_000;
        let mut span = n * 10_000;
        while span > 1000 {
            let range = TimeRange::new(at - span / 3, at + span - span / 3);
            let (_, max) = series.reduce(range, 160).extent().unwrap();
            assert_eq!(max, 1e6, "lost at a span of {span} µs");
            span /= 3;
        }
    }

    #[test]
    fn a_silence_without_rows_is_a_gap() {
        let series = Series::new([0, 10, 20, 5000, 5010].into(), vec![1.0; 5], GAP);
        let columns = series.reduce(TimeRange::new(0, 5010), 10).columns;
        assert!(columns[0].is_some() && columns[1..9].iter().all(Option::is_none));
        assert!(!columns[9].unwrap().joined);
        assert_eq!(series.gap_at(2000), Some((20, 5000)));
        assert_eq!(series.gap_at(15), None);
        assert_eq!(series.gap_at(6000), None);
        assert_eq!(series.gap_at(-5), None);
        // Within the silence nothing is drawn at all.
        assert_eq!(series.reduce(TimeRange::new(100, 200), 4).extent(), None);
    }

    #[test]
    fn the_cursor_reads_the_row_at_or_before_it() {
        let series = Series::new([10, 20, 30].into(), vec![1.0, f64::NAN, 3.0], GAP);
        assert_eq!(series.at_or_before(9), None);
        assert_eq!(series.at_or_before(19).unwrap().value, 1.0);
        assert!(series.at_or_before(29).unwrap().value.is_nan());
        assert_eq!(series.at_or_before(i64::MAX).unwrap().time, 30);
        assert_eq!(series.extent(), Some((1.0, 3.0)));
    }

    #[test]
    fn an_empty_series_reduces_to_nothing() {
        let series = Series::new([].into(), vec![], GAP);
        assert_eq!(
            series.reduce(TimeRange::new(0, 100), 3).columns,
            vec![None; 3]
        );
        assert_eq!(series.extent(), None);
        assert!(series.is_empty());
    }
}
