//! Clocks: the sample times that channels of one sensor share, laid over the times of
//! the whole table.

use std::sync::Arc;

use crate::etl::{profile::Hold, stats::percentile};

/// No sample is in force.
pub const NONE: u32 = u32::MAX;

/// One clock over the rows of a table.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Sample times in microseconds, strictly increasing, at least one.
    pub times: Arc<Vec<i64>>,
    /// Longest age in microseconds at which a value is held.
    pub hold_us: i64,
    /// Per row of the table: the index of the sample in force, or [`NONE`].
    pub source: Vec<u32>,
}

/// The distinct times of several clocks, ascending.
pub fn timeline(clocks: &[Arc<Vec<i64>>]) -> Vec<i64> {
    if let [only] = clocks {
        return only.to_vec();
    }
    let mut all = Vec::with_capacity(clocks.iter().map(|c| c.len()).sum());
    for clock in clocks {
        all.extend_from_slice(clock);
    }
    // The standard sort finds the ascending runs and merges them.
    all.sort();
    all.dedup();
    all
}

impl Clock {
    /// Lays a clock over the table's times, which contain all of its own.
    pub fn new(times: Arc<Vec<i64>>, rows: &[i64], hold: Hold) -> Self {
        let hold_us = hold.limit_us(median_interval_us(&times));
        let mut source = Vec::with_capacity(rows.len());
        let mut next = 0;
        for now in rows {
            while times.get(next).is_some_and(|t| t <= now) {
                next += 1;
            }
            let held = next.checked_sub(1).filter(|i| now - times[*i] <= hold_us);
            source.push(held.map_or(NONE, |i| i as u32));
        }
        Self {
            times,
            hold_us,
            source,
        }
    }

    /// Whether row `row`, whose time is `time`, is a sample of this clock.
    pub fn is_sample(&self, row: usize, time: i64) -> bool {
        let index = self.source[row];
        index != NONE && self.times[index as usize] == time
    }
}

/// Median interval between samples in microseconds; of an even count the mean of the
/// middle two. `None` with fewer than two samples.
pub fn median_interval_us(times: &[i64]) -> Option<f64> {
    let mut intervals: Vec<f64> = times.windows(2).map(|w| (w[1] - w[0]) as f64).collect();
    percentile::of(&mut intervals, &[0.5]).map(|p| p[0])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the definition: the last sample at or before each row, if young enough.
    fn by_definition(times: &[i64], rows: &[i64], hold: i64) -> Vec<u32> {
        rows.iter()
            .map(|now| {
                let last = (0..times.len()).rev().find(|i| times[*i] <= *now);
                last.filter(|i| now - times[*i] <= hold)
                    .map_or(NONE, |i| i as u32)
            })
            .collect()
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let times = Arc::new(vec![0, 10, 20, 100]);
        let rows: Vec<i64> = (0..13).map(|i| i * 10).collect();
        let clock = Clock::new(times, &rows, Hold::Intervals(2.0));
        assert_eq!(clock.hold_us, 20);
        assert_eq!(
            clock.source,
            [0, 1, 2, 2, 2, NONE, NONE, NONE, NONE, NONE, 3, 3, 3]
        );
        assert!(clock.is_sample(2, 20) && !clock.is_sample(3, 30));
    }

    #[test]
    fn a_single_sample_holds_nothing() {
        let clock = Clock::new(Arc::new(vec![10]), &[0, 10, 11], Hold::Unlimited);
        assert_eq!(clock.source, [NONE, 0, NONE]);
    }

    #[test]
    fn the_median_of_an_even_count_is_the_mean_of_the_middle_two() {
        assert_eq!(median_interval_us(&[0, 10, 21, 40, 60]), Some(15.0));
        assert_eq!(median_interval_us(&[0, 1, 3]), Some(1.5));
        assert_eq!(median_interval_us(&[5]), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            mut a in prop::collection::vec(0i64..500, 1..40),
            mut b in prop::collection::vec(0i64..500, 1..40),
            hold in prop_oneof![Just(Hold::Unlimited), (0.0..5.0f64).prop_map(Hold::Intervals)],
        ) {
            for v in [&mut a, &mut b] {
                v.sort();
                v.dedup();
            }
            let (a, b) = (Arc::new(a), Arc::new(b));
            let rows = timeline(&[a.clone(), b.clone()]);
            prop_assert!(rows.is_sorted_by(|x, y| x < y));
            for times in [a, b] {
                let clock = Clock::new(times.clone(), &rows, hold);
                prop_assert_eq!(&clock.source, &by_definition(&times, &rows, clock.hold_us));
            }
        }
    }
}
