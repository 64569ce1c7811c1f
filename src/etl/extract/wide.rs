//! Logs with a column per signal: every line holds a sample of each.
//!
//! Sample `line × signals + signal` is the row with that number, so rows stand in the order of
//! the file: by line, then by signal. An empty cell is no sample, and its number is not used.

use super::{
    columns::{Batch, Vocabulary},
    rows::RawRow,
};
use crate::{
    run_id::{ParsedRun, RunId},
    schema::{Layout, Schema},
};

/// The value of a cell that is empty: a NaN that no arithmetic gives.
const ABSENT: u64 = 0x7ff8_6d64_7475_6901;

/// The run of a log without a column of runs, until the log's content names it.
const WHOLE_LOG: ParsedRun = ParsedRun {
    id: RunId(0),
    exact: true,
};

/// The value that stands for no sample.
pub(super) fn absent() -> f64 {
    f64::from_bits(ABSENT)
}

/// Whether a value stands for no sample.
pub(super) fn is_absent(value: f64) -> bool {
    value.to_bits() == ABSENT
}

/// The signals of a wide log, in the order of the schema.
#[derive(Debug, Clone)]
pub(super) struct Signals {
    /// Codes of field and robot.
    codes: Vec<(u8, u8)>,
    /// Names of column, field and robot, for rejected rows.
    names: Vec<[String; 3]>,
    has_runs: bool,
}

impl Signals {
    /// `None` for a schema of long logs.
    pub(super) fn of(schema: &Schema) -> Option<Self> {
        if schema.layout != Layout::Wide {
            return None;
        }
        let code = |at: Option<usize>| at.and_then(|i| u8::try_from(i).ok()).unwrap_or(u8::MAX);
        let codes = schema.signals.iter().map(|signal| {
            let field = schema.fields.iter().position(|f| f.name == signal.field);
            let robot = schema.robots.iter().position(|r| *r == signal.robot);
            (code(field), code(robot))
        });
        let names = schema.signals.iter().map(|signal| {
            [
                signal.column.clone(),
                signal.field.clone(),
                signal.robot.to_string(),
            ]
        });
        Some(Self {
            codes: codes.collect(),
            names: names.collect(),
            has_runs: !schema.columns.run.is_empty(),
        })
    }

    /// How many there are, at least one.
    pub(super) fn count(&self) -> usize {
        self.codes.len().max(1)
    }

    /// Makes rows of a batch of lines. `first_row` is still the number of the first line; `time`, `run`
    /// and `cell` have an entry per line, and `value` has those of a line after each other.
    pub(super) fn spread(&self, lines: &mut Batch, vocabulary: &mut Vocabulary) {
        let count = lines.time.len();
        if !self.has_runs {
            lines.run = vec![vocabulary.run_code(WHOLE_LOG); count];
        }
        lines.first_row *= self.count() as u64;
        lines.time = self.repeated(&lines.time);
        lines.run = self.repeated(&lines.run);
        lines.cell = self.repeated(&lines.cell);
        lines.field = self.codes.iter().map(|(field, _)| *field).collect();
        lines.field = lines.field.repeat(count);
        lines.robot = self.codes.iter().map(|(_, robot)| *robot).collect();
        lines.robot = lines.robot.repeat(count);
        lines.has_absent = true;
    }

    fn repeated<T: Copy>(&self, lines: &[T]) -> Vec<T> {
        let mut rows = Vec::with_capacity(lines.len() * self.count());
        for line in lines {
            rows.extend(std::iter::repeat_n(*line, self.count()));
        }
        rows
    }

    /// The values of lines after each other, from those of columns.
    pub(super) fn interleaved(&self, columns: &[Vec<f64>]) -> Vec<f64> {
        let lines = columns.first().map_or(0, Vec::len);
        let mut values = Vec::with_capacity(lines * columns.len());
        for line in 0..lines {
            values.extend(columns.iter().map(|column| column[line]));
        }
        values
    }

    /// The lines that hold these rows (sorted), each once.
    pub(super) fn lines_of(&self, rows: &[u64]) -> Vec<u64> {
        let mut lines: Vec<u64> = rows.iter().map(|row| row / self.count() as u64).collect();
        lines.dedup();
        lines
    }

    /// A row as it stands in the log, with the number of its line, from the cells of that line: the log's column in
    /// the place of the field.
    pub(super) fn raw_row(&self, row: u64, line: &RawRow) -> RawRow {
        let signal = (row % self.count() as u64) as usize;
        let mut cells = line.cells.clone();
        let [column, _, robot] = match self.names.get(signal) {
            Some(names) => names.clone().map(Some),
            None => [None, None, None],
        };
        cells[1] = line
            .values
            .as_ref()
            .and_then(|values| values.get(signal).cloned().flatten());
        cells[2] = column;
        cells[3] = robot;
        RawRow {
            row: line.row,
            cells,
            values: None,
        }
    }
}
