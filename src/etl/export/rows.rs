//! Which rows an export has: those of the table, or one a step.

use std::{collections::BTreeMap, ops::RangeInclusive};

use super::{Batch, Options};
use crate::etl::{
    Result,
    harvest::CancelToken,
    lake::run_file::{RunFile, Window},
};

/// Rows written at once.
const BATCH: usize = 1 << 16;

/// Hold limits in microseconds by column. A column without one holds until the run ends.
pub type Limits = BTreeMap<String, i64>;

/// Reads the asked rows of the table and gives them to `write`, batch by batch.
///
/// # Errors
/// Those of [`RunFile::read`] and of `write`.
pub fn walk(
    table: &RunFile,
    columns: &[&str],
    options: &Options,
    span: RangeInclusive<i64>,
    cancel: &CancelToken,
    write: &mut dyn FnMut(&Batch) -> Result<()>,
) -> Result<()> {
    // A row is complete when no column of the table is null, shown or not: those behind
    // the shown ones are read only to see that.
    let mut read: Vec<&str> = columns.to_vec();
    if options.complete {
        let all = table.columns().iter().skip(1).map(String::as_str);
        read.extend(all.filter(|name| !columns.contains(name)));
    }
    let mut out = Out {
        shown: columns.len(),
        complete: options.complete,
        batch: Batch::default(),
        write,
    };
    out.batch.columns = vec![Vec::new(); columns.len()];
    let mut reader = Reader {
        table,
        columns: &read,
        cancel,
    };
    match options.step_us {
        None => plain(&mut reader, span, &mut out)?,
        Some(step) => stepped(&mut reader, span, step, &options.limits, &mut out)?,
    }
    out.flush()
}

struct Reader<'a> {
    table: &'a RunFile,
    columns: &'a [&'a str],
    cancel: &'a CancelToken,
}

impl Reader<'_> {
    /// Gives the rows from `row` on to `each` until it says that it has enough.
    fn from_row(
        &mut self,
        row: u64,
        mut each: impl FnMut(&Window, usize) -> Result<bool>,
    ) -> Result<()> {
        for group in self.table.groups().filter(|group| group.end > row) {
            let rows = group.start.max(row)..group.end;
            let window = self.table.read(self.columns, rows, self.cancel)?;
            for i in 0..window.times.len() {
                if !each(&window, i)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The rows that leave.
struct Out<'a> {
    shown: usize,
    complete: bool,
    batch: Batch,
    write: &'a mut dyn FnMut(&Batch) -> Result<()>,
}

impl Out<'_> {
    fn row(&mut self, time: i64, values: &[f64]) -> Result<()> {
        if self.complete && values.iter().any(|v| v.is_nan()) {
            return Ok(());
        }
        self.batch.times.push(time);
        for (column, value) in self
            .batch
            .columns
            .iter_mut()
            .zip(values.iter().take(self.shown))
        {
            column.push(*value);
        }
        if self.batch.times.len() >= BATCH {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<()> {
        if self.batch.times.is_empty() {
            return Ok(());
        }
        (self.write)(&self.batch)?;
        self.batch.times.clear();
        self.batch.columns.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}

/// Values of one row of a window.
fn values_at(window: &Window, i: usize, into: &mut Vec<f64>) {
    into.clear();
    into.extend(
        window
            .columns
            .iter()
            .map(|c| c.get(i).copied().unwrap_or(f64::NAN)),
    );
}

fn plain(reader: &mut Reader, span: RangeInclusive<i64>, out: &mut Out) -> Result<()> {
    let first = reader.table.row_at(*span.start())?;
    let mut values = Vec::new();
    reader.from_row(first, |window, i| {
        let Some(time) = window.times.get(i).copied().filter(|t| t <= span.end()) else {
            return Ok(false);
        };
        values_at(window, i, &mut values);
        out.row(time, &values)?;
        Ok(true)
    })
}

/// One row at `start + k × step` for every such time in the run and the span. Its values
/// are those of the last row at or before it, less what has been held too long by then.
fn stepped(
    reader: &mut Reader,
    span: RangeInclusive<i64>,
    step: i64,
    limits: &Limits,
    out: &mut Out,
) -> Result<()> {
    let Some(start) = reader
        .table
        .read(&[], 0..1, reader.cancel)?
        .times
        .first()
        .copied()
    else {
        return Ok(());
    };
    // The first step at or after the span's begin.
    let behind = span.start().saturating_sub(start).max(0);
    let steps = behind / step + i64::from(behind % step != 0);
    let Some(mut next) = steps.checked_mul(step).and_then(|us| start.checked_add(us)) else {
        return Ok(());
    };
    let held: Vec<i64> = reader
        .columns
        .iter()
        .map(|c| limits.get(*c).copied().unwrap_or(i64::MAX))
        .collect();
    let mut now = InForce {
        time: None,
        values: Vec::new(),
        held,
        aged: Vec::new(),
    };
    // The row before the first at or after the step is in force at it.
    let first = reader.table.row_at(next)?.saturating_sub(1);
    let mut last = None;
    reader.from_row(first, |window, i| {
        let Some(time) = window.times.get(i).copied() else {
            return Ok(false);
        };
        while next < time && next <= *span.end() {
            now.emit(next, out)?;
            next = next.saturating_add(step);
        }
        now.time = Some(time);
        values_at(window, i, &mut now.values);
        last = Some(time);
        Ok(next <= *span.end())
    })?;
    // The run's last row is at a step, or behind the last one.
    if last.is_some_and(|last| next <= last) && span.contains(&next) {
        now.emit(next, out)?;
    }
    Ok(())
}

/// The last row seen.
struct InForce {
    time: Option<i64>,
    values: Vec<f64>,
    /// Limits by column.
    held: Vec<i64>,
    aged: Vec<f64>,
}

impl InForce {
    fn emit(&mut self, at: i64, out: &mut Out) -> Result<()> {
        let Some(time) = self.time else { return Ok(()) };
        let age = at.saturating_sub(time);
        self.aged.clear();
        let in_force = |(value, limit): (&f64, &i64)| if age <= *limit { *value } else { f64::NAN };
        self.aged
            .extend(self.values.iter().zip(&self.held).map(in_force));
        out.row(at, &self.aged)
    }
}
