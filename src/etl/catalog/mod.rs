//! The catalog: a SQLite index of the lake and the state of every log.
//!
//! Everything in it can be rebuilt from the data directory and the lake.

mod assess;
mod audit;
mod derived;
mod distances;
mod entry;
mod logs;
mod machines;
mod open;
mod rebuild;
mod refresh;
mod rows;
mod runs;
mod state;
mod store;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, path::PathBuf, time::Duration};

use rusqlite::Connection;

pub use audit::Audit;
pub use derived::{cell_title, machine_name};
pub use distances::Distances;
pub use rebuild::records;
pub use rows::{
    HarvestRow, LogDetail, LogRow, LogState, MachinePoint, MachineRow, RuleCount, RunDetail, RunRow,
};

use super::{
    Error, Result,
    lake::{Lake, Record},
    run_id::RunId,
    source::FoundLog,
};
use crate::{base::CancelToken, lake::Context};

/// An open catalog. One per thread: opening is cheap.
pub struct Catalog {
    db: Connection,
    path: PathBuf,
    /// `None` in memory: nobody can hold a lock there.
    lake: Option<Lake>,
    /// What lists showed after the last look, by key: to tell what changed since,
    /// whoever changed it.
    last_look: Option<HashMap<String, u64>>,
}

/// What a look at the data directory found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refresh {
    /// Logs that are new, changed or gone since the last look, and logs whose state
    /// is another. Empty: nothing to redraw.
    pub changed_keys: Vec<String>,
    /// Logs in the catalog.
    pub logs: usize,
    /// After how long the state of a log changes though nothing but time passes (`writing` to
    /// `failed`); `None`: not at all.
    pub next_change: Option<Duration>,
    /// What was passed over, one sentence each (links that lead out, unreadable folders).
    pub notes: Vec<String>,
}

/// What a rebuild read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Records taken in.
    pub records: usize,
    /// Runs taken in.
    pub runs: usize,
    /// Records that could not be read, one sentence each.
    pub problems: Vec<String>,
}

impl Catalog {
    /// Opens the lake's catalog, creating or migrating it.
    ///
    /// # Errors
    /// [`crate::Error::Fatal`] when the database is not mdtui's, is newer than
    /// this program or cannot be used.
    pub fn open(lake: &Lake) -> Result<Self> {
        Ok(Self {
            db: open::file(&lake.catalog())?,
            path: lake.catalog(),
            lake: Some(lake.clone()),
            last_look: None,
        })
    }

    /// Puts a catalog that SQLite cannot use aside, before a rebuild: what it held, the
    /// lake has. Says where it is now; `None` when there is nothing wrong with it.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn put_damaged_aside(lake: &Lake) -> Result<Option<PathBuf>> {
        let aside = lake.damaged_catalog();
        Ok(open::put_aside(&lake.catalog(), &aside)?.then_some(aside))
    }

    /// A catalog that is gone with its value, for tests.
    pub fn open_in_memory() -> Result<Self> {
        Ok(Self {
            db: open::memory()?,
            path: PathBuf::from(":memory:"),
            lake: None,
            last_look: None,
        })
    }

    /// Looks at the data directory and brings every log's state up to date. Stats
    /// each file and reads no more than the footer of those that changed. A new catalog
    /// beside a lake with results takes their records in first.
    ///
    /// # Errors
    /// [`crate::Error::Fatal`] when the data directory does not exist,
    /// [`crate::Error::Catalog`], [`crate::Error::Cancelled`].
    pub fn refresh(&mut self, context: &Context, cancel: &CancelToken) -> Result<Refresh> {
        self.fill_new(context, cancel)?;
        self.look(context, cancel)
    }

    /// The first logs by key, at most `limit`: what a screen shows before all are listed.
    ///
    /// # Errors
    /// [`crate::Error::Fatal`] when the catalog is not usable.
    pub fn first_logs(&self, limit: usize) -> Result<Vec<LogRow>> {
        self.list_first(limit)
    }

    /// All logs, sorted by key, as the last refresh (of any process) left them.
    pub fn logs(&self) -> Result<Vec<LogRow>> {
        self.list("?1 IS NULL", None)
    }

    /// One log by its key.
    pub fn log(&self, key: &str) -> Result<Option<LogRow>> {
        self.one(key)
    }

    /// One log with its ledger, errors and history.
    pub fn log_detail(&self, key: &str) -> Result<Option<LogDetail>> {
        self.panel(key)
    }

    /// A log by what an operator would call it: its key, its path below the data
    /// directory, or a path that leads to the file from the current directory.
    pub fn find_log(&self, context: &Context, name: &str) -> Result<Option<LogRow>> {
        self.by_name(context, name)
    }

    /// Where the log `key` lies and how it was found; `None` for an unknown key or a
    /// log that is gone.
    pub fn source(&self, context: &Context, key: &str) -> Result<Option<FoundLog>> {
        self.found(context, key)
    }

    /// Runs of one log, or of all, by start time.
    pub fn runs(&self, log_key: Option<&str>) -> Result<Vec<RunRow>> {
        self.list_runs(log_key)
    }

    /// One run of one log.
    pub fn run_detail(&self, log_key: &str, run: RunId) -> Result<Option<RunDetail>> {
        self.detail(log_key, run)
    }

    /// Runs that `part` names: `<part>` or `<log key>/<part>` or `<log key>:<part>`.
    /// An exact id or decimal form goes before a part of an id.
    pub fn find_runs(&self, part: &str) -> Result<Vec<RunRow>> {
        self.named_runs(part)
    }

    /// Every machine over its runs, by cell and robot.
    pub fn machines(&self) -> Result<Vec<MachineRow>> {
        self.all_machines()
    }

    /// Past harvests of all logs, latest first.
    pub fn history(&self, limit: usize) -> Result<Vec<HarvestRow>> {
        self.past(limit)
    }

    /// Takes a record in, replacing what was known of the log, in one transaction.
    /// `outcome` goes to the history.
    pub fn store_record(
        &mut self,
        context: &Context,
        key: &str,
        record: &Record,
        outcome: &HarvestRow,
    ) -> Result<()> {
        self.take_in(context, key, record, Some(outcome))
    }

    /// Takes in a record that lies in the lake, unless it is the one that is known:
    /// whoever wrote it may have been killed before it told the catalog.
    pub fn learn(&mut self, context: &Context, key: &str, record: &Record) -> Result<()> {
        if self.knows(key, record)? {
            return Ok(());
        }
        self.take_in(context, key, record, None)
    }

    /// Adds a line to the history without touching the log (cancelled, failed again).
    pub fn store_attempt(&mut self, outcome: &HarvestRow) -> Result<()> {
        self.write(|tx| store::store_outcome(tx, outcome))
    }

    /// Drops everything known of a log (its results were taken over by another key).
    pub fn forget(&mut self, key: &str) -> Result<()> {
        self.drop_log(key)
    }

    /// Other harvested logs with this content: `(key, still in the data directory)`.
    pub fn with_content(
        &self,
        content_hash: &str,
        except_key: &str,
    ) -> Result<Vec<(String, bool)>> {
        self.same_content(content_hash, except_key)
    }

    /// Fills the catalog anew from the records of the lake, then refreshes.
    pub fn rebuild(&mut self, context: &Context, cancel: &CancelToken) -> Result<Rebuilt> {
        self.fill(context, cancel)
    }

    /// Runs `work` on the database.
    fn sql<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&self.db).map_err(|e| self.error(e))
    }

    fn error(&self, source: rusqlite::Error) -> Error {
        open::told(&self.path, source)
    }
}
