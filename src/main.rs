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
use mdtui::{
    cli::{
        self,
        args::{Cli, Command},
        exit,
        exit::Exit,
    },
    etl::text,
};

/// Letters of a line about the command line.
const LONGEST_LINE: usize = 1_000;

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
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) if e.use_stderr() => {
            exit::note(&plain(&e.to_string()));
            return Exit::Usage.into();
        }
        // Help and version are answers.
        Err(e) => e.exit(),
    };
    log_panics_of_workers(&cli);
    match cli::run(&cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            exit::note(&format!("mdtui: {error}"));
            Exit::of(&error).into()
        }
    }
}

/// What is wrong with the command line, with what was typed there as harmless text.
fn plain(message: &str) -> String {
    let lines = message.trim_end().lines();
    lines
        .map(|line| text::quoted(line, LONGEST_LINE))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A panic of any thread but this one is caught by whoever gave it work and becomes that
/// work's error (readers of Parquet panic on some damaged files): it belongs into the
/// program's log, not on the operator's screen. So it is in every thread of a worker process.
fn log_panics_of_workers(cli: &Cli) {
    let is_worker = matches!(cli.command, Some(Command::Worker));
    let main = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == main && !is_worker {
            report(info);
        } else {
            tracing::error!("a worker panicked: {info}");
        }
    }));
}
