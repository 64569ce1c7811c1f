//! Intervals that scatter.

use crate::format::figure;
use crate::quality::{
    Allowed, Rule, Severity, Threshold, Topic,
    facts::RunFacts,
    findings::{Finding, Findings},
    raw_channel::RawChannel,
    rule::{Check, EACH_KIND},
    words::seconds,
};

pub(super) static RULE: Rule = Rule {
    name: "jitter",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Time,
    subject: "each channel",
    summary: "intervals whose mean distance from their median is more than `jitter_share` of it",
    details: "Gaps do not count.",
    thresholds: &[&JITTER_SHARE],
    checks: &[Check::Channel(EACH_KIND, check)],
};

static JITTER_SHARE: Threshold = Threshold {
    key: "jitter_share",
    default: 0.25,
    unit: "share",
    allowed: Allowed::From(0.0),
    comment: "mean distance of intervals from their median",
    reason: "time stamps of whole milliseconds make 5 % at 100 Hz; from a quarter on velocities are \
             wrong by as much",
};

/// Whether the channel's intervals scatter too much for a flag about them to mean anything.
pub(super) fn scatters(facts: &RunFacts<'_>, channel: &RawChannel<'_>) -> bool {
    let intervals = channel.intervals.as_ref();
    intervals.is_some_and(|i| i.timing.jitter > facts.thresholds.get(&JITTER_SHARE))
}

fn check(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    let Some(intervals) = &channel.intervals else {
        return;
    };
    if !scatters(facts, channel) {
        return;
    }
    let share = 100.0 * intervals.timing.jitter;
    findings.add(Finding {
        severity: RULE.severity,
        channel: Some(channel.name.clone()),
        span: channel.span(),
        value: share,
        threshold: 100.0 * facts.thresholds.get(&JITTER_SHARE),
        unit: "%".into(),
        message: format!(
            "the intervals of {} are on average {} % away from their median of {}: its \
             velocities, if any, scatter as much",
            channel.name,
            figure(share),
            seconds(intervals.median_us)
        ),
    });
}
