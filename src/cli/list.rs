//! `mdtui list`: the logs and their states.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::LogsJson,
    open_lake::OpenLake,
    page::Page,
    settings::Settings,
    table::{self, RowColumn, or_none},
};
use crate::{
    app::columns::stored_and_all,
    etl::{
        Error, Result,
        base::CancelToken,
        catalog::{LogRow, LogState},
        filter::{Filter, Filtered},
        profile::Profile,
        zone,
    },
};

/// The logs and their states
#[derive(Debug, Default, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Only logs in this state; may be given several times
    #[arg(long, value_name = "STATE", value_parser = states())]
    pub state: Vec<LogState>,
    /// Only logs that pass a filter: words, size>1MB, state:failed or state:partial (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new("mdtui list", "print every log with its state"),
    Example::new(
        "mdtui list --state failed --state partial",
        "print the logs that need attention",
    ),
    Example::new(
        "mdtui list --filter 'size>1MB and verdict!=pass'",
        "filter them as in the browser",
    ),
    Example::new("mdtui list --json", "print JSON for a script"),
];

fn states() -> impl TypedValueParser<Value = LogState> {
    // What the parser lets through is always a word of a state.
    PossibleValuesParser::new(LogState::ALL.map(LogState::word))
        .map(|word| LogState::from_word(&word).unwrap_or(LogState::Pending))
}

/// Lists the logs.
///
/// # Errors
/// Those of [`OpenLake::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let lake = OpenLake::new(settings, &CancelToken::new())?;
    let mut logs = match args.state.as_slice() {
        [] => lake.catalog.logs()?,
        states => lake.catalog.logs_in(states)?,
    };
    keep(&mut logs, args.filter.as_deref(), &lake.context.profile)?;
    if args.json {
        exit::print_json(&LogsJson::new(&logs))?;
    } else if logs.is_empty() {
        let which = match (&args.filter, args.state.as_slice()) {
            (Some(_), _) => "no logs that pass the filter",
            (None, []) => "no logs",
            (None, _) => "no logs in this state",
        };
        let data = crate::etl::text::visible_path(&lake.context.data_dir);
        exit::note(&format!("{which} below {data}"));
    } else {
        let page = Page::stdout();
        page.print(&render(&logs, &page))?;
    }
    Ok(Exit::Ok)
}

/// Drops the rows that do not pass `filter`.
///
/// # Errors
/// [`Error::Usage`] for a filter that makes no sense, or names a robot that neither the rows nor the
/// profile know.
pub(super) fn keep<T: Filtered>(
    rows: &mut Vec<T>,
    filter: Option<&str>,
    profile: &Profile,
) -> Result<()> {
    let Some(text) = filter else {
        return Ok(());
    };
    let refuse = |why: String| Error::Usage(format!("--filter: {why}"));
    let filter = Filter::parse(text).map_err(|e| refuse(e.to_string()))?;
    let robots = profile.robots.iter().map(|robot| &**robot);
    filter.check_robots(rows, robots).map_err(refuse)?;
    rows.retain(|row| filter.passes(row));
    Ok(())
}

/// The table of `list`.
pub fn render(logs: &[LogRow], page: &Page) -> String {
    let runs = |log: &LogRow| or_none(stored_and_all(log));
    table::of_rows(
        logs,
        &[
            RowColumn::new("state"),
            RowColumn::new("log").key(),
            RowColumn::new("cell").priority(3),
            RowColumn::new("size").priority(6),
            RowColumn::new("rows").priority(7),
            RowColumn::new("runs").written(runs).priority(4),
            RowColumn::new("start").priority(5),
            RowColumn::new("span").priority(8),
            RowColumn::new("verdict").priority(1),
            RowColumn::new("reason")
                .written(reason)
                .priority(2)
                .sentences(),
        ],
        page,
    )
}

/// The reason, where the state alone leaves a question.
fn reason(log: &LogRow) -> String {
    match log.state {
        LogState::Harvested | LogState::Pending => String::new(),
        _ => zone::in_sentence(&log.reason(), None).into_owned(),
    }
}
