//! A channel as a row of small bars.

use super::Bucket;

/// Bars are so many eighths of a line high, at most, counted from 0.
const HIGHEST: u8 = 7;

/// The height of a channel that never changes: a line in the middle.
const FLAT: u8 = 3;

/// The heights of `width` bars, from 0 to 7, for the smallest and largest values of equal spans of
/// time (`None`: a span without samples, and no bar). The lowest bar is the smallest value of all, so
/// signed values need no zero line.
pub fn heights(buckets: &[Option<Bucket>], width: usize) -> Vec<Option<u8>> {
    let Some(whole) = merge(buckets) else {
        return vec![None; width];
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
    let cells = cells.into_iter();
    cells.map(|cell| Some(scale.height(cell?))).collect()
}

/// As [`heights`] for one value per span.
pub fn heights_of_values(values: &[Option<f64>], width: usize) -> Vec<Option<u8>> {
    let buckets: Vec<_> = values
        .iter()
        .map(|v| v.filter(|v| v.is_finite()).map(Bucket::at))
        .collect();
    heights(&buckets, width)
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
    fn height(&self, bucket: Bucket) -> u8 {
        let range = self.whole.max - self.whole.min;
        if range <= 0.0 {
            return FLAT;
        }
        let (above, below) = (bucket.max - self.usual.1, self.usual.0 - bucket.min);
        let value = if above.max(below) <= range / 2.0 {
            (bucket.min + bucket.max) / 2.0
        } else if above >= below {
            bucket.max
        } else {
            bucket.min
        };
        let step = (value - self.whole.min) / range * 8.0;
        (step as u8).min(HIGHEST)
    }
}
