//! `mdtui completions`: made from the same types that parse.

use clap::CommandFactory;

use super::{
    args::Cli,
    example::{self, Example},
    exit,
    exit::Exit,
};
use crate::etl::Result;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Which shell.
    pub shell: clap_complete::Shell,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[Example::new(
    "mdtui completions bash",
    "print the script that bash sources",
)];

/// Prints the completion script of a shell.
///
/// # Errors
/// Those of [`exit::print`].
pub fn run(args: &Args) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mdtui", &mut script);
    exit::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
