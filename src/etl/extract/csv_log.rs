//! CSV logs, plain or gzipped: streamed, every cell is text, an empty cell is null.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use csv::ByteRecord;
use flate2::read::MultiGzDecoder;

use super::{
    columns::{Batch, Vocabulary, Words},
    decode::Decoder,
    raw::Raw,
    role::{Role, locate},
};
use crate::{Error, Result, profile::Profile, text};

/// Rows that are decoded between two looks at whether to stop.
const BATCH_ROWS: usize = 16_384;
/// A row longer than this is no row of a log: hostile or binary.
const MAX_ROW_BYTES: usize = 16 << 20;
const BUFFER: usize = 1 << 16;
const TOO_LONG: &str = "it has more than 16 MiB: this is no log, or a quote is not closed";

/// An open CSV log.
pub(super) struct CsvLog {
    reader: csv::Reader<Box<dyn Read + Send + Sync>>,
    path: PathBuf,
    columns: Vec<(Role, usize)>,
    decoder: Decoder,
    record: ByteRecord,
    next_row: u64,
    bytes: Arc<AtomicU64>,
    /// Bytes that were unpacked since the last row.
    since_row: Arc<AtomicU64>,
}

/// Counts the bytes that come from the file, before they are unpacked.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Gives no more than a row may have until it is told that a row is through: one that never
/// ends would be gathered in memory, gigabytes of it from a few packed megabytes.
struct Bounded {
    inner: Box<dyn Read + Send + Sync>,
    since_row: Arc<AtomicU64>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        // What lies beyond the row in the reader's buffer counts for the next one too.
        let before = self.since_row.fetch_add(n as u64, Ordering::Relaxed);
        if before > (MAX_ROW_BYTES + BUFFER) as u64 {
            return Err(std::io::Error::new(
                std::io::ErrorKind::FileTooLarge,
                TOO_LONG,
            ));
        }
        Ok(n)
    }
}

impl CsvLog {
    pub(super) fn open(file: File, path: &Path, gzipped: bool, profile: &Profile) -> Result<Self> {
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = BufReader::with_capacity(
            BUFFER,
            Counted {
                inner: file,
                bytes: bytes.clone(),
            },
        );
        let input: Box<dyn Read + Send + Sync> = if gzipped {
            Box::new(MultiGzDecoder::new(counted))
        } else {
            Box::new(counted)
        };
        let since_row = Arc::new(AtomicU64::new(0));
        let input: Box<dyn Read + Send + Sync> = Box::new(Bounded {
            inner: input,
            since_row: since_row.clone(),
        });
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(input);
        let mut header = ByteRecord::new();
        let any = reader
            .read_byte_record(&mut header)
            .map_err(|e| trouble(path, e, 0))?;
        if !any {
            return Err(Error::Log("the file is empty: it has no header".into()));
        }
        let names: Vec<String> = header
            .iter()
            .enumerate()
            .map(|(i, name)| {
                let name = if i == 0 {
                    name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name)
                } else {
                    name
                };
                text::visible_bytes(name)
            })
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let columns = locate(&names, profile)?;
        Ok(Self {
            reader,
            path: path.to_owned(),
            columns,
            decoder: Decoder::new(Words::new(profile)),
            record: ByteRecord::new(),
            next_row: 0,
            bytes,
            since_row,
        })
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn next_batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>> {
        let mut batch = Batch {
            first_row: self.next_row,
            ..Batch::default()
        };
        while batch.len() < BATCH_ROWS && self.next_record()? {
            for (role, index) in &self.columns {
                self.decoder
                    .push(*role, raw(&self.record, *index), &mut batch, vocabulary);
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// Calls `each` with the cells of every row in `rows` (sorted, by row number).
    pub(super) fn visit_rows(
        &mut self,
        rows: &[u64],
        mut each: impl FnMut(u64, &[(Role, Raw<'_>)]) -> Result<()>,
    ) -> Result<()> {
        for row in rows {
            while self.next_row <= *row {
                if !self.next_record()? {
                    return Err(Error::Moving(format!(
                        "the log ends before row {row}; it was longer before"
                    )));
                }
            }
            let cells: Vec<_> = self
                .columns
                .iter()
                .map(|(role, i)| (*role, raw(&self.record, *i)))
                .collect();
            each(*row, &cells)?;
        }
        Ok(())
    }

    fn next_record(&mut self) -> Result<bool> {
        let any = self
            .reader
            .read_byte_record(&mut self.record)
            .map_err(|e| trouble(&self.path, e, self.next_row))?;
        self.since_row.store(0, Ordering::Relaxed);
        if any {
            self.next_row += 1;
        }
        Ok(any)
    }
}

fn raw(record: &ByteRecord, index: usize) -> Raw<'_> {
    match record.get(index) {
        None | Some([]) => Raw::Null,
        Some(bytes) => Raw::Text(bytes),
    }
}

fn trouble(path: &Path, error: csv::Error, row: u64) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => match e.kind() {
            // What the unpacker says of damaged data.
            std::io::ErrorKind::InvalidInput
            | std::io::ErrorKind::InvalidData
            | std::io::ErrorKind::UnexpectedEof => {
                Error::Log(format!("it cannot be unpacked after row {row}: {e}"))
            }
            std::io::ErrorKind::FileTooLarge => {
                Error::Log(format!("row {row} cannot be read: {TOO_LONG}"))
            }
            _ => Error::io("read", path, e),
        },
        other => Error::Log(format!("row {row} cannot be read: {other:?}")),
    }
}
