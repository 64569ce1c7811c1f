//! `mdtui machines`: every machine over its runs.

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::MachinesJson,
    list::keep,
    open_lake::OpenLake,
    page::Page,
    settings::Settings,
    table::{self, RowColumn},
};
use crate::etl::{Result, base::CancelToken, catalog::MachineRow, text};

/// The machines over all their runs
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Only machines that pass a filter: words, robot:1, force>2kN, slope>0 (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Only machines of this cell; an empty name: of none
    #[arg(long, value_name = "CELL", allow_hyphen_values = true)]
    pub cell: Option<String>,
    /// Only this robot of each cell
    #[arg(long, value_name = "ROBOT", allow_hyphen_values = true)]
    pub robot: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui machines",
        "print every robot with its figures over all runs",
    ),
    Example::new(
        "mdtui machines --cell 10 --robot 1 --json",
        "print one robot as JSON",
    ),
];

/// Lists machines.
///
/// # Errors
/// Those of [`OpenLake::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let lake = OpenLake::new(settings, &CancelToken::new())?;
    let mut machines = lake.catalog.machines()?;
    let all = machines.len();
    keep(&mut machines, args.filter.as_deref(), &lake.context.profile)?;
    if let Some(cell) = &args.cell {
        let cell = text::composed(cell);
        machines.retain(|m| text::is_same(m.cell_id.as_deref().unwrap_or_default(), &cell));
    }
    if let Some(robot) = &args.robot {
        machines.retain(|m| m.robot == *robot);
    }
    if args.json {
        exit::print_json(&MachinesJson::new(&machines))?;
    } else if machines.is_empty() && all > 0 {
        exit::note("no such machines");
    } else if machines.is_empty() {
        exit::note("no machines: nothing is harvested yet");
    } else {
        let page = Page::stdout();
        page.print(&render(&machines, &page))?;
    }
    Ok(Exit::Ok)
}

fn render(machines: &[MachineRow], page: &Page) -> String {
    let optional = |(name, priority)| RowColumn::new(name).priority(priority);
    let mut columns: Vec<_> = [("cell", 0), ("robot", 0), ("runs", 1), ("runtime", 4)]
        .map(optional)
        .into();
    let figures = [
        ("distance_mm", 7),
        ("peak speed", 3),
        ("max speed", 10),
        ("peak force", 2),
        ("max force", 10),
        ("mean force", 11),
        ("forming", 5),
    ];
    let figure = |(name, priority)| RowColumn::decimals(name, 1).priority(priority);
    columns.extend(figures.map(figure));
    let state = RowColumn::of("state", |machine: &MachineRow| {
        let most = machine.most();
        most.map_or_else(String::new, |(state, runs)| match runs < machine.runs {
            true => format!("{} ({runs} of {})", state.word(), machine.runs),
            false => state.word().to_owned(),
        })
    });
    columns.push(state.priority(8));
    let rest = [
        ("pass", 6),
        ("suspect", 6),
        ("fail", 6),
        ("not evaluated", 9),
        ("first seen", 12),
        ("last seen", 4),
    ];
    columns.extend(rest.map(optional));
    table::of_rows(machines, &columns, page)
}
