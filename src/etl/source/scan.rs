//! Walks the data directory. Stats files; opens none.

use std::{
    collections::{BTreeSet, HashSet},
    ffi::OsStr,
    fs::{FileType, Metadata},
    io::{self, ErrorKind},
    os::unix::{
        ffi::OsStrExt,
        fs::{FileTypeExt, MetadataExt},
    },
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::{
    Format,
    reserved::{CATALOG, PRIVATE, README},
};
use crate::{Error, Result, base::CancelToken, format, text};

/// A file (or what looks like one) with a log's ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The real path below the data directory, raw bytes.
    pub raw: Vec<u8>,
    /// By its ending.
    pub format: Format,
    /// Bytes; of its target for a link.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Inode.
    pub inode: u64,
    /// Why it cannot be a log, as one sentence.
    pub trouble: Option<String>,
}

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// In order of their raw paths.
    pub found: Vec<Found>,
    /// Folders that could not be read, raw bytes below the data directory: nothing is
    /// known of what lies below them. Each has a note.
    pub unread: Vec<Vec<u8>>,
    /// What was passed over, one sentence each.
    pub notes: Vec<String>,
}

/// What is done with links to folders, and with links to files outside of the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Links {
    /// They are listed or noted, and not followed.
    #[default]
    Stay,
    /// They are followed, wherever they lead, but for the cache directory; a folder that leads
    /// into itself is entered once.
    Follow,
}

/// Looks at everything below `data_dir`, except below `cache_dir` and other lakes. Folders are entered
/// whatever their names, but for those that begin with `_` or `.`; links to folders as `links`
/// says. Files whose names begin with a dot are not logs (as for a shell's `*`): programs that copy files
/// name unfinished ones so.
///
/// # Errors
/// [`Error::Fatal`] when the data directory cannot be read or is the cache directory,
/// [`Error::Cancelled`].
pub fn scan(data_dir: &Path, cache_dir: &Path, links: Links, cancel: &CancelToken) -> Result<Scan> {
    let root = real_root(data_dir)?;
    let cache = cache_dir.canonicalize().ok();
    refuse_one_directory(data_dir, cache_dir)?;
    let mut scan = Scan::default();
    let (mut candidates, folders) = walk(&root, cache.as_deref(), links, cancel, &mut scan)?;
    let is_in_cache = |target: &Path| cache.as_deref().is_some_and(|c| target.starts_with(c));
    let refused = Mutex::new(Vec::new());
    // What is found is written where the candidates lie: another list would be as large.
    let is_there: Vec<bool> = candidates
        .par_iter_mut()
        .map(|c| {
            stat_candidate(&root, is_in_cache, links, c).unwrap_or_else(|unread| {
                // A panic elsewhere leaves the list whole.
                let mut refused = refused.lock().unwrap_or_else(PoisonError::into_inner);
                refused.push(unread);
                false
            })
        })
        .collect();
    let mut is_there = is_there.into_iter();
    candidates.retain(|_| is_there.next().unwrap_or(false));
    scan.found = candidates;
    let mut refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
    refused.sort_unstable_by(|a, b| a.folder.cmp(&b.folder));
    refused
        .into_iter()
        .for_each(|unread| scan.add_unread(unread));
    cancel.check()?;
    scan.found.par_sort_unstable_by(|a, b| a.raw.cmp(&b.raw));
    add_empty_folders(&root, &mut scan, folders);
    Ok(scan)
}

/// # Errors
/// [`Error::Fatal`] when the data directory is the cache directory: to be asked before anything is
/// written into it.
pub fn refuse_one_directory(data_dir: &Path, cache_dir: &Path) -> Result<()> {
    let (data, cache) = (data_dir.canonicalize(), cache_dir.canonicalize());
    match data.is_ok_and(|data| cache.is_ok_and(|cache| cache == data)) {
        false => Ok(()),
        true => Err(Error::Fatal(format!(
            "{} is both the data directory and the cache directory: name another with --cache-dir",
            text::visible_path(data_dir)
        ))),
    }
}

fn real_root(data_dir: &Path) -> Result<PathBuf> {
    let refuse = |what: String| {
        Error::Fatal(format!(
            "the data directory {} {what}: name one with --data-dir",
            text::visible_path(data_dir)
        ))
    };
    let root = data_dir.canonicalize().map_err(|e| match e.kind() {
        ErrorKind::NotFound => refuse("does not exist".into()),
        _ => refuse(format!("cannot be used ({e})")),
    })?;
    if !root.is_dir() {
        return Err(refuse("is not a directory".into()));
    }
    std::fs::read_dir(&root).map_err(|e| refuse(format!("cannot be read ({e})")))?;
    Ok(root)
}

/// Entries with a log's ending, and folders that are named like a log: [`candidate`]s.
fn walk(
    root: &Path,
    cache: Option<&Path>,
    links: Links,
    cancel: &CancelToken,
    scan: &mut Scan,
) -> Result<(Vec<Found>, Vec<Found>)> {
    let mut walk = Walk {
        root,
        cache,
        follows: links == Links::Follow,
        cancel,
        seen: 0,
        entered: HashSet::new(),
        links: BTreeSet::new(),
        files: Vec::new(),
        folders: Vec::new(),
        hidden: PassedOver::default(),
        private: PassedOver::default(),
        lakes: PassedOver::default(),
        not_followed: PassedOver::default(),
        repeated: PassedOver::default(),
    };
    walk.enter(root);
    walk.below(root, scan)?;
    // Folders have their own paths before those that links give them, and each has one.
    while let Some(link) = walk.links.pop_first() {
        match walk.enter(&link) {
            Some(true) => walk.below(&link, scan)?,
            Some(false) => walk.repeated.add(root, &link),
            None => {}
        }
    }
    let notes = &mut scan.notes;
    notes.extend(walk.not_followed.notes_of_links(
        "is a link to a folder and was not entered (follow_links in the config file)",
    ));
    notes.extend(
        walk.repeated.notes_of_links(
            "is a link to a folder whose logs are listed already and was not entered",
        ),
    );
    notes.extend(walk.hidden.note("hidden file", ""));
    notes.extend(
        walk.private
            .note("folder", " named with a leading `_` or `.`"),
    );
    notes.extend(walk.lakes.note("folder", " with results of mdtui"));
    Ok((walk.files, walk.folders))
}

/// A walk through the folders below the data directory, of which each is entered once: links could
/// lead to it by more paths than can be listed.
struct Walk<'a> {
    root: &'a Path,
    cache: Option<&'a Path>,
    follows: bool,
    cancel: &'a CancelToken,
    /// Entries so far.
    seen: u64,
    /// Device and inode of each folder that was entered, where links are followed.
    entered: HashSet<(u64, u64)>,
    /// Links to folders that are still to be followed.
    links: BTreeSet<PathBuf>,
    files: Vec<Found>,
    folders: Vec<Found>,
    hidden: PassedOver,
    private: PassedOver,
    lakes: PassedOver,
    not_followed: PassedOver,
    repeated: PassedOver,
}

impl Walk<'_> {
    /// Whether a folder was not entered before; `None` when it is gone.
    fn enter(&mut self, folder: &Path) -> Option<bool> {
        if !self.follows {
            return Some(true);
        }
        let meta = std::fs::metadata(folder).ok()?;
        Some(self.entered.insert((meta.dev(), meta.ino())))
    }

    /// Whether a folder, or a link to one, holds logs for all that its path says.
    fn is_of_logs(&mut self, folder: &Path, name: &[u8]) -> bool {
        if is_cache(folder, self.cache, self.follows) {
            return false;
        }
        if is_of_the_system(name) {
            return false;
        }
        if is_private(name) {
            self.private.add(self.root, folder);
            return false;
        }
        if is_lake(folder) {
            self.lakes.add(self.root, folder);
            return false;
        }
        true
    }

    /// Everything below a folder, but what is behind links.
    fn below(&mut self, top: &Path, scan: &mut Scan) -> Result<()> {
        let mut entries = WalkDir::new(top).min_depth(1).into_iter();
        while let Some(entry) = entries.next() {
            if self.seen.is_multiple_of(1024) {
                self.cancel.check()?;
            }
            self.seen += 1;
            let entry = match entry {
                Ok(entry) => entry,
                Err(e) => {
                    let folder = e.path().map(|p| below(self.root, p)).unwrap_or_default();
                    // What is not of the system is a link that leads into itself.
                    if let Some(e) = e.into_io_error().and_then(|e| Unread::of(folder, e)) {
                        scan.add_unread(e);
                    }
                    continue;
                }
            };
            let (path, name) = (entry.path(), entry.file_name().as_bytes());
            let kind = entry.file_type();
            let target = (self.follows && kind.is_symlink()).then(|| std::fs::metadata(path));
            let is_followed = matches!(&target, Some(Ok(meta)) if meta.is_dir());
            if (kind.is_dir() || is_followed) && !self.is_of_logs(path, name) {
                if kind.is_dir() {
                    entries.skip_current_dir();
                }
                continue;
            }
            if is_followed {
                self.links.insert(path.to_owned());
            } else if kind.is_dir() && self.enter(path) == Some(false) {
                // A link led here before, or it is mounted twice.
                self.repeated.add(self.root, path);
                entries.skip_current_dir();
                continue;
            }
            let Some(format) = Format::of_name(name) else {
                if let Some(Err(e)) = target
                    && let Some(unread) = Unread::of(below(self.root, path), e)
                {
                    // A folder, perhaps.
                    scan.add_unread(unread);
                }
                if !self.follows && kind.is_symlink() && path.is_dir() {
                    self.not_followed.add(self.root, path);
                }
                continue;
            };
            if name.first() == Some(&b'.') {
                self.hidden.add(self.root, path);
                continue;
            }
            let candidate = candidate(below(self.root, path), format);
            if kind.is_dir() || is_followed {
                self.folders.push(candidate);
            } else {
                self.files.push(candidate);
            }
        }
        Ok(())
    }
}

/// Whether a folder of this name holds no logs: those that begin with `_` or `.` are the
/// housekeeping of other programs (`_delta_log`, `_temporary`, `.git`).
fn is_private(folder: &[u8]) -> bool {
    matches!(folder.first(), Some(b'_' | b'.'))
}

/// Whether a folder is one that file systems create at their top, and that only the system may read.
fn is_of_the_system(folder: &[u8]) -> bool {
    matches!(folder, b"lost+found" | b"System Volume Information")
}

/// Whether a folder is a cache directory of mdtui, if not that which is in use: its tables are no
/// logs.
pub(crate) fn is_lake(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_file();
    folder.join(PRIVATE).is_dir() && (has(README) || has(CATALOG))
}

/// What was not looked at, with some examples.
#[derive(Default)]
struct PassedOver {
    count: u64,
    examples: Vec<String>,
}

impl PassedOver {
    fn add(&mut self, root: &Path, path: &Path) {
        self.count += 1;
        if self.examples.len() < 3 {
            self.examples.push(text::visible_bytes(&below(root, path)));
        }
    }

    /// A note for each example, which is a link to a folder, and one for those beyond.
    fn notes_of_links(&self, what: &str) -> Vec<String> {
        let notes = self.examples.iter().map(|link| format!("{link} {what}"));
        let mut notes: Vec<String> = notes.collect();
        let more = self.count.saturating_sub(self.examples.len() as u64);
        if more > 0 {
            let links = format::count(more, "more link");
            notes.push(format!("{links} to folders likewise"));
        }
        notes
    }

    /// `2 hidden files were passed over (.a.csv, .b.csv)`, with what tells them after the noun.
    fn note(&self, noun: &str, which: &str) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let what = format::count(self.count, noun);
        let were = if self.count == 1 { "was" } else { "were" };
        let examples = self.examples.join(", ");
        let is_all = self.count == self.examples.len() as u64;
        let more = if is_all { "" } else { ", …" };
        Some(format!(
            "{what}{which} {were} passed over ({examples}{more})"
        ))
    }
}

/// What may be a log, before it was looked at.
fn candidate(raw: Vec<u8>, format: Format) -> Found {
    Found {
        raw,
        format,
        size: 0,
        mtime_ns: 0,
        inode: 0,
        trouble: None,
    }
}

/// Whether a folder is the cache directory, perhaps by another path where links are followed.
fn is_cache(folder: &Path, cache: Option<&Path>, follows: bool) -> bool {
    let Some(cache) = cache else { return false };
    folder == cache || follows && folder.canonicalize().is_ok_and(|real| real == cache)
}

fn below(root: &Path, path: &Path) -> Vec<u8> {
    path.strip_prefix(root)
        .unwrap_or(path)
        .as_os_str()
        .as_bytes()
        .to_vec()
}

/// A folder that could not be read.
struct Unread {
    folder: Vec<u8>,
    why: io::Error,
}

impl Unread {
    /// `None` for what is simply gone: it vanished during the walk, or a link leads nowhere.
    fn of(folder: Vec<u8>, why: io::Error) -> Option<Self> {
        let is_gone = matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
            || why.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
        (!is_gone).then_some(Self { folder, why })
    }
}

impl Scan {
    /// A folder that comes several times after another is added once.
    fn add_unread(&mut self, unread: Unread) {
        let Unread { folder, why } = unread;
        if self.unread.last() == Some(&folder) {
            return;
        }
        self.notes.push(format!(
            "{} cannot be read ({}): what lies below it is shown as it was",
            match folder.as_slice() {
                [] => "the data directory".to_owned(),
                folder => text::visible_bytes(folder),
            },
            text::visible(&why.to_string())
        ));
        self.unread.push(folder);
    }
}

/// One file as [`scan`] would find it now; `None` when it is gone, or its folder cannot be read.
pub fn stat_log(data_dir: &Path, cache_dir: &Path, links: Links, raw: &[u8]) -> Option<Found> {
    let root = data_dir.canonicalize().ok()?;
    let mut folders = raw.split(|byte| *byte == b'/');
    folders.next_back();
    if folders.any(|folder| is_private(folder) || is_of_the_system(folder)) {
        return None;
    }
    let format = Format::of_name(raw)?;
    let path = real_path(&root, raw);
    let mut folders = path.ancestors().skip(1).take_while(|above| *above != root);
    if folders.any(is_lake) {
        return None;
    }
    let is_in_cache = |target: &Path| {
        cache_dir
            .canonicalize()
            .is_ok_and(|cache| target.starts_with(cache))
    };
    let mut found = candidate(raw.to_vec(), format);
    let is_there = stat_candidate(&root, is_in_cache, links, &mut found);
    is_there.unwrap_or_default().then_some(found)
}

/// The file of a raw path below the data directory.
pub fn real_path(data_dir: &Path, raw: &[u8]) -> PathBuf {
    data_dir.join(OsStr::from_bytes(raw))
}

/// Stats one candidate; false when it vanished since the walk. Where a link leads is asked
/// `is_in_cache`.
///
/// # Errors
/// Its folder, which lists its entries but does not let them be looked at.
fn stat_candidate(
    root: &Path,
    is_in_cache: impl Fn(&Path) -> bool,
    links: Links,
    c: &mut Found,
) -> Result<bool, Unread> {
    let trouble = |what: &str| Some(what.to_owned());
    let path = real_path(root, &c.raw);
    let own = match std::fs::symlink_metadata(&path) {
        Ok(own) => own,
        Err(e) => {
            let folder = path.parent().map(|folder| below(root, folder));
            return Unread::of(folder.unwrap_or_default(), e).map_or(Ok(false), Err);
        }
    };
    if !own.is_symlink() {
        let why = if own.is_file() {
            None
        } else {
            trouble(special(own.file_type()))
        };
        c.describe(&own, why);
        return Ok(true);
    }
    let (meta, why) = match path.canonicalize() {
        Err(_) => (own, trouble("it is a link that leads nowhere")),
        Ok(target) if links == Links::Stay && !target.starts_with(root) => (
            own,
            trouble(
                "it is a link that leads out of the data directory (follow_links in the config file)",
            ),
        ),
        Ok(target) if is_in_cache(&target) => (
            own,
            trouble("it is a link that leads into the cache directory"),
        ),
        Ok(target) => match std::fs::metadata(&target) {
            Err(_) => (own, trouble("it is a link that leads nowhere")),
            Ok(meta) if meta.is_dir() => (
                own,
                trouble(
                    "it is a link to a folder; those are not entered (follow_links in the config file)",
                ),
            ),
            Ok(meta) if meta.is_file() => (meta, None),
            Ok(meta) => {
                let why = special(meta.file_type());
                (own, trouble(why))
            }
        },
    };
    c.describe(&meta, why);
    Ok(true)
}

fn special(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "it is a FIFO, not a file"
    } else if kind.is_socket() {
        "it is a socket, not a file"
    } else if kind.is_dir() {
        "it is a folder, not a file"
    } else {
        "it is a device, not a file"
    }
}

impl Found {
    /// Takes over what was seen of it.
    fn describe(&mut self, meta: &Metadata, trouble: Option<String>) {
        self.size = meta.len();
        self.mtime_ns = mtime_ns(meta);
        self.inode = meta.ino();
        self.trouble = trouble;
    }
}

/// A file's modification time in nanoseconds since 1970.
pub fn mtime_ns(meta: &Metadata) -> i64 {
    meta.mtime()
        .saturating_mul(1_000_000_000)
        .saturating_add(meta.mtime_nsec())
}

/// Lists folders that are named like a log but hold none.
fn add_empty_folders(root: &Path, scan: &mut Scan, folders: Vec<Found>) {
    let mut empty = Vec::new();
    for mut folder in folders {
        let mut prefix = folder.raw.clone();
        prefix.push(b'/');
        let at = scan.found.partition_point(|f| f.raw < prefix);
        let holds_a_log = scan
            .found
            .get(at)
            .is_some_and(|f| f.raw.starts_with(&prefix));
        if holds_a_log || scan.unread.contains(&folder.raw) {
            continue;
        }
        if let Ok(meta) = std::fs::symlink_metadata(real_path(root, &folder.raw)) {
            let why = format!(
                "it is a folder named like a {} file, and holds no log",
                folder.format.name()
            );
            // A folder's own size and time say nothing of a log.
            folder.describe(&meta, Some(why));
            folder.size = 0;
            empty.push(folder);
        }
    }
    if !empty.is_empty() {
        scan.found.extend(empty);
        scan.found.sort_unstable_by(|a, b| a.raw.cmp(&b.raw));
    }
}

/// The cell that a path below the data directory tells, harmless: the value of a folder
/// `cell_id=…`, as Spark and DuckDB lay out what they partition, else the first folder.
pub fn cell_of(raw: &[u8]) -> Option<String> {
    /// What Hive, and all that followed it, call the folder of rows without a value.
    const NO_VALUE: &[u8] = b"__HIVE_DEFAULT_PARTITION__";
    let (folders, _) = raw.split_at(raw.iter().rposition(|byte| *byte == b'/')?);
    let mut parts = folders.split(|byte| *byte == b'/');
    let first = parts.clone().next()?;
    let value = parts.rfind(|part| part.starts_with(b"cell_id="));
    match value.map(|part| unescaped(&part[b"cell_id=".len()..])) {
        Some(value) if value.is_empty() || value == NO_VALUE => None,
        Some(value) => Some(text::visible_bytes(&value)),
        None => Some(text::visible_bytes(first)),
    }
}

/// `%2F` and the like are the characters that a folder's name cannot have.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, below @ ..] = rest {
        let digits = below.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &below[2..] } else { below };
    }
    out
}

#[cfg(test)]
mod tests;
