//! The turns of a spiral: a tool that descends without steps.

use std::f64::consts::TAU;

use super::{
    Stretch,
    layers::{Level, median_step},
    path::Path,
};
use crate::numeric::range;

/// Full turns that a spiral has at least.
const LEAST_TURNS: usize = 3;
/// Share of all turning that goes one way.
const ONE_WAY: f64 = 0.9;

/// The turns of a path around the centre of its points, from the first point in motion to the
/// last; or why there are none. The last may be short. `layer_mm`: the least median step.
pub(super) fn turns(
    path: &Path<'_>,
    moving: &[Stretch],
    layer_mm: f64,
) -> Result<Vec<Level>, String> {
    let [x, y] = path.others.as_slice() else {
        return Err("turns need two axes beside the forming axis".to_owned());
    };
    let moving = moving.first().zip(moving.last());
    let Some((first, last)) = moving else {
        return Err("it does not move".to_owned());
    };
    let span = Stretch {
        from: first.from,
        to: last.to,
    };
    let points = span.indices(path.times);
    if points.is_empty() {
        return Err("it does not move".to_owned());
    }
    let middle = |axis: &[f64]| {
        let (min, max) = range(&axis[points.clone()]);
        min + (max - min) / 2.0
    };
    let centre = (middle(x), middle(y));
    let (mut turned, mut both_ways) = (0.0, 0.0);
    let mut before: Option<f64> = None;
    // The angle turned so far, at each point.
    let turns: Vec<f64> = points
        .clone()
        .map(|i| {
            let angle = (y[i] - centre.1).atan2(x[i] - centre.0);
            let step = before.map_or(0.0, |before| {
                let step: f64 = angle - before;
                step - TAU * (step / TAU).round()
            });
            before = Some(angle);
            turned += step;
            both_ways += f64::abs(step);
            turned
        })
        .collect();
    let full = (turned.abs() / TAU) as usize;
    if full < LEAST_TURNS || turned.abs() < ONE_WAY * both_ways {
        return Err(format!(
            "{} around the centre, and {LEAST_TURNS} are needed",
            crate::format::count(full as u64, "turn")
        ));
    }
    let mut levels = Vec::with_capacity(full + 1);
    let mut from = 0;
    let sign = turned.signum();
    for (i, angle) in turns.iter().enumerate() {
        if sign * angle >= TAU * (levels.len() + 1) as f64 {
            levels.push(Level::of(
                points.start + from..points.start + i,
                path.forming,
            ));
            from = i;
        }
    }
    if from + 1 < turns.len() {
        levels.push(Level::of(points.start + from..points.end, path.forming));
    }
    // The last turn may be a piece, whose middle is no whole step away.
    let step = median_step(&levels[..full.min(levels.len())])?;
    if step <= layer_mm {
        return Err(format!(
            "turns that are {} mm apart along the forming axis are too close to separate",
            crate::format::figure(step)
        ));
    }
    Ok(levels)
}
