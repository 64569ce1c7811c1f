//! The tables of several runs as one: run by run, each row with the run, log and cell that it is of.

use std::{borrow::Cow, collections::HashMap, io::Write, path::Path, sync::Arc};

use super::{
    Batch, ColumnInfo, ColumnType, Exported, Format, Limits, Options, Plan, TableWriter, Values,
    check_rows, hold_limits, long, parse_time, time_info,
};
use crate::{
    Error, Result,
    base::CancelToken,
    catalog::RunRow,
    expression::Condition,
    lake::{
        Lake, Record,
        run_file::{RunFile, TIME},
    },
    run_id::RunId,
    suggest, text, zone,
};

/// The columns that say of which run a row is.
const IDS: [(&str, &str); 3] = [
    ("run_uuid", "the run"),
    ("log", "the key of the log in which the run stands"),
    ("cell_id", "the cell of the run"),
];

/// A run whose table is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct RunTarget {
    /// Its log.
    pub log_key: String,
    /// Its id.
    pub run: RunId,
    /// Its cell.
    pub cell_id: Option<String>,
    /// Its table.
    pub file_name: String,
    /// Its first sample, in microseconds.
    pub start_us: i64,
    /// Rows of the table.
    pub rows: u64,
}

impl RunTarget {
    /// `None` for a run that failed: it has no table.
    pub fn of(run: &RunRow) -> Option<Self> {
        if run.error().is_some() {
            return None;
        }
        Some(Self {
            log_key: run.log_key().to_owned(),
            run: run.run,
            cell_id: run.cell_id().map(str::to_owned),
            file_name: run.file_name()?.into_owned(),
            start_us: run.start_us()?,
            rows: run.rows(),
        })
    }
}

/// What of the tables is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunsQuery {
    /// Columns besides `time` and those of the run, in this order; empty: all.
    pub columns: Vec<String>,
    /// First time, as [`parse_time`] reads it for each run.
    pub from: Option<String>,
    /// Last time.
    pub to: Option<String>,
    /// Only rows that fulfil this condition. Not together with steps.
    pub condition: Option<String>,
    /// One row each so many microseconds from the run's start.
    pub step_us: Option<i64>,
    /// Only rows in which no column of the run's table is null.
    pub complete: bool,
    /// A row for each sample of each column (time, channel, value) instead of the rows of the
    /// tables. Not together with steps and complete rows.
    pub samples: bool,
    /// Whether each row says of which run it is.
    pub with_ids: bool,
    /// More than [`super::MOST_ROWS`] are written too.
    pub force: bool,
    /// Runs whose record cannot be read are left out ([`RunsPlan::left_out`]), and are no error.
    pub leave_out: bool,
}

/// An export of runs that can be made: its columns are known, and its rows are not too many.
#[derive(Debug)]
pub struct RunsPlan<'a> {
    lake: &'a Lake,
    runs: Vec<RunTarget>,
    query: RunsQuery,
    /// Every column that a run has.
    known: Vec<String>,
    /// Those that are written, after `time` and those of the run.
    columns: Vec<ColumnInfo>,
    /// Samples of these columns in all runs.
    samples: u64,
    /// Rows of the tables before conditions on their cells.
    pub most_rows: u64,
    /// Why runs were left out, one sentence for each log.
    pub left_out: Vec<String>,
}

impl<'a> RunsPlan<'a> {
    /// Holds the query against the records and the tables of `runs`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a column that no run has, a time or a condition that makes no sense, or
    /// more than [`super::MOST_ROWS`] rows; those of [`Record::read`] and [`RunFile::read`].
    pub fn of(
        lake: &'a Lake,
        runs: Vec<RunTarget>,
        query: RunsQuery,
        cancel: &CancelToken,
    ) -> Result<Self> {
        let mut plan = Self {
            lake,
            runs,
            query,
            known: Vec::new(),
            columns: Vec::new(),
            samples: 0,
            most_rows: 0,
            left_out: Vec::new(),
        };
        let all = plan.all_columns(cancel)?;
        plan.known = all.iter().map(|column| column.name.clone()).collect();
        plan.columns = chosen(all, &plan.query.columns)?;
        plan.condition(0)?;
        let query = &plan.query;
        let is_part = query.from.is_some() || query.to.is_some() || query.step_us.is_some();
        for run in &plan.runs {
            cancel.check()?;
            let rows = match is_part {
                false => run.rows,
                true => {
                    let table = lake.open_table(&run.log_key, &run.file_name)?;
                    let options = plan.options(run, &table)?;
                    Plan::of(&table, &options)?.most_rows
                }
            };
            plan.most_rows = plan.most_rows.saturating_add(rows);
        }
        if !plan.query.force {
            let cells = plan.most_rows.saturating_mul(plan.columns.len() as u64);
            check_rows(match plan.query.samples {
                false => plan.most_rows,
                true => cells.min(plan.samples),
            })?;
        }
        Ok(plan)
    }

    /// The columns besides `time` and those of the run.
    pub fn column_names(&self) -> Vec<String> {
        let names = self.columns.iter().map(|column| column.name.clone());
        names.collect()
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
        let mut infos = Vec::new();
        if self.query.with_ids {
            infos.extend(IDS.map(|(name, meaning)| {
                ColumnInfo::plain(name, ColumnType::Text).described(meaning)
            }));
        }
        infos.push(time_info());
        if self.query.samples {
            infos.extend(long::infos());
        } else {
            infos.extend(self.columns.iter().cloned());
        }
        let mut writer = TableWriter::new(out, format, infos, target)?;
        let mut limits = HoldLimits::default();
        for run in &self.runs {
            cancel.check()?;
            let table = self.lake.open_table(&run.log_key, &run.file_name)?;
            let mut options = self.options(run, &table)?;
            if let Some(condition) = self.condition(run.start_us)? {
                options.rows = Some(condition.rows_of(&table, cancel)?.into());
            }
            if options.step_us.is_some() {
                options.limits = limits.of(self.lake, run)?;
            }
            let ids = self.ids(run);
            if self.query.samples {
                long::write(&table, &options, cancel, &mut |rows, cells| {
                    writer.write(rows, &[ids.clone(), cells].concat())
                })?;
                continue;
            }
            Plan::of(&table, &options)?.each_batch(cancel, &mut |batch| {
                let rows = batch.times.len();
                let mut columns = ids.clone();
                columns.extend(self.aligned(batch, options.columns.as_deref().unwrap_or_default()));
                writer.write(rows, &columns)
            })?;
        }
        writer.finish()
    }

    fn ids(&self, run: &RunTarget) -> Vec<Values> {
        if !self.query.with_ids {
            return Vec::new();
        }
        let uuid = run.run.to_string();
        let ids = [
            Some(uuid.as_str()),
            Some(run.log_key.as_str()),
            run.cell_id.as_deref(),
        ];
        ids.map(|id| Values::Same(id.map(Arc::from))).to_vec()
    }

    /// The columns of the whole from a batch that has `names`: null where the run lacks one.
    fn aligned(&self, batch: &mut Batch, names: &[String]) -> Vec<Values> {
        let rows = batch.times.len();
        let mut cells = batch.take();
        let absent = || Values::Number(vec![f64::NAN; rows]);
        let mut aligned = vec![std::mem::replace(&mut cells[0], Values::Same(None))];
        for column in &self.columns {
            let place = names.iter().position(|name| *name == column.name);
            let own = place.and_then(|place| cells.get_mut(place + 1));
            aligned.push(own.map_or_else(absent, |own| std::mem::replace(own, Values::Same(None))));
        }
        aligned
    }

    /// What is read of a run: the columns that it has of those that are written.
    fn options(&self, run: &RunTarget, table: &RunFile) -> Result<Options> {
        let at = |asked: &Option<String>| {
            asked
                .as_deref()
                .map(|asked| parse_time(asked, run.start_us))
                .transpose()
        };
        let names = self.columns.iter().map(|column| &column.name);
        let has = |name: &&String| table.columns().contains(name);
        Ok(Options {
            columns: Some(names.filter(has).cloned().collect()),
            from_us: at(&self.query.from)?,
            to_us: at(&self.query.to)?,
            step_us: self.query.step_us,
            complete: self.query.complete,
            force: true,
            ..Options::default()
        })
    }

    fn condition(&self, start_us: i64) -> Result<Option<Condition>> {
        let Some(text) = &self.query.condition else {
            return Ok(None);
        };
        let condition = Condition::parse(text, &self.known, start_us);
        let condition = condition.map_err(|e| Error::Usage(format!("--where: {e}")))?;
        Ok(Some(condition))
    }

    /// The columns of all runs, each once, and the number of their samples: those of the run that
    /// has most, then those of others. Leaves out the runs that the query lets it leave out.
    fn all_columns(&mut self, cancel: &CancelToken) -> Result<Vec<ColumnInfo>> {
        let mut samples = 0;
        let mut lists: Vec<Vec<String>> = Vec::new();
        let mut infos: HashMap<String, ColumnInfo> = HashMap::new();
        let mut records = Records::default();
        for run in std::mem::take(&mut self.runs) {
            cancel.check()?;
            let read = records.of(self.lake, &run.log_key).and_then(|record| {
                let result = record.run_to_result.get(&run.run);
                Ok((record, result.ok_or_else(|| moved(&run))?))
            });
            let (record, result) = match read {
                Err(e) if self.query.leave_out => {
                    self.left_out.push(e.to_string());
                    continue;
                }
                read => read?,
            };
            let stats = result.run_stats.as_ref();
            let names = stats.map_or(&[][..], |stats| &stats.available_channels);
            let names: Vec<String> = names.iter().filter(|n| *n != TIME).cloned().collect();
            for name in &names {
                let unit = result.channels.get(name).map_or("", |c| c.unit.as_str());
                if self.query.columns.is_empty() || self.query.columns.contains(name) {
                    let count = result.channels.get(name).map_or(0, |c| c.count);
                    samples += count;
                }
                match infos.get_mut(name) {
                    None => {
                        let named = record.profile.channel_named(name);
                        let info = ColumnInfo::plain(name, ColumnType::Number)
                            .measured_in(unit.to_owned())
                            .described(named.map_or(String::new(), |n| n.description()));
                        infos.insert(name.clone(), info);
                    }
                    Some(info) if info.unit != unit => info.unit = Cow::Borrowed(""),
                    Some(_) => {}
                }
            }
            if !lists.contains(&names) {
                lists.push(names);
            }
            self.runs.push(run);
        }
        // The runs of a log follow each other.
        self.left_out.dedup();
        self.samples = samples;
        // The first of the longest.
        let first = lists
            .iter()
            .enumerate()
            .rev()
            .max_by_key(|(_, list)| list.len());
        let first = first.map_or(0, |(place, _)| place);
        lists.rotate_left(first);
        let names = lists.into_iter().flatten();
        Ok(names.filter_map(|name| infos.remove(&name)).collect())
    }

    /// Why a span gives no row, where all of them lie between one begin and one end.
    ///
    /// # Errors
    /// Those of [`RunFile::read`].
    pub fn span_sentence(&self) -> Result<String> {
        let [run] = self.runs.as_slice() else {
            return Ok("no row of these runs lies between --from and --to".into());
        };
        let table = self.lake.open_table(&run.log_key, &run.file_name)?;
        Ok(match table.span()? {
            Some((first, last)) => format!(
                "no row of the run lies between --from and --to: the run is from {} to {}",
                zone::format(first),
                zone::format(last)
            ),
            None => "the run has no rows".into(),
        })
    }
}

/// The columns of these names; all without names.
fn chosen(all: Vec<ColumnInfo>, names: &[String]) -> Result<Vec<ColumnInfo>> {
    if names.is_empty() {
        return Ok(all);
    }
    let mut columns: Vec<ColumnInfo> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        if name == TIME || columns.iter().any(|column| column.name == name) {
            continue;
        }
        let Some(column) = all.iter().find(|column| column.name == name) else {
            let all: Vec<&str> = all.iter().map(|column| column.name.as_str()).collect();
            return Err(Error::Usage(format!(
                "there is no column \"{}\"{}",
                text::quoted(name, 60),
                suggest::among(name, "columns", &all)
            )));
        };
        columns.push(column.clone());
    }
    Ok(columns)
}

/// The record of the log that was asked for last: runs of one log follow each other.
#[derive(Default)]
struct Records {
    last: Option<Record>,
}

impl Records {
    fn of(&mut self, lake: &Lake, key: &str) -> Result<&Record> {
        let is_last = |record: &Record| record.source_file == key;
        if !self.last.as_ref().is_some_and(is_last) {
            self.last = Record::read(lake, key)?;
        }
        self.last.as_ref().ok_or_else(|| {
            Error::Moving(format!(
                "{key} was being harvested again just now; try again"
            ))
        })
    }
}

/// Another process replaced the record between two questions.
fn moved(run: &RunTarget) -> Error {
    Error::Moving(format!(
        "{}:{} was being harvested again just now; try again",
        run.log_key, run.run
    ))
}

/// How long values stay in force, from the records.
#[derive(Default)]
struct HoldLimits {
    records: Records,
}

impl HoldLimits {
    fn of(&mut self, lake: &Lake, run: &RunTarget) -> Result<Limits> {
        let record = self.records.of(lake, &run.log_key)?;
        let result = record.run_to_result.get(&run.run);
        Ok(result.map_or_else(Limits::new, |result| {
            hold_limits(&record.profile, &result.channels)
        }))
    }
}
