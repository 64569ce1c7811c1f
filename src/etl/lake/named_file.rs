//! Files that operators name to be written: never a log, never a file of the lake.

use std::{
    ffi::OsStr,
    fs::{self, File, Permissions, TryLockError},
    io::{ErrorKind, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Context, presence::is_at};
use crate::{Error, Result, source::Format, text::visible_path};

/// Refuses a directory, a log, a name that would make the file a log, and what lies in the lake outside of its
/// folder for exports. A pipe or a device may be written to.
///
/// # Errors
/// [`Error::Usage`] that says why.
pub fn guard(context: &Context, path: &Path) -> Result<()> {
    let shown = visible_path(path);
    if path.is_dir() {
        return Err(Error::Usage(format!(
            "{shown} is a directory; name a file in it"
        )));
    }
    if is_stream(path) {
        return Ok(());
    }
    // A link is followed: what it leads to is replaced, or would be.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    for place in [path, &real] {
        let name = place.file_name().unwrap_or_default();
        if is_below(&context.data_dir, place) && Format::of_name(name.as_encoded_bytes()).is_some()
        {
            return Err(Error::Usage(if path.exists() {
                format!("{shown} is a log, and logs are never changed; name another file")
            } else {
                format!(
                    "{shown} would become a log, in the data directory under such a name; name a file elsewhere"
                )
            }));
        }
        if is_below(context.lake.root(), place) && !is_below(&context.lake.local().exports(), place)
        {
            return Err(Error::Usage(format!(
                "{shown} is in the lake, which only harvests write; name a file elsewhere, or in {}",
                visible_path(&context.lake.local().exports())
            )));
        }
    }
    Ok(())
}

/// The error of a file in a folder that does not exist.
pub fn no_folder(folder: &Path) -> Error {
    Error::Usage(format!(
        "there is no folder {} to write to: create it first",
        visible_path(folder)
    ))
}

/// Whether the file `path` is, or would be, below `folder`.
pub fn is_below(folder: &Path, path: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    match (real(parent(path)), real(folder)) {
        (Some(parent), Some(folder)) => parent.starts_with(folder),
        _ => false,
    }
}

/// Whether it is a pipe or a device, onto which nothing may be renamed.
pub fn is_stream(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Who may read a file besides its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// As the umask says.
    Umask,
    /// Everybody.
    All,
}

/// How the name of an unfinished file beside the file that it becomes begins and ends.
const UNFINISHED: (&str, &str) = (".mdtui-export-", ".tmp");

/// How often another process may take a new file for abandoned before this one locks it.
const TRIES: u32 = 100;

/// A new file in the folder of `target`, which it becomes when it is whole: locked while this process lives, readable as
/// the umask says. What dead processes left unfinished there is removed.
///
/// # Errors
/// [`Error::Usage`] where the folder does not exist; [`Error::Io`] with the target.
pub fn unfinished(target: &Path) -> Result<NamedTempFile> {
    let folder = parent(target);
    for (path, _lock) in abandoned(folder) {
        // Another process may be first.
        let _ = fs::remove_file(path);
    }
    let mut tries = 0..TRIES;
    loop {
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED.0)
            .suffix(UNFINISHED.1)
            // Less the umask: the file is the operator's, as any that a shell makes.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(|e| match e.kind() {
                ErrorKind::NotFound => no_folder(folder),
                _ => Error::io("write", target, e),
            })?;
        // Where the file system has no locks, no process takes another's files for abandoned.
        let is_taken = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
        // Another process may have removed the file before it was locked: then a new one is made. A
        // file system on which this cannot be told gives the file after the last try.
        if !is_taken && is_at(file.as_file(), file.path()) || tries.next().is_none() {
            return Ok(file);
        }
    }
}

/// The [`unfinished`] files in a folder whose processes are dead. Each is locked until it is dropped.
pub(super) fn abandoned(folder: &Path) -> Vec<(PathBuf, File)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_unfinished = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        name.starts_with(UNFINISHED.0.as_bytes()) && name.ends_with(UNFINISHED.1.as_bytes())
    };
    entries
        .filter(|entry| is_unfinished(&entry.file_name()))
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| {
            let path = entry.path();
            let file = File::options().write(true).open(&path).ok()?;
            (file.try_lock().is_ok() && is_at(&file, &path)).then_some((path, file))
        })
        .collect()
}

/// Replaces a file by one with this content, whole or not at all. A pipe or device is written to, and a link stays:
/// the file that it leads to is replaced.
///
/// # Errors
/// [`Error::Io`]; [`Error::Usage`] where its folder does not exist.
pub fn replace(path: &Path, content: &[u8], readers: Readers) -> Result<()> {
    let failed = |e| Error::io("write", path, e);
    if is_stream(path) {
        let mut stream = File::options().write(true).open(path).map_err(failed)?;
        return stream.write_all(content).map_err(failed);
    }
    let target: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut file = unfinished(&target)?;
    file.write_all(content).map_err(failed)?;
    if readers == Readers::All {
        let all = Permissions::from_mode(0o644);
        file.as_file().set_permissions(all).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&target).map(drop).map_err(|e| failed(e.error))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lake::Lake, profile::Profile, source::scan::Links};
    use std::{os::unix::fs::symlink, sync::Arc};

    fn context(dir: &Path) -> Context {
        for folder in ["data", "cache/exports", "cache/a"] {
            fs::create_dir_all(dir.join(folder)).unwrap();
        }
        fs::write(dir.join("data/a.csv"), "time\n").unwrap();
        fs::write(dir.join("cache/a/record.json"), "{}").unwrap();
        Context {
            data_dir: dir.join("data"),
            links: Links::default(),
            lake: Lake::new(dir.join("cache")),
            profile: Arc::new(Profile::built_in().unwrap()),
        }
    }

    #[test]
    fn logs_and_files_of_the_lake_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let context = context(dir.path());
        symlink(at("data/a.csv"), at("link.txt")).unwrap();
        symlink(at("cache"), at("clink")).unwrap();
        let why = |name: &str| guard(&context, &at(name)).unwrap_err().to_string();
        assert!(why("data/a.csv").contains("is a log, and logs are never changed"));
        assert!(why("data/new.csv").contains("would become a log"));
        assert!(why("link.txt").contains("is a log"), "{}", why("link.txt"));
        for name in [
            "cache/a/record.json",
            "cache/catalog.db",
            "clink/a/record.json",
            "cache/x",
        ] {
            assert!(why(name).contains("is in the lake"), "{name}");
        }
        assert!(why("cache").contains("is a directory"));
        for name in ["a.csv", "data/notes.txt", "cache/exports/a.csv"] {
            guard(&context, &at(name)).unwrap();
        }
    }

    #[test]
    fn what_a_dead_process_left_unfinished_is_removed_and_what_a_living_one_writes_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let dead = dir.path().join(".mdtui-export-abc123.tmp");
        let other = dir.path().join(".mdtui-demo");
        for file in [&dead, &other] {
            fs::write(file, "half").unwrap();
        }
        let target = dir.path().join("a.csv");
        let living = unfinished(&target).unwrap();
        assert!(!dead.exists() && other.exists());
        fs::write(&dead, "half").unwrap();
        let abandoned = abandoned(dir.path());
        let paths: Vec<&PathBuf> = abandoned.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [&dead]);
        replace(&target, b"whole", Readers::Umask).unwrap();
        assert!(living.path().exists(), "it is still written");
        living.persist(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"");
    }

    #[test]
    fn files_are_replaced_whole_links_stay_and_streams_are_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("a"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        replace(&link, b"new", Readers::All).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o644
        );
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            2,
            "nothing temporary stays"
        );
        replace(Path::new("/dev/null"), b"x", Readers::Umask).unwrap();
        assert!(is_stream(Path::new("/dev/null")));
    }
}
