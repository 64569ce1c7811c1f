//! Looking for changes again and again, so seldom that it costs less than half a per cent of a
//! core.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::fs::MetadataExt,
    time::{Duration, Instant},
};

use rayon::ThreadPool;
use walkdir::{DirEntry, WalkDir};

use super::Places;
use crate::{
    base::CancelToken,
    source::{
        reserved::{EXPORTS, NOTES, PRIVATE, RECORD},
        scan,
    },
};

/// The next poll comes after so many times the duration of the last one,
const REST: u32 = 200;
/// but not before this
const SHORTEST: Duration = Duration::from_secs(2);
/// and not after this, which is also how often it comes where inotify tells every change.
pub(super) const LONGEST: Duration = Duration::from_secs(600);

/// When the data directory is looked at next, and what the last poll found.
pub(super) struct Poll {
    last: Option<u64>,
    /// When the next poll is due.
    pub next: Instant,
    /// One thread: what a poll takes of the cores is what it lasts.
    thread: Option<ThreadPool>,
}

impl Poll {
    pub fn new() -> Self {
        Self {
            last: None,
            next: Instant::now() + LONGEST,
            thread: None,
        }
    }

    /// Polls; whether something moved since the last poll. `often`: inotify may be silent.
    pub fn poll(&mut self, places: &Places, cancel: &CancelToken, often: bool) -> bool {
        if self.thread.is_none() {
            let builder = rayon::ThreadPoolBuilder::new().num_threads(1);
            self.thread = builder.thread_name(|_| "poll".into()).build().ok();
        }
        let start = Instant::now();
        let now = match &self.thread {
            Some(thread) => thread.install(|| digest(places, cancel)),
            None => digest(places, cancel),
        };
        self.next = Instant::now() + interval(start.elapsed(), often);
        self.last.replace(now) != Some(now)
    }

    /// Polls as soon as the caller comes to it.
    pub fn soon(&mut self) {
        self.next = Instant::now();
    }
}

/// How long to wait after a poll that took so long.
fn interval(took: Duration, often: bool) -> Duration {
    match often {
        true => took.saturating_mul(REST).clamp(SHORTEST, LONGEST),
        false => LONGEST,
    }
}

/// Names, sizes and times of all logs and records as one number.
fn digest(places: &Places, cancel: &CancelToken) -> u64 {
    let mut hasher = DefaultHasher::new();
    match scan::scan(&places.data, &places.cache, places.links, cancel) {
        Ok(scan) => {
            for f in &scan.found {
                (&f.raw, f.size, f.mtime_ns, f.inode, &f.trouble).hash(&mut hasher);
            }
            scan.unread.hash(&mut hasher);
        }
        Err(e) => e.to_string().hash(&mut hasher),
    }
    records(places, &mut hasher);
    // Harvests of other processes on this machine end in the catalog.
    for ending in ["catalog.db", "catalog.db-wal"] {
        let meta = std::fs::metadata(places.cache.join(ending)).ok();
        meta.map(|m| (m.len(), m.modified().ok())).hash(&mut hasher);
    }
    hasher.finish()
}

/// Other machines leave records and notes, and nothing else.
fn records(places: &Places, hasher: &mut DefaultHasher) {
    let is_results = |entry: &DirEntry| {
        entry.depth() != 1
            || ![PRIVATE, EXPORTS]
                .iter()
                .any(|name| entry.file_name() == *name)
    };
    let entries = WalkDir::new(&places.cache).into_iter();
    for entry in entries.filter_entry(is_results).flatten() {
        let is_shared = [RECORD, NOTES]
            .iter()
            .any(|name| entry.file_name() == *name);
        if is_shared && let Ok(m) = entry.metadata() {
            let version = (m.ino(), m.len(), m.mtime(), m.mtime_nsec());
            (entry.path(), version).hash(hasher);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_another_machine_wrote_has_moved() {
        let dir = tempfile::tempdir().unwrap();
        let (data, cache) = (dir.path().join("data"), dir.path().join("cache"));
        std::fs::create_dir_all(cache.join("cell/a")).unwrap();
        std::fs::create_dir_all(cache.join(".mdtui/tmp")).unwrap();
        std::fs::create_dir(&data).unwrap();
        let places = Places::new(&data, &cache, scan::Links::Stay);
        let mut poll = Poll::new();
        let mut moved = || poll.poll(&places, &CancelToken::new(), true);
        assert!(moved() && !moved());
        std::fs::write(cache.join("cell/a/record.json"), "{}").unwrap();
        assert!(moved() && !moved());
        std::fs::write(cache.join(".mdtui/tmp/0"), "half").unwrap();
        assert!(!moved());
    }

    #[test]
    fn the_interval_is_200_times_the_last_poll_from_2_seconds_to_10_minutes() {
        let s = Duration::from_secs;
        for (took, wait) in [
            (Duration::ZERO, s(2)),
            (Duration::from_millis(10), s(2)),
            (Duration::from_millis(50), s(10)),
            (s(1), s(200)),
            (s(3), s(600)),
            (s(60), s(600)),
            (Duration::MAX, s(600)),
        ] {
            assert_eq!(interval(took, true), wait, "{took:?}");
            assert_eq!(interval(took, false), s(600));
        }
    }
}
