//! Where everything lies below the cache directory.
//!
//! ```text
//! catalog.db                                the index (SQLite)
//! catalog.db.damaged                        one that a rebuild could not use
//! <log key>/record.json                     the commit of one log
//! <log key>/run_<uuid>.<fingerprint>.parquet
//! <log key>/rejected.<fingerprint>.parquet
//! <log key>/failed_run.table                the table of every failed run: no rows
//! exports/                                  what the browser exports
//! .mdtui/locks/                             one lock file per log being harvested
//! .mdtui/tmp/<id>.lock                      locked while the process <id> is alive
//! .mdtui/tmp/<id>/                          its files that are not whole yet
//! .mdtui/overviews/<log key>/run_<uuid>.<fingerprint>.parquet
//! .mdtui/mdtui.log                          the program's log
//! ```

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{local_store::LocalStore, run_file::RunFile, store::Store};
use crate::{
    Result,
    run_id::RunId,
    source::reserved::{CATALOG, EXPORTS, LOCKS, PRIVATE, RECORD},
};

/// The lake: the storage of published results, and what belongs to this machine alone, which
/// lies in the cache directory: catalog, locks, temporary files, overviews, exports.
#[derive(Debug, Clone)]
pub struct Lake {
    root: PathBuf,
    results: Arc<dyn Store>,
}

impl Lake {
    /// The lake below `root`. Nothing is created until something is written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let results = Arc::new(LocalStore::new(root.clone()));
        Self { root, results }
    }

    /// A lake whose published results lie in `results`.
    #[cfg(test)]
    pub(super) fn with_results(root: impl Into<PathBuf>, results: Arc<dyn Store>) -> Self {
        Self {
            root: root.into(),
            results,
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

    /// Bytes of a published file; `None` when it is not there or cannot be opened.
    pub fn size_of(&self, key: &str, name: &str) -> Option<u64> {
        self.results.open(key, name).ok()?.size().ok()
    }

    /// Where a published file lies, to be shown to a person.
    pub fn location(&self, key: &str, name: &str) -> PathBuf {
        self.results.location(key, name)
    }

    /// The cache directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The catalog's file.
    pub fn catalog(&self) -> PathBuf {
        self.root.join(CATALOG)
    }

    /// Where a rebuild puts a catalog that cannot be used.
    pub fn damaged_catalog(&self) -> PathBuf {
        self.root.join(format!("{CATALOG}.damaged"))
    }

    /// Where the record of log `key` lies, to be shown to a person.
    pub fn record_location(&self, key: &str) -> PathBuf {
        self.location(key, RECORD)
    }

    /// Where the browser's exports go.
    pub fn exports(&self) -> PathBuf {
        self.root.join(EXPORTS)
    }

    /// Lock files.
    pub fn locks(&self) -> PathBuf {
        self.root.join(PRIVATE).join(LOCKS)
    }

    /// Files that are not whole yet, in a directory per process (see [`super::Presence`]); on
    /// the same file system as the results.
    pub fn tmp(&self) -> PathBuf {
        self.root.join(PRIVATE).join("tmp")
    }

    /// Where overviews of long runs lie, each as its table lies in the lake.
    pub fn overviews(&self) -> PathBuf {
        self.root.join(PRIVATE).join("overviews")
    }

    /// The overview of a table of log `key`.
    pub fn overview(&self, key: &str, name: &str) -> PathBuf {
        self.overviews().join(key).join(name)
    }

    /// The program's log.
    pub fn log_path(&self) -> PathBuf {
        self.root.join(PRIVATE).join("mdtui.log")
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
