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

use mdtui::{
    cli::{
        self,
        args::{Cli, Command},
        crash, exit,
        exit::Exit,
        signals::survive_file_size_limit,
    },
    etl::{Error, text},
};

/// Letters of a line about the command line.
const LONGEST_LINE: usize = 1_000;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(e) if e.use_stderr() => {
            exit::note(&plain(&e.to_string()));
            return Exit::Usage.into();
        }
        Err(e) => {
            let exit = exit::print_help(&e).map_or_else(told, |()| Exit::Ok);
            return exit.into();
        }
    };
    if let Err(e) = crash::install(matches!(cli.command, Some(Command::Worker))) {
        exit::note(&format!("mdtui: cannot install the panic hook: {e}"));
    }
    survive_file_size_limit();
    let exit = crash::caught(|| cli::run(&cli).unwrap_or_else(told));
    exit.into()
}

/// Tells an error, and gives its exit code.
fn told(error: Error) -> Exit {
    exit::note(&format!("mdtui: {error}"));
    Exit::of(&error)
}

/// What is wrong with the command line, with what was typed there as harmless text.
fn plain(message: &str) -> String {
    let lines = message.trim_end().lines();
    lines
        .map(|line| text::quoted(line, LONGEST_LINE))
        .collect::<Vec<_>>()
        .join("\n")
}
