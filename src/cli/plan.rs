//! `mdtui plan`: what is outstanding, in parts for the tasks of an engine.

use std::{ffi::OsStr, path::PathBuf};

use clap::ValueHint;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    progress::Progress,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Result,
    base::CancelToken,
    catalog::survey,
    lake::named_file,
    manifest::{Plan, Which},
};

/// Print the logs that are not up to date as lines of JSON, in parts for `harvest --manifest`;
/// reads records only, no catalog
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Number of parts, balanced by size; there are fewer when there are fewer logs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub tasks: u32,
    /// All logs without a current record, also those that are being written: what is left after a
    /// backfill
    #[arg(long)]
    pub missing: bool,
    /// Write the lines to this file, whole or not at all [default: standard output]
    #[arg(long, short, value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui plan --tasks 16 -o manifest.jsonl",
        "write a manifest of 16 parts",
    ),
    Example::new(
        "mdtui plan --missing",
        "print what has no current record after a backfill",
    ),
];

/// Plans.
///
/// # Errors
/// Those of [`survey`] and [`Plan::write`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    let context = settings.context()?;
    let output = args
        .output
        .as_deref()
        .filter(|path| *path != OsStr::new("-"));
    if let Some(path) = output {
        named_file::guard(&context, path)?;
    }
    let progress = Progress::new("comparing logs and records");
    let survey = survey(&context, &cancel)?;
    drop(progress);
    for note in survey.notes.iter().chain(&survey.problems) {
        exit::note(note);
    }
    let which = match args.missing {
        true => Which::WithoutRecord,
        false => Which::Due,
    };
    let plan = Plan::new(&survey, which, args.tasks);
    match output {
        Some(path) => plan.write(path)?,
        None => exit::print(&plan.text()?)?,
    }
    exit::note(&plan.sentence());
    Ok(match plan.is_whole() {
        true => Exit::Ok,
        false => Exit::Transient,
    })
}
