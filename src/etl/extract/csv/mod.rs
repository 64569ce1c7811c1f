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
    lines::BUFFER,
    rows::{Rows, TOO_LONG},
};
use super::{
    columns::{Batch, NO_RUN, Vocabulary, Words},
    decode::Decoder,
    log_source::{LogSource, RowGroups},
    preview::PreviewColumn,
    raw::Raw,
    role::Role,
    rows::RawRow,
    wide::Signals,
};
use crate::{Error, Result, run_id::RunId, schema::Schema, time};

/// Rows that are decoded between two looks at whether to stop.
const BATCH_ROWS: usize = 16_384;

/// An open CSV log.
pub(super) struct CsvLog {
    rows: Rows,
    path: PathBuf,
    dialect: Dialect,
    /// Of a wide log, whose lines are counted as its rows here.
    signals: Option<Signals>,
    decoder: Decoder,
    next_row: u64,
    bytes: Arc<AtomicU64>,
    /// A number with a point in place of its comma.
    number: Vec<u8>,
}

impl CsvLog {
    pub(super) fn open(file: File, path: &Path, gzipped: bool, schema: &Schema) -> Result<Self> {
        let bytes = Arc::new(AtomicU64::new(0));
        // All of a small log and its end, which may be longer in UTF-8: to clear more costs more than
        // to read it.
        let room = match file.metadata() {
            Ok(meta) if !gzipped => meta.len().saturating_mul(2).saturating_add(1),
            _ => u64::MAX,
        };
        let room = usize::try_from(room).unwrap_or(BUFFER).min(BUFFER);
        let input = text::open(file, path, gzipped, bytes.clone())?;
        let of_header = |e| trouble(path, e, "the header");
        let mut rows = Rows::with_buffer(input, room).map_err(of_header)?;
        let dialect = dialect::detect(&mut rows, schema, of_header)?;
        Ok(Self {
            rows,
            path: path.to_owned(),
            dialect,
            signals: Signals::of(schema),
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
        let most = BATCH_ROWS.div_ceil(self.signals.as_ref().map_or(1, Signals::count));
        let mut truncated = None;
        while batch.len() < most && self.advance()? {
            if self.rows.is_unended() && self.is_truncated(vocabulary) {
                truncated = Some(self.run_of_truncated(vocabulary));
                break;
            }
            let number = &mut self.number;
            for (role, index) in &self.dialect.columns {
                let cell = self.dialect.cell(*role, self.rows.cell(*index), number);
                self.decoder.push(*role, raw(cell), &mut batch, vocabulary);
            }
        }
        if let Some(signals) = &self.signals {
            signals.spread(&mut batch, vocabulary);
        }
        if let Some(run) = truncated {
            batch.push_truncated(run, self.index(Role::Cell).is_some());
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

/// The first rows with all their columns, see [`preview`](super::preview()).
///
/// # Errors
/// As there.
pub(super) fn preview(
    file: File,
    path: &Path,
    gzipped: bool,
    rows: usize,
) -> Result<Vec<PreviewColumn>> {
    let input = text::open(file, path, gzipped, Arc::default())?;
    let of_header = |e| trouble(path, e, "the header");
    let mut lines = Rows::new(input).map_err(of_header)?;
    let (names, decimal_comma) = dialect::any_header(&mut lines, of_header)?;
    let mut columns: Vec<PreviewColumn> = names
        .into_iter()
        .map(|name| PreviewColumn {
            name,
            cells: Vec::new(),
        })
        .collect();
    for row in 0..rows {
        let any = lines.advance();
        if !any.map_err(|e| trouble(path, e, &format!("row {row}")))? {
            break;
        }
        for (i, column) in columns.iter_mut().enumerate() {
            let cell = raw(lines.cell(i)).to_text();
            // A number or a time with a comma is meant for one with a point.
            column.cells.push(match cell {
                Some(cell) if decimal_comma && !cell.contains('.') => {
                    let number = cell.replacen(',', ".", 1);
                    let means = number.trim().parse::<f64>().is_ok()
                        || time::parse(number.as_bytes()).is_some();
                    Some(if means { number } else { cell })
                }
                other => other,
            });
        }
    }
    Ok(columns)
}

impl LogSource for CsvLog {
    fn rows_total(&self) -> Option<u64> {
        None
    }

    fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn lines_read(&self) -> u64 {
        self.next_row
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
            let mut out = RawRow::numbered(*row, self.signals.is_some());
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
