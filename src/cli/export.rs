//! `mdtui export`: the table of a run or of several, or a view of the lake, to a file.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use clap::ValueHint;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    list::keep,
    open_lake::OpenLake,
    output,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::{LogRow, RunRow, one_copy_each},
    export::{self, Exported, Format, RunTarget, RunsPlan, RunsQuery},
    format::{bytes, count},
    views::{View, ViewPlan},
};

/// Write the table of a run or of several, or a view of the lake, to a file
///
/// The format is CSV, Parquet, NDJSON or Arrow, by the ending of the file. The tables of several runs, or of those of
/// --filter, become one table whose rows have run_uuid, log and cell_id. Views: logs, runs, channels, robots, flags,
/// layers, notes, and table_rows, the rows of all tables.
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Runs, each by any unambiguous part of its id, or LOG:RUN when it stands in two logs; or a view
    #[arg(value_name = "RUN|VIEW", required_unless_present = "filter")]
    pub what: Vec<String>,
    /// The runs that pass a filter, each once, or the rows of a view that belong to them: cell:10, runtime>9m (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Columns to write besides time and those of the run, separated by commas; @NAME is a set of the config file [default: all]
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// First time: 2022-11-23T20:40:00, or +90s from the run's start
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Last time, as --from
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Only rows that fulfil a condition, such as 'fz_1 < -1500 and v1 > 10'; also `is null`, `or`, `not`, time > +90s
    #[arg(
        long,
        value_name = "CONDITION",
        allow_hyphen_values = true,
        conflicts_with = "resample"
    )]
    pub r#where: Option<String>,
    /// One row a step, such as 10ms, 0.5s or 1m, from the run's start, with the values in effect then
    #[arg(long, value_name = "STEP")]
    pub resample: Option<String>,
    /// Only rows in which no column is empty
    #[arg(long)]
    pub complete: bool,
    /// A row for each sample (time, channel, value), without the values that are held between them
    #[arg(long, conflicts_with_all = ["resample", "complete"])]
    pub samples: bool,
    /// File to write: .csv, .parquet, .ndjson (.jsonl) or .arrow (.ipc, .feather); - is standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// Format, whatever the ending of the file
    #[arg(long, value_name = "FORMAT", value_parser = Format::ALL.map(|(_, word)| word))]
    pub format: Option<String>,
    /// Write more than 100,000,000 rows too
    #[arg(long)]
    pub force: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui export 50105b43 -o run.csv",
        "write the table of a run",
    ),
    Example::new(
        "mdtui export 50105b43 --columns fz_1,v1 --from +5s --to +10s -o window.parquet",
        "write five seconds of two columns",
    ),
    Example::new(
        "mdtui export 50105b43 --where 'fz_1 < -1000' -o pressed.ndjson",
        "write only the rows that fulfil a condition",
    ),
    Example::new(
        "mdtui export 50105b43 --resample 10ms -o even.arrow",
        "write one row for every 10 ms",
    ),
    Example::new(
        "mdtui export 50105b43 --columns fz_1 -o - --format csv",
        "print a column, for another program",
    ),
    Example::new(
        "mdtui export --filter 'cell:2 and runtime>15s' --columns f1 -o cell-2.parquet",
        "write a column of all runs of a cell into one table",
    ),
    Example::new(
        "mdtui export robots -o robots.csv",
        "write the figures of every robot in every run",
    ),
];

/// Exports runs or a view.
///
/// # Errors
/// [`Error::Usage`] for an unknown run, column, time, step or ending; those of [`RunsPlan`] and
/// [`ViewPlan`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let format = format(args.format.as_deref(), &args.output)?;
    let step_us = args
        .resample
        .as_deref()
        .map(export::parse_step)
        .transpose()?;
    let view = view(args)?;
    let columns = settings.columns(&args.columns)?;
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    let lake = OpenLake::new(settings, &cancel)?;
    let mut left_out = Vec::new();
    let done = match view {
        Some(view) if view != View::TableRows => {
            refuse_table_options(args, view)?;
            let plan = view_plan(&lake, view, &columns, args)?;
            output::guard(&lake, &args.output)?;
            let sentences = RefCell::new(&mut left_out);
            output::write(&args.output, &cancel, &|out, name| {
                let mut left_out = sentences.borrow_mut();
                plan.write(
                    &lake.context.lake,
                    out,
                    format,
                    name,
                    &mut left_out,
                    &cancel,
                )
            })?
        }
        _ => {
            let runs = runs(&lake, args, view.is_some())?;
            output::guard(&lake, &args.output)?;
            let query = RunsQuery {
                columns,
                from: args.from.clone(),
                to: args.to.clone(),
                condition: args.r#where.clone(),
                step_us,
                complete: args.complete,
                samples: args.samples,
                with_ids: view.is_some() || args.filter.is_some() || args.what.len() > 1,
                force: args.force,
                leave_out: view.is_some() || args.filter.is_some(),
            };
            let mut plan = RunsPlan::of(&lake.context.lake, runs, query, &cancel)?;
            left_out.append(&mut plan.left_out);
            if plan.most_rows == 0 && (args.from.is_some() || args.to.is_some()) {
                return Err(Error::Usage(plan.span_sentence()?));
            }
            output::write(&args.output, &cancel, &|out, name| {
                plan.write(out, format, name, &cancel)
            })?
        }
    };
    if let Some(done) = done {
        report(&done, args, view);
    }
    if left_out.is_empty() {
        return Ok(Exit::Ok);
    }
    lake.note_new(&left_out);
    exit::note(&format!(
        "left out what {} would have given: mdtui check says more",
        count(left_out.len() as u64, "log")
    ));
    Ok(Exit::SomeFailed)
}

/// By `--format`, else by the ending.
///
/// # Errors
/// [`Error::Usage`] for an ending that says nothing, and for bytes to a terminal.
fn format(named: Option<&str>, output: &Path) -> Result<Format> {
    let word = named.unwrap_or_default();
    let named = named.and_then(|named| {
        let same = |(format, word): (Format, &str)| (word == named).then_some(format);
        Format::ALL.into_iter().find_map(same)
    });
    let is_stdout = output::is_stdout(output);
    match named {
        Some(format) => {
            if !format.is_text() {
                output::refuse_terminal(word, output)?;
            }
            Ok(format)
        }
        None if is_stdout => Err(Error::Usage(
            "-o - needs a format: add --format csv, parquet, ndjson or arrow".into(),
        )),
        None => Format::of(output),
    }
}

/// The view that is named. None of their names can name a run: no id and no part of one has such
/// letters.
fn view(args: &Args) -> Result<Option<View>> {
    let views = args.what.iter().filter_map(|name| View::from_name(name));
    let views: Vec<View> = views.collect();
    match (views.as_slice(), args.what.len()) {
        ([], _) => Ok(None),
        ([view], 1) => Ok(Some(*view)),
        _ => Err(Error::Usage(format!(
            "a view is exported alone: name {}, or runs",
            View::ALL.map(View::name).join(", ")
        ))),
    }
}

fn refuse_table_options(args: &Args, view: View) -> Result<()> {
    let given = [
        ("--from", args.from.is_some()),
        ("--to", args.to.is_some()),
        ("--where", args.r#where.is_some()),
        ("--resample", args.resample.is_some()),
        ("--complete", args.complete),
        ("--samples", args.samples),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((option, _)) => Err(Error::Usage(format!(
            "{option} is for rows of tables, and the view {} has none: leave it out, or export table_rows",
            view.name()
        ))),
    }
}

fn view_plan(lake: &OpenLake, view: View, columns: &[String], args: &Args) -> Result<ViewPlan> {
    if view == View::Logs {
        let mut logs: Vec<LogRow> = lake.catalog.logs()?;
        keep(&mut logs, args.filter.as_deref(), &lake.context.profile)?;
        let keys = logs.into_iter().map(|log| log.key).collect();
        return ViewPlan::of_logs(keys, columns);
    }
    ViewPlan::of_runs(view, filtered(lake, args)?, columns, args.force)
}

/// The runs that pass the filter, each once: of its copies that pass it the one that counts.
fn filtered(lake: &OpenLake, args: &Args) -> Result<Vec<RunRow>> {
    let mut runs = lake.catalog.runs(None)?;
    keep(&mut runs, args.filter.as_deref(), &lake.context.profile)?;
    Ok(one_copy_each(runs))
}

/// The runs whose tables are written: those that are named, in that order; else those of the filter,
/// by log.
fn runs(lake: &OpenLake, args: &Args, is_view: bool) -> Result<Vec<RunTarget>> {
    if is_view || args.what.is_empty() {
        let runs = filtered(lake, args)?;
        let mut targets: Vec<RunTarget> = runs.iter().filter_map(RunTarget::of).collect();
        targets
            .sort_by(|a, b| (&a.log_key, a.start_us, a.run).cmp(&(&b.log_key, b.start_us, b.run)));
        return Ok(targets);
    }
    if args.filter.is_some() {
        return Err(Error::Usage(
            "--filter chooses the runs: name none, or leave it out".into(),
        ));
    }
    let mut targets: Vec<RunTarget> = Vec::new();
    for name in &args.what {
        let run = lake.run(name)?;
        let Some(target) = RunTarget::of(&run) else {
            let why = run.error().unwrap_or("it has no table");
            return Err(Error::Usage(format!("the run {} failed: {why}", run.run)));
        };
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    Ok(targets)
}

fn report(done: &Exported, args: &Args, view: Option<View>) {
    let is_chosen = args.filter.is_some() || args.r#where.is_some() || view.is_none();
    let matched = match done.rows {
        0 if is_chosen => "; no row matched",
        _ => "",
    };
    exit::note(&format!(
        "wrote {} of {} to {} ({}){matched}",
        count(done.rows, "row"),
        count(done.columns as u64, "column"),
        output::destination(&args.output),
        bytes(done.bytes)
    ));
}
