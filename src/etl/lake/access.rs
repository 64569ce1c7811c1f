//! Whether this process may write a lake, and if not, what is in the way: whoever can read a
//! lake can look at it.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::{fs::Access, io::Errno};

use super::Lake;
use crate::{Error, Result, base::mounts, text};

/// A lake that this process must not write, and what is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOnly {
    /// A clause: `/srv/lake is owned by anna and not writable by nobody`.
    reason: String,
}

impl ReadOnly {
    /// `None` when everything that a harvest changes can be written, or when it is unclear
    /// why not: then trying says why. A full disk counts only for a lake that is only looked at
    /// ([`Lake::to_look_at`]).
    pub fn of(lake: &Lake) -> Option<Self> {
        if let Some(reason) = lake.looked_at() {
            return Some(reason.clone());
        }
        let root = lake.root();
        let above = existing(root)?;
        if above != root {
            let (at, errno) = denied_folder(&above)?;
            let reason = format!(
                "{} does not exist and cannot be created: {}",
                text::visible_path(root),
                reason(&at, errno)
            );
            return Some(Self { reason });
        }
        let local = lake.local();
        let folders = [root.to_owned(), local.private(), local.locks(), local.tmp()];
        let files = local.catalog_files();
        let of_file = |path: &PathBuf| denied(path, Access::WRITE_OK | Access::READ_OK);
        let (at, errno) = folders
            .iter()
            .find_map(|path| denied_folder(path))
            .or_else(|| files.iter().find_map(of_file))?;
        Some(Self {
            reason: reason(&at, errno),
        })
    }

    /// Why a lake below `root` cannot be written though it may be: its disk is full.
    pub(super) fn of_full_disk(root: &Path) -> Option<Self> {
        is_full(root).then(|| Self {
            reason: format!(
                "{} is on {}, which is full",
                text::visible_path(root),
                mounts::described(root)
            ),
        })
    }

    /// For the reason that `reason` says, a clause.
    pub fn because(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
        }
    }

    /// A clause that names the owner or the mount.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// One line for an operator who looks at the lake.
    pub fn note(&self) -> String {
        format!(
            "read-only: {}; what is shown comes from the records, and nothing can be harvested",
            self.reason
        )
    }

    /// Refuses `action`, a verb: `harvest`.
    pub fn refuse(&self, action: &str) -> Error {
        Error::Fatal(format!("cannot {action}: {}", self.reason))
    }
}

/// Refuses `action`, a verb, on a lake that cannot be written.
///
/// # Errors
/// [`Error::Fatal`] with the owner or the mount.
pub fn require_write(lake: &Lake, action: &str) -> Result<()> {
    ReadOnly::of(lake).map_or(Ok(()), |read_only| Err(read_only.refuse(action)))
}

/// Whether the file system at `path` has no room for what SQLite writes to read a catalog (32 KiB
/// of shared memory and some pages), whatever is in it.
pub(crate) fn is_full(path: &Path) -> bool {
    const LEAST: u64 = 1 << 20;
    let Ok(stat) = rustix::fs::statvfs(path) else {
        return false;
    };
    let free = match rustix::process::geteuid().is_root() {
        true => stat.f_bfree,
        false => stat.f_bavail,
    };
    // Some file systems of user space tell nothing.
    stat.f_blocks > 0 && free.saturating_mul(stat.f_frsize) < LEAST
}

/// Whether the lake can be read, if it exists.
///
/// # Errors
/// [`Error::Fatal`] with the owner.
pub fn require_read(lake: &Lake) -> Result<()> {
    let root = lake.root();
    match fs::read_dir(root) {
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Err(Error::Fatal(format!(
            "cannot read the lake {}: it {}",
            text::visible_path(root),
            owned(root, "readable")
        ))),
        _ => Ok(()),
    }
}

/// The path itself, or the nearest one above it that is there.
fn existing(path: &Path) -> Option<PathBuf> {
    if path.symlink_metadata().is_ok() {
        return Some(path.to_owned());
    }
    let path = std::path::absolute(path).ok()?;
    let mut above = path.ancestors();
    above
        .find(|p| p.symlink_metadata().is_ok())
        .map(Path::to_owned)
}

/// A file in a folder's place is no matter of permissions: using it says so.
fn denied_folder(path: &Path) -> Option<(PathBuf, Errno)> {
    let is_folder = !path.metadata().is_ok_and(|m| !m.is_dir());
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    is_folder.then(|| denied(path, wanted)).flatten()
}

fn denied(path: &Path, wanted: Access) -> Option<(PathBuf, Errno)> {
    match rustix::fs::access(path, wanted) {
        Err(errno @ (Errno::ACCESS | Errno::PERM | Errno::ROFS)) => Some((path.to_owned(), errno)),
        _ => None,
    }
}

fn reason(path: &Path, errno: Errno) -> String {
    let shown = text::visible_path(path);
    match errno {
        Errno::ROFS => format!(
            "{shown} is on {}, mounted read-only",
            mounts::described(path)
        ),
        Errno::PERM => format!("{shown} is protected against changes ({errno})"),
        _ => format!("{shown} {}", owned(path, "writable")),
    }
}

/// `is owned by anna and not writable by nobody`
fn owned(path: &Path, what: &str) -> String {
    let me = user(rustix::process::getuid().as_raw());
    match fs::metadata(path) {
        Ok(meta) => format!("is owned by {} and not {what} by {me}", user(meta.uid())),
        Err(_) => format!("is not {what} by {me}"),
    }
}

/// The name of the user who runs this process: that of this machine, else what the environment
/// says, else the number.
pub fn login_name() -> String {
    let uid = rustix::process::getuid().as_raw();
    let environment = ["LOGNAME", "USER"].into_iter().find_map(std::env::var_os);
    let named = || environment.map(|name| text::visible_os(&name));
    named_user(uid)
        .or_else(|| named().filter(|name| !name.is_empty()))
        .unwrap_or_else(|| user(uid))
}

/// The name of a user of this machine, or their number.
fn user(uid: u32) -> String {
    named_user(uid).unwrap_or_else(|| format!("user {uid}"))
}

fn named_user(uid: u32) -> Option<String> {
    let list = fs::read("/etc/passwd").unwrap_or_default();
    name_of(&String::from_utf8_lossy(&list), uid)
}

/// See passwd(5): `name:password:uid:…`.
fn name_of(list: &str, uid: u32) -> Option<String> {
    let uid = uid.to_string();
    let line = list
        .lines()
        .find(|line| line.split(':').nth(2) == Some(&uid))?;
    Some(text::visible(line.split(':').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_lake_of_ones_own_can_be_written_also_before_it_exists() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path().join("a/cache"));
        assert_eq!(ReadOnly::of(&lake), None);
        fs::create_dir_all(lake.root()).unwrap();
        assert_eq!(ReadOnly::of(&lake), None);
        // What is in the way of a lake is no lake: opening it says so.
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(ReadOnly::of(&Lake::new(file.join("cache"))), None);
    }

    #[test]
    fn what_cannot_be_written_names_its_owner() {
        if rustix::process::getuid().is_root() {
            eprintln!("skipped: root may write everything");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path().join("cache"));
        let me = user(rustix::process::getuid().as_raw());
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        let reason = || ReadOnly::of(&lake).map(|it| it.reason).unwrap_or_default();
        set(dir.path(), 0o555).unwrap();
        assert!(
            reason().contains("does not exist and cannot be created"),
            "{}",
            reason()
        );
        set(dir.path(), 0o755).unwrap();
        fs::create_dir(lake.root()).unwrap();
        fs::write(lake.local().catalog(), "").unwrap();
        set(&lake.local().catalog(), 0).unwrap();
        assert!(reason().ends_with(&format!(
            "catalog.db is owned by {me} and not writable by {me}"
        )));
        set(lake.root(), 0o555).unwrap();
        assert!(reason().ends_with(&format!("cache is owned by {me} and not writable by {me}")));
        set(lake.root(), 0o000).unwrap();
        let error = require_read(&lake).unwrap_err().to_string();
        assert!(error.contains("not readable by"), "{error}");
        set(lake.root(), 0o755).unwrap();
    }

    #[test]
    fn users_have_the_names_of_this_machine() {
        let list = "root:x:0:0:root:/root:/bin/bash\nanna:x:1001:1001::/home/anna:/bin/sh\n";
        assert_eq!(name_of(list, 1001).as_deref(), Some("anna"));
        assert_eq!(name_of(list, 100), None);
        assert_eq!(user(4_000_000_007), "user 4000000007");
    }
}
