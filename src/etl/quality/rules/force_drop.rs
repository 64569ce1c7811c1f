//! Forces that fall while the tool goes on: a tear.

use std::{collections::VecDeque, ops::Range};

use crate::{
    format::figure,
    insight::{RobotInsight, Stretch, Travel},
    numeric::percentile,
    quality::{
        Allowed, Rule, Severity, Threshold, Topic,
        facts::RunFacts,
        findings::{Finding, Findings},
        rule::Check,
        words::span,
    },
    schema::{ChannelName, FieldKind},
    stats::RobotState,
};

pub(super) static RULE: Rule = Rule {
    name: "force_drop",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Values,
    subject: "the magnitude of force of robots in contact",
    summary: "within a layer, or a contact where there are no layers, the 0.2 s median of the force less bias falls by \
              more than `force_drop_share` below the median of the 2 s before, for 0.5 s or more",
    details: "From 2 s after the start of a stretch of the layer to 0.5 s before its end, while the tool moves at more \
              than a fifth of the layer\u{2019}s feed and was in contact for at least one of the 2 s before; also where contact \
              is lost. Not evaluated below 20 samples a second or with an unknown bias. Petek et al. (2009) find cracks by such a drop; the thresholds are ours.",
    thresholds: &[&FORCE_DROP_SHARE],
    checks: &[Check::Run(check)],
};

static FORCE_DROP_SHARE: Threshold = Threshold {
    key: "force_drop_share",
    default: 0.3,
    unit: "share",
    allowed: Allowed::Share,
    comment: "a force that falls so far within a layer is a tear",
    reason: "forces along a layer of a real log vary by less within 2 s",
};

/// Samples a second that a force channel has at least.
const LEAST_RATE: f64 = 20.0;
/// Microseconds: the median that falls, how far apart such medians are, what is before them, the
/// end of a stretch that is left out, and the shortest fall.
const WINDOW: i64 = 200_000;
const STRIDE: i64 = 100_000;
const BEFORE: i64 = 2_000_000;
const END: i64 = 500_000;
const LEAST: i64 = 500_000;
/// Share of the layer's feed that the tool has at least.
const FEED: f64 = 0.2;

/// A fall of force.
#[derive(Debug, PartialEq)]
struct Drop {
    time: Stretch,
    /// In N: the lowest 0.2 s median, and the median of the 2 s before.
    lowest: f64,
    before: f64,
}

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    for (name, robot) in facts.robots {
        if robot.stats.state != Some(RobotState::Contact) {
            continue;
        }
        let channel = ChannelName::TotalForce(name).to_string();
        let rates = facts
            .of_robot(name, FieldKind::Force)
            .filter_map(|force| Some(1e6 / force.median_us?));
        if rates.fold(f64::INFINITY, f64::min) < LEAST_RATE {
            let reason = format!("robot {name} has fewer than 20 force samples a second");
            findings.skip(&channel, &reason);
            continue;
        }
        let (Some(travel), false) = (&robot.travel, robot.net.is_empty()) else {
            findings.skip(&channel, &format!("the bias of robot {name} is unknown"));
            continue;
        };
        let share = facts.thresholds.get(&FORCE_DROP_SHARE);
        for (stretch, feed) in stretches(robot, travel) {
            for drop in drops(robot, travel, stretch, (feed, share)) {
                let Stretch { from, to } = drop.time;
                findings.add(Finding {
                    severity: RULE.severity,
                    channel: Some(channel.clone()),
                    span: (from, to),
                    value: 100.0 * (1.0 - drop.lowest / drop.before),
                    threshold: 100.0 * share,
                    unit: "%".to_owned(),
                    message: format!(
                        "{channel} without bias falls from {} N to {} N while robot {name} goes on, {}: a tear?",
                        figure(drop.before),
                        figure(drop.lowest),
                        span(from, to)
                    ),
                });
            }
        }
    }
}

/// Where drops are looked for: stretches of layers with the layer's feed in mm/s, or contacts with
/// their own.
fn stretches(robot: &RobotInsight, travel: &Travel) -> Vec<(Stretch, f64)> {
    if robot.layers.is_empty() {
        let own = |stretch: &Stretch| (*stretch, travel.within(*stretch) / stretch.seconds());
        return robot.contact.iter().map(own).collect();
    }
    let layers = robot.layers.iter();
    let feed = |layer: usize| robot.stats.layers.get(layer)?.feed_mm_s;
    layers
        .filter_map(|l| Some((l.time, feed(l.layer)?)))
        .collect()
}

/// The falls in one stretch.
fn drops(
    robot: &RobotInsight,
    travel: &Travel,
    stretch: Stretch,
    (feed, share): (f64, f64),
) -> Vec<Drop> {
    let mut found = Vec::new();
    let mut open: Option<Drop> = None;
    let mut close = |drop: Option<Drop>| {
        found.extend(drop.filter(|d| d.time.to - d.time.from + STRIDE >= LEAST));
    };
    let mut scratch = Vec::new();
    let mut median = |range: Range<usize>| {
        scratch.clear();
        scratch.extend(robot.net[range].iter().filter(|v| v.is_finite()));
        percentile::median(&mut scratch)
    };
    let times = &robot.force_times;
    let mut samples = stretch.indices(times).start..0;
    // Medians of short windows in the 2 s before: whether the force falls at all is told by them, and
    // the median of all samples of the 2 s is taken only then.
    let mut recent = Recent::default();
    let mut now = stretch.from + WINDOW / 2;
    while now + WINDOW / 2 <= stretch.to - END {
        let window = Stretch {
            from: now - WINDOW / 2,
            to: now + WINDOW / 2,
        };
        // Windows ascend: a walk is quicker than a search.
        let ahead = times.get(samples.start..).unwrap_or_default().iter();
        samples.start += ahead.take_while(|t| **t < window.from).count();
        samples.end = samples.end.max(samples.start);
        let ahead = times.get(samples.end..).unwrap_or_default().iter();
        samples.end += ahead.take_while(|t| **t <= window.to).count();
        let Some(level) = median(samples.clone()) else {
            now += STRIDE;
            continue;
        };
        let before = match &open {
            Some(drop) => Some(drop.before),
            None if window.from - stretch.from < BEFORE => None,
            None => recent
                .median()
                .filter(|about| level < (1.0 - share / 2.0) * about)
                .filter(|_| touched(robot, window.from))
                .and_then(|_| {
                    let (from, to) = (window.from - BEFORE, window.from);
                    median(Stretch { from, to }.indices(times))
                }),
        };
        recent.push(level);
        let moves = || travel.within(window) > FEED * feed * window.seconds();
        match (&mut open, before) {
            (_, Some(before)) if level < (1.0 - share) * before && moves() => match &mut open {
                Some(drop) => {
                    drop.time.to = now;
                    drop.lowest = drop.lowest.min(level);
                }
                None => {
                    open = Some(Drop {
                        time: Stretch { from: now, to: now },
                        lowest: level,
                        before,
                    });
                }
            },
            (Some(_), _) => close(open.take()),
            (None, _) => {}
        }
        now += STRIDE;
    }
    close(open);
    found
}

/// The levels of the last 2 s.
#[derive(Default)]
struct Recent {
    by_time: VecDeque<f64>,
    sorted: Vec<f64>,
}

impl Recent {
    fn median(&self) -> Option<f64> {
        percentile::median_of_sorted(&self.sorted)
    }

    fn push(&mut self, level: f64) {
        const MOST: usize = (BEFORE / STRIDE) as usize;
        let place = |sorted: &[f64], level: f64| {
            sorted.partition_point(|other| other.total_cmp(&level).is_lt())
        };
        if self.by_time.len() == MOST
            && let Some(oldest) = self.by_time.pop_front()
        {
            self.sorted.remove(place(&self.sorted, oldest));
        }
        self.by_time.push_back(level);
        self.sorted.insert(place(&self.sorted, level), level);
    }
}

/// Whether the robot was in contact for at least half of the 2 s before: noise in the air does
/// not fall.
fn touched(robot: &RobotInsight, now: i64) -> bool {
    let before = Stretch {
        from: now - BEFORE,
        to: now,
    };
    let common = robot.contact.iter().filter_map(|c| c.common(before));
    2 * common.map(|c| c.to - c.from).sum::<i64>() >= BEFORE
}
