//! A fault of the program itself: what is said of a panic, and where.

use std::{
    backtrace::Backtrace,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
};

use color_eyre::config::{HookBuilder, Theme};

use super::{exit, exit::Exit, log};
use crate::etl::text;

/// Letters of what a panic says that are shown.
const LONGEST: usize = 300;

/// From now on a panic of this thread is a message to the operator, and all that is known of it
/// goes to the program's log.
///
/// A panic of any other thread is caught by its caller and becomes the error of that work
/// (readers of Parquet panic on some damaged files): it belongs into the log alone. So it is in
/// every thread of a worker process.
///
/// # Errors
/// When the hooks were installed before.
pub fn install(is_worker: bool) -> color_eyre::Result<()> {
    let main = std::thread::current().id();
    // Without colours: its reports go to a file.
    let (panics, reports) = HookBuilder::default()
        .theme(Theme::new())
        .display_env_section(false)
        .try_into_hooks()?;
    reports.install()?;
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == main && !is_worker {
            // The log first: the message says whether there is one.
            let (report, trace) = (panics.panic_report(info), Backtrace::force_capture());
            tracing::error!("mdtui is at fault\n{report}\n{trace}");
            exit::note(&message(info));
        } else {
            tracing::error!("a worker panicked: {}", panics.panic_report(info));
        }
    }));
    Ok(())
}

/// Does `work`; a panic in it ends as [`Exit::Fatal`], after everything that it held was dropped
/// of (the terminal is given back, harvests are cancelled and cleaned up).
pub fn caught(work: impl FnOnce() -> Exit) -> Exit {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Exit::Fatal)
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let what = info.payload_as_str().unwrap_or("no reason was given");
    let place = info.location().map_or_else(String::new, |at| {
        format!(" ({}, line {})", text::visible(at.file()), at.line())
    });
    let details = log::path().map_or_else(String::new, |path| {
        format!("\nDetails are in {}.", text::visible_path(&path))
    });
    format!(
        "mdtui: stopped by an internal error: {}{place}\n\
         Running harvests were cancelled; what was harvested is safe.{details}",
        text::quoted(what, LONGEST)
    )
}
