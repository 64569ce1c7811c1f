//! The program's side: one log after the other through a worker process that is kept while
//! it lives, watched while it works, and replaced when it died.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    crash::{End, LastReport, sentence},
    fault::Fault,
    limits::Limits,
    message::{PROTOCOL, Report, Request, Task},
    process::{Heard, Process},
};
use crate::{
    Error, Result,
    base::{CancelToken, NoProgress, ProgressSink},
    harvest::Harvested,
    infer::{self, Proposal},
    text,
};

/// How often the clock and the wish to cancel are looked at.
const TICK: Duration = Duration::from_millis(50);
/// No look at the pipe takes longer while this program is awake.
const MOST_AT_ONCE: Duration = Duration::from_secs(1);
/// How long a new process may take until it says that it is there.
const START: Duration = Duration::from_secs(60);

/// Where the pool harvests.
#[derive(Debug, Clone)]
pub enum Executor {
    /// This process itself: for tests and measurements.
    InProcess,
    /// Worker processes of `program`, within limits.
    Workers {
        /// See [`super::this_program`].
        program: PathBuf,
        /// Memory and time.
        limits: Limits,
    },
}

impl Executor {
    /// Proposes a profile for the log at `path`; see [`propose`](crate::infer::propose).
    ///
    /// # Errors
    /// Those of [`Client::propose`].
    pub fn propose(self, path: &Path) -> Result<Proposal> {
        match self {
            Self::InProcess => infer::propose(path),
            Self::Workers { program, limits } => Client::new(program, limits).propose(path),
        }
    }

    /// For one of so many workers at a time; see [`Limits::among`].
    #[must_use]
    pub fn among(self, workers: usize) -> Self {
        match self {
            Self::InProcess => Self::InProcess,
            Self::Workers { program, limits } => Self::Workers {
                program,
                limits: limits.among(workers),
            },
        }
    }
}

/// What a worker has come to.
enum Answer {
    Harvested(Harvested),
    Proposed(Result<Proposal>),
}

/// It answered what it was not asked.
fn astray(noun: &str) -> Error {
    Error::Died(format!("the worker sent {noun}"))
}

/// One worker process, when there is one.
#[derive(Debug)]
pub struct Client {
    program: PathBuf,
    limits: Limits,
    process: Option<Process>,
}

/// How a log ended that was given to a worker.
#[derive(Debug)]
pub enum Ending {
    /// The worker said how.
    Told(Harvested),
    /// The worker is dead. Why: [`Error::Died`], or [`Error::Cancelled`] when it was killed
    /// because it did not give up.
    Died(Error),
}

impl Client {
    /// Nothing is started before the first log.
    pub fn new(program: PathBuf, limits: Limits) -> Self {
        Self {
            program,
            limits,
            process: None,
        }
    }

    /// Has a log harvested.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Fatal`] when no worker can be started: the log is not to
    /// blame.
    pub fn harvest(
        &mut self,
        task: Task,
        sink: &dyn ProgressSink,
        cancel: &CancelToken,
    ) -> Result<Ending> {
        let process = self.given(Request::Harvest(Box::new(task)))?;
        Ok(match self.follow(process, sink, cancel) {
            Ok(Answer::Harvested(harvested)) => Ending::Told(harvested),
            Ok(Answer::Proposed(_)) => Ending::Died(astray("a profile")),
            Err(died) => Ending::Died(died),
        })
    }

    /// Has a profile proposed for the log at `path`; see [`propose`](crate::infer::propose).
    ///
    /// # Errors
    /// Those of `propose`; [`Error::Died`] when the worker did not survive the log; [`Error::Io`] or
    /// [`Error::Fatal`] when no worker can be started.
    pub fn propose(&mut self, path: &Path) -> Result<Proposal> {
        let process = self.given(Request::Propose(path.into()))?;
        match self.follow(process, &NoProgress, &CancelToken::new())? {
            Answer::Proposed(proposal) => proposal,
            Answer::Harvested(_) => Err(astray("a result")),
        }
    }

    /// Lets the worker go, if there is one.
    pub fn dismiss(&mut self) {
        if let Some(process) = self.process.take() {
            process.dismiss();
        }
    }

    /// How long a worker is kept that has nothing to do.
    pub fn idle(&self) -> Duration {
        self.limits.idle
    }

    /// Whether a worker is kept.
    pub fn is_kept(&self) -> bool {
        self.process.is_some()
    }

    /// A worker that has begun with the task. One that was kept may have died since (its
    /// owner sleeps, others kill): a new one gets the task then.
    fn given(&mut self, mut request: Request) -> Result<Process> {
        let kept = self.process.take().map(|mut process| {
            process.said.clear();
            self.begin(process, &mut request)
        });
        match kept {
            Some(Ok(process)) => Ok(process),
            Some(Err(why)) => {
                tracing::warn!("a worker that waited is gone: {why}");
                self.started(&mut request)
            }
            None => self.started(&mut request),
        }
    }

    fn started(&self, request: &mut Request) -> Result<Process> {
        let failed = |e| {
            let program = std::fs::read_link(&self.program);
            let program = program.as_ref().unwrap_or(&self.program);
            Error::io("start a worker process of", program, e)
        };
        let mut process = Process::start(&self.program, self.limits.bytes()).map_err(failed)?;
        tracing::debug!(
            "worker {} started: {} of memory, {:.0} s and {:.3} s more for each MB of a log",
            process.id(),
            crate::format::binary_bytes(self.limits.bytes()),
            self.limits.time.as_secs_f64(),
            self.limits.time_per_mb.as_secs_f64()
        );
        let mut start = Request::Start {
            protocol: PROTOCOL,
            memory: Some(self.limits.bytes()),
        };
        let sent = process.send(&mut start);
        let sent = sent.map_err(|e| format!("it ended at once: {e}"));
        // What it said before its pipe broke tells more than the break.
        match answer(&mut process) {
            Ok(Report::Ready { protocol, .. }) if protocol == PROTOCOL => {}
            Ok(Report::Ready { program, .. }) => {
                let _ = process.kill();
                return Err(Error::Fatal(format!(
                    "the worker process is {}, which this program cannot work with; restart mdtui",
                    text::quoted(&program, 60)
                )));
            }
            other => {
                let (_, said) = process.kill();
                return Err(not_there(sent.and(other), &said));
            }
        }
        self.begin(process, request)
            .map_err(|why| Error::Fatal(format!("the worker process does not begin: {why}")))
    }

    /// Gives the task and hears that it was taken.
    fn begin(&self, mut process: Process, request: &mut Request) -> Result<Process, String> {
        let told = process.send(request).map_err(|e| e.to_string());
        // What it said before its pipe broke tells more than the break.
        match answer(&mut process) {
            Ok(Report::Accepted) => Ok(process),
            other => {
                let other = told.and(other);
                let (_, said) = process.kill();
                Err(format!(
                    "{}{}",
                    other.map_or_else(|e| e, |report| format!("it sent {}", report.noun())),
                    last_words(&said)
                ))
            }
        }
    }

    /// Waits for the worker's answer.
    ///
    /// # Errors
    /// [`Error::Died`] when it died first; [`Error::Cancelled`] when it was killed because it did not
    /// give up.
    fn follow(
        &mut self,
        mut process: Process,
        sink: &dyn ProgressSink,
        cancel: &CancelToken,
    ) -> Result<Answer> {
        let mut seen = LastReport::default();
        let mut asked: Option<Instant> = None;
        let mut allowed = self.limits.time_for(0);
        let (mut spent, mut last) = (Duration::ZERO, Instant::now());
        loop {
            // While this program sleeps (Ctrl-z, a lid that is shut), no message of the worker is read:
            // that is not time which the log takes.
            spent += last.elapsed().min(MOST_AT_ONCE);
            last = Instant::now();
            match process.hear(TICK) {
                Heard::Report(Report::Progress(progress)) => {
                    allowed = self.limits.time_for(progress.bytes_total);
                    seen.progress = Some(progress);
                    sink.report(&progress);
                }
                Heard::Report(Report::Reading { column }) => seen.begins(&column),
                Heard::Report(Report::Read { column }) => seen.ends(&column),
                Heard::Report(Report::Finished {
                    result,
                    updates,
                    unsettled,
                }) => {
                    note_words(process.id(), &process.said);
                    self.process = Some(process);
                    return Ok(Answer::Harvested(Harvested {
                        result: result.map_err(Fault::into_error),
                        updates,
                        unsettled,
                    }));
                }
                Heard::Report(Report::Proposed(proposal)) => {
                    note_words(process.id(), &process.said);
                    self.process = Some(process);
                    return Ok(Answer::Proposed(proposal.map_err(Fault::into_error)));
                }
                Heard::Report(other) => {
                    return self.died(process, &seen, |_| End::ProtocolError(other.noun().into()));
                }
                Heard::Garbage(what) => {
                    return self.died(process, &seen, |_| End::ProtocolError(what));
                }
                Heard::End => return self.died(process, &seen, End::Exit),
                Heard::Nothing => {}
            }
            if cancel.is_cancelled() && asked.is_none() {
                asked = Some(Instant::now());
                if process.send(&mut Request::Cancel).is_err() {
                    // Its end of the pipe says more.
                    continue;
                }
            }
            if asked.is_some_and(|at| at.elapsed() > self.limits.grace) {
                tracing::warn!("a worker did not stop when asked and was killed");
                let pid = process.id();
                let (_, said) = process.kill();
                note_words(pid, &said);
                return Err(Error::Cancelled);
            }
            if spent > allowed {
                return self.died(process, &seen, |_| End::TooLong(allowed));
            }
        }
    }

    fn died(
        &self,
        process: Process,
        seen: &LastReport,
        end: impl FnOnce(std::process::ExitStatus) -> End,
    ) -> Result<Answer> {
        let pid = process.id();
        let (status, said) = process.kill();
        note_words(pid, &said);
        let end = match status {
            Ok(status) => end(status),
            Err(e) => End::ProtocolError(format!("nothing ({e})")),
        };
        Err(Error::Died(sentence(
            &end,
            seen,
            &said,
            self.limits.bytes(),
        )))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.dismiss();
    }
}

/// The next report of a process that has just been spoken to.
fn answer(process: &mut Process) -> Result<Report, String> {
    let until = Instant::now() + START;
    while Instant::now() < until {
        match process.hear(TICK) {
            Heard::Report(report) => return Ok(report),
            Heard::Nothing => {}
            Heard::End => return Err("it ended".into()),
            Heard::Garbage(what) => return Err(format!("it sent {what}")),
        }
    }
    Err(format!("it said nothing for {} s", START.as_secs()))
}

fn not_there(answer: Result<Report, String>, said: &str) -> Error {
    let what = answer.map_or_else(|e| e, |report| format!("it sent {}", report.noun()));
    Error::Fatal(format!(
        "the worker process does not start: {what}{}",
        last_words(said)
    ))
}

/// The last line of standard error, for a message.
fn last_words(said: &str) -> String {
    match said
        .lines()
        .rfind(|l| !l.trim().is_empty() && !is_detail(l))
    {
        Some(line) => format!(" ({})", text::quoted(line.trim(), 200)),
        None => String::new(),
    }
}

fn note_words(pid: u32, said: &str) {
    for line in said.lines().filter(|l| !l.trim().is_empty()) {
        let shown = text::quoted(line, 1000);
        if is_detail(line) {
            tracing::debug!("worker {pid}: {shown}");
        } else {
            tracing::warn!("worker {pid}: {shown}");
        }
    }
}

/// Whether a worker traced this line because it was asked for details.
fn is_detail(line: &str) -> bool {
    let level = line.split_whitespace().next();
    matches!(level, Some("INFO" | "DEBUG" | "TRACE"))
}
