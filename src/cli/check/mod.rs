//! `mdtui check`: lake, catalog and logs held against each other; with `--rules`, stored runs held
//! against the limits and rules of a profile.

mod rules;

use std::path::PathBuf;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::CheckJson,
    progress::{Progress, Unit},
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    check::{self, Finding, Kind, Report},
    format::{bytes, count, thousands},
    lake::access::require_write,
    profile::Profile,
    text,
};

/// Compare the logs, the lake and the catalog with each other; reads every byte of logs and lake
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Repair what the logs and the records allow; removes nothing that cannot be recreated
    #[arg(long)]
    pub repair: bool,
    /// Instead print which flags stored runs would have under the thresholds, limits and rules of a profile (the one in
    /// force if none is named); reads records and tables only, and changes nothing
    #[arg(long, value_name = "PROFILE", num_args = 0..=1, conflicts_with = "repair")]
    pub rules: Option<Option<PathBuf>>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new("mdtui check", "verify every file of the lake"),
    Example::new(
        "mdtui check --repair",
        "repair what the logs and records allow",
    ),
    Example::new(
        "mdtui check --rules",
        "print which flags stored runs would have under the rules of the profile",
    ),
];

/// Checks; with `--repair` mends what can be mended.
///
/// # Errors
/// [`Error::Fatal`] without a lake, and those of [`check::check`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let mut context = settings.context()?;
    if !args.repair {
        context.lake = context.lake.to_look_at();
    }
    if !context.lake.root().is_dir() {
        return Err(Error::Fatal(format!(
            "there is no lake at {}; name it with --cache-dir",
            text::visible_path(context.lake.root())
        )));
    }
    if args.repair {
        require_write(&context.lake, "repair the lake")?;
    }
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    if let Some(named) = &args.rules {
        return match named {
            Some(path) => rules::run(&context, &Profile::read(path)?, args.json, &cancel),
            None => rules::run(&context, &context.profile, args.json, &cancel),
        };
    }
    let progress = Progress::counting("checking the lake", Unit::Things("records"));
    let repair = args.repair.then(|| settings.executor());
    let report = check::check(&context, repair, &cancel, &|done, all| {
        progress.done_of(done as u64, all as u64)
    });
    drop(progress);
    let report = report?;
    if args.json {
        exit::print_json(&CheckJson::new(&report, args.repair))?;
    } else {
        for note in &report.notes {
            exit::note(note);
        }
        exit::print(&render(&report))?;
    }
    Ok(exit(&report))
}

/// A line for each finding, and what was checked.
fn render(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let word = match finding.mended {
            Some(_) => "mended",
            None => finding.kind.word(),
        };
        out.push_str(&format!("{word:<10}  {}\n", finding.sentence()));
    }
    let found = report.findings.len() as u64;
    let left = report.remaining().count() as u64;
    let result = match (found, left) {
        (0, _) => "nothing is wrong".to_owned(),
        (_, 0) => format!("{} mended, nothing is left", count(found, "finding")),
        (_, left) if left < found => format!(
            "{}, {} mended, {left} left",
            count(found, "finding"),
            found - left
        ),
        _ => count(found, "finding"),
    };
    if report.old_records > 0 {
        out.push_str(&format!(
            "{} made by an older mdtui; mdtui harvest renews the results of logs that are stale\n",
            match report.old_records {
                1 => "1 record was".to_owned(),
                n => format!("{} records were", thousands(n)),
            }
        ));
    }
    out.push_str(&format!(
        "read {}, {} ({}) and {} ({}): {result}\n",
        count(report.records, "record"),
        count(report.files, "file"),
        bytes(report.file_bytes),
        count(report.logs, "log"),
        bytes(report.log_bytes),
    ));
    out
}

/// What could not be read may be readable another time; all else stays until it is mended.
fn exit(report: &Report) -> Exit {
    let passing = |f: &Finding| f.kind == Kind::Unreadable;
    if report.remaining().any(passing) {
        Exit::Transient
    } else if report.remaining().next().is_some() {
        Exit::SomeFailed
    } else {
        Exit::Ok
    }
}
