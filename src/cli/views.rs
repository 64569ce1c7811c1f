//! `mdtui views`: the SQL that makes the lake a database for DuckDB.

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    open_lake::OpenLake,
    progress::Progress,
    settings::Settings,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    export::{RunTarget, RunsPlan, RunsQuery},
    format::count,
    text, views,
};

/// Print the SQL that makes the lake a database for DuckDB
///
/// The views are those of `export`: logs, runs, channels, robots, flags, layers, notes and table_rows. They read the
/// lake as it is when they are queried; run `mdtui views` again after the first harvest, and when a run has brought a
/// channel that no run had before.
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[Example::new(
    "mdtui views",
    "print the SQL; mdtui views | duckdb lake.duckdb makes a database of it",
)];

/// Prints the SQL.
///
/// # Errors
/// Those of [`OpenLake::new`], [`RunsPlan::of`] and [`views::duckdb_sql`].
pub fn run(settings: &Settings) -> Result<Exit> {
    let cancel = CancelToken::new();
    let lake = OpenLake::new(settings, &cancel)?;
    let root = lake.context.lake.root();
    let root = match root.canonicalize() {
        Ok(root) => root,
        // No lake yet.
        Err(_) => std::path::absolute(root).map_err(|e| Error::io("find", root, e))?,
    };
    let runs = lake.catalog.runs(None)?;
    let mut targets: Vec<RunTarget> = runs.iter().filter_map(RunTarget::of).collect();
    targets.sort_by(|a, b| (&a.log_key, a.start_us).cmp(&(&b.log_key, b.start_us)));
    if targets.is_empty() {
        exit::note("the lake has no tables yet: run `mdtui views` again after the first harvest");
    }
    if root.as_os_str().as_encoded_bytes().contains(&b'\\') {
        exit::note(&format!(
            "DuckDB finds no file below a directory with a backslash in its name, and the lake is {}: the views will be empty; \
             move the lake, or use mdtui export",
            text::visible_path(&root)
        ));
    }
    let hidden = lake.catalog.recorded_keys()?;
    let hidden = hidden.iter().filter(|key| key.contains('\\')).count();
    if hidden > 0 {
        exit::note(&format!(
            "the views lack {}: DuckDB finds no file below a directory with a backslash in its name; \
             mdtui export has them",
            count(hidden as u64, "log")
        ));
    }
    let query = RunsQuery {
        force: true,
        leave_out: true,
        ..RunsQuery::default()
    };
    let progress = Progress::new("reading the columns of the tables");
    let plan = RunsPlan::of(&lake.context.lake, targets, query, &cancel)?;
    drop(progress);
    lake.note_new(&plan.left_out);
    let has_files = !runs.is_empty() || root.join(crate::etl::source::reserved::README).is_file();
    exit::print(&views::duckdb_sql(&root, has_files, &plan.column_names())?)?;
    Ok(Exit::Ok)
}
