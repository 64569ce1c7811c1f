//! `mdtui man`: made from the same types that parse.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{CommandFactory, ValueHint};

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
    /// A command of mdtui, such as `harvest` or `profile infer`.
    pub command: Vec<String>,
    /// Write all pages into this directory, as packages want them: mdtui.1, mdtui-harvest.1 …
    #[arg(long, value_name = "DIR", conflicts_with = "command", value_hint = ValueHint::DirPath)]
    pub all: Option<PathBuf>,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new("mdtui man", "print the man page of mdtui"),
    Example::new("mdtui man harvest", "print the man page of a command"),
    Example::new(
        "mdtui man --all man",
        "write all pages into the directory man",
    ),
];

/// Prints the man page of mdtui or of one of its commands, or writes all of them.
///
/// # Errors
/// [`Error::Usage`] for an unknown command; [`Error::Io`] where a page cannot be written.
pub fn run(args: &Args) -> Result<Exit> {
    // `help` has no page.
    let mut cli = Cli::command().disable_help_subcommand(true);
    // Gives the commands the options of all and their full names.
    cli.build();
    if let Some(dir) = &args.all {
        write_all(&cli, dir)?;
        return Ok(Exit::Ok);
    }
    let mut command = cli;
    for name in &args.command {
        let found = command.find_subcommand(name).cloned();
        command = found.ok_or_else(|| {
            let words = text::quoted(&args.command.join(" "), 60);
            Error::Usage(format!(
                "mdtui has no command \"{words}\"; `mdtui help` lists them"
            ))
        })?;
    }
    exit::print(&String::from_utf8_lossy(&page(command)?))?;
    Ok(Exit::Ok)
}

/// A page per command that help lists, and that of mdtui; prints their paths.
fn write_all(cli: &clap::Command, dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|e| Error::io("create", dir, e))?;
    write_page(cli, dir)
}

/// The page of a command, then those of its own commands.
fn write_page(command: &clap::Command, dir: &Path) -> Result<()> {
    // `build` made it `mdtui-harvest`.
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = dir.join(format!("{name}.1"));
    fs::write(&path, page(command.clone())?).map_err(|e| Error::io("write", &path, e))?;
    exit::print(&format!("{}\n", text::visible_path(&path)))?;
    let commands = command.get_subcommands();
    commands
        .filter(|c| !c.is_hide_set() && c.get_name() != "help")
        .try_for_each(|command| write_page(command, dir))
}

fn page(command: clap::Command) -> Result<Vec<u8>> {
    let mut roff = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut roff)
        .map_err(|e| Error::Fatal(format!("cannot make the man page: {e}")))?;
    // What follows the help are examples.
    let roff = String::from_utf8_lossy(&roff).replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n");
    Ok(roff.into_bytes())
}
