//! Load cells that read a force while their robot rests.

use crate::format::figure;
use crate::{
    insight::Rest,
    quality::{
        Allowed, Rule, Severity, Threshold, Topic,
        facts::RunFacts,
        findings::{Finding, Findings},
        raw_channel::RawChannel,
        rule::Check,
        words::seconds,
    },
    schema::FieldKind,
};

pub(super) static RULE: Rule = Rule {
    name: "zero_offset",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Values,
    subject: "forces",
    summary: "a load cell that never comes nearer to zero than `zero_offset` while its robot, which \
              moves in the run, rests for `rest_s`",
    details: "Not a parked robot: what its cells read is recorded as it is. `rest_mm` and `rest_s` are those \
              of `[insight]`. Rest is found in slots of a second (ten median intervals where that is longer) in which \
              no axis of the robot covers more than `rest_mm`. What the cell reads is its mean in a \
              slot; the slot nearest to zero decides, so that a robot that rests once unloaded is not \
              flagged.",
    thresholds: &[&ZERO_OFFSET],
    checks: &[Check::Channel(&[FieldKind::Force], check)],
};

pub(in crate::quality) static ZERO_OFFSET: Threshold = Threshold {
    key: "zero_offset",
    default: 50.0,
    unit: "N",
    allowed: Allowed::From(0.0),
    comment: "N; what a load cell may read at rest",
    reason: "one per cent of a 5 kN cell; in a real log cells of parked robots read up to 546 N",
};

fn check(facts: &RunFacts<'_>, force: &RawChannel<'_>, findings: &mut Findings) {
    if force.is_constant() {
        return;
    }
    let robot = force.robot;
    if facts.is_parked(robot) {
        findings.skip(&force.name, &format!("robot {robot} is parked"));
        return;
    }
    let (rest_s, threshold) = (facts.insight.rest_s, facts.thresholds.get(&ZERO_OFFSET));
    let rest = facts.rest_of(robot);
    let offset = rest.and_then(|rest| rest.offset(force.times, force.values));
    let Some(offset) = offset.filter(|o| o.seconds >= rest_s) else {
        let reason = if rest.is_none_or(Rest::is_blind) {
            format!("robot {robot} lacks positions that would tell when it rests")
        } else {
            format!("robot {robot} rests for less than {} s", figure(rest_s))
        };
        findings.skip(&force.name, &reason);
        return;
    };
    if offset.mean.abs() <= threshold {
        return;
    }
    let unit = force.field.stored_unit();
    findings.add(Finding {
        severity: RULE.severity,
        channel: Some(force.name.clone()),
        span: offset.span,
        value: offset.mean,
        threshold,
        unit: unit.to_owned(),
        message: format!(
            "{} never comes nearer to zero than {} {unit} though robot {robot} rests for {}: \
             the cell has an offset, or something leans on it",
            force.name,
            figure(offset.mean),
            seconds(offset.seconds * 1e6)
        ),
    });
}
