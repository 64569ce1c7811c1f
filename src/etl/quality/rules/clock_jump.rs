//! Clocks that were set.

use crate::format::figure;
use crate::quality::{
    Allowed, Rule, Severity, Threshold, Topic,
    clusters::Occurrence,
    facts::RunFacts,
    findings::{Finding, Findings},
    raw_channel::RawChannel,
    rule::{Check, EACH_KIND},
    rules::jitter,
    timing::{Gap, Intervals},
    words::{in_all, seconds, span},
};

pub(super) static RULE: Rule = Rule {
    name: "clock_jump",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Time,
    subject: "the run; each channel",
    summary: "a gap, in all channels or in those of one sensor, over which every moving axis goes on as \
              if no time had passed; channels that have a gap and end later than the others by as much; \
              samples of a channel that was set back among those of before",
    details: "A clock that was set back shows as 32 intervals or more whose mean, conflicts counted, is \
              below `dense_share` × the median; where intervals scatter (`jitter`) that is not \
              evaluated. The channels of one sensor go on where two axes do; a leap that only the end \
              tells is longer than `edge_s`. A clock that was set leaves no `gap` at the end of its own \
              channels or of the others.",
    thresholds: &[&DENSE_SHARE],
    checks: &[Check::Channel(EACH_KIND, channel), Check::Run(run)],
};

pub(in crate::quality) static DENSE_SHARE: Threshold = Threshold {
    key: "dense_share",
    default: 0.6,
    unit: "share",
    allowed: Allowed::Share,
    comment: "intervals this short mean that a clock was set back",
    reason: "two clocks over each other halve the interval; jitter does not",
};

/// Where the clock of the channel's sensor alone was set.
fn channel(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    if let Some(intervals) = &channel.intervals {
        leaps(facts, channel, intervals, findings);
        set_back(facts, channel, intervals, findings);
    }
}

fn leaps(
    facts: &RunFacts<'_>,
    channel: &RawChannel<'_>,
    intervals: &Intervals,
    findings: &mut Findings,
) {
    let occurrence = |(from, to): &Gap| Occurrence {
        from: *from,
        to: *to,
        value: (to - from) as f64 / 1e6,
        threshold: intervals.gap_us / 1e6,
        severity: RULE.severity,
    };
    let occurrences = intervals.jumps.iter().map(occurrence).collect();
    let clustering = facts.clustering(channel);
    findings.add_clusters(clustering, &channel.name, "s", occurrences, |c| {
        format!(
            "time leaps by {}{} in {}, {}, while other channels go on: the clock of its sensor was \
             set",
            seconds(c.value * 1e6),
            in_all(c),
            channel.name,
            span(c.from, c.to)
        )
    });
}

/// Stretches in which the times of two recordings overlap.
fn set_back(
    facts: &RunFacts<'_>,
    channel: &RawChannel<'_>,
    intervals: &Intervals,
    findings: &mut Findings,
) {
    if jitter::scatters(facts, channel) {
        findings.skip(&channel.name, "its intervals scatter too much to tell");
        return;
    }
    let share = facts.thresholds.get(&DENSE_SHARE);
    let stretches = intervals.set_back.iter();
    let occurrences = stretches
        .map(|(from, to, mean)| Occurrence {
            from: *from,
            to: *to,
            value: 1e6 / mean,
            threshold: 1e6 / (share * intervals.median_us),
            severity: RULE.severity,
        })
        .collect();
    let clustering = facts.clustering(channel);
    findings.add_clusters(clustering, &channel.name, "Hz", occurrences, |c| {
        format!(
            "{} has {} samples a second from {} instead of {}: its clock was set back there, or two \
             recordings are mixed",
            channel.name,
            figure(c.value),
            span(c.from, c.to),
            figure(1e6 / intervals.median_us)
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
