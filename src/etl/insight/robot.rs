//! Everything about the robots of one run.

use std::{collections::BTreeMap, sync::Arc};

use rayon::prelude::*;

use super::{
    InsightThresholds, Rest, Stretch, bias, contact,
    duty::duty,
    force::{Force, quantiles},
    layer_figures::{self, LayerSources},
    layers::{self, Level},
    path::Path,
    signals::Signals,
    spectrum, spiral, state, stretch,
};
use crate::{
    numeric::percentile,
    schema::Schema,
    stats::{ChannelStats, ContactSource, Forming, RobotState, RobotStats, robot_stats},
    transform::RunTable,
};

/// Robots of one run by name.
pub type RunInsight = BTreeMap<String, RobotInsight>;

/// One robot of one run: its figures, and what they come from, for the quality rules.
#[derive(Debug, Default)]
pub struct RobotInsight {
    /// What the record says of it.
    pub stats: RobotStats,
    /// When it rests; `None` where an axis is missing.
    pub rest: Option<Rest>,
    /// When it is in contact, ascending.
    pub contact: Vec<Stretch>,
    /// Times of `net` in microseconds.
    pub force_times: Arc<Vec<i64>>,
    /// ‖F − bias‖ in N; empty where the bias is unknown or the robot was not in contact.
    pub net: Vec<f64>,
    /// The stretches of its layers; of one layer there may be several.
    pub layers: Vec<LayerStretch>,
    /// Its path; `None` where an axis is missing.
    pub travel: Option<Travel>,
}

/// A stretch of a layer, without where the tool is more than a step off it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerStretch {
    /// The layer's place in [`RobotStats::layers`].
    pub layer: usize,
    /// Its time.
    pub time: Stretch,
}

/// How far a robot went.
#[derive(Debug, Default)]
pub struct Travel {
    /// Microseconds, strictly increasing.
    pub times: Vec<i64>,
    /// Length of the path since the first time in mm.
    pub along: Vec<f64>,
}

impl Travel {
    /// Length of the path within a stretch in mm, to a sample.
    pub fn within(&self, stretch: Stretch) -> f64 {
        let range = stretch.indices(&self.times);
        let along = self.along.get(range).unwrap_or_default();
        along
            .first()
            .zip(along.last())
            .map_or(0.0, |(from, to)| to - from)
    }
}

/// The figures of each robot that has a sample in the run. `channels` are the statistics of the
/// table's columns by name.
pub fn run_insight(
    table: &RunTable,
    channels: &BTreeMap<String, ChannelStats>,
    schema: &Schema,
    thresholds: &InsightThresholds,
) -> RunInsight {
    let robots: Vec<(String, RobotStats)> =
        robot_stats(table, channels, schema).into_iter().collect();
    let insight = robots.into_par_iter().map(|(robot, stats)| {
        let signals = Signals::of(&robot, table, channels, schema);
        let force = Force::of(&robot, table);
        let axis = schema.forming_axis();
        let insight = of_robot(&signals, force, axis, stats, thresholds);
        (robot, insight)
    });
    insight.collect::<Vec<_>>().into_iter().collect()
}

fn of_robot(
    signals: &Signals<'_>,
    force: Option<Force<'_>>,
    forming_axis: &str,
    stats: RobotStats,
    thresholds: &InsightThresholds,
) -> RobotInsight {
    let mut robot = RobotInsight {
        stats,
        rest: signals
            .all_positions
            .then(|| Rest::of(&signals.axes(), thresholds.rest_mm)),
        ..RobotInsight::default()
    };
    let state = state::state(signals, thresholds);
    robot.stats.state = Some(state);
    robot.stats.bias = bias::bias(signals, state, force, robot.rest.as_ref(), thresholds);
    let rest = robot.rest.as_ref().map(Rest::stretches).unwrap_or_default();
    let moving = signals.span().map(|span| stretch::without(span, &rest));
    let moving = moving.unwrap_or_default();
    if state == RobotState::Contact {
        touch(&mut robot, signals, force, &moving, thresholds);
    }
    let axial = signals.forces.iter().find(|f| f.axis == forming_axis);
    robot.stats.chatter_rms_n =
        axial.and_then(|axial| spectrum::chatter_rms(axial, &robot.contact));
    let path = Path::of(signals, forming_axis);
    let shares = duty(state, path.as_ref().ok(), &robot.contact, &rest);
    (robot.stats.duty, robot.stats.duty_mm) = shares;
    let levels = match (state, &path) {
        (RobotState::Parked, _) => Err("the robot is parked".to_owned()),
        (RobotState::Air, _) => Err("the robot touches nothing".to_owned()),
        (_, Err(why)) => Err(why.clone()),
        (_, Ok(path)) => {
            let near = thresholds.layer_mm;
            layers::layers(path, near)
                .or_else(|why| {
                    let turns = spiral::turns(path, &moving, near);
                    turns.map_err(|no_turns| format!("{why}; {no_turns}"))
                })
                .map(|levels| {
                    robot.layers = layer_stretches(path, &levels);
                    let sources = LayerSources {
                        path,
                        force,
                        axial: axial.copied(),
                    };
                    layer_figures::figures(sources, &levels)
                })
        }
    };
    robot.travel = path.ok().map(|path| Travel {
        times: path.times.to_vec(),
        along: path.along,
    });
    match levels {
        Ok(layers) => layer_figures::put(layers, &mut robot.stats),
        Err(why) => robot.stats.layers_reason = Some(why),
    }
    robot
}

/// The stretches of levels in which the tool is at most a step off them: within a turn of a spiral
/// it may leave the sheet.
fn layer_stretches(path: &Path<'_>, levels: &[Level]) -> Vec<LayerStretch> {
    // Of all steps: the last turn of a spiral may be a piece above the sheet.
    let mut steps: Vec<f64> = levels.windows(2).map(|w| (w[1].z - w[0].z).abs()).collect();
    let step = percentile::median(&mut steps).unwrap_or(f64::INFINITY);
    let mut stretches = Vec::new();
    for (layer, level) in levels.iter().enumerate() {
        for part in &level.parts {
            let points = part.clone().collect::<Vec<_>>();
            let is_off = |i: usize| (path.forming[i] - level.z).abs() > step;
            for near in points.split(|i| is_off(*i)) {
                if let (Some(first), Some(last)) = (near.first(), near.last()) {
                    let (from, to) = (path.times[*first], path.times[*last]);
                    let time = Stretch { from, to };
                    stretches.push(LayerStretch { layer, time });
                }
            }
        }
    }
    stretches
}

/// When a robot in contact touches, and with which force.
fn touch(
    robot: &mut RobotInsight,
    signals: &Signals<'_>,
    force: Option<Force<'_>>,
    moving: &[Stretch],
    thresholds: &InsightThresholds,
) {
    let known = |name: &str| robot.stats.bias.get(name);
    let forces = signals.forces.iter();
    let bias: Option<Vec<f64>> = forces.clone().map(|f| known(f.name)?.value).collect();
    let sigmas = forces.filter_map(|f| known(f.name)?.sigma);
    let (Some(bias), Some(force)) = (bias, force) else {
        robot.stats.contact_source = Some(ContactSource::Motion);
        robot.contact = moving.to_vec();
        return;
    };
    let threshold = contact::threshold(sigmas.fold(0.0, f64::max), thresholds.contact_n);
    let net = force.without(&signals.forces, &bias);
    robot.contact = contact::by_bias(force.times(), &net, threshold);
    robot.stats.contact_source = Some(ContactSource::Bias);
    robot.stats.forming = forming(force.times(), &net, &robot.contact);
    robot.force_times = force.shared_times();
    robot.net = net;
}

fn forming(times: &[i64], net: &[f64], contact: &[Stretch]) -> Forming {
    let parts: Vec<&[f64]> = contact.iter().map(|s| &net[s.indices(times)]).collect();
    let mut values = parts.concat();
    values.retain(|v| v.is_finite());
    let n = values.len() as f64;
    let [sum] = crate::numeric::sums(&values, |v| [v]);
    let quantiles = quantiles(&values, &[0.5, 0.999, 1.0]);
    quantiles.map_or_else(Forming::default, |[median, peak, max]| Forming {
        force_peak_n: Some(peak),
        force_max_n: Some(max),
        force_median_n: Some(median),
        force_mean_n: Some(sum / n).filter(|mean| mean.is_finite()),
    })
}
