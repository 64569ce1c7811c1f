//! Statistics of a run and of its robots, from its table.

use std::collections::BTreeMap;

use super::{ChannelStats, RobotStats, RunStats};
use crate::{
    lake::record::Sparkline,
    time,
    transform::{Column, RunTable},
};

/// Statistics of a run; `None` for a table without rows.
pub fn run_stats(table: &RunTable) -> Option<RunStats> {
    let (start, stop) = (*table.times.first()?, *table.times.last()?);
    let names = table.columns.iter().map(|c| c.name.clone());
    Some(RunStats {
        available_channels: std::iter::once("time".to_owned()).chain(names).collect(),
        start_time: time::format(start),
        stop_time: time::format(stop),
        total_distance_mm: table.distance_mm.clone(),
        total_runtime_seconds: (stop - start) as f64 / 1e6,
    })
}

/// What the run says of each robot that has a sample in it. `channels` are the statistics
/// of the table's columns by name, `robots` the profile's.
pub fn robot_stats(
    table: &RunTable,
    channels: &BTreeMap<String, ChannelStats>,
    robots: &[i64],
) -> BTreeMap<String, RobotStats> {
    let mut out = BTreeMap::new();
    for robot in robots {
        let suffix = format!("_{robot}");
        if !table.columns.iter().any(|c| c.name.ends_with(&suffix)) {
            continue;
        }
        let mut stats = RobotStats {
            distance_mm: table.distance_mm.get(&robot.to_string()).copied(),
            ..RobotStats::default()
        };
        if let Some(speed) = channels.get(&format!("v{robot}")) {
            (stats.speed_peak, stats.speed_max) = (speed.peak, speed.max);
        }
        if let Some(force) = channels.get(&format!("f{robot}")) {
            (stats.force_peak, stats.force_max) = (force.peak, force.max);
            stats.force_mean = force.mean;
            stats.force_samples = force.count;
        }
        out.insert(robot.to_string(), stats);
    }
    out
}

/// Spans of a sparkline.
const SPANS: usize = 48;

/// A picture of the run for lists: the first magnitude of force there is, else of
/// speed, else the first channel.
pub fn sparkline(table: &RunTable, robots: &[i64]) -> Option<Sparkline> {
    let by_name = |letter: char| {
        robots
            .iter()
            .find_map(|r| table.column(&format!("{letter}{r}")))
    };
    let with_samples = |c: &&Column| c.first_value() < c.values.len();
    let column = by_name('f')
        .filter(with_samples)
        .or_else(|| by_name('v').filter(with_samples))
        .or_else(|| table.columns.first())?;
    let (start, stop) = (*table.times.first()?, *table.times.last()?);
    let mut values: Vec<Option<f64>> = vec![None; SPANS];
    let (times, samples) = table.samples(column);
    for (time, value) in times.iter().zip(samples.iter().copied()) {
        let share = (time - start) as f64 / (stop - start).max(1) as f64;
        let slot = &mut values[((share * SPANS as f64) as usize).min(SPANS - 1)];
        if slot.is_none_or(|old: f64| value.abs() > old.abs()) {
            *slot = Some(value);
        }
    }
    Some(Sparkline {
        channel: column.name.clone(),
        values,
    })
}
