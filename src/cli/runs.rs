//! `mdtui runs`: the runs of one log, or of all.

use clap::ValueHint;
use std::ffi::OsString;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::RunsJson,
    list::keep,
    look::Look,
    settings::Settings,
    table::{self, Table, fixed, or_none},
};
use crate::etl::{Result, base::CancelToken, catalog::RunRow, time};

/// The runs of one log, or of all
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// The log whose runs to list, by key or path
    #[arg(value_hint = ValueHint::FilePath)]
    pub log: Option<OsString>,
    /// Only runs that pass a filter: words, cell:10, runtime>9m, not verdict:pass (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui runs cell-01/2022-11-23T2040",
        "print the runs of one log",
    ),
    Example::new(
        "mdtui runs --filter 'cell:2 and runtime>15s'",
        "print the runs of one cell that were long enough",
    ),
];

/// Lists runs.
///
/// # Errors
/// [`crate::etl::Error::Usage`] for an unknown log, and those of [`Look::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let look = Look::new(settings, &CancelToken::new())?;
    let key = args
        .log
        .as_deref()
        .map(|name| look.log(name))
        .transpose()?
        .map(|log| log.key);
    let mut runs = look.catalog.runs(key.as_deref())?;
    let all = runs.len();
    keep(&mut runs, args.filter.as_deref())?;
    if args.json {
        exit::print_json(&RunsJson::new(&runs))?;
    } else if runs.is_empty() && all > 0 {
        exit::note("no runs that pass the filter");
    } else if runs.is_empty() {
        exit::note("no runs: nothing of it is harvested yet");
    } else {
        exit::print(&render(&runs))?;
    }
    Ok(Exit::Ok)
}

/// The table of `runs`.
pub fn render(runs: &[RunRow]) -> String {
    let robots = runs.first().map_or(&[][..], |r| r.distance_mm.robots());
    let distances: Vec<String> = robots
        .iter()
        .map(|r| format!(">distance {r} (mm)"))
        .collect();
    let mut heads = vec!["run", "cell", "start (UTC)", ">runtime (s)"];
    heads.extend(distances.iter().map(String::as_str));
    heads.extend([
        ">rows",
        ">samples",
        ">complete",
        ">channels",
        "verdict",
        "log",
        "note",
    ]);
    let mut table = Table::new(&heads);
    for run in runs {
        let mut cells = vec![
            run.run.short(),
            or_none(run.cell_id.clone()),
            or_none(run.start_us.map(time::format_screen)),
            fixed(run.runtime_s, 3),
        ];
        cells.extend(
            robots
                .iter()
                .map(|r| fixed(run.distance_mm.get(r).copied(), 3)),
        );
        cells.extend([
            table::whole(run.rows),
            table::whole(run.samples),
            table::whole(run.complete_rows),
            run.channels.to_string(),
            verdict(run),
            run.log_key.clone(),
            note(run),
        ]);
        table.row(cells);
    }
    table.render()
}

fn verdict(run: &RunRow) -> String {
    match run.flags {
        0 => run.verdict.word().into(),
        n => format!("{} ({n})", run.verdict.word()),
    }
}

/// What is out of the ordinary.
fn note(run: &RunRow) -> String {
    let mut notes = Vec::new();
    if let Some(error) = &run.error {
        notes.push(format!("failed: {error}"));
    }
    if !run.also_in.is_empty() {
        notes.push(format!("also in {}", run.also_in.join(", ")));
    }
    notes.join("; ")
}
