//! `mdtui compare`: two to six runs.

mod json;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use json::CompareJson;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    open_lake::OpenLake,
    page::Page,
    settings::Settings,
    table::{self, NONE, TextTable, fixed, or_none},
};
use crate::etl::{
    Result,
    base::CancelToken,
    catalog::RunDetail,
    compare::{Cell, Comparison, FEWEST, Line, MOST, Relative, letter, with_unit},
    format::thousands,
    stats::ChannelStatistic,
    zone,
};

/// Two to six runs and how they differ from the first
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Two to six runs, each by any unambiguous part of its id; LOG:RUN when it stands in two logs
    #[arg(value_name = "RUN", required = true, num_args = FEWEST..=MOST)]
    pub runs: Vec<String>,
    /// Channels to compare, separated by commas [default: all that two of the runs have]
    #[arg(long, value_name = "CHANNEL,…", value_delimiter = ',')]
    pub channels: Vec<String>,
    /// Statistics to compare, separated by commas [default: all]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = statistics(), hide_possible_values = true)]
    pub stats: Vec<&'static ChannelStatistic>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui compare 50105b43 4bf44402",
        "print the differences between two runs",
    ),
    Example::new(
        "mdtui compare 50105b43 4bf44402 --channels fz_1,v1 --stats mean,peak",
        "compare some statistics of two channels",
    ),
];

fn statistics() -> impl TypedValueParser<Value = &'static ChannelStatistic> {
    let known = ChannelStatistic::compared().map(|s| s.key);
    PossibleValuesParser::new(known)
        .try_map(|key| ChannelStatistic::from_key(&key).ok_or("unknown statistic"))
}

/// Compares runs.
///
/// # Errors
/// [`crate::etl::Error::Usage`] for an unknown run, a name that means several, a run that is named
/// twice and a channel that no two of the runs share; those of [`OpenLake::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let lake = OpenLake::new(settings, &CancelToken::new())?;
    let runs = lake.distinct_runs(&args.runs)?;
    let all: Vec<&RunDetail> = runs.iter().collect();
    let present: Vec<Option<&RunDetail>> = runs.iter().map(Some).collect();
    let mut comparison = Comparison::new(&present, &args.stats);
    if !args.channels.is_empty() {
        comparison.keep(&args.channels)?;
    }
    if args.json {
        exit::print_json(&CompareJson::new(&all, &comparison))?;
    } else {
        let page = Page::stdout();
        page.print(&text(&all, &comparison, &page))?;
    }
    Ok(Exit::Ok)
}

fn text(runs: &[&RunDetail], comparison: &Comparison, page: &Page) -> String {
    let mut out = legend(runs).render(page);
    out.push('\n');
    out.push_str(&statistics_table(runs.len(), comparison).render(page));
    for run in 0..runs.len() {
        let alone = comparison.singles.iter().filter(|s| s.run == run);
        let names: Vec<&str> = alone.map(|s| s.name.as_str()).collect();
        if !names.is_empty() {
            let (run, names) = (letter(run), names.join(" "));
            out.push_str(&format!("\nonly run {run} has {names}\n"));
        }
    }
    out
}

/// Which run is which.
fn legend(runs: &[&RunDetail]) -> TextTable {
    let start = zone::heading("start");
    let mut table = TextTable::new(&["", "run", "log", "cell", &start, "verdict", "note"])
        .priorities(&[0, 0, 2, 4, 5, 1, 3])
        .key(2)
        .sentences(6);
    for (at, run) in runs.iter().enumerate() {
        let row = &run.row;
        let failed = row.error().map(|e| format!("failed: {e}"));
        table.row(vec![
            letter(at).to_string(),
            row.run.short(),
            row.log_key().to_owned(),
            or_none(row.cell_id().map(str::to_owned)),
            or_none(row.start_us().map(zone::format_screen)),
            row.verdict.word().to_owned(),
            failed.unwrap_or_default(),
        ]);
    }
    table
}

/// Every figure of every run; from the second run on with its difference to the first.
fn statistics_table(runs: usize, comparison: &Comparison) -> TextTable {
    let mut heads = vec![String::new(), ">A".to_owned()];
    for run in 1..runs {
        let run = letter(run);
        heads.extend([format!(">{run}"), format!(">{run} − A"), ">%".to_owned()]);
    }
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut table = TextTable::new(&heads).in_blocks(1);
    let blank = vec![String::new(); heads.len()];
    for line in &comparison.totals {
        table.row(figure_row(&line.title(true), line, None));
    }
    for channel in &comparison.channels {
        table.row(blank.clone());
        let mut head = blank.clone();
        if let Some(first) = head.first_mut() {
            *first = with_unit(&channel.name, &channel.unit);
        }
        table.row(head);
        for line in &channel.lines {
            // The head says the channel's unit; only other units are repeated.
            let other = line.unit != channel.unit;
            let scale = line.scale(Some(channel));
            table.row(figure_row(&format!("  {}", line.title(other)), line, scale));
        }
    }
    table
}

fn figure_row(title: &str, line: &Line, scale: Option<f64>) -> Vec<String> {
    let count = line.is_count();
    let number = |value: Option<f64>| match value {
        Some(n) if count => thousands(n as u64),
        value => fixed(value, 3),
    };
    let mut row = vec![title.to_owned()];
    for (at, cell) in line.cells.iter().enumerate() {
        row.push(number(cell.value));
        if at > 0 {
            row.extend([difference(cell, count), relative(line.relative(at, scale))]);
        }
    }
    row
}

/// `+4.10`, `x25.0` where per cent would be very many, `~0` where the first value is about zero.
fn relative(relative: Relative) -> String {
    match relative {
        Relative::Percent(percent) => signed(Some(percent), 2),
        Relative::Times(times) => format!("x{times:.1}"),
        Relative::NearZero => "~0".into(),
        Relative::Unknown => NONE.into(),
    }
}

fn difference(cell: &Cell, count: bool) -> String {
    match cell.difference {
        Some(d) if count && d < 0.0 => format!("-{}", thousands(d.abs() as u64)),
        Some(d) if count && d > 0.0 => format!("+{}", thousands(d as u64)),
        Some(_) if count => "0".into(),
        difference => signed(difference, 3),
    }
}

/// A number with its sign; without one when it rounds to zero.
fn signed(value: Option<f64>, decimals: usize) -> String {
    let Some(value) = value else {
        return NONE.into();
    };
    let text = table::fixed(Some(value.abs()), decimals);
    let zero = !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    match value {
        _ if zero => text,
        v if v < 0.0 => format!("-{text}"),
        _ => format!("+{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_bear_a_sign_where_there_is_one() {
        assert_eq!(signed(Some(1.25), 1), "+1.2");
        assert_eq!(signed(Some(-0.04), 1), "0.0");
        assert_eq!(signed(Some(-0.06), 1), "-0.1");
        assert_eq!(signed(None, 1), "-");
        let cell = |d| Cell {
            difference: Some(d),
            ..Cell::default()
        };
        assert_eq!(difference(&cell(-1234.0), true), "-1,234");
        assert_eq!(difference(&cell(7.0), true), "+7");
        assert_eq!(difference(&cell(0.0), true), "0");
    }
}
