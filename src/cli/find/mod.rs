//! `mdtui find`: every stretch of every run in which a condition holds.

mod json;

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use json::FindJson;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    harvest::report::worst,
    open_lake::OpenLake,
    page::Page,
    progress::{Progress, Unit},
    settings::Settings,
    signals::cancel_on_signals,
    table::{TextTable, fixed, or_none},
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    filter::Filter,
    find::{Event, Query, Search, Stretch, Tally},
    position, text, zone,
};

/// Every stretch of every run in which a condition holds
///
/// The condition is evaluated over the rows of each run's table, held values included; what is null never
/// matches. Runs whose stored extremes exclude a match are not read.
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// What must hold, over columns of the tables: 'fz_1 < -2500 and vz_1 > 10', 'v1 > v2', 'fx_1 is null'
    #[arg(allow_hyphen_values = true)]
    pub condition: String,
    /// Only stretches of at least this duration, such as 0.5s or 200ms
    #[arg(long, value_name = "DURATION", value_parser = at_least)]
    pub r#for: Option<i64>,
    /// Only in runs that pass a filter: cell:10, runtime>9m, not verdict:fail (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui find 'fz_1 < -1000 and v1 > 10' --for 0.5s",
        "print where a robot pressed hard while it moved, for half a second or longer",
    ),
    Example::new(
        "mdtui find 'v1 > v2' --filter 'cell:1' --json",
        "print JSON of one cell's runs for a script",
    ),
];

/// A duration with its unit, in microseconds.
fn at_least(typed: &str) -> Result<i64, String> {
    // A number alone may be meant in anything.
    let typed = typed.trim();
    let with_unit = Some(typed).filter(|typed| typed.contains(char::is_alphabetic));
    with_unit
        .and_then(position::duration)
        .ok_or_else(|| "write a number and us, ms, s, m, h or d, such as 0.5s or 200ms".to_owned())
}

/// Finds.
///
/// # Errors
/// [`Error::Usage`] for a condition or filter that makes no sense and a column that no run has;
/// [`Error::Cancelled`]; those of [`OpenLake::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let filter = Filter::parse(args.filter.as_deref().unwrap_or_default());
    let query = Query {
        condition: args.condition.clone(),
        at_least_us: args.r#for.unwrap_or(0),
        filter: filter.map_err(|e| Error::Usage(format!("--filter: {e}")))?,
    };
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    let lake = OpenLake::new(settings, &cancel)?;
    let search = Search::new(&lake.catalog, &query)?;
    let progress = Progress::counting("searching", Unit::Things("tables"));
    let tables = search.targets.len() as u64;
    let exits = Mutex::new(Vec::new());
    let found = search.collect(&lake.context.lake, &cancel, &|event| match event {
        Event::Searched { done, .. } => progress.done_of(*done as u64, tables),
        Event::Unreadable(error) => {
            progress.note(&format!("mdtui: {error}"));
            let mut exits = exits.lock().unwrap_or_else(PoisonError::into_inner);
            exits.push(Exit::of(error));
        }
    });
    drop(progress);
    let found = found?;
    if args.json {
        exit::print_json(&FindJson::new(&search, &found))?;
    } else if !found.is_empty() {
        let page = Page::stdout();
        page.print(&render(&search, &found, &page))?;
    }
    let exits = exits.into_inner().unwrap_or_else(PoisonError::into_inner);
    let in_runs: BTreeSet<u32> = found.iter().map(|s| s.target).collect();
    let tally = Tally {
        stretches: found.len(),
        in_runs: in_runs.len(),
        unreadable: exits.len(),
    };
    exit::note(&tally.sentence(search.runs, search.targets.len()));
    Ok(worst(exits.into_iter()))
}

fn render(search: &Search, found: &[Stretch], page: &Page) -> String {
    let extreme = search.channel.as_ref().map_or(String::new(), |channel| {
        let name = text::quoted(channel, 60);
        match search.unit() {
            "" => format!(">{} {name}", search.extreme.word()),
            unit => format!(">{} {name} ({unit})", search.extreme.word()),
        }
    });
    let start = zone::heading("start");
    let mut table = TextTable::new(&["run", "log", "cell", &start, ">seconds", &extreme])
        .priorities(&[0, 3, 4, 1, 0, 2])
        .key(1);
    for stretch in found {
        let Some(target) = search.target(stretch) else {
            continue;
        };
        let mut row = vec![
            target.run.short(),
            target.log_key.clone(),
            or_none(target.cell_id.clone()),
            zone::format_screen(stretch.start_us),
            fixed(Some(stretch.seconds()), 3),
        ];
        // Without a channel the column is empty, and left out.
        row.extend(search.channel.as_ref().map(|_| fixed(stretch.extreme(), 3)));
        table.row(row);
    }
    table.render(page)
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(at_least("0.5s"), Ok(500_000));
        assert_eq!(at_least(" 200ms "), Ok(200_000));
        for bad in ["", "5", "-1s", "fast", "0.1us"] {
            assert!(at_least(bad).is_err(), "{bad}");
        }
    }
}
