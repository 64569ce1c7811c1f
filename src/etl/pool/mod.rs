//! Harvests of many logs in parallel: a queue, a few workers, events for the caller.
//!
//! A job that waits is an entry of a map and nothing else: no thread, no lock file, no write
//! to the catalog. Queueing or cancelling any number of jobs is one call and one event.

mod acknowledge;
mod batch;
mod queue;

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use acknowledge::{Ended, acknowledge};
pub use batch::Batch;
use queue::{Job, Queue};

use crate::{
    Error, Result,
    base::{CancelToken, Progress, ProgressSink, panic::panic_sentence},
    harvest::{
        Harvested, LogRef, Options, Outcome, Session,
        worker_crash::{record_version, record_worker_crash},
    },
    lake::{Context, Presence, lock::Owner},
    worker::{Client, Ending, Executor, Task},
};

/// Names one harvest of one log within a [`Pool`]. Later jobs have larger numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// What happened to jobs. Events come in order, and every job that was queued ends with
/// exactly one of [`JobEvent::Finished`] and [`JobEvent::Cancelled`].
#[derive(Debug)]
pub enum JobEvent {
    /// Jobs wait for a worker, in the order of the batch. Logs that waited or ran already are
    /// not part of it, so that it may be empty.
    Queued(Arc<Batch>),
    /// A worker took a job.
    Started {
        /// The job that was taken.
        job: JobId,
    },
    /// A job went on.
    Progress {
        /// The job that went on.
        job: JobId,
        /// What it has done so far.
        progress: Progress,
    },
    /// A job that was started is over.
    Finished {
        /// The job that is over.
        job: JobId,
        /// The log's key.
        key: String,
        /// What it did, or why it failed ([`Error::Cancelled`] included).
        result: Result<Outcome>,
    },
    /// Jobs were cancelled before a worker took them, in the order in which they were queued.
    Cancelled(Vec<(JobId, Arc<str>)>),
}

type Listener = Arc<dyn Fn(JobEvent) + Send + Sync>;

/// Paths of logs below the data directory (raw bytes), by key.
pub type Paths = HashMap<Arc<str>, Vec<u8>>;

struct Shared {
    context: Context,
    /// Where the logs are, when no catalog is to be used.
    paths: Option<Paths>,
    queue: Mutex<Open>,
    wake: Condvar,
    listener: Listener,
}

struct Open {
    jobs: Queue,
    /// Whether the workers end once no job waits.
    closed: bool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Open> {
        // A panic in a worker is caught, so a poisoned queue is still whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Threads that harvest logs, each through a worker process of its own (or, with
/// [`Executor::InProcess`], by itself). Dropping it cancels what runs and waits for it.
pub struct Pool {
    shared: Arc<Shared>,
    /// The last one acknowledges what the others did, and ends after them.
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `jobs` threads (at least one). `listener` is called from them and from the
    /// threads that queue and cancel; it must not call the pool. Worker processes are started
    /// when there is something to do, and share what memory is usual.
    pub fn new(
        context: Context,
        executor: Executor,
        jobs: usize,
        listener: impl Fn(JobEvent) + Send + Sync + 'static,
    ) -> Self {
        Self::start(context, None, executor, jobs, Arc::new(listener))
    }

    /// As [`Pool::new`], without a catalog: logs are found by `paths`, which has every key that will
    /// be queued, and records are all that harvests leave. See [`LogRef::At`].
    pub fn without_catalog(
        context: Context,
        paths: Paths,
        executor: Executor,
        jobs: usize,
        listener: impl Fn(JobEvent) + Send + Sync + 'static,
    ) -> Self {
        Self::start(context, Some(paths), executor, jobs, Arc::new(listener))
    }

    fn start(
        context: Context,
        paths: Option<Paths>,
        executor: Executor,
        jobs: usize,
        listener: Listener,
    ) -> Self {
        let jobs = jobs.max(1);
        let executor = executor.among(jobs);
        let shared = Arc::new(Shared {
            context,
            paths,
            queue: Mutex::new(Open {
                jobs: Queue::new(),
                closed: false,
            }),
            wake: Condvar::new(),
            listener,
        });
        let (sender, ended) = channel();
        let own = shared.clone();
        let last = std::thread::Builder::new()
            .name("acknowledge".into())
            .spawn(move || acknowledge(&own, &ended));
        let threads = (0..jobs).map(|n| {
            let (shared, executor, ended) = (shared.clone(), executor.clone(), sender.clone());
            std::thread::Builder::new()
                .name(format!("harvest-{n}"))
                .spawn(move || work(&shared, executor, &ended))
        });
        let workers = threads
            .chain([last])
            .filter_map(|thread| {
                thread
                    .map_err(|e| tracing::error!("cannot start a harvest worker: {e}"))
                    .ok()
            })
            .collect();
        Self { shared, workers }
    }

    /// Queues logs by their keys. A log that already waits or runs is not queued again.
    pub fn submit<K: AsRef<str>>(&self, keys: impl IntoIterator<Item = K>, options: Options) {
        let mut queue = self.shared.queue();
        let batch = queue.jobs.add(keys, options);
        // Sent under the lock: the listener hears of a job before a worker can start it.
        (self.shared.listener)(JobEvent::Queued(Arc::new(batch)));
        self.shared.wake.notify_all();
    }

    /// Cancels a job, waiting or running.
    pub fn cancel(&self, job: JobId) {
        let mut queue = self.shared.queue();
        self.tell_cancelled(queue.jobs.cancel(job).into_iter().collect());
    }

    /// Cancels every job.
    pub fn cancel_all(&self) {
        let mut queue = self.shared.queue();
        self.tell_cancelled(queue.jobs.cancel_all());
    }

    fn tell_cancelled(&self, jobs: Vec<(JobId, Arc<str>)>) {
        if !jobs.is_empty() {
            (self.shared.listener)(JobEvent::Cancelled(jobs));
        }
    }

    /// Jobs that wait or run.
    pub fn open_jobs(&self) -> usize {
        self.shared.queue().jobs.len()
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

impl Shared {
    fn log<'a>(&'a self, key: &'a str) -> LogRef<'a> {
        match self.paths.as_ref().and_then(|paths| paths.get(key)) {
            Some(raw) => LogRef::At { key, raw },
            None => LogRef::Known(key),
        }
    }

    /// A job that was started is over, and acknowledged.
    fn finished(&self, job: JobId, key: String, result: Result<Outcome>) {
        let mut queue = self.queue();
        queue.jobs.end(job, &key);
        (self.listener)(JobEvent::Finished { job, key, result });
    }

    /// A job that waits, without waiting for one.
    fn waiting(&self) -> Option<Job> {
        let mut queue = self.queue();
        let started = queue.jobs.start()?;
        (self.listener)(JobEvent::Started { job: started.0 });
        Some(started)
    }

    /// The next job; `None` when the pool ends. `idle` is called once when nothing came for
    /// that long.
    fn next(&self, mut idle: Option<(Duration, impl FnOnce())>) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if let Some(started) = queue.jobs.start() {
                (self.listener)(JobEvent::Started { job: started.0 });
                return Some(started);
            }
            if queue.closed {
                return None;
            }
            let Some((timeout, _)) = idle else {
                let woken = self.wake.wait(queue);
                queue = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let woken = self.wake.wait_timeout(queue, timeout);
            let (again, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
            queue = again;
            if timeout.timed_out()
                && !queue.jobs.has_waiting()
                && let Some((_, call)) = idle.take()
            {
                drop(queue);
                call();
                queue = self.queue();
            }
        }
    }
}

fn work(shared: &Shared, executor: Executor, ended: &Sender<Ended>) {
    let mut hands = Hands::new(executor);
    loop {
        let next = shared.waiting().or_else(|| {
            hands.rest();
            let kept = hands.client().filter(|client| client.is_kept());
            let idle = kept.map(|client| (client.idle(), || client.dismiss()));
            shared.next(idle)
        });
        let Some((job, key, options, token)) = next else {
            return;
        };
        let sink = Forward {
            job,
            listener: &shared.listener,
        };
        let (context, log) = (&shared.context, shared.log(&key));
        let harvested = catch_unwind(AssertUnwindSafe(|| {
            hands.harvest(context, log, options, &sink, &token)
        }))
        .unwrap_or_else(|panic| Harvested::failed(Error::Log(panic_sentence(panic.as_ref()))));
        let key = key.as_ref().to_owned();
        let of_job = Ended {
            job,
            key,
            harvested,
        };
        // It ends after all that send.
        if let Err(unsent) = ended.send(of_job) {
            let Ended {
                job,
                key,
                harvested,
            } = unsent.0;
            shared.finished(job, key, harvested.result);
        }
    }
}

/// What a thread of the pool harvests with.
enum Hands {
    Own(Box<Session>),
    Worker {
        client: Box<Client>,
        /// While logs follow each other.
        presence: Option<Arc<Presence>>,
    },
}

impl Hands {
    fn new(executor: Executor) -> Self {
        match executor {
            Executor::InProcess => Self::Own(Box::default()),
            Executor::Workers { program, limits } => Self::Worker {
                client: Box::new(Client::new(program, limits)),
                presence: None,
            },
        }
    }

    fn client(&mut self) -> Option<&mut Client> {
        match self {
            Self::Own(_) => None,
            Self::Worker { client, .. } => Some(client),
        }
    }

    /// No log follows at once.
    fn rest(&mut self) {
        match self {
            Self::Own(session) => session.rest(),
            Self::Worker { presence, .. } => *presence = None,
        }
    }

    fn harvest(
        &mut self,
        context: &Context,
        log: LogRef<'_>,
        options: Options,
        sink: &dyn ProgressSink,
        cancel: &CancelToken,
    ) -> Harvested {
        match self {
            Self::Own(session) => session.harvest(context, log, options, sink, cancel),
            Self::Worker { client, presence } => {
                let by = (client.as_mut(), presence);
                by_worker(by, context, log, options, sink, cancel).unwrap_or_else(Harvested::failed)
            }
        }
    }
}

fn by_worker(
    (client, present): (&mut Client, &mut Option<Arc<Presence>>),
    context: &Context,
    log: LogRef<'_>,
    options: Options,
    sink: &dyn ProgressSink,
    cancel: &CancelToken,
) -> Result<Harvested> {
    cancel.check()?;
    let (before, started) = (record_version(context, log.key()), Instant::now());
    // While this program is present in the lake, the lock that its worker takes counts as held.
    let presence = match present.take().filter(|p| p.is_in_place()) {
        Some(presence) => presence,
        None => Presence::in_lake(&context.lake)?,
    };
    let owner = Owner::new(present.insert(presence));
    let task = Task::new(context, log, options, owner);
    Ok(match client.harvest(task, sink, cancel)? {
        Ending::Told(harvested) => harvested,
        Ending::Died(error) => record_worker_crash(context, log, before, started, error),
    })
}

#[cfg(test)]
mod tests;
