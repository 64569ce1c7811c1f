//! Figures of layers, and what they tell of the part.

use super::{Stretch, force::Force, layers::Level, path::Path, signals::Signal};
use crate::{
    numeric::{percentile, range, theil_sen},
    stats::{Layer, RobotStats, Slope},
    time,
};

/// Share of the median length that a complete layer has at least.
const COMPLETE: f64 = 0.9;
/// Share by which the distance from the centre varies at most, where a layer is round.
const ROUND: f64 = 0.05;

/// What figures of layers come from.
#[derive(Clone, Copy)]
pub(super) struct LayerSources<'a> {
    pub path: &'a Path<'a>,
    /// ‖F‖; `None` where a component is missing.
    pub force: Option<Force<'a>>,
    /// The force along the forming axis.
    pub axial: Option<Signal<'a>>,
}

/// The figures of each level, in order.
pub(super) fn figures(sources: LayerSources<'_>, levels: &[Level]) -> Vec<Layer> {
    let path = sources.path;
    let lengths: Vec<f64> = levels.iter().map(|level| level.length(path)).collect();
    let least = COMPLETE * percentile::median(&mut lengths.clone()).unwrap_or_default();
    let centre = centre(path, levels);
    let mut layers: Vec<Layer> = Vec::with_capacity(levels.len());
    for (level, length) in levels.iter().zip(lengths) {
        let spans = spans(path, level);
        let (first, last) = (spans.first().map(|s| s.from), spans.last().map(|s| s.to));
        let seconds: f64 = spans.iter().map(|s| s.seconds()).sum();
        let radius = centre.and_then(|centre| radius(path, level, centre));
        let mut layer = Layer {
            z_mm: level.z,
            step_mm: None,
            start_time: first.map(time::format).unwrap_or_default(),
            stop_time: last.map(time::format).unwrap_or_default(),
            length_mm: length,
            feed_mm_s: Some(length / seconds).filter(|feed| feed.is_finite()),
            force_median_n: None,
            force_peak_n: None,
            axial_median_n: sources.axial.and_then(|axial| {
                let values = spans
                    .iter()
                    .flat_map(|s| &axial.values[s.indices(axial.times)]);
                percentile::median(&mut values.copied().collect::<Vec<_>>())
            }),
            radius_mm: radius,
            wall_angle_deg: None,
            complete: length >= least,
        };
        if let Some(force) = sources.force
            && let Some([median, peak]) = percentile::of(&mut force.within(&spans), &[0.5, 0.999])
        {
            (layer.force_median_n, layer.force_peak_n) = (Some(median), Some(peak));
        }
        if let Some(before) = layers.last() {
            let step = (layer.z_mm - before.z_mm).abs();
            layer.step_mm = Some(step);
            let radii = before.radius_mm.zip(layer.radius_mm);
            let angle = radii.map(|(before, radius)| step.atan2((radius - before).abs()));
            layer.wall_angle_deg = angle.map(f64::to_degrees);
        }
        layers.push(layer);
    }
    layers
}

/// The stretches of time of a level.
fn spans(path: &Path<'_>, level: &Level) -> Vec<Stretch> {
    let span = |part: &std::ops::Range<usize>| Stretch {
        from: path.times[part.start],
        to: path.times[part.end - 1],
    };
    level.parts.iter().map(span).collect()
}

/// The middle of the range of both axes of the layers' plane, over all layers.
fn centre(path: &Path<'_>, levels: &[Level]) -> Option<(f64, f64)> {
    let [x, y] = path.others.as_slice() else {
        return None;
    };
    let middle = |axis: &[f64]| {
        let parts = levels.iter().flat_map(|level| &level.parts);
        let ranges = parts.map(|part| range(&axis[part.clone()]));
        let (min, max) = ranges.fold((f64::INFINITY, f64::NEG_INFINITY), |a, b| {
            (a.0.min(b.0), a.1.max(b.1))
        });
        min + (max - min) / 2.0
    };
    Some((middle(x), middle(y)))
}

/// The mean distance of a level's points from the centre, where it varies little.
fn radius(path: &Path<'_>, level: &Level, centre: (f64, f64)) -> Option<f64> {
    let [x, y] = path.others.as_slice() else {
        return None;
    };
    let (mut sum, mut n, mut min, mut max) = (0.0, 0.0, f64::INFINITY, 0.0);
    for part in &level.parts {
        for (x, y) in x[part.clone()].iter().zip(&y[part.clone()]) {
            let distance = (x - centre.0).hypot(y - centre.1);
            (sum, n) = (sum + distance, n + 1.0);
            (min, max) = (f64::min(min, distance), f64::max(max, distance));
        }
    }
    let mean = sum / n;
    (mean.is_finite() && max - min <= ROUND * mean).then_some(mean)
}

/// Puts layers and what follows from them into a robot's figures.
pub(super) fn put(layers: Vec<Layer>, stats: &mut RobotStats) {
    let complete = layers
        .iter()
        .enumerate()
        .filter(|(_, layer)| layer.complete);
    let axial = complete.clone().filter_map(|(index, layer)| {
        let force = layer.axial_median_n?;
        Some((index as f64, force.abs()))
    });
    stats.axial_slope_n_per_layer = theil_sen(&axial.collect::<Vec<_>>()).map(|slope| Slope {
        value: slope.value,
        low: slope.low,
        high: slope.high,
    });
    let radii = complete.filter_map(|(_, layer)| Some((layer.z_mm, layer.radius_mm?)));
    let radius = theil_sen(&radii.collect::<Vec<_>>());
    stats.wall_angle_deg = radius.map(|slope| 1f64.atan2(slope.value.abs()).to_degrees());
    stats.layers = layers;
}
