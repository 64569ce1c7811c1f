//! `mdtui harvest --manifest M --task I`: one part of a backfill, without a catalog.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
    time::Instant,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::{
    Args, Happening,
    follow::Follow,
    report::{Done, Report},
};
use crate::{
    cli::{exit, exit::Exit, open_lake::no_directory, settings::Settings},
    etl::{
        Error, Result,
        base::CancelToken,
        harvest::{Options, Outcome},
        lake::{Context, access::require_write},
        manifest::{Line, Manifest, Retry, Standing, is_gone, standing_of, tidy},
        pool::{JobEvent, JobId, Paths, Pool},
    },
};

/// A part that is being harvested.
struct Part<'a> {
    context: &'a Context,
    lines: HashMap<Arc<str>, Line>,
    args: &'a Args,
    retry: Retry,
    /// Logs that are tried again, and when.
    waiting: BTreeMap<(Instant, Arc<str>), ()>,
    follow: Follow,
    report: Report,
}

/// Harvests the lines of one task, and waits for logs that another process holds.
///
/// # Errors
/// [`Error::Usage`] for a manifest that makes no sense and a task that it does not have,
/// [`Error::Fatal`] without a data directory or a lake that can be written, [`Error::Io`].
pub(super) fn run(
    settings: &Settings,
    args: &Args,
    (manifest, task): (&Path, u32),
    cancel: &CancelToken,
    (sender, happenings): (Sender<Happening>, &Receiver<Happening>),
) -> Result<Exit> {
    let lines = Manifest::read(manifest)?.part(task)?;
    let context = settings.context()?;
    require_write(&context.lake, "harvest")?;
    if !context.data_dir.is_dir() {
        return Err(no_directory(&context.data_dir));
    }
    tidy(&context.lake)?;
    let keys: Vec<Arc<str>> = lines.iter().map(|line| line.key.as_str().into()).collect();
    let raw = lines.iter().map(Line::raw);
    let paths: Paths = keys.iter().cloned().zip(raw).collect();
    let jobs = args.jobs.unwrap_or_else(|| settings.jobs.number());
    let (executor, jobs) = (settings.executor_with(args.memory), jobs.min(lines.len()));
    let pool = Pool::without_catalog(context.clone(), paths, executor, jobs, move |event| {
        let _ = sender.send(Happening::Job(event));
    });
    let mut part = Part {
        context: &context,
        lines: keys.iter().cloned().zip(lines).collect(),
        args,
        retry: Retry::default(),
        waiting: BTreeMap::new(),
        follow: Follow::new(keys.len()),
        report: Report::of_part(),
    };
    pool.submit(&keys, Options::default());
    while part.report.logs.len() < part.lines.len() {
        part.step(&pool, happenings, cancel);
    }
    pool.finish();
    let Part {
        mut report, follow, ..
    } = part;
    report.interrupted |= cancel.is_cancelled();
    report.finish(follow.seconds());
    drop(follow);
    // What a task left that died meanwhile.
    tidy(&context.lake)?;
    if args.json {
        exit::print_json(&report)?;
    } else {
        exit::print(&format!("{}\n", report.summary()))?;
    }
    Ok(report.exit())
}

impl Part<'_> {
    /// Waits for the next event, and acts on it.
    fn step(&mut self, pool: &Pool, happenings: &Receiver<Happening>, cancel: &CancelToken) {
        if cancel.is_cancelled() && !self.report.interrupted {
            self.report.interrupted = true;
            pool.cancel_all();
            for ((_, key), ()) in std::mem::take(&mut self.waiting) {
                self.done(None, &key, Err(Error::Cancelled));
            }
            return;
        }
        let now = Instant::now();
        let is_due = |(at, _): &(Instant, Arc<str>)| *at <= now;
        let due: Vec<_> = self
            .waiting
            .keys()
            .take_while(|w| is_due(w))
            .cloned()
            .collect();
        for entry in &due {
            self.waiting.remove(entry);
        }
        if !due.is_empty() {
            pool.submit(due.iter().map(|(_, key)| key), Options::default());
        }
        let next = self.waiting.keys().next().map(|(at, _)| *at);
        let happening = match next {
            Some(at) => happenings.recv_deadline(at),
            None => happenings.recv().map_err(RecvTimeoutError::from),
        };
        match happening {
            Ok(Happening::Job(JobEvent::Finished { job, key, result })) => {
                self.ended(job, &key.into(), result, cancel);
            }
            Ok(Happening::Job(JobEvent::Cancelled(jobs))) => {
                for (job, key) in jobs {
                    self.done(Some(job), &key, Err(Error::Cancelled));
                }
            }
            Ok(Happening::Job(event)) => self.follow.event(event),
            Ok(Happening::Interrupt) => self.follow.interrupted(),
            // The pool holds a sender, so it is the deadline.
            Err(_) => {}
        }
    }

    /// A harvest is over: the log is tried again, or done.
    fn ended(&mut self, job: JobId, key: &Arc<str>, result: Result<Outcome>, cancel: &CancelToken) {
        let now = Instant::now();
        let again = match &result {
            Err(_) if cancel.is_cancelled() || self.is_gone(key) => None,
            Err(error) => self.retry.after(key, error, now),
            Ok(_) => None,
        };
        let (Some(at), Err(error)) = (again, &result) else {
            return self.done(Some(job), key, result);
        };
        let is_known = matches!(error, Error::Busy(_)) && !self.retry.is_first_wait(key, now);
        let word = match error {
            Error::Busy(_) => "waiting",
            _ => "retrying",
        };
        let line = format!("{word:<9}  {key}: {error}");
        self.follow.retried(job, (!is_known).then_some(&*line));
        self.waiting.insert((at, key.clone()), ());
    }

    fn is_gone(&self, key: &str) -> bool {
        self.lines
            .get(key)
            .is_some_and(|line| is_gone(self.context, line))
    }

    /// The log is done for this task.
    fn done(&mut self, job: Option<JobId>, key: &Arc<str>, result: Result<Outcome>) {
        let result = match result {
            Err(Error::Cancelled) => Err(Error::Cancelled),
            Err(_) if self.is_gone(key) => Err(Error::Log(
                "the log was removed since the manifest was made".into(),
            )),
            result => result,
        };
        let exit = self.exit(key, &result);
        let done = Done::new(key.to_string(), result, true).with_exit(exit);
        self.follow.finished(job, &done, self.args.json);
        self.report.logs.push(done);
    }

    /// The exit code depends on whether the log has a record now, also one of another process.
    fn exit(&self, key: &str, result: &Result<Outcome>) -> Exit {
        let Err(error) = result else { return Exit::Ok };
        if let Error::Cancelled | Error::Fatal(_) = error {
            return Exit::of(error);
        }
        let line = self.lines.get(key);
        match line.map(|line| standing_of(self.context, line)) {
            Some(Ok(Standing::Recorded)) => Exit::Ok,
            Some(Ok(Standing::FailedForGood)) if self.args.strict => Exit::FailedForGood,
            Some(Ok(Standing::FailedForGood)) => Exit::Ok,
            _ => Exit::Transient,
        }
    }
}
