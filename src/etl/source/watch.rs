//! Notices that something below the data directory moved, or that another process harvests,
//! and says "look again".
//!
//! Through the operating system's notices where that works, else by polling that rests
//! so much longer than a poll takes that it costs under half a per cent of a core.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, never, select, unbounded};
use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode},
};

use super::{
    reserved::{LOCKS, PRIVATE},
    scan,
};
use crate::base::CancelToken;

/// A burst is over after this long without a notice,
const QUIET: Duration = Duration::from_millis(200);
/// or after this long whatever comes: a recorder that never pauses must not hide others.
const LONGEST: Duration = Duration::from_secs(1);
/// Harvests alone (of anybody) are looked at no more often than this.
const HARVESTS: Duration = Duration::from_secs(3);
/// A poll rests this many times as long as it took on all cores together,
const REST: u32 = 250;
/// and at least this long.
const SHORTEST_REST: Duration = Duration::from_secs(2);

/// Watches until dropped.
pub struct Watcher {
    /// When `on_change` is due though nothing moves. Closing it stops the thread.
    due: Option<Sender<Option<Instant>>>,
    cancel: CancelToken,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Calls `on_change` from a thread of its own once everything is watched, and then
    /// after every burst of changes below `data_dir` that is not below `cache_dir`; and when
    /// locks in the lake come and go: a process harvests.
    pub fn start(data_dir: &Path, cache_dir: &Path, on_change: impl Fn() + Send + 'static) -> Self {
        Self::spawn(data_dir, cache_dir, on_change, run)
    }

    fn spawn<F: Fn() + Send + 'static>(
        data_dir: &Path,
        cache_dir: &Path,
        on_change: F,
        work: fn(&Places, &Receiver<Option<Instant>>, &CancelToken, &F),
    ) -> Self {
        let (due, dues) = unbounded();
        let cancel = CancelToken::new();
        let token = cancel.clone();
        let places = Places::new(data_dir, cache_dir);
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || work(&places, &dues, &token, &on_change))
            .map_err(|e| tracing::error!("cannot watch the data directory: {e}"))
            .ok();
        Self {
            due: Some(due),
            cancel,
            thread,
        }
    }

    /// Has `on_change` called after `wait` though nothing moves, for a state that time alone
    /// changes; `None`: only when something moves. The latest call counts.
    pub fn call_after(&self, wait: Option<Duration>) {
        let at = wait.and_then(|wait| Instant::now().checked_add(wait));
        if let Some(due) = &self.due {
            // The thread has ended only when it could not watch at all.
            let _ = due.send(at);
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.cancel.cancel();
        drop(self.due.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Both directories with all links resolved: notices name them so.
struct Places {
    data: PathBuf,
    cache: PathBuf,
    locks: PathBuf,
}

impl Places {
    fn new(data_dir: &Path, cache_dir: &Path) -> Self {
        let real = |path: &Path| {
            path.canonicalize()
                .or_else(|_| std::path::absolute(path))
                .unwrap_or_else(|_| path.to_owned())
        };
        Self {
            data: real(data_dir),
            cache: real(cache_dir),
            locks: real(cache_dir).join(PRIVATE).join(LOCKS),
        }
    }

    /// Whether a notice means that a log may be another. Opening and reading are not:
    /// the look that a notice leads to opens every folder itself.
    fn concerns(&self, event: &Event) -> Option<Notice> {
        let moved = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
            EventKind::Access(_) => false,
            _ => true,
        };
        let outside = |p: &PathBuf| !p.starts_with(&self.cache);
        if moved && (event.paths.is_empty() || event.paths.iter().any(outside)) {
            return Some(Notice::Data);
        }
        // A lock comes when a harvest begins and goes when the catalog knows its end.
        let comes_or_goes = matches!(event.kind, EventKind::Create(_) | EventKind::Remove(_));
        let lock = |p: &PathBuf| p.parent() == Some(&self.locks);
        (comes_or_goes && event.paths.iter().any(lock)).then_some(Notice::Harvest)
    }
}

/// What moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    Data,
    Harvest,
}

fn run<F: Fn()>(
    places: &Places,
    dues: &Receiver<Option<Instant>>,
    cancel: &CancelToken,
    on_change: &F,
) {
    match listen(places, dues, on_change) {
        Ok(()) => {}
        Err(e) => {
            tracing::warn!("changes of the data directory are polled: {e}");
            poll(places, dues, cancel, on_change);
        }
    }
}

/// Listens until stopped, or until the system cannot tell any more (too many folders,
/// the data directory itself gone).
fn listen<F: Fn()>(
    places: &Places,
    dues: &Receiver<Option<Instant>>,
    on_change: &F,
) -> notify::Result<()> {
    let (changed, changes) = bounded::<()>(1);
    let (harvesting, harvests) = bounded::<()>(1);
    let (broke, broken) = bounded::<notify::Error>(1);
    let filter = Places {
        data: places.data.clone(),
        cache: places.cache.clone(),
        locks: places.locks.clone(),
    };
    let mut watcher = RecommendedWatcher::new(
        move |notice: notify::Result<Event>| match notice {
            Ok(event) if filter.is_end(&event) => {
                let _ = broke.try_send(notify::Error::path_not_found());
            }
            // Full: a scan is already due.
            Ok(event) => {
                let _ = match filter.concerns(&event) {
                    Some(Notice::Data) => changed.try_send(()),
                    Some(Notice::Harvest) => harvesting.try_send(()),
                    None => Ok(()),
                };
            }
            Err(e) => {
                let _ = broke.try_send(e);
            }
        },
        notify::Config::default().with_follow_symlinks(false),
    )?;
    watcher.watch(&places.data, RecursiveMode::Recursive)?;
    // Who can only look must do without; so must a lake that is on another kind of disk.
    let there = std::fs::create_dir_all(&places.locks).map_err(notify::Error::io);
    if let Err(e) = there.and_then(|()| watcher.watch(&places.locks, RecursiveMode::NonRecursive)) {
        tracing::info!("harvests of other processes are not noticed: {e}");
    }
    // What moved between the caller's first look and this moment has sent no notice.
    on_change();
    let mut due = None;
    let mut looked = Instant::now();
    loop {
        let timer = due.map_or_else(never, crossbeam_channel::at);
        select! {
            recv(dues) -> latest => match latest {
                Ok(latest) => {
                    due = latest;
                    continue;
                }
                Err(_) => return Ok(()),
            },
            recv(broken) -> error => return error.map_or(Ok(()), Err),
            recv(timer) -> _ => due = None,
            recv(changes) -> _ => {
                if calm_down(&changes, dues, &mut due).is_none() {
                    return Ok(());
                }
            }
            recv(harvests) -> _ => {
                // What comes meanwhile is part of it; a log that moves waits for nothing.
                let until = (looked + HARVESTS).max(Instant::now() + QUIET);
                match wait(&changes, dues, until, &mut due) {
                    None => return Ok(()),
                    Some(Came::Nothing) => {}
                    Some(Came::Change) => {
                        if calm_down(&changes, dues, &mut due).is_none() {
                            return Ok(());
                        }
                    }
                }
                let _ = harvests.try_recv();
            }
        }
        looked = Instant::now();
        on_change();
    }
}

impl Places {
    /// The data directory itself is gone, and every notice with it.
    fn is_end(&self, event: &Event) -> bool {
        let gone = matches!(
            event.kind,
            EventKind::Remove(_) | EventKind::Modify(notify::event::ModifyKind::Name(_))
        );
        gone && event.paths.first() == Some(&self.data)
    }
}

/// What came while time passed.
enum Came {
    Change,
    Nothing,
}

/// Waits for a change or until `until`; keeps what is said meanwhile about what is due. `None`
/// when stopped.
fn wait(
    changes: &Receiver<()>,
    dues: &Receiver<Option<Instant>>,
    until: Instant,
    due: &mut Option<Instant>,
) -> Option<Came> {
    let timer = crossbeam_channel::at(until);
    loop {
        select! {
            recv(dues) -> latest => *due = latest.ok()?,
            recv(changes) -> change => return Some(change.map_or(Came::Nothing, |()| Came::Change)),
            recv(timer) -> _ => return Some(Came::Nothing),
        }
    }
}

/// Waits for the end of a burst; `None` when stopped meanwhile.
fn calm_down(
    changes: &Receiver<()>,
    dues: &Receiver<Option<Instant>>,
    due: &mut Option<Instant>,
) -> Option<()> {
    let end = Instant::now() + LONGEST;
    loop {
        let quiet = end.min(Instant::now() + QUIET);
        match wait(changes, dues, quiet, due)? {
            Came::Change if Instant::now() < end => {}
            _ => return Some(()),
        }
    }
}

fn poll<F: Fn()>(
    places: &Places,
    dues: &Receiver<Option<Instant>>,
    cancel: &CancelToken,
    on_change: &F,
) {
    let cores = u32::try_from(rayon::current_num_threads()).unwrap_or(1);
    let mut last = None;
    let mut due: Option<Instant> = None;
    loop {
        let start = Instant::now();
        let now = digest(places, cancel);
        let rest = (start.elapsed() * REST * cores).max(SHORTEST_REST);
        if last != Some(now) {
            last = Some(now);
            on_change();
        }
        let next = Instant::now() + rest;
        loop {
            let until = due.map_or(next, |due| due.min(next));
            match dues.recv_deadline(until) {
                Ok(latest) => due = latest,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if due.is_some_and(|at| at <= until) => {
                    due = None;
                    on_change();
                }
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
    }
}

/// Names, sizes and times of all logs as one number.
fn digest(places: &Places, cancel: &CancelToken) -> u64 {
    let mut hasher = DefaultHasher::new();
    match scan::scan(&places.data, &places.cache, cancel) {
        Ok(scan) => {
            for f in &scan.found {
                (&f.raw, f.size, f.mtime_ns, f.inode, &f.trouble).hash(&mut hasher);
            }
            scan.unread.hash(&mut hasher);
            // Harvests of other processes end in the catalog.
            for ending in ["catalog.db", "catalog.db-wal"] {
                let meta = std::fs::metadata(places.cache.join(ending)).ok();
                meta.map(|m| (m.len(), m.modified().ok())).hash(&mut hasher);
            }
        }
        Err(e) => e.to_string().hash(&mut hasher),
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const TIMEOUT: Duration = Duration::from_secs(20);

    type Work = fn(&Places, &Receiver<Option<Instant>>, &CancelToken, &Signal);
    type Signal = Box<dyn Fn() + Send>;

    fn watch(work: Work) -> (tempfile::TempDir, Watcher, Receiver<()>) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("data/cache")).unwrap();
        let (send, signals) = crossbeam_channel::unbounded();
        let signal: Signal = Box::new(move || send.send(()).unwrap());
        let data = dir.path().join("data");
        let watcher = Watcher::spawn(&data, &data.join("cache"), signal, work);
        signals.recv_timeout(TIMEOUT).expect("the first signal");
        (dir, watcher, signals)
    }

    fn listen_only(p: &Places, s: &Receiver<Option<Instant>>, _: &CancelToken, f: &Signal) {
        listen(p, s, f).unwrap();
    }

    #[test]
    fn new_changed_and_vanished_logs_are_noticed_also_in_new_folders() {
        let (dir, _watcher, signals) = watch(listen_only);
        let folder = dir.path().join("data/cell-1");
        fs::create_dir(&folder).unwrap();
        signals.recv_timeout(TIMEOUT).expect("a new folder");
        fs::write(folder.join("a.csv"), "a").unwrap();
        signals.recv_timeout(TIMEOUT).expect("a new log");
        fs::write(folder.join("a.csv"), "ab").unwrap();
        signals.recv_timeout(TIMEOUT).expect("a changed log");
        fs::remove_file(folder.join("a.csv")).unwrap();
        signals.recv_timeout(TIMEOUT).expect("a log that is gone");
    }

    #[test]
    fn a_burst_is_one_signal_and_reading_is_none() {
        let (dir, _watcher, signals) = watch(listen_only);
        let file = dir.path().join("data/a.csv");
        for n in 0..50 {
            fs::write(&file, n.to_string()).unwrap();
            fs::read(&file).unwrap();
            fs::write(dir.path().join("data/cache/x"), "x").unwrap();
        }
        signals.recv_timeout(TIMEOUT).expect("the burst");
        let more = std::iter::from_fn(|| signals.recv_timeout(LONGEST + QUIET).ok()).count();
        assert!(more <= 2, "{more} more signals");

        fs::read(&file).unwrap();
        fs::read_dir(dir.path().join("data")).unwrap().count();
        fs::write(dir.path().join("data/cache/y"), "y").unwrap();
        let none = signals.recv_timeout(QUIET * 3);
        assert_eq!(none, Err(RecvTimeoutError::Timeout));
    }

    #[test]
    fn harvests_of_other_processes_are_noticed() {
        let (dir, _watcher, signals) = watch(listen_only);
        let lake = crate::lake::Lake::new(dir.path().join("data/cache"));
        let lock = crate::lake::LogLock::try_acquire(&lake, "a").unwrap();
        signals
            .recv_timeout(TIMEOUT)
            .expect("a harvest that begins");
        drop(lock);
        signals.recv_timeout(TIMEOUT).expect("a harvest that ends");
        // Asking who harvests is no harvest.
        crate::lake::lock::held(&lake).unwrap();
        let none = signals.recv_timeout(QUIET * 3);
        assert_eq!(none, Err(RecvTimeoutError::Timeout));
    }

    #[test]
    fn polling_notices_and_stops_at_once() {
        let (dir, watcher, signals) = watch(poll);
        fs::write(dir.path().join("data/a.csv"), "a").unwrap();
        signals.recv_timeout(TIMEOUT).expect("a new log");
        let start = Instant::now();
        drop(watcher);
        assert!(start.elapsed() < SHORTEST_REST);
    }

    #[test]
    fn what_time_alone_changes_is_looked_at_when_it_is_due_and_once() {
        for work in [listen_only, poll] {
            let (_dir, watcher, signals) = watch(work);
            let start = Instant::now();
            watcher.call_after(Some(Duration::from_secs(3600)));
            watcher.call_after(Some(Duration::from_millis(300)));
            signals.recv_timeout(TIMEOUT).expect("what is due");
            assert!(start.elapsed() >= Duration::from_millis(300));
            watcher.call_after(Some(Duration::from_millis(300)));
            watcher.call_after(None);
            let none = signals.recv_timeout(QUIET * 3);
            assert_eq!(none, Err(RecvTimeoutError::Timeout));
        }
    }
}
