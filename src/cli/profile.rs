//! `mdtui profile`: the profile in force, the built-in one with its explanations, or a proposal.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    progress::Progress,
    settings::Settings,
};
use crate::etl::{Error, Result, base::small_file, profile::BUILT_IN, text};

/// Print the profile in force, or propose one for a log
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES), args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Args {
    /// The built-in profile, in which every key is explained
    #[arg(long)]
    pub default: bool,
    #[command(subcommand)]
    pub action: Option<Action>,
}

/// What else can be done with profiles.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Propose a profile for a log at any path, long or wide, from its first rows
    Infer {
        /// The log: .parquet, .pq, .csv or .csv.gz
        #[arg(value_hint = ValueHint::FilePath)]
        log: PathBuf,
    },
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui profile --default",
        "print the built-in profile, with every key explained",
    ),
    Example::new(
        "mdtui profile infer data/cell-02/2022-11-23T2140.csv > proposed.toml",
        "propose a profile for a log, and say on standard error what was guessed",
    ),
];

/// Prints a profile.
///
/// # Errors
/// Those of reading the profile in force; those of [`propose`](crate::etl::infer::propose).
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    if let Some(Action::Infer { log }) = &args.action {
        return infer(settings, log);
    }
    match settings.profile.as_deref().filter(|_| !args.default) {
        None => exit::print(BUILT_IN)?,
        Some(path) => {
            // A profile that cannot be used is an error here too.
            settings.context()?;
            let toml = small_file::read_named(path).map_err(|e| Error::io("read", path, e))?;
            exit::note(&format!("the profile {}", text::visible_path(path)));
            exit::print(&toml)?;
        }
    }
    Ok(Exit::Ok)
}

fn infer(settings: &Settings, log: &Path) -> Result<Exit> {
    let shown = text::visible_path(log);
    let progress = Progress::new(format!("reading {shown}"));
    // The file may be anything: what is wrong with it is an error of this call.
    let proposal = settings.executor().propose(log).map_err(|e| match e {
        Error::Log(why) | Error::Died(why) => Error::Usage(format!("{shown}: {why}")),
        other => other,
    })?;
    drop(progress);
    for guess in &proposal.guesses {
        exit::note(&format!("guessed: {guess}"));
    }
    for column in &proposal.left_out {
        exit::note(&format!("left out: {column}"));
    }
    exit::note(&format!("{shown}: {}", proposal.trial));
    exit::print(&proposal.toml)?;
    Ok(Exit::Ok)
}
