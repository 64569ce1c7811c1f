//! Which cells of a table are samples: the others repeat the sample before them.
//!
//! A column is written as the samples of its row group and the number of rows that each of them
//! stands in, or, where each cell is a sample, as the cells themselves. Only of the first row of a
//! group that does not tell whether its sample began there: that is in the file's metadata.

use std::collections::BTreeMap;

use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_parquet::parquet::{
    encoding::{Encoding, hybrid_rle::HybridRleDecoder},
    error::ParquetError,
    page::{DataPage, split_buffer},
};

use super::{HELD_KEY, RunFile};
use crate::{
    Error, Result,
    chunk::{damaged_column, guarded, open_chunk},
    text,
};

/// Tells samples from held values.
pub struct SampleRows<'a> {
    table: &'a RunFile,
    /// By column: a digit for each row group, 1 where its first cell is held. Without a column: none is.
    held: BTreeMap<String, String>,
}

impl RunFile {
    /// What tells samples from held values.
    ///
    /// # Errors
    /// [`Error::Usage`] for a table that does not tell: older versions wrote none that does.
    pub fn sample_rows(&self) -> Result<SampleRows<'_>> {
        let held = self.metadata(HELD_KEY);
        let held = held.and_then(|text| serde_json::from_str(text).ok());
        let held = held.ok_or_else(|| {
            Error::Usage(format!(
                "the table {} does not tell samples from held values, as an older mdtui wrote it: \
                 harvest its log again",
                text::visible_path(&self.path)
            ))
        })?;
        Ok(SampleRows { table: self, held })
    }
}

impl SampleRows<'_> {
    /// The rows of a row group, counted from its first, in which a column has a sample.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn of(&self, group: usize, column: &str) -> Result<Vec<u32>> {
        let table = self.table;
        let leaf = table.leaf(column)?;
        let field = Field::new(column.into(), ArrowDataType::Float64, true);
        let file = &*table.file;
        let mut chunk = open_chunk(file, &table.path, &table.metadata, group, leaf, &field)?;
        let mut rows = guarded(column, || {
            let damaged = |e: ParquetError| damaged_column(column, &e);
            chunk.pages.read_dict_page().map_err(damaged)?;
            let mut rows = Vec::new();
            let mut first = 0;
            while let Some(item) = chunk.pages.next() {
                let page = item.and_then(|item| item.decompress(&mut chunk.pages));
                let page = page.map_err(damaged)?;
                push_rows(&page, first, &mut rows).map_err(damaged)?;
                first += page.num_values() as u32;
            }
            Ok(rows)
        })?;
        let digits = self.held.get(column).map_or(&[][..], |d| d.as_bytes());
        if digits.get(group) == Some(&b'1') && rows.first() == Some(&0) {
            rows.remove(0);
        }
        Ok(rows)
    }
}

/// The rows in which the cell is another entry of the dictionary than before; without a dictionary,
/// all that have a value.
fn push_rows(page: &DataPage, first: u32, rows: &mut Vec<u32>) -> Result<(), ParquetError> {
    let parts = split_buffer(page)?;
    let levels = HybridRleDecoder::new(parts.def, 1, page.num_values()).collect()?;
    let has_value = levels.iter().zip(first..).filter(|(level, _)| **level == 1);
    let has_value = has_value.map(|(_, row)| row);
    if page.encoding() == Encoding::Plain {
        rows.extend(has_value);
        return Ok(());
    }
    let (bits, keys) = parts.values.split_first().unwrap_or((&0, &[]));
    let valid = levels.iter().filter(|level| **level == 1).count();
    let keys = HybridRleDecoder::new(keys, u32::from(*bits), valid).collect()?;
    let mut last = None;
    for (key, row) in keys.into_iter().zip(has_value) {
        if last != Some(key) {
            rows.push(row);
            last = Some(key);
        }
    }
    Ok(())
}
