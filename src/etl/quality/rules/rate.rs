//! Samples that change faster than the profile allows.

use crate::{
    format::{figure, thousands},
    quality::{
        Rule, Severity, Topic, clusters::Occurrence, facts::RunFacts, findings::Findings,
        rule::Check, words::span,
    },
};

pub(super) static RULE: Rule = Rule {
    name: "rate",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Values,
    subject: "each channel whose field has a `max_rate`",
    summary: "two successive samples that differ by more than the field's `max_rate` per second",
    details: "A field without it is not looked at. The rate is the difference by the time between the samples, \
              also across a gap; by the channel\u{2019}s median interval where that is longer, so that two hurried time \
              stamps make no rate.",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    for channel in facts.channels.iter().chain(&facts.too_short) {
        let (Some(limit), Some(median_us)) = (channel.field.rate_limit(), channel.median_us) else {
            continue;
        };
        let pairs = channel.times.windows(2).zip(channel.values.windows(2));
        let rates = pairs.map(|(t, v)| {
            let interval_us = ((t[1] - t[0]) as f64).max(median_us);
            (t, (v[1] - v[0]).abs() / (interval_us / 1e6))
        });
        let fast = rates.filter(|(_, rate)| *rate > limit);
        let occurrences = fast.map(|(times, rate)| Occurrence {
            from: times[0],
            to: times[1],
            value: rate,
            threshold: limit,
            severity: RULE.severity,
        });
        let unit = format!("{}/s", channel.field.stored_unit());
        let occurrences: Vec<Occurrence> = occurrences.collect();
        let clustering = facts.clustering(channel);
        findings.add_clusters(clustering, &channel.name, &unit, occurrences, |c| {
            let times = match c.count {
                1 => "once".to_owned(),
                n => format!("{} times", thousands(n as u64)),
            };
            format!(
                "{} changes faster than its max_rate of {} {unit} {times}, by up to {} {unit}, {}",
                channel.name,
                figure(limit),
                figure(c.value),
                span(c.from, c.to)
            )
        });
    }
}
