//! The first rows of a table whose columns nobody has described yet.

use std::{fs::File, path::Path};

use polars_arrow::datatypes::Field;
use polars_parquet::read::{ParquetType, schema::parquet_to_arrow_schema};

use super::{csv, fixed, types};
use crate::{
    Error, Result,
    chunk::{check_group, guarded, open_chunk, read_chunk, read_needed},
    source::Format,
};

/// A column with the text of its first cells; `None` is an empty one.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewColumn {
    /// As the log names it.
    pub name: String,
    /// The cells, as many in every column.
    pub cells: Vec<Option<String>>,
}

/// Reads the first `rows` rows of a file, or fewer, with all columns that are flat and of a type that
/// can be read.
///
/// # Errors
/// [`Error::Log`] when the file is damaged or has no header; [`Error::Io`].
pub fn preview(path: &Path, format: Format, rows: usize) -> Result<Vec<PreviewColumn>> {
    let file = File::open(path).map_err(|e| Error::of_log("open", path, e))?;
    match format {
        Format::Parquet => parquet(&file, path, rows),
        Format::Csv => csv::preview(file, path, false, rows),
        Format::CsvGz => csv::preview(file, path, true, rows),
    }
}

/// Row group after row group, until there are enough rows.
fn parquet(file: &File, path: &Path, rows: usize) -> Result<Vec<PreviewColumn>> {
    let metadata = read_needed(file, path, |top| {
        Ok((0..top.len()).filter(|i| !top[*i].is_nested).collect())
    })?;
    let fields = metadata.schema_descr.fields();
    let inferred = parquet_to_arrow_schema(fields);
    let mut columns = Vec::new();
    for (leaf, field) in fields.iter().enumerate() {
        let (ParquetType::PrimitiveType(primitive), Some((_, inferred))) =
            (field, inferred.get_at_index(leaf))
        else {
            return Err(Error::Log("its schema cannot be read".into()));
        };
        let dtype = types::wanted_type(primitive, inferred.dtype.clone());
        columns.push((leaf, Field::new(inferred.name.clone(), dtype, true)));
    }
    let mut found: Vec<PreviewColumn> = columns
        .iter()
        .map(|(_, field)| PreviewColumn {
            name: field.name.to_string(),
            cells: Vec::new(),
        })
        .collect();
    let mut known = vec![true; columns.len()];
    let mut read = 0;
    for (group, meta) in metadata.row_groups.iter().enumerate() {
        if read >= rows {
            break;
        }
        let count = meta.num_rows();
        let width = columns.iter().map(|(_, f)| types::width(&f.dtype)).sum();
        check_group(count as u64, columns.len(), width)?;
        for (i, (leaf, field)) in columns.iter().enumerate() {
            let column = metadata.schema_descr.columns().get(*leaf);
            let arrays = match column.and_then(|column| fixed::width(&column.descriptor)) {
                None => read_chunk(file, path, &metadata, group, *leaf, field)?,
                Some(width) => {
                    let mut chunk = open_chunk(file, path, &metadata, group, *leaf, field)?;
                    let cells = guarded(&field.name, || {
                        fixed::read(&mut chunk, &field.name, width, count)
                    })?;
                    vec![cells.boxed()]
                }
            };
            let cells = &mut found[i].cells;
            for array in &arrays {
                known[i] &= types::visit(array.as_ref(), &field.dtype, |raw| {
                    if cells.len() < rows {
                        cells.push(raw.to_text());
                    }
                });
            }
        }
        read += count;
    }
    let mut known = known.into_iter();
    found.retain(|_| known.next().unwrap_or(false));
    Ok(found)
}
