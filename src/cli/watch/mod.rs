//! `mdtui watch`: harvests logs as they arrive, until it is stopped.
//!
//! While nothing below the data directory changes, it sleeps.
//!
//! * [`data_dir`]: a data directory that is not there yet, or not any more, is waited for.
//! * [`hook`]: the operator's program for every log that is over.
//! * [`metrics`]: counters for Prometheus.
//! * [`retry_policy`]: logs that are still being written, and those that failed for a reason
//!   that may pass, wait.

mod data_dir;
mod hook;
mod metrics;
mod retry_policy;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::ValueHint;

use crossbeam_channel::{Receiver, Sender, at, never, select, unbounded};
use serde::Serialize;

use self::{
    data_dir::DataDir,
    hook::{Event, Hook},
    metrics::Metrics,
    retry_policy::{RETRY, RetryPolicy},
};
use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    harvest::{
        self,
        report::{Done, worst},
        select::select as due,
    },
    json,
    open_lake::OpenLake,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    format::count,
    harvest::{Options, Outcome},
    lake::{Context, access::require_write, named_file},
    pool::{JobEvent, Pool},
    source::watch::Watcher,
    text, time,
};

/// Harvest logs as they arrive, until stopped
#[derive(Debug, Default, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Logs harvested in parallel [default: one per core]
    #[arg(long, short, value_name = "N", value_parser = harvest::jobs)]
    pub jobs: Option<usize>,
    /// Memory that the harvest of one log may take, such as 1GiB; rows beyond it are spilled to a
    /// file below the cache [default: logs harvested in parallel share half of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = crate::cli::size::parse)]
    pub memory: Option<u64>,
    /// Print a line of JSON for each log
    #[arg(long)]
    pub json: bool,
    /// Program to run for each finished log, without a shell: its arguments are the log and
    /// the outcome, its input is the line of --json
    #[arg(long, value_name = "PROGRAM", value_hint = ValueHint::CommandName)]
    pub hook: Option<PathBuf>,
    /// File to keep counters in, in the Prometheus text format; replaced atomically
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub metrics_file: Option<PathBuf>,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new("mdtui watch", "harvest until it is stopped with Ctrl-c"),
    Example::new(
        "mdtui watch --jobs 2 --json",
        "harvest two logs in parallel and print a line of JSON for each",
    ),
    Example::new(
        "mdtui watch --metrics-file mdtui.prom",
        "keep counters where the node exporter of Prometheus collects text files",
    ),
];

/// What the main thread waits for.
enum Happening {
    /// Something below the data directory moved.
    Moved,
    Job(JobEvent),
    Interrupt,
}

/// Watches until a signal comes.
///
/// # Errors
/// Those of [`OpenLake::new`]. Errors of logs are printed as they come.
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let cancel = CancelToken::new();
    let (sender, happenings) = unbounded();
    let interrupts = sender.clone();
    let signals = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&signals);
    cancel_on_signals(&cancel, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let _ = interrupts.send(Happening::Interrupt);
    })?;
    let context = settings.context()?;
    require_write(&context.lake, "harvest")?;
    let metrics = args.metrics_file.as_deref().map(|path| {
        named_file::guard(&context, path)?;
        Metrics::start(path, seconds_now())
    });
    let metrics = metrics.transpose()?;
    let hook = args.hook.as_deref().map(Hook::start).transpose()?;
    let jobs = args.jobs.unwrap_or_else(|| settings.jobs.number());
    let events = sender.clone();
    let executor = settings.executor_with(args.memory);
    let pool = Pool::new(context.clone(), executor, jobs, move |event| {
        let _ = events.send(Happening::Job(event));
    });
    exit::note(&format!(
        "watching {}; Ctrl-c ends it",
        text::visible_path(&context.data_dir)
    ));
    let mut watch = Watch {
        settings,
        data_dir: DataDir::new(context.data_dir.clone()),
        context,
        lake: None,
        pool,
        cancel,
        json: args.json,
        hook,
        metrics,
        signals,
        retry_policy: RetryPolicy::default(),
        open: BTreeSet::new(),
        moved_meanwhile: false,
        last: BTreeMap::new(),
        harvested: 0,
        trouble: None,
    };
    // Says "moved" once everything is watched: that is the first scan.
    let watcher = watch.watcher(sender);
    let went = watch.go(&happenings);
    drop(watcher);
    went?;
    watch.end(&happenings)
}

struct Watch<'a> {
    settings: &'a Settings,
    context: Context,
    data_dir: DataDir,
    /// `None` until the data directory is there: a mistyped one leaves no lake behind.
    lake: Option<OpenLake>,
    pool: Pool,
    cancel: CancelToken,
    json: bool,
    hook: Option<Hook>,
    metrics: Option<Metrics>,
    /// How many signals asked for the end.
    signals: Arc<AtomicU64>,
    retry_policy: RetryPolicy,
    /// Logs that wait for a worker or are being harvested.
    open: BTreeSet<String>,
    /// Something moved while logs were being harvested: a log that is being harvested shows no
    /// change, so there is another scan when the last one is done.
    moved_meanwhile: bool,
    /// What became of each log at last.
    last: BTreeMap<String, Exit>,
    harvested: u64,
    /// Why the last scan failed.
    trouble: Option<String>,
}

impl Watch<'_> {
    fn watcher(&self, sender: Sender<Happening>) -> Watcher {
        let context = &self.context;
        Watcher::start(
            &context.data_dir,
            context.lake.root(),
            context.links,
            move || {
                let _ = sender.send(Happening::Moved);
            },
        )
    }

    /// Until it is stopped.
    fn go(&mut self, happenings: &Receiver<Happening>) -> Result<()> {
        while !self.cancel.is_cancelled() {
            let timer = self.retry_policy.next().map_or_else(never, at);
            let mut moved = false;
            select! {
                recv(timer) -> _ => moved = true,
                recv(happenings) -> first => {
                    // Several notices are one scan.
                    for happening in first.into_iter().chain(happenings.try_iter()) {
                        match happening {
                            Happening::Moved => moved = true,
                            Happening::Job(event) => self.job(event)?,
                            Happening::Interrupt => {}
                        }
                    }
                }
            }
            if self.open.is_empty() && self.moved_meanwhile {
                moved = true;
            }
            if moved && !self.cancel.is_cancelled() {
                self.scan()?;
            }
        }
        Ok(())
    }

    /// Scans the data directory and queues what is due. A directory that is not there, or a
    /// catalog that is busy, is reported once and tried again.
    fn scan(&mut self) -> Result<()> {
        self.retry_policy.begin();
        let (is_there, told) = self.data_dir.check();
        if let Some(metrics) = &mut self.metrics {
            metrics.data_dir(is_there);
        }
        if let Some(told) = told {
            exit::note(&told);
        }
        if !is_there {
            // The watcher notices when it comes.
            self.write_metrics();
            return Ok(());
        }
        if self.is_lake_gone() {
            exit::note(&format!(
                "the lake {} is gone: it is recreated, and every log is harvested again",
                text::visible_path(self.context.lake.root())
            ));
            self.lake = None;
        }
        let lake = match self.lake.take() {
            Some(lake) => lake,
            None => match OpenLake::to_write(self.settings, &self.cancel) {
                // Gone again meanwhile: the watcher notices.
                Err(_) if !self.data_dir.check().0 => return Ok(()),
                opened => opened?,
            },
        };
        let lake = self.lake.insert(lake);
        let refreshed = lake.catalog.look(&self.context, &self.cancel);
        let scanned = refreshed.and_then(|refresh| {
            let selection = due(lake, &harvest::Args::default())?;
            Ok((selection, refresh.next_change))
        });
        let now = Instant::now();
        let (selection, next_change) = match scanned {
            Ok(scanned) => scanned,
            Err(Error::Cancelled) => return Ok(()),
            Err(e) => {
                let sentence = e.to_string();
                if self.trouble.as_ref() != Some(&sentence) {
                    exit::note(&format!("mdtui: {sentence}; watching on"));
                }
                self.trouble = Some(sentence);
                self.retry_policy.retry_in(now, RETRY);
                return Ok(());
            }
        };
        self.trouble = None;
        if let Some(wait) = next_change {
            // When the recorder of a log crashed nothing changes any more: the log is incomplete for good.
            self.retry_policy.retry_in(now, wait);
        }
        if let Some(metrics) = &mut self.metrics {
            metrics.scanned(&selection, seconds_now());
        }
        self.moved_meanwhile = !self.open.is_empty();
        let mut due = Vec::new();
        for log in &selection.logs {
            if !self.open.contains(&log.key) && self.retry_policy.may_harvest(log, now, time::now())
            {
                self.open.insert(log.key.clone());
                due.push(&log.key);
            }
        }
        self.pool.submit(due, Options::default());
        self.write_metrics();
        Ok(())
    }

    /// Whether the catalog was deleted or replaced, most likely with the whole lake.
    fn is_lake_gone(&self) -> bool {
        let lake = self.lake.as_ref();
        lake.is_some_and(|lake| !lake.catalog.is_in_place())
    }

    fn write_metrics(&mut self) {
        let Some(metrics) = &mut self.metrics else {
            return;
        };
        metrics.open = self.open.len() as u64;
        if let Some(hook) = &self.hook {
            metrics.hook_failures = hook.failures();
        }
        if let Some(fault) = metrics.write() {
            exit::note(&format!("mdtui: {fault}"));
        }
    }

    fn job(&mut self, event: JobEvent) -> Result<()> {
        match event {
            JobEvent::Finished { key, result, .. } => self.finished(key, result),
            JobEvent::Cancelled(jobs) => jobs
                .into_iter()
                .try_for_each(|(_, key)| self.finished(key.to_string(), Err(Error::Cancelled))),
            _ => Ok(()),
        }
    }

    fn finished(&mut self, key: String, result: Result<Outcome>) -> Result<()> {
        self.open.remove(&key);
        let now = Instant::now();
        if result.is_err() && self.is_lake_gone() {
            // The next scan makes a new lake, and queues the log again.
            self.retry_policy.retry_in(now, Duration::ZERO);
            return Ok(());
        }
        match &result {
            Err(e) => self.retry_policy.failed(&key, e.kind(), now),
            Ok(_) => self.retry_policy.succeeded(&key),
        }
        let done = Done::new(key, result, false);
        self.harvested += u64::from(done.is_harvested());
        self.last.insert(done.key().to_owned(), done.exit());
        if let Some(metrics) = &mut self.metrics {
            metrics.finished(&done, seconds_now());
        }
        self.write_metrics();
        if done.is_cancelled() {
            return Ok(());
        }
        if self.json || self.hook.is_some() {
            let line = Line::of(&done)?;
            if let Some(hook) = &self.hook {
                hook.send(Event {
                    key: done.key().to_owned(),
                    outcome: done.word(),
                    line: line.clone(),
                });
            }
            if self.json {
                return exit::print(&line);
            }
        }
        if done.is_trouble() {
            exit::note(&done.line());
            return Ok(());
        }
        exit::print(&format!("{}\n", done.line()))
    }

    /// Cancels what runs, waits for it, and says what was done.
    fn end(mut self, happenings: &Receiver<Happening>) -> Result<Exit> {
        self.pool.cancel_all();
        while !self.open.is_empty() {
            match happenings.recv() {
                Ok(Happening::Job(event)) => self.job(event)?,
                Ok(_) => {}
                // The pool holds a sender, so this does not come before the last event.
                Err(_) => break,
            }
        }
        if let Some(hook) = self.hook.take() {
            // The first one ended the watch.
            let signals = self.signals.clone();
            let failures = hook.finish(&|| signals.load(Ordering::Relaxed) > 1);
            if let Some(metrics) = &mut self.metrics {
                metrics.hook_failures = failures;
            }
            self.write_metrics();
        }
        self.pool.finish();
        exit::note(&format!(
            "stopped; harvested {}",
            count(self.harvested, "log")
        ));
        Ok(worst(self.last.into_values()))
    }
}

/// One line of `watch --json`.
#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    at: String,
    #[serde(flatten)]
    done: &'a Done,
}

impl<'a> Line<'a> {
    /// The text, with its line end.
    fn of(done: &'a Done) -> Result<String> {
        let line = Self {
            version: json::VERSION,
            at: time::format(time::now()),
            done,
        };
        let mut text = serde_json::to_string(&line)
            .map_err(|e| Error::Fatal(format!("cannot write JSON: {e}")))?;
        text.push('\n');
        Ok(text)
    }
}

/// Seconds since 1970, for metrics.
fn seconds_now() -> f64 {
    // Whole milliseconds: a double holds them exactly.
    (time::now() / 1_000) as f64 / 1_000.0
}
