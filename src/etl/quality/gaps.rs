//! Time: gaps, samples left out, jitter, clocks that jump, and derivatives across gaps.

use rayon::prelude::*;

use super::{
    Rule, Severity,
    book::{Book, Finding},
    check::Run,
    signal::Signal,
    single::{in_all, put},
    spots::Spot,
    timing::{Gap, Timing, dense, timing},
    words::{count, number, seconds, span},
};
use crate::profile::{ChannelName, FieldKind};

/// A channel's intervals, held against the run.
struct Timed<'a> {
    signal: &'a Signal<'a>,
    median_us: f64,
    /// The interval from which on it is a gap.
    gap_us: f64,
    timing: Timing,
    /// Before the first and after the last sample, where that is long.
    edges: Vec<Gap>,
}

pub(super) fn check(run: &Run<'_>, book: &mut Book) {
    let mut timed: Vec<Timed<'_>> = run
        .signals
        .par_iter()
        .filter_map(|signal| Timed::of(run, signal))
        .collect();
    let common = take_common(&mut timed);
    for gap in &common {
        book.add(for_all(run, &timed, *gap));
        if timed.iter().any(|t| t.signal.is(FieldKind::Position)) {
            book.add(derivatives_for_all(*gap));
        }
    }
    for timed in &timed {
        gaps(run, timed, book);
        left_out(run, timed, book);
        if timed.timing.jitter > run.limits.jitter_share {
            book.add(scatter(run, timed));
            let reason = "its intervals scatter too much to tell";
            book.skip(Rule::ClockJump, Some(&timed.signal.name), reason);
        } else {
            set_back(run, timed, book);
        }
    }
}

impl<'a> Timed<'a> {
    fn of(run: &Run<'_>, signal: &'a Signal<'a>) -> Option<Self> {
        let median_us = signal.median_us.filter(|m| *m > 0.0)?;
        let gap_us = run.limits.gap_factor * median_us;
        let (first, last) = signal.span();
        let least = gap_us.max(run.limits.edge_s * 1e6);
        let mut edges = vec![(run.span.0, first), (last, run.span.1)];
        edges.retain(|(a, b)| (b - a) as f64 > least);
        Some(Self {
            signal,
            median_us,
            gap_us,
            timing: timing(signal.times, median_us, gap_us),
            edges,
        })
    }

    /// Whether the channel has no samples over (about) this span.
    fn lacks(&self, gap: Gap, slack: f64) -> bool {
        let near = |a: i64, b: i64| ((a - b) as f64).abs() <= slack;
        let same = |g: &Gap| near(g.0, gap.0) && near(g.1, gap.1);
        let from = self
            .timing
            .gaps
            .partition_point(|g| (g.0 as f64) < gap.0 as f64 - slack);
        self.timing.gaps[from..]
            .iter()
            .take_while(|g| g.0 as f64 <= gap.0 as f64 + slack)
            .any(same)
            || self.edges.iter().any(same)
    }
}

/// Gaps that all channels have at the same time; they are taken out of each.
fn take_common(timed: &mut [Timed<'_>]) -> Vec<Gap> {
    if timed.len() < 2 {
        return Vec::new();
    }
    let slack = timed.iter().map(|t| t.gap_us).fold(0.0, f64::max);
    let fewest = timed.iter().min_by_key(|t| t.timing.gaps.len());
    let candidates = fewest.map_or(&[][..], |t| &t.timing.gaps);
    let common: Vec<Gap> = candidates
        .iter()
        .copied()
        .filter(|gap| timed.iter().all(|t| t.lacks(*gap, slack)))
        .collect();
    let is_common = |g: &Gap| {
        common
            .iter()
            .any(|c| ((g.0 - c.0) as f64).abs() <= slack && ((g.1 - c.1) as f64).abs() <= slack)
    };
    if !common.is_empty() {
        for t in timed.iter_mut() {
            t.timing.gaps.retain(|g| !is_common(g));
            t.edges.retain(|g| !is_common(g));
        }
    }
    common
}

/// A gap of the whole run: the clock leapt, or nothing was recorded.
fn for_all(run: &Run<'_>, timed: &[Timed<'_>], gap: Gap) -> Finding {
    let length = (gap.1 - gap.0) as f64;
    let leapt = timed
        .iter()
        .filter(|t| t.signal.is(FieldKind::Position))
        .filter_map(|t| goes_on(run, t, gap))
        .reduce(|a, b| a && b)
        .unwrap_or(false);
    let threshold = timed.iter().map(|t| t.gap_us).fold(0.0, f64::max);
    let (rule, severity, message) = if leapt {
        let message = format!(
            "time leaps by {} in every channel, {}, but the moving axes go on as if none had \
             passed: the recorder's clock was set",
            seconds(length),
            span(gap.0, gap.1)
        );
        (Rule::ClockJump, Severity::Suspect, message)
    } else {
        let message = format!(
            "no channel has a sample for {}, {}: nothing was recorded",
            seconds(length),
            span(gap.0, gap.1)
        );
        (Rule::Gap, severity_of(run, gap), message)
    };
    Finding {
        rule,
        severity,
        channel: None,
        span: gap,
        value: length / 1e6,
        threshold: threshold / 1e6,
        unit: "s".into(),
        message,
    }
}

/// Whether an axis that moved before and after a gap is where it would be without it;
/// `None` for one that did not move enough to tell.
fn goes_on(run: &Run<'_>, timed: &Timed<'_>, gap: Gap) -> Option<bool> {
    const STEPS: usize = 3;
    let signal = timed.signal;
    let after = signal.times.partition_point(|t| *t < gap.1);
    let before = after.checked_sub(1)?;
    let speed = |a: usize, b: usize| {
        let distance = (signal.values.get(b)? - signal.values.get(a)?).abs();
        Some(distance / (signal.times.get(b)? - signal.times.get(a)?) as f64)
    };
    let speeds = [
        speed(before.checked_sub(STEPS)?, before)?,
        speed(after, after + STEPS)?,
    ];
    let (slow, fast) = (speeds[0].min(speeds[1]), speeds[0].max(speeds[1]));
    let length = (gap.1 - gap.0) as f64;
    if slow * length < 10.0 * run.limits.moving_mm {
        return None;
    }
    let moved = (signal.values[after] - signal.values[before]).abs();
    Some(moved <= 3.0 * fast * timed.median_us + run.limits.rest_mm)
}

fn severity_of(run: &Run<'_>, gap: Gap) -> Severity {
    let all = (run.span.1 - run.span.0).max(1) as f64;
    if (gap.1 - gap.0) as f64 >= run.limits.gap_fail_share * all {
        Severity::Fail
    } else {
        Severity::Suspect
    }
}

/// Gaps of one channel, and what they do to its derivatives.
fn gaps(run: &Run<'_>, timed: &Timed<'_>, book: &mut Book) {
    let signal = timed.signal;
    let spot = |gap: &Gap, threshold: f64| Spot {
        from: gap.0,
        to: gap.1,
        value: (gap.1 - gap.0) as f64 / 1e6,
        threshold: threshold / 1e6,
        severity: severity_of(run, *gap),
    };
    let edge_us = timed.gap_us.max(run.limits.edge_s * 1e6);
    for edge in &timed.edges {
        let when = if edge.0 == run.span.0 {
            "begins"
        } else {
            "ends"
        };
        let where_ = if edge.0 == run.span.0 {
            "after the run does"
        } else {
            "before the run does"
        };
        put(
            run,
            signal,
            Rule::Gap,
            "s",
            vec![spot(edge, edge_us)],
            book,
            |g| {
                format!(
                    "{} {when} {} {where_}: it has no sample from {}",
                    signal.name,
                    seconds(g.value * 1e6),
                    span(g.from, g.to)
                )
            },
        );
    }
    let found = &timed.timing.gaps;
    let spots = found.iter().map(|g| spot(g, timed.gap_us)).collect();
    put(run, signal, Rule::Gap, "s", spots, book, |g| {
        format!(
            "{} has no sample for {}{}{} ({} × its median interval is {}), {}",
            signal.name,
            if g.count > 1 { "up to " } else { "" },
            seconds(g.value * 1e6),
            in_all(g),
            number(run.limits.gap_factor),
            seconds(timed.gap_us),
            span(g.from, g.to)
        )
    });
    if signal.is(FieldKind::Position) && !found.is_empty() {
        let axis = signal.field.axis.as_deref().unwrap_or_default();
        let robot = signal.robot;
        // The first velocity after a gap spans it, and so do two accelerations.
        let spots: Vec<Spot> = found
            .iter()
            .map(|g| Spot {
                severity: Severity::Suspect,
                ..spot(g, timed.gap_us)
            })
            .collect();
        for name in [
            ChannelName::Velocity(axis, robot),
            ChannelName::Acceleration(axis, robot),
        ] {
            let derived = Signal {
                name: name.to_string(),
                ..*signal
            };
            put(
                run,
                &derived,
                Rule::DerivativeAcrossGap,
                "s",
                spots.clone(),
                book,
                |g| {
                    format!(
                        "{} is taken across {} in {}, {}: it says nothing of that time",
                        derived.name,
                        match g.count {
                            1 => format!("a gap of {}", seconds(g.value * 1e6)),
                            _ => format!("gaps{}", in_all(g)),
                        },
                        signal.name,
                        span(g.from, g.to)
                    )
                },
            );
        }
    }
}

fn derivatives_for_all(gap: Gap) -> Finding {
    Finding {
        rule: Rule::DerivativeAcrossGap,
        severity: Severity::Suspect,
        channel: None,
        span: gap,
        value: (gap.1 - gap.0) as f64 / 1e6,
        threshold: 0.0,
        unit: "s".into(),
        message: format!(
            "all velocities and accelerations right after it are taken across {} without \
             samples, {}",
            seconds((gap.1 - gap.0) as f64),
            span(gap.0, gap.1)
        ),
    }
}

fn left_out(run: &Run<'_>, timed: &Timed<'_>, book: &mut Book) {
    let (signal, limits) = (timed.signal, run.limits);
    let missing = timed.timing.missing;
    let share = missing as f64 / (missing + signal.values.len() as u64) as f64;
    if share <= limits.dropped_share {
        return;
    }
    book.add(Finding {
        rule: Rule::DroppedSamples,
        severity: if share > limits.dropped_fail_share {
            Severity::Fail
        } else {
            Severity::Suspect
        },
        channel: Some(signal.name.clone()),
        span: signal.span(),
        value: 100.0 * share,
        threshold: 100.0 * limits.dropped_share,
        unit: "%".into(),
        message: format!(
            "{} samples of {}, {} % of those expected at one every {}, are missing here and \
             there (gaps not counted)",
            count(missing),
            signal.name,
            number(100.0 * share),
            seconds(timed.median_us)
        ),
    });
}

fn scatter(run: &Run<'_>, timed: &Timed<'_>) -> Finding {
    let signal = timed.signal;
    let share = 100.0 * timed.timing.jitter;
    Finding {
        rule: Rule::Jitter,
        severity: Severity::Suspect,
        channel: Some(signal.name.clone()),
        span: signal.span(),
        value: share,
        threshold: 100.0 * run.limits.jitter_share,
        unit: "%".into(),
        message: format!(
            "the intervals of {} are on average {} % away from their median of {}: its \
             velocities, if any, scatter as much",
            signal.name,
            number(share),
            seconds(timed.median_us)
        ),
    }
}

/// Stretches in which two times overlap.
fn set_back(run: &Run<'_>, timed: &Timed<'_>, book: &mut Book) {
    let signal = timed.signal;
    let share = run.limits.dense_share;
    let spots = dense(signal.times, timed.median_us, share)
        .into_iter()
        .map(|(from, to, mean)| Spot {
            from,
            to,
            value: mean / 1e6,
            threshold: share * timed.median_us / 1e6,
            severity: Severity::Suspect,
        })
        .collect();
    put(run, signal, Rule::ClockJump, "s", spots, book, |g| {
        format!(
            "{} has a sample every {} from {} instead of every {}: its clock was set back \
             there, or two recordings are mixed",
            signal.name,
            seconds(g.value * 1e6),
            span(g.from, g.to),
            seconds(timed.median_us)
        )
    });
}
