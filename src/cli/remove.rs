//! `mdtui remove`: deletes the results of logs that are gone.

use std::{
    ffi::OsString,
    io::{IsTerminal, Write, stderr, stdin},
};

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::RemoveJson,
    open_lake::OpenLake,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::{Catalog, LogState},
    format::{bytes, count},
    harvest::{self, Results},
    lake::{Lake, access::require_write},
    text,
};

/// Delete the results of logs that are gone; they cannot be recreated
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Logs in the state missing, by key or path
    #[arg(required = true, value_name = "LOG")]
    pub logs: Vec<OsString>,
    /// Delete the notes of their runs, too, which are kept otherwise
    #[arg(long)]
    pub notes: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Print what would be deleted, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui remove --dry-run faults/gap",
        "print what would be deleted",
    ),
    Example::new(
        "mdtui remove --yes faults/gap faults/no-z_2",
        "delete the results of two logs without a question",
    ),
];

/// Removes results, once all logs are known to be gone and the operator agrees.
///
/// # Errors
/// [`Error::Usage`] for an unknown log, one that still exists, and when there is no terminal to ask on;
/// those of [`OpenLake::new`]. What fails for one log is reported and does not stop the others.
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let cancel = CancelToken::new();
    if !args.dry_run {
        require_write(&settings.context()?.lake, "remove results")?;
    }
    let mut lake = OpenLake::new(settings, &cancel)?;
    let mut logs: Vec<(String, Results)> = Vec::new();
    for name in &args.logs {
        let key = match lake.find_log(name)? {
            Some(log) => log.key,
            // Tables or notes may be all that is left of it.
            None => match name.to_str() {
                Some(key) if harvest::is_left(&lake.context.lake, key, args.notes)? => key.into(),
                _ => lake.log(name)?.key,
            },
        };
        harvest::check_gone(&lake.context, &lake.catalog, &key, args.notes)?;
        if logs.iter().all(|(other, _)| *other != key) {
            let results = Results::of(&lake.context.lake, &key)?;
            logs.push((key, results));
        }
    }
    if args.dry_run {
        return tell(args, &logs, &[]);
    }
    if !args.yes && !agreed(&lake, args, &logs)? {
        exit::note("nothing was deleted");
        return Ok(Exit::Ok);
    }
    // Not before the question: a Ctrl-c there ends the program.
    cancel_on_signals(&cancel, || {})?;
    let (mut removed, mut failed) = (Vec::new(), Vec::new());
    for (key, _) in logs {
        match harvest::remove_log(&lake.context, &mut lake.catalog, &key, args.notes, &cancel) {
            Ok(results) => removed.push((key, results)),
            Err(error) => failed.push((key, error)),
        }
    }
    if lake.catalog.read_only().is_some() && !removed.is_empty() {
        forget(&lake, &removed);
    }
    tell(args, &removed, &failed)
}

/// Removes logs from the lake's own catalog, too, for which there is room now.
fn forget(lake: &OpenLake, removed: &[(String, Results)]) {
    // The lake as it is, and not as one that is only looked at.
    let forgotten = Catalog::open(&Lake::new(lake.context.lake.root()))
        .and_then(|mut catalog| removed.iter().try_for_each(|(key, _)| catalog.forget(key)));
    if let Err(error) = forgotten {
        exit::note(&format!(
            "the catalog still lists what was deleted, until mdtui rebuild: {error}"
        ));
    }
}

fn tell(args: &Args, done: &[(String, Results)], failed: &[(String, Error)]) -> Result<Exit> {
    for (key, error) in failed {
        exit::note(&format!("mdtui: {}: {error}", text::quoted(key, 200)));
    }
    if args.json {
        exit::print_json(&RemoveJson::new(args.dry_run, args.notes, done))?;
    } else {
        let word = if args.dry_run {
            "would delete"
        } else {
            "deleted"
        };
        let line = |(key, results): &(String, Results)| {
            format!("{word} {}\n", described(args, key, results))
        };
        exit::print(&done.iter().map(line).collect::<String>())?;
    }
    Ok(failed
        .first()
        .map_or(Exit::Ok, |(_, error)| Exit::of(error)))
}

/// `cell-01/a: 4 runs, 6 files, 3.2 MB; 2 notes stay`
fn described(args: &Args, key: &str, results: &Results) -> String {
    let notes = match (results.notes, args.notes) {
        (0, _) => String::new(),
        (n, true) => format!(", {}", count(n, "note")),
        (1, false) => "; 1 note stays".into(),
        (n, false) => format!("; {} stay", count(n, "note")),
    };
    format!(
        "{key}: {}, {}, {}{notes}",
        count(results.runs, "run"),
        count(results.files, "file"),
        bytes(results.bytes)
    )
}

/// Asks on the terminal; no unless the answer is yes.
fn agreed(lake: &OpenLake, args: &Args, logs: &[(String, Results)]) -> Result<bool> {
    if !stdin().is_terminal() {
        return Err(Error::Usage(
            "remove asks before it deletes results that cannot be recreated, and there is no \
             terminal to ask on: say --yes, or look with --dry-run first"
                .into(),
        ));
    }
    for (key, results) in logs {
        exit::note(&format!("  {}", described(args, key, results)));
    }
    let all_gone = lake
        .catalog
        .logs()?
        .iter()
        .all(|log| log.state == LogState::Missing);
    if all_gone {
        exit::note(&format!(
            "no log at all is left in {}: is its disk mounted?",
            text::visible_path(&lake.context.data_dir)
        ));
    }
    let what = count(logs.len() as u64, "log");
    let question = format!("Delete the results of {what}? They cannot be recreated. [y/N] ");
    let io = |e| Error::io("ask on", std::path::Path::new("the terminal"), e);
    stderr().write_all(question.as_bytes()).map_err(io)?;
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(io)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
