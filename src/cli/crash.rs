//! A fault of the program itself: what is said of a panic, and where.

use std::{
    backtrace::Backtrace,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
    sync::{Mutex, PoisonError},
};

use color_eyre::config::{HookBuilder, Theme};

use super::{exit, exit::Exit, log};
use crate::etl::text;

/// Letters of what a panic says that are shown.
const LONGEST: usize = 300;

/// What the last panic of the main thread is to the operator.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// From now on all that is known of a panic goes to the program's log; one of this thread that
/// nobody catches before [`caught`] is a message to the operator, too.
///
/// Most are caught by a caller and become the error of that work (readers of Parquet panic on some
/// damaged files): they belong into the log alone, as do those of other threads and of a worker process.
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
            tracing::error!("a panic\n{report}\n{trace}");
            *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(message(info));
        } else {
            tracing::error!("a worker panicked: {}", panics.panic_report(info));
        }
    }));
    Ok(())
}

/// Does `work`; a panic in it is told and ends as [`Exit::Fatal`], after everything that it held was
/// dropped (the terminal is given back, harvests are cancelled and cleaned up).
pub fn caught(work: impl FnOnce() -> Exit) -> Exit {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        if let Some(message) = LAST.lock().unwrap_or_else(PoisonError::into_inner).take() {
            exit::note(&message);
        }
        Exit::Fatal
    })
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
