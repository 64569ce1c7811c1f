//! `rejected.<fingerprint>.parquet`: the rows that were dropped, other than exact
//! duplicates, as they stand in the log.
//!
//! Columns: `row` (number in the log, from 0), `reason`, and the log's own columns as
//! text. The cell's column is null throughout when the log has none. A column without a name
//! in the profile is left out. Of a wide log a row is one cell: `row` is its line, and `value` and
//! `column` say what stands where.

use std::{fs::File, io::BufWriter, path::Path};

use polars_arrow::{
    array::PrimitiveArray,
    datatypes::{ArrowDataType, Field},
};
use polars_parquet::write::CompressionOptions;

use crate::{
    Error, Result,
    base::CancelToken,
    clean::Reason,
    extract::{RawRow, raw_rows},
    parquet::{Cells, ParquetWriter, texts},
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
    let field = |name: &String, of| Field::new(name.as_str().into(), of, true);
    let fields = std::iter::once(field(&names.row, ArrowDataType::UInt64))
        .chain(text.map(|name| field(name, ArrowDataType::Utf8View)));
    let refused = |e| Error::io("write", target, e);
    // The writer sends every few bytes by themselves: 24 rows were 1,500 calls.
    let out = BufWriter::new(&file);
    let zstd = CompressionOptions::Zstd(None);
    let mut writer = ParquetWriter::new(out, fields.collect(), zstd).map_err(refused)?;
    let mut rows: Vec<RawRow> = Vec::new();
    let mut reasons = rejected.iter().map(|(_, reason)| reason.word());
    let numbers: Vec<u64> = rejected.iter().map(|(row, _)| *row).collect();
    let mut write = |rows: &mut Vec<RawRow>| {
        let columns = columns(rows, &names, &mut reasons);
        rows.clear();
        writer.write(&columns).map_err(refused)
    };
    raw_rows(log.0, log.1, profile, &numbers, |row| {
        rows.push(row);
        if rows.len() == CHUNK {
            cancel.check()?;
            write(&mut rows)?;
        }
        Ok(())
    })?;
    write(&mut rows)?;
    writer.finish().map_err(refused)?;
    file.sync_all().map_err(|e| Error::io("sync", target, e))
}

fn columns(
    rows: &[RawRow],
    names: &Names,
    reasons: &mut dyn Iterator<Item = &'static str>,
) -> Vec<Cells> {
    let numbers = rows.iter().map(|row| row.row).collect();
    let words = reasons.take(rows.len()).map(Some);
    let own = names.own.iter();
    let own = own.map(|(place, _)| texts(rows.iter().map(|row| row.cells[*place].as_deref())));
    let first = [
        PrimitiveArray::<u64>::from_vec(numbers).boxed(),
        texts(words),
    ];
    first.into_iter().chain(own).collect()
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
