//! What is left to do when a worker died of a log: what it left behind goes, and the log's
//! record says what happened.

use std::time::Instant;

use super::{
    Harvested, Outcome, commit,
    index::{Index, LogRef},
    one,
    read::Stat,
};
use crate::{
    Error, Result,
    catalog::{Catalog, HarvestRow},
    lake::{Context, Record, gc::remove_dead, lock::LogLock, refuse_newer, store::Version},
    source::reserved::RECORD,
    time,
};

/// After this many worker crashes in a row on the same content, a harvest without names leaves the
/// log alone.
pub const MAX_WORKER_CRASHES: u32 = 3;

/// The version of the record of log `key` as it is now: it tells whether it was replaced.
pub(crate) fn record_version(context: &Context, key: &str) -> Option<Version> {
    context.lake.results().version(key, RECORD).ok().flatten()
}

/// Cleans up after a worker process that harvested a log and died. Writes `error`
/// into the log's record, unless the worker had committed before it died: then the harvest
/// was done, and only the catalog has to hear of it. The result is `error`, or what kept it from
/// being written down.
pub(crate) fn record_worker_crash(
    context: &Context,
    log: LogRef<'_>,
    before: Option<Version>,
    started: Instant,
    error: Error,
) -> Harvested {
    if let Err(e) = remove_dead(&context.lake) {
        tracing::warn!("cannot remove what a dead worker left behind: {e}");
    }
    let opened = match log {
        LogRef::Known(_) => Catalog::open(&context.lake).map(Some),
        LogRef::At { .. } => Ok(None),
    };
    let mut catalog = match opened {
        Ok(catalog) => catalog,
        Err(e) => return Harvested::failed(e),
    };
    let mut index = Index::new(catalog.as_mut());
    let result = look_after(context, &mut index, log, before, started, error);
    index.harvested(result)
}

fn look_after(
    context: &Context,
    index: &mut Index<'_>,
    log: LogRef<'_>,
    before: Option<Version>,
    started: Instant,
    error: Error,
) -> Result<Outcome> {
    let key = log.key();
    // Somebody else has it already: what comes of it is theirs to write.
    let Some(_lock) = LogLock::try_acquire(&context.lake, key)? else {
        return Err(error);
    };
    let (prior, unreadable) = one::prior_record(context, key);
    if unreadable {
        refuse_newer(&context.lake, key)?;
    }
    if let Some(record) = prior
        .as_ref()
        .filter(|_| record_version(context, key) != before)
    {
        index.unsettled = true;
        index.ingest_record(context, key, record)?;
        return match (&record.error, &record.last_attempt) {
            (None, None) => Ok(Outcome::Harvested(one::summary(record, 0))),
            (_, Some(attempt)) => Err(Error::Recorded(attempt.error.clone())),
            (Some(error), None) => Err(Error::Recorded(error.clone())),
        };
    }
    if matches!(error, Error::Cancelled) {
        return Err(error);
    }
    if let Err(e) = write_down(context, index, log, prior.as_ref(), started, &error) {
        tracing::error!("why {key} failed ({error}) cannot be written down: {e}");
    }
    Err(error)
}

fn write_down(
    context: &Context,
    index: &mut Index<'_>,
    log: LogRef<'_>,
    prior: Option<&Record>,
    started: Instant,
    error: &Error,
) -> Result<()> {
    // A log that is gone has no record to be written.
    let Some(log) = index.source(context, log)? else {
        return Ok(());
    };
    let stat = Stat::of(&log.file)?;
    commit::failure(context, &log, stat, None, prior, error)?;
    let row = HarvestRow {
        key: log.key.clone(),
        at_us: time::now(),
        seconds: started.elapsed().as_secs_f64(),
        outcome: "failed".into(),
        message: error.to_string(),
    };
    index.tell_record(&log.key, Some(row));
    Ok(())
}
