//! The end of a harvest: its record, for better or worse.

use super::{read::Stat, worker_crash::MAX_WORKER_CRASHES};
use crate::{
    Error, ErrorClass, Result,
    clean::Ledger,
    lake::{
        Context,
        files::{Content, commit_record, remove},
        record::{Attempt, FileStats, Record, RunResult, SourceInfo},
    },
    quality::Verdict,
    source::FoundLog,
    time,
};

/// What a record says of the log itself.
pub(super) fn source_info(
    log: &FoundLog,
    stat: Stat,
    hash: Option<&str>,
    rows: Option<u64>,
) -> SourceInfo {
    SourceInfo {
        path: log.path.clone(),
        size: stat.size,
        mtime: time::format(stat.mtime_ns.div_euclid(1000)),
        mtime_ns: stat.mtime_ns,
        inode: stat.inode,
        content_hash: hash.map(str::to_owned),
        rows,
    }
}

/// A harvest that came to its end.
pub(super) struct Harvest {
    pub(super) source: SourceInfo,
    pub(super) runs: Vec<RunResult>,
    pub(super) ledger: Ledger,
    /// Name, hash and bytes of the rejected rows' file.
    pub(super) rejected: Option<(String, Content)>,
    pub(super) seconds: f64,
    /// Why no row could be kept, if none was.
    pub(super) none_kept: Option<String>,
}

impl Harvest {
    /// The record of a finished harvest. Runs that name no cell get that of the folder.
    pub(super) fn record(
        self,
        context: &Context,
        log: &FoundLog,
        prior: Option<&Record>,
    ) -> Record {
        let mut runs = self.runs;
        for run in runs.iter_mut().filter(|r| r.error.is_none()) {
            run.cell_id = run.cell_id.take().or_else(|| log.folder.clone());
        }
        let now = time::format(time::now());
        let same = prior
            .filter(|p| p.error.is_none() && p.source.content_hash == self.source.content_hash);
        let first = same.map_or_else(|| now.clone(), |p| p.first_harvested_at.clone());
        let (rejected_file, rejected) = self.rejected.unzip();
        Record {
            error: self.none_kept.or_else(|| all_failed(runs.iter())),
            file_stats: file_stats(runs.iter()),
            verdict: Verdict::of_runs(runs.iter().map(|r| r.verdict)),
            run_to_result: runs.into_iter().map(|r| (r.run_uuid, r)).collect(),
            first_harvested_at: first,
            seconds: self.seconds,
            ledger: self.ledger,
            rejected_size: rejected.as_ref().map_or(0, |content| content.size),
            rejected_hash: rejected.map(|content| content.hash),
            rejected_file,
            ..Record::new(&log.key, &context.profile, self.source, now)
        }
    }
}

/// Puts runs into a record that failed after all: it told of their tables as if they got into the
/// lake.
pub(super) fn put_failed(record: &mut Record, failed: Vec<RunResult>) {
    let failed = failed.into_iter().map(|run| (run.run_uuid, run));
    record.run_to_result.extend(failed);
    let runs = record.run_to_result.values();
    record.error = record.error.take().or_else(|| all_failed(runs.clone()));
    record.file_stats = file_stats(runs.clone());
    record.verdict = Verdict::of_runs(runs.map(|r| r.verdict));
}

fn file_stats<'a>(runs: impl Iterator<Item = &'a RunResult>) -> FileStats {
    let mut stats = FileStats::default();
    for run in runs {
        stats.run_total_count += 1;
        match run.error {
            Some(_) => stats.run_error_count += 1,
            None => stats.run_success_count += 1,
        }
    }
    stats
}

/// A log none of whose runs could be processed has failed.
fn all_failed<'a>(runs: impl ExactSizeIterator<Item = &'a RunResult> + Clone) -> Option<String> {
    let (count, first) = (runs.len(), runs.clone().next()?);
    if !runs.clone().all(|run| run.error.is_some()) {
        return None;
    }
    let error = first.error.as_ref()?;
    Some(match count {
        1 => error.clone(),
        _ => format!(
            "all of its {count} runs failed; run {}: {error}",
            first.run_uuid.short()
        ),
    })
}

/// Commits a record and removes what only the replaced one named.
pub(super) fn replace(
    context: &Context,
    key: &str,
    record: &Record,
    prior: Option<&Record>,
) -> Result<()> {
    commit_record(&context.lake, key, record)?;
    clear(context, key, record, prior)
}

/// Removes what only the replaced record named.
///
/// # Errors
/// [`crate::Error::Io`].
pub(super) fn clear(
    context: &Context,
    key: &str,
    record: &Record,
    prior: Option<&Record>,
) -> Result<()> {
    let named = record.files();
    for old in prior.iter().flat_map(|p| p.files()) {
        if !named.contains(old) {
            context.lake.results().remove(key, old)?;
            remove(&context.lake.local().overview(key, old))?;
        }
    }
    Ok(())
}

/// How often in a row workers died of the log as it is now, under these rules.
fn worker_crashes_of(record: &Record, stat: Stat, context: &Context) -> u32 {
    let same = record.last_attempt.as_ref().is_some_and(|a| {
        (a.size, a.mtime_ns) == (stat.size, stat.mtime_ns) && a.rules == context.rules()
    });
    if same { record.worker_crashes } else { 0 }
}

/// Writes down why an attempt failed: beside what is good, or as a record of its own.
pub(super) fn failure(
    context: &Context,
    log: &FoundLog,
    stat: Stat,
    hash: Option<&str>,
    prior: Option<&Record>,
    error: &Error,
) -> Result<()> {
    let before = prior.map_or(0, |p| worker_crashes_of(p, stat, context));
    let worker_crashes = before + u32::from(matches!(error, Error::Died(_)));
    let words = match error {
        // Said once it holds, so that a list tells why the log is left alone.
        Error::Died(why) if worker_crashes >= MAX_WORKER_CRASHES => {
            format!(
                "{why}; its worker crashed {worker_crashes} times, so it is skipped until it changes or is named"
            )
        }
        other => other.to_string(),
    };
    let attempt = Attempt {
        at: time::format(time::now()),
        error: words.clone(),
        permanent: match error {
            Error::Died(_) => worker_crashes >= MAX_WORKER_CRASHES,
            other => other.kind() == ErrorClass::Permanent,
        },
        size: stat.size,
        mtime_ns: stat.mtime_ns,
        rules: context.rules(),
    };
    let record = match prior {
        Some(good) if good.error.is_none() => Record {
            last_attempt: Some(attempt),
            worker_crashes,
            ..good.clone()
        },
        _ => {
            let source = source_info(log, stat, hash, None);
            let at = attempt.at.clone();
            Record {
                error: Some(words),
                last_attempt: Some(attempt),
                worker_crashes,
                ..Record::new(&log.key, &context.profile, source, at)
            }
        }
    };
    replace(context, &log.key, &record, prior)
}
