//! `mdtui machines`: every machine over its runs.

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::MachinesJson,
    list::keep,
    open_lake::OpenLake,
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
    keep(&mut machines, args.filter.as_deref())?;
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
        exit::print(&render(&machines))?;
    }
    Ok(Exit::Ok)
}

fn render(machines: &[MachineRow]) -> String {
    let mut columns: Vec<_> = ["cell", "robot", "runs", "runtime"]
        .map(RowColumn::new)
        .into();
    let figures = [
        "distance_mm",
        "peak speed",
        "max speed",
        "peak force",
        "max force",
        "mean force",
        "forming",
    ];
    columns.extend(figures.map(|name| RowColumn::decimals(name, 1)));
    columns.push(RowColumn::of("state", |machine: &MachineRow| {
        let most = machine.most();
        most.map_or_else(String::new, |(state, runs)| match runs < machine.runs {
            true => format!("{} ({runs} of {})", state.word(), machine.runs),
            false => state.word().to_owned(),
        })
    }));
    let rest = [
        "pass",
        "suspect",
        "fail",
        "not evaluated",
        "first seen",
        "last seen",
    ];
    columns.extend(rest.map(RowColumn::new));
    table::of_rows(machines, &columns)
}
