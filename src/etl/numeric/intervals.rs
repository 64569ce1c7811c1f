//! Intervals between times, in order.

/// Shorter intervals are counted and not sorted: a recorder's are a few thousand microseconds.
const COUNTED: usize = 1 << 15;
/// So many times are worth looking at all counts.
const MANY: usize = 4096;

/// The intervals between times in ascending order, equal ones once: a recorder's clock has few that
/// differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SortedIntervals {
    /// Ascending, each once.
    values: Vec<i64>,
    /// As many: how many intervals are as long as it or shorter.
    ends: Vec<u32>,
}

impl SortedIntervals {
    /// Those between consecutive `times` (strictly increasing).
    pub fn of(times: &[i64]) -> Self {
        let intervals = times.windows(2).map(|w| w[1] - w[0]);
        let mut sorted = Self::default();
        if times.len() < MANY {
            sorted.add_unsorted(intervals.collect());
            return sorted;
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
        // Most counts are zero.
        const BLOCK: usize = 64;
        for (block, counts) in counts.chunks(BLOCK).enumerate() {
            if counts.iter().fold(0, |any, count| any | count) > 0 {
                let numbered = (block * BLOCK..).zip(counts);
                numbered.for_each(|(interval, count)| sorted.push(interval as i64, *count));
            }
        }
        sorted.add_unsorted(long);
        sorted
    }

    /// Adds intervals that are longer than all that are there.
    fn add_unsorted(&mut self, mut intervals: Vec<i64>) {
        intervals.sort_unstable();
        for same in intervals.chunk_by(|a, b| a == b) {
            self.push(same[0], same.len() as u32);
        }
    }

    fn push(&mut self, interval: i64, count: u32) {
        if count > 0 {
            self.values.push(interval);
            self.ends.push(self.len() as u32 + count);
        }
    }

    /// How many intervals there are.
    pub fn len(&self) -> usize {
        self.ends.last().map_or(0, |end| *end as usize)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The interval at `rank`, from 0.
    pub fn get(&self, rank: usize) -> Option<i64> {
        let at = self.ends.partition_point(|end| *end as usize <= rank);
        self.values.get(at).copied()
    }

    /// How many are shorter than `interval`.
    pub fn rank_of(&self, interval: i64) -> usize {
        let at = self.values.partition_point(|value| *value < interval);
        let before = at.checked_sub(1).and_then(|before| self.ends.get(before));
        before.map_or(0, |end| *end as usize)
    }

    /// The quantile `share` (from 0 to 1), as [`super::percentile::of`], those at the ranks `without`
    /// (ascending) left out; `None` when none is left.
    pub fn quantile(&self, without: &[usize], share: f64) -> Option<f64> {
        let last = self.len().checked_sub(without.len() + 1)?;
        let position = last as f64 * share;
        let low = position.floor() as usize;
        let nth = |rank: usize| {
            let at = without
                .iter()
                .fold(rank, |at, w| at + usize::from(*w <= at));
            self.get(at).map(|v| v as f64)
        };
        let (at, fraction) = (nth(low)?, position - low as f64);
        Some(match nth(low + 1) {
            Some(next) if fraction > 0.0 && low < last => at + (next - at) * fraction,
            _ => at,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn times(intervals: &[i64]) -> Vec<i64> {
        let mut now = -5;
        let after = intervals.iter().map(|interval| {
            now += interval;
            now
        });
        std::iter::once(-5).chain(after).collect()
    }

    #[test]
    fn quantiles_without_some() {
        let sorted = SortedIntervals::of(&times(&[2, 9, 1, 5, 2]));
        assert_eq!(sorted.quantile(&[], 0.5), Some(2.0));
        // 1, 2, 5
        assert_eq!(sorted.quantile(&[1, 4], 0.5), Some(2.0));
        assert_eq!(sorted.quantile(&[1, 4], 0.75), Some(3.5));
        assert_eq!(sorted.quantile(&[0, 1], 0.0), Some(2.0));
        assert_eq!(sorted.quantile(&[0, 1, 2, 3], 1.0), Some(9.0));
        assert_eq!(sorted.quantile(&[0, 1, 2, 3, 4], 1.0), None);
        for none in [&[][..], &[7]] {
            assert!(SortedIntervals::of(none).is_empty());
            assert_eq!(SortedIntervals::of(none).quantile(&[], 0.5), None);
        }
    }

    proptest! {
        #[test]
        fn counting_is_sorting(
            mut intervals in prop::collection::vec(
                prop_oneof![9 => 1i64..20_000, 1 => 1i64..70_000, 1 => Just(COUNTED as i64), 1 => 1i64..1 << 50],
                0..2 * MANY,
            ),
        ) {
            let sorted = SortedIntervals::of(&times(&intervals));
            intervals.sort_unstable();
            prop_assert_eq!(sorted.len(), intervals.len());
            let by_rank: Vec<i64> = (0..).map_while(|rank| sorted.get(rank)).collect();
            prop_assert_eq!(&by_rank, &intervals);
            for interval in intervals.iter().step_by(97).flat_map(|i| [*i - 1, *i, *i + 1]) {
                prop_assert_eq!(sorted.rank_of(interval), intervals.partition_point(|i| *i < interval));
            }
        }
    }
}
