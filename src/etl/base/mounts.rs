//! The mounts of this machine: which file system a path is on, and what is mounted below it.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use crate::text;

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

/// `the nfs4 file system server:/share at /mnt/share`
pub(crate) fn described(path: &Path) -> String {
    let list = list();
    let path = std::path::absolute(path).unwrap_or_default();
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

/// Where other file systems are mounted below `dir`, which is a path without links.
pub(crate) fn mounted_below(dir: &Path) -> Vec<PathBuf> {
    mounted_in(&list(), dir)
}

fn mounted_in(list: &[u8], dir: &Path) -> Vec<PathBuf> {
    let top = dir.as_os_str().as_bytes();
    let points = list
        .split(|b| *b == b'\n')
        .filter_map(parse)
        .map(|mount| mount.at)
        .filter(|at| at != top && is_above(top, at))
        .map(|at| PathBuf::from(OsString::from_vec(at)))
        .collect::<BTreeSet<_>>();
    points.into_iter().collect()
}

fn list() -> Vec<u8> {
    fs::read("/proc/self/mountinfo").unwrap_or_default()
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
    fn mounts_below_a_path_are_found() {
        let below = |dir: &str| mounted_in(LIST, Path::new(dir));
        assert_eq!(below("/mnt"), [Path::new("/mnt/press 2")]);
        assert_eq!(below("/"), [Path::new("/mnt"), Path::new("/mnt/press 2")]);
        assert!(below("/mnt/press 2").is_empty() && below("/mn").is_empty());
    }
}
