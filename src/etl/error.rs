//! What can go wrong between a log and the lake, in words an operator can act on.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

/// Result of the `etl` module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How the caller is to treat an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The log itself is at fault: trying again without changing it is useless.
    Permanent,
    /// The machine is at fault (disk full, I/O error): trying again may help.
    Transient,
    /// Somebody asked for it to stop.
    Cancelled,
    /// The question was wrong: an unknown log or run, an impossible option.
    Usage,
    /// Nothing can be done: no such directory, catalog not usable.
    Fatal,
}

/// Why what lies under a name is not opened or read, though the system would do so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Opening or reading a pipe or device might never end; a folder has no bytes.
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    /// Following it would lead to another place, or to none.
    #[error("it is a link{0}")]
    Link(&'static str),
    /// It has more than so many MiB.
    #[error("it has more than {0} MiB")]
    TooLong(u64),
}

impl Unfit {
    /// Why the system did not give this error, if it is one of these.
    pub fn of(error: &std::io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<Unfit> for std::io::Error {
    fn from(unfit: Unfit) -> Self {
        Self::new(std::io::ErrorKind::InvalidInput, unfit)
    }
}

/// An error of the `etl` module: one sentence, with the place and the remedy in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log (or one run of it) cannot be harvested as it is.
    #[error("{0}")]
    Log(String),
    /// As [`Error::Log`], and the log's record says so already.
    #[error("{0}")]
    Recorded(String),
    /// The worker process that harvested the log crashed, or was killed because it took
    /// too long.
    #[error("{0}")]
    Died(String),
    /// The operating system refused something.
    #[error("cannot {action} {}: {source}", crate::text::visible_path(path))]
    Io {
        /// What was tried, as a verb: `read`, `write`, `rename`.
        action: Cow<'static, str>,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The log changed while it was read; what was read is not one thing.
    #[error("{0}")]
    Moving(String),
    /// Another process holds the log's lock.
    #[error("{0}")]
    Busy(String),
    /// Cancelled between or within stages.
    #[error("cancelled")]
    Cancelled,
    /// An unknown log or run, or an option that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Nothing can be done.
    #[error("{0}")]
    Fatal(String),
    /// The catalog refused.
    #[error("the catalog {}: {source}", crate::text::visible_path(path))]
    Catalog {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl Error {
    /// An I/O error with the verb and the path it happened on.
    pub fn io(action: impl Into<Cow<'static, str>>, path: &Path, source: std::io::Error) -> Self {
        // The name of a temporary file says nothing to anybody: tempfile adds it to what the system said.
        let text = source.to_string();
        let source = match text.rsplit_once(" at path \"") {
            Some((said, _)) => std::io::Error::new(source.kind(), said),
            None => source,
        };
        Self::Io {
            action: action.into(),
            path: path.to_owned(),
            source,
        }
    }

    /// An I/O error on a log. A log that may not be read is at fault itself: trying again is
    /// useless until the operator changes that.
    pub fn of_log(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::PermissionDenied => {
                Self::Log(Self::io(action, path, source).to_string())
            }
            _ => Self::io(action, path, source),
        }
    }

    /// Of a document: one that is [`Unfit`] is damaged, as one with another text is.
    #[must_use]
    pub fn of_document(self) -> Self {
        match &self {
            Self::Io { source, .. } if Unfit::of(source).is_some() => Self::Log(format!(
                "{self}: put it back from a backup, or move it away"
            )),
            _ => self,
        }
    }

    /// Whether these are the words of an [`Error::of_log`] that says that a log may not be read: the
    /// operator may have changed that without changing the log.
    pub fn says_denied(words: &str) -> bool {
        use rustix::io::Errno;
        let denied = [Errno::ACCESS, Errno::PERM].map(std::io::Error::from);
        denied.iter().any(|e| words.ends_with(&e.to_string()))
    }

    /// How to treat this error.
    pub fn kind(&self) -> ErrorClass {
        match self {
            Self::Log(_) | Self::Recorded(_) | Self::Died(_) => ErrorClass::Permanent,
            Self::Io { .. } | Self::Moving(_) | Self::Busy(_) => ErrorClass::Transient,
            Self::Cancelled => ErrorClass::Cancelled,
            Self::Usage(_) => ErrorClass::Usage,
            Self::Catalog { source, .. } if may_pass(source) => ErrorClass::Transient,
            Self::Fatal(_) | Self::Catalog { .. } => ErrorClass::Fatal,
        }
    }
}

/// Whether a full or failing disk is to blame, and not a path or a permission.
pub fn is_of_the_disk(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as K;
    matches!(error.kind(), K::StorageFull | K::QuotaExceeded)
        || error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// Whether SQLite may get on with it another time: the disk is full or fails, or others
/// hold the database for too long.
fn may_pass(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as C;
    matches!(
        error.sqlite_error_code(),
        Some(C::DiskFull | C::SystemIoFailure | C::DatabaseBusy | C::DatabaseLocked)
    )
}
