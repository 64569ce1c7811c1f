//! The layers of a part: where the tool stays at one position of the forming axis.

use std::ops::Range;

use super::path::Path;
use crate::numeric::{RunningMedian, percentile};

/// Samples that a stretch has at least.
const LEAST_SAMPLES: usize = 3;
/// Layers that there are at least.
const LEAST_LAYERS: usize = 3;
/// A stretch that is shorter than this share of the longest is a transition.
const TRANSITION: f64 = 0.1;
/// Share of the steps that have one sign.
const ONE_SIGN: f64 = 0.9;
/// Deviations of position within a layer that the median step is at least.
const STEP_SIGMAS: f64 = 4.0;

/// A stretch of path at one position along the forming axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// Indices of its points, in order.
    pub parts: Vec<Range<usize>>,
    /// Median position in mm.
    pub z: f64,
}

impl Level {
    pub fn of(part: Range<usize>, z: &[f64]) -> Self {
        let median = percentile::median(&mut z[part.clone()].to_vec());
        Self {
            z: median.unwrap_or(f64::NAN),
            parts: vec![part],
        }
    }

    /// Positions of its points.
    pub fn positions<'z>(&self, z: &'z [f64]) -> impl Iterator<Item = f64> + use<'_, 'z> {
        self.parts.iter().flat_map(|part| &z[part.clone()]).copied()
    }

    /// Length of its path in mm.
    pub fn length(&self, path: &Path<'_>) -> f64 {
        let along = |part: &Range<usize>| path.along[part.end - 1] - path.along[part.start];
        self.parts.iter().map(along).sum()
    }
}

/// The layers along a path, or why its stretches are none. `layer_mm`: positions that are so
/// near to each other are one.
pub(super) fn layers(path: &Path<'_>, layer_mm: f64) -> Result<Vec<Level>, String> {
    let z = path.forming;
    let stretches = merged(stretches(z, layer_mm), z, layer_mm);
    let longest = stretches.iter().map(|s| s.length(path)).fold(0.0, f64::max);
    let long = stretches.into_iter();
    let long = long.filter(|s| s.length(path) >= TRANSITION * longest);
    let levels = merged(long.collect(), z, layer_mm);
    if levels.len() < LEAST_LAYERS {
        return Err(format!(
            "{} at one position along the forming axis, and {LEAST_LAYERS} are needed",
            crate::format::count_of(levels.len() as u64, "stretch", "stretches")
        ));
    }
    let step = median_step(&levels)?;
    let mut noise: Vec<f64> = levels
        .iter()
        .filter_map(|level| {
            percentile::mad_sigma(&mut level.positions(z).collect::<Vec<_>>(), level.z)
        })
        .collect();
    let noise = percentile::median(&mut noise).unwrap_or_default();
    if step < STEP_SIGMAS * noise {
        return Err(format!(
            "steps of {} mm do not stand out of positions that scatter by {} mm",
            crate::format::figure(step),
            crate::format::figure(noise)
        ));
    }
    Ok(levels)
}

/// The median step between levels in mm, positive.
///
/// # Errors
/// Where too few steps go in one direction.
pub(super) fn median_step(levels: &[Level]) -> Result<f64, String> {
    let mut steps: Vec<f64> = levels.windows(2).map(|w| w[1].z - w[0].z).collect();
    let down = steps.iter().filter(|s| **s < 0.0).count();
    let up = steps.iter().filter(|s| **s > 0.0).count();
    if (down.max(up) as f64) < ONE_SIGN * steps.len() as f64 {
        return Err(format!(
            "{up} of {} steps along the forming axis go up and {down} down",
            steps.len()
        ));
    }
    steps.iter_mut().for_each(|step| *step = step.abs());
    Ok(percentile::median(&mut steps).unwrap_or_default())
}

/// Stretches of points that all lie within `near` of their median, each as long as can be from
/// its first point on.
fn stretches(z: &[f64], near: f64) -> Vec<Level> {
    let mut out = Vec::new();
    let mut from = 0;
    while from < z.len() {
        let (mut min, mut max) = (z[from], z[from]);
        // Only where the range asks for it: what spans no more than `near` is within it.
        let mut median: Option<RunningMedian> = None;
        let mut to = from + 1;
        while let Some(value) = z.get(to) {
            (min, max) = (min.min(*value), max.max(*value));
            if max - min > 2.0 * near {
                break;
            }
            if let Some(median) = &mut median {
                median.push(*value);
            }
            if max - min > near {
                let median =
                    median.get_or_insert_with(|| RunningMedian::of(z[from..=to].iter().copied()));
                let centre = median.value();
                if max - centre > near || centre - min > near {
                    break;
                }
            }
            to += 1;
        }
        if to - from < LEAST_SAMPLES {
            from += 1;
        } else {
            out.push(Level::of(from..to, z));
            from = to;
        }
    }
    out
}

/// Successive levels whose medians lie within `near` of each other as one.
fn merged(levels: Vec<Level>, z: &[f64], near: f64) -> Vec<Level> {
    let mut out: Vec<Level> = Vec::with_capacity(levels.len());
    let mut median: Option<RunningMedian> = None;
    for level in levels {
        let last = out
            .last_mut()
            .filter(|last| (last.z - level.z).abs() <= near);
        let Some(last) = last else {
            out.push(level);
            median = None;
            continue;
        };
        let median = median.get_or_insert_with(|| RunningMedian::of(last.positions(z)));
        level.positions(z).for_each(|v| median.push(v));
        last.z = median.value();
        for part in level.parts {
            match last.parts.last_mut().filter(|last| last.end == part.start) {
                Some(before) => before.end = part.end,
                None => last.parts.push(part),
            }
        }
    }
    out
}
