//! The worker's side: reads the logs that it is told to, until its standard input ends.

use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, Instant},
};

use rustix::process::{Signal, set_parent_process_death_signal};

use super::{
    fault::Fault,
    frame::{Frames, framed},
    limits,
    message::{self, PROTOCOL, Report, Request, Task},
};
use crate::{
    Error, Result, activity,
    base::{CancelToken, Progress, ProgressSink, Stage},
    harvest::Session,
    infer::propose,
};

/// Progress within a stage is told no more often than this, and a stage in which no log ends a worker
/// no sooner than this after the log began: each message wakes the program.
const BETWEEN: Duration = Duration::from_millis(40);
/// How long the next log may take to come before this process is not present in the lake any more.
const LINGER: Duration = Duration::from_millis(100);

/// Serves the process that started this one. Standard input and output are its.
///
/// # Errors
/// [`Error::Usage`] on a terminal; [`Error::Fatal`] when the system refuses a limit or when
/// the program does not speak this worker's language.
pub fn serve() -> Result<()> {
    if io::stdin().is_terminal() {
        return Err(Error::Usage(
            "`mdtui worker` is used by mdtui itself: it is of no use on a terminal".into(),
        ));
    }
    let refused = |e: io::Error| Error::Fatal(format!("the worker cannot start: {e}"));
    // Nobody would want its results, and its log's lock must not outlive its owner.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|e| refused(e.into()))?;
    let _ = rustix::thread::set_name(c"mdtui-worker");
    limits::forbid_core_files().map_err(refused)?;
    limits::offer_to_die_first();
    let reporter = Arc::new(Reporter::take_stdout().map_err(refused)?);
    reporter.say(&Report::Ready {
        protocol: PROTOCOL,
        program: format!("mdtui {}", env!("CARGO_PKG_VERSION")),
    });
    let job = Arc::new(Mutex::new(CancelToken::new()));
    let (sender, tasks) = channel();
    let current = job.clone();
    std::thread::Builder::new()
        .name("requests".into())
        .spawn(move || hear(&sender, &current))
        .map_err(refused)?;
    let teller = reporter.clone();
    activity::listen(move |column, begins| teller.decodes(column, begins));
    work(&tasks, &reporter, &job)
}

/// What the main thread is told.
enum Order {
    Start { protocol: u32, memory: Option<u64> },
    Harvest(Box<Task>, CancelToken),
    Propose(PathBuf),
    Garbled(String),
}

fn work(orders: &Receiver<Order>, reporter: &Reporter, job: &Mutex<CancelToken>) -> Result<()> {
    let mut session = Session::with_own_threads();
    while let Some(order) = next(orders, &mut session) {
        match order {
            Order::Start { protocol, memory } => {
                if protocol != PROTOCOL {
                    return Err(Error::Fatal(format!(
                        "the program speaks version {protocol} of the worker's language, not {PROTOCOL}"
                    )));
                }
                if let Some(bytes) = memory {
                    limits::limit_memory(bytes)
                        .map_err(|e| Error::Fatal(format!("no limit on memory: {e}")))?;
                }
            }
            Order::Harvest(task, token) => {
                reporter.accept();
                task.owner.clone().sign_for();
                let harvested = task.harvest(&mut session, reporter, &token);
                // What it was told in the meantime was for this log.
                *locked(job) = CancelToken::new();
                reporter.say(&Report::Finished {
                    result: harvested.result.map_err(|e| Fault::from(&e)),
                    updates: harvested.updates,
                    unsettled: harvested.unsettled,
                });
            }
            Order::Propose(log) => {
                reporter.accept();
                let proposal = propose(&log).map_err(|e| Fault::from(&e));
                reporter.say(&Report::Proposed(proposal));
            }
            Order::Garbled(what) => {
                return Err(Error::Fatal(format!("the program sent {what}")));
            }
        }
    }
    Ok(())
}

/// The next order; `None` when the pipe has ended. What is kept for the next log is let go when
/// none comes at once.
fn next(orders: &Receiver<Order>, session: &mut Session) -> Option<Order> {
    match orders.recv_timeout(LINGER) {
        Err(RecvTimeoutError::Timeout) => {
            session.rest();
            orders.recv().ok()
        }
        order => order.ok(),
    }
}

/// Reads requests until the pipe ends; then gives up what is being harvested.
fn hear(orders: &Sender<Order>, job: &Mutex<CancelToken>) {
    let mut frames = Frames::default();
    let mut buffer = [0; 1 << 14];
    let mut input = io::stdin().lock();
    let mut profile = None;
    'pipe: loop {
        let n = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        frames.push(&buffer[..n]);
        loop {
            let request = match frames.pop() {
                Ok(Some(frame)) => message::parse(frame).map_err(|e| e.to_string()),
                Ok(None) => break,
                Err(e) => Err(e.to_string()),
            };
            let order = match request {
                Ok(Request::Start { protocol, memory }) => Order::Start { protocol, memory },
                Ok(Request::Harvest(mut task)) => match task.fill_in(&mut profile) {
                    true => Order::Harvest(task, locked(job).clone()),
                    false => Order::Garbled("a task without a profile".into()),
                },
                Ok(Request::Propose(log)) => Order::Propose(PathBuf::from(&log)),
                Ok(Request::Cancel) => {
                    locked(job).cancel();
                    continue;
                }
                Err(what) => Order::Garbled(what),
            };
            let last = matches!(order, Order::Garbled(_));
            if orders.send(order).is_err() || last {
                break 'pipe;
            }
        }
    }
    locked(job).cancel();
}

fn locked(job: &Mutex<CancelToken>) -> MutexGuard<'_, CancelToken> {
    job.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says things to the program.
struct Reporter {
    pipe: Mutex<File>,
    told: Mutex<Told>,
}

/// What the program knows of the log.
struct Told {
    /// When the log began.
    begun: Instant,
    /// The stage that was told last, and when.
    stage: Stage,
    at: Instant,
}

impl Told {
    fn begin() -> Self {
        let now = Instant::now();
        Self {
            begun: now,
            stage: Stage::Queued,
            at: now,
        }
    }

    /// Whether progress in a stage is to be told now. It counts as told then.
    fn is_due(&mut self, stage: Stage, now: Instant) -> bool {
        let is_soon = if self.stage == stage {
            now - self.at < BETWEEN
        } else {
            now - self.begun < BETWEEN && !may_crash(stage)
        };
        if !is_soon {
            (self.stage, self.at) = (stage, now);
        }
        !is_soon
    }
}

impl Reporter {
    /// The pipe behind standard output. From now on, what a library prints goes to standard
    /// error and cannot get among the messages.
    fn take_stdout() -> io::Result<Self> {
        let pipe = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?);
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        Ok(Self {
            pipe: Mutex::new(pipe),
            told: Mutex::new(Told::begin()),
        })
    }

    /// Where it cannot be said, the program is gone, and this process with it.
    fn say(&self, report: &Report) {
        let said = message::write(report)
            .map_err(io::Error::other)
            .and_then(|bytes| framed(&bytes))
            .and_then(|bytes| {
                let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
                pipe.write_all(&bytes)
            });
        if let Err(e) = said {
            tracing::warn!("cannot answer the program: {e}");
        }
    }

    /// The log begins.
    fn accept(&self) {
        *self.told() = Told::begin();
        self.say(&Report::Accepted);
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decodes(&self, column: &str, begins: bool) {
        let column = column.to_owned();
        self.say(&if begins {
            Report::Reading { column }
        } else {
            Report::Read { column }
        });
    }
}

/// Whether a log can be the reason that a worker dies in this stage: the program must then know it.
fn may_crash(stage: Stage) -> bool {
    matches!(stage, Stage::Reading | Stage::Transforming)
}

impl ProgressSink for Reporter {
    fn report(&self, progress: &Progress) {
        if self.told().is_due(progress.stage, Instant::now()) {
            self.say(&Report::Progress(*progress));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_log_tells_the_stages_in_which_it_may_end_the_worker_and_a_long_one_tells_all() {
        let stages = [
            Stage::Hashing,
            Stage::Reading,
            Stage::Reading,
            Stage::Transforming,
            Stage::Committing,
        ];
        for (step, is_told) in [
            (1, [false, true, false, true, false]),
            (15, [false, true, false, true, true]),
            (50, [true; 5]),
        ] {
            let mut told = Told::begin();
            let mut now = told.begun;
            let due = stages.map(|stage| {
                now += Duration::from_millis(step);
                told.is_due(stage, now)
            });
            assert_eq!(due, is_told, "{step} ms for each");
        }
    }
}
