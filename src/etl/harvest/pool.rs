//! Many logs side by side: a queue, a few workers, events to whoever asked.

use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use super::{CancelToken, Context, Options, Outcome, Progress, ProgressSink, harvest_log};
use crate::etl::{Error, Result};

/// Names one harvest of one log within a [`Pool`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// What happened to a job. Sent from worker threads.
#[derive(Debug)]
pub enum JobEvent {
    /// It waits for a worker.
    Queued {
        /// Which job.
        job: JobId,
        /// The log's key.
        key: String,
    },
    /// A worker took it.
    Started {
        /// Which job.
        job: JobId,
    },
    /// How far it is.
    Progress {
        /// Which job.
        job: JobId,
        /// How far.
        progress: Progress,
    },
    /// It is over. Every job that was queued ends with exactly one of these.
    Finished {
        /// Which job.
        job: JobId,
        /// The log's key.
        key: String,
        /// What it did, or why it failed ([`Error::Cancelled`] included).
        result: Result<Outcome>,
    },
}

type Listener = Arc<dyn Fn(JobEvent) + Send + Sync>;

struct Queue {
    waiting: VecDeque<(JobId, String, Options)>,
    open: HashMap<JobId, (String, CancelToken)>,
    next: u64,
    closed: bool,
}

struct Shared {
    context: Context,
    queue: Mutex<Queue>,
    wake: Condvar,
    listener: Listener,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A panic in a worker is caught, so a poisoned queue is still whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Worker threads that harvest logs. Dropping it cancels what runs and waits for it.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `jobs` workers (at least one); `listener` is called from their threads.
    pub fn new(
        context: Context,
        jobs: usize,
        listener: impl Fn(JobEvent) + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            context,
            queue: Mutex::new(Queue {
                waiting: VecDeque::new(),
                open: HashMap::new(),
                next: 1,
                closed: false,
            }),
            wake: Condvar::new(),
            listener: Arc::new(listener),
        });
        let workers = (0..jobs.max(1))
            .filter_map(|n| {
                let shared = shared.clone();
                std::thread::Builder::new()
                    .name(format!("harvest-{n}"))
                    .spawn(move || work(&shared))
                    .map_err(|e| tracing::error!("cannot start a harvest worker: {e}"))
                    .ok()
            })
            .collect();
        Self { shared, workers }
    }

    /// Queues a log by its key. A log that already waits or runs is not queued again:
    /// its job is returned.
    pub fn submit(&self, key: &str, options: Options) -> JobId {
        let job = {
            let mut queue = self.shared.queue();
            if let Some((job, _)) = queue.open.iter().find(|(_, (open, _))| open == key) {
                return *job;
            }
            let job = JobId(queue.next);
            queue.next += 1;
            queue.open.insert(job, (key.to_owned(), CancelToken::new()));
            job
        };
        // The listener hears of the job before a worker can start it.
        (self.shared.listener)(JobEvent::Queued {
            job,
            key: key.to_owned(),
        });
        self.shared
            .queue()
            .waiting
            .push_back((job, key.to_owned(), options));
        self.shared.wake.notify_one();
        job
    }

    /// Cancels a job, waiting or running.
    pub fn cancel(&self, job: JobId) {
        let removed = {
            let mut queue = self.shared.queue();
            if let Some((_, token)) = queue.open.get(&job) {
                token.cancel();
            }
            let at = queue.waiting.iter().position(|(id, ..)| *id == job);
            let removed = at.and_then(|at| queue.waiting.remove(at));
            if removed.is_some() {
                queue.open.remove(&job);
            }
            removed
        };
        if let Some((job, key, _)) = removed {
            (self.shared.listener)(JobEvent::Finished {
                job,
                key,
                result: Err(Error::Cancelled),
            });
        }
    }

    /// Cancels every job.
    pub fn cancel_all(&self) {
        let jobs: Vec<JobId> = self.shared.queue().open.keys().copied().collect();
        for job in jobs {
            self.cancel(job);
        }
    }

    /// Jobs that wait or run.
    pub fn open_jobs(&self) -> usize {
        self.shared.queue().open.len()
    }

    /// Lets the queue run empty, then ends the workers.
    pub fn finish(mut self) {
        self.shared.queue().closed = true;
        self.shared.wake.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.cancel_all();
        self.shared.wake.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

struct Forward<'a> {
    job: JobId,
    listener: &'a Listener,
}

impl ProgressSink for Forward<'_> {
    fn report(&self, progress: &Progress) {
        (self.listener)(JobEvent::Progress {
            job: self.job,
            progress: *progress,
        });
    }
}

fn work(shared: &Shared) {
    loop {
        let mut queue = shared.queue();
        let (job, key, options, token) = loop {
            if let Some((job, key, options)) = queue.waiting.pop_front() {
                let token = queue
                    .open
                    .get(&job)
                    .map(|(_, t)| t.clone())
                    .unwrap_or_default();
                break (job, key, options, token);
            }
            if queue.closed {
                return;
            }
            queue = shared
                .wake
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        };
        drop(queue);
        (shared.listener)(JobEvent::Started { job });
        let sink = Forward {
            job,
            listener: &shared.listener,
        };
        let result = catch_unwind(AssertUnwindSafe(|| {
            harvest_log(&shared.context, &key, options, &sink, &token)
        }))
        .unwrap_or_else(|panic| Err(Error::Log(super::panic::panic_sentence(panic.as_ref()))));
        shared.queue().open.remove(&job);
        (shared.listener)(JobEvent::Finished { job, key, result });
    }
}
