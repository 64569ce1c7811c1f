//! One run of a log: from its samples to its table on disk and its part of the record.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
};

use rayon::prelude::*;

use super::{
    none_kept,
    publish::{Finished, Publication, Publisher},
};
use crate::{
    Error, ErrorClass, Result,
    base::{CancelToken, panic::panic_sentence},
    clean::{Ledger, RunSamples},
    extract::Vocabulary,
    insight::run_insight,
    lake::{
        Lake, Record,
        files::{Content, TempPath},
        layout::run_file_name,
        record::RunResult,
        run_file::{RESULT_KEY, Written, write_rows, write_run_file},
    },
    overview,
    profile::Profile,
    quality,
    run_id::ParsedRun,
    source::reserved::FAILED_RUN,
    stats::{ChannelStats, RunStats, compute_stats, run_stats, sparkline},
    transform::{RunTable, transform},
};

/// Where the tables of a log go, and under which rules they are made.
pub(super) struct Target<'a> {
    pub(super) lake: &'a Lake,
    pub(super) key: &'a str,
    pub(super) profile: &'a Profile,
    pub(super) fingerprint: &'a str,
    /// Tables that are there already are recreated.
    pub(super) force: bool,
    /// What the lake says of the log now: tables that are not what it says are recreated.
    pub(super) prior: Option<&'a Record>,
}

/// A run whose table is made and may still be on its way into the lake.
pub(super) struct Made {
    pub(super) run: ParsedRun,
    /// What became of it, if its table gets there.
    pub(super) result: RunResult,
    /// Whether its table was there already.
    pub(super) resumed: bool,
    pub(super) publication: Publication,
}

impl Made {
    fn ended(run: ParsedRun, result: RunResult, resumed: bool) -> Self {
        Self {
            run,
            result,
            resumed,
            publication: Publication::Ended(Ok(())),
        }
    }
}

impl Target<'_> {
    /// `error` as the result of `run`, if it is of the run.
    ///
    /// # Errors
    /// `error`, if it is not.
    pub(super) fn failed(&self, run: ParsedRun, ledger: Ledger, error: Error) -> Result<RunResult> {
        if !self.is_of_the_run(run, &error) {
            return Err(error);
        }
        Ok(failed(run, ledger, error.to_string()))
    }

    /// Whether `error` is stored as the result of `run`. Otherwise it ends the attempt at the
    /// log, and the next attempt finds what was finished.
    ///
    /// What the log gives is the run's own fault, unless the same content gave a good run under
    /// the same rules: that run stays. What the system refuses is not, except for something that
    /// is in the way of this one table where there is nothing good to keep.
    fn is_of_the_run(&self, run: ParsedRun, error: &Error) -> bool {
        let known = self.prior.and_then(|p| p.run_to_result.get(&run.id));
        let good = known.filter(|r| r.error.is_none());
        match error {
            Error::Io { source, .. } => {
                let in_the_way = [
                    ErrorKind::IsADirectory,
                    ErrorKind::NotADirectory,
                    ErrorKind::AlreadyExists,
                    ErrorKind::DirectoryNotEmpty,
                ];
                in_the_way.contains(&source.kind()) && good.is_none()
            }
            error => {
                let name = run_file_name(run.id, self.fingerprint);
                let same = good.is_some_and(|r| r.file_name.as_ref() == Some(&name));
                error.kind() == ErrorClass::Permanent && !same
            }
        }
    }

    /// Whether the lake does not say that the table `name` has another content: what is not
    /// what it was is never taken for a finished table.
    fn knows_no_other(&self, name: &str, found: &RunResult) -> bool {
        let known = self
            .prior
            .and_then(|p| p.run_to_result.get(&found.run_uuid))
            .filter(|r| r.file_name.as_deref() == Some(name));
        known.is_none_or(|r| r.file_hash == found.file_hash)
    }
}

/// Makes a run's table and gives it to `publisher`, or finds it finished. What is wrong with the run
/// stands in its result; what is wrong with the disk is an error of the whole log.
///
/// # Errors
/// [`Error::Io`], [`Error::Cancelled`].
pub(super) fn process(
    target: &Target<'_>,
    publisher: &Publisher<'_>,
    samples: RunSamples,
    vocabulary: &Vocabulary,
    cancel: &CancelToken,
) -> Result<Made> {
    cancel.check()?;
    let (run, ledger) = (samples.run, samples.ledger.clone());
    let made = catch_unwind(AssertUnwindSafe(|| {
        make(target, publisher, samples, vocabulary, cancel)
    }))
    .unwrap_or_else(|panic| Err(Error::Log(panic_sentence(panic.as_ref()))));
    made.or_else(|e| Ok(Made::ended(run, target.failed(run, ledger, e)?, false)))
}

fn make(
    target: &Target<'_>,
    publisher: &Publisher<'_>,
    samples: RunSamples,
    vocabulary: &Vocabulary,
    cancel: &CancelToken,
) -> Result<Made> {
    let run = samples.run;
    if samples.channels.is_empty() {
        return Err(Error::Log(none_kept::reasons(
            &samples.ledger,
            target.profile,
        )));
    }
    let name = run_file_name(samples.run.id, target.fingerprint);
    if !target.force
        && let Some(result) = finished(target, &name, samples.run, cancel)
        && target.knows_no_other(&name, &result)
    {
        return Ok(Made::ended(run, result, true));
    }
    let table = transform(&samples, target.profile, cancel)?;
    let temp = TempPath::new(target.lake)?;
    let names = target.profile.channel_names();
    let names: BTreeMap<String, String> = names
        .iter()
        .map(|name| (name.to_string(), name.description()))
        .collect();
    let words = |column: &str| names.get(column).cloned().unwrap_or_default();
    // By two threads where one has nothing else to do: so is the last run of a log.
    let (result, rows) = rayon::join(
        || describe(&samples, &table, target.profile, vocabulary, cancel),
        || write_rows(temp.path(), &table, &words, cancel),
    );
    let (mut result, rows) = (result?, rows?);
    drop(samples);
    result.file_name = Some(name.clone());
    complete(&mut result, &table, rows.written());
    let (written, file) = rows.finish(serde_json::to_string(&result).unwrap_or_default())?;
    write_overview(target, &name, &table, cancel);
    result.file_hash = Some(written.hash);
    result.file_size = written.size;
    Ok(Made {
        run,
        result,
        resumed: false,
        publication: publisher.publish(Finished { file, temp, name }),
    })
}

/// Stores the overview of a long run. Only speed depends on it: where it cannot be
/// stored, its readers read the table.
fn write_overview(target: &Target<'_>, file_name: &str, table: &RunTable, cancel: &CancelToken) {
    let rows = table.times.len() as u64;
    let (Some(first), Some(last)) = (table.times.first(), table.times.last()) else {
        return;
    };
    if rows < overview::LONG {
        return;
    }
    let of = overview::Of {
        log_key: target.key,
        file_name,
        span: (*first, *last),
        rows,
    };
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let stored = overview::store(target.lake, of, &names, &overview::of_table(table), cancel);
    if let Err(e) = stored {
        tracing::info!("the overview of {file_name} is not stored: {e}");
    }
}

/// The result that a finished table carries, if it is whole and this run's.
fn finished(
    target: &Target<'_>,
    name: &str,
    run: ParsedRun,
    cancel: &CancelToken,
) -> Option<RunResult> {
    let (results, location) = (
        target.lake.results(),
        target.lake.location(target.key, name),
    );
    let file = target.lake.open_table(target.key, name).ok()?;
    let mut result: RunResult = serde_json::from_str(file.metadata(RESULT_KEY)?).ok()?;
    if result.run_uuid != run.id || result.rows != file.rows() {
        return None;
    }
    let bytes = results.open(target.key, name).ok()?;
    let content = Content::of_open(&*bytes, &location, cancel).ok()?;
    result.file_hash = Some(content.hash);
    result.file_size = content.size;
    Some(result)
}

/// All that can be said before the table is written.
fn describe(
    samples: &RunSamples,
    table: &RunTable,
    profile: &Profile,
    vocabulary: &Vocabulary,
    cancel: &CancelToken,
) -> Result<RunResult> {
    let channels: BTreeMap<String, ChannelStats> = table
        .columns
        .par_iter()
        .with_max_len(1)
        .map(|column| {
            cancel.check()?;
            Ok((column.name.clone(), compute_stats(table, column)))
        })
        .collect::<Result<_>>()?;
    let cells_seen: Vec<String> = samples
        .cells
        .iter()
        .filter_map(|c| vocabulary.cell(*c))
        .map(str::to_owned)
        .collect();
    let robots = run_insight(table, &channels, profile, &profile.insight);
    cancel.check()?;
    let settings = profile.settings();
    let quality = quality::check(samples, table, &settings, &channels, &robots, &cells_seen);
    let robots = robots
        .into_iter()
        .map(|(robot, insight)| (robot, insight.stats));
    Ok(RunResult {
        run_uuid: samples.run.id,
        run_stats: run_stats(table),
        robots: robots.collect(),
        ledger: samples.ledger.clone(),
        channels,
        quality: quality.flags,
        verdict: quality.verdict,
        channel_verdicts: quality.channels,
        not_evaluated: quality.not_evaluated,
        rows: table.times.len() as u64,
        samples: table.samples,
        cell_id: cells_seen.first().cloned(),
        cells_seen,
        source_lost_precision: !samples.run.exact,
        sparkline: sparkline(table, &profile.robots),
        ..RunResult::default()
    })
}

/// What only writing the table tells.
fn complete(result: &mut RunResult, table: &RunTable, written: &Written) {
    result.complete_rows = written.complete_rows;
    for (column, filled) in table.columns.iter().zip(&written.filled_cells) {
        if let Some(stats) = result.channels.get_mut(&column.name) {
            let held = filled.saturating_sub(stats.count);
            stats.fill_share = (*filled > 0).then(|| held as f64 / *filled as f64);
        }
    }
}

/// Writes the table of a log's failed runs, which has no rows, and names it in each of them:
/// a reader that opens the table of every run needs no special case.
///
/// # Errors
/// [`Error::Io`], [`Error::Cancelled`].
pub(super) fn store_failed_table<'a>(
    lake: &Lake,
    key: &str,
    runs: impl Iterator<Item = &'a mut RunResult>,
    cancel: &CancelToken,
) -> Result<()> {
    let mut failed = runs.filter(|run| run.error.is_some()).peekable();
    if failed.peek().is_none() {
        return Ok(());
    }
    let temp = TempPath::new(lake)?;
    let table = RunTable::default();
    let written = write_run_file(temp.path(), &table, cancel, |_| "null".to_owned())?;
    lake.results().publish(temp.path(), key, FAILED_RUN)?;
    for run in failed {
        run.file_name = Some(FAILED_RUN.to_owned());
        run.file_hash = Some(written.hash.clone());
        run.file_size = written.size;
    }
    Ok(())
}

fn failed(run: ParsedRun, ledger: Ledger, error: String) -> RunResult {
    RunResult {
        run_uuid: run.id,
        error: Some(error),
        run_stats: Some(RunStats::of_no_rows()),
        ledger,
        source_lost_precision: !run.exact,
        // Its table is set once the log's other runs are made: see `store_failed_table`.
        ..RunResult::default()
    }
}

#[cfg(test)]
mod extreme_tests;
