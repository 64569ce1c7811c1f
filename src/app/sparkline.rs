//! A channel in one line of text.

use crate::etl::reduce::Bucket;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// `width` characters for the smallest and largest values of equal spans of time
/// (`None`: a span without samples, drawn as a blank). The lowest bar is the smallest
/// value of all, so signed values need no zero line; a channel that never changes is
/// a line in the middle.
pub fn sparkline(buckets: &[Option<Bucket>], width: usize) -> String {
    let Some(whole) = merge(buckets) else {
        return " ".repeat(width);
    };
    let cell = |c: usize| {
        let from = c * buckets.len() / width;
        let to = ((c + 1) * buckets.len()).div_ceil(width).max(from + 1);
        buckets.get(from..to.min(buckets.len())).and_then(merge)
    };
    let cells: Vec<Option<Bucket>> = (0..width).map(cell).collect();
    // Of what the cells hold, not the buckets: where a cell is a whole swing, no cell is a spike.
    let usual = usual(&cells);
    let scale = Scale { whole, usual };
    let bars = cells.into_iter();
    bars.map(|cell| cell.map_or(' ', |bucket| scale.bar(bucket)))
        .collect()
}

/// As [`sparkline`] for one value per span.
pub fn sparkline_values(values: &[Option<f64>], width: usize) -> String {
    let buckets: Vec<_> = values
        .iter()
        .map(|v| v.filter(|v| v.is_finite()).map(Bucket::at))
        .collect();
    sparkline(&buckets, width)
}

fn merge(buckets: &[Option<Bucket>]) -> Option<Bucket> {
    buckets.iter().flatten().copied().reduce(Bucket::merge)
}

/// What a span of the channel usually holds: the medians of its spans' smallest and largest
/// values.
fn usual(buckets: &[Option<Bucket>]) -> (f64, f64) {
    let median = |of: fn(&Bucket) -> f64| {
        let mut values: Vec<f64> = buckets.iter().flatten().map(of).collect();
        let middle = values.len() / 2;
        if middle < values.len() {
            values.select_nth_unstable_by(middle, f64::total_cmp);
        }
        values.get(middle).copied().unwrap_or_default()
    };
    (median(|b| b.min), median(|b| b.max))
}

/// What heights are measured by.
struct Scale {
    /// All that the channel holds.
    whole: Bucket,
    /// See [`usual`].
    usual: (f64, f64),
}

impl Scale {
    /// The height of one span: the middle of what it holds, or, where it goes beyond what spans
    /// usually hold by more than half of the whole range (a spike), that extreme. Noise that
    /// fills every span is none.
    fn bar(&self, bucket: Bucket) -> char {
        let range = self.whole.max - self.whole.min;
        if range <= 0.0 {
            return '▄';
        }
        let (above, below) = (bucket.max - self.usual.1, self.usual.0 - bucket.min);
        let value = if above.max(below) <= range / 2.0 {
            (bucket.min + bucket.max) / 2.0
        } else if above >= below {
            bucket.max
        } else {
            bucket.min
        };
        let step = ((value - self.whole.min) / range * 8.0) as usize;
        BARS.get(step.min(7)).copied().unwrap_or('█')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_span_the_channels_range() {
        let values: Vec<_> = (0..8).map(|v| Some(f64::from(v) - 100.0)).collect();
        assert_eq!(sparkline_values(&values, 8), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline_values(&[Some(-5.0), Some(-5.0)], 3), "▄▄▄");
    }

    #[test]
    fn gaps_are_blank_and_nothing_is_a_blank_line() {
        assert_eq!(
            sparkline_values(&[Some(0.0), None, Some(f64::NAN), Some(7.0)], 4),
            "▁  █"
        );
        assert_eq!(sparkline_values(&[None; 3], 5), "     ");
        assert_eq!(sparkline_values(&[], 2), "  ");
        assert_eq!(sparkline_values(&[Some(1.0)], 0), "");
    }

    #[test]
    fn noise_is_a_band_in_the_middle() {
        // Each span holds most of what there is, now more of its top, now of its bottom.
        let span = |i: u32| {
            let (a, b) = (f64::from(i * 7 % 5), f64::from(i * 11 % 5));
            Some(Bucket {
                min: -10.0 + a / 2.0,
                max: 10.0 - b / 2.0,
                ..Bucket::at(0.0)
            })
        };
        let buckets: Vec<_> = (0..512).map(span).collect();
        for width in [8, 48, 200] {
            let line = sparkline(&buckets, width);
            assert!(
                line.chars().all(|c| c == '▄' || c == '▅'),
                "{width}: {line}"
            );
        }
    }

    #[test]
    fn a_swing_in_every_cell_is_a_band_however_few_cells_there_are() {
        let swing = |i: usize| Some((i as f64 / 500.0 * 60.0).sin() * 1000.0);
        let values: Vec<_> = (0..500).map(swing).collect();
        for width in [2, 4, 6, 8] {
            let line = sparkline_values(&values, width);
            assert!(
                line.chars().all(|c| c == '▄' || c == '▅'),
                "{width}: {line}"
            );
        }
    }

    #[test]
    fn a_spike_survives_any_width() {
        let bucket = |min, max| Bucket {
            min,
            max,
            ..Bucket::at(0.0)
        };
        let mut buckets = vec![Some(bucket(0.0, 1.0)); 500];
        buckets[123] = Some(bucket(0.0, 100.0));
        for width in [7, 40, 500, 1000] {
            let line = sparkline(&buckets, width);
            assert_eq!(line.chars().count(), width);
            assert!(line.contains('█'), "{width}: {line}");
        }
        buckets[123] = Some(bucket(-100.0, 1.0));
        assert_eq!(sparkline(&buckets, 10).find('▁'), Some("██".len()));
    }
}
