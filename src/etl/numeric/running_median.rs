//! The median of values that become more.

use std::{cmp::Reverse, collections::BinaryHeap};

/// The median of all values so far, in O(log n) a value.
#[derive(Debug, Default)]
pub struct RunningMedian {
    /// The smaller half, and the middle one of an odd number, as [`key`]s.
    low: BinaryHeap<i64>,
    high: BinaryHeap<Reverse<i64>>,
}

/// The bits of a double as a number that has its place in the order of [`f64::total_cmp`].
fn key(value: f64) -> i64 {
    flipped(value.to_bits().cast_signed())
}

/// The double of a [`key`].
fn double(key: i64) -> f64 {
    f64::from_bits(flipped(key).cast_unsigned())
}

/// All bits but the sign of a negative number the other way round: its own inverse.
fn flipped(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

impl RunningMedian {
    /// That of these values.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut low: Vec<i64> = values.map(key).collect();
        let half = low.len().div_ceil(2);
        if half < low.len() {
            low.select_nth_unstable(half);
        }
        let high = low.split_off(half);
        Self {
            low: low.into(),
            high: high.into_iter().map(Reverse).collect(),
        }
    }

    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        let value = key(value);
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
                let (low, high) = (double(*low), double(high.0));
                low + (high - low) / 2.0
            }
            (Some(low), _) => double(*low),
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
        fn keys_have_the_order_of_doubles(a in any::<f64>(), b in any::<f64>()) {
            prop_assert_eq!(key(a).cmp(&key(b)), a.total_cmp(&b));
            prop_assert_eq!(double(key(a)).to_bits(), a.to_bits());
        }

        #[test]
        fn of_many_it_is_that_of_one_after_the_other(
            values in prop::collection::vec(prop_oneof![3 => -1e3..1e3f64, 1 => Just(0.0), 1 => Just(-0.0)], 0..80),
            more in prop::collection::vec(-1e3..1e3f64, 0..20),
        ) {
            let mut at_once = RunningMedian::of(values.iter().copied());
            let mut one_by_one = RunningMedian::default();
            values.iter().for_each(|v| one_by_one.push(*v));
            prop_assert_eq!(at_once.value().to_bits(), one_by_one.value().to_bits());
            for value in more {
                at_once.push(value);
                one_by_one.push(value);
                prop_assert_eq!(at_once.value().to_bits(), one_by_one.value().to_bits());
            }
        }

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
