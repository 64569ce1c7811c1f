//! `mdtui completions` and `mdtui man`: made from the same types that parse.

use clap::CommandFactory;

use super::{args::Cli, exit, exit::Exit};
use crate::etl::{Error, Result, text};

/// Prints the completion script of a shell.
///
/// # Errors
/// Those of [`exit::print`].
pub fn completions(shell: clap_complete::Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mdtui", &mut script);
    exit::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}

/// Prints the man page of mdtui or of one of its commands.
///
/// # Errors
/// [`Error::Usage`] for an unknown command.
pub fn man(command: Option<&str>) -> Result<Exit> {
    let mut cli = Cli::command();
    // Gives the commands the options of all and their full names.
    cli.build();
    let page = match command {
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
