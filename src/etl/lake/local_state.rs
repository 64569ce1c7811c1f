//! What a lake keeps for this machine alone: everything below the cache directory that is not a
//! published result. It is never shared through a storage.

use std::path::{Path, PathBuf};

use crate::source::reserved::{CATALOG, EXPORTS, LOCKS, PRIVATE, README, overview_of};

/// Where catalog, locks, temporary files, overviews, exports and the program's log lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalState {
    root: PathBuf,
    /// Where this user may keep catalogs of lakes that cannot be written.
    user_cache: Option<PathBuf>,
}

impl LocalState {
    /// That of the lake below `root`. Nothing is created until something is written.
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            user_cache: None,
        }
    }

    pub(super) fn with_user_cache(self, user_cache: Option<PathBuf>) -> Self {
        Self { user_cache, ..self }
    }

    /// The cache directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The catalog's file.
    pub fn catalog(&self) -> PathBuf {
        self.root.join(CATALOG)
    }

    /// The catalog and what SQLite keeps beside it.
    pub fn catalog_files(&self) -> [PathBuf; 3] {
        ["", "-wal", "-shm"].map(|ending| self.root.join(format!("{CATALOG}{ending}")))
    }

    /// A name for this lake that no other has: a hash of its path.
    pub fn id(&self) -> String {
        let absolute = || std::path::absolute(&self.root).ok();
        let root = self.root.canonicalize().ok().or_else(absolute);
        let root = root.unwrap_or_else(|| self.root.clone());
        let hash = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
        hash[..32].to_owned()
    }

    /// The file of this user's own catalog of the lake, for when the lake cannot be written;
    /// `None`: there is no place for one.
    pub fn user_catalog(&self) -> Option<PathBuf> {
        let dir = self.user_cache.as_ref()?;
        Some(dir.join(self.id()).join(CATALOG))
    }

    /// Where a rebuild puts a catalog that cannot be used.
    pub fn damaged_catalog(&self) -> PathBuf {
        self.root.join(format!("{CATALOG}.damaged"))
    }

    /// Where the browser's exports go.
    pub fn exports(&self) -> PathBuf {
        self.root.join(EXPORTS)
    }

    /// Everything private but the catalog.
    pub fn private(&self) -> PathBuf {
        self.root.join(PRIVATE)
    }

    /// Lock files.
    pub fn locks(&self) -> PathBuf {
        self.private().join(LOCKS)
    }

    /// Files that are not whole yet, in a directory per process (see [`super::Presence`]); on
    /// the same file system as the results.
    pub fn tmp(&self) -> PathBuf {
        self.private().join("tmp")
    }

    /// Where overviews of long runs lie, each as its table lies in the lake.
    pub fn overviews(&self) -> PathBuf {
        self.private().join("charts")
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
        self.private().join("mdtui.log")
    }
}
