//! The storage of published results: what a harvest publishes, and everything that is read
//! again from there.
//!
//! Published are the tables, the rejected rows and the record of each log, each under the
//! log's key and a name. What belongs to one machine alone is no part of it: the catalog,
//! locks, presence, temporary files, overviews and exports are paths of [`super::Lake`].
//!
//! A new storage is a file with an implementation that passes `store_tests`, and a line in
//! [`super::Lake`] that chooses it.

use std::{fmt::Debug, path::Path, path::PathBuf};

use crate::{
    Result,
    base::read_at::ReadAt,
    source::reserved::{NOTES, RECORD},
};

/// Where published results lie.
///
/// # Contract
///
/// * **Keys** are relative paths with `/`: `cell-1/a.csv`. A key may begin with another key and
///   a slash. **Names** have no slash.
/// * **Atomic.** [`Store::publish`], [`Store::copy`] and [`Store::replace`] show a reader the whole
///   new content or what was there before, never a part, whatever is cut off.
/// * **Order.** Tables are published before the record that names them is replaced; the record
///   is removed before its tables. A reader that sees a record finds its files, unless that
///   record has been replaced meanwhile.
/// * **Durable.** What [`Store::replace`] committed outlasts a power cut once [`Store::settle`]
///   returned for its key, and with it everything that was published under that key before. Until
///   then a power cut leaves what was there before or the whole of it. Nothing that the document
///   replaces may be removed before it is settled, and no success reported.
/// * **Own writes** are seen at once, also in lists.
/// * **Errors** are [`crate::Error::Io`] with the location: transient, so that a later attempt
///   may help. What is not there is [`std::io::ErrorKind::NotFound`] where a file is opened,
///   `None` where a document is read, and no error where it is removed. What can never succeed
///   (wrong credentials, no such bucket) is [`crate::Error::Fatal`]. What lies under the name of a file or
///   document but is none, or is too long for a document, is [`crate::error::Unfit`] where it is opened or read.
/// * **Deliberately absent:** folders, appending, renaming, locks (who harvests a log is
///   settled by [`super::LogLock`]), and transactions over more than one document.
///
/// A **document** is a small file that is replaced as a whole and told apart by its version:
/// `record.json`. A file that many writers add to, `notes.json`, is another: read it with its
/// version, merge it with what is to be added, replace it [`If::Version`], and begin again
/// when that is [`Replaced::Lost`].
pub trait Store: Debug + Send + Sync {
    /// The keys that have a record and are `below` or begin with it and a slash; all when it
    /// is empty.
    fn keys(&self, below: &str) -> Keys {
        self.keys_with(RECORD, below)
    }

    /// As [`Store::keys`], those that have the document `name`.
    fn keys_with(&self, name: &str, below: &str) -> Keys;

    /// The versions of every record, and of the notes beside it, sorted by key.
    fn records(&self) -> Records {
        let listed = self.keys("");
        let mut found = Records {
            problems: listed.problems,
            ..Records::default()
        };
        for key in listed.keys {
            let read = self.version(&key, RECORD).and_then(|record| {
                let notes = self.version(&key, NOTES)?;
                Ok(record.map(|record| StoredRecord { key, record, notes }))
            });
            match read {
                Ok(record) => found.records.extend(record),
                Err(e) => found.problems.push(e.to_string()),
            }
        }
        found
    }

    /// The results of `key` and its record, sorted by name. None when there is nothing under
    /// that key. Whatever else lies there is left out, notes too.
    ///
    /// # Errors
    /// See [`Store`].
    fn files(&self, key: &str) -> Result<Vec<StoredFile>>;

    /// The bytes of a document and their version.
    ///
    /// # Errors
    /// See [`Store`].
    fn read(&self, key: &str, name: &str) -> Result<Option<(Vec<u8>, Version)>>;

    /// The version alone.
    ///
    /// # Errors
    /// See [`Store`].
    fn version(&self, key: &str, name: &str) -> Result<Option<Version>>;

    /// Bytes of a file, without opening it; `None` when it is not there.
    ///
    /// # Errors
    /// As [`Store::open`].
    fn size(&self, key: &str, name: &str) -> Result<Option<u64>>;

    /// Opens a file for reading. What is open stays readable as it was, or fails; it never
    /// becomes another content.
    ///
    /// # Errors
    /// See [`Store`].
    fn open(&self, key: &str, name: &str) -> Result<Box<dyn ReadAt>>;

    /// Publishes the finished, synced local file `finished` and replaces what is there. It may
    /// be moved away.
    ///
    /// # Errors
    /// See [`Store`].
    fn publish(&self, finished: &Path, key: &str, name: &str) -> Result<()>;

    /// Publishes the file `name` of the key `from` under the key `to`, too, without moving
    /// its bytes where that can be helped.
    ///
    /// # Errors
    /// See [`Store`].
    fn copy(&self, from: &str, to: &str, name: &str) -> Result<()>;

    /// Replaces a document by the finished, synced local file `finished`, which may be moved away.
    /// With the record this is the commit; see [`Store::settle`]. [`If::Version`] guards against writers that do not
    /// share this machine's locks.
    ///
    /// # Errors
    /// See [`Store`].
    fn replace(
        &self,
        finished: &Path,
        key: &str,
        name: &str,
        condition: If<'_>,
    ) -> Result<Replaced>;

    /// Makes what was replaced under `keys` outlast a power cut. Many at once cost less.
    ///
    /// # Errors
    /// See [`Store`].
    fn settle(&self, keys: &[&str]) -> Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// See [`Store`].
    fn remove(&self, key: &str, name: &str) -> Result<()>;

    /// Makes the removals under `key` last, and forgets the key when nothing is left of it.
    ///
    /// # Errors
    /// See [`Store`].
    fn commit_removals(&self, key: &str) -> Result<()>;

    /// Where a file lies, to be shown to a person and in errors. Nothing is opened by it.
    fn location(&self, key: &str, name: &str) -> PathBuf;
}

/// What tells two contents of a document apart, as an ETag does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub(super) String);

impl Version {
    /// As text, to remember it by.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// When a document is to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum If<'a> {
    /// Whatever is there.
    Always,
    /// When it still has this version; `None`: when there is none yet.
    Version(Option<&'a Version>),
}

/// Whether a document was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Replaced {
    /// It was.
    Done,
    /// It has another version than was asked for, and stays as it is.
    Lost,
}

/// A list of keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// Sorted.
    pub keys: Vec<String>,
    /// What could not be read, one sentence each.
    pub problems: Vec<String>,
}

/// All records of a lake.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Records {
    /// Sorted by key.
    pub records: Vec<StoredRecord>,
    /// What could not be read, one sentence each.
    pub problems: Vec<String>,
}

/// A record, as it was when the lake was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Where it lies.
    pub key: String,
    /// Its version.
    pub record: Version,
    /// That of the notes beside it; `None`: there are none.
    pub notes: Option<Version>,
}

/// One published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
}
