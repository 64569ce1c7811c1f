//! Locks that a file system does not support.

use std::{io, path::Path};

use rustix::{fs::FlockOperation, io::Errno};

use crate::{Error, base::mounts::described, text};

/// The error of a lock on `path` that could not be taken for another reason than that it is
/// held: where the file system does not support locks, it names the mount and the reason.
pub(crate) fn lock_error(path: &Path, source: io::Error) -> Error {
    if !is_unsupported(&source) {
        return Error::io("lock", path, source);
    }
    Error::Fatal(format!(
        "cannot lock {}: {source}; {} does not support file locks, which mdtui needs: mount it \
         with locks, or name a cache directory on a local disk with --cache-dir",
        text::visible_path(path),
        described(path)
    ))
}

/// Whether locks do not work at all: no lock service, or a file system without locks.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    let codes = [
        Errno::NOLCK,
        Errno::OPNOTSUPP,
        Errno::NOTSUP,
        Errno::NOSYS,
        Errno::INVAL,
    ];
    codes
        .iter()
        .any(|code| error.raw_os_error() == Some(code.raw_os_error()))
}

/// Tries the two kinds of locks that mdtui (flock) and SQLite (POSIX) take, on a file without a
/// name in `dir`: on the database itself it would release SQLite's own locks.
///
/// # Errors
/// Why one of them cannot be taken, or the file not be created.
pub(crate) fn try_locks(dir: &Path) -> io::Result<()> {
    let file = tempfile::tempfile_in(dir)?;
    file.try_lock()?;
    rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorClass;

    #[test]
    fn locks_that_do_not_work_are_told_with_the_mount_and_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("not-there/x.lock");
        for errno in [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS] {
            let error = lock_error(&path, errno.into());
            assert_eq!(error.kind(), ErrorClass::Fatal);
            let sentence = error.to_string();
            for part in ["x.lock", " file system ", " at /", "--cache-dir"] {
                assert!(sentence.contains(part), "{sentence}");
            }
        }
        try_locks(dir.path()).unwrap();
        let error = lock_error(&path, Errno::IO.into());
        assert_eq!(error.kind(), ErrorClass::Transient);
    }
}
