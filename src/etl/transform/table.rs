//! The wide table of a run. Columns are not stored but filled range by range from the
//! samples in force, so that a table costs little more memory than its samples.

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::Arc};

use polars_buffer::Buffer;

use super::{
    clock::{Clock, align, align_in},
    derive::derivatives,
    distance::path_length,
    magnitude::{self, Parts},
};
use crate::{
    Result,
    base::CancelToken,
    clean::{Channel, RunSamples},
    expression::Steps,
    schema::{ChannelName, FieldKind, Schema},
};

/// A run's table: one row for every distinct time of the run.
#[derive(Debug, Default)]
pub struct RunTable {
    /// Times of the rows in microseconds, strictly increasing.
    pub times: Arc<Vec<i64>>,
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
    pub values: Buffer<f64>,
}

impl RunTable {
    /// Fills `out` with the cells of `column` in `rows`; NaN stands for null.
    pub fn fill(&self, column: &Column, rows: Range<usize>, out: &mut Vec<f64>) {
        out.clear();
        for span in self.clocks[column.clock].spans(rows) {
            let cell = span.sample.map_or(f64::NAN, |i| column.values[i]);
            out.extend(std::iter::repeat_n(cell, span.rows.len()));
        }
    }

    /// The cells of `column` in `rows` by the samples in force.
    pub fn steps(&self, column: &Column, rows: Range<usize>) -> Steps {
        let mut steps = Steps::default();
        for span in self.clocks[column.clock].spans(rows) {
            let cell = span.sample.map_or(f64::NAN, |i| column.values[i]);
            steps.push(cell, span.rows.len() as u32);
        }
        steps
    }

    /// The samples of a column: times and values, without those that have no value. Copied
    /// only where one is missing in the middle.
    pub fn samples<'a>(&'a self, column: &'a Column) -> (Cow<'a, [i64]>, Cow<'a, [f64]>) {
        let times = self.clocks[column.clock].times.as_slice();
        let values = column.values.as_slice();
        // What is derived has no value at the first samples.
        let from = column.first_value();
        let (times, values) = (&times[from..], &values[from..]);
        if !has_nan(values) {
            return (times.into(), values.into());
        }
        let some = times.iter().zip(values).filter(|(_, v)| !v.is_nan());
        let (times, values): (Vec<i64>, Vec<f64>) = some.unzip();
        (times.into(), values.into())
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

impl Column {
    /// Index of the first sample that has a value (their number when none has).
    pub fn first_value(&self) -> usize {
        let first = self.values.iter().position(|v| !v.is_nan());
        first.unwrap_or(self.values.len())
    }
}

/// Whether a value is missing.
fn has_nan(values: &[f64]) -> bool {
    // In lanes, without an early end for each: so the compiler may use wide registers.
    values
        .chunks(1024)
        .any(|part| part.iter().fold(false, |nan, v| nan | v.is_nan()))
}

/// Makes the table of a run: SPEC section 4.
///
/// # Errors
/// [`crate::Error::Cancelled`].
pub fn transform(run: &RunSamples, schema: &Schema, cancel: &CancelToken) -> Result<RunTable> {
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
    let (times, clocks) = match &run.order {
        Some(order) => align_in(order.clone(), clock_times, schema.hold),
        None => align(clock_times, schema.hold),
    };
    cancel.check()?;
    let mut table = RunTable {
        times,
        clocks,
        columns: Vec::new(),
        distance_mm: BTreeMap::new(),
        samples: run.channels.iter().map(|c| c.values.len() as u64).sum(),
    };
    let robots: Vec<RobotSignals<'_>> = schema
        .robots
        .iter()
        .enumerate()
        .map(|(index, robot)| RobotSignals::new(index, robot, run, &clock_of, schema))
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
        let id = robot.id;
        let vectors = [
            (
                ChannelName::Speed(id),
                robot.whole(&robot.velocities, FieldKind::Position),
            ),
            (
                ChannelName::TotalAcceleration(id),
                robot.whole(&robot.accelerations, FieldKind::Position),
            ),
            (
                ChannelName::TotalForce(id),
                robot.whole(&robot.forces, FieldKind::Force),
            ),
            (
                ChannelName::OriginDistance(id),
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
                table.distance_mm.insert(id.to_owned(), length);
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
    values: Buffer<f64>,
}

impl Signal {
    fn new(name: ChannelName<'_>, clock: usize, values: Buffer<f64>) -> Self {
        Self {
            name: name.to_string(),
            unit: name.unit().to_owned(),
            clock,
            values,
        }
    }

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
struct RobotSignals<'a> {
    id: &'a str,
    /// Number of fields of each kind that make a vector, in the schema.
    axes: (usize, usize),
    raw: Vec<Signal>,
    positions: Vec<Signal>,
    forces: Vec<Signal>,
    velocities: Vec<Signal>,
    accelerations: Vec<Signal>,
}

impl<'a> RobotSignals<'a> {
    fn new(
        index: usize,
        id: &'a str,
        run: &RunSamples,
        clock_of: &[usize],
        schema: &Schema,
    ) -> Self {
        let count = |kind| schema.fields.iter().filter(|f| f.kind == kind).count();
        let mut robot = Self {
            id,
            axes: (count(FieldKind::Position), count(FieldKind::Force)),
            raw: Vec::new(),
            positions: Vec::new(),
            forces: Vec::new(),
            velocities: Vec::new(),
            accelerations: Vec::new(),
        };
        let range = index * schema.fields.len()..(index + 1) * schema.fields.len();
        for (channel, clock) in run
            .channels
            .iter()
            .zip(clock_of)
            .filter(|(c, _)| range.contains(&c.id))
        {
            robot.add(channel, *clock, schema);
        }
        robot
    }

    fn add(&mut self, channel: &Channel, clock: usize, schema: &Schema) {
        let (field, _) = schema.channel(channel.id);
        let id = self.id;
        let raw = Signal::new(ChannelName::Raw(field, id), clock, channel.values.clone());
        match field.kind {
            FieldKind::Position => {
                let axis = field.axis.as_deref().unwrap_or_default();
                let (velocity, acceleration) = derivatives(&channel.times, &channel.values);
                let velocity = Signal::new(ChannelName::Velocity(axis, id), clock, velocity.into());
                self.velocities.push(velocity);
                let name = ChannelName::Acceleration(axis, id);
                let acceleration = Signal::new(name, clock, acceleration.into());
                self.accelerations.push(acceleration);
                self.positions.push(raw.clone());
            }
            FieldKind::Force => self.forces.push(raw.clone()),
            FieldKind::Other => {}
        }
        self.raw.push(raw);
    }

    /// The components of a vector, when all that the schema knows are there.
    fn whole<'s>(&self, signals: &'s [Signal], kind: FieldKind) -> Option<&'s [Signal]> {
        let wanted = if kind == FieldKind::Position {
            self.axes.0
        } else {
            self.axes.1
        };
        (wanted > 0 && signals.len() == wanted).then_some(signals)
    }
}

/// The merged clock of a vector, by the clocks of its components.
struct Merged {
    of: Vec<usize>,
    parts: Parts,
    /// Its index in the table.
    clock: usize,
}

/// The column of a vector's length. Vectors of the same clocks share a merged one.
fn vector(
    name: ChannelName<'_>,
    components: &[Signal],
    table: &mut RunTable,
    merged: &mut Vec<Merged>,
) -> Column {
    let unit = name.unit().to_owned();
    let name = name.to_string();
    let of: Vec<usize> = components.iter().map(|s| s.clock).collect();
    let values: Vec<&[f64]> = components.iter().map(|s| s.values.as_slice()).collect();
    if of.windows(2).all(|w| w[0] == w[1]) {
        return Column {
            name,
            unit,
            clock: of[0],
            values: magnitude::same_clock(&values).into(),
        };
    }
    let at = merged.iter().position(|m| m.of == of).unwrap_or_else(|| {
        let clocks: Vec<&Clock> = of.iter().map(|c| &table.clocks[*c]).collect();
        let (clock, parts) = magnitude::merge(&clocks, &table.times);
        table.clocks.push(clock);
        merged.push(Merged {
            of,
            parts,
            clock: table.clocks.len() - 1,
        });
        merged.len() - 1
    });
    Column {
        name,
        unit,
        clock: merged[at].clock,
        values: magnitude::at_ticks(&values, &merged[at].parts).into(),
    }
}
