//! Statistics of a run and of its robots, from its table.

use std::collections::BTreeMap;

use super::{ChannelStats, RobotStats, RunStats, Sparkline};
use crate::{
    numeric::range,
    schema::{ChannelName, Robot, Schema},
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

/// Distance, speed and force of each robot that has a sample in the run; the rest of its
/// figures is for [`crate::insight`]. `channels` are the statistics of the table's columns by
/// name.
pub fn robot_stats(
    table: &RunTable,
    channels: &BTreeMap<String, ChannelStats>,
    schema: &Schema,
) -> BTreeMap<String, RobotStats> {
    let find = |name: ChannelName<'_>| channels.get(&name.to_string());
    let mut out = BTreeMap::new();
    for robot in &schema.robots {
        let mut raw = schema.fields.iter().map(|f| ChannelName::Raw(f, robot));
        if !raw.any(|name| find(name).is_some()) {
            continue;
        }
        let mut stats = RobotStats {
            distance_mm: table.distance_mm.get(&**robot).copied(),
            ..RobotStats::default()
        };
        if let Some(speed) = find(ChannelName::Speed(robot)) {
            (stats.speed_peak, stats.speed_max) = (speed.peak, speed.max);
        }
        if let Some(force) = find(ChannelName::TotalForce(robot)) {
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
    let span_of = |time: &i64| {
        let share = (time - start) as f64 / (stop - start).max(1) as f64;
        ((share * SPANS as f64) as usize).min(SPANS - 1)
    };
    let mut from = 0;
    for (span, largest) in values.iter_mut().enumerate() {
        let end = from + times[from..].partition_point(|time| span_of(time) <= span);
        let within = &samples[from..end];
        let (min, max) = range(within);
        let size = max.abs().max(min.abs());
        *largest = within.iter().copied().find(|value| value.abs() == size);
        from = end;
    }
    Some(Sparkline {
        channel: column.name.clone(),
        values,
    })
}
