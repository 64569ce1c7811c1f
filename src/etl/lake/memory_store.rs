//! A storage in memory, for tests: without a file system, and with names that differ in case or
//! normalisation alone taken for the same when that is wanted.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::store::{If, Keys, Replaced, Store, StoredFile, Version};
use crate::{
    Error, Result,
    base::read_at::ReadAt,
    source::reserved::{RECORD, is_result_file},
    text::folded,
};

/// A storage in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Names that some file system takes for the same are one here.
    folds: bool,
    /// By key and name; each content has a number of its own.
    files: Mutex<BTreeMap<(String, String), Numbered>>,
    /// How often a file was opened.
    opened: AtomicUsize,
}

type Numbered = (u64, Arc<[u8]>);

struct Bytes(Arc<[u8]>);

impl ReadAt for Bytes {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let from = offset as usize;
        let part = self.0.get(from..from + buffer.len());
        buffer.copy_from_slice(part.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl Memory {
    /// One that takes names for the same that differ in case or normalisation, and lists them as
    /// they were first written, as file systems of Windows and macOS do.
    pub(crate) fn folding() -> Self {
        Self {
            folds: true,
            ..Self::default()
        }
    }

    /// How often a file was opened.
    pub(crate) fn opened(&self) -> usize {
        self.opened.load(Ordering::Relaxed)
    }

    /// The key as it was first written, part by part.
    fn known(&self, key: &str) -> String {
        if !self.folds {
            return key.to_owned();
        }
        let files = self.files.lock().unwrap();
        let mut known = String::new();
        for part in key.split('/') {
            let folder = known.clone();
            let of = |other: &str| Some(other.strip_prefix(&folder)?.split('/').next()?.to_owned());
            let same = |other: &String| folded(other) == folded(part);
            let first = files.keys().filter_map(|(key, _)| of(key)).find(same);
            known.push_str(first.as_deref().unwrap_or(part));
            known.push('/');
        }
        known.pop();
        known
    }

    fn get(&self, key: &str, name: &str) -> Option<Numbered> {
        let key = self.known(key);
        let files = self.files.lock().unwrap();
        files.get(&(key, name.to_owned())).cloned()
    }

    fn put(&self, key: &str, name: &str, content: Arc<[u8]>) {
        let key = self.known(key);
        let mut files = self.files.lock().unwrap();
        let number = files.values().map(|(n, _)| n + 1).max().unwrap_or(0);
        files.insert((key, name.to_owned()), (number, content));
    }

    fn absent(&self, key: &str, name: &str) -> Error {
        let path = self.location(key, name);
        Error::io("open", &path, ErrorKind::NotFound.into())
    }
}

impl Store for Memory {
    fn keys_with(&self, document: &str, below: &str) -> Keys {
        let below = self.known(below);
        let below = below.as_str();
        let files = self.files.lock().unwrap();
        let is_below = |key: &str| {
            let rest = key.strip_prefix(below);
            below.is_empty() || rest.is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        let records = files.keys().filter(|(_, name)| name == document);
        Keys {
            keys: records
                .map(|(key, _)| key.clone())
                .filter(|key| is_below(key))
                .collect(),
            problems: Vec::new(),
        }
    }

    fn files(&self, key: &str) -> Result<Vec<StoredFile>> {
        let key = &self.known(key);
        let files = self.files.lock().unwrap();
        let own = files
            .iter()
            .filter(|((k, name), _)| k == key && (name == RECORD || is_result_file(name)));
        Ok(own
            .map(|((_, name), (_, content))| StoredFile {
                name: name.clone(),
                size: content.len() as u64,
            })
            .collect())
    }

    fn read(&self, key: &str, name: &str) -> Result<Option<(Vec<u8>, Version)>> {
        let found = self.get(key, name);
        Ok(found.map(|(number, content)| (content.to_vec(), Version(number.to_string()))))
    }

    fn version(&self, key: &str, name: &str) -> Result<Option<Version>> {
        Ok(self.read(key, name)?.map(|(_, version)| version))
    }

    fn size(&self, key: &str, name: &str) -> Result<Option<u64>> {
        Ok(self.get(key, name).map(|(_, content)| content.len() as u64))
    }

    fn open(&self, key: &str, name: &str) -> Result<Box<dyn ReadAt>> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let (_, content) = self.get(key, name).ok_or_else(|| self.absent(key, name))?;
        Ok(Box::new(Bytes(content)))
    }

    fn publish(&self, finished: &Path, key: &str, name: &str) -> Result<()> {
        let content = fs::read(finished).map_err(|e| Error::io("read", finished, e))?;
        self.put(key, name, content.into());
        Ok(())
    }

    fn copy(&self, from: &str, to: &str, name: &str) -> Result<()> {
        let (_, content) = self
            .get(from, name)
            .ok_or_else(|| self.absent(from, name))?;
        self.put(to, name, content);
        Ok(())
    }

    fn replace(
        &self,
        finished: &Path,
        key: &str,
        name: &str,
        condition: If<'_>,
    ) -> Result<Replaced> {
        if let If::Version(wanted) = condition
            && self.version(key, name)?.as_ref() != wanted
        {
            return Ok(Replaced::Lost);
        }
        self.publish(finished, key, name)?;
        Ok(Replaced::Done)
    }

    fn settle(&self, _keys: &[&str]) -> Result<()> {
        Ok(())
    }

    fn remove(&self, key: &str, name: &str) -> Result<()> {
        let key = self.known(key);
        let mut files = self.files.lock().unwrap();
        files.remove(&(key, name.to_owned()));
        Ok(())
    }

    fn commit_removals(&self, _key: &str) -> Result<()> {
        Ok(())
    }

    fn location(&self, key: &str, name: &str) -> PathBuf {
        PathBuf::from(format!("memory:{key}/{name}"))
    }
}
