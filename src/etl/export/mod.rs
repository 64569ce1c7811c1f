//! A run's table, the tables of several runs, or a list, as CSV, Parquet, NDJSON or Arrow IPC.
//!
//! * [`ask`]: times and steps as an operator writes them.
//! * [`column`]: typed columns.
//! * [`hold`]: how long a value stays in force where the table has no row.
//! * [`list`]: lists of typed columns.
//! * [`long`]: samples as rows of time, channel and value.
//! * [`rows`]: which rows: windows of the table, or one row a step.
//! * [`runs`]: the tables of several runs as one.
//! * [`sink`]: the four forms.

mod ask;
mod column;
mod hold;
mod list;
mod long;
mod rows;
mod runs;
mod sink;

use std::{fs::File, io::Write, mem::take, ops::RangeInclusive, path::Path, sync::Arc};

pub use self::{
    ask::{parse_step, parse_time},
    column::{ColumnInfo, ColumnType, ListColumn, Values},
    hold::hold_limits,
    list::write_list,
    rows::Limits,
    runs::{RunTarget, RunsPlan, RunsQuery},
    sink::{Format, TableWriter},
};
use super::{
    Error, Result, format,
    lake::{
        named_file,
        run_file::{RunFile, TIME},
    },
    suggest, text,
};
use crate::base::CancelToken;

/// What of a run's table is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// Columns besides `time`, in this order; `None`: all.
    pub columns: Option<Vec<String>>,
    /// First time in microseconds; `None`: the run's start.
    pub from_us: Option<i64>,
    /// Last time in microseconds; `None`: the run's end.
    pub to_us: Option<i64>,
    /// One row each so many microseconds from the run's start, instead of the table's rows.
    pub step_us: Option<i64>,
    /// Only rows in which no column of the table is null.
    pub complete: bool,
    /// Rows of the table, ascending; `None`: all. Not together with steps.
    pub rows: Option<Arc<[u64]>>,
    /// How long each column holds where the table has no row; for steps only.
    pub limits: Limits,
    /// More than [`MOST_ROWS`] are written too.
    pub force: bool,
}

/// An export of more rows is refused unless it is forced: a step that is far too short for
/// the length of a run would fill any disk.
pub const MOST_ROWS: u64 = 100_000_000;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Rows.
    pub rows: u64,
    /// Columns, `time` included.
    pub columns: usize,
    /// Bytes of the file.
    pub bytes: u64,
}

/// One batch of rows on its way. `NaN` stands for null.
#[derive(Debug, Clone, PartialEq, Default)]
struct Batch {
    times: Vec<i64>,
    columns: Vec<Vec<f64>>,
}

impl Batch {
    /// Its cells as columns, `time` first; none are left in it.
    fn take(&mut self) -> Vec<Values> {
        let times = self.times.drain(..).map(Some).collect();
        let columns = self.columns.iter_mut().map(|c| Values::Number(take(c)));
        std::iter::once(Values::Time(times))
            .chain(columns)
            .collect()
    }
}

/// Writes a run's table to `target`, whose ending says how. The file is written under a
/// temporary name beside it and renamed when it is whole.
///
/// # Errors
/// [`Error::Usage`] for an ending or a column that is not known, or a span that ends
/// before it begins; [`Error::Io`], [`Error::Log`], [`Error::Cancelled`].
pub fn export(
    table: &RunFile,
    target: &Path,
    options: &Options,
    cancel: &CancelToken,
) -> Result<Exported> {
    let format = Format::of(target)?;
    Plan::of(table, options)?.write_new(target, format, cancel)
}

/// As [`export`], into a file that is open and empty; the ending of `target` says how, and
/// errors name it.
///
/// # Errors
/// As [`export`].
pub fn export_into(
    file: &mut File,
    table: &RunFile,
    target: &Path,
    options: &Options,
    cancel: &CancelToken,
) -> Result<Exported> {
    let format = Format::of(target)?;
    let written = Plan::of(table, options)?.write(&mut *file, format, target, cancel)?;
    file.sync_all().map_err(|e| Error::io("write", target, e))?;
    cancel.check()?;
    Ok(written)
}

/// An export that can be made: its columns are known, and its rows are not too many.
pub struct Plan<'a> {
    table: &'a RunFile,
    options: &'a Options,
    columns: Vec<String>,
    span: RangeInclusive<i64>,
    /// Rows before conditions on their cells: so many, or fewer, are written.
    pub most_rows: u64,
}

impl<'a> Plan<'a> {
    /// Holds the options against the table.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown column, a span that ends before it begins, or more than
    /// [`MOST_ROWS`] rows; those of [`RunFile::read`].
    pub fn of(table: &'a RunFile, options: &'a Options) -> Result<Self> {
        let columns = columns(table, options)?;
        let span = span(options)?;
        let most_rows = rows::most(table, options, &span)?;
        if !options.force {
            check_rows(most_rows)?;
        }
        Ok(Self {
            table,
            options,
            columns,
            span,
            most_rows,
        })
    }

    /// Writes a file under a temporary name beside `target` and renames it when it is whole.
    ///
    /// # Errors
    /// As [`write_new`] and [`Plan::write`].
    pub fn write_new(
        &self,
        target: &Path,
        format: Format,
        cancel: &CancelToken,
    ) -> Result<Exported> {
        write_new(target, cancel, |file| {
            self.write(file, format, target, cancel)
        })
    }

    /// Writes to anything, a pipe too; `target` names it in errors.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Log`], [`Error::Cancelled`].
    pub fn write(
        &self,
        out: impl Write + Send,
        format: Format,
        target: &Path,
        cancel: &CancelToken,
    ) -> Result<Exported> {
        let mut writer = TableWriter::new(out, format, self.infos(), target)?;
        self.each_batch(cancel, &mut |batch| {
            let rows = batch.times.len();
            writer.write(rows, &batch.take())
        })?;
        writer.finish()
    }

    /// What its columns are.
    fn infos(&self) -> Vec<ColumnInfo> {
        let units = self.table.units();
        let of = |name: &String| {
            let unit = units.get(name).cloned().unwrap_or_default();
            ColumnInfo::plain(name, ColumnType::Number).measured_in(unit)
        };
        std::iter::once(time_info())
            .chain(self.columns.iter().map(of))
            .collect()
    }

    /// Reads the rows, batch by batch.
    fn each_batch(
        &self,
        cancel: &CancelToken,
        each: &mut dyn FnMut(&mut Batch) -> Result<()>,
    ) -> Result<()> {
        let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let span = self.span.clone();
        rows::walk(
            self.table,
            &names,
            self.options,
            span,
            cancel,
            &mut |batch| {
                cancel.check()?;
                each(batch)
            },
        )
    }
}

/// The first column of a table.
fn time_info() -> ColumnInfo {
    ColumnInfo::plain(TIME, ColumnType::Time).described("the time of the row, UTC")
}

/// Writes a file under a temporary name beside `target` and renames it when it is whole and synced.
///
/// # Errors
/// [`Error::Usage`] when there is no such folder; [`Error::Io`], [`Error::Cancelled`], and those of
/// `write`.
pub fn write_new<T>(
    target: &Path,
    cancel: &CancelToken,
    write: impl FnOnce(&mut File) -> Result<T>,
) -> Result<T> {
    let mut file = named_file::unfinished(target)?;
    let written = write(file.as_file_mut())?;
    let synced = file.as_file().sync_all();
    synced.map_err(|e| Error::io("write", target, e))?;
    cancel.check()?;
    file.persist(target)
        .map_err(|e| Error::io("write", target, e.error))?;
    Ok(written)
}

/// Refuses more than [`MOST_ROWS`].
///
/// # Errors
/// [`Error::Usage`] with their number.
pub fn check_rows(rows: u64) -> Result<()> {
    if rows > MOST_ROWS {
        return Err(Error::Usage(format!(
            "the export would have {}, and more than {} are refused: take a longer step or a \
             shorter span (--resample, --from, --to), or write them with --force",
            format::count(rows, "row"),
            format::thousands(MOST_ROWS)
        )));
    }
    Ok(())
}

/// The columns to be written, each once and known.
fn columns(table: &RunFile, options: &Options) -> Result<Vec<String>> {
    let (time, all) = table
        .columns()
        .split_first()
        .ok_or_else(|| Error::Log("the table has no columns".into()))?;
    let Some(asked) = &options.columns else {
        return Ok(all.to_vec());
    };
    let mut columns: Vec<String> = Vec::new();
    for name in asked.iter().map(|c| c.trim()) {
        if name == time.as_str() || columns.iter().any(|c| c == name) {
            continue;
        }
        if !all.iter().any(|c| c == name) {
            return Err(Error::Usage(format!(
                "the run has no column \"{}\"{}; it has {}",
                text::quoted(name, 60),
                suggest::did_you_mean(name, all.iter().map(String::as_str)),
                all.join(", ")
            )));
        }
        columns.push(name.to_owned());
    }
    Ok(columns)
}

fn span(options: &Options) -> Result<RangeInclusive<i64>> {
    let (from, to) = (
        options.from_us.unwrap_or(i64::MIN),
        options.to_us.unwrap_or(i64::MAX),
    );
    if from > to {
        return Err(Error::Usage(
            "the span ends before it begins: --to is before --from".into(),
        ));
    }
    Ok(from..=to)
}

#[cfg(test)]
mod read_back;
#[cfg(test)]
mod tests;
