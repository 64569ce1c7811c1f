//! A renamed log keeps its results: they move to its new key. Where another log has taken its old
//! name (rotated logs), its notes do, and its results are made again.

use super::{
    commit,
    index::{Index, LogRef},
    read::{self, Stat},
};
use crate::{
    Error, Result,
    base::CancelToken,
    catalog::Update,
    lake::{
        Context, Record,
        files::commit_record,
        gc::remove_results,
        lock::LogLock,
        notes::{self, Waiting},
    },
    source::{FoundLog, reserved::NOTES},
    time,
};

/// The results of another key that are this log's: the same content under the same
/// rules, and the same inode, size and time as a log that is gone. Its lock is held.
pub(super) struct Predecessor {
    pub(super) key: String,
    record: Record,
    _lock: LogLock,
}

impl Predecessor {
    /// Looks for one.
    ///
    /// # Errors
    /// [`Error::Catalog`], [`Error::Io`].
    pub(super) fn find(
        context: &Context,
        index: &Index<'_>,
        log: &FoundLog,
        stat: Stat,
        hash: &str,
    ) -> Result<Option<Self>> {
        for (key, present) in index.with_content(hash, &log.key)? {
            if present {
                continue;
            }
            let Some(lock) = LogLock::try_acquire(&context.lake, &key)? else {
                continue;
            };
            let Some(record) = Record::read(&context.lake, &key)? else {
                continue;
            };
            let s = &record.source;
            let same_file = (s.inode, s.size, s.mtime_ns) == (stat.inode, stat.size, stat.mtime_ns);
            let same_content = s.content_hash.as_deref() == Some(hash);
            let whole = record
                .files()
                .iter()
                .all(|f| context.lake.size_of(&key, f).is_some());
            if same_file
                && same_content
                && record.error.is_none()
                && !record.damaged
                && record.rules == context.rules()
                && whole
            {
                return Ok(Some(Self {
                    key,
                    record,
                    _lock: lock,
                }));
            }
        }
        Ok(None)
    }

    /// Moves the results. Until the new record is committed the old one stays good: the
    /// files are linked first and the old names removed last.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Catalog`].
    pub(super) fn adopt_results(
        self,
        context: &Context,
        index: &mut Index<'_>,
        log: &FoundLog,
        stat: Stat,
    ) -> Result<()> {
        let lake = &context.lake;
        for file in self.record.files() {
            lake.results().copy(&self.key, &log.key, file)?;
        }
        notes::carry(lake, &self.key, &log.key, false, &CancelToken::new())?;
        let mut record = self.record.clone();
        record.source_file.clone_from(&log.key);
        record.source = commit::source_info(
            log,
            stat,
            record.source.content_hash.as_deref(),
            record.source.rows,
        );
        record.harvested_at = time::format(time::now());
        record.last_attempt = None;
        record.worker_crashes = 0;
        for run in record.run_to_result.values_mut() {
            run.cell_id = run
                .cells_seen
                .first()
                .cloned()
                .or_else(|| log.folder.clone());
        }
        commit_record(lake, &log.key, &record)?;
        clear(context, index, &self.key, &log.key)
    }
}

/// What the old key of a renamed log still has goes, and its notes come to the new one: a take-over
/// was cut off after its commit, or the rules have changed and the log was harvested again, or
/// another log has the old key. The log's lock is held, and `record` is its own.
///
/// # Errors
/// [`Error::Io`], [`Error::Catalog`], [`Error::Cancelled`].
pub(super) fn finish(
    context: &Context,
    index: &mut Index<'_>,
    log: &FoundLog,
    record: &Record,
    cancel: &CancelToken,
) -> Result<()> {
    let key = log.key.as_str();
    let Some(hash) = record.source.content_hash.as_deref() else {
        return Ok(());
    };
    let own = &record.source;
    for (old, present) in index.with_content(hash, key)? {
        if present {
            take_notes(context, index, &old, record)?;
            continue;
        }
        let Some(_lock) = LogLock::try_acquire(&context.lake, &old)? else {
            continue;
        };
        let is_own = match Record::read(&context.lake, &old) {
            Ok(None) => true,
            Ok(Some(r)) => {
                let s = &r.source;
                !r.damaged
                    && s.content_hash.as_deref() == Some(hash)
                    && (s.inode, s.size, s.mtime_ns) == (own.inode, own.size, own.mtime_ns)
            }
            Err(_) => false,
        };
        if is_own {
            context.lake.results().settle(&[key])?;
            clear(context, index, &old, key)?;
        }
    }
    receive_notes(context, index, log, record, cancel)
}

/// Larger starts of files are not read to find out whose notes they are.
const LARGEST_START: u64 = 1 << 30;

/// Before the results of another file take the place of `prior`, those of the log that had this key:
/// if that one lies in the data directory under another name, its notes go there, once it is
/// harvested; until then they wait, as its name of now may still have the notes of a third log. The
/// log's lock is held.
///
/// # Errors
/// [`Error::Io`], [`Error::Catalog`], [`Error::Cancelled`].
pub(super) fn send_notes(
    context: &Context,
    index: &mut Index<'_>,
    log: &FoundLog,
    prior: &Record,
    cancel: &CancelToken,
) -> Result<()> {
    let (lake, key) = (&context.lake, &log.key);
    let former = &prior.source;
    let Some(hash) = &former.content_hash else {
        return Ok(());
    };
    if former.inode == log.inode || lake.results().version(key, NOTES)?.is_none() {
        return Ok(());
    }
    let waiting = Waiting {
        content_hash: hash.clone(),
        size: former.size,
        inode: former.inode,
    };
    let mut now = None;
    for other in index.with_inode(former.inode, key)? {
        let found = index.source(context, LogRef::Known(&other))?;
        if let Some(found) = found.filter(|found| found.trouble.is_none())
            && ((found.inode, found.size, found.mtime_ns)
                == (former.inode, former.size, former.mtime_ns)
                || starts_with(&found, &waiting, cancel)?)
        {
            now = Some(other);
            break;
        }
    }
    let Some(now) = now else {
        return Ok(());
    };
    let is_harvested = Record::read(lake, &now).is_ok_and(|record| {
        record.is_some_and(|r| r.error.is_none() && r.source.inode == former.inode)
    });
    let to = if is_harvested { now } else { waiting.place() };
    notes::carry(lake, key, &to, true, &CancelToken::new())?;
    index.ingest_notes(context, key)?;
    if is_harvested {
        index.ingest_notes(context, &to)?;
    }
    Ok(())
}

/// Whether a log is the file whose notes wait, with which the recorder has gone on. A log that
/// cannot be read is not: it costs no other log its harvest.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn starts_with(log: &FoundLog, waiting: &Waiting, cancel: &CancelToken) -> Result<bool> {
    if log.inode != waiting.inode || !(waiting.size..).contains(&log.size) {
        return Ok(false);
    }
    if waiting.size > LARGEST_START {
        return Ok(false);
    }
    match read::hash_of_start(&log.file, waiting.size, cancel) {
        Ok(start) => Ok(start == waiting.content_hash),
        Err(Error::Cancelled) => Err(Error::Cancelled),
        Err(_) => Ok(false),
    }
}

/// Notes that [`send_notes`] left come to the log `key` of this record, if they are of its content or
/// of its start.
///
/// # Errors
/// [`Error::Io`], [`Error::Catalog`], [`Error::Cancelled`].
fn receive_notes(
    context: &Context,
    index: &mut Index<'_>,
    log: &FoundLog,
    record: &Record,
    cancel: &CancelToken,
) -> Result<()> {
    for waiting in Waiting::all(&context.lake) {
        if record.source.content_hash.as_ref() != Some(&waiting.content_hash)
            && !starts_with(log, &waiting, cancel)?
        {
            continue;
        }
        notes::carry(
            &context.lake,
            &waiting.place(),
            &log.key,
            true,
            &CancelToken::new(),
        )?;
        index.ingest_notes(context, &log.key)?;
    }
    Ok(())
}

/// The notes of `old` come to the log of `record` if that is the file that `old` was: the log that
/// has its name now is yet to be harvested.
fn take_notes(context: &Context, index: &mut Index<'_>, old: &str, record: &Record) -> Result<()> {
    let own = &record.source;
    let file = |inode, size, mtime_ns| (inode, size, mtime_ns);
    let own_file = file(own.inode, own.size, own.mtime_ns);
    let is_there = index
        .source(context, LogRef::Known(old))?
        .is_none_or(|log| file(log.inode, log.size, log.mtime_ns) == own_file);
    if is_there {
        return Ok(());
    }
    if let Ok(Some(was)) = Record::read(&context.lake, old)
        && !was.damaged
        && was.source.content_hash == own.content_hash
        && file(was.source.inode, was.source.size, was.source.mtime_ns) == own_file
    {
        notes::carry(
            &context.lake,
            old,
            &record.source_file,
            true,
            &CancelToken::new(),
        )?;
        index.ingest_notes(context, old)?;
        index.ingest_notes(context, &record.source_file)?;
    }
    Ok(())
}

/// Removes what the key `old` has of results that are those of `new` now, and moves its notes:
/// after its record is gone, so that no note is written there any more.
fn clear(context: &Context, index: &mut Index<'_>, old: &str, new: &str) -> Result<()> {
    remove_results(&context.lake, old)?;
    notes::carry(&context.lake, old, new, true, &CancelToken::new())?;
    index.ingest_notes(context, new)?;
    index.tell(Update::Forget {
        key: old.to_owned(),
    });
    Ok(())
}
