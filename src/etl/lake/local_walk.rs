//! Walking the directories of a lake, on all cores: there is one for each log.

use std::{
    fs::{self, DirEntry, Metadata},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use crate::{
    Error,
    source::reserved::{EXPORTS, NOTES, PRIVATE, RECORD},
    text::visible_path,
};

/// What was found, in no order, and what could not be read, one sentence each.
pub(super) struct Walked<T> {
    pub found: Vec<T>,
    pub problems: Vec<String>,
}

/// The documents of one log. Its directory is open as long as they live.
pub(super) struct Documents {
    /// The log's key.
    pub key: String,
    record: Option<DirEntry>,
    notes: Option<DirEntry>,
}

impl Documents {
    /// Whether there is a document that is called `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Size, time and inode of the document that is called `name`; `None` when there is none.
    pub(super) fn metadata(&self, name: &str) -> Option<io::Result<Metadata>> {
        let entry = self.get(name)?;
        let of_link = || entry.file_type().is_ok_and(|kind| kind.is_symlink());
        // Through the open directory, which is faster than by the whole path.
        Some(match of_link() {
            true => fs::metadata(entry.path()),
            false => entry.metadata(),
        })
    }

    fn get(&self, name: &str) -> Option<&DirEntry> {
        match name {
            RECORD => self.record.as_ref(),
            NOTES => self.notes.as_ref(),
            _ => None,
        }
    }
}

/// Visits every directory below `top` and itself, but the lake's private ones, and gives `take` those
/// that have a document. `root` is the top of the lake.
pub(super) fn walk<T: Send>(
    root: &Path,
    top: PathBuf,
    take: &(impl Fn(&Documents) -> crate::Result<Option<T>> + Sync),
) -> Walked<T> {
    let mut walked = Walked {
        found: Vec::new(),
        problems: Vec::new(),
    };
    match enter(root, &top, take, &mut walked) {
        Ok(folders) => {
            let below: Vec<_> = folders
                .into_par_iter()
                .map(|folder| walk(root, folder, take))
                .collect();
            for below in below {
                walked.found.extend(below.found);
                walked.problems.extend(below.problems);
            }
        }
        // Removed while the directories above it were read, or there is no lake yet.
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => walked.problems.push(Error::io("read", &top, e).to_string()),
    }
    walked
}

/// Looks into one directory. Returns those in it.
fn enter<T>(
    root: &Path,
    folder: &Path,
    take: &impl Fn(&Documents) -> crate::Result<Option<T>>,
    walked: &mut Walked<T>,
) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    let (mut record, mut notes) = (None, None);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        let is_private = || folder == root && [PRIVATE, EXPORTS].iter().any(|own| name == *own);
        if kind.is_dir() {
            if !is_private() {
                folders.push(entry.path());
            }
        } else if kind.is_file() && name == RECORD {
            record = Some(entry);
        } else if name == NOTES {
            notes = Some(entry);
        }
    }
    if record.is_some() || notes.is_some() {
        match folder.strip_prefix(root).ok().and_then(Path::to_str) {
            Some(key) if !key.is_empty() => {
                let documents = Documents {
                    key: key.to_owned(),
                    record,
                    notes,
                };
                match take(&documents) {
                    Ok(taken) => walked.found.extend(taken),
                    Err(e) => walked.problems.push(e.to_string()),
                }
            }
            _ if record.is_none() => {}
            _ => walked.problems.push(format!(
                "{} belongs to no log (it lies at the top of the lake, or below a name that is not \
                 UTF-8) and was skipped",
                visible_path(&folder.join(RECORD))
            )),
        }
    }
    Ok(folders)
}
