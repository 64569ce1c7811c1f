//! How files get into the lake whole: a temporary name, a sync, a rename.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Lake, Presence, Record, store::If};
use crate::{
    Error, Result,
    base::{CancelToken, read_at::ReadAt},
    error::Unfit,
    source::reserved::RECORD,
    text,
};

/// A path in this process's temporary directory of the lake that nothing else uses. What
/// is still there when this is dropped is removed.
#[derive(Debug)]
pub struct TempPath {
    path: PathBuf,
    /// While it is there, no other process takes the file for a leftover.
    _presence: Arc<Presence>,
}

impl TempPath {
    /// Names a new temporary file; nothing is created but its directory.
    ///
    /// # Errors
    /// [`Error::Io`] when the directory cannot be created.
    pub fn new(lake: &Lake) -> Result<Self> {
        let presence = Presence::in_lake(lake)?;
        Ok(Self {
            path: presence.new_path()?,
            _presence: presence,
        })
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the finished, synced file to a place of local state, replacing what is there.
    ///
    /// # Errors
    /// [`Error::Io`] with the target's path.
    pub fn publish(self, target: &Path) -> Result<()> {
        move_to(&self.path, target)
    }
}

impl Drop for TempPath {
    fn drop(&mut self) {
        // Gone already when it was published.
        let _ = fs::remove_file(&self.path);
    }
}

/// Moves a finished, synced file to its place on the same file system, replacing what is there.
///
/// # Errors
/// [`Error::Io`] with the target's path.
pub(super) fn move_to(finished: &Path, target: &Path) -> Result<()> {
    let moved = match (fs::rename(finished, target), target.parent()) {
        (Err(e), Some(dir)) if e.kind() == ErrorKind::NotFound => {
            create_dir(dir)?;
            fs::rename(finished, target)
        }
        (moved, _) => moved,
    };
    moved.map_err(|e| Error::io("rename a finished file to", target, e))
}

/// Moves a finished, synced file to a name on the same file system that nothing has; false when
/// something has it.
///
/// # Errors
/// [`Error::Io`] with the target's path.
pub fn move_to_new(finished: &Path, target: &Path) -> Result<bool> {
    let moved = match fs::hard_link(finished, target) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Ok(()) => fs::remove_file(finished),
        // A file system without links: the name is taken first.
        Err(_) => match File::create_new(target) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(false),
            made => made.and_then(|_| fs::rename(finished, target)),
        },
    };
    moved.map_err(|e| Error::io("write", target, e))?;
    Ok(true)
}

/// Replaces the record of log `key` so that it lasts: the commit. Everything that it names must be
/// published.
///
/// # Errors
/// [`Error::Io`].
pub fn commit_record(lake: &Lake, key: &str, record: &Record) -> Result<()> {
    replace_record(lake, key, record)?;
    lake.results().settle(&[key])
}

/// As [`commit_record`], but it lasts only once it is settled; see [`super::Store::settle`].
///
/// # Errors
/// [`Error::Io`].
pub fn replace_record(lake: &Lake, key: &str, record: &Record) -> Result<()> {
    SealedRecord::new(lake, record)?.replace(lake, key)
}

/// A record's file that is on the disk under a temporary name.
#[derive(Debug)]
#[must_use = "it is to get its place"]
pub struct SealedRecord(TempPath);

impl SealedRecord {
    /// Writes and syncs it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn new(lake: &Lake, record: &Record) -> Result<Self> {
        let temp = TempPath::new(lake)?;
        let io = |e| Error::io("write", temp.path(), e);
        let file = File::create_new(temp.path()).map_err(io)?;
        record.seal(&file).map_err(io)?;
        file.sync_all()
            .map_err(|e| Error::io("sync", temp.path(), e))?;
        Ok(Self(temp))
    }

    /// As [`replace_record`]: everything that it names must be published.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn replace(self, lake: &Lake, key: &str) -> Result<()> {
        // The log's lock is held: no other process replaces it.
        let _ = lake
            .results()
            .replace(self.0.path(), key, RECORD, If::Always)?;
        Ok(())
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// BLAKE3, hexadecimal.
    pub hash: String,
    /// Bytes.
    pub size: u64,
}

impl Content {
    /// Reads the whole local file.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Cancelled`].
    pub fn of(path: &Path, cancel: &CancelToken) -> Result<Self> {
        let mut file = File::open(path).map_err(|e| Error::io("open", path, e))?;
        let size = file.metadata().map_or(u64::MAX, |meta| meta.len());
        Self::read(path, size, cancel, |buffer, _| file.read(buffer))
    }

    /// Reads the whole of an open file; `path` names it in errors.
    ///
    /// # Errors
    /// As [`Content::of`].
    pub fn of_open(file: &dyn ReadAt, path: &Path, cancel: &CancelToken) -> Result<Self> {
        let size = file.size().map_err(|e| Error::io("read", path, e))?;
        Self::read(path, size, cancel, |buffer, at| {
            let n = (size - at).min(buffer.len() as u64) as usize;
            file.read_exact_at(&mut buffer[..n], at)?;
            Ok(n)
        })
    }

    fn read(
        path: &Path,
        size: u64,
        cancel: &CancelToken,
        mut next: impl FnMut(&mut [u8], u64) -> std::io::Result<usize>,
    ) -> Result<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut buffer = room_for(size, 1 << 18);
        let mut size = 0;
        loop {
            cancel.check()?;
            let n = next(&mut buffer, size).map_err(|e| Error::io("read", path, e))?;
            if n == 0 {
                let hash = hasher.finalize().to_hex().to_string();
                return Ok(Self { hash, size });
            }
            hasher.update(&buffer[..n]);
            size += n as u64;
        }
    }
}

/// A buffer to read a file of so many bytes with: all of it and its end if it has fewer than `most`. A
/// large one costs a small file more than its reading.
pub(crate) fn room_for(bytes: u64, most: usize) -> Vec<u8> {
    let bytes = usize::try_from(bytes).unwrap_or(most);
    vec![0; bytes.saturating_add(1).min(most)]
}

/// Creates a directory and what leads to it, to last: each new name is synced in the
/// directory above it.
///
/// # Errors
/// [`Error::Io`].
pub fn create_dir(dir: &Path) -> Result<()> {
    for made in make_dir(dir)? {
        match made.parent() {
            Some(above) if above.as_os_str().is_empty() => sync_dir(Path::new("."))?,
            Some(above) => sync_dir(above)?,
            None => {}
        }
    }
    Ok(())
}

/// Creates a directory and what leads to it. Returns those that were not there.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn make_dir(dir: &Path) -> Result<Vec<&Path>> {
    // Most often nothing else is missing.
    match fs::create_dir(dir) {
        Ok(()) => return Ok(vec![dir]),
        Err(e) if e.kind() == ErrorKind::AlreadyExists && dir.is_dir() => return Ok(Vec::new()),
        Err(_) => {}
    }
    let mut made = Vec::new();
    let mut missing: Vec<&Path> = dir
        .ancestors()
        .take_while(|d| !d.as_os_str().is_empty() && !d.is_dir())
        .collect();
    while let Some(next) = missing.pop() {
        match fs::create_dir(next) {
            // Another process was faster.
            Err(e) if e.kind() == ErrorKind::AlreadyExists && next.is_dir() => {}
            // Another process removed the directory above, which was empty.
            Err(e) if e.kind() == ErrorKind::NotFound && is_gone(next.parent()) => {
                missing.push(next);
                missing.extend(next.parent());
            }
            Err(e) => return Err(Error::io("create", next, e)),
            Ok(()) => made.push(next),
        }
    }
    Ok(made)
}

/// Creates a folder of the lake's own and what leads to it.
///
/// # Errors
/// [`Error::Io`]; [`Error::Fatal`] with the file that is in the way.
pub(super) fn make_private(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|e| {
        let is_taken = |path: &&Path| path.symlink_metadata().is_ok() && !path.is_dir();
        match dir.ancestors().find(is_taken) {
            Some(taken) => in_the_way(taken, ErrorKind::NotADirectory.into()),
            None => Error::io("create", dir, e),
        }
    })
}

/// Something that is in the way of what the lake keeps for itself is an error that only the operator
/// can end.
pub(super) fn in_the_way(path: &Path, error: io::Error) -> Error {
    let why = match (Unfit::of(&error), error.kind()) {
        (Some(unfit), _) => unfit.to_string(),
        (None, ErrorKind::NotADirectory) => "it is not a folder".to_owned(),
        (None, _) => return Error::io("open", path, error),
    };
    Error::Fatal(format!(
        "cannot use {}: {why}, and in the way of what mdtui keeps there: move it away",
        text::visible_path(path)
    ))
}

fn is_gone(dir: Option<&Path>) -> bool {
    dir.is_some_and(|d| !d.as_os_str().is_empty() && !d.is_dir())
}

/// Makes renames within a directory last.
///
/// # Errors
/// [`Error::Io`].
pub fn sync_dir(dir: &Path) -> Result<()> {
    let io = |e| Error::io("sync", dir, e);
    File::open(dir).map_err(io)?.sync_all().map_err(io)
}

/// Removes a file; one that is gone already is no error.
///
/// # Errors
/// [`Error::Io`].
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorClass;

    #[test]
    fn a_new_name_is_never_that_of_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let [first, second, target] = ["first", "second", "target"].map(|n| dir.path().join(n));
        for (file, is_moved) in [(&first, true), (&second, false)] {
            fs::write(file, file.file_name().unwrap().as_encoded_bytes()).unwrap();
            assert_eq!(move_to_new(file, &target).unwrap(), is_moved);
            assert_eq!(file.exists(), !is_moved);
            assert_eq!(fs::read(&target).unwrap(), b"first");
        }
        assert!(move_to_new(&second, &dir.path().join("no/such")).is_err());
    }

    #[test]
    fn a_temporary_file_that_is_gone_is_no_fault_of_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path());
        let temp = TempPath::new(&lake).unwrap();
        fs::write(temp.path(), "half").unwrap();
        fs::remove_dir_all(lake.local().tmp()).unwrap();
        let error = temp
            .publish(&lake.location("a", "run_x.parquet"))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorClass::Transient, "{error}");
        // The next one finds its directory again.
        let temp = TempPath::new(&lake);
        assert!(temp.is_ok(), "{temp:?}");
    }
}
