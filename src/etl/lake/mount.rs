//! Which file system a path is on, for messages about locks that do not work there.

use std::{fs, io, os::unix::ffi::OsStrExt, path::Path};

use rustix::{fs::FlockOperation, io::Errno};

use crate::{Error, text};

/// A file system as the kernel lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mount {
    /// Where it is mounted.
    at: Vec<u8>,
    /// `nfs4`, `ext4`, …
    kind: String,
    /// The device or share.
    source: String,
}

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

/// `the nfs4 file system server:/share at /mnt/share`
fn described(path: &Path) -> String {
    let list = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let path = path
        .ancestors()
        .find_map(|p| p.canonicalize().ok())
        .unwrap_or_default();
    match mount_of(&list, path.as_os_str().as_bytes()) {
        Some(mount) => format!(
            "the {} file system {} at {}",
            text::quoted(&mount.kind, 60),
            text::quoted(&mount.source, 200),
            text::visible_bytes(&mount.at)
        ),
        None => "the file system".into(),
    }
}

/// The last of the mounts with the longest path above `path`: later mounts cover earlier ones.
fn mount_of(list: &[u8], path: &[u8]) -> Option<Mount> {
    list.split(|b| *b == b'\n')
        .filter_map(parse)
        .filter(|mount| is_above(&mount.at, path))
        .max_by_key(|mount| mount.at.len())
}

fn is_above(at: &[u8], path: &[u8]) -> bool {
    let rest = path.strip_prefix(at);
    rest.is_some_and(|rest| at == b"/" || rest.is_empty() || rest.starts_with(b"/"))
}

/// A line of `/proc/self/mountinfo`, see proc(5).
fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|b| *b == b' ');
    let at = unescape(fields.nth(4)?);
    let mut rest = fields.skip_while(|field| *field != b"-").skip(1);
    let text = |bytes: &[u8]| String::from_utf8_lossy(&unescape(bytes)).into_owned();
    Some(Mount {
        at,
        kind: text(rest.next()?),
        source: text(rest.next()?),
    })
}

/// Spaces, tabs, line feeds and backslashes are written as `\` and three octal digits.
fn unescape(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    while let Some((first, rest)) = bytes.split_first() {
        let octal = rest.get(..3).filter(|_| *first == b'\\');
        let code = octal
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        out.push(code.unwrap_or(*first));
        bytes = if code.is_some() { &rest[3..] } else { rest };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultKind;

    const LIST: &[u8] = b"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
        23 22 0:5 / /mnt rw - tmpfs tmpfs rw\n\
        24 23 0:44 / /mnt/press\\0402 rw,relatime shared:7 master:1 - nfs4 office:/lake rw,nolock\n";

    #[test]
    fn the_mount_of_a_path_is_the_nearest_one_above_it() {
        let at = |path: &[u8]| mount_of(LIST, path).map(|m| (m.kind, m.source));
        let named = |kind: &str, source: &str| Some((kind.to_owned(), source.to_owned()));
        assert_eq!(at(b"/mnt/press 2/cache"), named("nfs4", "office:/lake"));
        assert_eq!(at(b"/mnt/press 2"), named("nfs4", "office:/lake"));
        assert_eq!(at(b"/mnt/press 20"), named("tmpfs", "tmpfs"));
        assert_eq!(at(b"/mntx"), named("ext4", "/dev/sda1"));
        assert_eq!(mount_of(b"", b"/"), None);
        assert_eq!(mount_of(b"1 2 3 4\n-\n\\", b"/"), None);
    }

    #[test]
    fn locks_that_do_not_work_are_told_with_the_mount_and_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("not-there/x.lock");
        for errno in [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS] {
            let error = lock_error(&path, errno.into());
            assert_eq!(error.kind(), FaultKind::Fatal);
            let sentence = error.to_string();
            for part in ["x.lock", " file system ", " at /", "--cache-dir"] {
                assert!(sentence.contains(part), "{sentence}");
            }
        }
        try_locks(dir.path()).unwrap();
        let error = lock_error(&path, Errno::IO.into());
        assert_eq!(error.kind(), FaultKind::Passing);
    }
}
