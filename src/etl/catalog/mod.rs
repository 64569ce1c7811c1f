//! The catalog: a SQLite index of the lake and the state of every log.
//!
//! Everything in it can be rebuilt from the data directory and the lake.

mod apply;
mod assess;
mod audit;
mod copies;
mod derived;
mod digests;
mod entry;
mod extremes;
mod follow;
mod log_state;
mod logs;
mod machines;
mod notes;
mod open;
mod packed;
mod per_robot;
mod picture;
mod previous;
mod read_only;
mod reason;
mod rebuild;
mod refresh;
mod rows;
mod run_row;
mod runs;
mod settled;
mod statistics;
mod store;
mod survey;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod tests;

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::Connection;

pub use apply::Update;
pub use audit::Audit;
pub use copies::{best_copies, one_copy_each};
pub use derived::{cell_title, machine_name};
pub use extremes::{Extremes, RunExtremes};
pub use per_robot::{Distances, PerRobot, RobotStates, RobotValue};
pub use picture::Picture;
pub use reason::Reason;
pub use rows::{
    HarvestRow, LogDetail, LogPath, LogRow, LogState, MachinePoint, MachineRow, RuleCount,
    RunDetail,
};
pub use run_row::{RunFields, RunRow, align_robots};
pub use survey::{LogStatus, Survey, status_of, survey};

use crate::{
    Error, Result,
    base::CancelToken,
    lake::{Context, Lake, ReadOnly, access::require_write},
};

/// An open catalog. One per thread: opening is cheap.
pub struct Catalog {
    db: Connection,
    path: PathBuf,
    /// Device and inode of the file; `None` in memory.
    file: Option<(u64, u64)>,
    /// `None` in memory: there are no locks there.
    lake: Option<Lake>,
    /// What lists showed after the last look, by key: to tell what changed since,
    /// whoever changed it.
    last_look: Option<digests::Digests>,
    /// Set when it stands in for that of a lake that cannot be written.
    read_only: Option<ReadOnly>,
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
    /// Records of other processes that were taken in.
    pub taken_in: usize,
    /// What was passed over, one sentence each (links that lead out, unreadable folders).
    pub notes: Vec<String>,
    /// Folders of the data directory that could not be read, raw bytes below it: what is known of
    /// the logs in them is old, and new ones are not known. Each is in `notes` too.
    pub unread: Vec<Box<[u8]>>,
    /// Records that cannot be used, one sentence each.
    pub problems: Vec<String>,
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
    /// Opens the lake's catalog to write to it, creating or migrating it.
    ///
    /// # Errors
    /// [`crate::Error::Fatal`] when the database is not mdtui's, is newer than
    /// this program or cannot be used, and when the lake cannot be written.
    pub fn open(lake: &Lake) -> Result<Self> {
        require_write(lake, "write to the lake")?;
        Ok(Self {
            db: open::file(&lake.local().catalog())?,
            file: file_at(&lake.local().catalog()),
            path: lake.local().catalog(),
            lake: Some(lake.clone()),
            last_look: None,
            read_only: None,
        })
    }

    /// Whether its file is where it was opened: it may have been deleted, or another put in its
    /// place.
    pub fn is_in_place(&self) -> bool {
        self.file == file_at(&self.path)
    }

    /// Puts a catalog that SQLite cannot use aside, before a rebuild: what it held, the
    /// lake has. Says where it is now; `None` when there is nothing wrong with it.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn put_damaged_aside(lake: &Lake) -> Result<Option<PathBuf>> {
        let aside = lake.local().damaged_catalog();
        Ok(open::put_aside(&lake.local().catalog(), &aside)?.then_some(aside))
    }

    /// A catalog that is gone with its value, for tests.
    pub fn open_in_memory() -> Result<Self> {
        Ok(Self {
            db: open::memory()?,
            path: PathBuf::from(":memory:"),
            file: None,
            lake: None,
            last_look: None,
            read_only: None,
        })
    }

    /// Looks at the data directory and brings every log's state up to date. Stats
    /// each file and reads no more than the footer of those that changed. Takes in first each
    /// record that changed since it was last taken in, also by another process.
    ///
    /// # Errors
    /// [`crate::Error::Fatal`] when the data directory does not exist,
    /// [`crate::Error::Catalog`], [`crate::Error::Cancelled`].
    pub fn refresh(&mut self, context: &Context, cancel: &CancelToken) -> Result<Refresh> {
        // Before records are taken in: lists that were read already show none of them.
        self.remember_lists()?;
        self.look(context, cancel)
    }

    /// As [`Self::refresh`], for who lists all logs anew afterwards: which changed is told only if the
    /// catalog was refreshed before.
    ///
    /// # Errors
    /// As [`Self::refresh`].
    pub fn look(&mut self, context: &Context, cancel: &CancelToken) -> Result<Refresh> {
        if self.read_only.is_none() {
            self.mark_filled(context)?;
        }
        let taken = self.follow(context, cancel)?;
        let refresh = self.refresh_from_scan(context, cancel)?;
        Ok(Refresh {
            taken_in: taken.records,
            problems: taken.problems,
            ..refresh
        })
    }

    /// Runs `work` on the database.
    fn sql<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&self.db).map_err(|e| self.error(e))
    }

    fn error(&self, source: rusqlite::Error) -> Error {
        open::told(&self.path, source)
    }
}

/// Device and inode of a file.
fn file_at(path: &Path) -> Option<(u64, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}
