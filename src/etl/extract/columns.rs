//! A batch of decoded rows, and the words that its codes stand for.

use std::collections::HashMap;

use super::{role::Role, wide};
use crate::{
    Error, Result,
    run_id::{ParsedRun, RunId},
    schema::{Robot, Schema},
};

/// Stands for a time that is none.
pub const INVALID_TIME: i64 = i64::MIN;
/// Stands for a run id that is none.
pub const NO_RUN: u32 = u32::MAX;
/// Stands for a cell that the row does not name.
pub const NO_CELL: u32 = u32::MAX;
/// Stands for a field, robot or sensor type that the schema does not know.
pub const UNKNOWN: u8 = u8::MAX;

/// Consecutive rows of a log. All columns have the same length; `sensor` and `cell` are empty
/// when the log has no such column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Row number (from 0) of the first row.
    pub first_row: u64,
    /// Microseconds since 1970 UTC, or [`INVALID_TIME`].
    pub time: Vec<i64>,
    /// The measurement; not finite when it is not a number.
    pub value: Vec<f64>,
    /// Code of the run in [`Vocabulary`], or [`NO_RUN`].
    pub run: Vec<u32>,
    /// Index of the field in the schema, or [`UNKNOWN`].
    pub field: Vec<u8>,
    /// Index of the robot in the schema, or [`UNKNOWN`].
    pub robot: Vec<u8>,
    /// Index of the first field in the schema with this sensor type, or [`UNKNOWN`].
    pub sensor: Vec<u8>,
    /// Code of the cell in [`Vocabulary`], or [`NO_CELL`].
    pub cell: Vec<u32>,
    /// The last row is the incomplete last line of a CSV log.
    pub truncated: bool,
    /// Rows may stand for empty cells of a wide log: see [`Batch::is_absent`].
    pub has_absent: bool,
}

impl Batch {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// Whether row `i` is an empty cell of a wide log: no row at all.
    #[inline]
    pub fn is_absent(&self, i: usize) -> bool {
        self.has_absent && wide::is_absent(self.value[i])
    }
}

impl Batch {
    /// Appends the incomplete last line of a log, whose cells mean nothing but perhaps the run.
    pub(super) fn push_truncated(&mut self, run: u32, has_cell: bool) {
        self.time.push(INVALID_TIME);
        self.value.push(f64::NAN);
        self.run.push(run);
        self.field.push(UNKNOWN);
        self.robot.push(UNKNOWN);
        self.sensor.push(UNKNOWN);
        if has_cell {
            self.cell.push(NO_CELL);
        }
        self.truncated = true;
    }

    /// Moves the column of `role` over from a batch that was decoded with a vocabulary
    /// of its own.
    pub(super) fn take(
        &mut self,
        role: Role,
        part: Self,
        words: &Vocabulary,
        all: &mut Vocabulary,
    ) {
        match role {
            Role::Time => self.time = part.time,
            Role::Value => self.value = part.value,
            Role::Field => self.field = part.field,
            Role::Robot => self.robot = part.robot,
            Role::Sensor => self.sensor = part.sensor,
            Role::Run => self.run = translate(part.run, &all.run_codes_of(words)),
            Role::Cell => self.cell = translate(part.cell, &all.cell_codes_of(words)),
        }
    }

    /// From the codes of `words` to those of `all`.
    pub(super) fn translate(&mut self, words: &Vocabulary, all: &mut Vocabulary) {
        self.run = translate(std::mem::take(&mut self.run), &all.run_codes_of(words));
        self.cell = translate(std::mem::take(&mut self.cell), &all.cell_codes_of(words));
    }

    /// Every column that the log has must hold `rows` cells.
    pub(super) fn check_lengths(
        &self,
        rows: usize,
        mut columns: impl Iterator<Item = Role>,
    ) -> Result<()> {
        let cells = |role| match role {
            Role::Time => self.time.len(),
            Role::Value => self.value.len(),
            Role::Field => self.field.len(),
            Role::Robot => self.robot.len(),
            Role::Run => self.run.len(),
            Role::Sensor => self.sensor.len(),
            Role::Cell => self.cell.len(),
        };
        if columns.all(|role| cells(role) == rows) {
            return Ok(());
        }
        Err(Error::Log(format!(
            "the row group from row {} says it has {rows} rows, but its columns have others",
            self.first_row
        )))
    }
}

/// Codes of one vocabulary to those of another; the sentinel stays (it has no entry).
fn translate(mut column: Vec<u32>, codes: &[u32]) -> Vec<u32> {
    if codes.iter().enumerate().any(|(i, c)| i as u32 != *c) {
        for code in &mut column {
            *code = codes.get(*code as usize).copied().unwrap_or(*code);
        }
    }
    column
}

/// The runs and cells of a log in order of appearance, by code.
#[derive(Debug, Default)]
pub struct Vocabulary {
    run_codes: HashMap<RunId, u32>,
    runs: Vec<ParsedRun>,
    cell_codes: HashMap<String, u32>,
    cells: Vec<String>,
}

impl Vocabulary {
    /// The code of a run, new or known. A run is exact until one row says otherwise.
    pub fn run_code(&mut self, run: ParsedRun) -> u32 {
        let next = self.runs.len() as u32;
        let code = *self.run_codes.entry(run.id).or_insert(next);
        match self.runs.get_mut(code as usize) {
            Some(known) => known.exact &= run.exact,
            None => self.runs.push(run),
        }
        code
    }

    /// The code of a run that a row had already.
    pub(super) fn known_run(&self, id: RunId) -> Option<u32> {
        self.run_codes.get(&id).copied()
    }

    /// The code of a cell, new or known.
    pub fn cell_code(&mut self, cell: &str) -> u32 {
        if let Some(code) = self.cell_codes.get(cell) {
            return *code;
        }
        let code = self.cells.len() as u32;
        self.cell_codes.insert(cell.to_owned(), code);
        self.cells.push(cell.to_owned());
        code
    }

    /// The codes here of the runs of another vocabulary, by their codes there.
    pub fn run_codes_of(&mut self, words: &Self) -> Vec<u32> {
        words.runs.iter().map(|r| self.run_code(*r)).collect()
    }

    /// The codes here of the cells of another vocabulary, by their codes there.
    pub fn cell_codes_of(&mut self, words: &Self) -> Vec<u32> {
        words.cells.iter().map(|c| self.cell_code(c)).collect()
    }

    /// All runs by code.
    pub fn runs(&self) -> &[ParsedRun] {
        &self.runs
    }

    /// The cell of a code.
    pub fn cell(&self, code: u32) -> Option<&str> {
        self.cells.get(code as usize).map(String::as_str)
    }
}

/// What the schema makes of words: fields, robots and sensor types to codes.
#[derive(Debug, Clone)]
pub(super) struct Words {
    fields: Vec<Vec<u8>>,
    sensors: Vec<Vec<u8>>,
    robots: Vec<Robot>,
    numbers: Vec<Option<i64>>,
}

impl Words {
    pub(super) fn new(schema: &Schema) -> Self {
        Self {
            fields: schema
                .fields
                .iter()
                .map(|f| f.name.clone().into_bytes())
                .collect(),
            sensors: schema
                .fields
                .iter()
                .map(|f| f.sensor.clone().into_bytes())
                .collect(),
            robots: schema.robots.clone(),
            numbers: schema.robots.iter().map(Robot::number).collect(),
        }
    }

    pub(super) fn field(&self, text: &[u8]) -> u8 {
        position(&self.fields, |f| f == text)
    }

    pub(super) fn sensor(&self, text: &[u8]) -> u8 {
        position(&self.sensors, |s| s == text)
    }

    /// The robot of this number.
    pub(super) fn robot(&self, number: i64) -> u8 {
        position(&self.numbers, |n| *n == Some(number))
    }

    /// The robot of this name, which is not read as a number.
    pub(super) fn robot_named(&self, text: &[u8]) -> u8 {
        position(&self.robots, |r| r.as_bytes() == text)
    }
}

fn position<T>(items: &[T], mut is: impl FnMut(&T) -> bool) -> u8 {
    // A schema has at most 250 channels, so at most 250 of anything.
    items.iter().position(&mut is).map_or(UNKNOWN, |i| i as u8)
}
