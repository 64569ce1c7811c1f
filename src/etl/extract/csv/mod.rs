//! CSV logs, plain or gzipped: streamed, every cell is text, an empty cell is null.

mod dialect;
mod gzip;
mod lines;
mod rows;
#[cfg(test)]
mod rows_tests;
mod text;
mod utf16;

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use self::{
    dialect::Dialect,
    rows::{Rows, TOO_LONG},
};
use super::{
    columns::{Batch, NO_RUN, Vocabulary, Words},
    decode::Decoder,
    log_source::{LogSource, RowGroups},
    raw::Raw,
    role::Role,
    rows::RawRow,
};
use crate::{Error, Result, run_id::RunId, schema::Schema};

/// Rows that are decoded between two looks at whether to stop.
const BATCH_ROWS: usize = 16_384;

/// An open CSV log.
pub(super) struct CsvLog {
    rows: Rows,
    path: PathBuf,
    dialect: Dialect,
    decoder: Decoder,
    next_row: u64,
    bytes: Arc<AtomicU64>,
    /// A number with a point in place of its comma.
    number: Vec<u8>,
}

impl CsvLog {
    pub(super) fn open(file: File, path: &Path, gzipped: bool, schema: &Schema) -> Result<Self> {
        let bytes = Arc::new(AtomicU64::new(0));
        let input = text::open(file, path, gzipped, bytes.clone())?;
        let of_header = |e| trouble(path, e, "the header");
        let mut rows = Rows::new(input).map_err(of_header)?;
        let dialect = dialect::detect(&mut rows, schema, of_header)?;
        Ok(Self {
            rows,
            path: path.to_owned(),
            dialect,
            decoder: Decoder::new(Words::new(schema)),
            next_row: 0,
            bytes,
            number: Vec::new(),
        })
    }

    fn batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>> {
        let mut batch = Batch {
            first_row: self.next_row,
            ..Batch::default()
        };
        while batch.len() < BATCH_ROWS && self.advance()? {
            if self.rows.is_unended() && self.is_truncated(vocabulary) {
                let run = self.run_of_truncated(vocabulary);
                batch.push_truncated(run, self.index(Role::Cell).is_some());
                continue;
            }
            let number = &mut self.number;
            for (role, index) in &self.dialect.columns {
                let cell = self.dialect.cell(*role, self.rows.cell(*index), number);
                self.decoder.push(*role, raw(cell), &mut batch, vocabulary);
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// Whether the last line, which has no line end, is incomplete: it lacks cells, or is the
    /// only one of its run, whose id may be cut off.
    fn is_truncated(&mut self, vocabulary: &Vocabulary) -> bool {
        let creates_run = |run| vocabulary.known_run(run).is_none();
        !self.rows.is_full() || self.run().is_some_and(creates_run)
    }

    /// The run that an incomplete row bears, if its id is whole and known.
    fn run_of_truncated(&mut self, vocabulary: &Vocabulary) -> u32 {
        let cells = self.rows.cells();
        let is_whole = self.index(Role::Run).is_some_and(|i| i + 1 < cells);
        let run = if is_whole { self.run() } else { None };
        run.and_then(|run| vocabulary.known_run(run))
            .unwrap_or(NO_RUN)
    }

    /// The run id of the current row.
    fn run(&mut self) -> Option<RunId> {
        let cell = self.rows.cell(self.index(Role::Run)?);
        let cell = self.dialect.cell(Role::Run, cell, &mut self.number);
        raw(cell).run().map(|run| run.id)
    }

    fn index(&self, role: Role) -> Option<usize> {
        let mut columns = self.dialect.columns.iter();
        columns.find(|(r, _)| *r == role).map(|(_, index)| *index)
    }

    fn advance(&mut self) -> Result<bool> {
        let any = self
            .rows
            .advance()
            .map_err(|e| trouble(&self.path, e, &format!("row {}", self.next_row)))?;
        self.next_row += u64::from(any);
        Ok(any)
    }
}

impl LogSource for CsvLog {
    fn rows_total(&self) -> Option<u64> {
        None
    }

    fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn next_batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>> {
        self.batch(vocabulary)
    }

    fn row_groups(&self) -> Option<&dyn RowGroups> {
        None
    }

    fn visit_rows(
        &mut self,
        rows: &[u64],
        each: &mut dyn FnMut(RawRow) -> Result<()>,
    ) -> Result<()> {
        for row in rows {
            while self.next_row <= *row {
                if !self.advance()? {
                    return Err(Error::Moving(format!(
                        "the log ends before row {row}; it was longer before"
                    )));
                }
            }
            let mut out = RawRow::numbered(*row);
            for (role, index) in &self.dialect.columns {
                out.set(*role, raw(self.rows.cell(*index)));
            }
            each(out)?;
        }
        Ok(())
    }
}

fn raw(cell: &[u8]) -> Raw<'_> {
    match cell {
        [] => Raw::Null,
        text => Raw::Text(text),
    }
}

/// `what` could not be read.
fn trouble(path: &Path, error: io::Error, what: &str) -> Error {
    match error.kind() {
        // What the unpacker says of damaged data.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            Error::Log(format!("it cannot be unpacked from {what} on: {error}"))
        }
        io::ErrorKind::FileTooLarge => Error::Log(format!("{what} cannot be read: {TOO_LONG}")),
        _ => Error::io("read", path, error),
    }
}
