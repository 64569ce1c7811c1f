//! What a lake keeps for this machine alone: everything below the cache directory that is not a
//! published result. It is never shared through a storage.

use std::path::{Path, PathBuf};

use crate::source::reserved::{CATALOG, EXPORTS, LOCKS, PRIVATE, README, overview_of};

/// Where catalog, locks, temporary files, overviews, exports and the program's log lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalState {
    root: PathBuf,
}

impl LocalState {
    /// That of the lake below `root`. Nothing is created until something is written.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
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
        self.root.join(PRIVATE).join("charts")
    }

    /// The overview of a table of log `key`.
    pub fn overview(&self, key: &str, name: &str) -> PathBuf {
        self.overviews().join(key).join(overview_of(name))
    }

    /// Where overviews of earlier versions lie, named like tables: globs found them.
    pub(super) fn old_overviews(&self) -> PathBuf {
        self.root.join(PRIVATE).join("overviews")
    }

    /// Whether `path` lies where overviews do, or did.
    pub fn is_overview(&self, path: &Path) -> bool {
        path.starts_with(self.overviews()) || path.starts_with(self.old_overviews())
    }

    /// What the lake says of itself.
    pub fn readme(&self) -> PathBuf {
        self.root.join(README)
    }

    /// The program's log.
    pub fn log_path(&self) -> PathBuf {
        self.root.join(PRIVATE).join("mdtui.log")
    }
}
