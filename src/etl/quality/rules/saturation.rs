//! Forces that stay at their largest or smallest value.

use crate::{
    quality::{
        Allowed, Rule, Severity, Threshold, Topic,
        clusters::Occurrence,
        facts::RunFacts,
        findings::Findings,
        raw_channel::RawChannel,
        rule::Check,
        words::{number, span, times_over},
    },
    schema::FieldKind,
};

pub(super) static RULE: Rule = Rule {
    name: "saturation",
    severity: Severity::Fail,
    exception: "",
    topic: Topic::Values,
    subject: "forces",
    summary: "the channel's largest or smallest value `saturation_samples` times in a row",
    details: "A zero is not flagged: it may be an empty load cell.",
    thresholds: &[&SATURATION_SAMPLES],
    checks: &[Check::Channel(&[FieldKind::Force], check)],
};

pub(in crate::quality) static SATURATION_SAMPLES: Threshold = Threshold {
    key: "saturation_samples",
    default: 5.0,
    unit: "samples",
    allowed: Allowed::Count(2),
    comment: "a force that stays so long at its extreme",
    reason: "with noise, even the largest value is met once",
};

fn check(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    let least = facts.thresholds.count(&SATURATION_SAMPLES);
    let unit = channel.field.stored_unit();
    for (word, limit) in [("smallest", channel.min), ("largest", channel.max)] {
        let occurrences = channel
            .stretches
            .iter()
            .filter(|s| channel.values[s.first] == limit && channel.is_at_limit(limit))
            .filter(|s| s.samples() >= least)
            .map(|s| Occurrence {
                from: channel.times[s.first],
                to: channel.times[s.last],
                value: s.samples() as f64,
                threshold: least as f64,
                severity: RULE.severity,
            })
            .collect();
        findings.add_clusters(
            facts.thresholds,
            &channel.name,
            "samples",
            occurrences,
            |c| {
                format!(
                    "{} stays at its {word} value, {} {unit}, for up to {} samples in a row{}, {}: \
                 the true force may be beyond it",
                    channel.name,
                    number(limit),
                    number(c.value),
                    times_over(c),
                    span(c.from, c.to)
                )
            },
        );
    }
}
