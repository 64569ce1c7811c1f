//! Samples that are missing between others.

use crate::format::{figure, thousands};
use crate::quality::{
    Allowed, Rule, Severity, Threshold, Topic,
    facts::RunFacts,
    findings::{Finding, Findings},
    raw_channel::RawChannel,
    rule::{Check, EACH_KIND},
    words::seconds,
};

pub(super) static RULE: Rule = Rule {
    name: "dropped_samples",
    severity: Severity::Suspect,
    exception: "`fail` above `dropped_fail_share`",
    topic: Topic::Time,
    subject: "each channel",
    summary: "more than `dropped_share` of the samples expected at the median interval are missing",
    details: "Gaps do not count: they have a rule of their own.",
    thresholds: &[&DROPPED_SHARE, &DROPPED_FAIL_SHARE],
    checks: &[Check::Channel(EACH_KIND, check)],
};

static DROPPED_SHARE: Threshold = Threshold {
    key: "dropped_share",
    default: 0.01,
    unit: "share",
    allowed: Allowed::Share,
    comment: "samples left out between others: suspect",
    reason: "recorders on a busy computer lose single samples",
};

static DROPPED_FAIL_SHARE: Threshold = Threshold {
    key: "dropped_fail_share",
    default: 0.1,
    unit: "share",
    allowed: Allowed::ShareFrom(&DROPPED_SHARE),
    comment: "... fail",
    reason: "a tenth of the samples is more than a busy computer loses",
};

fn check(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    let Some(intervals) = &channel.intervals else {
        return;
    };
    let threshold = facts.thresholds.get(&DROPPED_SHARE);
    let missing = intervals.timing.missing;
    let share = missing as f64 / (missing + channel.values.len() as u64) as f64;
    if share <= threshold {
        return;
    }
    findings.add(Finding {
        severity: if share > facts.thresholds.get(&DROPPED_FAIL_SHARE) {
            Severity::Fail
        } else {
            RULE.severity
        },
        channel: Some(channel.name.clone()),
        span: channel.span(),
        value: 100.0 * share,
        threshold: 100.0 * threshold,
        unit: "%".into(),
        message: format!(
            "{} samples of {}, {} % of those expected at one every {}, are missing here and \
             there (gaps not counted)",
            thousands(missing),
            channel.name,
            figure(100.0 * share),
            seconds(intervals.median_us)
        ),
    });
}
