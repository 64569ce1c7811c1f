//! `mdtui harvest`: harvests the logs named, or all that are not current.
//!
//! * [`select`]: which logs.
//! * [`follow`]: bars on a terminal, lines otherwise.
//! * [`report`]: what became of each, as a sentence and as JSON, and the exit code.

mod follow;
pub(super) mod report;
pub(super) mod select;

use crossbeam_channel::{Receiver, unbounded};

use self::{
    follow::Follow,
    report::{Done, Report},
    select::Selection,
};
use super::{
    args, exit, exit::Exit, json::LogsJson, list, look::Look, settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Result,
    base::CancelToken,
    harvest::Options,
    lake::lock::wait_for_dying,
    pool::{JobEvent, Pool},
};

/// What the main thread waits for.
enum Happening {
    Job(JobEvent),
    Interrupt,
}

/// Harvests.
///
/// # Errors
/// [`crate::etl::Error::Usage`] for an unknown log, [`crate::etl::Error::Cancelled`], and
/// those of [`Look::new`]. Errors of logs are in the report, not here.
pub fn run(settings: &Settings, args: &args::Harvest) -> Result<Exit> {
    let cancel = CancelToken::new();
    let (sender, happenings) = unbounded();
    let interrupts = sender.clone();
    cancel_on_signals(&cancel, move || {
        let _ = interrupts.send(Happening::Interrupt);
    })?;
    let look = Look::new(settings, &cancel)?;
    if args.logs.is_empty() {
        wait_for_dying(&look.context.lake)?;
    }
    let selection = select::select(&look, args)?;
    if args.dry_run {
        return dry_run(&selection, args.json);
    }
    let jobs = args.jobs.unwrap_or_else(|| settings.jobs.number());
    // A few logs have the memory of many workers to themselves.
    let jobs = jobs.min(selection.logs.len());
    let events = sender.clone();
    let hands = settings.hands_with(args.memory);
    let pool = Pool::new(look.context, hands, jobs, move |event| {
        let _ = events.send(Happening::Job(event));
    });
    let report = carry_out(&pool, &happenings, &cancel, selection, args);
    pool.finish();
    if args.json {
        exit::print_json(&report)?;
    } else {
        exit::print(&format!("{}\n", report.summary()))?;
    }
    Ok(report.exit())
}

/// Queues the selected logs and waits until each is over.
fn carry_out(
    pool: &Pool,
    happenings: &Receiver<Happening>,
    cancel: &CancelToken,
    selection: Selection,
    args: &args::Harvest,
) -> Report {
    let mut report = Report::new(&selection);
    let mut follow = Follow::new(selection.logs.len());
    for log in &selection.logs {
        pool.submit(
            &log.key,
            Options {
                force: args.force,
                ..Options::default()
            },
        );
    }
    while report.logs.len() < selection.logs.len() {
        // A signal that came while logs were being looked for counts too.
        if cancel.is_cancelled() && !report.interrupted {
            report.interrupted = true;
            pool.cancel_all();
        }
        match happenings.recv() {
            Ok(Happening::Job(JobEvent::Finished { job, key, result })) => {
                let done = Done::new(key, result, selection.named);
                follow.finished(job, &done, args.json);
                report.logs.push(done);
            }
            Ok(Happening::Job(event)) => follow.event(event),
            Ok(Happening::Interrupt) => follow.interrupted(),
            // The pool holds a sender, so this does not come before the last event.
            Err(_) => break,
        }
    }
    report.interrupted |= cancel.is_cancelled();
    report.finish(follow.seconds());
    report
}

fn dry_run(selection: &Selection, json: bool) -> Result<Exit> {
    if json {
        exit::print_json(&LogsJson::new(&selection.logs))?;
    } else if selection.logs.is_empty() {
        exit::print(&format!("{}\n", report::nothing(selection)))?;
    } else {
        exit::print(&list::render(&selection.logs))?;
    }
    Ok(Exit::Ok)
}
