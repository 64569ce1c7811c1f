//! `rejected.<fingerprint>.parquet`: the rows that were dropped, other than exact
//! duplicates, as they stand in the log.
//!
//! Columns: `row` (number in the log, from 0), `reason`, and the log's own columns as
//! text. The cell's column is null throughout when the log has none. A column without a name
//! in the profile is left out. Of a wide log a row is one cell: `row` is its line, and `value` and
//! `column` say what stands where.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use polars::{
    io::parquet::write::{BatchedWriter, ParquetCompression, ParquetWriter},
    prelude::{Column, DataFrame, DataType, Field, NamedFrom, Schema, Series},
};

use crate::{
    Error, Result,
    base::CancelToken,
    clean::Reason,
    extract::{RawRow, raw_rows},
    profile::Profile,
    schema::Layout,
    source::Format,
};

/// Rows of one write.
const CHUNK: usize = 65_536;

/// Writes the rejected rows (number and reason, sorted by number) of a log to the new
/// file `target` and syncs it.
///
/// # Errors
/// [`Error::Io`], [`Error::Log`], [`Error::Moving`] when the log has lost rows since,
/// [`Error::Cancelled`].
pub fn write_rejected(
    target: &Path,
    log: (&Path, Format),
    profile: &Profile,
    rejected: &[(u64, Reason)],
    cancel: &CancelToken,
) -> Result<()> {
    let file = File::create_new(target).map_err(|e| Error::io("write", target, e))?;
    let names = column_names(profile);
    let text = std::iter::once(&names.reason).chain(names.own.iter().map(|(_, name)| name));
    let schema: Schema = std::iter::once(Field::new(names.row.as_str().into(), DataType::UInt64))
        .chain(text.map(|name| Field::new(name.as_str().into(), DataType::String)))
        .collect();
    // The writer sends every few bytes by themselves: 24 rows were 1,500 calls.
    let mut out = BufWriter::new(&file);
    let mut writer = ParquetWriter::new(&mut out)
        .with_compression(ParquetCompression::Zstd(None))
        .batched(&schema)
        .map_err(|e| refused(target, &e))?;
    let mut rows: Vec<RawRow> = Vec::new();
    let mut reasons = rejected.iter().map(|(_, reason)| reason.word());
    let numbers: Vec<u64> = rejected.iter().map(|(row, _)| *row).collect();
    raw_rows(log.0, log.1, profile, &numbers, |row| {
        rows.push(row);
        if rows.len() == CHUNK {
            cancel.check()?;
            write_chunk(&mut writer, target, &names, &mut rows, &mut reasons)?;
        }
        Ok(())
    })?;
    write_chunk(&mut writer, target, &names, &mut rows, &mut reasons)?;
    writer.finish().map_err(|e| refused(target, &e))?;
    drop(writer);
    out.flush().map_err(|e| Error::io("write", target, e))?;
    drop(out);
    file.sync_all().map_err(|e| Error::io("sync", target, e))
}

fn write_chunk(
    writer: &mut BatchedWriter<&mut BufWriter<&File>>,
    target: &Path,
    names: &Names,
    rows: &mut Vec<RawRow>,
    reasons: &mut dyn Iterator<Item = &'static str>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let numbers: Vec<u64> = rows.iter().map(|r| r.row).collect();
    let words: Vec<&str> = reasons.take(rows.len()).collect();
    let height = numbers.len();
    let mut columns: Vec<Column> = vec![
        Series::new(names.row.as_str().into(), numbers).into(),
        Series::new(names.reason.as_str().into(), words).into(),
    ];
    for (i, name) in &names.own {
        let cells: Vec<Option<&str>> = rows.iter().map(|r| r.cells[*i].as_deref()).collect();
        columns.push(Series::new(name.as_str().into(), cells).into());
    }
    let frame = DataFrame::new(height, columns).map_err(|e| refused(target, &e))?;
    writer
        .write_batch(&frame)
        .map_err(|e| refused(target, &e))?;
    rows.clear();
    Ok(())
}

/// `row`, `reason`, and the log's columns; the first two give way with a `_` when the
/// log has columns of that name.
pub(super) fn column_names(profile: &Profile) -> Names {
    let c = &profile.columns;
    let mut own = [
        &c.time, &c.value, &c.field, &c.robot, &c.run, &c.sensor, &c.cell,
    ]
    .map(String::clone);
    let free = |own: &[String], name: &str| {
        let mut name = name.to_owned();
        while own.contains(&name) {
            name.push('_');
        }
        name
    };
    if profile.layout == Layout::Wide {
        own[1] = free(&own, "value");
        own[2] = free(&own, "column");
    }
    let [row, reason] = ["row", "reason"].map(|name| free(&own, name));
    let named = own.into_iter().enumerate();
    Names {
        row,
        reason,
        own: named.filter(|(_, n)| !n.is_empty()).collect(),
    }
}

/// Names of the columns.
pub(super) struct Names {
    /// That of row numbers.
    pub row: String,
    /// That of reasons.
    pub reason: String,
    /// Those of the log, each with its place in [`RawRow::cells`].
    own: Vec<(usize, String)>,
}

impl Names {
    /// The column that has the cells of this place.
    pub(super) fn of_place(&self, place: usize) -> Option<&str> {
        let mut own = self.own.iter();
        own.find(|(at, _)| *at == place)
            .map(|(_, name)| name.as_str())
    }
}

/// The frame library keeps the system's error where there is one.
fn refused(path: &Path, error: &polars::error::PolarsError) -> Error {
    let source = match error {
        polars::error::PolarsError::IO { error, .. } => match error.raw_os_error() {
            Some(code) => std::io::Error::from_raw_os_error(code),
            None => std::io::Error::new(error.kind(), error.to_string()),
        },
        other => std::io::Error::other(other.to_string()),
    };
    Error::io("write", path, source)
}
