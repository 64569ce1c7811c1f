//! A renamed log keeps its results: they move to its new key.

use super::{commit, index::Index, read::Stat};
use crate::{
    Result,
    base::CancelToken,
    catalog::Update,
    lake::{Context, Record, files::commit_record, gc::remove_results, lock::LogLock, notes},
    source::FoundLog,
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
                && record.rules == context.profile.rules()
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
/// was cut off after its commit, or the rules have changed and the log was harvested again. The
/// log's lock is held, and `record` is its own.
///
/// # Errors
/// [`Error::Io`], [`Error::Catalog`].
pub(super) fn finish(
    context: &Context,
    index: &mut Index<'_>,
    key: &str,
    record: &Record,
) -> Result<()> {
    let Some(hash) = record.source.content_hash.as_deref() else {
        return Ok(());
    };
    let own = &record.source;
    for (old, present) in index.with_content(hash, key)? {
        if present {
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
