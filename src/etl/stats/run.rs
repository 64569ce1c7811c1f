//! Statistics of a run and of its machines, from its table.

use std::collections::BTreeMap;

use super::{MachineStats, RunStats, percentile};
use crate::etl::{
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

/// What the run says of each robot that has a sample in it. `robots` are the profile's.
pub fn machine_stats(table: &RunTable, robots: &[i64]) -> BTreeMap<String, MachineStats> {
    let mut out = BTreeMap::new();
    for robot in robots {
        let suffix = format!("_{robot}");
        if !table.columns.iter().any(|c| c.name.ends_with(&suffix)) {
            continue;
        }
        let mut stats = MachineStats {
            distance_mm: table.distance_mm.get(&robot.to_string()).copied(),
            ..MachineStats::default()
        };
        if let Some((max, p999, _, _)) = peak(table, &format!("v{robot}")) {
            (stats.top_speed_max, stats.top_speed_p999) = (Some(max), Some(p999));
        }
        if let Some((max, p999, mean, samples)) = peak(table, &format!("f{robot}")) {
            (stats.peak_force_max, stats.peak_force_p999) = (Some(max), Some(p999));
            (stats.mean_force, stats.force_samples) = (Some(mean), samples);
        }
        out.insert(robot.to_string(), stats);
    }
    out
}

/// Maximum, 99.9th percentile, mean and count of a magnitude's samples.
fn peak(table: &RunTable, name: &str) -> Option<(f64, f64, f64, u64)> {
    let (_, mut values) = table.samples(table.column(name)?);
    let count = values.len() as u64;
    let mean = values.iter().sum::<f64>() / count as f64;
    let [p999, max] = percentile::of(&mut values, &[0.999, 1.0])?;
    Some((max, p999, mean, count))
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
    let with_samples = |c: &&Column| !table.samples(c).0.is_empty();
    let column = by_name('f')
        .filter(with_samples)
        .or_else(|| by_name('v').filter(with_samples))
        .or_else(|| table.columns.first())?;
    let (start, stop) = (*table.times.first()?, *table.times.last()?);
    let mut values: Vec<Option<f64>> = vec![None; SPANS];
    let (times, samples) = table.samples(column);
    for (time, value) in times.iter().zip(samples) {
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
