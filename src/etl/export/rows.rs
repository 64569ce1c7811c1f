//! Which rows an export has: those of the table, or one a step.

use std::{collections::BTreeMap, ops::RangeInclusive};

use super::{Batch, Options};
use crate::{
    Result,
    base::CancelToken,
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
    write: &mut dyn FnMut(&mut Batch) -> Result<()>,
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
    match (options.step_us, &options.rows) {
        (None, Some(rows)) => listed(&mut reader, rows, span, &mut out)?,
        (None, None) => plain(&mut reader, span, &mut out)?,
        (Some(step), _) => stepped(&mut reader, span, step, &options.limits, &mut out)?,
    }
    out.flush()
}

/// How many rows [`walk`] gives at most: conditions on cells may leave some out.
///
/// # Errors
/// Those of [`RunFile::read`].
pub fn most(table: &RunFile, options: &Options, span: &RangeInclusive<i64>) -> Result<u64> {
    let (from, to) = (*span.start(), *span.end());
    let (Some(step), Some((first, last))) = (options.step_us, table.span()?) else {
        let end = to.checked_add(1).map(|t| table.row_at(t)).transpose()?;
        let rows = table.row_at(from)?..end.unwrap_or(table.rows());
        return Ok(match &options.rows {
            Some(listed) => {
                let before = |row| listed.partition_point(|r| *r < row);
                before(rows.end).saturating_sub(before(rows.start)) as u64
            }
            None => rows.end.saturating_sub(rows.start),
        });
    };
    let (first, step) = (i128::from(first), i128::from(step.max(1)));
    let begin = (i128::from(from) - first).max(0);
    let end = i128::from(to.min(last)) - first;
    let steps = end.div_euclid(step) - (begin + step - 1).div_euclid(step) + 1;
    Ok(u64::try_from(steps.max(0)).unwrap_or(u64::MAX))
}

struct Reader<'a> {
    table: &'a RunFile,
    columns: &'a [&'a str],
    cancel: &'a CancelToken,
}

impl Reader<'_> {
    /// Gives the rows from `row` on to `each` until it says that it has enough.
    fn each_from(
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
    write: &'a mut dyn FnMut(&mut Batch) -> Result<()>,
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
        (self.write)(&mut self.batch)?;
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
    reader.each_from(first, |window, i| {
        let Some(time) = window.times.get(i).copied().filter(|t| t <= span.end()) else {
            return Ok(false);
        };
        values_at(window, i, &mut values);
        out.row(time, &values)?;
        Ok(true)
    })
}

/// The rows that are named, row group by row group.
fn listed(
    reader: &mut Reader,
    rows: &[u64],
    span: RangeInclusive<i64>,
    out: &mut Out,
) -> Result<()> {
    let mut values = Vec::new();
    for group in reader.table.groups() {
        let from = rows.partition_point(|r| *r < group.start);
        let to = rows.partition_point(|r| *r < group.end);
        let Some((first, last)) = rows.get(from..to).and_then(|r| r.first().zip(r.last())) else {
            continue;
        };
        let window = reader
            .table
            .read(reader.columns, *first..last + 1, reader.cancel)?;
        for row in rows.get(from..to).unwrap_or_default() {
            let at = (row - window.first_row) as usize;
            if let Some(time) = window.times.get(at).filter(|t| span.contains(t)) {
                values_at(&window, at, &mut values);
                out.row(*time, &values)?;
            }
        }
    }
    Ok(())
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
    let Some((start, _)) = reader.table.span()? else {
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
    // Begin so far back that what is still held at the first step has been seen to change.
    let longest = held
        .iter()
        .copied()
        .filter(|us| *us < i64::MAX)
        .max()
        .unwrap_or(0);
    let first = reader
        .table
        .row_at(next.saturating_sub(longest))?
        .saturating_sub(1);
    let mut now = InForce {
        held,
        ..InForce::default()
    };
    let mut values = Vec::new();
    let mut last = None;
    reader.each_from(first, |window, i| {
        let Some(time) = window.times.get(i).copied() else {
            return Ok(false);
        };
        values_at(window, i, &mut values);
        while next < time && next <= *span.end() {
            now.emit(next, Some(&values), out)?;
            next = next.saturating_add(step);
        }
        now.take(time, &values);
        last = Some(time);
        Ok(next <= *span.end())
    })?;
    // The run's last row may stand at a step.
    if last.is_some_and(|last| next <= last) && span.contains(&next) {
        now.emit(next, None, out)?;
    }
    Ok(())
}

/// The last row seen, by column.
#[derive(Default)]
struct InForce {
    time: Option<i64>,
    values: Vec<f64>,
    /// Since when the column has its value.
    since: Vec<i64>,
    /// Hold limits.
    held: Vec<i64>,
    row: Vec<f64>,
}

impl InForce {
    fn take(&mut self, time: i64, values: &[f64]) {
        let first = self.time.is_none();
        self.since.resize(values.len(), time);
        self.values.resize(values.len(), f64::NAN);
        for ((old, since), new) in self.values.iter_mut().zip(&mut self.since).zip(values) {
            if first || old.to_bits() != new.to_bits() {
                (*old, *since) = (*new, time);
            }
        }
        self.time = Some(time);
    }

    /// A row at `at`, before the table's next row with the values `next`.
    ///
    /// The table does not tell held cells from samples. A value that changed no longer ago
    /// than its limit is in force. One that stands for longer has been sampled again if the
    /// next row still has it; if not, it was held, and is too old by now.
    fn emit(&mut self, at: i64, next: Option<&[f64]>, out: &mut Out) -> Result<()> {
        let Some(time) = self.time else { return Ok(()) };
        self.row.clear();
        for (i, value) in self.values.iter().enumerate() {
            let limit = self.held.get(i).copied().unwrap_or(i64::MAX);
            let since = self.since.get(i).copied().unwrap_or(time);
            let again = next
                .and_then(|n| n.get(i))
                .is_some_and(|n| n.to_bits() == value.to_bits());
            let in_force = at == time
                || at.saturating_sub(since) <= limit
                || (again && at.saturating_sub(time) <= limit);
            self.row.push(if in_force { *value } else { f64::NAN });
        }
        out.row(at, &self.row)
    }
}
