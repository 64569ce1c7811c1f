//! `mdtui man`: made from the same types that parse.

use clap::CommandFactory;

use super::{
    args::Cli,
    example::{self, Example},
    exit,
    exit::Exit,
};
use crate::etl::{Error, Result, text};

/// Print a man page, of mdtui or of one of its commands
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// A command of mdtui.
    pub command: Option<String>,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new("mdtui man", "print the man page of mdtui"),
    Example::new("mdtui man harvest", "print the man page of a command"),
];

/// Prints the man page of mdtui or of one of its commands.
///
/// # Errors
/// [`Error::Usage`] for an unknown command.
pub fn run(args: &Args) -> Result<Exit> {
    let mut cli = Cli::command();
    // Gives the commands the options of all and their full names.
    cli.build();
    let page = match args.command.as_deref() {
        None => cli,
        Some(name) => {
            let found = cli
                .get_subcommands()
                .find(|c| c.get_name() == name)
                .cloned();
            found.ok_or_else(|| {
                let name = text::quoted(name, 40);
                Error::Usage(format!(
                    "mdtui has no command \"{name}\"; `mdtui help` lists them"
                ))
            })?
        }
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut roff)
        .map_err(|e| Error::Fatal(format!("cannot make the man page: {e}")))?;
    exit::print(&String::from_utf8_lossy(&roff))?;
    Ok(Exit::Ok)
}
