//! Axes that a robot lacks.

use crate::{
    quality::{
        Rule, Severity, Topic,
        facts::RunFacts,
        findings::{Finding, Findings},
        rule::Check,
        words::list,
    },
    schema::{ChannelName, Field, FieldKind},
};

pub(super) static RULE: Rule = Rule {
    name: "missing_axis",
    severity: Severity::Fail,
    exception: "`suspect` when all axes of a kind are missing",
    topic: Topic::Run,
    subject: "each robot that has samples",
    summary: "a position or force that is missing beside others of its kind; a robot without any \
              position or without any force",
    details: "A robot without any sample is not in the run, which is not a fault.",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    for robot in &facts.schema.robots {
        robot_axes(facts, robot, findings);
    }
}

fn robot_axes(facts: &RunFacts<'_>, robot: &str, findings: &mut Findings) {
    let name = |field: &Field| ChannelName::Raw(field, robot).to_string();
    let has = |field: &Field| facts.names.contains(&name(field));
    let fields = |kind| facts.schema.fields.iter().filter(move |f| f.kind == kind);
    if !facts.schema.fields.iter().any(has) {
        return;
    }
    for kind in [FieldKind::Position, FieldKind::Force] {
        let present: Vec<&str> = fields(kind).filter(|f| has(f)).map(|f| &*f.name).collect();
        let expected = fields(kind).count();
        let finding = |channel, severity, message| Finding {
            severity,
            channel,
            span: facts.span,
            value: present.len() as f64,
            threshold: expected as f64,
            unit: "axes".into(),
            message,
        };
        if expected > 0 && present.is_empty() {
            let what = match kind {
                FieldKind::Position => "positions",
                _ => "forces",
            };
            let message = format!("robot {robot} has no {what} in this run");
            findings.add(finding(None, Severity::Suspect, message));
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
                list(&present),
                field.name
            );
            findings.add(finding(Some(channel), RULE.severity, message));
        }
    }
}
