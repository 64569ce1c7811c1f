//! Clocks: the sample times that channels of one sensor share, laid over the times of
//! the whole table.
//!
//! A clock knows the row of each of its samples and nothing of the rows between them:
//! what is in force there follows. So everything made from a clock costs what its samples
//! cost, however many rows other clocks add.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use crate::{clean::TimeOrder, numeric::SortedIntervals, schema::Hold};

/// One clock over the rows of a table.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Sample times in microseconds, strictly increasing, at least one.
    pub times: Arc<Vec<i64>>,
    /// Longest age in microseconds at which a value is held.
    pub hold_us: i64,
    /// The row of each sample.
    rows: Arc<Vec<u32>>,
    /// Samples that are not in force until the next one (or the end of the table): their
    /// index and the first row at which they are held no more; ascending.
    ends: Vec<(u32, u32)>,
    /// Rows of the table.
    len: u32,
    /// The intervals between samples.
    intervals: OnceLock<SortedIntervals>,
}

/// A stretch of rows in which one sample is in force, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Index of the sample among the clock's.
    pub sample: Option<usize>,
    /// Rows of the table.
    pub rows: Range<usize>,
}

/// Lays clocks over each other: their distinct times, ascending, and each clock with the
/// rows of its samples.
pub fn align(clocks: Vec<Arc<Vec<i64>>>, hold: Hold) -> (Arc<Vec<i64>>, Vec<Clock>) {
    let order = merge(&clocks);
    align_in(order, clocks, hold)
}

/// As [`align`], of clocks whose order is known.
pub fn align_in(
    TimeOrder { times, places }: TimeOrder,
    clocks: Vec<Arc<Vec<i64>>>,
    hold: Hold,
) -> (Arc<Vec<i64>>, Vec<Clock>) {
    let clocks = clocks
        .into_iter()
        .zip(places)
        .map(|(clock, rows)| Clock::laid(clock, rows, &times, hold))
        .collect();
    (times, clocks)
}

/// Samples of one clock that are merged at a time: what is sorted stays in the fastest cache.
const BLOCK: usize = 512;

/// The distinct times of several clocks, and per clock the row of each of its samples.
fn merge(clocks: &[Arc<Vec<i64>>]) -> TimeOrder {
    if let [only] = clocks {
        return TimeOrder {
            times: only.clone(),
            places: vec![Arc::new((0..only.len() as u32).collect())],
        };
    }
    let all: usize = clocks.iter().map(|c| c.len()).sum();
    let mut times = Vec::with_capacity(all);
    let mut rows: Vec<Vec<u32>> = clocks.iter().map(|c| Vec::with_capacity(c.len())).collect();
    let mut next = vec![0; clocks.len()];
    let mut block: Vec<u64> = Vec::with_capacity(BLOCK * clocks.len());
    loop {
        // No clock has more than a block of samples up to this time, and the one it comes
        // from has a whole one.
        let rests = clocks.iter().zip(&next).map(|(c, n)| &c[*n..]);
        let Some(base) = rests.clone().filter_map(|r| r.first()).min().copied() else {
            return TimeOrder {
                times: Arc::new(times),
                places: rows.into_iter().map(Arc::new).collect(),
            };
        };
        let last = rests.filter_map(|r| r.get(BLOCK - 1)).min().copied();
        // A time and the clock it comes from fit one word unless a block spans millennia.
        let last = last.unwrap_or(i64::MAX).min(base.saturating_add(1 << 54));
        block.clear();
        for (id, (clock, next)) in clocks.iter().zip(&mut next).enumerate() {
            let rest = &clock[*next..];
            let rest = &rest[..rest.len().min(BLOCK)];
            let taken = rest.partition_point(|t| *t <= last);
            block.extend(rest[..taken].iter().map(|t| word(t - base, id)));
            *next += taken;
        }
        // The standard sort finds the ascending runs and merges them.
        block.sort();
        let mut before = None;
        for word in &block {
            let offset = (word >> CLOCK_BITS) as i64;
            if before != Some(offset) {
                before = Some(offset);
                times.push(base + offset);
            }
            rows[(word & CLOCK_MASK) as usize].push(times.len() as u32 - 1);
        }
    }
}

/// A profile has at most 250 channels, so there are no more clocks.
const CLOCK_BITS: u32 = 8;
const CLOCK_MASK: u64 = (1 << CLOCK_BITS) - 1;

fn word(offset: i64, clock: usize) -> u64 {
    (offset as u64) << CLOCK_BITS | clock as u64
}

impl Clock {
    /// Lays a clock over the table's times, which contain all of its own.
    pub fn new(times: Arc<Vec<i64>>, table: &[i64], hold: Hold) -> Self {
        let mut rows = Vec::with_capacity(times.len());
        let mut row = 0;
        for time in times.iter() {
            row += table[row..].iter().take_while(|t| *t < time).count();
            rows.push(row as u32);
        }
        Self::laid(times, Arc::new(rows), table, hold)
    }

    fn laid(times: Arc<Vec<i64>>, rows: Arc<Vec<u32>>, table: &[i64], hold: Hold) -> Self {
        let mut clock = Self {
            times,
            hold_us: i64::MAX,
            rows,
            ends: Vec::new(),
            len: table.len() as u32,
            intervals: OnceLock::new(),
        };
        clock.hold_us = hold.limit_us(clock.median_interval_us());
        let too_long = clock.times.windows(2).map(|w| w[1] - w[0] > clock.hold_us);
        let until = |sample: usize, next: u32| {
            let row = clock.rows[sample];
            let time = clock.times[sample];
            let between = &table[row as usize..next as usize];
            let held = between.partition_point(|now| now - time <= clock.hold_us);
            let end = row + held as u32;
            (end < next).then_some((sample as u32, end))
        };
        let mut ends: Vec<(u32, u32)> = too_long
            .enumerate()
            .filter(|(_, long)| *long)
            .filter_map(|(i, _)| until(i, clock.rows[i + 1]))
            .collect();
        ends.extend(until(clock.rows.len() - 1, clock.len));
        clock.ends = ends;
        clock
    }

    /// A clock whose samples stand in these rows and are held to the next one, but for
    /// those that end earlier (sample, row).
    pub(super) fn merged(rows: Vec<u32>, ends: Vec<(u32, u32)>, table: &[i64]) -> Self {
        Self {
            times: Arc::new(rows.iter().map(|r| table[*r as usize]).collect()),
            hold_us: i64::MAX,
            rows: Arc::new(rows),
            ends,
            len: table.len() as u32,
            intervals: OnceLock::new(),
        }
    }

    /// The row of each sample.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Samples that are not in force until the next one, and the row at which they end.
    pub fn ends(&self) -> &[(u32, u32)] {
        &self.ends
    }

    /// The intervals between samples in microseconds.
    pub fn intervals(&self) -> &SortedIntervals {
        let of_times = || SortedIntervals::of(&self.times);
        self.intervals.get_or_init(of_times)
    }

    /// Median interval between samples in microseconds; of an even count the mean of the
    /// middle two. `None` with fewer than two samples.
    pub fn median_interval_us(&self) -> Option<f64> {
        self.intervals().quantile(&[], 0.5)
    }

    /// The samples of which one is in force in each row of `rows` in which any is: all of
    /// them are in force somewhere there. Empty when none is.
    pub fn in_force(&self, rows: Range<usize>) -> Range<usize> {
        let (from, to) = (rows.start as u32, rows.end as u32);
        let next = self.rows.partition_point(|r| *r <= from);
        let first = match next.checked_sub(1) {
            Some(sample) if from < to && self.end_of(sample) > from => sample,
            _ => next,
        };
        let end = next + self.rows[next..].partition_point(|r| *r < to);
        first..end.max(first)
    }

    /// The first row after `sample`'s own in which it is not in force.
    fn end_of(&self, sample: usize) -> u32 {
        match self.ends.binary_search_by_key(&(sample as u32), |e| e.0) {
            Ok(at) => self.ends[at].1,
            Err(_) => self.rows.get(sample + 1).copied().unwrap_or(self.len),
        }
    }

    /// The rows of `rows` in order, each once, by the sample in force.
    pub fn spans(&self, rows: Range<usize>) -> Spans<'_> {
        let from = rows.start as u32;
        let next = self.rows.partition_point(|r| *r <= from);
        let before = next.saturating_sub(1) as u32;
        Spans {
            clock: self,
            at: from,
            to: rows.end as u32,
            next,
            end: self.ends.partition_point(|e| e.0 < before),
        }
    }
}

/// Walks over rows; see [`Clock::spans`].
#[derive(Debug, Clone)]
pub struct Spans<'a> {
    clock: &'a Clock,
    at: u32,
    to: u32,
    /// The first sample after `at`.
    next: usize,
    /// The first of the clock's `ends` that is not of an earlier sample.
    end: usize,
}

impl Iterator for Spans<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        if self.at >= self.to {
            return None;
        }
        let next_row = self.clock.rows.get(self.next).copied();
        let next_row = next_row.unwrap_or(self.clock.len).min(self.to);
        let mut sample = self.next.checked_sub(1);
        let mut until = next_row;
        if let (Some(current), Some((of, end))) = (sample, self.clock.ends.get(self.end))
            && current == *of as usize
        {
            if self.at < *end {
                until = next_row.min(*end);
            } else {
                sample = None;
            }
            if until == next_row {
                self.end += 1;
            }
        }
        let rows = self.at as usize..until as usize;
        self.at = until;
        if until == next_row {
            self.next += 1;
        }
        Some(Span { sample, rows })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the definition: the last sample at or before each row, if young enough.
    fn by_definition(times: &[i64], rows: &[i64], hold: i64) -> Vec<Option<usize>> {
        rows.iter()
            .map(|now| {
                let last = (0..times.len()).rev().find(|i| times[*i] <= *now);
                last.filter(|i| now - times[*i] <= hold)
            })
            .collect()
    }

    /// The sample in force by row.
    fn in_force(clock: &Clock, rows: Range<usize>) -> Vec<Option<usize>> {
        let mut at = rows.start;
        let mut out = Vec::new();
        for span in clock.spans(rows.clone()) {
            assert_eq!(span.rows.start, at);
            assert!(!span.rows.is_empty());
            at = span.rows.end;
            out.extend(span.rows.map(|_| span.sample));
        }
        assert_eq!(at, rows.end.max(rows.start));
        out
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let times = Arc::new(vec![0, 10, 20, 100]);
        let rows: Vec<i64> = (0..13).map(|i| i * 10).collect();
        let clock = Clock::new(times, &rows, Hold::Intervals(2.0));
        assert_eq!(clock.hold_us, 20);
        let want = [0, 1, 2, 2, 2].map(Some).into_iter();
        let want = want.chain([None; 5]).chain([Some(3); 3]);
        assert_eq!(in_force(&clock, 0..13), want.collect::<Vec<_>>());
        assert_eq!(clock.in_force(0..13), 0..4);
        assert_eq!(clock.in_force(5..9), 3..3);
        assert_eq!(clock.in_force(3..11), 2..4);
    }

    #[test]
    fn a_single_sample_holds_nothing() {
        let clock = Clock::new(Arc::new(vec![10]), &[0, 10, 11], Hold::Unlimited);
        assert_eq!(in_force(&clock, 0..3), [None, Some(0), None]);
    }

    #[test]
    fn the_median_of_an_even_count_is_the_mean_of_the_middle_two() {
        let median = |times: &[i64]| {
            Clock::new(Arc::new(times.to_vec()), times, Hold::Unlimited).median_interval_us()
        };
        assert_eq!(median(&[0, 10, 21, 40, 60]), Some(15.0));
        assert_eq!(median(&[0, 1, 3]), Some(1.5));
        assert_eq!(median(&[5]), None);
    }

    #[test]
    fn clocks_millennia_apart_are_merged_too() {
        let (a, b) = (
            vec![-62_000_000_000_000_000, 5],
            vec![253_000_000_000_000_000],
        );
        let clocks = vec![Arc::new(a.clone()), Arc::new(b.clone())];
        let (times, clocks) = align(clocks, Hold::Unlimited);
        assert_eq!(*times, [a[0], a[1], b[0]]);
        assert_eq!(
            (clocks[0].rows(), clocks[1].rows()),
            (&[0, 1][..], &[2][..])
        );
    }

    fn any_clock(last: i64, samples: usize) -> impl Strategy<Value = Vec<i64>> {
        prop::collection::btree_set(0..last, 1..samples).prop_map(|s| s.into_iter().collect())
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            a in any_clock(500, 40),
            b in any_clock(500, 40),
            hold in prop_oneof![Just(Hold::Unlimited), (0.0..5.0f64).prop_map(Hold::Intervals)],
            cut in (0usize..100, 0usize..100),
        ) {
            let (rows, clocks) = align(vec![a.into(), b.into()], hold);
            prop_assert!(rows.is_sorted_by(|x, y| x < y));
            for clock in clocks {
                let want = by_definition(&clock.times, &rows, clock.hold_us);
                prop_assert_eq!(&in_force(&clock, 0..rows.len()), &want);
                let again = Clock::new(clock.times.clone(), &rows, hold);
                prop_assert_eq!((again.rows(), again.ends()), (clock.rows(), clock.ends()));
                // And of any part.
                let (from, to) = (cut.0.min(rows.len()), cut.1.min(rows.len()));
                let part = from.min(to)..to;
                prop_assert_eq!(&in_force(&clock, part.clone()), &want[part.clone()]);
                let mut seen: Vec<usize> = want[part.clone()].iter().flatten().copied().collect();
                seen.dedup();
                prop_assert_eq!(clock.in_force(part).collect::<Vec<_>>(), seen);
            }
        }

        #[test]
        fn blocks_merge_as_one(clocks in prop::collection::vec(any_clock(20_000, 3000), 1..5)) {
            let clocks: Vec<Arc<Vec<i64>>> = clocks.into_iter().map(Arc::new).collect();
            let TimeOrder { times, places } = merge(&clocks);
            let mut want: Vec<i64> = clocks.iter().flat_map(|c| c.iter().copied()).collect();
            want.sort_unstable();
            want.dedup();
            prop_assert_eq!(&*times, &want);
            for (clock, rows) in clocks.iter().zip(places) {
                let found: Vec<i64> = rows.iter().map(|r| times[*r as usize]).collect();
                prop_assert_eq!(clock.as_slice(), found);
            }
        }
    }
}
