//! Errors and paths on their way through a pipe.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use rusqlite::ffi;
use serde::{Deserialize, Serialize};

use crate::{Error, text};

/// A path: text where it is, bytes where it is not UTF-8.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PathText {
    /// UTF-8.
    Text(String),
    /// Anything.
    Bytes(Vec<u8>),
}

impl From<&Path> for PathText {
    fn from(path: &Path) -> Self {
        let bytes = path.as_os_str().as_bytes();
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes(bytes.to_vec()),
        }
    }
}

impl From<&PathText> for PathBuf {
    fn from(path: &PathText) -> Self {
        match path {
            PathText::Text(text) => OsStr::new(text).into(),
            PathText::Bytes(bytes) => OsString::from_vec(bytes.clone()).into(),
        }
    }
}

/// An [`Error`] that a worker hands to the program: of the same kind and with the same words
/// at the other end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// [`Error::Log`]
    Log(String),
    /// [`Error::Recorded`]
    Recorded(String),
    /// [`Error::Died`]
    Died(String),
    /// [`Error::Io`]
    Io {
        /// The verb.
        action: String,
        /// On which file.
        path: PathText,
        /// The system's number.
        code: Option<i32>,
        /// What the system said.
        words: String,
    },
    /// [`Error::Moving`]
    Moving(String),
    /// [`Error::Busy`]
    Busy(String),
    /// [`Error::Cancelled`]
    Cancelled,
    /// [`Error::Usage`]
    Usage(String),
    /// [`Error::Fatal`]
    Fatal(String),
    /// [`Error::Catalog`]
    Catalog {
        /// The database.
        path: PathText,
        /// SQLite's extended code.
        code: Option<i32>,
        /// What SQLite said.
        words: String,
    },
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        match error {
            Error::Log(words) => Self::Log(words.clone()),
            Error::Recorded(words) => Self::Recorded(words.clone()),
            Error::Died(words) => Self::Died(words.clone()),
            Error::Io {
                action,
                path,
                source,
            } => Self::Io {
                action: action.clone().into_owned(),
                path: path.as_path().into(),
                code: source.raw_os_error(),
                words: source.to_string(),
            },
            Error::Moving(words) => Self::Moving(words.clone()),
            Error::Busy(words) => Self::Busy(words.clone()),
            Error::Cancelled => Self::Cancelled,
            Error::Usage(words) => Self::Usage(words.clone()),
            Error::Fatal(words) => Self::Fatal(words.clone()),
            Error::Catalog { path, source } => Self::Catalog {
                path: path.as_path().into(),
                code: source.sqlite_error().map(|e| e.extended_code),
                words: match source {
                    rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
                    other => other.to_string(),
                },
            },
        }
    }
}

impl Fault {
    /// The error at the other end. A worker was near hostile bytes: its words are made
    /// harmless as if a log had said them.
    pub fn into_error(self) -> Error {
        let safe = |words: String| text::visible(&words);
        match self {
            Self::Log(words) => Error::Log(safe(words)),
            Self::Recorded(words) => Error::Recorded(safe(words)),
            Self::Died(words) => Error::Died(safe(words)),
            Self::Io {
                action,
                path,
                code,
                words,
            } => {
                let source = code.map_or_else(
                    || io::Error::other(safe(words)),
                    io::Error::from_raw_os_error,
                );
                Error::io(safe(action), &PathBuf::from(&path), source)
            }
            Self::Moving(words) => Error::Moving(safe(words)),
            Self::Busy(words) => Error::Busy(safe(words)),
            Self::Cancelled => Error::Cancelled,
            Self::Usage(words) => Error::Usage(safe(words)),
            Self::Fatal(words) => Error::Fatal(safe(words)),
            Self::Catalog { path, code, words } => Error::Catalog {
                path: PathBuf::from(&path),
                source: rusqlite::Error::SqliteFailure(
                    ffi::Error::new(code.unwrap_or(ffi::SQLITE_ERROR)),
                    Some(safe(words)),
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_kind_and_its_words() {
        let full = || io::Error::from_raw_os_error(28);
        let errors = [
            Error::Log("bad".into()),
            Error::Recorded("bad".into()),
            Error::Died("killed".into()),
            Error::io("write", Path::new(OsStr::from_bytes(b"/x\xff")), full()),
            Error::io("write", Path::new("y"), io::Error::other("odd")),
            Error::Moving("moves".into()),
            Error::Busy("busy".into()),
            Error::Cancelled,
            Error::Usage("what".into()),
            Error::Fatal("gone".into()),
            Error::Catalog {
                path: "c".into(),
                source: rusqlite::Error::SqliteFailure(
                    ffi::Error::new(ffi::SQLITE_FULL),
                    Some("database or disk is full".into()),
                ),
            },
            Error::Catalog {
                path: "c".into(),
                source: rusqlite::Error::QueryReturnedNoRows,
            },
        ];
        for error in errors {
            let fault = Fault::from(&error);
            let json = serde_json::to_string(&fault).unwrap();
            let back = serde_json::from_str::<Fault>(&json).unwrap().into_error();
            assert_eq!(back.kind(), error.kind(), "{error}");
            assert_eq!(back.to_string(), error.to_string());
            if let (Error::Io { source: a, .. }, Error::Io { source: b, .. }) = (&back, &error) {
                assert_eq!(a.raw_os_error(), b.raw_os_error());
            }
        }
    }

    #[test]
    fn what_a_mad_worker_says_is_made_harmless() {
        let error = Fault::Log("\u{1b}[2J".into()).into_error();
        assert_eq!(error.to_string(), "\\u{1b}[2J");
    }
}
