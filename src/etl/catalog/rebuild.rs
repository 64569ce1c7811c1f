//! Filling the catalog from the lake: every record is taken in again.

use std::collections::HashMap;

use super::{
    Catalog, Rebuilt,
    entry::{self, Entry, Seen},
};
use crate::{
    Result,
    base::CancelToken,
    lake::{Context, readme},
    time,
};

impl Catalog {
    /// Fills the catalog again from the records of the lake, then refreshes.
    ///
    /// # Errors
    /// [`Error::Catalog`], [`Error::Cancelled`], those of [`Catalog::refresh`].
    pub fn rebuild(&mut self, context: &Context, cancel: &CancelToken) -> Result<Rebuilt> {
        let moved = self.sql(|db| entry::load(db, "moved_us IS NOT NULL", []))?;
        self.empty()?;
        self.mark_filled(context)?;
        let taken = self.follow(context, cancel)?;
        self.refresh_from_scan(context, cancel)?;
        if self.recall(moved)? {
            self.refresh_from_scan(context, cancel)?;
        }
        Ok(Rebuilt {
            records: taken.records,
            runs: taken.runs,
            problems: taken.problems,
        })
    }

    /// Remembers of logs that are as they were when they were seen to change: their own
    /// times need not tell, and whether a log is being written hangs on it. Says whether
    /// there was any.
    fn recall(&mut self, moved: Vec<Entry>) -> Result<bool> {
        let mut moved: HashMap<Vec<u8>, Seen> = moved
            .into_iter()
            .filter_map(|e| Some((e.raw()?.to_owned(), e.seen?)))
            .collect();
        if moved.is_empty() {
            return Ok(false);
        }
        self.write(|tx| {
            for mut entry in entry::load_all(tx)? {
                let old = entry.raw().and_then(|raw| moved.remove(raw));
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

    /// Says in a new lake what it is.
    pub(super) fn mark_filled(&mut self, context: &Context) -> Result<()> {
        let filled = "SELECT EXISTS (SELECT 1 FROM filled)";
        if self.sql(|db| db.query_row(filled, [], |r| r.get(0)))? {
            return Ok(());
        }
        if self.lake.is_some() {
            readme::ensure(&context.lake)?;
        }
        self.write(|tx| {
            tx.execute("INSERT INTO filled VALUES (?1)", [time::now()])
                .map(drop)
        })
    }

    /// Drops every log, but keeps the history of harvests: the lake does not have it.
    fn empty(&mut self) -> Result<()> {
        // Whole tables go at once; what depends on a row is looked for in the others, row by row.
        self.sql(|db| db.pragma_update(None, "foreign_keys", false))?;
        let emptied = self.write(|tx| {
            tx.execute_batch(
                "DELETE FROM channels; DELETE FROM flags; DELETE FROM robots; DELETE FROM notes; \
                 DELETE FROM runs; DELETE FROM logs; DELETE FROM profiles; DELETE FROM followed;",
            )
        });
        self.sql(|db| db.pragma_update(None, "foreign_keys", true))?;
        emptied
    }
}
