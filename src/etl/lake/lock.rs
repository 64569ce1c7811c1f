//! One operating-system lock per log: the process that holds it harvests the log. The lock is
//! gone with its holder, however that ends; a file left behind without a lock means nothing.
//!
//! A lock file names the [`Presence`] of the program that the lock is held for. When that
//! program is dead, the holder is a worker process that is being killed: it is waited for.

use std::{
    fs::{File, TryLockError},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    Lake, Presence,
    files::{in_the_way, make_private},
    mount,
    presence::{is_alive, is_at},
};
use crate::{
    Error, Result,
    base::{CancelToken, small_file},
    text,
};

/// Ending of lock files.
pub const ENDING: &str = ".lock";
/// A lock that is not free is tried again this often.
const PAUSE: Duration = Duration::from_millis(5);
/// How long a lock must be held before it counts as held. A process that asks who holds a lock
/// takes it for some microseconds, and a program that is killed takes a moment to end.
const HELD: Duration = Duration::from_millis(250);
/// How long a worker whose program is dead may take to end.
const DYING: Duration = Duration::from_secs(30);
/// How long a holder may take to write its name into the lock file.
const NAMED: Duration = Duration::from_millis(25);

/// The program that holds a lock, or for which a worker process holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its [`Presence`]: tells whether it is alive.
    pub id: String,
    /// Its process id, for messages only: other hosts and containers have processes with the
    /// same id.
    pub pid: u32,
    /// The name of its host or container, for messages only.
    pub host: String,
}

/// The program for which this process holds locks, when that is not itself.
static OWNER: Mutex<Option<Owner>> = Mutex::new(None);

impl Owner {
    /// This process.
    pub fn new(presence: &Presence) -> Self {
        Self {
            id: presence.id().to_owned(),
            pid: std::process::id(),
            host: host().to_owned(),
        }
    }

    /// From now on this process, a worker, holds locks for `self`.
    pub fn sign_for(self) {
        *OWNER.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
    }

    /// `process 17`, with the host's name when it is another one.
    pub fn described(&self) -> String {
        if self.host == host() {
            return format!("process {}", self.pid);
        }
        format!("process {} on {}", self.pid, text::quoted(&self.host, 60))
    }

    /// The first line of a lock file.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(3, ' ');
        Some(Self {
            id: words.next()?.to_owned(),
            pid: words.next()?.parse().ok()?,
            host: words.next()?.to_owned(),
        })
    }
}

/// The name of this host or container when it was asked for first.
fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        text::visible(name.trim())
    })
}

/// The lock of one log, held until dropped.
#[derive(Debug)]
pub struct LogLock {
    /// `None` once it is given up.
    file: Option<File>,
    path: PathBuf,
    /// Of this process. The lock names it, unless this is a worker's; lock files that are given up
    /// are kept there.
    presence: Option<Arc<Presence>>,
}

/// A log whose lock is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The log's key.
    pub key: String,
    /// `None` when an earlier version of mdtui holds it.
    pub owner: Option<Owner>,
}

/// Where the lock of log `key` lies. Keys can be longer than a file name, so it is
/// named by a hash; of the composed form, because a file system may list keys decomposed.
pub fn lock_path(lake: &Lake, key: &str) -> PathBuf {
    let hash = blake3::hash(text::composed(key).as_bytes()).to_hex();
    lake.local()
        .locks()
        .join(format!("{}{ENDING}", &hash[..32]))
}

impl LogLock {
    /// As [`Self::acquire`], without a way to cancel the wait for a dying holder.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub fn try_acquire(lake: &Lake, key: &str) -> Result<Option<Self>> {
        Self::acquire(lake, key, &CancelToken::new())
    }

    /// Takes the lock of log `key`; `None` when a process that is alive (this one included)
    /// holds it. A holder that is dying is waited for.
    ///
    /// # Errors
    /// [`Error::Io`] when the lock file cannot be created or locked, or when a dying holder does
    /// not end; [`Error::Fatal`] when the file system does not support locks, or something else is in the way;
    /// [`Error::Cancelled`].
    pub fn acquire(lake: &Lake, key: &str, cancel: &CancelToken) -> Result<Option<Self>> {
        Self::acquire_with(lake, key, cancel, false)
    }

    /// As [`Self::acquire`], to free space, which must work without any: on a full disk the lock
    /// names no holder. It counts all the same; only that its holder is dying cannot be told.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub fn acquire_to_free(lake: &Lake, key: &str, cancel: &CancelToken) -> Result<Option<Self>> {
        Self::acquire_with(lake, key, cancel, true)
    }

    fn acquire_with(
        lake: &Lake,
        key: &str,
        cancel: &CancelToken,
        frees: bool,
    ) -> Result<Option<Self>> {
        let path = lock_path(lake, key);
        let signs_for = OWNER.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (owner, presence) = match signs_for {
            Some(owner) => (owner, Presence::existing(lake)),
            None => {
                let presence = Presence::in_lake(lake)?;
                (Owner::new(&presence), Some(presence))
            }
        };
        if let Some(kept) = &presence
            && let Some(file) = kept.reuse_lock_file(&path, |file| sign(file, key, &owner))
        {
            return Ok(Some(Self {
                file: Some(file),
                path,
                presence,
            }));
        }
        make_private(&lake.local().locks())?;
        let mut wait = Wait::default();
        let until = Instant::now() + DYING;
        loop {
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            let opened = small_file::open_own(&path, &mut options);
            let (mut file, _) = opened.map_err(|e| in_the_way(&path, e))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    cancel.check()?;
                    let owner = read(&mut file).and_then(|held| held.owner);
                    let is_dead = owner.is_some_and(|owner| !is_alive(lake, &owner.id));
                    if wait.is_over(is_dead) {
                        return if is_dead { Err(stuck(&path)) } else { Ok(None) };
                    }
                    std::thread::sleep(PAUSE);
                    continue;
                }
                Err(TryLockError::Error(e)) => return Err(mount::lock_error(&path, e)),
            }
            // Its last holder may have removed it between the opening and the locking.
            if !is_at(&file, &path) {
                cancel.check()?;
                if Instant::now() >= until {
                    let why = "it is replaced again and again";
                    return Err(Error::io("lock", &path, io::Error::other(why)));
                }
                continue;
            }
            let is_full = |e: &io::Error| {
                matches!(e.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            };
            match sign(&file, key, &owner) {
                Err(e) if !(frees && is_full(&e)) => return Err(Error::io("write", &path, e)),
                _ => {}
            }
            return Ok(Some(Self {
                file: Some(file),
                path,
                presence,
            }));
        }
    }
}

/// How long a lock was found held: since when by a program that is alive, and since when by
/// one that is dead.
#[derive(Default)]
struct Wait {
    alive: Option<Instant>,
    dead: Option<Instant>,
}

impl Wait {
    fn is_over(&mut self, is_dead: bool) -> bool {
        let (since, other, limit) = if is_dead {
            (&mut self.dead, &mut self.alive, DYING)
        } else {
            (&mut self.alive, &mut self.dead, HELD)
        };
        *other = None;
        since.get_or_insert_with(Instant::now).elapsed() >= limit
    }
}

fn stuck(path: &Path) -> Error {
    let why = format!(
        "it is still held {} s after the program that took it ended: a worker process of it hangs",
        DYING.as_secs()
    );
    Error::io("lock", path, std::io::Error::new(ErrorKind::TimedOut, why))
}

impl Drop for LogLock {
    fn drop(&mut self) {
        let Some(file) = self.file.take().filter(|file| is_at(file, &self.path)) else {
            return;
        };
        // Moved or removed while still locked: a process that opened it before sees that it is gone.
        let file = match &self.presence {
            // No other part of this process stays in the lake.
            Some(presence) if Arc::strong_count(presence) > 1 => {
                presence.keep_lock_file(file, &self.path)
            }
            _ => Some(file),
        };
        if let Some(_locked) = file {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Waits until no log is held, but no longer than a program that is being killed takes to end:
/// until then its logs look as if it harvested them.
///
/// # Errors
/// As [`held`].
pub fn wait_for_dying(lake: &Lake) -> Result<()> {
    let until = Instant::now() + HELD;
    while !held(lake)?.is_empty() && Instant::now() < until {
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// The logs whose locks are held now by processes that are alive, this one included.
///
/// # Errors
/// [`Error::Io`] when the lock directory cannot be read.
pub fn held(lake: &Lake) -> Result<Vec<Held>> {
    let dir = lake.local().locks();
    let entries = match std::fs::read_dir(&dir) {
        Ok(entries) => entries,
        // Whoever may not see locks may not harvest either, and looks without them. Nor can there be any
        // where a file is in the way of their folder.
        Err(e)
            if matches!(
                e.kind(),
                ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
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
        .filter(|held| {
            let owner = held.owner.as_ref();
            owner.is_none_or(|owner| is_alive(lake, &owner.id))
        })
        .collect();
    held.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(held)
}

/// Who holds the lock file at `path`; `None` when it is free.
fn holder(path: &Path) -> Option<Held> {
    let (mut file, _) = small_file::open_own(path, File::options().read(true)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        _ => return None,
    }
    // Its holder signs it right after locking it: a moment later if not now.
    let until = Instant::now() + NAMED;
    loop {
        let held = read(&mut file);
        if held.is_some() || Instant::now() >= until {
            return held;
        }
        std::thread::sleep(PAUSE);
    }
}

/// What a lock file says. Earlier versions wrote a process id alone into the first line.
fn read(file: &mut File) -> Option<Held> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    Read::by_ref(file)
        .take(64 << 10)
        .read_to_string(&mut text)
        .ok()?;
    let (first, key) = text.strip_suffix('\n')?.split_once('\n')?;
    Some(Held {
        key: key.to_owned(),
        owner: Owner::parse(first),
    })
}

/// Replaces what a lock file says.
fn sign(file: &File, key: &str, owner: &Owner) -> io::Result<()> {
    let Owner { id, pid, host } = owner;
    let text = format!("{id} {pid} {host}\n{key}\n");
    // A file system may write a file to the disk at once that was emptied before.
    if file.metadata()?.len() > text.len() as u64 {
        file.set_len(0)?;
    }
    file.write_all_at(text.as_bytes(), 0)
}

#[cfg(test)]
mod tests;
