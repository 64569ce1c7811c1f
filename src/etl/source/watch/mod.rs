//! Notices that something below the data directory moved, or that another process harvests,
//! and says "look again".
//!
//! * [`listen`]: the operating system's notices, wherever it gives any.
//! * [`poll`]: looking again and again: every few seconds where notices may be missing, every ten
//!   minutes elsewhere, so that a notice that was lost blinds nobody for ever.
//! * [`file_system`]: where notices may be missing.

mod file_system;
mod listen;
mod poll;

use std::{
    fs,
    path::{Path, PathBuf},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, at, never, select, unbounded};

use self::{
    file_system::tells_changes,
    listen::{Listening, identity},
    poll::{LONGEST as SLOWLY, Poll},
};
use super::{
    reserved::{LOCKS, PRIVATE},
    scan::Links,
};
use crate::base::{CancelToken, mounts::mounted_below};

/// A burst is over after this long without a notice,
const QUIET: Duration = Duration::from_millis(200);
/// or after this long whatever comes: a recorder that never pauses must not hide others.
const LONGEST: Duration = Duration::from_secs(1);
/// Harvests alone (of anybody) are looked at no more often than this.
const HARVESTS: Duration = Duration::from_secs(3);

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
    /// locks in the lake come and go: somebody harvests. `data_dir` may come and go, too; links
    /// in it are followed as `links` says.
    pub fn start(
        data_dir: &Path,
        cache_dir: &Path,
        links: Links,
        on_change: impl Fn() + Send + 'static,
    ) -> Self {
        Self::spawn(data_dir, cache_dir, links, true, on_change)
    }

    fn spawn(
        data_dir: &Path,
        cache_dir: &Path,
        links: Links,
        listens: bool,
        on_change: impl Fn() + Send + 'static,
    ) -> Self {
        let (due, dues) = unbounded();
        let cancel = CancelToken::new();
        let token = cancel.clone();
        let places = Places::new(data_dir, cache_dir, links);
        let work = move || {
            let mut senses = Senses {
                listens,
                places,
                listening: None,
                retry: Instant::now(),
                poll: Poll::new(),
                cancel: token,
            };
            senses.watch(&dues, &on_change);
        };
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(work)
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
#[derive(Debug, Clone)]
struct Places {
    /// As they were named.
    named: [PathBuf; 2],
    data: PathBuf,
    cache: PathBuf,
    locks: PathBuf,
    links: Links,
}

impl Places {
    fn new(data_dir: &Path, cache_dir: &Path, links: Links) -> Self {
        let real = |path: &Path| {
            path.canonicalize()
                .or_else(|_| std::path::absolute(path))
                .unwrap_or_else(|_| path.to_owned())
        };
        Self {
            named: [data_dir.to_owned(), cache_dir.to_owned()],
            data: real(data_dir),
            cache: real(cache_dir),
            locks: real(cache_dir).join(PRIVATE).join(LOCKS),
            links,
        }
    }

    /// Whether notices may be missing: of a share, and of a directory that is not there or has
    /// nothing in it, for a share may be mounted there.
    fn may_be_silent(&self) -> bool {
        let is_empty = || fs::read_dir(&self.data).map_or(true, |mut it| it.next().is_none());
        let lake = self.cache.ancestors().find(|path| path.exists());
        !tells_changes(&self.data)
            || is_empty()
            || !lake.is_none_or(tells_changes)
            || !mounted_below(&self.data).iter().all(|at| tells_changes(at))
    }
}

/// What a watcher hears and sees.
struct Senses {
    /// Tests do without notices.
    listens: bool,
    places: Places,
    listening: Option<Listening>,
    /// When to try to listen again, after it failed.
    retry: Instant,
    poll: Poll,
    cancel: CancelToken,
}

impl Senses {
    /// Calls `on_change` at once and whenever something moved, until `dues` is closed.
    fn watch(&mut self, dues: &Receiver<Option<Instant>>, on_change: &impl Fn()) {
        self.listen();
        if self.looks_often() {
            self.poll();
        }
        // What moved between the caller's first look and this moment has sent no notice.
        on_change();
        let mut due = None;
        let mut looked = Instant::now();
        loop {
            let timer = due.map_or_else(never, at);
            let next_poll = at(self.poll.next);
            let heard = self.listening.as_ref();
            let changes = heard.map_or_else(never, |l| l.changes.clone());
            let harvests = heard.map_or_else(never, |l| l.harvests.clone());
            let broken = heard.map_or_else(never, |l| l.broken.clone());
            select! {
                recv(dues) -> latest => match latest {
                    Ok(latest) => {
                        due = latest;
                        continue;
                    }
                    Err(_) => return,
                },
                recv(broken) -> error => {
                    let why = error.map_or_else(|e| e.to_string(), |e| e.to_string());
                    self.deafen(&why);
                    continue;
                }
                recv(next_poll) -> _ => {
                    let moved = self.poll();
                    if self.cancel.is_cancelled() {
                        return;
                    }
                    if !moved {
                        continue;
                    }
                }
                recv(timer) -> _ => due = None,
                recv(changes) -> _ => {
                    if calm_down(&changes, dues, &mut due).is_none() {
                        return;
                    }
                }
                recv(harvests) -> _ => {
                    // What comes meanwhile is part of it; a log that moves waits for nothing.
                    let until = (looked + HARVESTS).max(Instant::now() + QUIET);
                    match wait(&changes, dues, until, &mut due) {
                        None => return,
                        Some(Came::Nothing) => {}
                        Some(Came::Change) => {
                            if calm_down(&changes, dues, &mut due).is_none() {
                                return;
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

    fn looks_often(&self) -> bool {
        self.listening.is_none() || self.places.may_be_silent()
    }

    /// Whether something moved since the last poll, or may have.
    fn poll(&mut self) -> bool {
        let is_new = self.listen();
        let often = self.looks_often();
        self.poll.poll(&self.places, &self.cancel, often) || is_new
    }

    /// Listens to the data directory that is there now; says whether it is another one.
    fn listen(&mut self) -> bool {
        let [data, cache] = &self.places.named;
        let now = identity(data);
        let same = |listening: &Listening| listening.folder == now;
        if !self.listens || now.is_none() || self.listening.as_ref().is_some_and(same) {
            return false;
        }
        if self.listening.is_none() && Instant::now() < self.retry {
            return false;
        }
        self.places = Places::new(data, cache, self.places.links);
        match Listening::start(&self.places) {
            Ok(listening) => {
                self.listening = Some(listening);
                true
            }
            Err(e) => {
                self.deafen(&e.to_string());
                // It may be that there are too many folders: not tried at every poll.
                self.retry = Instant::now() + SLOWLY;
                false
            }
        }
    }

    /// From now on polls tell what moves.
    fn deafen(&mut self, why: &str) {
        tracing::warn!("changes of the data directory are polled: {why}");
        self.listening = None;
        self.poll.soon();
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn watch(listens: bool) -> (tempfile::TempDir, Watcher, Receiver<()>) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("data/cache")).unwrap();
        let (send, signals) = crossbeam_channel::unbounded();
        let data = dir.path().join("data");
        // Not empty, so that it is no place for a mount to come.
        fs::write(data.join("readme"), "").unwrap();
        let watcher = Watcher::spawn(
            &data,
            &data.join("cache"),
            Links::Stay,
            listens,
            move || {
                let _ = send.send(());
            },
        );
        signals.recv_timeout(PATIENCE).expect("the first signal");
        (dir, watcher, signals)
    }

    #[test]
    fn new_changed_and_vanished_logs_are_noticed_also_in_new_folders() {
        let (dir, _watcher, signals) = watch(true);
        let folder = dir.path().join("data/cell-1");
        fs::create_dir(&folder).unwrap();
        signals.recv_timeout(PATIENCE).expect("a new folder");
        fs::write(folder.join("a.csv"), "a").unwrap();
        signals.recv_timeout(PATIENCE).expect("a new log");
        fs::write(folder.join("a.csv"), "ab").unwrap();
        signals.recv_timeout(PATIENCE).expect("a changed log");
        fs::remove_file(folder.join("a.csv")).unwrap();
        signals.recv_timeout(PATIENCE).expect("a log that is gone");
    }

    #[test]
    fn a_burst_is_one_signal_and_reading_is_none() {
        let (dir, _watcher, signals) = watch(true);
        let file = dir.path().join("data/a.csv");
        for n in 0..50 {
            fs::write(&file, n.to_string()).unwrap();
            fs::read(&file).unwrap();
            fs::write(dir.path().join("data/cache/x"), "x").unwrap();
        }
        signals.recv_timeout(PATIENCE).expect("the burst");
        let more = std::iter::from_fn(|| signals.recv_timeout(LONGEST + QUIET).ok()).count();
        assert!(more <= 2, "{more} more signals");

        fs::read(&file).unwrap();
        fs::read_dir(dir.path().join("data")).unwrap().count();
        fs::write(dir.path().join("data/cache/y"), "y").unwrap();
        let none = signals.recv_timeout(QUIET * 3);
        assert_eq!(none, Err(crossbeam_channel::RecvTimeoutError::Timeout));
    }

    #[test]
    fn harvests_of_other_processes_are_noticed() {
        let (dir, _watcher, signals) = watch(true);
        let lake = crate::lake::Lake::new(dir.path().join("data/cache"));
        let lock = crate::lake::LogLock::try_acquire(&lake, "a").unwrap();
        signals
            .recv_timeout(PATIENCE)
            .expect("a harvest that begins");
        drop(lock);
        signals.recv_timeout(PATIENCE).expect("a harvest that ends");
        // Asking who harvests is no harvest.
        crate::lake::lock::held(&lake).unwrap();
        let none = signals.recv_timeout(QUIET * 3);
        assert_eq!(none, Err(crossbeam_channel::RecvTimeoutError::Timeout));
    }

    #[test]
    fn polling_notices_and_stops_at_once() {
        let (dir, watcher, signals) = watch(false);
        fs::write(dir.path().join("data/a.csv"), "a").unwrap();
        signals.recv_timeout(PATIENCE).expect("a new log");
        let start = Instant::now();
        drop(watcher);
        assert!(start.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn what_time_alone_changes_is_looked_at_when_it_is_due_and_once() {
        for listens in [true, false] {
            let (_dir, watcher, signals) = watch(listens);
            let start = Instant::now();
            watcher.call_after(Some(Duration::from_secs(3600)));
            watcher.call_after(Some(Duration::from_millis(300)));
            signals.recv_timeout(PATIENCE).expect("what is due");
            assert!(start.elapsed() >= Duration::from_millis(300));
            watcher.call_after(Some(Duration::from_millis(300)));
            watcher.call_after(None);
            let none = signals.recv_timeout(QUIET * 3);
            assert_eq!(none, Err(crossbeam_channel::RecvTimeoutError::Timeout));
        }
    }

    #[test]
    fn a_data_directory_may_come_go_and_come_again() {
        let dir = tempfile::tempdir().unwrap();
        let (data, away) = (dir.path().join("data"), dir.path().join("away"));
        let (send, signals) = crossbeam_channel::unbounded();
        let _watcher = Watcher::start(&data, &dir.path().join("cache"), Links::Stay, move || {
            let _ = send.send(());
        });
        signals.recv_timeout(PATIENCE).expect("the first signal");
        assert!(!dir.path().join("cache").exists());
        fs::create_dir(&data).unwrap();
        fs::write(data.join("a.csv"), "a").unwrap();
        signals.recv_timeout(PATIENCE).expect("it came");
        while signals.recv_timeout(QUIET * 3).is_ok() {}
        for _ in 0..2 {
            fs::rename(&data, &away).unwrap();
            signals.recv_timeout(PATIENCE).expect("it went");
            while signals.recv_timeout(QUIET * 3).is_ok() {}
            fs::rename(&away, &data).unwrap();
            signals.recv_timeout(PATIENCE).expect("it came again");
            while signals.recv_timeout(QUIET * 3).is_ok() {}
        }
        // It is listened to again, not only polled.
        let start = Instant::now();
        fs::write(data.join("b.csv"), "b").unwrap();
        signals.recv_timeout(PATIENCE).expect("a new log");
        assert!(
            start.elapsed() < Duration::from_millis(1500),
            "{:?}",
            start.elapsed()
        );
    }

    #[test]
    fn what_may_be_a_mount_point_is_looked_at_often() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::new(
            &dir.path().join("data"),
            &dir.path().join("cache"),
            Links::Stay,
        );
        assert!(places.may_be_silent(), "not there");
        fs::create_dir(&places.data).unwrap();
        assert!(places.may_be_silent(), "empty");
        fs::write(places.data.join("a.csv"), "a").unwrap();
        assert_eq!(places.may_be_silent(), !tells_changes(dir.path()));
    }
}
