//! The four forms of an export.

use std::{
    io::{BufWriter, ErrorKind, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use polars_arrow::{
    datatypes::ArrowSchemaRef,
    io::ipc::write::{FileWriter, WriteOptions},
    record_batch::RecordBatchT,
};
use polars_parquet::write::CompressionOptions;

use super::{ColumnInfo, ColumnType, Exported, Values, column::guarded};
use crate::{
    Error, Result,
    base::refused::{Refused, Watched},
    lake::run_file::field_metadata,
    parquet::{Cells, ParquetWriter},
    text,
};

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.csv`: a header, nulls empty.
    Csv,
    /// `.parquet`, `.pq`: zstd.
    Parquet,
    /// `.ndjson`, `.jsonl`: an object a line.
    Ndjson,
    /// `.arrow`, `.ipc`, `.feather`: Arrow IPC files (Feather version 2).
    Arrow,
}

impl Format {
    /// All, each with the word that `--format` takes.
    pub const ALL: [(Self, &str); 4] = [
        (Self::Csv, "csv"),
        (Self::Parquet, "parquet"),
        (Self::Ndjson, "ndjson"),
        (Self::Arrow, "arrow"),
    ];

    /// Whether it is text, which a terminal can show.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::Ndjson)
    }

    /// By the ending of a file's name, in any case.
    ///
    /// # Errors
    /// [`Error::Usage`] that lists the endings.
    pub fn of(target: &Path) -> Result<Self> {
        let ending = target
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        match ending.as_str() {
            "csv" => Ok(Self::Csv),
            "parquet" | "pq" => Ok(Self::Parquet),
            "ndjson" | "jsonl" => Ok(Self::Ndjson),
            "arrow" | "ipc" | "feather" => Ok(Self::Arrow),
            _ => Err(Error::Usage(format!(
                "the ending of {} names no known format: .csv, .parquet, .ndjson and .arrow are known",
                text::visible_path(target)
            ))),
        }
    }
}

/// Writes a table of typed columns, batch by batch: memory does not grow with its length.
pub struct TableWriter<'a> {
    sink: Box<dyn Sink + 'a>,
    out: Output<'a>,
    target: &'a Path,
    rows: u64,
    columns: usize,
}

impl<'a> TableWriter<'a> {
    /// Begins a file; `target` names it in errors.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Log`].
    pub fn new(
        out: impl Write + Send + 'a,
        format: Format,
        columns: Vec<ColumnInfo>,
        target: &'a Path,
    ) -> Result<Self> {
        Self::with(out, format, columns, target, false)
    }

    /// As [`TableWriter::new`], for a list that people read: a CSV has whole numbers without a
    /// fraction, though programs may then take their column for one of whole numbers.
    pub(super) fn of_list(
        out: impl Write + Send + 'a,
        format: Format,
        columns: Vec<ColumnInfo>,
        target: &'a Path,
    ) -> Result<Self> {
        Self::with(out, format, columns, target, true)
    }

    fn with(
        out: impl Write + Send + 'a,
        format: Format,
        columns: Vec<ColumnInfo>,
        target: &'a Path,
        is_list: bool,
    ) -> Result<Self> {
        let output = Output::new(Box::new(out));
        let out = output.clone();
        let count = columns.len();
        let sink: Box<dyn Sink + 'a> = match format {
            Format::Csv => Box::new(CsvSink::new(out, &columns, target, is_list)?),
            Format::Ndjson => Box::new(NdjsonSink::new(out, &columns, target)?),
            Format::Parquet => Box::new(ParquetSink::new(out, &columns, target)?),
            Format::Arrow => Box::new(ArrowSink::new(out, &columns, target)?),
        };
        Ok(Self {
            sink,
            out: output,
            target,
            rows: 0,
            columns: count,
        })
    }

    /// Writes so many rows; `columns` are in the order of the table's and of their types.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Log`].
    pub fn write(&mut self, rows: usize, columns: &[Values]) -> Result<()> {
        self.rows += rows as u64;
        self.sink.write(rows, columns)
    }

    /// Writes what comes after the last batch.
    ///
    /// # Errors
    /// As [`TableWriter::write`].
    pub fn finish(mut self) -> Result<Exported> {
        self.sink.finish()?;
        let flushed = self.out.flush();
        flushed.map_err(|e| Error::io("write", self.target, e))?;
        Ok(Exported {
            rows: self.rows,
            columns: self.columns,
            bytes: self.out.lock().get_ref().bytes,
        })
    }
}

/// Counts what it passes on.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

type Buffered<'a> = BufWriter<Counted<Box<dyn Write + Send + 'a>>>;

/// The output that a library's writer takes for itself: shared, because some never flush it.
#[derive(Clone)]
struct Output<'a>(Arc<Mutex<Buffered<'a>>>);

impl<'a> Output<'a> {
    fn new(out: Box<dyn Write + Send + 'a>) -> Self {
        let counted = Counted { out, bytes: 0 };
        Self(Arc::new(Mutex::new(BufWriter::new(counted))))
    }

    fn lock(&self) -> MutexGuard<'_, Buffered<'a>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.lock().flush()
    }
}

/// One of the four forms.
trait Sink {
    /// Writes so many rows.
    fn write(&mut self, rows: usize, columns: &[Values]) -> Result<()>;
    /// Writes what comes after the last batch.
    fn finish(&mut self) -> Result<()>;
}

/// What the system refused may pass; what the library did does not.
fn trouble(target: &Path, error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::Other => Error::Log(format!(
            "cannot write {}: {error}",
            text::visible_path(target)
        )),
        _ => Error::io("write", target, error),
    }
}

fn cells(rows: usize, columns: &[Values]) -> Vec<Cells> {
    columns.iter().map(|values| values.cells(rows)).collect()
}

struct ParquetSink<'a, W: Write> {
    writer: ParquetWriter<W>,
    target: &'a Path,
}

impl<'a, W: Write> ParquetSink<'a, W> {
    fn new(out: W, columns: &[ColumnInfo], target: &'a Path) -> Result<Self> {
        // Units and descriptions stand where pyarrow looks for them: in the metadata of the fields.
        let field = |column: &ColumnInfo| {
            let metadata = field_metadata(&column.unit, &column.description);
            column.field().with_metadata(metadata)
        };
        let fields = columns.iter().map(field).collect();
        let writer = ParquetWriter::new(out, fields, CompressionOptions::Zstd(None));
        let writer = writer.map_err(|e| trouble(target, e))?;
        Ok(Self { writer, target })
    }
}

impl<W: Write> Sink for ParquetSink<'_, W> {
    fn write(&mut self, rows: usize, columns: &[Values]) -> Result<()> {
        let done = self.writer.write(&cells(rows, columns));
        done.map_err(|e| trouble(self.target, e))
    }

    fn finish(&mut self) -> Result<()> {
        let done = self.writer.finish();
        done.map_err(|e| trouble(self.target, e))
    }
}

struct ArrowSink<'a, W: Write> {
    writer: FileWriter<Watched<W>>,
    schema: ArrowSchemaRef,
    refused: Refused,
    target: &'a Path,
}

impl<'a, W: Write> ArrowSink<'a, W> {
    fn new(out: W, columns: &[ColumnInfo], target: &'a Path) -> Result<Self> {
        let fields = columns.iter().map(ColumnInfo::field);
        let schema = fields.map(|field| (field.name.clone(), field));
        let schema: ArrowSchemaRef = Arc::new(schema.collect());
        let refused = Refused::default();
        let options = WriteOptions { compression: None };
        let writer = FileWriter::try_new(refused.watch(out), schema.clone(), None, options);
        let writer = writer.map_err(|e| trouble(target, refused.take(&e)))?;
        Ok(Self {
            writer,
            schema,
            refused,
            target,
        })
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Error {
        trouble(self.target, self.refused.take(error))
    }
}

impl<W: Write> Sink for ArrowSink<'_, W> {
    fn write(&mut self, rows: usize, columns: &[Values]) -> Result<()> {
        let batch = RecordBatchT::try_new(rows, self.schema.clone(), cells(rows, columns));
        let done = batch.and_then(|batch| self.writer.write(&batch, None));
        done.map_err(|e| self.failed(&e))
    }

    fn finish(&mut self) -> Result<()> {
        let done = self.writer.finish();
        done.map_err(|e| self.failed(&e))
    }
}

struct CsvSink<'a, W: Write> {
    writer: csv::Writer<W>,
    target: &'a Path,
    is_list: bool,
}

impl<'a, W: Write> CsvSink<'a, W> {
    fn new(out: W, columns: &[ColumnInfo], target: &'a Path, is_list: bool) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        let titles = columns.iter().map(|c| guarded(&c.name).into_owned());
        writer
            .write_record(titles)
            .map_err(|e| Error::io("write", target, e.into()))?;
        Ok(Self {
            writer,
            target,
            is_list,
        })
    }
}

impl<W: Write> Sink for CsvSink<'_, W> {
    fn write(&mut self, rows: usize, columns: &[Values]) -> Result<()> {
        let mut cell = String::new();
        for row in 0..rows {
            let mut write = || -> csv::Result<()> {
                for column in columns {
                    cell.clear();
                    column.push_csv(row, &mut cell);
                    if self.is_list && column.kind() == ColumnType::Number && cell.ends_with(".0") {
                        cell.truncate(cell.len() - 2);
                    }
                    self.writer.write_field(&cell)?;
                }
                self.writer.write_record(None::<&[u8]>)
            };
            write().map_err(|e| Error::io("write", self.target, e.into()))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.writer
            .flush()
            .map_err(|e| Error::io("write", self.target, e))
    }
}

struct NdjsonSink<'a, W> {
    out: W,
    /// `{"time":`, `,"x_1":` and so on.
    keys: Vec<String>,
    target: &'a Path,
}

impl<'a, W: Write> NdjsonSink<'a, W> {
    fn new(out: W, columns: &[ColumnInfo], target: &'a Path) -> Result<Self> {
        let key = |(place, column): (usize, &ColumnInfo)| {
            let quoted = serde_json::to_string(&column.name)?;
            Ok(format!("{}{quoted}:", if place == 0 { '{' } else { ',' }))
        };
        let keys = columns.iter().enumerate().map(key);
        let keys = keys.collect::<serde_json::Result<_>>();
        let keys = keys.map_err(|e| Error::io("write", target, e.into()))?;
        Ok(Self { out, keys, target })
    }
}

impl<W: Write> Sink for NdjsonSink<'_, W> {
    fn write(&mut self, rows: usize, columns: &[Values]) -> Result<()> {
        let mut line = String::new();
        for row in 0..rows {
            line.clear();
            for (key, column) in self.keys.iter().zip(columns) {
                line.push_str(key);
                let pushed = column.push_json(row, &mut line);
                pushed.map_err(|e| Error::io("write", self.target, e.into()))?;
            }
            line.push_str("}\n");
            self.out
                .write_all(line.as_bytes())
                .map_err(|e| Error::io("write", self.target, e))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.out
            .flush()
            .map_err(|e| Error::io("write", self.target, e))
    }
}

/// The shortest decimal that reads back as the same double; nothing for a null. Valid in
/// CSV and in JSON.
pub(super) fn push_number(out: &mut String, value: f64) {
    use std::fmt::Write;
    if value.is_nan() {
        return;
    }
    let plain = value == 0.0 || (1e-5..1e16).contains(&value.abs());
    // Writing to a string cannot fail.
    let _ = if plain {
        write!(out, "{value:?}")
    } else {
        write!(out, "{value:e}")
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn endings_say_how() {
        assert_eq!(Format::of(Path::new("a.CSV")).unwrap(), Format::Csv);
        assert_eq!(
            Format::of(Path::new("x/a.b.parquet")).unwrap(),
            Format::Parquet
        );
        assert_eq!(Format::of(Path::new("a.jsonl")).unwrap(), Format::Ndjson);
        assert_eq!(Format::of(Path::new("a.feather")).unwrap(), Format::Arrow);
        for bad in ["a", "a.xlsx", ".csv"] {
            let error = Format::of(Path::new(bad)).unwrap_err();
            assert!(matches!(error, Error::Usage(_)), "{error}");
        }
    }

    /// An output that takes so many bytes; then the disk is full.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = match self.0.checked_sub(bytes.len()) {
                Some(room) => room,
                None => return Err(rustix::io::Errno::NOSPC.into()),
            };
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_an_error_of_the_system_in_every_form() {
        let columns = [
            Values::Whole((0..50_000).map(Some).collect()),
            Values::Same(Some("a word".into())),
        ];
        let info =
            |values: &Values| ColumnInfo::plain(format!("{:?}", values.kind()), values.kind());
        for (format, word) in Format::ALL {
            for room in [0, 100, 8_200] {
                let infos = columns.iter().map(info).collect();
                let written = TableWriter::new(Full(room), format, infos, Path::new("x")).and_then(
                    |mut writer| {
                        writer.write(50_000, &columns)?;
                        writer.finish()
                    },
                );
                let Err(Error::Io { source, .. }) = written else {
                    panic!("{word}, {room}: {written:?}");
                };
                let told = source.to_string();
                assert!(told.contains("os error 28"), "{word}, {room}: {told}");
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_read_back_as_they_are(value in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
            let mut text = String::new();
            push_number(&mut text, value);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
            prop_assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), value.to_bits());
        }
    }
}
