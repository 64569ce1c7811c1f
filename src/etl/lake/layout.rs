//! Where everything lies below the cache directory.
//!
//! ```text
//! README.txt                                what a lake is, for people
//! catalog.db                                the index (SQLite)
//! catalog.db.damaged                        one that a rebuild could not use
//! <log key>/record.json                     the commit of one log
//! <log key>/run_<uuid>.<fingerprint>.parquet
//! <log key>/rejected.<fingerprint>.parquet
//! <log key>/notes.json                      what people say of its runs
//! <log key>/failed_run.table                the table of every failed run: no rows
//! exports/                                  what the browser exports
//! .mdtui/locks/                             one lock file per log being harvested
//! .mdtui/tmp/<id>.lock                      locked while the process <id> is alive
//! .mdtui/tmp/<id>/                          its files that are not whole yet
//! .mdtui/charts/<log key>/run_<uuid>.<fingerprint>.overview
//! .mdtui/mdtui.log                          the program's log
//! ```

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ReadOnly, local_state::LocalState, local_store::LocalStore, run_file::RunFile, store::Store,
};
use crate::{Result, run_id::RunId, source::reserved::RECORD};

/// The lake: the storage of published results, and the state that belongs to this machine alone.
#[derive(Debug, Clone)]
pub struct Lake {
    results: Arc<dyn Store>,
    local: LocalState,
    /// Set where this process only looks at it, though it may write it.
    looked_at: Option<ReadOnly>,
}

impl Lake {
    /// The lake below `root`. Nothing is created until something is written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            results: Arc::new(LocalStore::new(root.clone())),
            local: LocalState::new(root),
            looked_at: None,
        }
    }

    /// For a process that looks at the lake: where its disk is full, nothing is written, as where
    /// that is not allowed ([`ReadOnly::of`]). Decided once, so that all that open its catalog open the same.
    #[must_use]
    pub fn to_look_at(self) -> Self {
        Self {
            looked_at: ReadOnly::of_full_disk(self.root()),
            ..self
        }
    }

    /// Why this process only looks at the lake, though it may write it.
    pub(super) fn looked_at(&self) -> Option<&ReadOnly> {
        self.looked_at.as_ref()
    }

    /// With a directory in which this user may keep catalogs of lakes that cannot be written;
    /// without it, such catalogs are kept in memory.
    #[must_use]
    pub fn with_user_cache(self, dir: Option<PathBuf>) -> Self {
        Self {
            local: self.local.with_user_cache(dir),
            ..self
        }
    }

    /// A lake whose published results lie in `results`.
    #[cfg(test)]
    pub(crate) fn with_results(root: impl Into<PathBuf>, results: Arc<dyn Store>) -> Self {
        Self {
            results,
            local: LocalState::new(root.into()),
            looked_at: None,
        }
    }

    /// The published results.
    pub fn results(&self) -> &dyn Store {
        &*self.results
    }

    /// Opens a published table.
    ///
    /// # Errors
    /// As [`RunFile::open`].
    pub fn open_table(&self, key: &str, name: &str) -> Result<RunFile> {
        let file = self.results.open(key, name)?;
        RunFile::of(file, &self.location(key, name))
    }

    /// Bytes of a published file; `None` when it is not there or cannot be looked at.
    pub fn size_of(&self, key: &str, name: &str) -> Option<u64> {
        self.results.size(key, name).ok()?
    }

    /// Where a published file lies, to be shown to a person.
    pub fn location(&self, key: &str, name: &str) -> PathBuf {
        self.results.location(key, name)
    }

    /// What belongs to this machine alone.
    pub fn local(&self) -> &LocalState {
        &self.local
    }

    /// The cache directory.
    pub fn root(&self) -> &Path {
        self.local.root()
    }

    /// Where the record of log `key` lies, to be shown to a person.
    pub fn record_location(&self, key: &str) -> PathBuf {
        self.location(key, RECORD)
    }
}

/// The name of a run's table: `run_<uuid>.<fingerprint>.parquet`.
pub fn run_file_name(run: RunId, fingerprint: &str) -> String {
    format!("run_{run}.{fingerprint}.parquet")
}

/// The name of a log's rejected rows: `rejected.<fingerprint>.parquet`.
pub fn rejected_file_name(fingerprint: &str) -> String {
    format!("rejected.{fingerprint}.parquet")
}
