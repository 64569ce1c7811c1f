//! Samples that stand out from their neighbours.

use crate::format::{figure, thousands};
use std::collections::BTreeSet;

use crate::{
    quality::{
        Allowed, Rule, Severity, Threshold, Topic,
        clusters::Occurrence,
        facts::RunFacts,
        findings::Findings,
        outliers::{leaps, lone, spikes},
        raw_channel::RawChannel,
        rule::Check,
        words::span,
    },
    schema::FieldKind,
};

pub(super) static RULE: Rule = Rule {
    name: "spike",
    severity: Severity::Suspect,
    exception: "`fail` for impossible speeds",
    topic: Topic::Values,
    subject: "forces; positions",
    summary: "a force more than `spike_sigma` deviations from the seven samples around it (Hampel \
              filter); a position that leaves its path by more than `glitch_mm` for one sample, or moves \
              faster than `max_speed` between two",
    details: "The deviation is 1.4826 × the median absolute deviation in the window of seven or the \
              noise of the whole channel (from the median of its steps other than zero), whichever \
              is larger. A spike is at most three samples wide; a step is none. A slope would hide \
              spikes in the window's own deviation, so each sample is also held against the parabola \
              through its six neighbours, with the deviation of these from it (or the channel's noise on \
              top of slopes), and against the lines before and after it; positions are so too. The speed is taken over the \
              median interval at least, so that two hurried time stamps make no speed. A leap there and \
              back is two intervals and one flag.",
    thresholds: &[&SPIKE_SIGMA, &GLITCH_MM, &MAX_SPEED],
    checks: &[
        Check::Channel(&[FieldKind::Force], force),
        Check::Channel(&[FieldKind::Position], position),
    ],
};

static SPIKE_SIGMA: Threshold = Threshold {
    key: "spike_sigma",
    default: 8.0,
    unit: "deviations",
    allowed: Allowed::From(1.0),
    comment: "a force so many deviations from its neighbours",
    reason: "normal noise reaches 8 deviations never; contact with the sheet is wider than half the \
             window",
};

static GLITCH_MM: Threshold = Threshold {
    key: "glitch_mm",
    default: 0.5,
    unit: "mm",
    allowed: Allowed::From(0.0),
    comment: "a position that leaves its path so far for one sample",
    reason: "many times what the time stamps of samples are off at the speed of a tool; glitches of \
             encoders are of a millimetre and more",
};

static MAX_SPEED: Threshold = Threshold {
    key: "max_speed",
    default: 3000.0,
    unit: "mm/s",
    allowed: Allowed::Positive,
    comment: "mm/s; no axis is faster",
    reason: "beyond what forming robots do: axes of a real log stayed below 180 mm/s",
};

fn force(facts: &RunFacts<'_>, channel: &RawChannel<'_>, findings: &mut Findings) {
    if channel.is_constant() {
        return;
    }
    let sigma = facts.thresholds.get(&SPIKE_SIGMA);
    let mut found = spikes(channel.values, sigma);
    if let Some(resolution) = channel.resolution {
        let known: BTreeSet<usize> = found.iter().map(|s| s.index).collect();
        let more = lone(
            channel.times,
            channel.values,
            sigma,
            sigma * resolution.noise,
        );
        found.extend(more.into_iter().filter(|s| !known.contains(&s.index)));
    }
    let occurrences = found
        .into_iter()
        .map(|s| Occurrence {
            from: channel.times[s.index],
            to: channel.times[s.index],
            value: s.distance,
            threshold: s.limit,
            severity: RULE.severity,
        })
        .collect();
    let unit = channel.field.stored_unit();
    findings.add_clusters(facts.clustering(channel), &channel.name, unit, occurrences, |c| {
        let (stand_out, up_to) = match c.count {
            1 => (format!("1 sample of {} stands out", channel.name), ""),
            n => {
                let n = thousands(n as u64);
                (format!("{n} samples of {} stand out", channel.name), "up to ")
            }
        };
        format!(
            "{stand_out} by {up_to}{} {unit} from those around ({} {unit} would be {} deviations), {}",
            figure(c.value),
            figure(c.threshold),
            figure(sigma),
            span(c.from, c.to)
        )
    });
}

fn position(facts: &RunFacts<'_>, axis: &RawChannel<'_>, findings: &mut Findings) {
    let Some(median_us) = axis.median_us.filter(|_| !axis.is_constant()) else {
        return;
    };
    let max_speed = facts.thresholds.get(&MAX_SPEED);
    let leaps = leaps(axis.times, axis.values, median_us, max_speed);
    glitches(facts, axis, &leaps, findings);
    let occurrences = leaps
        .into_iter()
        .map(|(index, speed)| Occurrence {
            from: axis.times[index - 1],
            to: axis.times[index],
            value: speed,
            threshold: max_speed,
            severity: Severity::Fail,
        })
        .collect();
    let unit = format!("{}/s", axis.field.stored_unit());
    findings.add_clusters(
        facts.clustering(axis),
        &axis.name,
        &unit,
        occurrences,
        |c| {
            let often = match c.count {
                1 => String::new(),
                n => format!(" in {} intervals", thousands(n as u64)),
            };
            format!(
                "{} would have moved at {} {unit}{often}, {}: no axis is faster than {} {unit}",
                axis.name,
                figure(c.value),
                span(c.from, c.to),
                figure(max_speed)
            )
        },
    );
}

/// Samples that are off the path and back, where `leaps` do not say so.
fn glitches(
    facts: &RunFacts<'_>,
    axis: &RawChannel<'_>,
    leaps: &[(usize, f64)],
    findings: &mut Findings,
) {
    let Some(resolution) = axis.resolution else {
        return;
    };
    let sigma = facts.thresholds.get(&SPIKE_SIGMA);
    let least = (sigma * resolution.noise).max(facts.thresholds.get(&GLITCH_MM));
    let leaps: BTreeSet<usize> = leaps.iter().map(|l| l.0).collect();
    let found = lone(axis.times, axis.values, sigma, least).into_iter();
    let occurrences = found
        .filter(|s| !leaps.contains(&s.index) && !leaps.contains(&(s.index + 1)))
        .map(|s| Occurrence {
            from: axis.times[s.index],
            to: axis.times[s.index],
            value: s.distance,
            threshold: s.limit,
            severity: RULE.severity,
        })
        .collect();
    let unit = axis.field.stored_unit();
    findings.add_clusters(facts.clustering(axis), &axis.name, unit, occurrences, |c| {
        let (are, up_to) = match c.count {
            1 => (format!("1 sample of {} is", axis.name), ""),
            n => {
                let n = thousands(n as u64);
                (format!("{n} samples of {} are", axis.name), "up to ")
            }
        };
        format!(
            "{are} {up_to}{} {unit} off the path before and after ({} {unit} would stand out), {}",
            figure(c.value),
            figure(c.threshold),
            span(c.from, c.to)
        )
    });
}
