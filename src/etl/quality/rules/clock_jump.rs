//! Clocks that were set.

use crate::quality::{
    Allowed, Rule, Severity, Threshold, Topic,
    clusters::Occurrence,
    facts::RunFacts,
    findings::{Finding, Findings},
    raw_channel::RawChannel,
    rule::{Check, EACH_KIND},
    rules::jitter,
    timing::dense,
    words::{seconds, span},
};

pub(super) static RULE: Rule = Rule {
    name: "clock_jump",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Time,
    subject: "the run; each channel",
    summary: "a gap in all channels over which every moving axis goes on as if no time had passed; \
              samples of a channel that was set back among those of before",
    details: "A clock that was set back shows as 32 intervals or more whose mean is below \
              `dense_share` × the median; where intervals scatter (`jitter`) that is not evaluated.",
    thresholds: &[&DENSE_SHARE],
    checks: &[Check::Channel(EACH_KIND, channel), Check::Run(run)],
};

static DENSE_SHARE: Threshold = Threshold {
    key: "dense_share",
    default: 0.6,
    unit: "share",
    allowed: Allowed::Share,
    comment: "intervals this short mean that a clock was set back",
    reason: "two clocks over each other halve the interval; jitter does not",
};

/// Stretches in which the times of two recordings overlap.
fn channel(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    let Some(intervals) = &channel.intervals else {
        return;
    };
    if jitter::scatters(facts, channel) {
        findings.skip(&channel.name, "its intervals scatter too much to tell");
        return;
    }
    let share = facts.thresholds.get(&DENSE_SHARE);
    let occurrences = dense(channel.times, intervals.median_us, share)
        .into_iter()
        .map(|(from, to, mean)| Occurrence {
            from,
            to,
            value: mean / 1e6,
            threshold: share * intervals.median_us / 1e6,
            severity: RULE.severity,
        })
        .collect();
    findings.add_clusters(facts.thresholds, &channel.name, "s", occurrences, |c| {
        format!(
            "{} has a sample every {} from {} instead of every {}: its clock was set back \
             there, or two recordings are mixed",
            channel.name,
            seconds(c.value * 1e6),
            span(c.from, c.to),
            seconds(intervals.median_us)
        )
    });
}

fn run(facts: &RunFacts<'_>, findings: &mut Findings) {
    for gap in facts.common_gaps.iter().filter(|g| g.motion_continues) {
        findings.add(Finding {
            severity: RULE.severity,
            channel: None,
            span: gap.span,
            value: gap.length_us() / 1e6,
            threshold: gap.threshold_us / 1e6,
            unit: "s".into(),
            message: format!(
                "time leaps by {} in every channel, {}, but the moving axes go on as if none had \
                 passed: the recorder's clock was set",
                seconds(gap.length_us()),
                span(gap.span.0, gap.span.1)
            ),
        });
    }
}
