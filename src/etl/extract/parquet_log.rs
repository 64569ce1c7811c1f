//! Parquet logs: one row group at a time, one column chunk at a time, never mapped.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use polars_arrow::{
    array::Array,
    datatypes::{ArrowDataType, Field},
};
use polars_parquet::read::{
    FileMetadata, ParquetType, RowGroupMetadata, schema::parquet_to_arrow_schema,
};
use rayon::prelude::*;

use super::{
    columns::{Batch, Vocabulary, Words},
    decode::Decoder,
    fixed,
    log_source::{LogSource, RowGroups},
    role::{Role, locate},
    rows::RawRow,
    types,
    wide::Signals,
};
use crate::{
    Error, Result,
    chunk::{check_group, guarded, open_chunk, read_chunk, read_needed},
    schema::Schema,
    text,
};

/// An open Parquet log.
pub(super) struct ParquetLog {
    file: File,
    path: PathBuf,
    /// Of the needed columns only.
    metadata: FileMetadata,
    /// Per role: the column's index among them, and the field to decode it as.
    columns: Vec<(Role, usize, Field)>,
    words: Words,
    signals: Option<Signals>,
    next_group: usize,
}

/// All cells of a column of a row group, and what they are.
type Cells<'a> = (Role, &'a ArrowDataType, Vec<Box<dyn Array>>);

impl ParquetLog {
    pub(super) fn open(file: File, path: PathBuf, schema: &Schema) -> Result<Self> {
        let (metadata, columns) = find_columns(&file, &path, schema)?;
        Ok(Self {
            file,
            path,
            metadata,
            columns,
            words: Words::new(schema),
            signals: Signals::of(schema),
            next_group: 0,
        })
    }

    /// A row of a wide log's file is so many rows of a batch.
    fn rows_a_line(&self) -> u64 {
        self.signals.as_ref().map_or(1, Signals::count) as u64
    }

    /// Decodes a row group, with a vocabulary of its own.
    fn batch_of(&self, group: usize) -> Result<(Batch, Vocabulary)> {
        let groups = &self.metadata.row_groups;
        let rows = groups.get(group).map_or(0, RowGroupMetadata::num_rows);
        let width = self.columns.iter().map(|(_, _, f)| types::width(&f.dtype));
        check_group(rows as u64, self.columns.len(), width.sum())?;
        if let Some(signals) = &self.signals {
            // Every cell becomes a row of a batch.
            let width = (signals.count() * size_of::<[u64; 3]>()) as u64;
            check_group(rows as u64, self.columns.len(), width)?;
        }
        let first_row = first_row(groups.iter().take(group).map(RowGroupMetadata::num_rows))?;
        // Columns are independent but for the vocabulary: runs and cells have their own.
        let parts: Vec<(Role, Batch, Vocabulary)> = self
            .columns
            .par_iter()
            .map(|column| self.column_of(group, rows, column))
            .collect::<Result<_>>()?;
        let mut batch = Batch {
            first_row,
            ..Batch::default()
        };
        let mut vocabulary = Vocabulary::default();
        let Some(signals) = &self.signals else {
            for (role, part, words) in parts {
                batch.take(role, part, &words, &mut vocabulary);
            }
            batch.check_lengths(rows, self.columns.iter().map(|(role, _, _)| *role))?;
            return Ok((batch, vocabulary));
        };
        let mut values = Vec::with_capacity(signals.count());
        for (role, part, words) in parts {
            part.check_lengths(rows, std::iter::once(role))?;
            match role {
                Role::Value => values.push(part.value),
                _ => batch.take(role, part, &words, &mut vocabulary),
            }
        }
        batch.value = signals.interleaved(&values);
        signals.spread(&mut batch, &mut vocabulary);
        Ok((batch, vocabulary))
    }

    /// Decodes one column of a row group.
    fn column_of(
        &self,
        group: usize,
        rows: usize,
        (role, leaf, field): &(Role, usize, Field),
    ) -> Result<(Role, Batch, Vocabulary)> {
        let (file, path, metadata) = (&self.file, &self.path, &self.metadata);
        let mut chunk = open_chunk(file, path, metadata, group, *leaf, field)?;
        let mut decoder = Decoder::new(self.words.clone());
        let mut part = Batch::default();
        let mut words = Vocabulary::default();
        let column = (field.name.as_str(), &field.dtype);
        let known = guarded(&field.name, || {
            decoder.column(*role, rows, &mut chunk, column, (&mut part, &mut words))
        })?;
        if known {
            return Ok((*role, part, words));
        }
        drop(chunk);
        let (mut part, mut words) = (Batch::default(), Vocabulary::default());
        let mut decoder = Decoder::new(self.words.clone());
        let arrays = self.arrays_of(group, rows, *leaf, field)?;
        for array in &arrays {
            let known = types::visit(array.as_ref(), &field.dtype, |raw| {
                decoder.push(*role, raw, &mut part, &mut words);
            });
            if !known {
                return Err(Error::Log(format!(
                    "column `{}` has a type that cannot be read",
                    text::quoted(&field.name, 60)
                )));
            }
        }
        Ok((*role, part, words))
    }

    /// The cells of a column of a row group, as [`types::visit`] wants them.
    fn arrays_of(
        &self,
        group: usize,
        rows: usize,
        leaf: usize,
        field: &Field,
    ) -> Result<Vec<Box<dyn Array>>> {
        let (file, path, metadata) = (&self.file, &self.path, &self.metadata);
        let column = metadata.schema_descr.columns().get(leaf);
        let Some(width) = column.and_then(|column| fixed::width(&column.descriptor)) else {
            return read_chunk(file, path, metadata, group, leaf, field);
        };
        let mut chunk = open_chunk(file, path, metadata, group, leaf, field)?;
        let cells = guarded(&field.name, || {
            fixed::read(&mut chunk, &field.name, width, rows)
        })?;
        Ok(vec![cells.boxed()])
    }

    /// Visits all cells of the row groups that hold `rows` (sorted): the row group's
    /// first row, and per role its arrays.
    fn visit_groups(
        &self,
        rows: &[u64],
        mut each: impl FnMut(u64, &[Cells<'_>]) -> Result<()>,
    ) -> Result<()> {
        let mut first = 0;
        for (index, group) in self.metadata.row_groups.iter().enumerate() {
            let end = first_row([first as usize, group.num_rows()].into_iter())?;
            let from = rows.partition_point(|r| *r < first);
            if rows.get(from).is_some_and(|r| *r < end) {
                let arrays = self
                    .columns
                    .iter()
                    .map(|(role, leaf, field)| {
                        self.arrays_of(index, group.num_rows(), *leaf, field)
                            .map(|arrays| (*role, &field.dtype, arrays))
                    })
                    .collect::<Result<Vec<_>>>()?;
                each(first, &arrays)?;
            }
            first = end;
        }
        Ok(())
    }
}

impl LogSource for ParquetLog {
    fn rows_total(&self) -> Option<u64> {
        // The footer's own sum need not be true.
        let groups = self.metadata.row_groups.iter();
        let lines = groups.fold(0u64, |sum, g| sum.saturating_add(g.num_rows() as u64));
        Some(lines.saturating_mul(self.rows_a_line()))
    }

    fn lines_read(&self) -> u64 {
        self.rows_total().unwrap_or(0) / self.rows_a_line()
    }

    /// Those of the row groups that were decoded.
    fn bytes_read(&self) -> u64 {
        let done = self.metadata.row_groups.iter().take(self.next_group);
        done.fold(0, |sum, g| sum.saturating_add(g.compressed_size() as u64))
    }

    /// A row group.
    fn next_batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>> {
        let group = self.next_group;
        if group >= self.count() {
            return Ok(None);
        }
        self.next_group += 1;
        let (mut batch, words) = self.batch_of(group)?;
        batch.translate(&words, vocabulary);
        Ok(Some(batch))
    }

    fn row_groups(&self) -> Option<&dyn RowGroups> {
        Some(self)
    }

    /// Only the row groups that hold one of the rows are read.
    fn visit_rows(
        &mut self,
        rows: &[u64],
        each: &mut dyn FnMut(RawRow) -> Result<()>,
    ) -> Result<()> {
        let is_wide = self.signals.is_some();
        self.visit_groups(rows, |first, columns| {
            let length = columns
                .first()
                .map_or(0, |(_, _, a)| a.iter().map(|x| x.len()).sum::<usize>());
            let from = rows.partition_point(|r| *r < first);
            let to = rows.partition_point(|r| *r < first + length as u64);
            let wanted = rows.get(from..to).unwrap_or_default();
            let mut out: Vec<RawRow> = wanted
                .iter()
                .map(|row| RawRow::numbered(*row, is_wide))
                .collect();
            for (role, dtype, arrays) in columns {
                let mut next = 0;
                let mut row = first;
                for array in arrays {
                    types::visit(array.as_ref(), dtype, |raw| {
                        if let Some(target) = out.get_mut(next).filter(|t| t.row == row) {
                            target.set(*role, raw);
                            next += 1;
                        }
                        row += 1;
                    });
                }
            }
            out.into_iter().try_for_each(&mut *each)
        })
    }
}

impl RowGroups for ParquetLog {
    fn count(&self) -> usize {
        self.metadata.row_groups.len()
    }

    fn rows(&self, group: usize) -> u64 {
        let group = self.metadata.row_groups.get(group);
        let lines = group.map_or(0, |g| g.num_rows() as u64);
        lines.saturating_mul(self.rows_a_line())
    }

    fn bytes(&self, group: usize) -> u64 {
        let group = self.metadata.row_groups.get(group);
        group.map_or(0, |g| g.compressed_size() as u64)
    }

    fn batch(&self, group: usize) -> Result<(Batch, Vocabulary)> {
        self.batch_of(group)
    }
}

/// The number of the row that follows `groups` of so many rows each. A footer may claim any
/// number of rows, also for row groups that are never decoded.
fn first_row(mut groups: impl Iterator<Item = usize>) -> Result<u64> {
    let sum = groups.try_fold(0i64, |sum, rows| {
        i64::try_from(rows)
            .ok()
            .and_then(|rows| sum.checked_add(rows))
    });
    sum.map(i64::cast_unsigned).ok_or_else(|| {
        Error::Log("its footer claims more than 9,223,372,036,854,775,807 rows".into())
    })
}

type Columns = Vec<(Role, usize, Field)>;

/// Reads the footer as far as it concerns the columns of the schema.
fn find_columns(file: &File, path: &Path, schema: &Schema) -> Result<(FileMetadata, Columns)> {
    let mut found = Vec::new();
    let mut needed = Vec::new();
    let metadata = read_needed(file, path, |top| {
        let names: Vec<&str> = top.iter().map(|column| column.name.as_str()).collect();
        found = locate(&names, schema)?;
        if let Some((_, index)) = found.iter().find(|(_, index)| top[*index].is_nested) {
            return Err(nested(names[*index]));
        }
        needed = found.iter().map(|(_, index)| *index).collect();
        needed.sort_unstable();
        needed.dedup();
        Ok(needed.clone())
    })?;
    let fields = metadata.schema_descr.fields();
    let types = parquet_to_arrow_schema(fields);
    let mut columns = Vec::with_capacity(found.len());
    for (role, index) in found {
        let leaf = needed.partition_point(|i| *i < index);
        let (Some(ParquetType::PrimitiveType(primitive)), Some((_, field))) =
            (fields.get(leaf), types.get_at_index(leaf))
        else {
            return Err(Error::Log("its schema cannot be read".into()));
        };
        let name = primitive.field_info.name.as_str();
        let dtype = types::wanted_type(primitive, field.dtype.clone());
        types::check(role, &dtype).map_err(|may| {
            Error::Log(format!(
                "column `{}` has type {}; it may be {may}",
                text::quoted(name, 60),
                types::name(&dtype)
            ))
        })?;
        columns.push((role, leaf, Field::new(field.name.clone(), dtype, true)));
    }
    Ok((metadata, columns))
}

fn nested(name: &str) -> Error {
    Error::Log(format!(
        "column `{}` is nested; a log's columns are flat",
        text::quoted(name, 60)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_rows_than_can_be_numbered_are_refused() {
        assert_eq!(first_row([3, 4].into_iter()).unwrap(), 7);
        for groups in [
            vec![usize::MAX],
            vec![usize::MAX, usize::MAX],
            vec![i64::MAX as usize, 1],
        ] {
            assert!(first_row(groups.into_iter()).is_err());
        }
    }
}
