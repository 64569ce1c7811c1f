//! A channel in one line of text.

use crate::etl::reduce::{Bucket, heights, heights_of_values};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// `width` characters for the smallest and largest values of equal spans of time (`None`: a span
/// without samples, drawn as a blank): see [`heights`].
pub fn sparkline(buckets: &[Option<Bucket>], width: usize) -> String {
    bars(heights(buckets, width))
}

/// As [`sparkline`] for one value per span.
pub fn sparkline_values(values: &[Option<f64>], width: usize) -> String {
    bars(heights_of_values(values, width))
}

/// A bar for each height, a blank where there is none.
pub fn bars(heights: impl IntoIterator<Item = Option<u8>>) -> String {
    let bar = |height: u8| BARS.get(usize::from(height)).copied().unwrap_or('█');
    let heights = heights.into_iter();
    heights.map(|height| height.map_or(' ', bar)).collect()
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
