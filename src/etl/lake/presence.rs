//! The presence of a process in a lake: a file below `.mdtui/tmp` that it keeps locked, and a
//! directory beside it for its temporary files.
//!
//! The lock tells whether the process is alive, and nothing else does: hosts and containers
//! share lakes, and a process id means nothing outside its own namespace.
//!
//! ```text
//! .mdtui/tmp/<id>.lock    locked while the process is alive
//! .mdtui/tmp/<id>/        its temporary files, and a lock file of a log that it gave up; made after the lock,
//!                         removed before it
//! ```

use std::{
    collections::hash_map::RandomState,
    fs::{self, File, TryLockError},
    hash::{BuildHasher, Hasher},
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{Lake, files::make_private, lock::ENDING, mount};
use crate::{Error, Result, base::small_file, error::Unfit};

/// A temporary file of an earlier version of mdtui, whose name tells a process id, is left
/// alone for this long after its last change.
const OLD: Duration = Duration::from_secs(3600);
/// Characters of an id: 128 bits in hexadecimal.
const ID: usize = 32;

/// This process in one lake, until the last clone of its [`Arc`] is dropped.
#[derive(Debug)]
pub struct Presence {
    id: String,
    dir: PathBuf,
    lock: PathBuf,
    file: File,
    next: AtomicU64,
    /// See [`Self::keep_lock_file`].
    spare: Mutex<Option<File>>,
}

/// Where this process is present.
static PRESENT: Mutex<Vec<(PathBuf, Weak<Presence>)>> = Mutex::new(Vec::new());

impl Presence {
    /// The presence of this process in `lake`, created when there is none yet.
    ///
    /// # Errors
    /// [`Error::Io`] when the lock file cannot be created, [`Error::Fatal`] when the file
    /// system does not support locks.
    pub fn in_lake(lake: &Lake) -> Result<Arc<Self>> {
        let mut present = PRESENT.lock().unwrap_or_else(PoisonError::into_inner);
        present.retain(|(_, presence)| presence.strong_count() > 0);
        if let Some(presence) = find(&present, lake) {
            return Ok(presence);
        }
        let presence = Arc::new(Self::create(lake)?);
        present.push((lake.root().to_owned(), Arc::downgrade(&presence)));
        Ok(presence)
    }

    /// The presence of this process in `lake`, if there is one.
    pub(super) fn existing(lake: &Lake) -> Option<Arc<Self>> {
        find(
            &PRESENT.lock().unwrap_or_else(PoisonError::into_inner),
            lake,
        )
    }

    fn create(lake: &Lake) -> Result<Self> {
        let tmp = lake.local().tmp();
        make_private(&tmp)?;
        loop {
            let id = random_id();
            let lock = lock_path(lake, &id);
            let file = File::options()
                .write(true)
                .create_new(true)
                .open(&lock)
                .map_err(|e| Error::io("create", &lock, e))?;
            match file.try_lock() {
                // Another process may have removed the file before it was locked.
                Ok(()) if is_at(&file, &lock) => {
                    return Ok(Self {
                        dir: tmp.join(&id),
                        id,
                        lock,
                        file,
                        next: AtomicU64::new(0),
                        spare: Mutex::default(),
                    });
                }
                // Another process takes it for a leftover right now, and removes it.
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => {
                    let _ = fs::remove_file(&lock);
                    return Err(mount::lock_error(&lock, e));
                }
            }
        }
    }

    /// 32 hexadecimal digits that no other presence ever has.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether its lock file is where other processes look for it.
    pub fn is_in_place(&self) -> bool {
        is_at(&self.file, &self.lock)
    }

    /// The directory of this process's temporary files, created if necessary.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn dir(&self) -> Result<&Path> {
        match fs::create_dir(&self.dir) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => {
                Err(Error::io("create", &self.dir, e))
            }
            _ => Ok(&self.dir),
        }
    }

    /// A path in [`Self::dir`] that is not in use.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn new_path(&self) -> Result<PathBuf> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        Ok(self.dir()?.join(n.to_string()))
    }

    /// Takes the locked lock file at `path` away from there and keeps it, still locked, for the next
    /// lock: to make and delete a file for each of thousands of logs costs more than small logs do
    /// (ext4 looks for a free inode among all that were deleted within a minute). Gives it back when
    /// another one is kept already.
    pub(super) fn keep_lock_file(&self, file: File, path: &Path) -> Option<File> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.is_some() || fs::rename(path, self.spare_path()).is_err() {
            return Some(file);
        }
        *spare = Some(file);
        None
    }

    /// Gives the lock file that is kept the name `path`, which nothing may have, after `sign` wrote
    /// into it. `None`: none is kept, or `path` is taken.
    pub(super) fn reuse_lock_file(
        &self,
        path: &Path,
        sign: impl FnOnce(&File) -> std::io::Result<()>,
    ) -> Option<File> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, from) = (spare.take()?, self.spare_path());
        let moved = sign(&file).and_then(|()| {
            Ok(renameat_with(
                CWD,
                &from,
                CWD,
                path,
                RenameFlags::NOREPLACE,
            )?)
        });
        match moved {
            Ok(()) => return Some(file),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => *spare = Some(file),
            // Not every file system can.
            Err(_) => drop(fs::remove_file(&from)),
        }
        None
    }

    fn spare_path(&self) -> PathBuf {
        self.dir.join("spare.lock")
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let spare = self.spare.get_mut().unwrap_or_else(PoisonError::into_inner);
        if spare.take().is_some() {
            let _ = fs::remove_file(self.spare_path());
        }
        let _ = fs::remove_dir(&self.dir);
        // Removed while still locked: a process that opened it before sees that it is gone.
        if self.is_in_place() {
            let _ = fs::remove_file(&self.lock);
        }
    }
}

fn find(present: &[(PathBuf, Weak<Presence>)], lake: &Lake) -> Option<Arc<Presence>> {
    let known = present.iter().find(|(root, _)| root == lake.root());
    known.and_then(|(_, presence)| presence.upgrade())
}

/// Whether `id` is a presence of this very process.
pub fn is_own(id: &str) -> bool {
    let present = PRESENT.lock().unwrap_or_else(PoisonError::into_inner);
    present
        .iter()
        .filter_map(|(_, presence)| presence.upgrade())
        .any(|presence| presence.id == id)
}

/// Whether the process with the presence `id` is alive. When that cannot be told, it is.
pub fn is_alive(lake: &Lake, id: &str) -> bool {
    if !is_id(id) {
        return true;
    }
    match small_file::open_own(&lock_path(lake, id), File::options().read(true)) {
        Ok((file, _)) => file.try_lock_shared().is_err(),
        Err(e) => e.kind() != ErrorKind::NotFound,
    }
}

/// What is below `.mdtui/tmp`, except for what belongs to processes that are alive.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Files and then the directories that they are in, to be removed in this order.
    pub garbage: Vec<PathBuf>,
    /// Not made by mdtui.
    pub foreign: Vec<PathBuf>,
    /// Held until dropped, so that no other process removes the same files.
    locks: Vec<File>,
}

impl Leftovers {
    /// Lists what dead processes left behind. With `old_versions` also temporary files of
    /// versions that marked them with a process id: those that did not change for an hour.
    ///
    /// # Errors
    /// [`Error::Io`] when a directory cannot be read.
    pub fn find(lake: &Lake, old_versions: bool) -> Result<Self> {
        let mut found = Self::default();
        for path in paths_in(&lake.local().tmp())? {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
            if name.strip_suffix(ENDING).is_some_and(is_id) {
                found.take_dead(&path)?;
            } else if is_id(name) {
                // A directory is created after its lock and removed before it.
                let lock = path.with_extension("lock");
                if !lock.try_exists().unwrap_or(true) {
                    found.take_directory(path)?;
                }
            } else if is_of_old_version(name) {
                if path.is_dir() {
                    found.foreign.push(path);
                } else if old_versions && is_old(&path) {
                    found.garbage.push(path);
                }
            } else {
                found.foreign.push(path);
            }
        }
        Ok(found)
    }

    /// Takes the files of the process whose lock file is `lock`, if it is dead.
    fn take_dead(&mut self, lock: &Path) -> Result<()> {
        let file = match small_file::open_own(lock, File::options().write(true)) {
            Ok((file, _)) => file,
            Err(e) => {
                if Unfit::of(&e).is_some() {
                    self.foreign.push(lock.to_owned());
                }
                return Ok(());
            }
        };
        if file.try_lock().is_ok() && is_at(&file, lock) {
            let dir = lock.with_extension("");
            if dir.is_dir() {
                self.take_directory(dir)?;
            }
            self.garbage.push(lock.to_owned());
            self.locks.push(file);
        }
        Ok(())
    }

    /// Takes what a process may have left in its directory, and that directory unless something else is in it.
    fn take_directory(&mut self, dir: PathBuf) -> Result<()> {
        let is_folder = |path: &PathBuf| path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        if !is_folder(&dir) {
            self.foreign.push(dir);
            return Ok(());
        }
        // No process makes folders there.
        let (foreign, own): (Vec<_>, Vec<_>) = paths_in(&dir)?.into_iter().partition(is_folder);
        self.garbage.extend(own);
        if foreign.is_empty() {
            self.garbage.push(dir);
        }
        self.foreign.extend(foreign);
        Ok(())
    }
}

fn lock_path(lake: &Lake, id: &str) -> PathBuf {
    lake.local().tmp().join(format!("{id}{ENDING}"))
}

/// Random: the keys of [`RandomState`] come from the operating system.
pub(super) fn random_id() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// `<pid>-<n>`, `<pid>-export-….csv`, or a file without a name where the file system does not
/// know such files.
fn is_of_old_version(name: &str) -> bool {
    let pid = name.split_once('-').map(|(pid, _)| pid);
    pid.is_some_and(|p| p.parse::<u32>().is_ok()) || name.starts_with(".tmp")
}

fn is_old(path: &Path) -> bool {
    let modified = fs::symlink_metadata(path).and_then(|m| m.modified());
    modified.is_ok_and(|at| {
        SystemTime::now()
            .duration_since(at)
            .is_ok_and(|age| age > OLD)
    })
}

/// Whether `path` still is this open file.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

/// The entries of a directory; none when it is not there.
fn paths_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let io = |e| Error::io("read", dir, e);
    match fs::read_dir(dir) {
        Ok(entries) => entries.map(|e| e.map(|e| e.path()).map_err(io)).collect(),
        // A file in its place is told about where the directory is needed.
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(e) => Err(io(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lake() -> (tempfile::TempDir, Lake) {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path().join("cache"));
        (dir, lake)
    }

    /// What a process leaves behind that is killed: files without a lock.
    fn die(lake: &Lake) -> String {
        let presence = Presence::create(lake).unwrap();
        let id = presence.id().to_owned();
        fs::write(presence.new_path().unwrap(), "half").unwrap();
        let lock = fs::read(&presence.lock).unwrap();
        let path = presence.lock.clone();
        drop(presence);
        fs::write(path, lock).unwrap();
        id
    }

    #[test]
    fn a_process_has_one_presence_per_lake_and_leaves_nothing() {
        let (_dir, lake) = lake();
        let presence = Presence::in_lake(&lake).unwrap();
        let again = Presence::in_lake(&lake).unwrap();
        assert_eq!(presence.id(), again.id());
        assert!(is_id(presence.id()) && is_own(presence.id()));
        assert!(is_alive(&lake, presence.id()));
        let path = presence.new_path().unwrap();
        assert_ne!(path, presence.new_path().unwrap());
        fs::write(&path, "half").unwrap();
        fs::remove_file(path).unwrap();
        let id = presence.id().to_owned();
        drop((presence, again));
        assert!(!is_alive(&lake, &id) && !is_own(&id));
        assert_eq!(fs::read_dir(lake.local().tmp()).unwrap().count(), 0);
    }

    #[test]
    fn only_the_files_of_dead_processes_are_leftovers() {
        let (_dir, lake) = lake();
        let living = Presence::create(&lake).unwrap();
        fs::write(living.new_path().unwrap(), "half").unwrap();
        let dead = die(&lake);
        let orphan = lake.local().tmp().join(random_id());
        fs::create_dir(&orphan).unwrap();
        fs::write(lake.local().tmp().join("notes"), "").unwrap();
        let (old, recent) = (
            lake.local().tmp().join("1-0"),
            lake.local().tmp().join("1-1"),
        );
        for path in [&old, &recent] {
            fs::write(path, "half").unwrap();
        }
        let file = File::options().write(true).open(&old).unwrap();
        file.set_modified(SystemTime::now() - OLD * 2).unwrap();
        assert!(is_alive(&lake, living.id()) && !is_alive(&lake, &dead));

        let found = Leftovers::find(&lake, false).unwrap();
        let tmp = lake.local().tmp();
        let mut garbage = found.garbage.clone();
        garbage.sort();
        let mut want = vec![
            tmp.join(&dead),
            tmp.join(&dead).join("0"),
            tmp.join(format!("{dead}.lock")),
            orphan,
        ];
        want.sort();
        assert_eq!(garbage, want);
        assert_eq!(found.foreign, [tmp.join("notes")]);
        // What no process makes is named, and left.
        let inner = tmp.join(&dead).join("sub/f");
        let odd = tmp.join(random_id());
        let pipe = tmp.join(format!("{}.lock", random_id()));
        fs::create_dir_all(inner.parent().unwrap()).unwrap();
        fs::write(&inner, "").unwrap();
        fs::write(&odd, "").unwrap();
        rustix::fs::mknodat(CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        drop(found);
        let found = Leftovers::find(&lake, false).unwrap();
        assert!(found.garbage.contains(&tmp.join(&dead).join("0")));
        assert!(!found.garbage.contains(&tmp.join(&dead)));
        let mut foreign = found.foreign.clone();
        foreign.sort();
        let mut want = vec![tmp.join(&dead).join("sub"), odd, pipe, tmp.join("notes")];
        want.sort();
        assert_eq!(foreign, want);
        // Held by the first: a second process leaves them to it.
        let second = Leftovers::find(&lake, true).unwrap();
        assert!(second.garbage.contains(&old) && !second.garbage.contains(&recent));
        assert!(!second.garbage.contains(&tmp.join(format!("{dead}.lock"))));
    }

    #[test]
    fn no_presence_is_lost_to_a_process_that_clears_up_meanwhile() {
        let (_dir, lake) = lake();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    for path in Leftovers::find(&lake, true).unwrap().garbage {
                        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
                    }
                }
            });
            for _ in 0..300 {
                let presence = Presence::create(&lake).unwrap();
                let path = presence.new_path().unwrap();
                fs::write(&path, "half").unwrap();
                fs::rename(&path, lake.root().join("whole")).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
    }
}
