//! The four forms of an export.

use std::{io::Write, path::Path};

use polars::prelude::*;
use polars_arrow::io::ipc::IpcField;

use super::Batch;
use crate::{Error, Result, text, time};

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
                "cannot tell from its ending how to write {}: .csv, .parquet, .ndjson and .arrow \
                 are known",
                text::visible_path(target)
            ))),
        }
    }
}

/// Takes rows, batch by batch.
pub(super) trait Sink {
    /// Writes a batch.
    fn write(&mut self, batch: &Batch) -> Result<()>;
    /// Writes what comes after the last batch.
    fn finish(&mut self) -> Result<()>;
}

/// Begins a file; `target` names it in errors.
pub(super) fn open<'a>(
    format: Format,
    out: &'a mut (dyn Write + Send),
    columns: &[&str],
    target: &'a Path,
) -> Result<Box<dyn Sink + 'a>> {
    let refused = |e: PolarsError| trouble(target, e);
    Ok(match format {
        Format::Csv => Box::new(CsvSink::new(out, columns, target)?),
        Format::Ndjson => Box::new(NdjsonSink::new(out, columns, target)?),
        Format::Parquet => {
            let (names, schema) = schema(columns);
            let writer = ParquetWriter::new(out).batched(&schema).map_err(refused)?;
            Box::new(ParquetSink {
                writer,
                names,
                target,
            })
        }
        Format::Arrow => {
            let (names, schema) = schema(columns);
            let plain = IpcField {
                fields: Vec::new(),
                dictionary_id: None,
            };
            let fields = vec![plain; names.len()];
            let writer = IpcWriter::new(out)
                .batched(&schema, fields)
                .map_err(refused)?;
            Box::new(ArrowSink {
                writer,
                names,
                target,
            })
        }
    })
}

pub(super) fn trouble(target: &Path, error: PolarsError) -> Error {
    match error {
        PolarsError::IO { error, .. } => Error::io(
            "write",
            target,
            std::io::Error::new(error.kind(), error.to_string()),
        ),
        other => Error::Log(format!(
            "cannot write {}: {other}",
            text::visible_path(target)
        )),
    }
}

pub(super) fn time_type() -> DataType {
    DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
}

fn schema(columns: &[&str]) -> (Vec<PlSmallStr>, Schema) {
    let names: Vec<PlSmallStr> = std::iter::once("time")
        .chain(columns.iter().copied())
        .map(PlSmallStr::from)
        .collect();
    let types = std::iter::once(time_type()).chain(columns.iter().map(|_| DataType::Float64));
    let schema = names.iter().cloned().zip(types).collect();
    (names, schema)
}

/// A batch as polars has it: `time` with its zone, null for what is not there.
fn frame(names: &[PlSmallStr], batch: &Batch) -> PolarsResult<DataFrame> {
    let name = |i: usize| names.get(i).cloned().unwrap_or_default();
    let times = Int64Chunked::from_slice(name(0), &batch.times)
        // A cast would drop the zone without a word.
        .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
    let mut columns = vec![times.into_column()];
    for (i, values) in batch.columns.iter().enumerate() {
        let values = values.iter().map(|v| (!v.is_nan()).then_some(*v));
        columns.push(Float64Chunked::from_iter_options(name(i + 1), values).into_column());
    }
    DataFrame::new(batch.times.len(), columns)
}

struct ParquetSink<'a> {
    writer: polars::io::parquet::write::BatchedWriter<&'a mut (dyn Write + Send)>,
    names: Vec<PlSmallStr>,
    target: &'a Path,
}

impl Sink for ParquetSink<'_> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        frame(&self.names, batch)
            .and_then(|frame| self.writer.write_batch(&frame))
            .map_err(|e| trouble(self.target, e))
    }

    fn finish(&mut self) -> Result<()> {
        self.writer
            .finish()
            .map(|_| ())
            .map_err(|e| trouble(self.target, e))
    }
}

struct ArrowSink<'a> {
    writer: polars::io::ipc::BatchedWriter<&'a mut (dyn Write + Send)>,
    names: Vec<PlSmallStr>,
    target: &'a Path,
}

impl Sink for ArrowSink<'_> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        frame(&self.names, batch)
            .and_then(|frame| self.writer.write_batch(&frame))
            .map_err(|e| trouble(self.target, e))
    }

    fn finish(&mut self) -> Result<()> {
        self.writer.finish().map_err(|e| trouble(self.target, e))
    }
}

struct CsvSink<'a> {
    writer: csv::Writer<&'a mut (dyn Write + Send)>,
    target: &'a Path,
}

impl<'a> CsvSink<'a> {
    fn new(out: &'a mut (dyn Write + Send), columns: &[&str], target: &'a Path) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer
            .write_record(std::iter::once("time").chain(columns.iter().copied()))
            .map_err(|e| Error::io("write", target, e.into()))?;
        Ok(Self { writer, target })
    }
}

impl Sink for CsvSink<'_> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let mut number = String::new();
        for (i, at) in batch.times.iter().enumerate() {
            let mut row = || -> csv::Result<()> {
                self.writer.write_field(time::format(*at))?;
                for column in &batch.columns {
                    number.clear();
                    push_number(&mut number, column.get(i).copied().unwrap_or(f64::NAN));
                    self.writer.write_field(&number)?;
                }
                self.writer.write_record(None::<&[u8]>)
            };
            row().map_err(|e| Error::io("write", self.target, e.into()))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.writer
            .flush()
            .map_err(|e| Error::io("write", self.target, e))
    }
}

struct NdjsonSink<'a> {
    out: &'a mut (dyn Write + Send),
    /// `,"x_1":` for each column.
    keys: Vec<String>,
    target: &'a Path,
}

impl<'a> NdjsonSink<'a> {
    fn new(out: &'a mut (dyn Write + Send), columns: &[&str], target: &'a Path) -> Result<Self> {
        let quoted = |name: &&str| {
            serde_json::to_string(name)
                .map(|quoted| format!(",{quoted}:"))
                .map_err(|e| Error::Log(format!("cannot write the column {name}: {e}")))
        };
        let keys = columns.iter().map(quoted).collect::<Result<_>>()?;
        Ok(Self { out, keys, target })
    }
}

impl Sink for NdjsonSink<'_> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let mut line = String::new();
        for (i, at) in batch.times.iter().enumerate() {
            line.clear();
            line.push_str("{\"time\":\"");
            line.push_str(&time::format(*at));
            line.push('"');
            for (key, column) in self.keys.iter().zip(&batch.columns) {
                line.push_str(key);
                match column.get(i) {
                    Some(value) if !value.is_nan() => push_number(&mut line, *value),
                    _ => line.push_str("null"),
                }
            }
            line.push_str("}\n");
            self.out
                .write_all(line.as_bytes())
                .map_err(|e| Error::io("write", self.target, e))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
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
