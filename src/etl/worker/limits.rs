//! How much of the machine one log may take.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::base::memory::machine;

/// What a worker process may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of data; `None`: this worker's share of half of the machine's memory, see
    /// [`Limits::among`].
    pub memory: Option<u64>,
    /// Time for any log, however small.
    pub time: Duration,
    /// Time for each megabyte of the log on top of it.
    pub time_per_mb: Duration,
    /// How long a worker may take to give up what is cancelled; after it the worker is killed.
    pub grace: Duration,
    /// A worker that had nothing to do for so long is let go, with its memory.
    pub idle: Duration,
}

/// All workers together usually have this at least, however small the machine.
const LEAST_TOGETHER: u64 = 1 << 30;
/// A worker usually has this at least, however many there are.
pub const LEAST_EACH: u64 = 256 << 20;

/// Bytes for each of `workers` that share half of a machine with so much memory.
fn share(machine: u64, workers: usize) -> u64 {
    let together = (machine / 2).max(LEAST_TOGETHER);
    (together / workers.max(1) as u64).max(LEAST_EACH)
}

/// Each thread of a worker takes this much besides the rows: its stack, what it unpacks, what
/// the allocator keeps for it. (Full-rate logs do not fit 512 MiB with 64 threads; with two
/// they fit 256 MiB.)
const PER_THREAD: u64 = 128 << 20;

/// How many threads a worker may have that may have so many bytes.
pub(super) fn threads(memory: u64) -> usize {
    usize::try_from(memory / PER_THREAD).map_or(usize::MAX, |n| n.max(1))
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: None,
            time: Duration::from_secs(60),
            time_per_mb: Duration::from_secs(5),
            grace: Duration::from_secs(10),
            idle: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// The limits of one of `workers` that work at a time: unless it is said how much memory
    /// each may have, they share half of the machine's, so that all together leave the other
    /// half to the browser and to everybody else.
    #[must_use]
    pub fn among(self, workers: usize) -> Self {
        let memory = self.memory;
        Self {
            memory: Some(memory.unwrap_or_else(|| share(machine(), workers))),
            ..self
        }
    }

    /// Bytes of data that a worker may have.
    pub fn bytes(&self) -> u64 {
        let wanted = self.memory;
        let wanted = wanted.unwrap_or_else(|| share(machine(), 1));
        // A worker cannot be given more than its owner may take.
        getrlimit(Resource::Data)
            .maximum
            .map_or(wanted, |most| wanted.min(most))
    }

    /// How long a log of so many bytes may take.
    pub fn time_for(&self, bytes: u64) -> Duration {
        let megabytes = bytes as f64 / 1e6;
        let more = self.time_per_mb.as_secs_f64() * megabytes;
        // A Duration has a maximum; no caller waits longer than this.
        self.time + Duration::from_secs_f64(more.min(1e9))
    }
}

/// No core file: the content of a log must not end up in `/var/crash`.
///
/// # Errors
/// What the system says.
pub(super) fn forbid_core_files() -> std::io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(setrlimit(Resource::Core, none)?)
}

/// When the machine has no memory left, the kernel ends this process before the browser.
pub(super) fn offer_to_die_first() {
    // Where this is refused there is nothing better to do.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

/// This process's data never grows beyond `bytes`: an allocation that would fails.
///
/// # Errors
/// What the system says.
pub(super) fn limit_memory(bytes: u64) -> std::io::Result<()> {
    let old = getrlimit(Resource::Data);
    let bytes = old.maximum.map_or(bytes, |most| bytes.min(most));
    let limit = Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    Ok(setrlimit(Resource::Data, limit)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_log_may_take_longer() {
        let limits = Limits::default();
        assert_eq!(limits.time_for(0), Duration::from_secs(60));
        assert_eq!(limits.time_for(10_000_000), Duration::from_secs(110));
        assert!(limits.time_for(u64::MAX) > Duration::from_secs(1 << 20));
    }

    #[test]
    fn workers_share_half_of_the_machine_but_each_has_enough() {
        assert_eq!(share(16 << 30, 1), 8 << 30);
        assert_eq!(share(16 << 30, 4), 2 << 30);
        assert_eq!(share(16 << 30, 0), 8 << 30);
        // A small machine, and a great many workers.
        assert_eq!(share(1 << 30, 1), LEAST_TOGETHER);
        assert_eq!(share(1 << 30, 2), LEAST_TOGETHER / 2);
        assert_eq!(share(16 << 30, 1024), LEAST_EACH);
        let told = Limits {
            memory: Some(5 << 30),
            ..Limits::default()
        };
        assert_eq!(told.among(8), told, "what is said holds for each");
        let usual = Limits::default();
        assert_eq!(usual.among(1).bytes(), usual.bytes());
    }

    #[test]
    fn a_worker_has_as_many_threads_as_its_memory_bears() {
        assert_eq!(threads(64 << 20), 1);
        assert_eq!(threads(LEAST_EACH), 2);
        assert_eq!(threads(4 << 30), 32);
    }
}
