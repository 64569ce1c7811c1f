//! Filling the catalog from the lake: every record is taken in again.

use std::collections::HashMap;

use super::{
    Catalog, Rebuilt,
    entry::{self, Entry, Seen},
};
use crate::{
    Result,
    base::CancelToken,
    lake::{Context, Record, readme},
    time,
};

/// What became of one record.
pub(super) enum Ingested {
    /// It is in the catalog.
    Log {
        /// The log's key, which need not be the folder's name on a disk that folds names.
        key: String,
        /// How many runs it has.
        runs: usize,
    },
    /// There is none.
    Gone,
    /// It cannot be used: why, as a sentence.
    Problem(String),
}

impl Catalog {
    /// Fills the catalog anew from the records of the lake, then refreshes.
    ///
    /// # Errors
    /// [`Error::Catalog`], [`Error::Cancelled`], those of [`Catalog::refresh`].
    pub fn rebuild(&mut self, context: &Context, cancel: &CancelToken) -> Result<Rebuilt> {
        // One sync for each of many thousand records would take minutes; what a power
        // cut takes away, another rebuild brings back.
        self.sql(|db| db.pragma_update(None, "synchronous", "NORMAL"))?;
        let moved = self.sql(|db| entry::load(db, "moved_us IS NOT NULL", []))?;
        let rebuilt = self.empty().and_then(|()| self.fill_all(context, cancel));
        self.sql(|db| db.pragma_update(None, "synchronous", "FULL"))?;
        let rebuilt = rebuilt?;
        self.refresh_from_scan(context, cancel)?;
        if self.recall(moved)? {
            self.refresh_from_scan(context, cancel)?;
        }
        Ok(rebuilt)
    }

    /// Remembers of logs that are as they were when they were seen to change: their own
    /// times need not tell, and whether a log is being written hangs on it. Says whether
    /// there was any.
    fn recall(&mut self, moved: Vec<Entry>) -> Result<bool> {
        let mut moved: HashMap<Vec<u8>, Seen> = moved
            .into_iter()
            .filter_map(|e| Some((e.raw?, e.seen?)))
            .collect();
        if moved.is_empty() {
            return Ok(false);
        }
        self.write(|tx| {
            for mut entry in entry::load(tx, "1", [])? {
                let old = entry.raw.as_ref().and_then(|raw| moved.remove(raw));
                let (Some(old), Some(seen)) = (old, entry.seen.as_mut()) else {
                    continue;
                };
                let now = (seen.size, seen.mtime_ns, seen.inode);
                if now == (old.size, old.mtime_ns, old.inode) {
                    seen.moved_us = old.moved_us;
                    entry::save(tx, &entry)?;
                }
            }
            Ok(true)
        })
    }

    /// Takes the records of the lake into a catalog that never held them: it was lost, or
    /// the lake came without it. Does nothing ever after.
    pub(super) fn fill_new(&mut self, context: &Context, cancel: &CancelToken) -> Result<()> {
        let filled = "SELECT EXISTS (SELECT 1 FROM filled)";
        if self.sql(|db| db.query_row(filled, [], |r| r.get(0)))? {
            return Ok(());
        }
        if self.lake.is_some() {
            readme::ensure(&context.lake)?;
        }
        self.sql(|db| db.pragma_update(None, "synchronous", "NORMAL"))?;
        let rebuilt = self.fill_all(context, cancel);
        self.sql(|db| db.pragma_update(None, "synchronous", "FULL"))?;
        for problem in rebuilt?.problems {
            tracing::warn!("{problem}");
        }
        Ok(())
    }

    fn fill_all(&mut self, context: &Context, cancel: &CancelToken) -> Result<Rebuilt> {
        let mut rebuilt = Rebuilt::default();
        let found = context.lake.results().keys("");
        rebuilt.problems = found.problems;
        for key in &found.keys {
            cancel.check()?;
            // Each record is read right before it is taken in, so that a harvest of
            // another process that commits meanwhile is not undone.
            match self.ingest(context, key)? {
                Ingested::Log { runs, .. } => {
                    rebuilt.records += 1;
                    rebuilt.runs += runs;
                }
                Ingested::Gone => {}
                Ingested::Problem(problem) => rebuilt.problems.push(problem),
            }
        }
        self.write(|tx| {
            tx.execute("DELETE FROM filled", [])?;
            tx.execute("INSERT INTO filled VALUES (?1)", [time::now()])?;
            Ok(())
        })?;
        Ok(rebuilt)
    }

    /// Stores the record that lies under `key` as it is in the lake now.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn ingest(&mut self, context: &Context, key: &str) -> Result<Ingested> {
        Ok(match Record::read_in_place(&context.lake, key) {
            Ok(Some(record)) => {
                self.store_record(context, &record.source_file, &record, None)?;
                Ingested::Log {
                    runs: record.run_to_result.len(),
                    key: record.source_file,
                }
            }
            Ok(None) => Ingested::Gone,
            Err(e) => Ingested::Problem(e.to_string()),
        })
    }

    /// Drops every log, but keeps the history of harvests: the lake does not have it.
    fn empty(&mut self) -> Result<()> {
        self.write(|tx| {
            tx.execute_batch("DELETE FROM logs; DELETE FROM profiles;")?;
            Ok(())
        })
    }
}
