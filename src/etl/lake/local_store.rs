//! Published results in a directory: `<root>/<key>/<name>`.
//!
//! Files come into it by a rename within one file system, so that `finished` files lie below
//! the same root. A file's directory is synced before its record is replaced; when it is settled, it
//! and the directories above it are synced. Those that are new are no sooner: what is missing with
//! one of them is missing as a whole.

use std::{
    collections::BTreeSet,
    fs::{self, File, Metadata},
    io::{self, ErrorKind},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{
    files::{make_dir, move_to, remove, sync_dir},
    local_walk::{Documents, followed, present, walk},
    store::{If, Keys, Records, Replaced, Store, StoredFile, StoredRecord, Version},
};
use crate::{
    Error, Result,
    base::{read_at::ReadAt, small_file},
    source::reserved::{NOTES, RECORD, is_result_file},
};

/// See the module.
#[derive(Debug)]
pub(super) struct LocalStore {
    root: PathBuf,
}

impl LocalStore {
    /// Below `root`, which need not exist yet.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn folder(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// Where the keys that are `below` begin; all when it is empty.
    fn top(&self, below: &str) -> PathBuf {
        match below {
            "" => self.root.clone(),
            below => self.folder(below),
        }
    }
}

impl Version {
    /// Inode, time (seconds and nanoseconds) and size: another file was renamed to the name when one
    /// of them differs.
    pub(super) fn of_file(inode: u64, (s, ns): (i64, i64), size: u64) -> Self {
        Self(format!("{inode:x}-{s:x}.{ns:x}-{size:x}"))
    }

    /// That of a file.
    pub(super) fn of(m: &Metadata) -> Self {
        Self::of_file(m.ino(), (m.mtime(), m.mtime_nsec()), m.len())
    }
}

/// `None` for what is not there.
fn found<T>(result: io::Result<T>, action: &'static str, path: &Path) -> Result<Option<T>> {
    present(result).map_err(|e| Error::io(action, path, e))
}

/// As [`sync_dir`]; false for a directory that is not there.
fn sync_if_there(dir: &Path) -> Result<bool> {
    match sync_dir(dir) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(false),
        synced => synced.map(|()| true),
    }
}

impl Store for LocalStore {
    fn keys_with(&self, name: &str, below: &str) -> Keys {
        let walked = walk(&self.root, self.top(below));
        let found = walked.found.into_iter();
        let found = found.filter(|own| match name {
            NOTES => own.notes.is_some(),
            _ => own.record.is_some(),
        });
        let mut keys: Vec<String> = found.map(|own| own.key).collect();
        keys.sort_unstable();
        Keys {
            keys,
            problems: walked.problems,
        }
    }

    fn records(&self) -> Records {
        let walked = walk(&self.root, self.top(""));
        let found = walked.found.into_iter();
        let mut records: Vec<StoredRecord> = found
            .filter_map(|Documents { key, record, notes }| {
                let record = record?;
                Some(StoredRecord { key, record, notes })
            })
            .collect();
        records.par_sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Records {
            records,
            problems: walked.problems,
        }
    }

    fn files(&self, key: &str) -> Result<Vec<StoredFile>> {
        let dir = self.folder(key);
        let io = |e| Error::io("read", &dir, e);
        let mut files = Vec::new();
        for entry in found(fs::read_dir(&dir), "read", &dir)?
            .into_iter()
            .flatten()
        {
            let entry = entry.map_err(io)?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|n| *n == RECORD || is_result_file(n)) else {
                continue;
            };
            // One that goes while it is listed was never there.
            let meta = found(entry.metadata(), "read", &entry.path())?;
            if let Some(meta) = meta.filter(Metadata::is_file) {
                files.push(StoredFile {
                    name: name.to_owned(),
                    size: meta.len(),
                });
            }
        }
        files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    fn read(&self, key: &str, name: &str) -> Result<Option<(Vec<u8>, Version)>> {
        let path = self.location(key, name);
        let read = small_file::read_document(&path);
        let read = read.map(|(bytes, meta)| (bytes, Version::of(&meta)));
        found(read, "read", &path)
    }

    fn version(&self, key: &str, name: &str) -> Result<Option<Version>> {
        let path = self.location(key, name);
        let meta =
            present(fs::symlink_metadata(&path)).map(|meta| meta.map(|m| followed(m, &path)));
        let meta = meta.map_err(|e| Error::io("read", &path, e))?;
        Ok(meta.as_ref().map(Version::of))
    }

    fn size(&self, key: &str, name: &str) -> Result<Option<u64>> {
        let path = self.location(key, name);
        match found(fs::metadata(&path), "read", &path)? {
            Some(meta) if !meta.is_file() => {
                let unfit = small_file::unfit(meta.file_type());
                Err(Error::io("read", &path, unfit.into()))
            }
            meta => Ok(meta.map(|m| m.len())),
        }
    }

    fn open(&self, key: &str, name: &str) -> Result<Box<dyn ReadAt>> {
        let path = self.location(key, name);
        let (file, _) = small_file::open(&path).map_err(|e| Error::io("open", &path, e))?;
        Ok(Box::new(file))
    }

    fn publish(&self, finished: &Path, key: &str, name: &str) -> Result<()> {
        make_dir(&self.folder(key))?;
        move_to(finished, &self.location(key, name))
    }

    fn copy(&self, from: &str, to: &str, name: &str) -> Result<()> {
        make_dir(&self.folder(to))?;
        let (from, to) = (self.location(from, name), self.location(to, name));
        remove(&to)?;
        fs::hard_link(&from, &to)
            .or_else(|_| fs::copy(&from, &to).and_then(|_| File::open(&to)?.sync_all()))
            .map_err(|e| Error::io("write", &to, e))
    }

    fn replace(
        &self,
        finished: &Path,
        key: &str,
        name: &str,
        condition: If<'_>,
    ) -> Result<Replaced> {
        let dir = self.folder(key);
        if !sync_if_there(&dir)? {
            make_dir(&dir)?;
            sync_dir(&dir)?;
        }
        // The writer holds the lock of the document, so no other write comes between.
        if let If::Version(wanted) = condition
            && self.version(key, name)?.as_ref() != wanted
        {
            return Ok(Replaced::Lost);
        }
        move_to(finished, &self.location(key, name))?;
        Ok(Replaced::Done)
    }

    fn settle(&self, keys: &[&str]) -> Result<()> {
        let folders = keys.iter().map(|key| self.folder(key));
        let all: BTreeSet<PathBuf> = folders
            .flat_map(|folder| {
                let within = |dir: &&Path| dir.starts_with(&self.root);
                let dirs = folder.ancestors().take_while(within);
                dirs.map(Path::to_owned).collect::<Vec<_>>()
            })
            .collect();
        // From within: what a directory has lasts before its own name does.
        for dir in all.iter().rev() {
            // One that is not there was removed since, with all that was in it.
            sync_if_there(dir)?;
        }
        Ok(())
    }

    fn remove(&self, key: &str, name: &str) -> Result<()> {
        remove(&self.location(key, name))
    }

    fn commit_removals(&self, key: &str) -> Result<()> {
        let dir = self.folder(key);
        if !dir.is_dir() {
            return Ok(());
        }
        sync_dir(&dir)?;
        // Other logs' results may lie below it and beside it: only empty directories go.
        for dir in dir.ancestors().take_while(|d| *d != self.root) {
            match fs::remove_dir(dir) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(e) if e.kind() == ErrorKind::DirectoryNotEmpty => return Ok(()),
                Err(e) => return Err(Error::io("remove", dir, e)),
            }
        }
        Ok(())
    }

    fn location(&self, key: &str, name: &str) -> PathBuf {
        self.folder(key).join(name)
    }
}
