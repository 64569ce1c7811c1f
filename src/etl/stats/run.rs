//! Statistics of a run and of its machines, from its table.

use std::collections::BTreeMap;

use super::{Figures, MachineStats, RunStats};
use crate::{
    lake::record::Sparkline,
    profile::{ChannelName, Profile, Robot},
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

/// What the run says of each robot that has a sample in it. `figures` are those of the
/// table's columns.
pub fn machine_stats(
    table: &RunTable,
    figures: &[Figures],
    profile: &Profile,
) -> BTreeMap<String, MachineStats> {
    let find = |name: ChannelName<'_>| {
        let name = name.to_string();
        let at = table.columns.iter().position(|c| c.name == name)?;
        Some((&table.columns[at], figures.get(at)?))
    };
    let mut out = BTreeMap::new();
    for robot in &profile.robots {
        let mut raw = profile.fields.iter().map(|f| ChannelName::Raw(f, robot));
        if !raw.any(|name| find(name).is_some()) {
            continue;
        }
        let mut stats = MachineStats {
            distance_mm: table.distance_mm.get(&**robot).copied(),
            ..MachineStats::default()
        };
        if let Some((_, speed)) = find(ChannelName::Speed(robot)) {
            (stats.top_speed_max, stats.top_speed_p999) = (speed.stats.max, speed.p999);
        }
        if let Some((column, force)) = find(ChannelName::TotalForce(robot))
            && force.stats.count > 0
        {
            (stats.peak_force_max, stats.peak_force_p999) = (force.stats.max, force.p999);
            stats.mean_force = Some(mean(&table.samples(column).1));
            stats.force_samples = force.stats.count;
        }
        out.insert(robot.to_string(), stats);
    }
    out
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Spans of a sparkline.
const SPANS: usize = 48;

/// A picture of the run for lists: the first magnitude of force there is, else of
/// speed, else the first channel.
pub fn sparkline<'p>(table: &RunTable, robots: &'p [Robot]) -> Option<Sparkline> {
    let first = |name: fn(&'p str) -> ChannelName<'p>| {
        robots
            .iter()
            .find_map(|robot| table.column(&name(robot).to_string()))
    };
    let with_samples = |c: &&Column| c.first_value() < c.values.len();
    let column = first(ChannelName::TotalForce)
        .filter(with_samples)
        .or_else(|| first(ChannelName::Speed).filter(with_samples))
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
