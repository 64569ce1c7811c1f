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
    let usual = usual(buckets);
    (0..width)
        .map(|c| {
            let from = c * buckets.len() / width;
            let to = ((c + 1) * buckets.len()).div_ceil(width).max(from + 1);
            match buckets.get(from..to.min(buckets.len())).and_then(merge) {
                Some(bucket) => bar(bucket, whole, usual),
                None => ' ',
            }
        })
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

/// Where the channel usually is: the mean of its spans' middles.
fn usual(buckets: &[Option<Bucket>]) -> f64 {
    let middles = buckets.iter().flatten().map(|b| (b.min + b.max) / 2.0);
    middles.clone().sum::<f64>() / middles.count().max(1) as f64
}

/// The height of one span: the middle of what it holds, or, when it holds more than
/// half of the whole range (a spike), the extreme that is further from the usual.
fn bar(bucket: Bucket, whole: Bucket, usual: f64) -> char {
    let range = whole.max - whole.min;
    if range <= 0.0 {
        return '▄';
    }
    let value = if bucket.max - bucket.min <= range / 2.0 {
        (bucket.min + bucket.max) / 2.0
    } else if bucket.max - usual >= usual - bucket.min {
        bucket.max
    } else {
        bucket.min
    };
    let step = ((value - whole.min) / range * 8.0) as usize;
    BARS.get(step.min(7)).copied().unwrap_or('█')
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
    fn a_spike_survives_any_width() {
        let bucket = |min, max| Bucket {
            min,
            max,
            ..Bucket::at(0.0)
        };
        let mut buckets = vec![Some(bucket(0.0, 1.0)); 500];
        buckets[123] = Some(bucket(0.0, 100.0));
        for width in [1, 7, 40, 500, 1000] {
            let line = sparkline(&buckets, width);
            assert_eq!(line.chars().count(), width);
            assert!(line.contains('█'), "{width}: {line}");
        }
        buckets[123] = Some(bucket(-100.0, 1.0));
        assert_eq!(sparkline(&buckets, 10).find('▁'), Some("██".len()));
    }
}
