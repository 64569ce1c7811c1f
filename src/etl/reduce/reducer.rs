//! Reduces rows that pass by once, such as those of a table that is too long to be kept.

use super::{
    Bucket, Column, Reduced, Spans, WindowStats,
    columns::{empty_stretches, height_at},
    window_stats::Sums,
};

/// Takes rows in, in the order of time, and gives what
/// [`Series::reduce`](super::Series::reduce) and [`Series::stats`](super::Series::stats) give
/// of a series of the same rows. The row before the range and the one after it belong to them:
/// they decide where the line enters and leaves.
#[derive(Debug, Clone)]
pub struct Reducer {
    spans: Spans,
    gap_us: i64,
    usual_us: f64,
    reduced: Reduced,
    sums: Sums,
    /// The same of each column.
    of_columns: Vec<Sums>,
    /// The last row.
    before: Option<(i64, f64)>,
    /// Time of the last row with a value.
    known: Option<i64>,
    /// Breaks of the line that are longer than a span.
    breaks: Vec<(i64, i64)>,
}

impl Reducer {
    /// To the columns `spans`. Rows further apart than `gap_us` microseconds are not joined; a
    /// value before a null or a gap is in force for `usual_us`.
    pub fn new(spans: Spans, gap_us: i64, usual_us: f64) -> Self {
        Self {
            spans,
            gap_us,
            usual_us: Sums::usual(usual_us),
            reduced: Reduced {
                columns: vec![None; spans.count()],
                ..Reduced::default()
            },
            sums: Sums::default(),
            of_columns: vec![Sums::default(); spans.count()],
            before: None,
            known: None,
            breaks: Vec::new(),
        }
    }

    /// Takes in the next rows: their times and values (NaN or infinite: null).
    pub fn add(&mut self, times: &[i64], values: &[f64]) {
        let range = self.spans.range();
        let shortest = range.span() / self.spans.count() as i64;
        let (mut span, mut end) = (0, i64::MIN);
        // The column of the row before.
        let mut column_before = self.before.map_or(0, |(time, _)| self.spans.of(time));
        for (time, value) in times.iter().zip(values) {
            let (time, value) = (*time, if value.is_finite() { *value } else { f64::NAN });
            let before = self.before.replace((time, value));
            let joined = before.filter(|(t, v)| {
                !v.is_nan() && !value.is_nan() && time.saturating_sub(*t) <= self.gap_us
            });
            if let Some((t, v)) = before {
                if range.contains(t) {
                    let until = joined.map(|_| (time - t) as f64);
                    let weight = until.unwrap_or(self.usual_us);
                    self.sums.weigh(v, weight);
                    if let Some(column) = self.of_columns.get_mut(column_before) {
                        column.weigh(v, weight);
                    }
                }
                if t < range.start() && range.start() <= time {
                    self.reduced.enter = joined.map(|b| height_at(b, (time, value), range.start()));
                }
                if t <= range.end() && range.end() < time {
                    self.reduced.leave = joined.map(|b| height_at(b, (time, value), range.end()));
                }
            }
            if value.is_nan() {
                continue;
            }
            if let Some(known) = self.known.replace(time)
                && joined.is_none()
                && time.saturating_sub(known) > shortest
            {
                self.breaks.push((known, time));
            }
            if !range.contains(time) {
                continue;
            }
            self.sums.changed += u64::from(before.map(|b| b.1) != Some(value));
            if time >= end {
                span = self.spans.of(time);
                end = self.spans.begin(span + 1);
            }
            column_before = span;
            let Some(column) = self.reduced.columns.get_mut(span) else {
                continue;
            };
            match column {
                Some(column) => column.bucket = column.bucket.merge(Bucket::at(value)),
                None => {
                    *column = Some(Column {
                        bucket: Bucket::at(value),
                        joined: joined.is_some(),
                    });
                }
            }
        }
    }

    /// The columns, and the statistics of their values; `None` without a value.
    pub fn finish(mut self) -> (Reduced, Option<WindowStats>) {
        if let Some((t, v)) = self.before
            && self.spans.range().contains(t)
        {
            self.sums.weigh(v, self.usual_us);
            if let Some(column) = self.of_columns.get_mut(self.spans.of(t)) {
                column.weigh(v, self.usual_us);
            }
        }
        let range = self.spans.range();
        let middles = empty_stretches(&self.reduced.columns)
            .map(|(from, to)| range.column_start((from + to) / 2, self.spans.count()));
        let gaps = middles.filter_map(|time| {
            let around = |(from, to): &&(i64, i64)| (*from + 1..*to).contains(&time);
            self.breaks.iter().find(around).copied()
        });
        self.reduced.gaps = gaps.collect();
        let columns = self.reduced.columns.iter().zip(&self.of_columns);
        let mean = |(column, sums): (&Option<Column>, &Sums)| match column {
            Some(Column { bucket, .. }) => sums.stats(bucket.min, bucket.max).mean,
            None => f64::NAN,
        };
        self.reduced.means = columns.map(mean).collect();
        let buckets = self.reduced.columns.iter().flatten().map(|c| c.bucket);
        let whole = buckets.reduce(Bucket::merge);
        let stats = whole.map(|whole| self.sums.stats(whole.min, whole.max));
        (self.reduced, stats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reduce::{Series, TimeRange};
    use proptest::prelude::*;

    const GAP: i64 = 500;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        /// Rows with nulls, holes and held values, in pieces of any length: the same as of a
        /// series that keeps them.
        #[test]
        fn rows_that_pass_by_reduce_as_those_that_are_kept(
            rows in prop::collection::vec((1i64..300, -50i32..50, 0u8..40, 0u8..4), 0..3000),
            a in -1_000i64..600_000, length in 1i64..600_000, width in 1usize..300, piece in 1usize..900,
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
            let range = TimeRange::new(a, a + length);
            let mut reducer = Reducer::new(Spans::new(range, width), GAP, 70.0);
            for (times, values) in times.chunks(piece).zip(values.chunks(piece)) {
                reducer.add(times, values);
            }
            let (reduced, stats) = reducer.finish();
            let series = Series::new(times.into(), values, GAP).with_statistics(70.0);
            let wanted = series.reduce(range, width);
            prop_assert_eq!(&reduced.columns, &wanted.columns);
            prop_assert_eq!((reduced.enter, reduced.leave), (wanted.enter, wanted.leave));
            prop_assert_eq!(reduced.gaps, wanted.gaps);
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()));
            prop_assert_eq!(reduced.means.len(), wanted.means.len());
            for (mean, wanted) in reduced.means.iter().zip(&wanted.means) {
                prop_assert!(mean.is_nan() && wanted.is_nan() || close(*mean, *wanted), "{} {}", mean, wanted);
            }
            match (stats, series.stats(range)) {
                (None, None) => {}
                (Some(a), Some(b)) => {
                    prop_assert_eq!((a.min, a.max, a.changed), (b.min, b.max, b.changed));
                    prop_assert!(close(a.mean, b.mean) && close(a.rms, b.rms), "{:?} {:?}", a, b);
                }
                (a, b) => prop_assert!(false, "{:?} {:?}", a, b),
            }
        }
    }
}
