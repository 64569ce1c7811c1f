//! Garbage: files of mdtui that no record names. What a record names, what somebody else
//! put there, exports and logs that are being harvested are never touched.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, DirEntry, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{
    Lake, ReadOnly, Record,
    access::require_write,
    files::remove,
    lock::{self, ENDING, LogLock},
    named_file::abandoned,
    presence::{Leftovers, is_at},
};
use crate::{
    Error, Result,
    base::{CancelToken, small_file},
    source::reserved::{NOTES, RECORD, is_reserved_at_top, is_result_file, table_of_overview},
    text,
};

/// What a collection removed and left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Files and empty directories that were removed (or would be), below the lake.
    pub removed: Vec<PathBuf>,
    /// Their bytes.
    pub bytes: u64,
    /// What mdtui did not make and therefore left, below the lake.
    pub foreign: Vec<PathBuf>,
    /// Logs that were left alone, one sentence each.
    pub skipped: Vec<String>,
    /// Keys whose tables were left alone because nothing can make them again: they have no record, and
    /// no whole log has that key.
    pub orphans: Vec<String>,
}

/// Removes the files of mdtui that no record names. With `dry_run` it only says so. `is_there` says
/// whether a log has this key and can be harvested: what a harvest of it left goes, and tables without
/// record and log stay.
///
/// # Errors
/// [`Error::Io`] when something cannot be read or removed, [`Error::Fatal`] when the lake
/// cannot be written, [`Error::Cancelled`].
pub fn gc(
    lake: &Lake,
    dry_run: bool,
    is_there: &dyn Fn(&str) -> bool,
    cancel: &CancelToken,
) -> Result<Report> {
    if !dry_run {
        require_write(lake, "remove files from the lake")?;
    }
    collect(lake, dry_run, is_there, &|_| false, cancel)
}

/// As [`gc`], but leaves the tables of logs whose keys `spares` wants to keep.
///
/// # Errors
/// As [`gc`].
pub fn collect(
    lake: &Lake,
    dry_run: bool,
    is_there: &dyn Fn(&str) -> bool,
    spares: &dyn Fn(&str) -> bool,
    cancel: &CancelToken,
) -> Result<Report> {
    let mut collector = Collector {
        lake,
        cancel,
        dry_run,
        is_there,
        spares,
        read_only: ReadOnly::of(lake).is_some(),
        report: Report::default(),
    };
    if lake.root().is_dir() {
        collector.directory(lake.root(), "")?;
        cancel.check()?;
        collector.temporary()?;
        collector.locks()?;
        collector.exports()?;
        collector.overviews(&lake.local().overviews(), lake.root())?;
        collector.old_overviews(&lake.local().old_overviews())?;
    }
    let mut report = collector.report;
    report.removed.sort();
    report.foreign.sort();
    report.orphans.sort();
    Ok(report)
}

/// Removes tables (and their overviews) and rejected rows beside the record of log `key` that it does not
/// name. The log's lock must be held.
///
/// # Errors
/// [`Error::Io`].
pub fn remove_unnamed(lake: &Lake, key: &str, record: &Record) -> Result<()> {
    let named = record.files();
    let is_unnamed = |name: &str| is_result_file(name) && !named.contains(name);
    for file in lake.results().files(key)? {
        if is_unnamed(&file.name) {
            lake.results().remove(key, &file.name)?;
        }
    }
    remove_overviews(lake, key, is_unnamed)
}

/// Removes the results of the log `key` and their overviews: the record first, so that no
/// reader sees a record without its tables, whenever this is cut off. Notes and what mdtui did
/// not make stay. The log's lock must be held.
///
/// # Errors
/// [`Error::Io`].
pub fn remove_results(lake: &Lake, key: &str) -> Result<()> {
    let results = lake.results();
    results.remove(key, RECORD)?;
    results.commit_removals(key)?;
    for file in results.files(key)? {
        results.remove(key, &file.name)?;
    }
    remove_overviews(lake, key, |_| true)?;
    results.commit_removals(key)
}

/// Removes the overviews of those tables of the log `key`.
fn remove_overviews(lake: &Lake, key: &str, of: impl Fn(&str) -> bool) -> Result<()> {
    let dir = lake.local().overviews().join(key);
    for entry in list(&dir)? {
        let table = entry.file_name().to_str().and_then(table_of_overview);
        if table.is_some_and(|table| of(&table)) && is_file(&entry) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes locks that are not held, what dead processes left below `.mdtui/tmp`, and the overviews
/// of earlier versions. `gc` also removes temporary files of earlier versions.
///
/// # Errors
/// [`Error::Io`].
pub fn remove_leftovers(lake: &Lake) -> Result<()> {
    for path in free_locks(lake)? {
        remove(&path.0)?;
    }
    let mut collector = Collector {
        lake,
        cancel: &CancelToken::new(),
        dry_run: false,
        is_there: &|_| false,
        spares: &|_| false,
        read_only: false,
        report: Report::default(),
    };
    collector.old_overviews(&lake.local().old_overviews())?;
    remove_dead(lake)
}

/// Removes the temporary files of processes that are dead.
///
/// # Errors
/// [`Error::Io`].
pub fn remove_dead(lake: &Lake) -> Result<()> {
    for path in &Leftovers::find(lake, false)?.garbage {
        remove_either(path)?;
    }
    Ok(())
}

/// Removes a file or an empty directory, if it is there.
fn remove_either(path: &Path) -> Result<()> {
    if !path.is_dir() || path.is_symlink() {
        return remove(path);
    }
    match fs::remove_dir(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, e)),
        _ => Ok(()),
    }
}

/// Lock files of logs that are not held. Each is locked until it is dropped: a process that
/// opened it before it was removed sees that it is gone.
fn free_locks(lake: &Lake) -> Result<Vec<(PathBuf, File)>> {
    let mut free = Vec::new();
    for entry in list(&lake.local().locks())? {
        let (name, path) = (entry.file_name(), entry.path());
        if name.as_encoded_bytes().ends_with(ENDING.as_bytes())
            && let Ok((file, _)) = small_file::open_own(&path, File::options().write(true))
            && file.try_lock().is_ok()
            // Its holder may have given it up since it was opened, and another have come.
            && is_at(&file, &path)
        {
            free.push((path, file));
        }
    }
    Ok(free)
}

struct Collector<'a> {
    lake: &'a Lake,
    cancel: &'a CancelToken,
    dry_run: bool,
    is_there: &'a dyn Fn(&str) -> bool,
    spares: &'a dyn Fn(&str) -> bool,
    read_only: bool,
    report: Report,
}

impl Collector<'_> {
    /// Collects below `dir`, whose log key is `key`. Returns whether it is empty now.
    fn directory(&mut self, dir: &Path, key: &str) -> Result<bool> {
        self.cancel.check()?;
        let top = key.is_empty();
        let mut empty = true;
        let mut tables = Vec::new();
        for entry in list(dir)? {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                empty = false;
                self.foreign(&entry.path());
                continue;
            };
            let is_dir = entry.file_type().is_ok_and(|t| t.is_dir());
            if top && is_reserved_at_top(name) {
                continue;
            }
            let is_document = !top && [RECORD, NOTES].contains(&name);
            if is_dir && !is_document {
                let below = if top {
                    name.to_owned()
                } else {
                    format!("{key}/{name}")
                };
                if self.directory(&entry.path(), &below)? {
                    self.drop_directory(&entry.path())?;
                } else {
                    empty = false;
                }
            } else if !top && is_result_file(name) && is_file(&entry) {
                tables.push(entry.path());
            } else {
                empty = false;
                if is_dir || !is_document {
                    self.foreign(&entry.path());
                }
            }
        }
        if !tables.is_empty() && !self.tables(key, &tables)? {
            empty = false;
        }
        Ok(empty)
    }

    /// Removes those of a log's tables that its record does not name; says whether none
    /// is left.
    fn tables(&mut self, key: &str, tables: &[PathBuf]) -> Result<bool> {
        if (self.spares)(key) {
            return Ok(false);
        }
        // A lake that cannot be written cannot be locked either: asking who harvests must do.
        let lock = match self.read_only {
            true => None,
            false => LogLock::acquire_to_free(self.lake, key, self.cancel)?,
        };
        let is_harvested = match self.read_only {
            true => lock::held(self.lake)?.iter().any(|h| h.key == key),
            false => lock.is_none(),
        };
        if is_harvested {
            self.report
                .skipped
                .push(format!("{key} is being harvested"));
            return Ok(false);
        };
        // Read under the lock: no process can commit between the check and the removal.
        let record = match Record::read(self.lake, key) {
            Ok(Some(record)) if record.damaged => {
                let why = "its record is not what was written; mdtui check says more";
                self.report.skipped.push(format!("{key}: {why}"));
                return Ok(false);
            }
            Ok(None) if !(self.is_there)(key) => {
                // Whoever was cancelled while looking for the log knows of none.
                self.cancel.check()?;
                self.report.orphans.push(key.to_owned());
                return Ok(false);
            }
            Ok(record) => record,
            Err(e @ Error::Log(_)) => {
                self.report.skipped.push(format!("{key}: {e}"));
                return Ok(false);
            }
            Err(e) => return Err(e),
        };
        let named: BTreeSet<&str> = record.iter().flat_map(Record::files).collect();
        let mut none_left = true;
        for path in tables {
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
            if named.contains(name) {
                none_left = false;
            } else {
                self.drop_file(path)?;
            }
        }
        Ok(none_left)
    }

    /// Files that processes left behind when they died. Those of earlier versions, whose
    /// processes cannot be told to be dead, go when they are old and no log is being harvested.
    fn temporary(&mut self) -> Result<()> {
        let old_versions = lock::held(self.lake)?.is_empty();
        let found = Leftovers::find(self.lake, old_versions)?;
        for path in &found.garbage {
            self.drop_file(path)?;
        }
        for path in &found.foreign {
            self.foreign(path);
        }
        Ok(())
    }

    /// Overviews whose table is not there (any more): `tables` is where those of `dir` lie.
    /// Returns whether `dir` is empty now.
    fn overviews(&mut self, dir: &Path, tables: &Path) -> Result<bool> {
        let mut empty = true;
        for entry in list(dir)? {
            let (path, name) = (entry.path(), entry.file_name());
            let table = tables.join(&name);
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                if self.overviews(&path, &table)? {
                    self.drop_directory(&path)?;
                    continue;
                }
            } else if let Some(table) = name.to_str().and_then(table_of_overview) {
                if self.is_dropped(&tables.join(table)) {
                    self.drop_file(&path)?;
                    continue;
                }
            } else {
                self.foreign(&path);
            }
            empty = false;
        }
        Ok(empty)
    }

    /// The overviews of earlier versions, below `dir`. Removes `dir` too when that empties it.
    fn old_overviews(&mut self, dir: &Path) -> Result<()> {
        if !dir.is_dir() {
            return Ok(());
        }
        let mut empty = true;
        for entry in list(dir)? {
            let path = entry.path();
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                self.old_overviews(&path)?;
                empty &= self.report.removed.contains(&self.below(&path));
            } else if entry.file_name().to_str().is_some_and(is_result_file) {
                self.drop_file(&path)?;
            } else {
                self.foreign(&path);
                empty = false;
            }
        }
        if empty {
            self.drop_directory(dir)?;
        }
        Ok(())
    }

    /// Whether a table is not there, or (in a dry run) would not be.
    fn is_dropped(&self, table: &Path) -> bool {
        let below = self.below(table);
        !table.exists() || self.report.removed.contains(&below)
    }

    /// Lock files that are not held.
    fn locks(&mut self) -> Result<()> {
        for (path, _lock) in free_locks(self.lake)? {
            self.drop_file(&path)?;
        }
        for entry in list(&self.lake.local().locks())? {
            let name = entry.file_name();
            let is_named = name.as_encoded_bytes().ends_with(ENDING.as_bytes());
            if !is_named || !is_file(&entry) {
                self.foreign(&entry.path());
            }
        }
        Ok(())
    }

    /// Exports that dead processes left unfinished.
    fn exports(&mut self) -> Result<()> {
        for (path, _lock) in abandoned(&self.lake.local().exports()) {
            self.drop_file(&path)?;
        }
        Ok(())
    }

    fn drop_file(&mut self, path: &Path) -> Result<()> {
        self.report.bytes += fs::symlink_metadata(path).map_or(0, |m| m.len());
        self.report.removed.push(self.below(path));
        if self.dry_run {
            Ok(())
        } else {
            remove_either(path)
        }
    }

    fn drop_directory(&mut self, path: &Path) -> Result<()> {
        self.report.removed.push(self.below(path));
        if self.dry_run {
            return Ok(());
        }
        fs::remove_dir(path).map_err(|e| Error::io("remove", path, e))
    }

    fn foreign(&mut self, path: &Path) {
        let path = self.below(path);
        self.report.foreign.push(path);
    }

    fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.lake.root())
            .unwrap_or(path)
            .to_owned()
    }
}

fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|t| t.is_file())
}

/// The entries of a directory; none when it is not there.
fn list(dir: &Path) -> Result<Vec<DirEntry>> {
    match fs::read_dir(dir) {
        Ok(entries) => entries
            .collect::<std::io::Result<_>>()
            .map_err(|e| Error::io("read", dir, e)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(e) => Err(Error::io("read", dir, e)),
    }
}

impl Report {
    /// One line for people.
    pub fn sentence(&self) -> String {
        match self.removed.len() {
            0 => "nothing to remove".to_owned(),
            n => format!("{n} files and empty folders, {} bytes", self.bytes),
        }
    }

    /// What to do about tables that nothing can make again, a sentence for each log.
    pub fn orphan_sentences(&self) -> impl Iterator<Item = String> {
        self.orphans.iter().map(|key| {
            format!(
                "{}: its record is gone, and no log is known that could make it again; {}",
                text::quoted(key, 200),
                put_back(key)
            )
        })
    }

    /// The foreign paths as harmless text.
    pub fn foreign_text(&self) -> impl Iterator<Item = String> {
        self.foreign.iter().map(|p| text::visible_path(p))
    }
}

/// The remedy for results whose record and log are gone.
pub(crate) fn put_back(key: &str) -> String {
    let name = text::shell_word(key);
    format!("put the record back from a backup, or give its results up with mdtui remove {name}")
}

#[cfg(test)]
mod tests;
