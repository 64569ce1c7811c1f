//! The catalog: a SQLite index of the lake and the state of every log.
//!
//! Everything in it can be rebuilt from the data directory and the lake.

mod rows;

pub use rows::{
    HarvestRow, LogDetail, LogRow, LogState, MachinePoint, MachineRow, RunDetail, RunRow,
};

use super::{
    Result,
    harvest::{CancelToken, Context},
    lake::{Lake, Record},
    run_id::RunId,
    source::FoundLog,
};

/// An open catalog. One per thread: opening is cheap.
pub struct Catalog {}

/// What a look at the data directory found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refresh {
    /// Logs that are new, changed or gone since the last look, and logs whose state
    /// is another. Empty: nothing to redraw.
    pub changed_keys: Vec<String>,
    /// Logs in the catalog.
    pub logs: usize,
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
    /// [`crate::etl::Error::Fatal`] when the database is not mdtui's, is newer than
    /// this program or cannot be used.
    pub fn open(_lake: &Lake) -> Result<Self> {
        Ok(Self {})
    }

    /// A catalog that is gone with its value, for tests.
    pub fn open_in_memory() -> Result<Self> {
        Ok(Self {})
    }

    /// Looks at the data directory and brings every log's state up to date. Stats
    /// each file and reads no more than the footer of those that changed.
    ///
    /// # Errors
    /// [`crate::etl::Error::Fatal`] when the data directory does not exist,
    /// [`crate::etl::Error::Catalog`], [`crate::etl::Error::Cancelled`].
    pub fn refresh(&mut self, _context: &Context, _cancel: &CancelToken) -> Result<Refresh> {
        Ok(Refresh::default())
    }

    /// All logs, sorted by key, as the last refresh (of any process) left them.
    pub fn logs(&self) -> Result<Vec<LogRow>> {
        Ok(Vec::new())
    }

    /// One log by its key.
    pub fn log(&self, _key: &str) -> Result<Option<LogRow>> {
        Ok(None)
    }

    /// One log with its ledger, errors and history.
    pub fn log_detail(&self, _key: &str) -> Result<Option<LogDetail>> {
        Ok(None)
    }

    /// A log by what an operator would call it: its key, its path below the data
    /// directory, or a path that leads to the file from the current directory.
    pub fn find_log(&self, _context: &Context, _name: &str) -> Result<Option<LogRow>> {
        Ok(None)
    }

    /// Where the log `key` lies and how it was found; `None` for an unknown key or a
    /// log that is gone.
    pub fn source(&self, _context: &Context, _key: &str) -> Result<Option<FoundLog>> {
        Ok(None)
    }

    /// Runs of one log, or of all, by start time.
    pub fn runs(&self, _log_key: Option<&str>) -> Result<Vec<RunRow>> {
        Ok(Vec::new())
    }

    /// One run of one log.
    pub fn run_detail(&self, _log_key: &str, _run: RunId) -> Result<Option<RunDetail>> {
        Ok(None)
    }

    /// Runs that `part` names: `<part>` or `<log key>/<part>` or `<log key>:<part>`.
    /// An exact id or decimal form goes before a part of an id.
    pub fn find_runs(&self, _part: &str) -> Result<Vec<RunRow>> {
        Ok(Vec::new())
    }

    /// Every machine over its runs, by cell and robot.
    pub fn machines(&self) -> Result<Vec<MachineRow>> {
        Ok(Vec::new())
    }

    /// Past harvests of all logs, latest first.
    pub fn history(&self, _limit: usize) -> Result<Vec<HarvestRow>> {
        Ok(Vec::new())
    }

    /// Takes a record in, replacing what was known of the log, in one transaction.
    /// `outcome` goes to the history.
    pub fn store_record(
        &mut self,
        _context: &Context,
        _key: &str,
        _record: &Record,
        _outcome: &HarvestRow,
    ) -> Result<()> {
        Ok(())
    }

    /// Adds a line to the history without touching the log (cancelled, failed again).
    pub fn store_attempt(&mut self, _outcome: &HarvestRow) -> Result<()> {
        Ok(())
    }

    /// Drops everything known of a log (its results were taken over by another key).
    pub fn forget(&mut self, _key: &str) -> Result<()> {
        Ok(())
    }

    /// Other harvested logs with this content: `(key, still in the data directory)`.
    pub fn with_content(
        &self,
        _content_hash: &str,
        _except_key: &str,
    ) -> Result<Vec<(String, bool)>> {
        Ok(Vec::new())
    }

    /// Fills the catalog anew from the records of the lake, then refreshes.
    pub fn rebuild(&mut self, _context: &Context, _cancel: &CancelToken) -> Result<Rebuilt> {
        Ok(Rebuilt::default())
    }
}
