//! Velocities and accelerations that were taken across a gap.

use crate::{
    quality::{
        Rule, Severity, Topic,
        clusters::Occurrence,
        facts::RunFacts,
        findings::{Finding, Findings},
        raw_channel::RawChannel,
        rule::Check,
        words::{in_all, seconds, span},
    },
    schema::{ChannelName, FieldKind},
};

pub(super) static RULE: Rule = Rule {
    name: "derivative_across_gap",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Time,
    subject: "velocities, accelerations",
    summary: "the first values after a gap of the position that they come from",
    details: "The first velocity after a gap spans it, and so do two accelerations.",
    thresholds: &[],
    checks: &[
        Check::Channel(&[FieldKind::Position], channel),
        Check::Run(run),
    ],
};

fn channel(facts: &RunFacts<'_>, position: &RawChannel<'_>, findings: &mut Findings) {
    let Some(intervals) = &position.intervals else {
        return;
    };
    let gaps = intervals.timing.gaps.iter().chain(&intervals.jumps);
    let occurrences: Vec<Occurrence> = gaps
        .map(|gap| Occurrence {
            from: gap.0,
            to: gap.1,
            value: (gap.1 - gap.0) as f64 / 1e6,
            threshold: intervals.gap_us / 1e6,
            severity: RULE.severity,
        })
        .collect();
    let axis = position.field.axis.as_deref().unwrap_or_default();
    let names = [
        ChannelName::Velocity(axis, position.robot),
        ChannelName::Acceleration(axis, position.robot),
    ];
    for name in names {
        let derived = name.to_string();
        findings.add_clusters(
            facts.clustering(position),
            &derived,
            "s",
            occurrences.clone(),
            |c| {
                format!(
                    "{derived} is taken across {} in {}, {}: it says nothing of that time",
                    match c.count {
                        1 => format!("a gap of {}", seconds(c.value * 1e6)),
                        _ => format!("gaps{}", in_all(c)),
                    },
                    position.name,
                    span(c.from, c.to)
                )
            },
        );
    }
}

fn run(facts: &RunFacts<'_>, findings: &mut Findings) {
    let mut channels = facts.channels.iter();
    if !channels.any(|c| c.is(FieldKind::Position) && c.intervals.is_some()) {
        return;
    }
    for gap in &facts.common_gaps {
        findings.add(Finding {
            severity: RULE.severity,
            channel: None,
            span: gap.span,
            value: gap.length_us() / 1e6,
            threshold: 0.0,
            unit: "s".into(),
            message: format!(
                "all velocities and accelerations right after it are taken across {} without \
                 samples, {}",
                seconds(gap.length_us()),
                span(gap.span.0, gap.span.1)
            ),
        });
    }
}
