//! Finding the records and notes of a lake, on all cores: there is a directory for each log.
//!
//! A directory without directories in it is not listed, where its number of links shows that: asking
//! for the documents themselves is several times faster.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, Metadata},
    io::{self, ErrorKind},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use rustix::fs::{AtFlags, FileType, Stat, statat};

use super::store::Version;
use crate::{
    Error,
    source::reserved::{EXPORTS, NOTES, PRIVATE, RECORD},
    text::visible_path,
};

/// What was found, in no order, and what could not be read, one sentence each.
#[derive(Default)]
pub(super) struct Walked {
    pub found: Vec<Documents>,
    pub problems: Vec<String>,
}

/// The documents of one log.
pub(super) struct Documents {
    /// The log's key.
    pub key: String,
    /// The version of its record, if it has one.
    pub record: Option<Version>,
    /// The version of its notes, if it has any.
    pub notes: Option<Version>,
}

impl Walked {
    fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        self.problems.extend(other.problems);
    }
}

/// The documents in `top` and in all directories below it, but the lake's private ones. `root` is
/// the top of the lake.
pub(super) fn walk(root: &Path, top: PathBuf) -> Walked {
    let device = match fs::metadata(&top) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Walked::default(),
        found => found.map(|m| m.dev()).ok(),
    };
    let walk = Walk {
        root,
        device: device.filter(|_| links_tell_of_directories(&top)),
    };
    walk.below(top)
}

struct Walk<'a> {
    root: &'a Path,
    /// The file system on which the number of links shows that a directory has none in it.
    device: Option<u64>,
}

impl Walk<'_> {
    fn below(&self, folder: PathBuf) -> Walked {
        let mut walked = Walked::default();
        let below = self.enter(&folder, &mut walked).and_then(|names| {
            if names.is_empty() {
                return Ok(Vec::new());
            }
            let dir = File::open(&folder)?;
            let visit = |name: OsString| match self.leaf(&dir, &folder, &name) {
                Ok(Some(leaf)) => leaf,
                Ok(None) => self.below(folder.join(name)),
                Err(e) => failed(&folder.join(name), e),
            };
            Ok(names.into_par_iter().map(visit).collect())
        });
        match below {
            Ok(below) => below
                .into_iter()
                .for_each(|below: Walked| walked.add(below)),
            Err(e) => walked.add(failed(&folder, e)),
        }
        walked
    }

    /// Lists one directory. Returns the names of those in it.
    fn enter(&self, folder: &Path, walked: &mut Walked) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        let (mut record, mut notes) = (None, None);
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name());
            let document = || {
                let meta = present(entry.metadata())?;
                Ok::<_, io::Error>(meta.map(|meta| followed(meta, &entry.path())))
            };
            // Whatever lies there: what is no document is damage to whoever reads it.
            if name == RECORD {
                record = document()?;
            } else if name == NOTES {
                notes = document()?;
            } else if kind.is_dir() {
                let is_own = [PRIVATE, EXPORTS].iter().any(|own| name == *own);
                if !(is_own && folder == self.root) {
                    names.push(name);
                }
            }
        }
        let record = record.as_ref().map(Version::of);
        let notes = notes.as_ref().map(Version::of);
        walked.add(self.documents(folder, record, notes));
        Ok(names)
    }

    /// What the directory `name` in `dir` has, if it has no directories.
    fn leaf(&self, dir: &File, folder: &Path, name: &OsStr) -> io::Result<Option<Walked>> {
        let Some(device) = self.device else {
            return Ok(None);
        };
        let stat = |path: &Path, flags| present(statat(dir, path, flags).map_err(io::Error::from));
        let name = Path::new(name);
        let own = stat(name, AtFlags::SYMLINK_NOFOLLOW)?;
        if own.is_none_or(|own| own.st_nlink != 2 || own.st_dev != device) {
            return Ok(None);
        }
        let is_link = |s: &Stat| FileType::from_raw_mode(s.st_mode) == FileType::Symlink;
        let document = |path: PathBuf| {
            let own = stat(&path, AtFlags::SYMLINK_NOFOLLOW)?;
            let target = match own.as_ref().is_some_and(is_link) {
                true => stat(&path, AtFlags::empty()).ok().flatten(),
                false => None,
            };
            Ok::<_, io::Error>(target.or(own))
        };
        let (record, notes) = (document(name.join(RECORD))?, document(name.join(NOTES))?);
        let version = |s: &Stat| {
            let mtime = (s.st_mtime, s.st_mtime_nsec as i64);
            Version::of_file(s.st_ino, mtime, s.st_size.unsigned_abs())
        };
        let (record, notes) = (record.as_ref().map(version), notes.as_ref().map(version));
        Ok(Some(self.documents(&folder.join(name), record, notes)))
    }

    fn documents(&self, folder: &Path, record: Option<Version>, notes: Option<Version>) -> Walked {
        let mut walked = Walked::default();
        if record.is_none() && notes.is_none() {
            return walked;
        }
        match folder.strip_prefix(self.root).ok().and_then(Path::to_str) {
            Some(key) if !key.is_empty() => walked.found.push(Documents {
                key: key.to_owned(),
                record,
                notes,
            }),
            _ if record.is_none() => {}
            _ => walked.problems.push(format!(
                "{} belongs to no log (it lies at the top of the lake, or below a name that is not \
                 UTF-8) and was skipped",
                visible_path(&folder.join(RECORD))
            )),
        }
        walked
    }
}

/// What the link of which this is leads to; the link itself where that is nothing, so that it is
/// noticed.
pub(super) fn followed(own: Metadata, path: &Path) -> Metadata {
    match own.is_symlink() {
        true => fs::metadata(path).unwrap_or(own),
        false => own,
    }
}

/// `None` for what is not there.
pub(super) fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        result => result.map(Some),
    }
}

/// A directory that cannot be read. One that went while those above it were read, or a lake that is
/// not there yet, has nothing.
fn failed(folder: &Path, error: io::Error) -> Walked {
    let mut walked = Walked::default();
    if error.kind() != ErrorKind::NotFound {
        let problem = Error::io("read", folder, error).to_string();
        walked.problems.push(problem);
    }
    walked
}

/// Whether a directory of this file system has two links and one more for each directory in it. Others
/// count them otherwise, or always say two.
fn links_tell_of_directories(dir: &Path) -> bool {
    /// ext2 to ext4, XFS, tmpfs.
    const COUNTING: [u32; 3] = [0xef53, 0x5846_5342, 0x0102_1994];
    // Fields of statfs have other types on other processors: the number has 32 bits.
    rustix::fs::statfs(dir).is_ok_and(|found| COUNTING.contains(&(found.f_type as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(walked: &Walked) -> Vec<(&str, bool, bool)> {
        let own = |d: &'_ Documents| (d.record.is_some(), d.notes.is_some());
        let mut keys: Vec<_> = walked
            .found
            .iter()
            .map(|d| (d.key.as_str(), own(d).0, own(d).1))
            .collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn the_same_is_found_whether_or_not_leaves_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for file in [
            "a/record.json",
            "a/notes.json",
            "a/b/record.json",
            "a/b/run.parquet",
            "c/d/e/record.json",
            "only-notes/notes.json",
            "neither/run.parquet",
            "exports/record.json",
            ".mdtui/record.json",
            "deep/exports/record.json",
            "a-directory/record.json/x",
        ] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        fs::create_dir(root.join("empty")).unwrap();
        fs::create_dir(root.join("links")).unwrap();
        std::os::unix::fs::symlink("../a/notes.json", root.join("links/notes.json")).unwrap();
        std::os::unix::fs::symlink("../a/record.json", root.join("links/record.json")).unwrap();
        fs::create_dir(root.join("nowhere")).unwrap();
        std::os::unix::fs::symlink("gone", root.join("nowhere/record.json")).unwrap();
        std::os::unix::fs::symlink("gone", root.join("nowhere/notes.json")).unwrap();
        std::os::unix::fs::symlink("a", root.join("not-followed")).unwrap();
        let expected = [
            ("a", true, true),
            ("a-directory", true, false),
            ("a/b", true, false),
            ("c/d/e", true, false),
            ("deep/exports", true, false),
            ("links", true, true),
            ("nowhere", true, true),
            ("only-notes", false, true),
        ];
        let device = fs::metadata(root).unwrap().dev();
        let mut versions = Vec::new();
        for device in [None, Some(device), Some(device + 1)] {
            let walked = Walk { root, device }.below(root.to_owned());
            assert_eq!(walked.problems, [""; 0]);
            assert_eq!(keys(&walked), expected, "{device:?}");
            let mut found: Vec<_> = walked
                .found
                .into_iter()
                .map(|d| (d.key, d.record, d.notes))
                .collect();
            found.sort_by(|a, b| a.0.cmp(&b.0));
            versions.push(found);
        }
        assert!(versions.windows(2).all(|v| v[0] == v[1]), "{versions:?}");
    }
}
