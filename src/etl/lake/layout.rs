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

use std::path::{Path, PathBuf};

use crate::{
    run_id::RunId,
    source::reserved::{CATALOG, EXPORTS, LOCKS, PRIVATE, RECORD},
};

/// The lake: a cache directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lake {
    root: PathBuf,
}

impl Lake {
    /// The lake below `root`. Nothing is created until something is written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
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

    /// Where the results of log `key` lie.
    pub fn log_dir(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// The record of log `key`.
    pub fn record(&self, key: &str) -> PathBuf {
        self.log_dir(key).join(RECORD)
    }

    /// A file that the record of log `key` names.
    pub fn log_file(&self, key: &str, name: &str) -> PathBuf {
        self.log_dir(key).join(name)
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
