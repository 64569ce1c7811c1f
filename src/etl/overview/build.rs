//! Makes overviews: of a table in memory, and of one that is read window by window.

use rayon::prelude::*;

use super::{LONG_SPANS, Overview};
use crate::{
    lake::run_file::Window,
    reduce::{Bucket, Spans, TimeRange},
    transform::RunTable,
};

/// The overview of a long run's table, in [`LONG_SPANS`] spans: what [`Builder`] would make
/// of its rows, from its samples.
pub fn of_table(table: &RunTable) -> Overview {
    let (Some(first), Some(last)) = (table.times.first(), table.times.last()) else {
        return Overview::default();
    };
    let spans = Spans::new(TimeRange::new(*first, *last), LONG_SPANS);
    let begins: Vec<usize> = (0..=spans.count())
        .map(|at| table.times.partition_point(|t| *t < spans.begin(at)))
        .collect();
    let channels = table.columns.par_iter().map(|column| {
        let clock = table.clocks.get(column.clock);
        let bucket = |rows: &[usize]| {
            let in_force = clock?.in_force(*rows.first()?..*rows.last()?);
            Bucket::of(column.values.get(in_force)?)
        };
        begins.windows(2).map(bucket).collect()
    });
    Overview {
        channels: channels.collect(),
    }
}

/// Takes a table in window by window.
pub struct Builder {
    spans: Spans,
    overview: Overview,
}

impl Builder {
    /// For `channels` channels.
    pub fn new(spans: Spans, channels: usize) -> Self {
        Self {
            spans,
            overview: Overview {
                channels: vec![vec![None; spans.count()]; channels],
            },
        }
    }

    /// Takes in the next rows; `window.columns` are the channels in their order.
    pub fn add(&mut self, window: &Window) {
        let mut from = 0;
        while let Some(time) = window.times.get(from) {
            let span = self.spans.of(*time);
            let end = self.spans.begin(span + 1);
            let rest = window.times.get(from..).unwrap_or_default();
            let to = if span + 1 == self.spans.count() {
                window.times.len()
            } else {
                from + rest.partition_point(|t| *t < end).max(1)
            };
            for (channel, values) in self.overview.channels.iter_mut().zip(&window.columns) {
                let found = values.get(from..to).and_then(Bucket::of);
                if let (Some(found), Some(bucket)) = (found, channel.get_mut(span)) {
                    *bucket = Some(bucket.map_or(found, |earlier| earlier.merge(found)));
                }
            }
            from = to;
        }
    }

    /// What was taken in so far.
    pub fn finish(self) -> Overview {
        self.overview
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use super::*;
    use crate::{
        overview::SHORT_SPANS,
        schema::Hold,
        transform::{Column, clock::align},
    };

    /// Row by row: the span of a time by division, its values in order.
    fn brute(times: &[i64], values: &[f64], spans: usize) -> Vec<Option<Bucket>> {
        let (start, stop) = (times[0], times[times.len() - 1]);
        (0..spans)
            .map(|span| {
                let inside = times.iter().zip(values).filter(|(t, v)| {
                    ((**t - start) as i128 * spans as i128 / (stop - start + 1) as i128) as usize
                        == span
                        && !v.is_nan()
                });
                let values: Vec<f64> = inside.map(|(_, v)| *v).collect();
                Some(Bucket {
                    min: values.iter().copied().reduce(f64::min)?,
                    max: values.iter().copied().reduce(f64::max)?,
                    first: *values.first()?,
                    last: *values.last()?,
                })
            })
            .collect()
    }

    #[test]
    fn windows_add_up_to_the_whole() {
        let n = 5000i64;
        let value = |i: i64| match i {
            1000..2000 => f64::NAN,
            _ => (i * 37 % 101) as f64,
        };
        let mut builder = Builder::new(Spans::new(TimeRange::new(0, n - 1), SHORT_SPANS), 1);
        for from in (0..n).step_by(700) {
            let rows: Vec<i64> = (from..(from + 700).min(n)).collect();
            builder.add(&Window {
                first_row: from as u64,
                columns: vec![rows.iter().map(|i| value(*i)).collect()],
                times: rows,
            });
        }
        let overview = builder.finish();
        let (times, values): (Vec<i64>, Vec<f64>) = (0..n).map(|i| (i, value(i))).unzip();
        assert_eq!(overview.channels, [brute(&times, &values, SHORT_SPANS)]);
        assert!(overview.channels[0].iter().any(Option::is_none));
    }

    #[test]
    fn the_samples_of_a_table_give_what_its_rows_give() {
        // Two clocks, one with a hole, a value that is missing, a spike of one sample.
        let clocks = [
            Arc::new((0..40_000i64).map(|i| i * 12).collect::<Vec<_>>()),
            Arc::new(
                (0..50_000i64)
                    .filter(|i| !(9_000..30_000).contains(i))
                    .map(|i| i * 10)
                    .collect::<Vec<_>>(),
            ),
        ];
        let (times, clocks) = align(clocks.into(), Hold::default());
        let column = |clock: usize| Column {
            name: format!("c{clock}"),
            unit: "N".into(),
            clock,
            values: (0..clocks[clock].times.len())
                .map(|i| match i {
                    0 => f64::NAN,
                    777 => 9e9,
                    i => ((i * 7919) % 1013) as f64 - 500.0,
                })
                .collect::<Vec<f64>>()
                .into(),
        };
        let columns = vec![column(0), column(1)];
        let table = RunTable {
            times,
            columns,
            clocks,
            distance_mm: BTreeMap::new(),
            samples: 0,
        };
        let overview = of_table(&table);
        for (column, found) in table.columns.iter().zip(&overview.channels) {
            let mut cells = Vec::new();
            table.fill(column, 0..table.times.len(), &mut cells);
            assert_eq!(found, &brute(&table.times, &cells, LONG_SPANS));
            let highest = found.iter().flatten().map(|b| b.max).fold(0.0, f64::max);
            assert_eq!(highest, 9e9, "the spike");
        }
        assert!(overview.channels[1].iter().any(Option::is_none));
    }
}
