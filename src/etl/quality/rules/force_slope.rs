//! Forces that rise or fall from layer to layer.

use crate::{
    format::figure,
    numeric::{percentile, theil_sen},
    quality::{
        Allowed, Rule, Severity, Threshold, Topic,
        facts::RunFacts,
        findings::{Finding, Findings},
        rule::Check,
    },
    schema::FieldKind,
    stats::{Layer, RobotState},
    time,
};

pub(super) static RULE: Rule = Rule {
    name: "force_slope",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Values,
    subject: "the force along the forming axis of robots in contact",
    summary: "a Theil\u{2013}Sen slope of the layers\u{2019} median force over the last 10 complete layers beyond \
              `force_slope_share` of its median a layer, whose 95 % interval excludes 0",
    details: "Fewer than 10 complete layers, or layers of fewer than 10 samples of the force, are not evaluated. A falling force is a sign of coming failure \
              (Ambrogio, Filice and Micari 2006); the threshold is ours.",
    thresholds: &[&FORCE_SLOPE_SHARE],
    checks: &[Check::Run(check)],
};

static FORCE_SLOPE_SHARE: Threshold = Threshold {
    key: "force_slope_share",
    default: 0.005,
    unit: "share",
    allowed: Allowed::Share,
    comment: "slope of force over layers, in parts of its median a layer",
    reason: "the good part of a real log had 0.2 % a layer",
};

/// Complete layers that are looked at, and samples that each has: fewer meet other places of each
/// layer, where the force is another.
const LAYERS: usize = 10;
const SAMPLES: usize = 10;

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    let axis = facts.schema.forming_axis();
    for (name, robot) in facts.robots {
        if robot.stats.state != Some(RobotState::Contact) {
            continue;
        }
        let mut forces = facts.of_robot(name, FieldKind::Force);
        let Some(force) = forces.find(|f| f.field.axis.as_deref() == Some(axis)) else {
            continue;
        };
        let layers = robot.stats.layers.iter().enumerate();
        let complete: Vec<(usize, &Layer, f64)> = layers
            .filter(|(_, layer)| layer.complete)
            .filter_map(|(i, layer)| Some((i, layer, layer.axial_median_n?.abs())))
            .collect();
        let Some(last) = complete
            .len()
            .checked_sub(LAYERS)
            .map(|from| &complete[from..])
        else {
            let reason = format!("robot {name} has fewer than {LAYERS} complete layers");
            findings.skip(&force.name, &reason);
            continue;
        };
        let at = |text: &str| time::parse(text.as_bytes()).unwrap_or(facts.span.0);
        let samples = |layer: &Layer| force.within(at(&layer.start_time), at(&layer.stop_time));
        if last
            .iter()
            .any(|(_, layer, _)| samples(layer).len() < SAMPLES)
        {
            let reason = format!("layers of robot {name} have fewer than {SAMPLES} force samples");
            findings.skip(&force.name, &reason);
            continue;
        }
        let points: Vec<(f64, f64)> = last.iter().map(|(i, _, f)| (*i as f64, *f)).collect();
        let mut values: Vec<f64> = last.iter().map(|(_, _, f)| *f).collect();
        let (Some(slope), Some(median)) = (theil_sen(&points), percentile::median(&mut values))
        else {
            continue;
        };
        let threshold = facts.thresholds.get(&FORCE_SLOPE_SHARE) * median;
        if slope.value.abs() <= threshold || slope.low <= 0.0 && slope.high >= 0.0 {
            continue;
        }
        let from = last
            .first()
            .map_or(facts.span.0, |(_, l, _)| at(&l.start_time));
        let to = last.last().map_or(from, |(_, l, _)| at(&l.stop_time));
        let unit = force.field.stored_unit();
        findings.add(Finding {
            severity: RULE.severity,
            channel: Some(force.name.clone()),
            span: (from, to.max(from)),
            value: slope.value,
            threshold: threshold.copysign(slope.value),
            unit: format!("{unit}/layer"),
            message: format!(
                "the size of {} {} by {} {unit} a layer over the last {LAYERS} complete layers (95 %: {} to {}; \
                 {} are {} % of its median)",
                force.name,
                if slope.value < 0.0 { "falls" } else { "rises" },
                figure(slope.value.abs()),
                figure(slope.low),
                figure(slope.high),
                figure(threshold),
                figure(100.0 * threshold / median),
            ),
        });
    }
}
