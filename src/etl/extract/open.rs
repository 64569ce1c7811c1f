//! Opening a log of any format.

use std::{fs::File, path::Path};

use super::{
    columns::{Batch, Vocabulary},
    csv::CsvLog,
    parquet_log::ParquetLog,
};
use crate::{Error, Result, schema::Schema, source::Format};

/// An open log: batches of decoded rows, in file order.
pub struct LogReader(pub(super) Kind);

pub(super) enum Kind {
    Parquet(Box<ParquetLog>),
    Csv(Box<CsvLog>),
}

impl LogReader {
    /// Opens a log and checks that it has the columns that the schema requires, with
    /// types that they may have.
    ///
    /// # Errors
    /// [`Error::Log`] that names the column and lists those there are, or says what is
    /// wrong with the file; [`Error::Io`].
    pub fn open(path: &Path, format: Format, schema: &Schema) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::of_log("open", path, e))?;
        Ok(Self(match format {
            Format::Parquet => {
                Kind::Parquet(Box::new(ParquetLog::open(file, path.to_owned(), schema)?))
            }
            Format::Csv => Kind::Csv(Box::new(CsvLog::open(file, path, false, schema)?)),
            Format::CsvGz => Kind::Csv(Box::new(CsvLog::open(file, path, true, schema)?)),
        }))
    }

    /// Rows of the log, when its footer tells.
    pub fn rows_total(&self) -> Option<u64> {
        match &self.0 {
            Kind::Parquet(log) => Some(log.rows_total()),
            Kind::Csv(_) => None,
        }
    }

    /// Bytes of the file that were read so far.
    pub fn bytes_read(&self) -> u64 {
        match &self.0 {
            Kind::Parquet(log) => log.bytes_read(),
            Kind::Csv(log) => log.bytes_read(),
        }
    }

    /// The next rows: a row group of Parquet, some ten thousand rows of CSV. `None` at
    /// the end. Runs and cells are given codes in `vocabulary`.
    ///
    /// # Errors
    /// [`Error::Log`] when the log is damaged, [`Error::Io`].
    pub fn next_batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>> {
        match &mut self.0 {
            Kind::Parquet(log) => log.next_batch(vocabulary),
            Kind::Csv(log) => log.next_batch(vocabulary),
        }
    }

    /// Row groups that can be read in any order, with [`LogReader::batch_of`]; `None` for a
    /// log that is a stream.
    pub fn groups(&self) -> Option<usize> {
        match &self.0 {
            Kind::Parquet(log) => Some(log.groups()),
            Kind::Csv(_) => None,
        }
    }

    /// Rows of a row group.
    pub fn group_rows(&self, group: usize) -> u64 {
        match &self.0 {
            Kind::Parquet(log) => log.group_rows(group) as u64,
            Kind::Csv(_) => 0,
        }
    }

    /// Packed bytes of a row group.
    pub fn group_bytes(&self, group: usize) -> u64 {
        match &self.0 {
            Kind::Parquet(log) => log.group_bytes(group),
            Kind::Csv(_) => 0,
        }
    }

    /// The rows of one row group, with codes in a vocabulary of its own.
    ///
    /// # Errors
    /// As [`LogReader::next_batch`].
    pub fn batch_of(&self, group: usize) -> Result<(Batch, Vocabulary)> {
        match &self.0 {
            Kind::Parquet(log) => log.batch_of(group),
            Kind::Csv(_) => Ok((Batch::default(), Vocabulary::default())),
        }
    }
}
