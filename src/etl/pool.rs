//! Many logs side by side: a queue, a few workers, events to whoever asked.

use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::{
    Error, Result,
    base::{CancelToken, Progress, ProgressSink, panic::panic_sentence},
    harvest::{
        Options, Outcome,
        death::{record_version, settle},
        harvest_log,
    },
    lake::{Context, Presence, lock::Owner},
    worker::{Client, Ending, Hands, Task},
};

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

/// Threads that harvest logs, each through a worker process of its own (or, with
/// [`Hands::Own`], by itself). Dropping it cancels what runs and waits for it.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `jobs` threads (at least one); `listener` is called from them. Worker
    /// processes are started when there is something to do, and share what memory is usual.
    pub fn new(
        context: Context,
        hands: Hands,
        jobs: usize,
        listener: impl Fn(JobEvent) + Send + Sync + 'static,
    ) -> Self {
        let jobs = jobs.max(1);
        let hands = hands.among(jobs);
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
        let workers = (0..jobs)
            .filter_map(|n| {
                let shared = shared.clone();
                let hands = hands.clone();
                std::thread::Builder::new()
                    .name(format!("harvest-{n}"))
                    .spawn(move || work(&shared, hands))
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

/// What waits for a worker.
type Job = (JobId, String, Options, CancelToken);

impl Shared {
    /// The next job; `None` when the pool ends. `idle` is called once when nothing came for
    /// that long.
    fn next(&self, mut idle: Option<(Duration, impl FnOnce())>) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if let Some((job, key, options)) = queue.waiting.pop_front() {
                let token = queue.open.get(&job).map(|(_, t)| t.clone());
                return Some((job, key, options, token.unwrap_or_default()));
            }
            if queue.closed {
                return None;
            }
            let Some((patience, _)) = idle else {
                let woken = self.wake.wait(queue);
                queue = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let woken = self.wake.wait_timeout(queue, patience);
            let (again, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
            queue = again;
            if timeout.timed_out()
                && queue.waiting.is_empty()
                && let Some((_, call)) = idle.take()
            {
                drop(queue);
                call();
                queue = self.queue();
            }
        }
    }
}

fn work(shared: &Shared, hands: Hands) {
    let mut client = match hands {
        Hands::Own => None,
        Hands::Workers { program, limits } => Some(Client::new(program, limits)),
    };
    loop {
        let kept = client.as_mut().filter(|c| c.is_kept());
        let idle = kept.map(|client| (client.idle(), || client.dismiss()));
        let Some((job, key, options, token)) = shared.next(idle) else {
            return;
        };
        (shared.listener)(JobEvent::Started { job });
        let sink = Forward {
            job,
            listener: &shared.listener,
        };
        let context = &shared.context;
        let result = match &mut client {
            Some(client) => by_worker(client, context, &key, options, &sink, &token),
            None => catch_unwind(AssertUnwindSafe(|| {
                harvest_log(context, &key, options, &sink, &token)
            }))
            .unwrap_or_else(|panic| Err(Error::Log(panic_sentence(panic.as_ref())))),
        };
        shared.queue().open.remove(&job);
        (shared.listener)(JobEvent::Finished { job, key, result });
    }
}

fn by_worker(
    client: &mut Client,
    context: &Context,
    key: &str,
    options: Options,
    sink: &dyn ProgressSink,
    cancel: &CancelToken,
) -> Result<Outcome> {
    cancel.check()?;
    let (before, started) = (record_version(context, key), Instant::now());
    // While this program is present in the lake, the lock that its worker takes counts as held.
    let presence = Presence::in_lake(&context.lake)?;
    let task = Task::new(context, key, options, Owner::new(&presence));
    match client.harvest(task, sink, cancel)? {
        Ending::Told(result) => result,
        Ending::Died(error) => settle(context, key, before, started, error),
    }
}
