//! Channels that have no time in common.

use crate::quality::{
    Rule, Severity, Topic,
    facts::RunFacts,
    findings::{Finding, Findings},
    raw_channel::RawChannel,
    rule::Check,
    words::{list, seconds, span},
};

pub(super) static RULE: Rule = Rule {
    name: "no_overlap",
    severity: Severity::Fail,
    exception: "",
    topic: Topic::Run,
    subject: "pairs of channels",
    summary: "a channel that ends before another begins",
    details: "The shorter one of the pair has the flag.",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    let channels = &facts.channels;
    if let [only] = channels.as_slice() {
        findings.skip(&only.name, "no other channel has enough samples");
    }
    let length = |c: &RawChannel<'_>| c.span().1 - c.span().0;
    for (i, channel) in channels.iter().enumerate() {
        let (from, to) = channel.span();
        let apart = |other: &RawChannel<'_>| {
            let (a, b) = other.span();
            (a - to).max(from - b)
        };
        let others: Vec<&RawChannel<'_>> = channels
            .iter()
            .enumerate()
            .filter(|(k, other)| {
                let longer = (length(other), i) > (length(channel), *k);
                *k != i && longer && apart(other) > 0
            })
            .map(|(_, other)| other)
            .collect();
        let Some(distance) = others.iter().map(|o| apart(o)).max() else {
            continue;
        };
        let names: Vec<&str> = others.iter().map(|o| o.name.as_str()).collect();
        findings.add(Finding {
            severity: RULE.severity,
            channel: Some(channel.name.clone()),
            span: (from, to),
            value: distance as f64 / 1e6,
            threshold: 0.0,
            unit: "s".into(),
            message: format!(
                "{} has samples only from {}, when {} {} none: they are up to {} apart",
                channel.name,
                span(from, to),
                list(&names),
                if names.len() == 1 { "has" } else { "have" },
                seconds(distance as f64)
            ),
        });
    }
}
