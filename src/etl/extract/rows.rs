//! Single rows of a log as they stand there, for the file of rejected rows.

use std::path::Path;

use super::{open::LogReader, raw::Raw, role::Role};
use crate::{Result, schema::Schema, source::Format};

/// One row as text, by the roles of its columns; `None` is null.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawRow {
    /// Row number in the log, from 0.
    pub row: u64,
    /// In the order of the schema's columns: time, value, field, robot, run, sensor,
    /// cell.
    pub cells: [Option<String>; 7],
}

/// Reads the rows with these numbers (sorted, from 0) and calls `each` in order.
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
    LogReader::open(path, format, schema)?
        .source()
        .visit_rows(rows, &mut each)
}

impl RawRow {
    /// The row of this number, all cells null.
    pub(super) fn numbered(row: u64) -> Self {
        Self {
            row,
            ..Self::default()
        }
    }

    pub(super) fn set(&mut self, role: Role, raw: Raw<'_>) {
        self.cells[role as usize] = raw.to_text();
    }
}
