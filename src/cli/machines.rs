//! `mdtui machines`: every machine over its runs.

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::MachinesJson,
    list::keep,
    look::Look,
    settings::Settings,
    table::{Table, fixed, or_none, whole},
};
use crate::etl::{Result, base::CancelToken, catalog::MachineRow, quality::Verdict, time};

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
/// Those of [`Look::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let look = Look::new(settings, &CancelToken::new())?;
    let mut machines = look.catalog.machines()?;
    let all = machines.len();
    keep(&mut machines, args.filter.as_deref())?;
    if let Some(cell) = &args.cell {
        machines.retain(|m| m.cell_id.as_deref().unwrap_or_default() == cell);
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

const VERDICTS: [Verdict; 4] = [
    Verdict::Pass,
    Verdict::Suspect,
    Verdict::Fail,
    Verdict::NotEvaluated,
];

fn render(machines: &[MachineRow]) -> String {
    let mut table = Table::new(&[
        "cell",
        "robot",
        ">runs",
        ">runtime",
        ">distance (mm)",
        ">peak speed (mm/s)",
        ">max speed (mm/s)",
        ">peak force (N)",
        ">max force (N)",
        ">mean force (N)",
        ">pass",
        ">suspect",
        ">fail",
        ">not evaluated",
        "first seen (UTC)",
        "last seen (UTC)",
    ]);
    for m in machines {
        let mut cells = vec![
            or_none(m.cell_id.clone()),
            m.robot.clone(),
            whole(m.runs),
            time::format_duration(m.runtime_s),
            fixed(m.distance_mm, 1),
            fixed(m.speed_peak, 1),
            fixed(m.speed_max, 1),
            fixed(m.force_peak, 1),
            fixed(m.force_max, 1),
            fixed(m.force_mean, 1),
        ];
        cells.extend(VERDICTS.map(|v| whole(m.verdicts.get(v.word()).copied().unwrap_or(0))));
        cells.extend([
            time::format_screen(m.first_seen_us),
            time::format_screen(m.last_seen_us),
        ]);
        table.row(cells);
    }
    table.render()
}
