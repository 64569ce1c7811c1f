//! `mdtui gc`: removes what no record in the lake names.

use std::cell::OnceCell;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::GcJson,
    progress::Progress,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::{LogState, survey},
    format::{bytes, count_of},
    lake::gc,
    text,
};

/// Delete result files in the lake that no record refers to
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Print what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new("mdtui gc --dry-run", "print what would be removed"),
    Example::new("mdtui gc", "remove it"),
];

/// Removes unnamed files of mdtui; never what it did not make, or what a record names.
///
/// # Errors
/// [`Error::Fatal`] without a lake, [`Error::Io`], [`Error::Cancelled`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let context = settings.context()?;
    let lake = &context.lake;
    if !lake.root().is_dir() {
        return Err(Error::Fatal(format!(
            "there is no lake at {}; name it with --cache-dir",
            text::visible_path(lake.root())
        )));
    }
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    let progress = Progress::new("searching the lake for files that no record names");
    // Asked for only where a table has no record. Without the data directory no log is known.
    let logs = OnceCell::new();
    let is_there = |key: &str| {
        let logs = logs.get_or_init(|| survey(&context, &cancel));
        logs.as_ref().is_ok_and(|survey| {
            let at = survey
                .logs
                .binary_search_by(|log| log.key.as_str().cmp(key));
            // One that is no whole log makes nothing again.
            at.is_ok_and(|at| {
                !matches!(survey.logs[at].state, LogState::Failed | LogState::Writing)
            })
        })
    };
    let report = gc::gc(lake, args.dry_run, &is_there, &cancel)?;
    drop(progress);
    if let Some(Err(e)) = logs.into_inner() {
        exit::note(&format!("which logs there are is not known: {e}"));
    }
    if args.json {
        exit::print_json(&GcJson::new(&report, args.dry_run))?;
        return Ok(Exit::Ok);
    }
    for skipped in report
        .skipped
        .iter()
        .cloned()
        .chain(report.orphan_sentences())
    {
        exit::note(&format!("left alone: {skipped}"));
    }
    for foreign in report.foreign_text() {
        exit::note(&format!("not mdtui's, left alone: {foreign}"));
    }
    let mut out = String::new();
    for path in &report.removed {
        out.push_str(&text::visible_path(path));
        out.push('\n');
    }
    // Empty folders go with the last file in them.
    let what = count_of(report.removed.len() as u64, "entry", "entries");
    out.push_str(&match (report.removed.is_empty(), args.dry_run) {
        (true, _) => "nothing to remove\n".to_owned(),
        (_, true) => format!("would remove {what}, {}\n", bytes(report.bytes)),
        (_, false) => format!("removed {what}, {}\n", bytes(report.bytes)),
    });
    exit::print(&out)?;
    Ok(Exit::Ok)
}
