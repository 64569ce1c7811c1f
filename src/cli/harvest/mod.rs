//! `mdtui harvest`: harvests the named logs, or all that are not up to date.
//!
//! * [`select`]: which logs.
//! * [`follow`]: bars on a terminal, lines otherwise.
//! * [`part`]: one part of a backfill.
//! * [`report`]: the result of each log, as a sentence and as JSON, and the exit code.

mod follow;
mod part;
pub(super) mod report;
pub(super) mod select;

use clap::ValueHint;
use std::{ffi::OsString, path::PathBuf};

use crossbeam_channel::{Receiver, unbounded};

use self::{
    follow::Follow,
    report::{Done, Report},
    select::Selection,
};
use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::LogsJson,
    list,
    open_lake::OpenLake,
    page::Page,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::{LogRow, LogState},
    harvest::{NONE_KEPT, Options},
    lake::{access::require_write, lock::wait_for_dying},
    pool::{JobEvent, Pool},
};

/// Harvest the named logs, or all that are not up to date
#[derive(Debug, Default, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Logs to harvest, by key or path; without any, all that are not up to date
    #[arg(value_name = "LOG", value_hint = ValueHint::FilePath, conflicts_with = "all")]
    pub logs: Vec<OsString>,
    /// All logs that are not up to date (as without names)
    #[arg(long)]
    pub all: bool,
    /// Only logs that pass a filter, as list has it: cell:10 and size<1GB (see docs/filters.md)
    #[arg(
        long,
        value_name = "FILTER",
        allow_hyphen_values = true,
        conflicts_with = "logs"
    )]
    pub filter: Option<String>,
    /// Harvest again even what is up to date
    #[arg(long)]
    pub force: bool,
    /// Logs harvested in parallel [default: one per core]
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
    /// Memory that the harvest of one log may take, such as 1GiB; rows beyond it are spilled to a
    /// file below the cache [default: logs harvested in parallel share half of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = crate::cli::size::parse)]
    pub memory: Option<u64>,
    /// Harvest one part of a manifest that `mdtui plan` wrote, without touching a catalog: safe on a
    /// network file system
    #[arg(long, value_name = "MANIFEST", requires = "task", value_hint = ValueHint::FilePath, conflicts_with_all = ["logs", "all", "filter", "force", "dry_run"])]
    pub manifest: Option<PathBuf>,
    /// Which part of the manifest, from 0
    #[arg(long, value_name = "I", requires = "manifest")]
    pub task: Option<u32>,
    /// With --manifest: end with 65 when logs failed for good
    #[arg(long, requires = "manifest")]
    pub strict: bool,
    /// Print what would be harvested, and harvest nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new("mdtui harvest", "harvest every log that is not up to date"),
    Example::new(
        "mdtui harvest cell-01/2022-11-23T2040 --force",
        "harvest one log again",
    ),
    Example::new("mdtui harvest --dry-run", "print what would be harvested"),
    Example::new(
        "mdtui harvest --filter 'cell:1 and size<1GB'",
        "harvest the logs of a cell that are not up to date",
    ),
    Example::new(
        "mdtui harvest --manifest manifest.jsonl --task 0",
        "harvest the first part of a plan, as a task of a cluster does",
    ),
];

/// Reads a number of jobs.
pub(super) fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=1024) => Ok(n),
        _ => Err("a whole number from 1 to 1024 is needed".into()),
    }
}

/// What the main thread waits for.
enum Happening {
    Job(JobEvent),
    Interrupt,
}

/// Harvests.
///
/// # Errors
/// [`crate::etl::Error::Usage`] for an unknown log, [`crate::etl::Error::Cancelled`], and
/// those of [`OpenLake::new`]. Errors of logs are in the report, not here.
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let cancel = CancelToken::new();
    let (sender, happenings) = unbounded();
    let interrupts = sender.clone();
    cancel_on_signals(&cancel, move || {
        let _ = interrupts.send(Happening::Interrupt);
    })?;
    if let (Some(manifest), Some(task)) = (&args.manifest, args.task) {
        let events = (sender, &happenings);
        return part::run(settings, args, (manifest, task), &cancel, events);
    }
    let lake = if args.dry_run {
        OpenLake::new(settings, &cancel)?
    } else {
        require_write(&settings.context()?.lake, "harvest")?;
        OpenLake::to_write(settings, &cancel)?
    };
    if args.logs.is_empty() {
        wait_for_dying(&lake.context.lake)?;
    }
    let selection = select::select(&lake, args)?;
    if args.dry_run {
        return dry_run(&selection, args.json);
    }
    let jobs = args.jobs.unwrap_or_else(|| settings.jobs.number());
    // A few logs have the memory of many workers to themselves.
    let jobs = jobs.min(selection.logs.len());
    let events = sender.clone();
    let executor = settings.executor_with(args.memory);
    let shows_jobs = Follow::shows_jobs();
    let pool = Pool::new(lake.context, executor, jobs, move |event| {
        // To wake this thread several times for each of many small logs costs as much as they do.
        let is_shown = !matches!(event, JobEvent::Started { .. } | JobEvent::Progress { .. });
        if shows_jobs || is_shown {
            let _ = events.send(Happening::Job(event));
        }
    });
    let report = carry_out(&pool, &happenings, &cancel, selection, args);
    pool.finish();
    let report = report?;
    if args.json {
        exit::print_json(&report)?;
    } else {
        exit::print(&format!("{}\n", report.summary()))?;
    }
    Ok(report.exit())
}

/// Queues the selected logs and waits until each is over.
///
/// Where logs are stale, one of them goes ahead: a profile that keeps no row of it is most likely not these logs'
/// profile, and the others are not tried.
///
/// # Errors
/// [`Error::Usage`] for such a profile.
fn carry_out(
    pool: &Pool,
    happenings: &Receiver<Happening>,
    cancel: &CancelToken,
    selection: Selection,
    args: &Args,
) -> Result<Report> {
    let mut report = Report::new(&selection);
    let mut follow = Follow::new(selection.logs.len());
    let options = Options {
        force: args.force,
        ..Options::default()
    };
    let is_stale =
        |log: &&LogRow| log.state == LogState::Stale && log.runs_ok.is_some_and(|runs| runs > 0);
    let mut stale = selection.logs.iter().filter(is_stale);
    let mut ahead = stale.next().filter(|_| !args.force && !selection.named);
    let submit_others = |first: &LogRow| {
        let others = selection.logs.iter().filter(|log| log.key != first.key);
        pool.submit(others.map(|log| &log.key), options);
        if cancel.is_cancelled() {
            // So that each is reported.
            pool.cancel_all();
        }
    };
    match ahead {
        Some(log) => pool.submit([&log.key], options),
        None => pool.submit(selection.logs.iter().map(|log| &log.key), options),
    }
    while report.logs.len() < selection.logs.len() {
        // A signal that came while logs were being selected counts too.
        if cancel.is_cancelled() && !report.interrupted {
            report.interrupted = true;
            pool.cancel_all();
        }
        match happenings.recv() {
            Ok(Happening::Job(JobEvent::Finished { job, key, result })) => {
                if let Some(first) = ahead.take() {
                    if let Err(Error::Log(why)) = &result
                        && why.starts_with(NONE_KEPT)
                    {
                        return Err(not_the_profile(first, why));
                    }
                    submit_others(first);
                }
                let done = Done::new(key, result, selection.named);
                follow.finished(Some(job), &done, args.json);
                report.logs.push(done);
            }
            Ok(Happening::Job(JobEvent::Cancelled(jobs))) => {
                if let Some(first) = ahead.take() {
                    submit_others(first);
                }
                for (job, key) in jobs {
                    let done = Done::new(key.to_string(), Err(Error::Cancelled), selection.named);
                    follow.finished(Some(job), &done, args.json);
                    report.logs.push(done);
                }
            }
            Ok(Happening::Job(event)) => follow.event(event),
            Ok(Happening::Interrupt) => follow.interrupted(),
            // The pool holds a sender, so this does not come before the last event.
            Err(_) => break,
        }
    }
    report.interrupted |= cancel.is_cancelled();
    report.finish(follow.seconds());
    Ok(report)
}

/// Why nothing is harvested under a profile that keeps no row of a log that another one kept rows of.
fn not_the_profile(log: &LogRow, why: &str) -> Error {
    Error::Usage(format!(
        "the profile in force does not fit: {} was harvested under another one, and under this one {why}. No other log was \
         tried, and all results are as they were. `mdtui profile infer LOG` proposes a profile; --force \
         harvests all the same",
        log.key
    ))
}

fn dry_run(selection: &Selection, json: bool) -> Result<Exit> {
    if json {
        exit::print_json(&LogsJson::new(&selection.logs))?;
    } else if selection.logs.is_empty() {
        exit::print(&format!("{}\n", report::nothing(selection)))?;
    } else {
        let page = Page::stdout();
        page.print(&list::render(&selection.logs, &page))?;
    }
    Ok(match selection.unread {
        0 => Exit::Ok,
        _ => Exit::Transient,
    })
}
