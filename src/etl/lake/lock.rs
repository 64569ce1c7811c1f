//! One operating-system lock per log: who holds it harvests the log. The lock is gone
//! with its holder, however that ends; a file left behind without a lock means nothing.

use std::{
    fs::{File, TryLockError},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use super::Lake;
use crate::{Error, Result};

/// Ending of lock files.
pub const ENDING: &str = ".lock";
/// Whoever asks who holds a lock takes it for some microseconds; a harvest that finds
/// it taken looks again a few times before it believes it.
const LOOKS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(5);

/// Whom this process harvests for, when that is not itself.
static OWNER: OnceLock<u32> = OnceLock::new();

/// From now on locks are signed with another process's id: a worker holds them for the
/// program that the operator started.
pub fn sign_as(pid: u32) {
    let _ = OWNER.set(pid);
}

/// The id with which this process signs its locks.
pub fn signature() -> u32 {
    *OWNER.get_or_init(std::process::id)
}

/// The lock of one log, held until dropped.
#[derive(Debug)]
pub struct LogLock {
    file: File,
    path: PathBuf,
}

/// A log in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The log's key.
    pub key: String,
    /// The process.
    pub pid: u32,
}

/// Where the lock of log `key` lies. Keys can be longer than a file name, so it is
/// named by a hash.
pub fn lock_path(lake: &Lake, key: &str) -> PathBuf {
    let hash = blake3::hash(key.as_bytes()).to_hex();
    lake.locks().join(format!("{}{ENDING}", &hash[..32]))
}

impl LogLock {
    /// Takes the lock of log `key`; `None` when somebody (this process included)
    /// holds it.
    ///
    /// # Errors
    /// [`Error::Io`] when the lock file cannot be made or locked.
    pub fn try_acquire(lake: &Lake, key: &str) -> Result<Option<Self>> {
        let path = lock_path(lake, key);
        let dir = lake.locks();
        std::fs::create_dir_all(&dir).map_err(|e| Error::io("create", &dir, e))?;
        let mut looks = 0;
        loop {
            let mut file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|e| Error::io("open", &path, e))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if looks + 1 < LOOKS => {
                    looks += 1;
                    std::thread::sleep(PAUSE);
                    continue;
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
            }
            // Its last holder may have removed it between the opening and the locking.
            if !is_at(&file, &path) {
                continue;
            }
            sign(&mut file, key).map_err(|e| Error::io("write", &path, e))?;
            return Ok(Some(Self { file, path }));
        }
    }
}

impl Drop for LogLock {
    fn drop(&mut self) {
        // Removed while still locked: whoever opened it before sees that it is gone.
        if is_at(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The logs whose locks are held now, by anybody.
///
/// # Errors
/// [`Error::Io`] when the lock directory cannot be read.
pub fn held(lake: &Lake) -> Result<Vec<Held>> {
    let dir = lake.locks();
    let entries = match std::fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("read", &dir, e)),
    };
    let mut held: Vec<Held> = entries
        .flatten()
        .filter(|e| {
            e.file_name()
                .as_encoded_bytes()
                .ends_with(ENDING.as_bytes())
        })
        .filter_map(|e| holder(&e.path()))
        .collect();
    held.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(held)
}

/// Who holds the lock file at `path`; `None` when nobody does.
fn holder(path: &Path) -> Option<Held> {
    let mut file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        _ => return None,
    }
    // Its holder signs it right after locking it: a moment later if not now.
    for _ in 0..LOOKS {
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).ok()?;
        Read::by_ref(&mut file)
            .take(64 << 10)
            .read_to_string(&mut text)
            .ok()?;
        if let Some((pid, key)) = text.strip_suffix('\n').and_then(|t| t.split_once('\n')) {
            return Some(Held {
                key: key.to_owned(),
                pid: pid.parse().ok()?,
            });
        }
        std::thread::sleep(PAUSE);
    }
    None
}

fn sign(file: &mut File, key: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.write_all(format!("{}\n{key}\n", signature()).as_bytes())
}

/// Whether `path` still is this open file.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
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

    #[test]
    fn one_holds_a_log_and_everybody_sees_it() {
        let (_dir, lake) = lake();
        assert_eq!(held(&lake).unwrap(), []);
        let a = LogLock::try_acquire(&lake, "cell-1/a").unwrap().unwrap();
        let _b = LogLock::try_acquire(&lake, "b").unwrap().unwrap();
        assert!(LogLock::try_acquire(&lake, "cell-1/a").unwrap().is_none());
        let pid = std::process::id();
        let both = [
            Held {
                key: "b".into(),
                pid,
            },
            Held {
                key: "cell-1/a".into(),
                pid,
            },
        ];
        assert_eq!(held(&lake).unwrap(), both);
        drop(a);
        assert_eq!(held(&lake).unwrap(), both[..1]);
        assert!(LogLock::try_acquire(&lake, "cell-1/a").unwrap().is_some());
    }

    #[test]
    fn a_released_lock_leaves_no_file_and_a_left_file_locks_nothing() {
        let (_dir, lake) = lake();
        drop(LogLock::try_acquire(&lake, "a").unwrap().unwrap());
        assert_eq!(std::fs::read_dir(lake.locks()).unwrap().count(), 0);
        std::fs::write(
            lock_path(&lake, "a"),
            "1\nsomething longer than this process's\n",
        )
        .unwrap();
        assert_eq!(held(&lake).unwrap(), []);
        let _a = LogLock::try_acquire(&lake, "a").unwrap().unwrap();
        assert_eq!(
            held(&lake).unwrap(),
            [Held {
                key: "a".into(),
                pid: std::process::id()
            }]
        );
    }

    #[test]
    fn many_threads_never_hold_one_log_together() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let (_dir, lake) = lake();
        let (inside, taken) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        if let Some(_lock) = LogLock::try_acquire(&lake, "a").unwrap() {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            taken.fetch_add(1, Ordering::SeqCst);
                            inside.fetch_sub(1, Ordering::SeqCst);
                        }
                        held(&lake).unwrap();
                    }
                });
            }
        });
        assert!(taken.into_inner() > 0);
        assert_eq!(std::fs::read_dir(lake.locks()).unwrap().count(), 0);
    }
}
