//! Single rows of a log as they stand there, for the file of rejected rows.

use std::path::Path;

use super::{
    open::{Kind, LogReader},
    raw::Raw,
    role::Role,
    types,
};
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
    match LogReader::open(path, format, schema)?.0 {
        Kind::Csv(mut log) => log.visit_rows(rows, |row, cells| {
            let mut out = RawRow {
                row,
                ..RawRow::default()
            };
            for (role, raw) in cells {
                out.set(*role, *raw);
            }
            each(out)
        }),
        Kind::Parquet(log) => log.visit_groups(rows, |first, columns| {
            let from = rows.partition_point(|r| *r < first);
            let len = columns
                .first()
                .map_or(0, |(_, a)| a.iter().map(|x| x.len()).sum::<usize>());
            let to = rows.partition_point(|r| *r < first + len as u64);
            let wanted = &rows[from..to];
            let mut out: Vec<RawRow> = wanted
                .iter()
                .map(|row| RawRow {
                    row: *row,
                    ..RawRow::default()
                })
                .collect();
            for (role, arrays) in &columns {
                let mut next = 0;
                let mut row = first;
                for array in arrays {
                    types::visit(array.as_ref(), |raw| {
                        if let Some(target) = out.get_mut(next).filter(|t| t.row == row) {
                            target.set(*role, raw);
                            next += 1;
                        }
                        row += 1;
                    });
                }
            }
            out.into_iter().try_for_each(&mut each)
        }),
    }
}

impl RawRow {
    fn set(&mut self, role: Role, raw: Raw<'_>) {
        self.cells[role as usize] = raw.to_text();
    }
}
