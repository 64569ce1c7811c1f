//! `mdtui runs`: the runs of one log, or of all.

use clap::ValueHint;
use std::ffi::OsString;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::RunsJson,
    list::keep,
    open_lake::OpenLake,
    page::Page,
    settings::Settings,
    table::{self, RowColumn},
};
use crate::etl::{Result, base::CancelToken, catalog::RunRow};

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
/// [`crate::etl::Error::Usage`] for an unknown log, and those of [`OpenLake::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let lake = OpenLake::new(settings, &CancelToken::new())?;
    let key = args
        .log
        .as_deref()
        .map(|name| lake.log(name))
        .transpose()?
        .map(|log| log.key);
    let mut runs = lake.catalog.runs(key.as_deref())?;
    let all = runs.len();
    keep(&mut runs, args.filter.as_deref(), &lake.context.profile)?;
    if args.json {
        exit::print_json(&RunsJson::new(&runs))?;
    } else if runs.is_empty() && all > 0 {
        exit::note("no runs that pass the filter");
    } else if runs.is_empty() {
        exit::note("no runs: nothing of it is harvested yet");
    } else {
        let page = Page::stdout();
        page.print(&render(&runs, &page))?;
    }
    Ok(Exit::Ok)
}

/// The table of `runs`.
pub fn render(runs: &[RunRow], page: &Page) -> String {
    let robots = runs.first().map_or(&[][..], |r| r.distance_robots());
    let mut columns = vec![
        RowColumn::new("run"),
        RowColumn::new("cell").priority(3),
        RowColumn::new("start").priority(4),
        RowColumn::decimals("runtime", 3).priority(5),
    ];
    let distance =
        |robot: &String| RowColumn::decimals(&format!("distance {robot}"), 3).priority(8);
    columns.extend(robots.iter().map(distance));
    let robots = runs.first().map_or(&[][..], |r| r.state_robots());
    columns.extend(
        robots
            .iter()
            .map(|robot| RowColumn::new(&format!("state {robot}")).priority(9)),
    );
    let counts = ["rows", "samples", "complete", "channels"];
    columns.extend(counts.map(|name| RowColumn::new(name).priority(10)));
    columns.extend([
        RowColumn::new("verdict").written(verdict).priority(1),
        RowColumn::new("log").key().priority(2),
        RowColumn::of("disposition", |run: &RunRow| {
            let word = run.disposition.map(|d| d.word().to_owned());
            word.unwrap_or_default()
        })
        .priority(7),
        RowColumn::of("note", |run: &RunRow| {
            let note = run.note().unwrap_or_default();
            note.lines().collect::<Vec<_>>().join(" / ")
        })
        .priority(6)
        .sentences(),
        RowColumn::of("remark", remark).priority(6).sentences(),
    ]);
    table::of_rows(runs, &columns, page)
}

fn verdict(run: &RunRow) -> String {
    match run.flags() {
        0 => run.verdict.word().into(),
        n => format!("{} ({n})", run.verdict.word()),
    }
}

/// What is out of the ordinary.
fn remark(run: &RunRow) -> String {
    let mut remarks = Vec::new();
    if let Some(error) = run.error() {
        remarks.push(format!("failed: {error}"));
    }
    if !run.also_in().is_empty() {
        remarks.push(format!("also in {}", run.also_in().join(", ")));
    }
    remarks.join("; ")
}
