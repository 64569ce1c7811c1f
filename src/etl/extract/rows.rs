//! Single rows of a log as they stand there, for the file of rejected rows.

use std::path::Path;

use super::{open::LogReader, raw::Raw, role::Role, wide::Signals};
use crate::{Result, schema::Schema, source::Format};

/// One row as text, by the roles of its columns; `None` is null.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawRow {
    /// Row number in the log, from 0.
    pub row: u64,
    /// In the order of the schema's columns: time, value, field, robot, run, sensor,
    /// cell.
    pub cells: [Option<String>; 7],
    /// The values of a line of a wide log, signal by signal; `None` in a long log.
    pub(super) values: Option<Vec<Option<String>>>,
}

/// Reads the rows with these numbers (sorted, from 0) and calls `each` in order. Of a wide log
/// the numbers are those of samples, and what is given has the number of its line, from 0.
/// Of Parquet, only the row groups that hold one are read.
///
/// # Errors
/// As [`LogReader`], and what `each` returns.
pub fn raw_rows(
    path: &Path,
    format: Format,
    schema: &Schema,
    rows: &[u64],
    mut each: impl FnMut(RawRow) -> Result<()>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut reader = LogReader::open(path, format, schema)?;
    let Some(signals) = Signals::of(schema) else {
        return reader.source().visit_rows(rows, &mut each);
    };
    let mut left = rows.iter().peekable();
    let lines = signals.lines_of(rows);
    reader.source().visit_rows(&lines, &mut |line| {
        let of_line = |row: &&u64| **row / signals.count() as u64 == line.row;
        while let Some(row) = left.next_if(of_line) {
            each(signals.raw_row(*row, &line))?;
        }
        Ok(())
    })
}

impl RawRow {
    /// The row of this number, all cells null; of a wide log the line.
    pub(super) fn numbered(row: u64, is_wide: bool) -> Self {
        Self {
            row,
            values: is_wide.then(Vec::new),
            ..Self::default()
        }
    }

    /// A wide log has a value per signal, in their order.
    pub(super) fn set(&mut self, role: Role, raw: Raw<'_>) {
        if let Some(values) = self.values.as_mut().filter(|_| role == Role::Value) {
            values.push(raw.to_text());
            return;
        }
        self.cells[role as usize] = raw.to_text();
    }
}
