//! How many threads harvest a log. Waking a second one costs more than a small log is worth.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::publish::Helper;

/// Logs of fewer bytes are harvested by the calling thread alone.
const SMALL: u64 = 128 << 10;
/// As the main thread of a program has.
const STACK: usize = 8 << 20;

/// The threads that a harvest may use.
#[derive(Debug, Default)]
pub(super) enum Threads {
    /// Those of the process.
    #[default]
    Shared,
    /// The calling thread, which is a pool of its own, and for logs that are not small a pool that
    /// is started when it is needed first, and one that publishes.
    Own {
        many: OnceLock<Option<ThreadPool>>,
        helper: OnceLock<Option<Helper>>,
    },
}

impl Threads {
    /// Makes the calling thread a pool of its own, for good: what it splits it does itself.
    pub(super) fn own() -> Self {
        let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        match alone.build() {
            // Its only thread is this one, which ends with the process.
            Ok(pool) => {
                std::mem::forget(pool);
                Self::Own {
                    many: OnceLock::new(),
                    helper: OnceLock::new(),
                }
            }
            Err(e) => {
                tracing::debug!("small logs are harvested by all threads: {e}");
                Self::Shared
            }
        }
    }

    /// Does `work` for a log of so many bytes.
    pub(super) fn run<T: Send>(&self, bytes: u64, work: impl FnOnce() -> T + Send) -> T {
        match self {
            Self::Own { many, .. } if bytes >= SMALL => match many.get_or_init(started) {
                Some(pool) => pool.install(work),
                None => work(),
            },
            _ => work(),
        }
    }

    /// The thread that publishes the tables of logs with one run, if there is one.
    pub(super) fn helper(&self) -> Option<&Helper> {
        match self {
            Self::Shared => None,
            Self::Own { helper, .. } => helper.get_or_init(Helper::start).as_ref(),
        }
    }
}

/// As many threads as the process was told to have, or as there are cores.
fn started() -> Option<ThreadPool> {
    let pool = ThreadPoolBuilder::new().stack_size(STACK).build();
    pool.inspect_err(|e| tracing::warn!("one thread harvests: {e}"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_log_stays_with_its_thread_and_a_large_one_gets_others() {
        let harvest = || {
            let threads = Threads::own();
            let me = std::thread::current().id();
            let mine = |bytes| threads.run(bytes, || std::thread::current().id()) == me;
            (mine(SMALL - 1), mine(SMALL), mine(0))
        };
        // Not a thread that other tests use: it is a pool from now on.
        let done = std::thread::spawn(harvest).join().unwrap();
        assert_eq!(done, (true, false, true));
    }
}
