//! A list of anything with typed columns as a file, in the forms of [`super::sink`].

use std::{
    borrow::Cow,
    fs::File,
    io::{BufWriter, Write},
    ops::Range,
    path::Path,
};

use polars::prelude::*;
use polars_arrow::io::ipc::IpcField;

use super::{
    Exported, Format,
    sink::{push_number, time_type, trouble},
};
use crate::{
    Error, Result,
    base::CancelToken,
    filter::{Kind, Value},
    time,
};

/// Rows that are held at a time.
const CHUNK: usize = 1 << 16;

/// A column of a list, or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListColumn {
    /// Title, with the unit where there is one.
    pub title: String,
    /// What stands below it.
    pub values: Values,
}

/// Cells of one type; `None`: nothing known.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Words.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Numbers; `NaN` is nothing known, too.
    Number(Vec<Option<f64>>),
    /// Times in microseconds since 1970, UTC.
    Time(Vec<Option<i64>>),
}

impl Values {
    /// Values of fields of one kind.
    pub fn of<'a>(kind: Kind, values: impl Iterator<Item = Value<'a>>) -> Self {
        let whole = |value| match value {
            Value::Number(number) => Some(number as i64),
            _ => None,
        };
        let number = |value| match value {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let time = |value| match value {
            Value::Time(us) => Some(us),
            _ => None,
        };
        let text = |value: Value<'a>| match value {
            Value::Id(run) => Some(run.to_string()),
            Value::Texts(texts) => Some(texts.join(", ")),
            value => value.as_text().map(str::to_owned),
        };
        match kind {
            Kind::Number(unit) if unit.is_whole() => Self::Whole(values.map(whole).collect()),
            Kind::Number(_) => Self::Number(values.map(number).collect()),
            Kind::Time | Kind::Since | Kind::Until => Self::Time(values.map(time).collect()),
            Kind::Text | Kind::Name | Kind::Word(_) | Kind::Id => {
                Self::Text(values.map(text).collect())
            }
        }
    }

    /// The cells of some rows; rows beyond the last are left out.
    pub fn part(&self, rows: Range<usize>) -> Self {
        fn of<V: Clone>(values: &[V], rows: Range<usize>) -> Vec<V> {
            values
                .iter()
                .skip(rows.start)
                .take(rows.len())
                .cloned()
                .collect()
        }
        match self {
            Self::Text(v) => Self::Text(of(v, rows)),
            Self::Whole(v) => Self::Whole(of(v, rows)),
            Self::Number(v) => Self::Number(of(v, rows)),
            Self::Time(v) => Self::Time(of(v, rows)),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::String,
            Self::Whole(_) => DataType::Int64,
            Self::Number(_) => DataType::Float64,
            Self::Time(_) => time_type(),
        }
    }

    fn column(&self, name: PlSmallStr) -> Column {
        match self {
            Self::Text(v) => {
                StringChunked::from_iter_options(name, v.iter().map(Option::as_deref)).into_column()
            }
            Self::Whole(v) => {
                Int64Chunked::from_iter_options(name, v.iter().copied()).into_column()
            }
            Self::Number(v) => {
                let known = v.iter().map(|v| v.filter(|v| !v.is_nan()));
                Float64Chunked::from_iter_options(name, known).into_column()
            }
            Self::Time(v) => Int64Chunked::from_iter_options(name, v.iter().copied())
                // A cast would drop the zone without a word.
                .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
                .into_column(),
        }
    }

    fn csv(&self, row: usize) -> Cow<'_, str> {
        match self {
            Self::Text(v) => cell(v, row).map_or(Cow::Borrowed(""), |text| guarded(text)),
            Self::Whole(v) => cell(v, row).map(i64::to_string).unwrap_or_default().into(),
            Self::Number(v) => {
                let known = cell(v, row).filter(|v| !v.is_nan());
                known.map(f64::to_string).unwrap_or_default().into()
            }
            Self::Time(v) => cell(v, row)
                .map(|t| time::format(*t))
                .unwrap_or_default()
                .into(),
        }
    }

    fn json(&self, row: usize, out: &mut String) -> serde_json::Result<()> {
        match self {
            Self::Text(v) => match cell(v, row) {
                Some(text) => out.push_str(&serde_json::to_string(text)?),
                None => out.push_str("null"),
            },
            Self::Whole(v) => match cell(v, row) {
                Some(n) => out.push_str(&n.to_string()),
                None => out.push_str("null"),
            },
            Self::Number(v) => match cell(v, row) {
                Some(n) if n.is_finite() => push_number(out, *n),
                _ => out.push_str("null"),
            },
            Self::Time(v) => match cell(v, row) {
                Some(t) => {
                    out.push('"');
                    out.push_str(&time::format(*t));
                    out.push('"');
                }
                None => out.push_str("null"),
            },
        }
        Ok(())
    }
}

fn cell<V>(values: &[Option<V>], row: usize) -> Option<&V> {
    values.get(row)?.as_ref()
}

/// A text that no spreadsheet runs as a formula.
fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Writes a list of so many rows into a file that is open and empty; the ending of `target`
/// says how, and errors name it. `fields` gives the columns of some rows: each time the same
/// ones, also of no rows.
///
/// # Errors
/// [`Error::Usage`] for an ending that is not known; [`Error::Io`], [`Error::Log`],
/// [`Error::Cancelled`].
pub fn write_list(
    file: &mut File,
    target: &Path,
    rows: usize,
    fields: &dyn Fn(Range<usize>) -> Vec<ListColumn>,
    cancel: &CancelToken,
) -> Result<Exported> {
    let format = Format::of(target)?;
    super::check_rows(rows as u64)?;
    let none = fields(0..0);
    let mut out = BufWriter::new(&mut *file);
    let mut each = |take: &mut dyn FnMut(&[ListColumn], usize) -> Result<()>| {
        for from in (0..rows).step_by(CHUNK) {
            cancel.check()?;
            let to = rows.min(from + CHUNK);
            take(&fields(from..to), to - from)?;
        }
        cancel.check()
    };
    match format {
        Format::Csv => csv(&mut out, target, &none, &mut each)?,
        Format::Ndjson => ndjson(&mut out, target, &none, &mut each)?,
        Format::Parquet => {
            let refused = |e: PolarsError| trouble(target, e);
            let writer = ParquetWriter::new(&mut out).batched(&schema(&none));
            let mut writer = writer.map_err(refused)?;
            each(&mut |fields, lines| {
                let frame = frame(fields, lines).map_err(refused)?;
                writer.write_batch(&frame).map_err(refused)
            })?;
            writer.finish().map_err(refused)?;
        }
        Format::Arrow => {
            let refused = |e: PolarsError| trouble(target, e);
            let plain = IpcField {
                fields: Vec::new(),
                dictionary_id: None,
            };
            let writer = IpcWriter::new(&mut out).batched(&schema(&none), vec![plain; none.len()]);
            let mut writer = writer.map_err(refused)?;
            each(&mut |fields, lines| {
                let frame = frame(fields, lines).map_err(refused)?;
                writer.write_batch(&frame).map_err(refused)
            })?;
            writer.finish().map_err(refused)?;
        }
    }
    out.flush().map_err(|e| Error::io("write", target, e))?;
    drop(out);
    file.sync_all().map_err(|e| Error::io("write", target, e))?;
    let bytes = file
        .metadata()
        .map_err(|e| Error::io("read", target, e))?
        .len();
    Ok(Exported {
        rows: rows as u64,
        columns: none.len(),
        bytes,
    })
}

/// Executor every part of the list, with its number of rows, to what writes it.
type Each<'a> = &'a mut dyn FnMut(&mut dyn FnMut(&[ListColumn], usize) -> Result<()>) -> Result<()>;

fn schema(fields: &[ListColumn]) -> Schema {
    let types = fields.iter().map(|f| (name(f), f.values.data_type()));
    types.collect()
}

fn name(field: &ListColumn) -> PlSmallStr {
    PlSmallStr::from(field.title.as_str())
}

fn frame(fields: &[ListColumn], lines: usize) -> PolarsResult<DataFrame> {
    let columns = fields.iter().map(|f| f.values.column(name(f)));
    DataFrame::new(lines, columns.collect())
}

fn csv(out: &mut dyn Write, target: &Path, none: &[ListColumn], each: Each<'_>) -> Result<()> {
    let refused = |e: csv::Error| Error::io("write", target, e.into());
    let mut writer = csv::Writer::from_writer(out);
    let titles = none.iter().map(|f| guarded(&f.title).into_owned());
    writer.write_record(titles).map_err(refused)?;
    each(&mut |fields, lines| {
        for row in 0..lines {
            let cells = fields.iter().map(|f| f.values.csv(row).into_owned());
            writer.write_record(cells).map_err(refused)?;
        }
        Ok(())
    })?;
    writer.flush().map_err(|e| Error::io("write", target, e))
}

fn ndjson(out: &mut dyn Write, target: &Path, none: &[ListColumn], each: Each<'_>) -> Result<()> {
    let refused = |e: serde_json::Error| Error::io("write", target, e.into());
    let keys = none.iter().map(|f| serde_json::to_string(&f.title));
    let keys = keys.collect::<serde_json::Result<Vec<_>>>();
    let keys = keys.map_err(refused)?;
    let mut line = String::new();
    each(&mut |fields, lines| {
        for row in 0..lines {
            line.clear();
            for (key, field) in keys.iter().zip(fields) {
                line.push(if line.is_empty() { '{' } else { ',' });
                line.push_str(key);
                line.push(':');
                field.values.json(row, &mut line).map_err(refused)?;
            }
            line.push_str("}\n");
            out.write_all(line.as_bytes())
                .map_err(|e| Error::io("write", target, e))?;
        }
        Ok(())
    })
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
