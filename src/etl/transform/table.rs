//! The wide table of a run. Columns are not stored but filled range by range from the
//! samples in force, so that a table costs little more memory than its samples.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::{
    clock::{Clock, NONE, timeline},
    derive::per_second,
    distance::path_length,
    magnitude,
};
use crate::etl::{
    Result,
    clean::{Channel, RunSamples},
    harvest::CancelToken,
    profile::{FieldKind, Profile},
};

/// A run's table: one row for every distinct time of the run.
#[derive(Debug)]
pub struct RunTable {
    /// Times of the rows in microseconds, strictly increasing.
    pub times: Vec<i64>,
    /// The clocks that the columns refer to.
    pub clocks: Vec<Clock>,
    /// Columns in the order of the table, without `time`.
    pub columns: Vec<Column>,
    /// Per robot that has all axes: the length of its path.
    pub distance_mm: BTreeMap<String, f64>,
    /// Kept samples of all channels.
    pub samples: u64,
}

/// One column.
#[derive(Debug)]
pub struct Column {
    /// Its name: `fx_1`, `vx_1`, `f1`, `p_1`.
    pub name: String,
    /// Unit of its values.
    pub unit: String,
    /// Index of the clock whose sample in force each cell shows.
    pub clock: usize,
    /// One value per sample of the clock; NaN: none.
    pub values: Arc<Vec<f64>>,
}

impl RunTable {
    /// Fills `out` with the cells of `column` in `rows`; NaN stands for null.
    pub fn fill(&self, column: &Column, rows: Range<usize>, out: &mut Vec<f64>) {
        out.clear();
        let source = &self.clocks[column.clock].source[rows];
        out.extend(source.iter().map(|i| match *i {
            NONE => f64::NAN,
            i => column.values[i as usize],
        }));
    }

    /// The samples of a column: times and values, without those that have no value.
    pub fn samples(&self, column: &Column) -> (Vec<i64>, Vec<f64>) {
        let times = &self.clocks[column.clock].times;
        let mut out = (
            Vec::with_capacity(times.len()),
            Vec::with_capacity(times.len()),
        );
        for (time, value) in times
            .iter()
            .zip(column.values.iter())
            .filter(|(_, v)| !v.is_nan())
        {
            out.0.push(*time);
            out.1.push(*value);
        }
        out
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// Makes the table of a run: SPEC section 4.
///
/// # Errors
/// [`crate::etl::Error::Cancelled`].
pub fn transform(run: &RunSamples, profile: &Profile, cancel: &CancelToken) -> Result<RunTable> {
    let mut clock_times: Vec<Arc<Vec<i64>>> = Vec::new();
    let mut clock_of = Vec::with_capacity(run.channels.len());
    for channel in &run.channels {
        let known = clock_times
            .iter()
            .position(|t| Arc::ptr_eq(t, &channel.times));
        clock_of.push(known.unwrap_or_else(|| {
            clock_times.push(channel.times.clone());
            clock_times.len() - 1
        }));
    }
    let times = timeline(&clock_times);
    cancel.check()?;
    let clocks = clock_times
        .into_iter()
        .map(|t| Clock::new(t, &times, profile.hold))
        .collect();
    let mut table = RunTable {
        times,
        clocks,
        columns: Vec::new(),
        distance_mm: BTreeMap::new(),
        samples: run.channels.iter().map(|c| c.values.len() as u64).sum(),
    };
    let robots: Vec<Robot> = profile
        .robots
        .iter()
        .enumerate()
        .map(|(index, robot)| Robot::new(index, *robot, run, &clock_of, profile))
        .collect();
    for robot in &robots {
        table.columns.extend(robot.raw.iter().map(Signal::column));
    }
    for robot in &robots {
        cancel.check()?;
        table
            .columns
            .extend(robot.velocities.iter().map(Signal::column));
        table
            .columns
            .extend(robot.accelerations.iter().map(Signal::column));
    }
    let mut merged = Vec::new();
    for robot in &robots {
        cancel.check()?;
        let id = &robot.id;
        let vectors = [
            (
                format!("v{id}"),
                robot.whole(&robot.velocities, FieldKind::Position),
            ),
            (
                format!("a{id}"),
                robot.whole(&robot.accelerations, FieldKind::Position),
            ),
            (
                format!("f{id}"),
                robot.whole(&robot.forces, FieldKind::Force),
            ),
            (
                format!("p_{id}"),
                robot.whole(&robot.positions, FieldKind::Position),
            ),
        ];
        for (name, components) in vectors {
            if let Some(components) = components {
                let column = vector(name, components, &mut table, &mut merged);
                table.columns.push(column);
            }
        }
        if let Some(axes) = robot.whole(&robot.positions, FieldKind::Position) {
            let axes: Vec<(&[i64], &[f64])> = axes
                .iter()
                .map(|s| (table.clocks[s.clock].times.as_slice(), s.values.as_slice()))
                .collect();
            if let Some(length) = path_length(&axes) {
                table.distance_mm.insert(id.clone(), length);
            }
        }
    }
    Ok(table)
}

/// A column to be, by sample.
#[derive(Clone)]
struct Signal {
    name: String,
    unit: String,
    clock: usize,
    values: Arc<Vec<f64>>,
}

impl Signal {
    fn column(&self) -> Column {
        Column {
            name: self.name.clone(),
            unit: self.unit.clone(),
            clock: self.clock,
            values: self.values.clone(),
        }
    }
}

/// The signals of one robot in a run.
struct Robot {
    id: String,
    /// Number of fields of each kind that make a vector, in the profile.
    axes: (usize, usize),
    raw: Vec<Signal>,
    positions: Vec<Signal>,
    forces: Vec<Signal>,
    velocities: Vec<Signal>,
    accelerations: Vec<Signal>,
}

impl Robot {
    fn new(index: usize, id: i64, run: &RunSamples, clock_of: &[usize], profile: &Profile) -> Self {
        let count = |kind| profile.fields.iter().filter(|f| f.kind == kind).count();
        let mut robot = Self {
            id: id.to_string(),
            axes: (count(FieldKind::Position), count(FieldKind::Force)),
            raw: Vec::new(),
            positions: Vec::new(),
            forces: Vec::new(),
            velocities: Vec::new(),
            accelerations: Vec::new(),
        };
        let range = index * profile.fields.len()..(index + 1) * profile.fields.len();
        for (channel, clock) in run
            .channels
            .iter()
            .zip(clock_of)
            .filter(|(c, _)| range.contains(&c.id))
        {
            robot.add(channel, *clock, profile);
        }
        robot
    }

    fn add(&mut self, channel: &Channel, clock: usize, profile: &Profile) {
        let (field, _) = profile.channel(channel.id);
        let id = &self.id;
        let raw = Signal {
            name: format!("{}_{id}", field.name),
            unit: field.unit.clone(),
            clock,
            values: channel.values.clone(),
        };
        match field.kind {
            FieldKind::Position => {
                let axis = field.axis.as_deref().unwrap_or_default();
                let velocity = per_second(&channel.times, &channel.values);
                let acceleration = per_second(&channel.times, &velocity);
                let derived = |letter: char, values| {
                    let name = format!("{letter}{axis}_{id}");
                    let unit = profile.unit_of(&name).unwrap_or_default().to_owned();
                    Signal {
                        name,
                        unit,
                        clock,
                        values: Arc::new(values),
                    }
                };
                self.velocities.push(derived('v', velocity));
                self.accelerations.push(derived('a', acceleration));
                self.positions.push(raw.clone());
            }
            FieldKind::Force => self.forces.push(raw.clone()),
            FieldKind::Other => {}
        }
        self.raw.push(raw);
    }

    /// The components of a vector, when all that the profile knows are there.
    fn whole<'a>(&self, signals: &'a [Signal], kind: FieldKind) -> Option<&'a [Signal]> {
        let wanted = if kind == FieldKind::Position {
            self.axes.0
        } else {
            self.axes.1
        };
        (wanted > 0 && signals.len() == wanted).then_some(signals)
    }
}

/// The column of a vector's length. Vectors of the same clocks share a merged one, which
/// `merged` remembers by its parts.
fn vector(
    name: String,
    components: &[Signal],
    table: &mut RunTable,
    merged: &mut Vec<(Vec<usize>, usize)>,
) -> Column {
    let unit = components
        .first()
        .map(|s| s.unit.clone())
        .unwrap_or_default();
    let of: Vec<usize> = components.iter().map(|s| s.clock).collect();
    if of.windows(2).all(|w| w[0] == w[1]) {
        let values: Vec<&[f64]> = components.iter().map(|s| s.values.as_slice()).collect();
        let values = Arc::new(magnitude::same_clock(&values));
        return Column {
            name,
            unit,
            clock: of[0],
            values,
        };
    }
    let clock = match merged.iter().find(|(parts, _)| *parts == of) {
        Some((_, clock)) => *clock,
        None => {
            let clocks: Vec<&Clock> = of.iter().map(|c| &table.clocks[*c]).collect();
            let clock = magnitude::merge(&clocks, &table.times);
            table.clocks.push(clock);
            merged.push((of, table.clocks.len() - 1));
            table.clocks.len() - 1
        }
    };
    let parts: Vec<(&Clock, &[f64])> = components
        .iter()
        .map(|s| (&table.clocks[s.clock], s.values.as_slice()))
        .collect();
    let values = Arc::new(magnitude::at_ticks(&parts, &table.clocks[clock]));
    Column {
        name,
        unit,
        clock,
        values,
    }
}
