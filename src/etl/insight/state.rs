//! What a robot did in a run.

use super::{
    InsightThresholds,
    signals::{Signal, Signals},
};
use crate::stats::RobotState;

/// Share of a force channel's samples that lie in the band of a robot that touches nothing.
const IN_BAND: f64 = 0.99;

/// The first state that holds.
pub(super) fn state(signals: &Signals<'_>, thresholds: &InsightThresholds) -> RobotState {
    let mut covered = signals
        .positions
        .iter()
        .filter_map(|s| s.stats.peak_to_peak);
    if !signals.positions.is_empty() && covered.all(|range| range <= thresholds.rest_mm) {
        RobotState::Parked
    } else if !signals.all_positions || !signals.all_forces {
        RobotState::Unknown
    } else if signals
        .forces
        .iter()
        .all(|force| is_air(force, thresholds.air_band_n))
    {
        RobotState::Air
    } else {
        RobotState::Contact
    }
}

/// Whether 99 % of the samples lie within ± `band` of their median.
fn is_air(force: &Signal<'_>, band: f64) -> bool {
    let Some(median) = force.stats.median else {
        return false;
    };
    let near = force.values.iter().filter(|v| (**v - median).abs() <= band);
    near.count() as f64 >= IN_BAND * force.values.len() as f64
}
