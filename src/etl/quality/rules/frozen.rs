//! Channels that keep one value for a part of the run.

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
        words::{seconds, span, times_over},
    },
    schema::FieldKind,
};

pub(super) static RULE: Rule = Rule {
    name: "frozen",
    severity: Severity::Suspect,
    exception: "`fail` for forces",
    topic: Topic::Values,
    subject: "forces; positions",
    summary: "a force that repeats one value `frozen_force_samples` times; a position that keeps one \
              value for `frozen_position_s` while another axis of its robot moves",
    details: "An axis moves where it covers more than `moving_mm`: the positions of a parked robot \
              are not frozen. Where a force repeats its largest or smallest value (zero aside) the \
              rule is `saturation`. Where a load cell's values have steps above its noise, \
              repeating one is no fault by itself: then its robot must move meanwhile, the value \
              be beyond `zero_offset`, and the force either leap at once by three steps or more \
              when it goes on or repeat its value for `frozen_position_s`.",
    thresholds: &[&FROZEN_FORCE_SAMPLES, &FROZEN_POSITION_S, &MOVING_MM],
    checks: &[
        Check::Channel(&[FieldKind::Force], force),
        Check::Channel(&[FieldKind::Position], position),
    ],
};

pub(in crate::quality) static FROZEN_FORCE_SAMPLES: Threshold = Threshold {
    key: "frozen_force_samples",
    default: 20.0,
    unit: "samples",
    allowed: Allowed::Count(2),
    comment: "a force that repeats a value so often is frozen",
    reason: "load cells have noise of many digits: in a real log no value came more than twice in a \
             row",
};

static FROZEN_POSITION_S: Threshold = Threshold {
    key: "frozen_position_s",
    default: 5.0,
    unit: "s",
    allowed: Allowed::From(0.0),
    comment: "a position that stands so long while others move",
    reason: "longer than an axis stands at a turning point; a tool path has no such rest on one axis \
             only",
};

pub(in crate::quality) static MOVING_MM: Threshold = Threshold {
    key: "moving_mm",
    default: 1.0,
    unit: "mm",
    allowed: Allowed::From(0.0),
    comment: "an axis that covers more than this moves",
    reason: "encoders of robots at rest moved by 0.001 mm in a real log",
};

fn force(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    let least = facts.thresholds.count(&FROZEN_FORCE_SAMPLES);
    let long = channel.stretches.iter().filter(|s| s.samples() >= least);
    let occurrences = long
        .filter(|s| !channel.is_at_limit(channel.values[s.first]))
        .filter(|s| match channel.coarse_step() {
            Some(step) => went_on_unseen(facts, channel, **s, step),
            None => true,
        })
        .map(|s| Occurrence {
            from: channel.times[s.first],
            to: channel.times[s.last],
            value: s.samples() as f64,
            threshold: least as f64,
            severity: Severity::Fail,
        })
        .collect();
    findings.add_clusters(
        facts.clustering(channel),
        &channel.name,
        "samples",
        occurrences,
        |c| {
            format!(
                "{} repeats one value up to {} times in a row{}, {}: a load cell that works \
             always has some noise",
                channel.name,
                figure(c.value),
                times_over(c),
                span(c.from, c.to)
            )
        },
    );
}

/// Whether a stretch of a channel with coarse steps is more than a force between two of them.
fn went_on_unseen(
    facts: &RunFacts<'_>,
    channel: &RawChannel<'_>,
    stretch: Stretch,
    step: f64,
) -> bool {
    const LEAP_STEPS: f64 = 3.0;
    let span = (channel.times[stretch.first], channel.times[stretch.last]);
    let value = channel.values[stretch.last];
    let later = |n: usize| channel.values.get(stretch.last + n);
    // A contact that ends changes the force over several samples, one that was missed in one.
    let leaps = later(1).zip(later(2)).is_some_and(|(next, after)| {
        let leap = (next - value).abs();
        leap > (LEAP_STEPS - 0.5) * step && (after - next).abs() <= leap / 2.0
    });
    let lasts = (span.1 - span.0) as f64 / 1e6 >= facts.thresholds.get(&FROZEN_POSITION_S);
    (leaps || lasts)
        && value.abs() > facts.thresholds.get(&ZERO_OFFSET)
        && facts.moves(channel, span)
}

fn position(facts: &RunFacts<'_>, axis: &RawChannel<'_>, findings: &mut Findings) {
    if axis.is_constant() {
        return;
    }
    let robot = axis.robot;
    let busiest = |from, to| facts.busiest_axis(robot, &axis.name, (from, to));
    if facts.of_robot(robot, FieldKind::Position).count() < 2 {
        let reason = format!("robot {robot} has no other axis to compare with");
        findings.skip(&axis.name, &reason);
        return;
    }
    let least_s = facts.thresholds.get(&FROZEN_POSITION_S);
    let mut occurrences = Vec::new();
    for stretch in &axis.stretches {
        let (from, to) = (axis.times[stretch.first], axis.times[stretch.last]);
        let seconds = (to - from) as f64 / 1e6;
        if seconds >= least_s && facts.moves(axis, (from, to)) {
            occurrences.push(Occurrence {
                from,
                to,
                value: seconds,
                threshold: least_s,
                severity: RULE.severity,
            });
        }
    }
    let unit = axis.field.stored_unit();
    findings.add_clusters(facts.clustering(axis), &axis.name, "s", occurrences, |c| {
        let (name, range) = busiest(c.from, c.to).unwrap_or_default();
        format!(
            "{} keeps one value for {}{}, {}, while {name} covers {} {unit}",
            axis.name,
            if c.count > 1 { "up to " } else { "" },
            seconds(c.value * 1e6),
            span(c.from, c.to),
            figure(range)
        )
    });
}
