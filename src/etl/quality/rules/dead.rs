//! Channels with one value for the whole run.

use crate::format::{figure, thousands};
use crate::{
    quality::{
        Rule, Severity, Topic,
        facts::RunFacts,
        findings::{Finding, Findings},
        raw_channel::RawChannel,
        rule::{Check, EACH_KIND},
    },
    schema::FieldKind,
};

pub(super) static RULE: Rule = Rule {
    name: "dead",
    severity: Severity::Suspect,
    exception: "`fail` for forces",
    topic: Topic::Values,
    subject: "each channel",
    summary: "one value for the whole run",
    details: "Not a position of a parked robot (none of whose axes covers more than `rest_mm` of \
              `[insight]` in the run): that is a fact. Nor a force of a parked robot where load cells of \
              the run have steps above their noise: that is not evaluated.",
    thresholds: &[],
    checks: &[Check::Channel(EACH_KIND, check)],
};

fn check(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    if !channel.is_constant() {
        return;
    }
    let unit = channel.field.stored_unit();
    let parked = facts.is_parked(channel.robot);
    if parked && channel.is(FieldKind::Position) {
        return;
    }
    if let Some(step) = facts
        .coarse_force_step()
        .filter(|_| parked && channel.is(FieldKind::Force))
    {
        let reason = format!(
            "robot {} is parked, and load cells with steps of {} {unit} may show one value",
            channel.robot,
            figure(step)
        );
        findings.skip(&channel.name, &reason);
        return;
    }
    let (severity, context) = match channel.field.kind {
        FieldKind::Force => (
            Severity::Fail,
            ": a load cell that works always has some noise".to_owned(),
        ),
        FieldKind::Position => (RULE.severity, other_axes(facts, channel)),
        FieldKind::Other => (RULE.severity, String::new()),
    };
    findings.add(Finding {
        severity,
        channel: Some(channel.name.clone()),
        span: channel.span(),
        value: 0.0,
        threshold: 0.0,
        unit: unit.to_owned(),
        message: format!(
            "{} has the one value {} {unit} in all of its {} samples{context}",
            channel.name,
            figure(channel.min),
            thousands(channel.values.len() as u64),
        ),
    });
}

/// What the other axes did: a dead encoder, or an axis that nothing moved.
fn other_axes(facts: &RunFacts<'_>, axis: &RawChannel<'_>) -> String {
    let unit = axis.field.stored_unit();
    match facts.busiest_axis(axis.robot, &axis.name, axis.span()) {
        Some((name, range)) => format!(" while {name} covers {} {unit}", figure(range)),
        None => String::new(),
    }
}
