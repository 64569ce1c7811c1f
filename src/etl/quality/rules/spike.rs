//! Samples that stand out from their neighbours.

use crate::{
    quality::{
        Allowed, Rule, Severity, Threshold, Topic,
        clusters::Occurrence,
        facts::RunFacts,
        findings::Findings,
        outliers::{leaps, spikes},
        raw_channel::RawChannel,
        rule::Check,
        words::{count, number, span},
    },
    schema::FieldKind,
};

pub(super) static RULE: Rule = Rule {
    name: "spike",
    severity: Severity::Suspect,
    exception: "`fail` for positions",
    topic: Topic::Values,
    subject: "forces; positions",
    summary: "a force more than `spike_sigma` deviations from the median of the seven samples around \
              it (Hampel filter); a position that moves faster than `max_speed` between two samples",
    details: "The deviation is 1.4826 × the median absolute deviation in the window of seven or the \
              noise of the whole channel (from the median of its steps other than zero), whichever \
              is larger. A spike is at most three samples wide; a step is none. The speed is taken \
              over the median interval at least, so that two hurried time stamps make no speed. A \
              glitch there and back is two intervals and one flag.",
    thresholds: &[&SPIKE_SIGMA, &MAX_SPEED],
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
    let occurrences = spikes(channel.values, sigma)
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
    findings.add_clusters(facts.thresholds, &channel.name, unit, occurrences, |c| {
        let (are, them) = match c.count {
            1 => ("1 sample stands out".to_owned(), ""),
            n => (format!("{} samples stand out", count(n as u64)), "up to "),
        };
        format!(
            "{are} of {} by {them}{} {unit} from the median of the seven around it ({} {unit} \
             would be {} deviations), {}",
            channel.name,
            number(c.value),
            number(c.threshold),
            number(sigma),
            span(c.from, c.to)
        )
    });
}

fn position(facts: &RunFacts<'_>, axis: &RawChannel<'_>, findings: &mut Findings) {
    let Some(median_us) = axis.median_us.filter(|_| !axis.is_constant()) else {
        return;
    };
    let max_speed = facts.thresholds.get(&MAX_SPEED);
    let occurrences = leaps(axis.times, axis.values, median_us, max_speed)
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
    findings.add_clusters(facts.thresholds, &axis.name, &unit, occurrences, |c| {
        let often = match c.count {
            1 => String::new(),
            n => format!(" in {} intervals", count(n as u64)),
        };
        format!(
            "{} would have moved at {} {unit}{often}, {}: no axis is faster than {} {unit}",
            axis.name,
            number(c.value),
            span(c.from, c.to),
            number(max_speed)
        )
    });
}
