//! A list of anything with typed columns as a file.

use std::{fs::File, ops::Range, path::Path};

use super::{ColumnInfo, Exported, Format, ListColumn, TableWriter, Values, check_rows};
use crate::{Error, Result, base::CancelToken};

/// Rows that are held at a time.
const CHUNK: usize = 1 << 16;

/// Writes a list of so many rows into a file that is open and empty; the ending of `target`
/// says how, and errors name it. `fields` gives the columns of some rows: each time the same
/// ones, also of no rows.
///
/// # Errors
/// [`Error::Usage`] for an ending that is not known; [`Error::Io`], [`Error::Log`],
/// [`Error::Cancelled`].
pub fn write_list(
    file: &mut File,
    target: &Path,
    rows: usize,
    fields: &dyn Fn(Range<usize>) -> Vec<ListColumn>,
    cancel: &CancelToken,
) -> Result<Exported> {
    let format = Format::of(target)?;
    check_rows(rows as u64)?;
    let infos: Vec<ColumnInfo> = fields(0..0)
        .into_iter()
        .map(|field| ColumnInfo::plain(field.title, field.values.kind()))
        .collect();
    let mut writer = TableWriter::of_list(&mut *file, format, infos, target)?;
    for from in (0..rows).step_by(CHUNK) {
        cancel.check()?;
        let to = rows.min(from + CHUNK);
        let columns: Vec<Values> = fields(from..to).into_iter().map(|f| f.values).collect();
        writer.write(to - from, &columns)?;
    }
    cancel.check()?;
    let done = writer.finish()?;
    file.sync_all().map_err(|e| Error::io("write", target, e))?;
    Ok(done)
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
