//! One log, from its bytes to its record.

use std::{
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::Instant,
};

use super::{
    Options, Outcome, Summary,
    commit::{self, source_info},
    index::{Index, LogRef},
    meter::Meter,
    none_kept,
    publish::Publisher,
    read::{self, Stat},
    rename_detection::{self, Predecessor},
    run::Target,
    seal::Sealed,
    threads::Threads,
};
use crate::{
    Error, ErrorClass, Result,
    base::{CancelToken, ProgressSink, Stage, panic::panic_sentence},
    catalog::{HarvestRow, LogState, Update, status_of},
    clean::{Ledger, Reason},
    format::{count, thousands},
    harvest::rejected::write_rejected,
    lake::{
        Context, Record,
        files::{Content, TempPath},
        gc::{remove_leftovers, remove_unnamed},
        layout::rejected_file_name,
        lock::LogLock,
        refuse_newer,
    },
    profile::Profile,
    source::{FoundLog, key::are_one_somewhere, scan},
    text, time,
};

/// Which log is to be harvested, and how.
pub(super) struct Request<'a> {
    pub(super) context: &'a Context,
    pub(super) log: LogRef<'a>,
    pub(super) options: Options,
    pub(super) threads: &'a Threads,
    /// Whether leftovers of dead processes are removed first.
    pub(super) clears: bool,
}

/// Harvests a log; `index` keeps what the catalog is to be told.
///
/// A log that is harvested and current is left alone (unless forced). What an
/// interrupted harvest finished is used. A failure is written to the log's record.
///
/// # Errors
/// Those of [`super::harvest_log`].
pub(super) fn harvest(
    request: &Request<'_>,
    index: &mut Index<'_>,
    sink: &dyn ProgressSink,
    cancel: &CancelToken,
) -> Result<Outcome> {
    let (context, key) = (request.context, request.log.key());
    let log = index
        .source(context, request.log)?
        .ok_or_else(|| match request.log {
            LogRef::Known(_) => Error::Usage(format!(
                "there is no log {} below the data directory, as far as the last scan told",
                text::quoted(key, 200)
            )),
            // It was there when a list was made: a share may not be mounted.
            LogRef::At { raw, .. } => {
                let file = scan::real_path(&context.data_dir, raw);
                Error::io("read", &file, std::io::ErrorKind::NotFound.into())
            }
        })?;
    let lock = LogLock::acquire(&context.lake, key, cancel)?.ok_or_else(|| {
        Error::Busy(format!(
            "another mdtui is harvesting {}",
            text::quoted(key, 200)
        ))
    })?;
    if request.clears
        && let Err(e) = remove_leftovers(&context.lake)
    {
        tracing::warn!("cannot remove what a dead process left behind: {e}");
    }
    let started = Instant::now();
    let meter = Meter::new(sink, key, log.size);
    let (prior, unreadable) = prior_record(context, key);
    if unreadable {
        refuse_newer(&context.lake, key)?;
    }
    if let Some(other) = prior
        .as_ref()
        .filter(|p| !p.damaged && p.source_file != key)
    {
        return Err(another_log_is_there(context, key, &other.source_file));
    }
    if !index.has_catalog()
        && let Some(outcome) = settled(context, &log, prior.as_ref())?
    {
        return Ok(outcome);
    }
    let mut attempt = Attempt {
        context,
        log: &log,
        options: request.options,
        cancel,
        threads: request.threads,
        meter: &meter,
        started,
        hash: None,
        damaged: unreadable || prior.as_ref().is_some_and(|p| p.damaged),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        request
            .threads
            .run(log.size, || attempt.run(index, prior.as_ref()))
    }))
    .unwrap_or_else(|panic| Err(Error::Log(panic_sentence(panic.as_ref()))));
    if let Err(error) = &outcome {
        attempt.write_down(index, prior.as_ref(), error);
    }
    drop(lock);
    outcome
}

/// A record that cannot be read is treated as missing: the log is harvested again. Also says
/// whether there is such a record.
pub(super) fn prior_record(context: &Context, key: &str) -> (Option<Record>, bool) {
    match Record::read(&context.lake, key) {
        Ok(record) => (record, false),
        Err(e) => {
            tracing::warn!("the record of {key} cannot be used: {e}");
            (None, true)
        }
    }
}

/// The end of a harvest that has nothing to do because another process came to an end with the
/// log since it was listed. `None`: there is work. The log's lock is held.
fn settled(context: &Context, log: &FoundLog, prior: Option<&Record>) -> Result<Option<Outcome>> {
    let status = status_of(context, log, prior);
    let left_alone = status.leave_alone.is_some();
    let ended = match status.state {
        LogState::Writing => Err(Error::Moving(status.reason)),
        LogState::Partial => Ok(Outcome::Current),
        // By a newer program.
        LogState::Stale if left_alone => Ok(Outcome::Current),
        _ if status.has_failed() => Err(Error::Recorded(status.reason)),
        _ => return Ok(None),
    };
    match prior.filter(|record| !record.damaged) {
        // A log that is plainly none is tried once, for its record.
        None if status.state != LogState::Writing => Ok(None),
        None => ended.map(Some),
        Some(record) => {
            remove_unnamed(&context.lake, &log.key, record)?;
            ended.map(Some)
        }
    }
}

/// The directory of `key` holds the results of `other`: nothing is written there.
fn another_log_is_there(context: &Context, key: &str, other: &str) -> Error {
    let dir = text::visible_path(&context.lake.location(key, ""));
    let (dir, other) = (dir.trim_end_matches('/'), text::quoted(other, 200));
    Error::Log(if are_one_somewhere(key, &other) {
        format!(
            "its results would replace those of the log {other}: {dir} is the directory of both on \
             this disk; mdtui rebuild gives each a directory of its own"
        )
    } else {
        format!(
            "{dir} holds the results of the log {other}, which were moved or copied there: move \
             that directory out of the lake, and harvest again"
        )
    })
}

/// What reading a log gave: the log is to blame only if it is still what it was. One that
/// was replaced meanwhile may be a good one.
fn blamed<T>(error: Error, unmoved: &dyn Fn() -> Result<()>) -> Result<T> {
    match error {
        Error::Log(_) => unmoved().and(Err(error)),
        other => Err(other),
    }
}

/// One attempt at a log whose lock is held.
pub(super) struct Attempt<'a> {
    pub(super) context: &'a Context,
    pub(super) log: &'a FoundLog,
    pub(super) options: Options,
    pub(super) cancel: &'a CancelToken,
    pub(super) threads: &'a Threads,
    pub(super) meter: &'a Meter<'a>,
    pub(super) started: Instant,
    /// The content's hash, once it is known.
    hash: Option<String>,
    /// The lake has a record that is not what was written.
    damaged: bool,
}

impl Attempt<'_> {
    fn run(&mut self, index: &mut Index<'_>, prior: Option<&Record>) -> Result<Outcome> {
        let (context, log) = (self.context, self.log);
        if let Some(trouble) = &log.trouble {
            return Err(Error::Log(trouble.clone()));
        }
        let started_us = time::now();
        let stat = Stat::of(&log.file)?;
        let current = prior.filter(|p| !self.options.force && self.is_current(p));
        let seen = (stat.size, stat.mtime_ns);
        if let Some(same) = current.filter(|p| (p.source.size, p.source.mtime_ns) == seen) {
            index.ingest_record(context, &log.key, same)?;
            self.finish(index, same)?;
            return Ok(Outcome::Current);
        }
        self.meter.stage(Stage::Hashing);
        let hash = read::content_hash(&log.file, self.cancel, self.meter)?;
        self.hash = Some(hash.clone());
        if let Some(same) = current.filter(|p| p.source.content_hash.as_ref() == Some(&hash)) {
            return self.touch(index, same, stat);
        }
        if prior.is_none_or(|p| p.error.is_some())
            && let Some(old) = Predecessor::find(context, index, log, stat, &hash)?
        {
            let from = old.key.clone();
            old.adopt_results(context, index, log, stat)?;
            let message =
                format!("took over the results of {from}, of which it is the renamed log");
            self.remember(index, "renamed", message);
            return Ok(Outcome::Renamed { from });
        }
        let unmoved = || read::check_unmoved(log, stat, &hash, started_us, self.cancel, self.meter);
        let from = (context, self.options);
        let rows = read::rows((log, &hash), from, self.cancel, self.meter)
            .or_else(|error| blamed(error, &unmoved))?;
        // Before anything is named after the content: it must be the content that was read.
        unmoved()?;
        let fingerprint = Profile::fingerprint(&context.rules(), &hash);
        let target = Target {
            lake: &context.lake,
            key: &log.key,
            profile: &context.profile,
            fingerprint: &fingerprint,
            force: self.options.force,
            prior: prior.filter(|p| !p.damaged),
        };
        let source = source_info(log, stat, Some(&hash), Some(rows.lines));
        let (of, count) = ((target.lake, target.key), rows.runs.len());
        let helper = self.threads.helper();
        let sealed = Publisher::beside(of, count, helper, self.cancel, |publisher| {
            let made = self.transform(rows, &target, publisher)?;
            self.meter.stage(Stage::Committing);
            self.seal(made, &target, source, prior)
                .or_else(|error| blamed(error, &unmoved))
        });
        let Sealed {
            record,
            file,
            resumed,
        } = sealed?;
        unmoved()?;
        self.cancel.check()?;
        if let (Some(error), Some(good)) = (&record.error, prior.filter(|p| p.error.is_none())) {
            // What was good stays; the caller adds what went wrong.
            remove_unnamed(&context.lake, &log.key, good)?;
            return Err(Error::Log(error.clone()));
        }
        let renews = prior.is_none_or(|p| p.error.is_some() || p.source.content_hash != self.hash);
        if let Some(former) = prior.filter(|p| renews && p.error.is_none()) {
            rename_detection::send_notes(context, index, log, former, self.cancel)?;
        }
        file.replace(&context.lake, &log.key)?;
        // What is removed from now on must not be missed after a power cut. Where nothing is, many
        // records are settled at once before any is acknowledged.
        index.unsettled = !self.damaged && prior.is_none_or(|p| p.files() == record.files());
        if !index.unsettled {
            context.lake.results().settle(&[&log.key])?;
        }
        // The results are there now, and stay, whatever cannot be cleared away; the next
        // harvest of the log takes it.
        let cleared = commit::clear(context, &log.key, &record, prior)
            .and_then(|()| remove_unnamed(&context.lake, &log.key, &record));
        let summary = summary(&record, resumed);
        let word = match record.file_stats.run_error_count {
            _ if record.error.is_some() => "failed",
            0 => "harvested",
            _ => "partial",
        };
        self.remember(index, word, describe(&record));
        cleared?;
        if record.error.is_none() {
            // Renamed while the rules changed, or another log has its name: its results were
            // recreated, its notes come along; or a harvest was killed after it had sent them away.
            rename_detection::finish(context, index, log, &record, self.cancel)?;
        }
        match &record.error {
            Some(error) => Err(Error::Recorded(error.clone())),
            None => Ok(Outcome::Harvested(summary)),
        }
    }

    /// Whether the results are there, at their full size, and made under these rules.
    fn is_current(&self, prior: &Record) -> bool {
        prior.error.is_none()
            && !prior.damaged
            && !prior.is_old()
            && prior.last_attempt.is_none()
            && prior.file_stats.run_error_count == 0
            && prior.rules == self.context.rules()
            && prior.files().into_iter().all(|f| self.size_of(f).is_some())
            && prior.run_to_result.values().all(|run| {
                let size = run.file_name.as_deref().and_then(|f| self.size_of(f));
                size == Some(run.file_size)
            })
    }

    /// Bytes of a file beside the record; `None` when it is not there.
    fn size_of(&self, name: &str) -> Option<u64> {
        self.context.lake.size_of(&self.log.key, name)
    }

    /// The same content under another time: only the record is brought up to date.
    fn touch(&self, index: &mut Index<'_>, same: &Record, stat: Stat) -> Result<Outcome> {
        let mut record = same.clone();
        let rows = record.source.rows;
        record.source = source_info(self.log, stat, self.hash.as_deref(), rows);
        record.last_attempt = None;
        record.worker_crashes = 0;
        commit::replace(self.context, &self.log.key, &record, Some(same))?;
        let message = "the log's time changed, its content did not".to_owned();
        self.remember(index, "current", message);
        self.finish(index, &record)?;
        Ok(Outcome::Current)
    }

    /// What a harvest that was cut off after its commit did not clear away.
    fn finish(&self, index: &mut Index<'_>, record: &Record) -> Result<()> {
        remove_unnamed(&self.context.lake, &self.log.key, record)?;
        rename_detection::finish(self.context, index, self.log, record, self.cancel)
    }

    /// Why the log has failed, if no row was kept.
    pub(super) fn none_kept(
        &self,
        ledger: &Ledger,
        rejected: &[(u64, Reason)],
    ) -> Result<Option<String>> {
        if ledger.rows_kept > 0 {
            return Ok(None);
        }
        let source = (self.log.file.as_path(), self.log.format);
        none_kept::sentence(ledger, rejected, source, &self.context.profile).map(Some)
    }

    /// The rejected rows' file, when there are any.
    pub(super) fn write_rejected(
        &self,
        fingerprint: &str,
        rejected: &[(u64, Reason)],
        prior: Option<&Record>,
    ) -> Result<Option<(String, Content)>> {
        if rejected.is_empty() {
            return Ok(None);
        }
        let name = rejected_file_name(fingerprint);
        let (lake, key) = (&self.context.lake, &self.log.key);
        let there = lake.results().open(key, &name).ok();
        if let Some(file) = there.filter(|_| !self.options.force) {
            let content = Content::of_open(&*file, &lake.location(key, &name), self.cancel)?;
            let known = prior.filter(|p| !p.damaged && p.rejected_file.as_ref() == Some(&name));
            if known.is_none_or(|p| p.rejected_hash.as_ref() == Some(&content.hash)) {
                return Ok(Some((name, content)));
            }
        }
        let temp = TempPath::new(&self.context.lake)?;
        let source = (self.log.file.as_path(), self.log.format);
        write_rejected(
            temp.path(),
            source,
            &self.context.profile,
            rejected,
            self.cancel,
        )?;
        let content = Content::of(temp.path(), self.cancel)?;
        lake.results().publish(temp.path(), key, &name)?;
        Ok(Some((name, content)))
    }

    fn remember(&self, index: &mut Index<'_>, outcome: &str, message: String) {
        let row = self.history(outcome, message);
        index.tell_record(&self.log.key, Some(row));
    }

    fn history(&self, outcome: &str, message: String) -> HarvestRow {
        HarvestRow {
            key: self.log.key.clone(),
            at_us: time::now(),
            seconds: self.started.elapsed().as_secs_f64(),
            outcome: outcome.to_owned(),
            message,
        }
    }

    /// Keeps why an attempt failed. What cannot be written down is only logged: the
    /// first error is the one to tell.
    fn write_down(&self, index: &mut Index<'_>, prior: Option<&Record>, error: &Error) {
        let now = Record::read(&self.context.lake, &self.log.key)
            .ok()
            .flatten();
        let hash_of = |record: Option<&Record>| record.and_then(|r| r.record_hash.clone());
        let committed = now.filter(|now| hash_of(Some(now)) != hash_of(prior));
        let written = match (error, error.kind()) {
            (Error::Recorded(_), _) => Ok(()),
            // It came to its end and something failed after that: what it committed stays.
            _ if let Some(record) = &committed => {
                index.ingest_record(self.context, &self.log.key, record)
            }
            (_, ErrorClass::Cancelled) => {
                index.tell(Update::Attempt(
                    self.history("cancelled", "cancelled".into()),
                ));
                Ok(())
            }
            // What is left of a damaged record may be all that tells of results that cannot
            // be made again: only a harvest that came to its end replaces it. A log that is gone,
            // perhaps with a share for a moment, did not fail.
            _ if self.damaged || is_gone(&self.log.file) => {
                index.tell(Update::Attempt(self.history("failed", error.to_string())));
                Ok(())
            }
            _ => Stat::of(&self.log.file)
                .or(Ok(Stat {
                    size: self.log.size,
                    mtime_ns: self.log.mtime_ns,
                    inode: self.log.inode,
                    changed_ns: 0,
                }))
                .and_then(|stat| {
                    let hash = self.hash.as_deref();
                    commit::failure(self.context, self.log, stat, hash, prior, error)?;
                    self.remember(index, "failed", error.to_string());
                    Ok(())
                }),
        };
        if let Err(e) = written {
            tracing::error!(
                "why {} failed ({error}) cannot be written down: {e}",
                self.log.key
            );
        }
    }
}

/// Whether nothing bears the name any more. A link that leads nowhere is there, and its record says so.
fn is_gone(file: &Path) -> bool {
    let looked_at = file.symlink_metadata();
    looked_at.is_err_and(|e| matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

pub(super) fn summary(record: &Record, runs_resumed: u32) -> Summary {
    Summary {
        layout: record.profile.layout,
        rows_in: record.ledger.rows_in,
        rows_kept: record.ledger.rows_kept,
        rows_dropped: record.ledger.rows_dropped(),
        runs_ok: record.file_stats.run_success_count,
        run_errors: record
            .run_to_result
            .values()
            .filter_map(|r| Some(format!("run {}: {}", r.run_uuid.short(), r.error.as_ref()?)))
            .collect(),
        runs_resumed,
        seconds: record.seconds,
        bytes_in: record.source.size,
        bytes_out: record.run_to_result.values().map(|r| r.file_size).sum(),
    }
}

fn describe(record: &Record) -> String {
    let stats = record.file_stats;
    let failed = match stats.run_error_count {
        0 => String::new(),
        n => format!(", {n} of {} runs failed", stats.run_total_count),
    };
    format!(
        "{}, {}, {} dropped{failed}",
        count(stats.run_success_count.into(), "run"),
        count(record.ledger.rows_in, record.profile.layout.counted()),
        thousands(record.ledger.rows_dropped())
    )
}
