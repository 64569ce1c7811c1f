//! Magnitudes: the length of a vector at every row where all its components are known.

use std::sync::Arc;

use super::clock::{Clock, NONE};

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

/// The clock of a vector whose components have clocks of their own: it ticks at every row
/// at which the sample in force of one of them is another, or none any more. `times` are
/// those of the table.
pub fn merge(clocks: &[&Clock], times: &[i64]) -> Clock {
    let mut ticks = Vec::new();
    let mut source = Vec::with_capacity(times.len());
    for (row, time) in times.iter().enumerate() {
        let other = |c: &&Clock| row == 0 || c.source[row] != c.source[row - 1];
        if clocks.iter().any(other) {
            ticks.push(*time);
        }
        // Row 0 always ticks.
        source.push(ticks.len() as u32 - 1);
    }
    Clock {
        times: Arc::new(ticks),
        hold_us: i64::MAX,
        source,
    }
}

/// The lengths at every tick of the merged clock; NaN where a component is held no more
/// or has no value yet, so that what is not NaN is a sample: a row at which one component
/// has a sample and all have a value.
///
/// `components`: clock and values by sample, each.
pub fn at_ticks(components: &[(&Clock, &[f64])], merged: &Clock) -> Vec<f64> {
    let mut out = Vec::with_capacity(merged.times.len());
    for (row, tick) in merged.source.iter().enumerate() {
        if *tick as usize == out.len() {
            out.push(length(components.iter().map(
                |(clock, values)| match clock.source[row] {
                    NONE => f64::NAN,
                    sample => values[sample as usize],
                },
            )));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::etl::{profile::Hold, transform::clock::timeline};

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
        let merged = merge(&[&a, &b], &times);
        let values = at_ticks(&[(&a, &[3.0; 3]), (&b, &[4.0; 3])], &merged);
        // At 0 b has no value yet; at 100 a's last value is too old.
        assert_eq!(*merged.times, times);
        assert!(values[0].is_nan() && values[5].is_nan());
        assert_eq!(values[1..5], [5.0; 4]);
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            axes in prop::collection::vec(prop::collection::btree_map(0i64..400, -9.0..9.0f64, 2..30), 3),
            hold in 0.5..4.0f64,
        ) {
            let axes: Vec<(Arc<Vec<i64>>, Vec<f64>)> = axes
                .into_iter()
                .map(|a| a.into_iter().unzip())
                .map(|(t, v): (Vec<i64>, Vec<f64>)| (Arc::new(t), v))
                .collect();
            let clocks: Vec<Arc<Vec<i64>>> = axes.iter().map(|(t, _)| t.clone()).collect();
            let times = timeline(&clocks);
            let clocks: Vec<Clock> =
                clocks.into_iter().map(|t| Clock::new(t, &times, Hold::Intervals(hold))).collect();
            let merged = merge(&clocks.iter().collect::<Vec<_>>(), &times);
            let parts: Vec<(&Clock, &[f64])> =
                clocks.iter().zip(&axes).map(|(c, (_, v))| (c, v.as_slice())).collect();
            let values = at_ticks(&parts, &merged);
            // By the definition, row by row: the last sample of each axis, if young enough.
            let mut samples = Vec::new();
            for (row, now) in times.iter().enumerate() {
                let at = |(clock, values): &(&Clock, &[f64])| {
                    let last = (0..values.len()).rev().find(|i| clock.times[*i] <= *now)?;
                    (now - clock.times[last] <= clock.hold_us).then(|| values[last])
                };
                let want = parts
                    .iter()
                    .map(at)
                    .collect::<Option<Vec<f64>>>()
                    .map(|p| (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt());
                let got = values[merged.source[row] as usize];
                match want {
                    Some(want) => prop_assert!((got - want).abs() < 1e-9),
                    None => prop_assert!(got.is_nan()),
                }
                if want.is_some() && clocks.iter().any(|c| c.times.contains(now)) {
                    samples.push(*now);
                }
            }
            let got: Vec<i64> =
                merged.times.iter().zip(&values).filter(|(_, v)| !v.is_nan()).map(|(t, _)| *t).collect();
            prop_assert_eq!(got, samples);
        }
    }
}
