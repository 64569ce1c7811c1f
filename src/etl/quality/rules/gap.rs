//! Times without samples.

use crate::format::figure;
use crate::quality::{
    Allowed, Rule, Severity, Threshold, Topic,
    clusters::Occurrence,
    facts::RunFacts,
    findings::{Finding, Findings},
    raw_channel::RawChannel,
    rule::{Check, EACH_KIND},
    timing::Gap,
    words::{in_all, seconds, span},
};

pub(super) static RULE: Rule = Rule {
    name: "gap",
    severity: Severity::Suspect,
    exception: "`fail` from `gap_fail_share` of the run on",
    topic: Topic::Time,
    subject: "each channel; the run",
    summary: "an interval longer than `gap_factor` × the channel's median interval; more than \
              `edge_s` without samples at the run's start or end",
    details: "What all channels lack at the same time is one flag of the run, or a `clock_jump`.",
    thresholds: &[&GAP_FACTOR, &GAP_FAIL_SHARE, &EDGE_S],
    checks: &[Check::Channel(EACH_KIND, channel), Check::Run(run)],
};

pub(in crate::quality) static GAP_FACTOR: Threshold = Threshold {
    key: "gap_factor",
    default: 5.0,
    unit: "median intervals",
    allowed: Allowed::From(1.5),
    comment: "a longer interval, in median intervals, is a gap",
    reason: "the specification's",
};

static GAP_FAIL_SHARE: Threshold = Threshold {
    key: "gap_fail_share",
    default: 0.05,
    unit: "share",
    allowed: Allowed::Share,
    comment: "a gap of this share of the run: fail",
    reason: "half a minute of a ten-minute run: more than a turn of the tool is unknown",
};

pub(in crate::quality) static EDGE_S: Threshold = Threshold {
    key: "edge_s",
    default: 1.0,
    unit: "s",
    allowed: Allowed::From(0.0),
    comment: "channels may begin later and end earlier than the run",
    reason: "sensors are switched on one after the other, within a second",
};

fn severity(facts: &RunFacts<'_>, gap: Gap) -> Severity {
    let all = (facts.span.1 - facts.span.0).max(1) as f64;
    if (gap.1 - gap.0) as f64 >= facts.thresholds.get(&GAP_FAIL_SHARE) * all {
        Severity::Fail
    } else {
        RULE.severity
    }
}

fn channel(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    let Some(intervals) = &channel.intervals else {
        return;
    };
    let (thresholds, name) = (facts.thresholds, &channel.name);
    let occurrence = |gap: &Gap, threshold: f64| Occurrence {
        from: gap.0,
        to: gap.1,
        value: (gap.1 - gap.0) as f64 / 1e6,
        threshold: threshold / 1e6,
        severity: severity(facts, *gap),
    };
    let edge_us = intervals.gap_us.max(thresholds.get(&EDGE_S) * 1e6);
    for edge in &intervals.edges {
        let (does, than) = if edge.0 == facts.span.0 {
            ("begins", "after the run does")
        } else {
            ("ends", "before the run does")
        };
        findings.add_clusters(
            facts.clustering(channel),
            name,
            "s",
            vec![occurrence(edge, edge_us)],
            |c| {
                format!(
                    "{name} {does} {} {than}: it has no sample from {}",
                    seconds(c.value * 1e6),
                    span(c.from, c.to)
                )
            },
        );
    }
    let gaps = intervals.timing.gaps.iter();
    let occurrences = gaps.map(|g| occurrence(g, intervals.gap_us)).collect();
    findings.add_clusters(facts.clustering(channel), name, "s", occurrences, |c| {
        format!(
            "{name} has no sample for {}{}{} ({} × its median interval is {}), {}",
            if c.count > 1 { "up to " } else { "" },
            seconds(c.value * 1e6),
            in_all(c),
            figure(thresholds.get(&GAP_FACTOR)),
            seconds(intervals.gap_us),
            span(c.from, c.to)
        )
    });
}

fn run(facts: &RunFacts<'_>, findings: &mut Findings) {
    for gap in facts.common_gaps.iter().filter(|g| !g.motion_continues) {
        findings.add(Finding {
            severity: severity(facts, gap.span),
            channel: None,
            span: gap.span,
            value: gap.length_us() / 1e6,
            threshold: gap.threshold_us / 1e6,
            unit: "s".into(),
            message: format!(
                "no channel has a sample for {}, {}: nothing was recorded",
                seconds(gap.length_us()),
                span(gap.span.0, gap.span.1)
            ),
        });
    }
}
