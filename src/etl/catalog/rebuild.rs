//! Filling the catalog from the lake: every record is taken in again. Other processes see the logs
//! as they were until all of them are there, unless these are very many.

use std::{collections::HashMap, os::unix::ffi::OsStrExt, path::Path};

use walkdir::WalkDir;

use super::{
    Catalog, Rebuilt,
    entry::{self, Entry, Seen},
    open,
    refresh::data_version,
};
use crate::{
    ErrorClass, Result,
    base::CancelToken,
    lake::{Context, files::TempPath, readme},
    source::reserved::RECORD,
    time,
};

/// Tables that the lake and the data directory fill; the history of harvests is in neither.
const OF_LOGS: [&str; 8] = [
    "channels", "flags", "robots", "notes", "runs", "logs", "profiles", "followed",
];

impl Catalog {
    /// Fills the catalog again from the records of the lake, then refreshes.
    ///
    /// # Errors
    /// [`Error::Catalog`], [`Error::Cancelled`], those of [`Catalog::refresh`].
    pub fn rebuild(&mut self, context: &Context, cancel: &CancelToken) -> Result<Rebuilt> {
        // What a damaged catalog cannot tell is found out again.
        let moved = self.sql(|db| entry::load(db, "moved_us IS NOT NULL", []));
        let moved = moved.or_else(|e| match e.kind() {
            ErrorClass::Fatal => {
                tracing::warn!("which logs were seen to change is not known any more: {e}");
                Ok(Vec::new())
            }
            _ => Err(e),
        })?;
        self.mark_filled(context)?;
        let is_beside = self.is_filled_beside(context)?;
        let Some(lake) = self.lake.clone().filter(|_| is_beside) else {
            self.empty()?;
            return self.fill(context, moved, cancel);
        };
        let file = TempPath::new(&lake)?;
        let before = self.sql(data_version)?;
        // Where the disk is full SQLite leaves what it keeps beside the database.
        let rebuilt = Self::scratch(file.path())
            .and_then(|mut scratch| scratch.fill(context, moved, cancel))
            .inspect_err(|_| drop(open::remove_companions(file.path())))?;
        cancel.check()?;
        self.take_over(file.path())?;
        if self.sql(data_version)? != before {
            // Others stored something meanwhile.
            self.follow(context, cancel)?;
            self.refresh_from_scan(context, cancel)?;
        }
        Ok(rebuilt)
    }

    /// Whether a rebuild fills another catalog, which others do not see before it is whole. Copying it
    /// holds up those who write, so a large one is filled in its place; so is one that knows few of
    /// the lake's records, of which others miss little.
    fn is_filled_beside(&self, context: &Context) -> Result<bool> {
        /// Records whose rows are copied in a second.
        const MOST: usize = 20_000;
        let known = self.sql(|db| entry::count(db, "followed"))?;
        let most = (2 * known + 64).min(MOST);
        let files = WalkDir::new(context.lake.root()).into_iter().flatten();
        let records = files.filter(|file| file.file_name() == RECORD);
        Ok(records.take(most + 1).count() <= most)
    }

    /// Fills an empty catalog. `moved` are logs that were seen to change.
    fn fill(
        &mut self,
        context: &Context,
        moved: Vec<Entry>,
        cancel: &CancelToken,
    ) -> Result<Rebuilt> {
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

    /// A new catalog in a file that is deleted soon: a power cut may take it.
    fn scratch(path: &Path) -> Result<Self> {
        let scratch = Self {
            db: open::file(path)?,
            file: None,
            path: path.to_owned(),
            lake: None,
            last_look: None,
            read_only: None,
        };
        scratch.sql(|db| {
            db.pragma_update(None, "journal_mode", "MEMORY")?;
            db.pragma_update(None, "synchronous", "OFF")
        })?;
        Ok(scratch)
    }

    /// Puts the logs of the catalog at `from` in the place of all logs, in one transaction.
    fn take_over(&mut self, from: &Path) -> Result<()> {
        let path = from.as_os_str().as_bytes();
        self.sql(|db| {
            // What depends on a row comes with it. SQLite copies whole tables if nothing is to be
            // looked for row by row.
            db.pragma_update(None, "foreign_keys", false)?;
            db.execute("ATTACH DATABASE CAST(?1 AS TEXT) AS rebuilt", [path])
        })?;
        let copied = self.write(|tx| {
            for table in OF_LOGS {
                tx.execute(&format!("DELETE FROM main.{table}"), [])?;
                let copy = format!("INSERT INTO main.{table} SELECT * FROM rebuilt.{table}");
                tx.execute(&copy, [])?;
            }
            Ok(())
        });
        self.sql(|db| {
            db.execute("DETACH DATABASE rebuilt", [])?;
            db.pragma_update(None, "foreign_keys", true)
        })?;
        copied
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
            let delete = OF_LOGS.map(|table| format!("DELETE FROM {table}"));
            tx.execute_batch(&delete.join("; "))
        });
        self.sql(|db| db.pragma_update(None, "foreign_keys", true))?;
        emptied
    }
}
