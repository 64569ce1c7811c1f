//! A view as a file.

use std::{io::Write, path::Path};

use super::{
    View, ViewColumn,
    rows::{self, Row},
};
use crate::{
    Error, Result,
    base::CancelToken,
    catalog::RunRow,
    export::{Exported, Format, TableWriter, Values, check_rows},
    lake::{Lake, Notes, Record},
    suggest, text,
};

/// Rows that are held at a time.
const CHUNK: usize = 1 << 13;

/// A view that can be written: its columns are known. For [`View::TableRows`] see
/// [`crate::export::RunsPlan`].
#[derive(Debug)]
pub struct ViewPlan {
    view: View,
    columns: Vec<ViewColumn>,
    /// The runs whose rows are written, by log.
    runs: Vec<RunRow>,
    /// The logs whose rows are written.
    logs: Vec<String>,
}

impl ViewPlan {
    /// A view of these runs, each of them once, in the order of logs and starts.
    ///
    /// # Errors
    /// [`Error::Usage`] for a column that the view does not have (`columns`; empty: all), and for
    /// more than [`crate::export::MOST_ROWS`] rows unless that is forced.
    pub fn of_runs(
        view: View,
        mut runs: Vec<RunRow>,
        columns: &[String],
        force: bool,
    ) -> Result<Self> {
        runs.sort_by(|a, b| {
            let order = |run: &RunRow| (run.start_us().is_none(), run.start_us(), run.run);
            (a.log_key(), order(a)).cmp(&(b.log_key(), order(b)))
        });
        let most = match view {
            View::Channels => runs.iter().map(|run| u64::from(run.channels())).sum(),
            View::Flags => runs.iter().map(|run| u64::from(run.flags())).sum(),
            _ => runs.len() as u64,
        };
        if !force {
            check_rows(most)?;
        }
        Ok(Self {
            view,
            columns: chosen(view, columns)?,
            runs,
            logs: Vec::new(),
        })
    }

    /// The view of these logs.
    ///
    /// # Errors
    /// As [`ViewPlan::of_runs`].
    pub fn of_logs(logs: Vec<String>, columns: &[String]) -> Result<Self> {
        Ok(Self {
            view: View::Logs,
            columns: chosen(View::Logs, columns)?,
            runs: Vec::new(),
            logs,
        })
    }

    /// Writes to anything, a pipe too; `target` names it in errors. Of a log or run whose record
    /// is gone meanwhile there are no rows, nor of one whose record (for [`View::Notes`]: notes)
    /// cannot be read: the sentences in `left_out` say why.
    ///
    /// # Errors
    /// Those of [`TableWriter::write`]; [`Error::Cancelled`].
    pub fn write(
        &self,
        lake: &Lake,
        out: impl Write + Send,
        format: Format,
        target: &Path,
        left_out: &mut Vec<String>,
        cancel: &CancelToken,
    ) -> Result<Exported> {
        let mut leave_out = |error: Error| left_out.push(error.to_string());
        let infos = self.columns.iter().map(|column| column.info.clone());
        let mut out = Batches {
            writer: TableWriter::new(out, format, infos.collect(), target)?,
            columns: &self.columns,
            rows: Vec::new(),
        };
        for log in &self.logs {
            cancel.check()?;
            match Record::read(lake, log) {
                Ok(Some(record)) => out.push([rows::of_log(record)?])?,
                Ok(None) => {}
                Err(e) => leave_out(e),
            }
        }
        for runs in self.runs.chunk_by(|a, b| a.log_key() == b.log_key()) {
            cancel.check()?;
            let Some(key) = runs.first().map(|run| run.log_key()) else {
                continue;
            };
            let read = Record::read(lake, key).and_then(|record| {
                let notes = match self.view {
                    View::Notes => Notes::read(lake, key)?,
                    _ => Notes::default(),
                };
                Ok(record.map(|record| (record, notes)))
            });
            let (mut record, notes) = match read {
                Ok(Some(read)) => read,
                Ok(None) => continue,
                Err(e) => {
                    leave_out(e);
                    continue;
                }
            };
            for run in runs {
                if let Some(result) = record.run_to_result.remove(&run.run) {
                    let notes = notes.of_run(run.run);
                    out.push(rows::of_run(self.view, run, &record, result, &notes)?)?;
                }
            }
        }
        out.flush()?;
        out.writer.finish()
    }
}

/// Rows on their way to a file.
struct Batches<'a> {
    writer: TableWriter<'a>,
    columns: &'a [ViewColumn],
    rows: Vec<Row>,
}

impl Batches<'_> {
    fn push(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<()> {
        self.rows.extend(rows);
        if self.rows.len() >= CHUNK {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let cells = self
            .columns
            .iter()
            .map(|column| rows::cells(column, &self.rows));
        let cells: Vec<Values> = cells.collect();
        self.writer.write(self.rows.len(), &cells)?;
        self.rows.clear();
        Ok(())
    }
}

/// The columns of these names; all without names.
fn chosen(view: View, names: &[String]) -> Result<Vec<ViewColumn>> {
    let all = view.columns();
    if names.is_empty() {
        return Ok(all);
    }
    let mut columns: Vec<ViewColumn> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        let Some(column) = all.iter().find(|column| column.info.name == name) else {
            let all: Vec<&str> = all.iter().map(|c| c.info.name.as_str()).collect();
            return Err(Error::Usage(format!(
                "the view {} has no column \"{}\"{}; it has {}",
                view.name(),
                text::quoted(name, 60),
                suggest::did_you_mean(name, all.iter().copied()),
                all.join(", ")
            )));
        };
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    Ok(columns)
}
