//! Which files below the data directory are logs, what their keys are, and whether
//! they are whole. Nothing here reads more of a log than its footer.

pub mod footer;
mod format;
pub mod key;
pub mod reserved;
pub mod scan;
pub mod watch;

use std::path::PathBuf;

pub use format::Format;
pub use watch::Watcher;

/// A log below the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLog {
    /// The log key: unique, harmless text.
    pub key: String,
    /// Below the data directory, harmless text.
    pub path: String,
    /// The real path.
    pub file: PathBuf,
    /// By its ending.
    pub format: Format,
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Inode.
    pub inode: u64,
    /// The cell that the path tells ([`scan::cell_of`]): that of logs that name none.
    pub folder: Option<String>,
    /// Why it cannot be a log, when that is plain to see (a directory, a FIFO, a link
    /// that leads out).
    pub trouble: Option<String>,
}
