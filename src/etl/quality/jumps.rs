//! Clocks of single sensors that were set while the others went on.

use super::{
    Thresholds,
    common_gaps::{continues, same},
    raw_channel::RawChannel,
    rules::gap::EDGE_S,
    timing::{Gap, Intervals},
};
use crate::schema::FieldKind;

/// A gap that some channels have at the same time, but not all of the run.
struct Event {
    gap: Gap,
    /// Indices of the channels.
    channels: Vec<usize>,
}

/// Finds the gaps of a sensor over which its clock was set, and makes them jumps of its channels
/// instead: see [`is_jump`]. Then a channel also ends when it would have without jumps, and begins
/// or ends late only by the right span of the run, which is returned.
pub(super) fn take_jumps(
    channels: &mut [RawChannel<'_>],
    thresholds: &Thresholds,
    rest_mm: f64,
    span: Gap,
) -> Gap {
    let mut found = false;
    for event in events(channels) {
        if is_jump(&event, channels, thresholds, rest_mm) {
            found = true;
            event
                .channels
                .iter()
                .for_each(|i| set_jump(&mut channels[*i], event.gap));
        }
    }
    found |= set_back_ends(channels);
    if !found {
        return span;
    }
    let ends = measured(channels).map(|(i, c)| i.last_us(c));
    let span = (span.0, ends.max().unwrap_or(span.1));
    for channel in channels {
        if let Some(mut intervals) = channel.intervals.take() {
            intervals.set_edges(channel, thresholds, span);
            channel.intervals = Some(intervals);
        }
    }
    span
}

fn measured<'c>(
    channels: &'c [RawChannel<'_>],
) -> impl Iterator<Item = (&'c Intervals, &'c RawChannel<'c>)> {
    let measured = channels.iter();
    measured.filter_map(|c| Some((c.intervals.as_ref()?, c)))
}

/// The gaps of all channels, those that several have at the same time once.
fn events(channels: &[RawChannel<'_>]) -> Vec<Event> {
    let mut gaps: Vec<(Gap, usize)> = Vec::new();
    for (index, channel) in channels.iter().enumerate() {
        let own = channel.intervals.iter().flat_map(|i| &i.timing.gaps);
        gaps.extend(own.map(|gap| (*gap, index)));
    }
    gaps.sort_unstable();
    let slack = |a: usize, b: usize| {
        let gap_us = |c: usize| channels[c].intervals.as_ref().map_or(0.0, |i| i.gap_us);
        gap_us(a).max(gap_us(b))
    };
    let mut open: Vec<Event> = Vec::new();
    let mut events = Vec::new();
    for (gap, index) in gaps {
        let alike = |e: &&mut Event| {
            let other = e.channels[0];
            !e.channels.contains(&index) && same(e.gap, gap, slack(index, other))
        };
        if let Some(event) = open.iter_mut().find(alike) {
            event.channels.push(index);
            continue;
        }
        // Gaps come by their begin: those that ended before this one are complete.
        events.extend(open.extract_if(.., |e| e.gap.1 < gap.0));
        open.push(Event {
            gap,
            channels: vec![index],
        });
    }
    events.extend(open);
    events
}

/// Whether a clock was set: two axes or more go on as if no time had passed, or the channels end
/// so much later than the others, as they would if the clock had leapt.
fn is_jump(
    event: &Event,
    channels: &[RawChannel<'_>],
    thresholds: &Thresholds,
    rest_mm: f64,
) -> bool {
    let of_event = || event.channels.iter().map(|i| &channels[*i]);
    let axes = of_event().filter(|c| c.is(FieldKind::Position));
    let goes_on: Vec<bool> = axes
        .filter_map(|axis| continues(axis, event.gap, rest_mm))
        .collect();
    if goes_on.contains(&false) {
        return false;
    }
    if goes_on.len() > 1 {
        return true;
    }
    let last = |index: usize| {
        let channel = &channels[index];
        let end = |i: &Intervals| i.last_us(channel) as f64;
        channel.intervals.as_ref().map(end)
    };
    let others = (0..channels.len()).filter(|i| !event.channels.contains(i));
    let (Some(end), Some(usual)) = (
        median(event.channels.iter().filter_map(|i| last(*i))),
        median(others.filter_map(last)),
    ) else {
        return false;
    };
    let interval = of_event().filter_map(|c| c.median_us).fold(0.0, f64::max);
    let leap = (event.gap.1 - event.gap.0) as f64 - interval;
    let edge_us = thresholds.get(&EDGE_S) * 1e6;
    leap > edge_us && (end - usual - leap).abs() <= (edge_us / 4.0).max(interval)
}

/// The gap of the channel that is `gap` becomes a jump.
fn set_jump(channel: &mut RawChannel<'_>, gap: Gap) {
    let Some(intervals) = channel.intervals.as_mut() else {
        return;
    };
    let slack = intervals.gap_us;
    let gaps = &mut intervals.timing.gaps;
    let near = |g: &Gap| ((g.0 - gap.0) as f64).abs() + ((g.1 - gap.1) as f64).abs();
    let nearest = (0..gaps.len()).min_by(|a, b| near(&gaps[*a]).total_cmp(&near(&gaps[*b])));
    if let Some(at) = nearest.filter(|at| near(&gaps[*at]) <= 4.0 * slack) {
        let own = gaps.remove(at);
        intervals.shift_us += (own.1 - own.0) as f64 - intervals.median_us;
        intervals.jumps.push(own);
    }
}

/// Channels whose clock was set back end early by as much: that is no gap at the run's end. Says
/// whether there are any.
fn set_back_ends(channels: &mut [RawChannel<'_>]) -> bool {
    let usual = measured(channels).filter(|(i, _)| i.set_back.is_empty());
    let Some(usual) = median(usual.map(|(i, c)| i.last_us(c) as f64)) else {
        return false;
    };
    let mut found = false;
    for channel in channels {
        let end = channel.span().1 as f64;
        let Some(intervals) = channel.intervals.as_mut() else {
            continue;
        };
        let back: f64 = intervals.set_back.iter().map(|d| (d.1 - d.0) as f64).sum();
        let missing = usual - end;
        // Stretches are known to within a block of intervals at each end.
        let slack = 64.0 * intervals.median_us + 250_000.0;
        if back > 0.0 && missing > 0.0 && (missing - back).abs() <= slack {
            intervals.shift_us -= missing;
            found = true;
        }
    }
    found
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    let middle = values.len().checked_sub(1)? / 2;
    values.sort_by(f64::total_cmp);
    values.get(middle).copied()
}
