//! Magnitudes: the length of a vector at every row where all its components are known.

use super::clock::Clock;

/// `√(Σ component²)`, NaN where a component is NaN or the sum overflows.
#[inline]
pub fn length(components: impl Iterator<Item = f64>) -> f64 {
    root(square(components))
}

#[inline]
fn square(components: impl Iterator<Item = f64>) -> f64 {
    components.map(|c| c * c).sum()
}

#[inline]
fn root(square: f64) -> f64 {
    let root = square.sqrt();
    if root.is_finite() { root } else { f64::NAN }
}

/// Lengths by sample for components that share one clock.
pub fn same_clock(components: &[&[f64]]) -> Vec<f64> {
    if let [x, y, z] = components {
        let pairs = x.iter().zip(*y).zip(*z);
        return pairs
            .map(|((x, y), z)| length([*x, *y, *z].into_iter()))
            .collect();
    }
    let samples = components.first().map_or(0, |c| c.len());
    (0..samples)
        .map(|i| length(components.iter().map(|c| c[i])))
        .collect()
}

/// By tick, and in it by component: the index of the sample in force.
#[derive(Debug)]
pub struct Parts(Vec<u32>);

/// The clock of a vector whose components have clocks of their own: it ticks at every row
/// at which one component has a sample and all are in force. `times` are those of the table.
pub fn merge(clocks: &[&Clock], times: &[i64]) -> (Clock, Parts) {
    let (mut rows, mut samples) = match clocks {
        [a, b, c] => union([a.rows(), b.rows(), c.rows()], [Walk::default(); 3]),
        _ => union(
            clocks.iter().map(|c| c.rows()).collect::<Vec<_>>(),
            vec![Walk::default(); clocks.len()],
        ),
    };
    let mut ends = Vec::new();
    let without = without_value(clocks, times.len() as u32);
    if !without.is_empty() {
        ends = leave_out(&without, &mut rows, &mut samples, clocks.len());
    }
    (Clock::merged(rows, ends, times), Parts(samples))
}

/// A list of rows as [`union`] walks over it.
#[derive(Debug, Clone, Copy, Default)]
struct Walk {
    /// Samples up to the row.
    begun: usize,
    /// In which of the 64 rows of the window the list has one.
    window: u64,
}

/// The rows in which one of several ascending lists has a sample, from the first at which
/// all have begun, and in each of them by list the sample that came last. `walks` has as many places.
fn union<'a>(
    lists: impl AsRef<[&'a [u32]]>,
    mut walks: impl AsMut<[Walk]>,
) -> (Vec<u32>, Vec<u32>) {
    let (lists, walks) = (lists.as_ref(), walks.as_mut());
    let most: usize = lists.iter().map(|l| l.len()).sum();
    let mut rows = Vec::with_capacity(most);
    let mut samples = Vec::with_capacity(most * lists.len());
    if lists.iter().any(|l| l.is_empty()) {
        return (rows, samples);
    }
    let start = lists.iter().map(|l| l[0]).max().unwrap_or(0);
    for (list, walk) in lists.iter().zip(walks.iter_mut()) {
        walk.begun = list.partition_point(|r| *r < start);
    }
    let mut next = Some(start);
    while let Some(first) = next {
        // 64 rows at a time, as bits: which list is next is never a branch that cannot be foretold.
        let mut any = 0;
        for (list, walk) in lists.iter().zip(walks.iter_mut()) {
            let within = list[walk.begun..].iter().map(|row| row - first);
            let within = within.take_while(|offset| *offset < u64::BITS);
            walk.window = within.fold(0, |window, offset| window | 1 << offset);
            any |= walk.window;
        }
        while any != 0 {
            let offset = any.trailing_zeros();
            any &= any - 1;
            rows.push(first + offset);
            samples.extend(walks.iter_mut().map(|walk| {
                walk.begun += (walk.window >> offset & 1) as usize;
                walk.begun as u32 - 1
            }));
        }
        let ahead = lists.iter().zip(walks.iter());
        next = ahead
            .filter_map(|(list, walk)| list.get(walk.begun))
            .min()
            .copied();
    }
    (rows, samples)
}

/// Stretches of rows, ascending and apart, in which a component that had a sample is held
/// no more.
fn without_value(clocks: &[&Clock], len: u32) -> Vec<(u32, u32)> {
    let mut all: Vec<(u32, u32)> = Vec::new();
    for clock in clocks {
        let until = |sample: u32| clock.rows().get(sample as usize + 1).copied();
        all.extend(
            clock
                .ends()
                .iter()
                .map(|(s, end)| (*end, until(*s).unwrap_or(len))),
        );
    }
    all.sort_unstable();
    let mut apart: Vec<(u32, u32)> = Vec::with_capacity(all.len());
    for (from, to) in all {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

/// Leaves out the ticks in these stretches; returns the ticks that end at one, and where.
fn leave_out(
    without: &[(u32, u32)],
    rows: &mut Vec<u32>,
    samples: &mut Vec<u32>,
    components: usize,
) -> Vec<(u32, u32)> {
    let mut ends = Vec::new();
    let mut kept = 0;
    let mut at = 0;
    for tick in 0..rows.len() {
        let row = rows[tick];
        while let Some((from, to)) = without.get(at)
            && *to <= row
        {
            end(&mut ends, kept, *from);
            at += 1;
        }
        if without.get(at).is_none_or(|(from, _)| row < *from) {
            rows[kept] = row;
            let parts = tick * components..(tick + 1) * components;
            samples.copy_within(parts, kept * components);
            kept += 1;
        }
    }
    for (from, _) in without.get(at..).unwrap_or_default() {
        end(&mut ends, kept, *from);
    }
    rows.truncate(kept);
    samples.truncate(kept * components);
    ends
}

/// The last of `kept` ticks ends at `row`, if there is one that did not end before.
fn end(ends: &mut Vec<(u32, u32)>, kept: usize, row: u32) {
    if let Some(last) = kept.checked_sub(1)
        && ends.last().is_none_or(|(tick, _)| *tick != last as u32)
    {
        ends.push((last as u32, row));
    }
}

/// The lengths at every tick, from the components' values by sample.
pub fn at_ticks(components: &[&[f64]], Parts(samples): &Parts) -> Vec<f64> {
    let mut lengths: Vec<f64> = if let [x, y, z] = components {
        let (ticks, _) = samples.as_chunks();
        let vectors = ticks
            .iter()
            .map(|[i, j, k]| [x[*i as usize], y[*j as usize], z[*k as usize]]);
        vectors.map(|vector| square(vector.into_iter())).collect()
    } else {
        let ticks = samples.chunks(components.len().max(1));
        let parts = ticks.map(|samples| components.iter().zip(samples));
        parts
            .map(|parts| square(parts.map(|(values, sample)| values[*sample as usize])))
            .collect()
    };
    // By themselves, so that the compiler may take several roots at once.
    lengths
        .iter_mut()
        .for_each(|length| *length = root(*length));
    lengths
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::{schema::Hold, transform::clock::align};

    #[test]
    fn lengths() {
        assert_eq!(length([3.0, 4.0, 12.0].into_iter()), 13.0);
        assert!(length([3.0, f64::NAN].into_iter()).is_nan());
        assert!(length([1e200, 1.0].into_iter()).is_nan());
        assert_eq!(same_clock(&[&[3.0, 6.0], &[4.0, 8.0]]), [5.0, 10.0]);
        let three: [&[f64]; 3] = [&[3.0, 1.0], &[4.0, 2.0], &[12.0, 2.0]];
        assert_eq!(same_clock(&three), [13.0, 3.0]);
    }

    #[test]
    fn samples_are_where_one_has_a_sample_and_all_have_a_value() {
        let times = [0, 5, 10, 15, 20, 100];
        let a = Clock::new(Arc::new(vec![0, 10, 20]), &times, Hold::Intervals(1.0));
        let b = Clock::new(Arc::new(vec![5, 15, 100]), &times, Hold::Intervals(0.2));
        assert_eq!((a.hold_us, b.hold_us), (10, 9));
        let (clock, parts) = merge(&[&a, &b], &times);
        let values = at_ticks(&[&[3.0; 3], &[4.0; 3]], &parts);
        // At 0 b has no value yet; at 100 a's last value is too old.
        assert_eq!(*clock.times, [5, 10, 15, 20]);
        assert_eq!(values, [5.0; 4]);
        assert_eq!(clock.in_force(5..6), 4..4);
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            axes in prop::collection::vec(prop::collection::btree_map(0i64..400, -9.0..9.0f64, 2..30), 2..5),
            hold in 0.5..4.0f64,
        ) {
            let axes: Vec<(Arc<Vec<i64>>, Vec<f64>)> = axes
                .into_iter()
                .map(|a| a.into_iter().unzip())
                .map(|(t, v): (Vec<i64>, Vec<f64>)| (Arc::new(t), v))
                .collect();
            let clocks = axes.iter().map(|(t, _)| t.clone()).collect();
            let (times, clocks) = align(clocks, Hold::Intervals(hold));
            let (merged, by_tick) = merge(&clocks.iter().collect::<Vec<_>>(), &times);
            let parts: Vec<&[f64]> = axes.iter().map(|(_, v)| v.as_slice()).collect();
            let values = at_ticks(&parts, &by_tick);
            // By the definition, row by row: the last sample of each axis, if young enough.
            let mut samples = Vec::new();
            let mut spans = merged.spans(0..times.len()).flat_map(|s| s.rows.map(move |_| s.sample));
            for now in times.iter() {
                let at = |(clock, values): (&Clock, &&[f64])| {
                    let last = (0..values.len()).rev().find(|i| clock.times[*i] <= *now)?;
                    (now - clock.times[last] <= clock.hold_us).then(|| values[last])
                };
                let want = clocks
                    .iter()
                    .zip(&parts)
                    .map(at)
                    .collect::<Option<Vec<f64>>>()
                    .map(|p| p.iter().map(|c| c * c).sum::<f64>().sqrt());
                let got = spans.next().unwrap().map(|tick| values[tick]);
                match (want, got) {
                    (Some(want), Some(got)) => prop_assert!((got - want).abs() < 1e-9),
                    (want, got) => prop_assert_eq!(want, got),
                }
                if want.is_some() && clocks.iter().any(|c| c.times.contains(now)) {
                    samples.push(*now);
                }
            }
            prop_assert_eq!(&*merged.times, &samples);
        }
    }
}
