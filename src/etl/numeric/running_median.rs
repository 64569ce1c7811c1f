//! The median of values that become more.

use std::{cmp::Reverse, collections::BinaryHeap};

/// The median of all values so far, in O(log n) a value.
#[derive(Debug, Default)]
pub struct RunningMedian {
    /// The smaller half, and the middle one of an odd number.
    low: BinaryHeap<Total>,
    high: BinaryHeap<Reverse<Total>>,
}

/// A double in the order of [`f64::total_cmp`].
#[derive(Debug, Clone, Copy)]
struct Total(f64);

impl PartialEq for Total {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl RunningMedian {
    /// That of these values.
    pub fn of(values: &[f64]) -> Self {
        let mut median = Self::default();
        values.iter().for_each(|v| median.push(*v));
        median
    }

    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        let value = Total(value);
        if self.low.peek().is_none_or(|top| value <= *top) {
            self.low.push(value);
        } else {
            self.high.push(Reverse(value));
        }
        if self.low.len() > self.high.len() + 1 {
            self.high.extend(self.low.pop().map(Reverse));
        } else if self.high.len() > self.low.len() {
            self.low.extend(self.high.pop().map(|v| v.0));
        }
    }

    /// The median; of an even number of values the mean of the middle two. NaN without values.
    pub fn value(&self) -> f64 {
        match (self.low.peek(), self.high.peek()) {
            (Some(low), Some(high)) if self.low.len() == self.high.len() => {
                low.0 + (high.0.0 - low.0) / 2.0
            }
            (Some(low), _) => low.0,
            _ => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::numeric::percentile;

    proptest! {
        #[test]
        fn it_is_the_median_of_each_beginning(values in prop::collection::vec(-1e3..1e3f64, 1..80)) {
            let mut running = RunningMedian::default();
            for (i, value) in values.iter().enumerate() {
                running.push(*value);
                let median = percentile::median(&mut values[..=i].to_vec()).unwrap();
                prop_assert!((running.value() - median).abs() < 1e-9);
            }
        }
    }
}
