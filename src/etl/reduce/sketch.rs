//! A chart of a channel whose table is not read yet, from the run's overview.

use super::{Bucket, Column, Reduced, Spans, TimeRange};

/// Reduces what is visible of a channel to `width` columns, from the spans that each touches:
/// where columns are narrower than spans, several show the same. No value is missed; a gap
/// shorter than a span is.
pub fn sketch(buckets: &[Option<Bucket>], spans: Spans, range: TimeRange, width: usize) -> Reduced {
    let column = |c: usize| {
        let from = spans.of(range.column_start(c, width));
        let to = spans.of(range.column_start(c + 1, width).saturating_sub(1));
        let inside = buckets.get(from..=to.max(from))?;
        let all = inside.iter().flatten().copied().reduce(Bucket::merge)?;
        let begins = inside.first().is_some_and(Option::is_some);
        let before = from.checked_sub(1).and_then(|b| buckets.get(b));
        Some(Column {
            bucket: all,
            joined: begins && before.is_some_and(Option::is_some),
        })
    };
    let columns: Vec<Option<Column>> = (0..width).map(column).collect();
    // An overview has no means: the middle between the ends of a span stands for it.
    let middle = |column: &Option<Column>| {
        column.map_or(f64::NAN, |c| (c.bucket.first + c.bucket.last) / 2.0)
    };
    Reduced {
        means: columns.iter().map(middle).collect(),
        columns,
        ..Reduced::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lake::run_file::Window, overview::Builder, reduce::Series};

    /// 100,000 rows with a hole and a spike, whole and as an overview.
    fn both(spans: usize) -> (Series, Vec<Option<Bucket>>, Spans) {
        let times: Vec<i64> = (0..100_000i64)
            .filter(|i| !(40_000..52_000).contains(i))
            .map(|i| i * 11)
            .collect();
        let values: Vec<f64> = (0..times.len())
            .map(|i| match i {
                12_345 => 900.0,
                i => (i as f64 / 700.0).sin() * 40.0,
            })
            .collect();
        let spans = Spans::new(TimeRange::new(0, 99_999 * 11), spans);
        let mut builder = Builder::new(spans, 1);
        builder.add(&Window {
            first_row: 0,
            times: times.clone(),
            columns: vec![values.clone()],
        });
        let buckets = builder.finish().channels.remove(0);
        (Series::new(times.into(), values, 1000), buckets, spans)
    }

    #[test]
    fn a_sketch_of_the_whole_is_the_chart_where_spans_and_columns_agree() {
        let (series, buckets, spans) = both(4000);
        let whole = TimeRange::new(0, 99_999 * 11);
        for width in [400, 1000, 4000] {
            let (chart, sketch) = (
                series.reduce(whole, width),
                sketch(&buckets, spans, whole, width),
            );
            assert_eq!(sketch.columns, chart.columns, "{width}");
        }
    }

    #[test]
    fn no_spike_is_missed_and_nothing_is_made_up_at_any_zoom() {
        let (series, buckets, spans) = both(512);
        let whole = TimeRange::new(0, 99_999 * 11);
        for span in [1_000, 20_000, 500_000] {
            let range = TimeRange::new(12_345 * 11 - span / 3, 12_345 * 11 + span).clamp(whole);
            let (chart, sketch) = (
                series.reduce(range, 333),
                sketch(&buckets, spans, range, 333),
            );
            assert_eq!(sketch.extent().map(|e| e.1), Some(900.0), "{span}");
            for (real, drawn) in chart.columns.iter().zip(&sketch.columns) {
                let Some(real) = real else { continue };
                let (real, drawn) = (real.bucket, drawn.unwrap().bucket);
                assert!(drawn.min <= real.min && real.max <= drawn.max, "{span}");
            }
        }
        let hole = TimeRange::new(41_000 * 11, 51_000 * 11);
        assert_eq!(sketch(&buckets, spans, hole, 100).extent(), None);
    }
}
