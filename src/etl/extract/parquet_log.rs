//! Parquet logs: one row group at a time, one column chunk at a time, never mapped.

use std::{fs::File, path::PathBuf};

use polars_arrow::{array::Array, datatypes::Field};
use polars_parquet::read::{FileMetadata, ParquetType, schema::parquet_to_arrow_schema};
use rayon::prelude::*;

use super::{
    columns::{Batch, Vocabulary, Words},
    decode::Decoder,
    role::{Role, locate},
    types,
};
use crate::etl::{
    Error, Result,
    chunk::{check_group, read_chunk, read_footer},
    profile::Profile,
    text,
};

/// An open Parquet log.
pub(super) struct ParquetLog {
    file: File,
    path: PathBuf,
    metadata: FileMetadata,
    /// Per role: the column's index among the leaves, and the field to decode it as.
    columns: Vec<(Role, usize, Field)>,
    decoders: Vec<Decoder>,
    next_group: usize,
    next_row: u64,
}

impl ParquetLog {
    pub(super) fn open(file: File, path: PathBuf, profile: &Profile) -> Result<Self> {
        let metadata = read_footer(&file, &path)?;
        let columns = find_columns(&metadata, profile)?;
        let words = Words::new(profile);
        let decoders = columns
            .iter()
            .map(|_| Decoder::new(words.clone()))
            .collect();
        Ok(Self {
            file,
            path,
            metadata,
            columns,
            decoders,
            next_group: 0,
            next_row: 0,
        })
    }

    pub(super) fn rows_total(&self) -> u64 {
        self.metadata.num_rows as u64
    }

    /// Bytes of the row groups that were decoded.
    pub(super) fn bytes_read(&self) -> u64 {
        let done = self.metadata.row_groups.iter().take(self.next_group);
        done.map(|g| g.compressed_size() as u64).sum()
    }

    pub(super) fn next_batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>> {
        let group = self.next_group;
        let Some(rows) = self.metadata.row_groups.get(group).map(|g| g.num_rows()) else {
            return Ok(None);
        };
        let width = self
            .columns
            .iter()
            .map(|(_, _, f)| types::width(&f.dtype))
            .sum();
        check_group(rows as u64, self.columns.len(), width)?;
        self.next_group += 1;
        let (file, path, metadata) = (&self.file, &self.path, &self.metadata);
        // Columns are independent but for the vocabulary: runs and cells have their own.
        let parts: Vec<(Role, Batch, Vocabulary)> = self
            .columns
            .par_iter()
            .zip(self.decoders.par_iter_mut())
            .map(|((role, leaf, field), decoder)| {
                let mut part = Batch::default();
                let mut words = Vocabulary::default();
                decoder.forget();
                let arrays = read_chunk(file, path, metadata, group, *leaf, field)?;
                for array in &arrays {
                    let known = types::visit(array.as_ref(), |raw| {
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
            })
            .collect::<Result<_>>()?;
        let mut batch = Batch {
            first_row: self.next_row,
            ..Batch::default()
        };
        for (role, part, words) in parts {
            batch.take(role, part, &words, vocabulary);
        }
        batch.check_lengths(rows, self.columns.len())?;
        self.next_row += rows as u64;
        Ok(Some(batch))
    }

    /// Visits all cells of the row groups that hold `rows` (sorted): the row group's
    /// first row, and per role its arrays.
    pub(super) fn visit_groups(
        &self,
        rows: &[u64],
        mut each: impl FnMut(u64, Vec<(Role, Vec<Box<dyn Array>>)>) -> Result<()>,
    ) -> Result<()> {
        let mut first = 0;
        for (index, group) in self.metadata.row_groups.iter().enumerate() {
            let end = first + group.num_rows() as u64;
            let from = rows.partition_point(|r| *r < first);
            if rows.get(from).is_some_and(|r| *r < end) {
                let arrays = self
                    .columns
                    .iter()
                    .map(|(role, leaf, field)| {
                        read_chunk(&self.file, &self.path, &self.metadata, index, *leaf, field)
                            .map(|a| (*role, a))
                    })
                    .collect::<Result<_>>()?;
                each(first, arrays)?;
            }
            first = end;
        }
        Ok(())
    }
}

fn find_columns(metadata: &FileMetadata, profile: &Profile) -> Result<Vec<(Role, usize, Field)>> {
    let top = metadata.schema_descr.fields();
    let names: Vec<&str> = top.iter().map(ParquetType::name).collect();
    let found = locate(&names, profile)?;
    let schema = parquet_to_arrow_schema(top);
    let leaves = metadata.schema_descr.columns();
    let mut columns = Vec::with_capacity(found.len());
    for (role, index) in found {
        let name = names[index];
        let nested = || {
            Error::Log(format!(
                "column `{}` is nested; a log's columns are flat",
                text::quoted(name, 60)
            ))
        };
        let ParquetType::PrimitiveType(primitive) = &top[index] else {
            return Err(nested());
        };
        let leaf = leaves
            .iter()
            .position(|c| c.path_in_schema.len() == 1 && c.path_in_schema[0] == name);
        let (Some(leaf), Some(field)) = (leaf, schema.get(name)) else {
            return Err(nested());
        };
        let dtype = types::wanted_type(primitive, field.dtype.clone());
        types::check(role, &dtype).map_err(|may| {
            Error::Log(format!(
                "column `{}` has type {dtype:?}; it may be {may}",
                text::quoted(name, 60)
            ))
        })?;
        columns.push((role, leaf, Field::new(field.name.clone(), dtype, true)));
    }
    Ok(columns)
}
