//! What only shows beside a robot's motion: positions that stand still while other axes
//! move, and load cells that read a force while nothing moves.

use super::{
    Rule, Severity,
    book::{Book, Finding},
    check::Run,
    repeat::stretches,
    rest::Rest,
    signal::Signal,
    single::put,
    spots::Spot,
    words::{count, number, seconds, span},
};
use crate::profile::{FieldKind, Robot};

pub(super) fn check(run: &Run<'_>, book: &mut Book) {
    for robot in &run.profile.robots {
        let of = |kind| {
            let mine = move |s: &&Signal<'_>| s.robot == robot && s.is(kind);
            run.signals.iter().filter(mine).collect::<Vec<_>>()
        };
        let (axes, forces) = (of(FieldKind::Position), of(FieldKind::Force));
        for axis in &axes {
            let others: Vec<&Signal<'_>> = axes
                .iter()
                .copied()
                .filter(|a| a.name != axis.name)
                .collect();
            if axis.min == axis.max {
                dead(run, axis, &others, book);
            } else if others.is_empty() {
                let reason = format!("robot {robot} has no other axis to compare with");
                book.skip(Rule::Frozen, Some(&axis.name), &reason);
            } else {
                frozen(run, axis, &others, book);
            }
        }
        offsets(run, robot, &axes, &forces, book);
    }
}

/// The axis that covers most in a span, and how much.
fn busiest<'a>(axes: &[&'a Signal<'a>], from: i64, to: i64) -> Option<(&'a str, f64)> {
    axes.iter()
        .map(|a| (a.name.as_str(), a.range_in(from, to)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

/// A position with one value: a dead encoder, or an axis that nobody moved.
fn dead(run: &Run<'_>, axis: &Signal<'_>, others: &[&Signal<'_>], book: &mut Book) {
    let (from, to) = axis.span();
    let unit = axis.field.stored_unit();
    let beside = match busiest(others, from, to) {
        Some((name, range)) if range > run.limits.moving_mm => {
            format!(" while {name} covers {} {unit}", number(range))
        }
        Some(_) => format!(
            "; robot {} does not move in this run, so it may only be parked",
            axis.robot
        ),
        None => String::new(),
    };
    book.add(Finding {
        rule: Rule::Dead,
        severity: Severity::Suspect,
        channel: Some(axis.name.clone()),
        span: (from, to),
        value: 0.0,
        threshold: 0.0,
        unit: unit.to_owned(),
        message: format!(
            "{} has the one value {} {unit} in all of its {} samples{beside}",
            axis.name,
            number(axis.min),
            count(axis.values.len() as u64),
        ),
    });
}

/// A position that keeps one value while its robot moves.
fn frozen(run: &Run<'_>, axis: &Signal<'_>, others: &[&Signal<'_>], book: &mut Book) {
    let limits = run.limits;
    let mut spots = Vec::new();
    for stretch in stretches(axis.values, (limits.min_samples as usize).max(2)) {
        let (from, to) = (axis.times[stretch.first], axis.times[stretch.last]);
        let seconds = (to - from) as f64 / 1e6;
        let moves = || busiest(others, from, to).is_some_and(|(_, r)| r > limits.moving_mm);
        if seconds >= limits.frozen_position_s && moves() {
            spots.push(Spot {
                from,
                to,
                value: seconds,
                threshold: limits.frozen_position_s,
                severity: Severity::Suspect,
            });
        }
    }
    let unit = axis.field.stored_unit();
    put(run, axis, Rule::Frozen, "s", spots, book, |g| {
        let (name, range) = busiest(others, g.from, g.to).unwrap_or_default();
        format!(
            "{} keeps one value for {}{}, {}, while {name} covers {} {unit}",
            axis.name,
            if g.count > 1 { "up to " } else { "" },
            seconds(g.value * 1e6),
            span(g.from, g.to),
            number(range)
        )
    });
}

/// Load cells that never come near zero though their robot rests.
fn offsets(
    run: &Run<'_>,
    robot: &Robot,
    axes: &[&Signal<'_>],
    forces: &[&Signal<'_>],
    book: &mut Book,
) {
    if forces.is_empty() {
        return;
    }
    let limits = run.limits;
    let rest = Rest::of(axes, limits.rest_mm);
    for force in forces.iter().filter(|f| f.min != f.max) {
        let found = rest.offset(force).filter(|o| o.seconds >= limits.rest_s);
        let Some(offset) = found else {
            let reason = if axes.is_empty() {
                format!("robot {robot} has no positions that would tell when it rests")
            } else {
                format!(
                    "robot {robot} rests for less than {} s",
                    number(limits.rest_s)
                )
            };
            book.skip(Rule::ZeroOffset, Some(&force.name), &reason);
            continue;
        };
        if offset.mean.abs() <= limits.zero_offset {
            continue;
        }
        let unit = force.field.stored_unit();
        book.add(Finding {
            rule: Rule::ZeroOffset,
            severity: Severity::Suspect,
            channel: Some(force.name.clone()),
            span: offset.span,
            value: offset.mean,
            threshold: limits.zero_offset,
            unit: unit.to_owned(),
            message: format!(
                "{} never comes nearer to zero than {} {unit} though robot {robot} rests for {}: \
                 the cell has an offset, or something leans on it",
                force.name,
                number(offset.mean),
                seconds(offset.seconds * 1e6)
            ),
        });
    }
}
