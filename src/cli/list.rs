//! `mdtui list`: the logs and their states.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::LogsJson,
    look::Look,
    settings::Settings,
    table::{self, Table, or_none},
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::{LogRow, LogState},
    filter::{Filter, Filtered},
    time,
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
        "print the logs that need a look",
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
/// Those of [`Look::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let look = Look::new(settings, &CancelToken::new())?;
    let mut logs = look.catalog.logs()?;
    if !args.state.is_empty() {
        logs.retain(|log| args.state.contains(&log.state));
    }
    keep(&mut logs, args.filter.as_deref())?;
    if args.json {
        exit::print_json(&LogsJson::new(&logs))?;
    } else if logs.is_empty() {
        let which = match (&args.filter, args.state.as_slice()) {
            (Some(_), _) => "no logs that pass the filter",
            (None, []) => "no logs",
            (None, _) => "no logs in this state",
        };
        let data = crate::etl::text::visible_path(&look.context.data_dir);
        exit::note(&format!("{which} below {data}"));
    } else {
        exit::print(&render(&logs))?;
    }
    Ok(Exit::Ok)
}

/// Lets go of the rows that do not pass `filter`.
///
/// # Errors
/// [`Error::Usage`] for a filter that makes no sense.
pub(super) fn keep<T: Filtered>(rows: &mut Vec<T>, filter: Option<&str>) -> Result<()> {
    let Some(text) = filter else {
        return Ok(());
    };
    let filter = Filter::parse(text).map_err(|e| Error::Usage(format!("--filter: {e}")))?;
    rows.retain(|row| filter.passes(row));
    Ok(())
}

/// The table of `list`.
pub fn render(logs: &[LogRow]) -> String {
    let mut table = Table::new(&[
        "state",
        "log",
        "cell",
        ">size",
        ">rows",
        ">runs",
        "start (UTC)",
        ">span",
        "verdict",
        "reason",
    ]);
    for log in logs {
        table.row(vec![
            log.state.word().into(),
            log.key.clone(),
            or_none(log.cell_id.clone()),
            or_none(log.size.map(table::size)),
            or_none(log.rows.map(table::whole)),
            runs(log),
            or_none(log.start_us.map(time::format_screen)),
            span(log),
            or_none(log.verdict.map(|v| v.word())),
            reason(log),
        ]);
    }
    table.render()
}

/// `4`, or `3/4` when some failed.
fn runs(log: &LogRow) -> String {
    match (log.runs_ok, log.runs_failed) {
        (Some(ok), None | Some(0)) => ok.to_string(),
        (Some(ok), Some(failed)) => format!("{ok}/{}", ok + failed),
        (None, _) => table::NONE.into(),
    }
}

fn span(log: &LogRow) -> String {
    match (log.start_us, log.stop_us) {
        (Some(a), Some(b)) => time::format_duration((b - a) as f64 / time::SECOND as f64),
        _ => table::NONE.into(),
    }
}

/// The reason, where the state alone leaves a question.
fn reason(log: &LogRow) -> String {
    match log.state {
        LogState::Harvested | LogState::Pending => String::new(),
        _ => log.reason.clone(),
    }
}
