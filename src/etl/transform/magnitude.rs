//! Magnitudes: the length of a vector at every row where all its components are known.

use super::clock::{Clock, NONE};

/// One component: its clock and its values by sample (NaN: none).
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// Whose samples these are.
    pub clock: &'a Clock,
    /// One per sample of the clock.
    pub values: &'a [f64],
}

impl Part<'_> {
    fn at(&self, row: usize) -> f64 {
        match self.clock.source[row] {
            NONE => f64::NAN,
            index => self.values[index as usize],
        }
    }

    /// Whether the row is a sample of this component.
    fn is_sample(&self, row: usize, time: i64) -> bool {
        self.clock.is_sample(row, time) && !self.at(row).is_nan()
    }
}

/// `√(Σ component²)`, NaN where a component is NaN or the sum overflows.
pub fn length(components: impl Iterator<Item = f64>) -> f64 {
    let sum: f64 = components.map(|c| c * c).sum();
    let root = sum.sqrt();
    if root.is_finite() { root } else { f64::NAN }
}

/// Lengths by sample for components that share one clock.
pub fn same_clock(components: &[&[f64]]) -> Vec<f64> {
    let samples = components.first().map_or(0, |c| c.len());
    (0..samples)
        .map(|i| length(components.iter().map(|c| c[i])))
        .collect()
}

/// The magnitude at one row of the table.
pub fn at_row(parts: &[Part<'_>], row: usize) -> f64 {
    length(parts.iter().map(|p| p.at(row)))
}

/// The magnitude's samples when its components have clocks of their own: the rows at
/// which one of them has a sample and all have a value. Returns rows and lengths.
pub fn samples(parts: &[Part<'_>], times: &[i64]) -> (Vec<u32>, Vec<f64>) {
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for (row, time) in times.iter().enumerate() {
        if parts.iter().any(|p| p.is_sample(row, *time)) {
            let value = at_row(parts, row);
            if !value.is_nan() {
                rows.push(row as u32);
                values.push(value);
            }
        }
    }
    (rows, values)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::etl::profile::Hold;

    #[test]
    fn lengths() {
        assert_eq!(length([3.0, 4.0, 12.0].into_iter()), 13.0);
        assert!(length([3.0, f64::NAN].into_iter()).is_nan());
        assert!(length([1e200, 1.0].into_iter()).is_nan());
        assert_eq!(same_clock(&[&[3.0, 6.0], &[4.0, 8.0]]), [5.0, 10.0]);
    }

    #[test]
    fn samples_are_where_one_has_a_sample_and_all_have_a_value() {
        let times = [0, 5, 10, 15, 20, 100];
        let a = Clock::new(Arc::new(vec![0, 10, 20]), &times, Hold::Intervals(1.0));
        let b = Clock::new(Arc::new(vec![5, 15, 100]), &times, Hold::Intervals(0.2));
        assert_eq!((a.hold_us, b.hold_us), (10, 9));
        let parts = [
            Part {
                clock: &a,
                values: &[3.0, 3.0, 3.0],
            },
            Part {
                clock: &b,
                values: &[4.0, 4.0, 4.0],
            },
        ];
        // Row 0: b has no value yet. Row 5: a's last value is too old.
        let (rows, values) = samples(&parts, &times);
        assert_eq!(rows, [1, 2, 3, 4]);
        assert_eq!(values, [5.0; 4]);
    }
}
