//! Parses the command line, installs the hooks for the unexpected, dispatches, and gives
//! the exit code.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented
)]

use std::process::ExitCode;

use clap::Parser;
use mdtui::cli::{self, args::Cli, exit, exit::Exit};

/// A harvest makes and drops many buffers of some hundred kilobytes. The system's allocator
/// hands each back to the kernel, which clears its pages anew: a fifth of the time of a
/// harvest (`cargo bench --bench harvest`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // For panics only: expected errors are one sentence.
    if let Err(e) = color_eyre::install() {
        exit::note(&format!("mdtui: cannot install the panic hook: {e}"));
    }
    log_panics_of_workers();
    let cli = Cli::parse();
    match cli::run(&cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            exit::note(&format!("mdtui: {error}"));
            Exit::of(&error).into()
        }
    }
}

/// A panic of any thread but this one is caught by whoever gave it work and becomes that
/// work's error (readers of Parquet panic on some damaged files): it belongs into the
/// program's log, not on the operator's screen.
fn log_panics_of_workers() {
    let main = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == main {
            report(info);
        } else {
            tracing::error!("a worker panicked: {info}");
        }
    }));
}
