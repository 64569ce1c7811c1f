//! What shows when the run is seen as a whole: axes that are not there, channels that have
//! no time in common, rows that were out of order or said things twice, ids and cells.

use super::{
    Rule, Severity,
    book::{Book, Finding},
    check::Run,
    signal::Signal,
    words::{count, list, seconds, span as span_text},
};
use crate::{
    clean::{Faults, Reason},
    profile::{ChannelName, Field, FieldKind},
};

/// First and last sample over all channels.
pub(super) fn span(signals: &[Signal<'_>]) -> (i64, i64) {
    let first = signals.iter().map(|s| s.span().0).min();
    let last = signals.iter().map(|s| s.span().1).max();
    (first.unwrap_or_default(), last.unwrap_or_default())
}

pub(super) fn check(run: &Run<'_>, cells: &[String], book: &mut Book) {
    for robot in &run.profile.robots {
        missing_axes(run, robot, book);
    }
    overlap(run, book);
    rows(run, book);
    if !run.samples.run.exact {
        book.add(Finding {
            rule: Rule::SourceLostPrecision,
            severity: Severity::Suspect,
            channel: None,
            span: run.span,
            value: f64::from(128 - run.samples.run.id.0.leading_zeros()),
            threshold: 53.0,
            unit: "bits".into(),
            message: "the log stored the run's id as a double, which keeps 53 bits: \
                      runs with neighbouring ids may have become one"
                .into(),
        });
    }
    if cells.len() > 1 {
        book.add(Finding {
            rule: Rule::SecondCell,
            severity: Severity::Fail,
            channel: None,
            span: run.span,
            value: cells.len() as f64,
            threshold: 1.0,
            unit: "cells".into(),
            message: format!(
                "its rows name the cells {}: the samples of several machines may be mixed",
                list(cells)
            ),
        });
    }
}

/// A robot without any sample is not in the run; one with some needs whole vectors.
fn missing_axes(run: &Run<'_>, robot: &str, book: &mut Book) {
    let name = |field: &Field| ChannelName::Raw(field, robot).to_string();
    let has = |field: &Field| run.names.contains(&name(field));
    let fields = |kind| run.profile.fields.iter().filter(move |f| f.kind == kind);
    if !run.profile.fields.iter().any(has) {
        return;
    }
    for kind in [FieldKind::Position, FieldKind::Force] {
        let there: Vec<&str> = fields(kind).filter(|f| has(f)).map(|f| &*f.name).collect();
        let wanted = fields(kind).count();
        let flag = |channel, severity, message| Finding {
            rule: Rule::MissingAxis,
            severity,
            channel,
            span: run.span,
            value: there.len() as f64,
            threshold: wanted as f64,
            unit: "axes".into(),
            message,
        };
        if wanted > 0 && there.is_empty() {
            let what = match kind {
                FieldKind::Position => "positions",
                _ => "forces",
            };
            let message = format!("robot {robot} has no {what} in this run");
            book.add(flag(None, Severity::Suspect, message));
            continue;
        }
        for field in fields(kind).filter(|f| !has(f)) {
            let channel = name(field);
            let lost = match kind {
                FieldKind::Position => "speed, acceleration and distance",
                _ => "magnitude of force",
            };
            let message = format!(
                "robot {robot} has {} but no {}: its {lost} cannot be computed",
                list(&there),
                field.name
            );
            book.add(flag(Some(channel), Severity::Fail, message));
        }
    }
}

/// Channels that end before others begin. The shorter one bears the flag.
fn overlap(run: &Run<'_>, book: &mut Book) {
    let signals = &run.signals;
    if let [only] = signals.as_slice() {
        let reason = "no other channel has enough samples";
        book.skip(Rule::NoOverlap, Some(&only.name), reason);
    }
    let length = |s: &Signal<'_>| s.span().1 - s.span().0;
    for (i, signal) in signals.iter().enumerate() {
        let (from, to) = signal.span();
        let apart = |other: &Signal<'_>| {
            let (a, b) = other.span();
            (a - to).max(from - b)
        };
        let others: Vec<&Signal<'_>> = signals
            .iter()
            .enumerate()
            .filter(|(k, other)| {
                let longer = (length(other), i) > (length(signal), *k);
                *k != i && longer && apart(other) > 0
            })
            .map(|(_, other)| other)
            .collect();
        let Some(distance) = others.iter().map(|o| apart(o)).max() else {
            continue;
        };
        let names: Vec<&str> = others.iter().map(|o| o.name.as_str()).collect();
        book.add(Finding {
            rule: Rule::NoOverlap,
            severity: Severity::Fail,
            channel: Some(signal.name.clone()),
            span: (from, to),
            value: distance as f64 / 1e6,
            threshold: 0.0,
            unit: "s".into(),
            message: format!(
                "{} has samples only from {}, when {} {} none: they are up to {} apart",
                signal.name,
                span_text(from, to),
                list(&names),
                if names.len() == 1 { "has" } else { "have" },
                seconds(distance as f64)
            ),
        });
    }
}

/// What cleaning saw: order, duplicates, conflicts. Channels with as much of it as others
/// share its cause, but each bears its own flag: the numbers differ.
fn rows(run: &Run<'_>, book: &mut Book) {
    let mut order = Faults::default();
    let mut disordered: Vec<String> = Vec::new();
    for (channel, faults) in run.samples.channels.iter().zip(&run.samples.faults) {
        let name = run.profile.raw_name(channel.id).to_string();
        if faults.out_of_order.count > 0 {
            order.add(&faults.out_of_order);
            disordered.push(name.clone());
        }
        let kept = channel.values.len() as u64;
        for (reason, faults) in [
            (Reason::Duplicate, &faults.duplicates),
            (Reason::Conflict, &faults.conflicts),
        ] {
            if faults.count > 0 {
                book.add(twice(run, &name, reason, faults, kept));
            }
        }
    }
    if order.count > 0 {
        let channel = match disordered.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        book.add(Finding {
            rule: Rule::OutOfOrder,
            severity: Severity::Suspect,
            channel,
            span: (order.first, order.last),
            value: order.count as f64,
            threshold: 0.0,
            unit: "samples".into(),
            message: format!(
                "{} of {} {} in the log after a later one: the rows were put in order",
                plural(order.count, "sample", "samples"),
                list(&disordered),
                if order.count == 1 { "stands" } else { "stand" },
            ),
        });
    }
}

fn twice(run: &Run<'_>, name: &str, reason: Reason, faults: &Faults, kept: u64) -> Finding {
    let share = faults.count as f64 / (kept + faults.count) as f64;
    let conflict = reason == Reason::Conflict;
    let fail = conflict && share > run.limits.conflict_fail_share;
    Finding {
        rule: if conflict {
            Rule::Conflicts
        } else {
            Rule::Duplicates
        },
        severity: if fail {
            Severity::Fail
        } else {
            Severity::Suspect
        },
        channel: Some(name.to_owned()),
        span: (faults.first, faults.last),
        value: faults.count as f64,
        threshold: 0.0,
        unit: "rows".into(),
        message: match (conflict, faults.count) {
            (true, 1) => format!(
                "a row of {name} gives another value for a moment that has one: \
                 the earlier in the log was kept"
            ),
            (true, n) => format!(
                "{} rows of {name} give other values for moments that have one: \
                 the earliest in the log was kept",
                count(n)
            ),
            (false, 1) => format!("a row of {name} repeats an earlier one and was dropped"),
            (false, n) => format!(
                "{} rows of {name} repeat earlier ones and were dropped",
                count(n)
            ),
        },
    }
}

fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}
