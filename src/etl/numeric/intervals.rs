//! Intervals between times, sorted.

use std::iter::repeat_n;

/// Shorter intervals are counted and not sorted: a recorder's are a few thousand microseconds.
const COUNTED: usize = 1 << 15;
/// So many times are worth looking at all counts.
const MANY: usize = 4096;

/// The intervals between consecutive `times` (strictly increasing), ascending.
pub fn sorted_intervals(times: &[i64]) -> Vec<i64> {
    let intervals = times.windows(2).map(|w| w[1] - w[0]);
    if times.len() < MANY {
        let mut all: Vec<i64> = intervals.collect();
        all.sort_unstable();
        return all;
    }
    let mut counts = vec![0u32; COUNTED];
    let mut long = Vec::new();
    for interval in intervals {
        match usize::try_from(interval)
            .ok()
            .and_then(|at| counts.get_mut(at))
        {
            Some(count) => *count += 1,
            None => long.push(interval),
        }
    }
    long.sort_unstable();
    let mut all = Vec::with_capacity(times.len());
    for (interval, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        all.extend(repeat_n(interval as i64, *count as usize));
    }
    all.append(&mut long);
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counting_is_sorting(
            steps in prop::collection::vec(
                prop_oneof![9 => 1i64..20_000, 1 => 1i64..70_000, 1 => Just(COUNTED as i64), 1 => 1i64..1 << 50],
                0..2 * MANY,
            ),
        ) {
            let mut now = -5;
            let mut times = vec![now];
            times.extend(steps.iter().map(|step| {
                now += step;
                now
            }));
            let mut want = steps;
            want.sort_unstable();
            prop_assert_eq!(sorted_intervals(&times), want);
        }
    }
}
