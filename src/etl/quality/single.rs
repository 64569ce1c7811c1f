//! Checks that need nothing but one channel's samples.

use rayon::prelude::*;

use super::{
    Rule, Severity,
    book::{Book, Finding},
    check::Run,
    repeat::stretches,
    signal::Signal,
    spike::{leaps, spikes},
    spots::{Group, Spot, groups},
    words::{count, number, seconds, span},
};
use crate::profile::FieldKind;

pub(super) fn check(run: &Run<'_>, book: &mut Book) {
    let books: Vec<Book> = run.signals.par_iter().map(|s| channel(run, s)).collect();
    books.into_iter().for_each(|b| book.merge(b));
}

fn channel(run: &Run<'_>, signal: &Signal<'_>) -> Book {
    let mut book = Book::default();
    match signal.field.kind {
        FieldKind::Position if signal.min < signal.max => too_fast(run, signal, &mut book),
        FieldKind::Position => {}
        _ if signal.min == signal.max => dead(signal, &mut book),
        FieldKind::Force => {
            repeats(run, signal, &mut book);
            outliers(run, signal, &mut book);
        }
        FieldKind::Other => {}
    }
    book
}

/// One value throughout. Of positions, `motion` tells more.
fn dead(signal: &Signal<'_>, book: &mut Book) {
    let unit = signal.field.stored_unit();
    let force = signal.is(FieldKind::Force);
    book.add(Finding {
        rule: Rule::Dead,
        severity: if force {
            Severity::Fail
        } else {
            Severity::Suspect
        },
        channel: Some(signal.name.clone()),
        span: signal.span(),
        value: 0.0,
        threshold: 0.0,
        unit: unit.to_owned(),
        message: format!(
            "{} has the one value {} {unit} in all of its {} samples{}",
            signal.name,
            number(signal.min),
            count(signal.values.len() as u64),
            if force {
                ": a load cell that works always has some noise"
            } else {
                ""
            }
        ),
    });
}

/// A force that repeats a value: saturated at its extremes (zero aside), frozen elsewhere.
fn repeats(run: &Run<'_>, signal: &Signal<'_>, book: &mut Book) {
    let limits = run.limits;
    let (saturated, frozen) = (
        limits.saturation_samples as usize,
        limits.frozen_force_samples as usize,
    );
    let mut at_limit = [Vec::new(), Vec::new()];
    let mut still = Vec::new();
    for stretch in stretches(signal.values, saturated.min(frozen)) {
        let value = signal.values[stretch.first];
        let extreme = value != 0.0 && (value == signal.min || value == signal.max);
        let least = if extreme { saturated } else { frozen };
        if stretch.samples() < least {
            continue;
        }
        let spot = Spot {
            from: signal.times[stretch.first],
            to: signal.times[stretch.last],
            value: stretch.samples() as f64,
            threshold: least as f64,
            severity: Severity::Fail,
        };
        if extreme {
            at_limit[usize::from(value == signal.max)].push(spot);
        } else {
            still.push(spot);
        }
    }
    let unit = signal.field.stored_unit();
    let extremes = [("smallest", signal.min), ("largest", signal.max)];
    for (spots, (word, value)) in at_limit.into_iter().zip(extremes) {
        put(run, signal, Rule::Saturation, "samples", spots, book, |g| {
            format!(
                "{} stays at its {word} value, {} {unit}, for up to {} samples in a row{}, {}: \
                 the true force may be beyond it",
                signal.name,
                number(value),
                number(g.value),
                times_over(g),
                span(g.from, g.to)
            )
        });
    }
    put(run, signal, Rule::Frozen, "samples", still, book, |g| {
        format!(
            "{} repeats one value up to {} times in a row{}, {}: a load cell that works \
             always has some noise",
            signal.name,
            number(g.value),
            times_over(g),
            span(g.from, g.to)
        )
    });
}

/// Samples of a force that stand out from their neighbours.
fn outliers(run: &Run<'_>, signal: &Signal<'_>, book: &mut Book) {
    let spots = spikes(signal.values, run.limits.spike_sigma)
        .into_iter()
        .map(|s| Spot {
            from: signal.times[s.index],
            to: signal.times[s.index],
            value: s.distance,
            threshold: s.limit,
            severity: Severity::Suspect,
        })
        .collect();
    let unit = signal.field.stored_unit();
    put(run, signal, Rule::Spike, unit, spots, book, |g| {
        let (are, them) = match g.count {
            1 => ("1 sample stands out".to_owned(), ""),
            n => (format!("{} samples stand out", count(n as u64)), "up to "),
        };
        format!(
            "{are} of {} by {them}{} {unit} from the median of the seven around it ({} {unit} \
             would be {} deviations), {}",
            signal.name,
            number(g.value),
            number(g.threshold),
            number(run.limits.spike_sigma),
            span(g.from, g.to)
        )
    });
}

/// A position that moves faster than any robot.
fn too_fast(run: &Run<'_>, signal: &Signal<'_>, book: &mut Book) {
    let Some(median) = signal.median_us else {
        return;
    };
    let max_speed = run.limits.max_speed;
    let spots = leaps(signal.times, signal.values, median, max_speed)
        .into_iter()
        .map(|(index, speed)| Spot {
            from: signal.times[index - 1],
            to: signal.times[index],
            value: speed,
            threshold: max_speed,
            severity: Severity::Fail,
        })
        .collect();
    let unit = format!("{}/s", signal.field.stored_unit());
    put(run, signal, Rule::Spike, &unit, spots, book, |g| {
        let often = match g.count {
            1 => String::new(),
            n => format!(" in {} intervals", count(n as u64)),
        };
        format!(
            "{} would have moved at {} {unit}{often}, {}: no axis is faster than {} {unit}",
            signal.name,
            number(g.value),
            span(g.from, g.to),
            number(max_speed)
        )
    });
}

/// Findings of one rule on one channel as flags.
pub(super) fn put(
    run: &Run<'_>,
    signal: &Signal<'_>,
    rule: Rule,
    unit: &str,
    spots: Vec<Spot>,
    book: &mut Book,
    message: impl Fn(&Group) -> String,
) {
    let within = (run.limits.merge_s * 1e6) as i64;
    for group in groups(spots, within, run.limits.max_flags as usize) {
        let message = if group.rest {
            format!(
                "{} more like these in {}, smaller: {}",
                count(group.count as u64),
                signal.name,
                message(&group)
            )
        } else {
            message(&group)
        };
        book.add(Finding {
            rule,
            severity: group.severity,
            channel: Some(signal.name.clone()),
            span: (group.from, group.to),
            value: group.value,
            threshold: group.threshold,
            unit: unit.to_owned(),
            message,
        });
    }
}

/// ` (7 times)` for a group of several.
fn times_over(group: &Group) -> String {
    match group.count {
        1 => String::new(),
        n => format!(" ({} times)", count(n as u64)),
    }
}

/// ` (7 of them, 3.1 s in all)` for a group of several spans of time.
pub(super) fn in_all(group: &Group) -> String {
    match group.count {
        1 => String::new(),
        n => format!(
            " ({} of them, {} in all)",
            count(n as u64),
            seconds(group.total * 1e6)
        ),
    }
}
