//! Opening a log of any format.

use std::{fs::File, path::Path};

use super::{
    columns::{Batch, Vocabulary},
    csv::CsvLog,
    log_source::{LogSource, RowGroups},
    parquet_log::ParquetLog,
};
use crate::{Error, Result, schema::Schema, source::Format};

/// An open log: batches of decoded rows, in file order.
pub struct LogReader(Box<dyn LogSource>);

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
            Format::Parquet => Box::new(ParquetLog::open(file, path.to_owned(), schema)?),
            Format::Csv => Box::new(CsvLog::open(file, path, false, schema)?),
            Format::CsvGz => Box::new(CsvLog::open(file, path, true, schema)?),
        }))
    }

    /// See [`LogSource::rows_total`].
    pub fn rows_total(&self) -> Option<u64> {
        self.0.rows_total()
    }

    /// See [`LogSource::bytes_read`].
    pub fn bytes_read(&self) -> u64 {
        self.0.bytes_read()
    }

    /// See [`LogSource::lines_read`].
    pub fn lines_read(&self) -> u64 {
        self.0.lines_read()
    }

    /// See [`LogSource::next_batch`].
    ///
    /// # Errors
    /// As there.
    pub fn next_batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>> {
        self.0.next_batch(vocabulary)
    }

    /// See [`LogSource::row_groups`].
    pub fn row_groups(&self) -> Option<&dyn RowGroups> {
        self.0.row_groups()
    }

    /// The format's own side.
    pub(super) fn source(&mut self) -> &mut dyn LogSource {
        &mut *self.0
    }
}
