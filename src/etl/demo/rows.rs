//! The samples of a log as columns, in the order in which a recorder writes them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    plan::{Fault, Order, RowsPlan, RunPlan},
    signal::{self, Quantity, Scene},
};
use crate::{
    profile::Profile,
    schema::{FieldKind, Robot},
};

/// A log's rows. All vectors have one entry a row.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub times: Vec<i64>,
    pub values: Vec<f64>,
    /// Indices into `field_names`.
    pub fields: Vec<u8>,
    /// Indices into `sensor_names`.
    pub sensors: Vec<u8>,
    /// Indices into `robot_names`.
    pub robots: Vec<u8>,
    pub runs: Vec<u64>,
    /// `None`: the log does not name its cells.
    pub cells: Option<Vec<i64>>,
    pub field_names: Vec<String>,
    pub robot_names: Vec<Robot>,
    pub sensor_names: Vec<String>,
    /// Rows whose time is some other text, or null.
    pub other_times: BTreeMap<usize, Option<&'static str>>,
    /// Rows whose value is null.
    pub null_values: BTreeSet<usize>,
    /// Rows whose run is null.
    pub null_runs: BTreeSet<usize>,
}

/// One channel of one run before it is put in order.
struct Channel {
    field: u8,
    sensor: u8,
    robot: u8,
    times: Vec<i64>,
    values: Vec<f64>,
}

/// Rows of every reason in a run with [`Fault::BadRows`].
pub(super) const BAD_ROWS_EACH: usize = 3;
/// A field that no profile knows.
const STRANGE_FIELD: &str = "?";

/// All rows of a log.
pub(super) fn generate(plan: &RowsPlan, profile: &Profile) -> Rows {
    let mut rows = Rows {
        cells: plan.with_cell.then(Vec::new),
        ..Rows::default()
    };
    rows.field_names = profile.fields.iter().map(|f| f.name.clone()).collect();
    rows.field_names.push(STRANGE_FIELD.into());
    rows.robot_names.clone_from(&profile.robots);
    // The last one is a robot that no cell has.
    let strange = (9..).map(Robot::from).find(|r| !profile.robots.contains(r));
    rows.robot_names.extend(strange);
    for field in &profile.fields {
        if !rows.sensor_names.contains(&field.sensor) {
            rows.sensor_names.push(field.sensor.clone());
        }
    }
    for run in &plan.runs {
        let channels = channels(run, plan.seed, profile, &rows.sensor_names);
        let from = rows.times.len();
        match plan.order {
            Order::Channel => rows.append_by_channel(run, &channels),
            Order::Time => rows.append_by_time(run, &channels),
        }
        match run.fault {
            Some(Fault::BadRows) => rows.spoil(from),
            Some(Fault::NothingToKeep) => {
                let strange = profile.robots.len() as u8;
                rows.robots.iter_mut().skip(from).for_each(|r| *r = strange);
            }
            _ => {}
        }
    }
    rows
}

fn channels(run: &RunPlan, seed: u128, profile: &Profile, sensors: &[String]) -> Vec<Channel> {
    let scene = Scene::new(run, seed);
    let robots = profile
        .robots
        .len()
        .min(if run.both_robots { 2 } else { 1 });
    let mut channels = Vec::new();
    for (i, field) in profile.fields.iter().enumerate() {
        let quantity = match field.kind {
            FieldKind::Position => Quantity::Position,
            FieldKind::Force => Quantity::Force,
            FieldKind::Other => continue,
        };
        let Some(axis) = field
            .axis
            .as_deref()
            .and_then(|a| ["x", "y", "z"].iter().position(|n| *n == a))
        else {
            continue;
        };
        let Some(sensor) = sensors.iter().position(|s| *s == field.sensor) else {
            continue;
        };
        for robot in 0..robots {
            let number = robot as i64 + 1;
            let purpose = u128::from(run.id) << 8 | (i as u128) << 2 | number as u128;
            let mut random = signal::random(seed, purpose);
            let (times, mut values) = scene.sample(quantity, number, axis, &mut random);
            let unit = field.conversion();
            values.iter_mut().for_each(|v| *v = unit.undo(*v));
            channels.push(Channel {
                field: i as u8,
                sensor: sensor as u8,
                robot: robot as u8,
                times,
                values,
            });
        }
    }
    channels
}

impl Rows {
    fn append_by_channel(&mut self, run: &RunPlan, channels: &[Channel]) {
        for c in channels {
            let n = c.times.len();
            self.times.extend_from_slice(&c.times);
            self.values.extend_from_slice(&c.values);
            self.fields.extend(std::iter::repeat_n(c.field, n));
            self.sensors.extend(std::iter::repeat_n(c.sensor, n));
            self.robots.extend(std::iter::repeat_n(c.robot, n));
            self.append_run(run, n);
        }
    }

    fn append_by_time(&mut self, run: &RunPlan, channels: &[Channel]) {
        // Milliseconds from the start, channel and place in one sortable number.
        let mut order: Vec<u64> = Vec::with_capacity(channels.iter().map(|c| c.times.len()).sum());
        for (c, channel) in channels.iter().enumerate() {
            for (i, time) in channel.times.iter().enumerate() {
                let ms = ((time - run.start_us) / 1000).max(0) as u64;
                order.push(ms << 36 | (c as u64) << 28 | i as u64);
            }
        }
        order.sort_unstable();
        for place in &order {
            let Some(c) = channels.get((place >> 28 & 0xff) as usize) else {
                continue;
            };
            let i = (place & 0xfff_ffff) as usize;
            let (Some(time), Some(value)) = (c.times.get(i), c.values.get(i)) else {
                continue;
            };
            self.times.push(*time);
            self.values.push(*value);
            self.fields.push(c.field);
            self.sensors.push(c.sensor);
            self.robots.push(c.robot);
        }
        self.append_run(run, order.len());
    }

    fn append_run(&mut self, run: &RunPlan, n: usize) {
        self.runs.extend(std::iter::repeat_n(run.id, n));
        if let Some(cells) = &mut self.cells {
            cells.extend(std::iter::repeat_n(run.cell, n));
        }
    }

    /// Adds rows of every reason after the run that begins at row `from`, each made
    /// from a good row of it: the run's own samples stay as they are.
    fn spoil(&mut self, from: usize) {
        let good = self.times.len() - from;
        let reasons = 8;
        for k in 0..reasons * BAD_ROWS_EACH {
            let (reason, which) = (k / BAD_ROWS_EACH, k % BAD_ROWS_EACH);
            // Spread over the run.
            let source = from + (k + 1) * good / (reasons * BAD_ROWS_EACH + 1);
            let row = self.copy_row(source);
            match reason {
                0 => {
                    let text = [Some("not a time"), Some("2022-11-23"), None];
                    self.other_times.insert(row, text[which % 3]);
                }
                1 => match which % 3 {
                    0 => self.set_value(row, |_| f64::NAN),
                    1 => self.set_value(row, |_| f64::INFINITY),
                    _ => {
                        self.null_values.insert(row);
                    }
                },
                2 => {
                    self.null_runs.insert(row);
                }
                3 => self.set_field(row, (self.field_names.len() - 1) as u8),
                4 => {
                    if let Some(robot) = self.robots.get_mut(row) {
                        *robot = (self.robot_names.len() - 1) as u8;
                    }
                }
                5 => {
                    let others = self.sensor_names.len().max(1) as u8;
                    if let Some(sensor) = self.sensors.get_mut(row) {
                        *sensor = (*sensor + 1) % others;
                    }
                }
                6 => self.set_value(row, |v| v + 1.0),
                // A duplicate is the copy itself.
                _ => {}
            }
        }
    }

    /// Appends a copy of row `i`; gives its place. Rows beyond the end copy nothing.
    fn copy_row(&mut self, i: usize) -> usize {
        fn again<T: Copy>(column: &mut Vec<T>, i: usize) {
            column.extend(column.get(i).copied());
        }
        again(&mut self.times, i);
        again(&mut self.values, i);
        again(&mut self.fields, i);
        again(&mut self.sensors, i);
        again(&mut self.robots, i);
        again(&mut self.runs, i);
        if let Some(cells) = &mut self.cells {
            again(cells, i);
        }
        self.times.len() - 1
    }

    fn set_value(&mut self, row: usize, change: impl Fn(f64) -> f64) {
        if let Some(value) = self.values.get_mut(row) {
            *value = change(*value);
        }
    }

    fn set_field(&mut self, row: usize, field: u8) {
        if let Some(place) = self.fields.get_mut(row) {
            *place = field;
        }
    }
}
