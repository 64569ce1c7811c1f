//! Forces that stay at their largest or smallest value.

use crate::format::figure;
use crate::{
    quality::{
        Allowed, Rule, Severity, Threshold, Topic,
        clusters::Occurrence,
        facts::RunFacts,
        findings::Findings,
        raw_channel::RawChannel,
        repeat::Stretch,
        rule::Check,
        rules::zero_offset::ZERO_OFFSET,
        words::{span, times_over},
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
    details: "A zero is not flagged: it may be an empty load cell. Where a load cell's values have steps \
              above its noise they stay at the largest by themselves: then it must be beyond \
              `zero_offset`, have four times as many samples as the step next to it, and the robot must \
              move meanwhile.",
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
        if !channel.is_at_limit(limit) {
            continue;
        }
        let at_limit = channel.stretches.iter();
        let mut at_limit = at_limit
            .filter(|s| channel.values[s.first] == limit && s.samples() >= least)
            .peekable();
        if at_limit.peek().is_none() {
            continue;
        }
        let coarse = channel.coarse_step();
        if coarse.is_some_and(|step| !piles_up(facts, channel, limit, step)) {
            continue;
        }
        let times = |s: &Stretch| (channel.times[s.first], channel.times[s.last]);
        let occurrences = at_limit
            .filter(|s| coarse.is_none() || facts.moves(channel, times(s)))
            .map(|s| Occurrence {
                from: channel.times[s.first],
                to: channel.times[s.last],
                value: s.samples() as f64,
                threshold: least as f64,
                severity: RULE.severity,
            })
            .collect();
        findings.add_clusters(
            facts.clustering(channel),
            &channel.name,
            "samples",
            occurrences,
            |c| {
                format!(
                    "{} stays at its {word} value, {} {unit}, for up to {} samples in a row{}, {}: \
                 the true force may be beyond it",
                    channel.name,
                    figure(limit),
                    figure(c.value),
                    times_over(c),
                    span(c.from, c.to)
                )
            },
        );
    }
}

/// Whether a channel with coarse steps has so many more samples at its limit than at the step
/// next to it that they do not come from the force: a wave that turns there has 2.4 times as many
/// in its last step as in the one before.
fn piles_up(facts: &RunFacts<'_>, channel: &RawChannel<'_>, limit: f64, step: f64) -> bool {
    const TIMES: usize = 4;
    let steps_away = |value: &&f64| (*value - limit).abs() / step;
    let at = channel
        .values
        .iter()
        .filter(|v| steps_away(v) < 0.5)
        .count();
    let next = channel
        .values
        .iter()
        .filter(|v| (0.5..1.5).contains(&steps_away(v)));
    limit.abs() > facts.thresholds.get(&ZERO_OFFSET) && at >= TIMES * next.count()
}
