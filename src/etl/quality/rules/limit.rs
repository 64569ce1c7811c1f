//! Samples beyond the limits of the profile.

use crate::{
    format::{figure, thousands},
    quality::{
        Rule, Severity, Topic,
        clusters::{Cluster, Occurrence, clusters},
        facts::RunFacts,
        findings::{Finding, Findings},
        raw_channel::RawChannel,
        rule::Check,
        words::span,
    },
};

pub(super) static RULE: Rule = Rule {
    name: "limit",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Values,
    subject: "each channel whose field has limits",
    summary: "samples below the `min` or above the `max` of the field in the profile",
    details: "A field without them is not looked at.",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    for channel in facts.channels.iter().chain(&facts.too_short) {
        let (min, max) = channel.field.limits();
        if let Some(min) = min {
            beyond(facts, channel, (min, -1.0), findings);
        }
        if let Some(max) = max {
            beyond(facts, channel, (max, 1.0), findings);
        }
    }
}

/// Samples beyond a limit; `sign` is that of its side.
fn beyond(
    facts: &RunFacts<'_>,
    channel: &RawChannel<'_>,
    (limit, sign): (f64, f64),
    findings: &mut Findings,
) {
    // The larger the worse, on both sides.
    let samples = channel.times.iter().zip(channel.values);
    let beyond = samples.filter(|(_, v)| sign * **v > sign * limit);
    let occurrences = beyond.map(|(time, value)| Occurrence {
        from: *time,
        to: *time,
        value: sign * value,
        threshold: sign * limit,
        severity: RULE.severity,
    });
    let unit = channel.field.stored_unit();
    for cluster in clusters(occurrences.collect(), facts.clustering(channel)) {
        findings.add(Finding {
            severity: RULE.severity,
            channel: Some(channel.name.clone()),
            span: (cluster.from, cluster.to),
            value: sign * cluster.value,
            threshold: limit,
            unit: unit.to_owned(),
            message: message(channel, &cluster, (limit, sign)),
        });
    }
}

fn message(channel: &RawChannel<'_>, cluster: &Cluster, (limit, sign): (f64, f64)) -> String {
    let unit = channel.field.stored_unit();
    let side = if sign < 0.0 {
        "below its min"
    } else {
        "above its max"
    };
    let what = match cluster.count {
        1 => format!("1 sample of {} is", channel.name),
        n => format!("{} samples of {} are", thousands(n as u64), channel.name),
    };
    let more = if cluster.rest { "besides these, " } else { "" };
    format!(
        "{more}{what} {side} of {} {unit}, as far as {} {unit}, {}",
        figure(limit),
        figure(sign * cluster.value),
        span(cluster.from, cluster.to)
    )
}
