//! Which columns of machines and of their runs a width has room for.

use super::{MachineColumn, PointColumn};
use crate::app::{
    choice::Choice,
    columns::{Column, fit},
};

/// From this many columns on the titles are whole words.
const WIDE: u16 = 150;

/// Columns of the list of machines in `width` characters, `name` of them for the
/// longest name.
pub fn machine_columns(width: u16, name: u16, choice: &Choice) -> Vec<Column<MachineColumn>> {
    use MachineColumn::*;
    let wide = width >= WIDE;
    let spec = |id| match id {
        Machine => ("machine", name.clamp(12, 28), false),
        Runs => ("runs", 5, true),
        Runtime => ("runtime", 8, true),
        Distance => ("distance m", 10, true),
        PeakSpeed if wide => ("peak speed mm/s", 15, true),
        PeakSpeed => ("peak mm/s", 8, true),
        MaxSpeed => ("max mm/s", 8, true),
        PeakForce if wide => ("peak force N", 12, true),
        PeakForce => ("peak N", 8, true),
        MaxForce => ("max N", 8, true),
        MeanForce if wide => ("mean force N", 12, true),
        MeanForce => ("mean N", 8, true),
        Trend if wide => ("trend of peak force", 19, false),
        Trend => ("trend", 12, false),
        Slope => ("N/day", 7, true),
        Pass => ("pass", 4, true),
        Suspect => ("suspect", 7, true),
        Fail => ("fail", 4, true),
        NotEvaluated => ("not ev.", 7, true),
        LastSeen => ("last seen", 16, false),
    };
    // The first that are left out stand last.
    let mut order = vec![
        Machine,
        PeakForce,
        Runs,
        Trend,
        PeakSpeed,
        Slope,
        Fail,
        Suspect,
        Pass,
        Runtime,
        LastSeen,
        Distance,
        MeanForce,
        NotEvaluated,
        MaxForce,
        MaxSpeed,
    ];
    order.retain(|id| !choice.hides(machine_name(*id)));
    let mut columns = fit(width, &MachineColumn::ALL, &order, |id| id == Trend, spec);
    choice.sort(&mut columns, |column| machine_name(column.id).into());
    columns
}

/// What a column of machines is called where it is chosen; titles change with the width.
fn machine_name(id: MachineColumn) -> &'static str {
    use MachineColumn::*;
    match id {
        Machine => "machine",
        Runs => "runs",
        Runtime => "runtime",
        Distance => "distance",
        PeakSpeed => "peak speed",
        MaxSpeed => "max speed",
        PeakForce => "peak force",
        MaxForce => "max force",
        MeanForce => "mean force",
        Trend => "trend of peak force",
        Slope => "slope of peak force",
        Pass => "pass",
        Suspect => "suspect",
        Fail => "fail",
        NotEvaluated => "not evaluated",
        LastSeen => "last seen",
    }
}

/// All columns of the list of machines by name.
pub fn machine_names() -> Vec<String> {
    MachineColumn::ALL
        .map(|id| machine_name(id).to_owned())
        .to_vec()
}

/// Columns of the list of a machine's runs in `width` characters.
pub fn point_columns(width: u16, choice: &Choice) -> Vec<Column<PointColumn>> {
    use PointColumn::*;
    let wide = width >= WIDE;
    let spec = |id| match id {
        Run => ("run", 13, false),
        Start => ("start", 19, false),
        Runtime => ("runtime", 8, true),
        Distance => ("distance m", 10, true),
        PeakSpeed if wide => ("peak speed mm/s", 15, true),
        PeakSpeed => ("peak mm/s", 8, true),
        MaxSpeed => ("max mm/s", 8, true),
        PeakForce if wide => ("peak force N", 12, true),
        PeakForce => ("peak N", 8, true),
        MaxForce => ("max N", 8, true),
        MeanForce if wide => ("mean force N", 12, true),
        MeanForce => ("mean N", 8, true),
        Verdict => ("verdict", 13, false),
        Log => ("log", 22, false),
    };
    let mut order = vec![
        Start, PeakForce, Verdict, Run, PeakSpeed, Runtime, MeanForce, Distance, MaxForce,
        MaxSpeed, Log,
    ];
    order.retain(|id| !choice.hides(point_name(*id)));
    let mut columns = fit(width, &PointColumn::ALL, &order, |id| id == Log, spec);
    choice.sort(&mut columns, |column| point_name(column.id).into());
    columns
}

/// As [`machine_name`] for the runs of a machine.
fn point_name(id: PointColumn) -> &'static str {
    use PointColumn::*;
    match id {
        Run => "run",
        Start => "start",
        Runtime => "runtime",
        Distance => "distance",
        PeakSpeed => "peak speed",
        MaxSpeed => "max speed",
        PeakForce => "peak force",
        MaxForce => "max force",
        MeanForce => "mean force",
        Verdict => "verdict",
        Log => "log",
    }
}

/// All columns of the list of a machine's runs by name.
pub fn point_names() -> Vec<String> {
    PointColumn::ALL
        .map(|id| point_name(id).to_owned())
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::columns::{GAP, GUTTER};

    fn sum<C>(columns: &[Column<C>]) -> u16 {
        let gaps = GAP * (columns.len() as u16).saturating_sub(1);
        GUTTER + gaps + columns.iter().map(|c| c.width).sum::<u16>()
    }

    #[test]
    fn columns_fit_every_width() {
        let usual = Choice::default();
        for width in 40..260 {
            for name in [0, 15, 200] {
                let columns = machine_columns(width, name, &usual);
                assert!(sum(&columns) <= width, "{width} {name}");
            }
            assert!(sum(&point_columns(width, &usual)) <= width, "{width}");
        }
        let all = machine_columns(200, 12, &usual).len();
        assert_eq!(all, MachineColumn::ALL.len());
        assert_eq!(point_columns(200, &usual).len(), PointColumn::ALL.len());
        let at_80 = machine_columns(80, 12, &usual);
        assert!(at_80.iter().any(|c| c.id == MachineColumn::Suspect));
    }

    #[test]
    fn chosen_columns_stand_as_they_were_ordered_and_make_room_for_others() {
        let words = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let choice = Choice {
            order: words(&["last seen", "machine", "verdict", "run"]),
            hidden: words(&["peak force", "start"]),
        };
        let shown = machine_columns(120, 12, &choice);
        assert_eq!(
            (shown[0].id, shown[1].id),
            (MachineColumn::LastSeen, MachineColumn::Machine)
        );
        assert!(shown.iter().all(|c| c.id != MachineColumn::PeakForce));
        let shown = point_columns(80, &choice);
        assert_eq!(
            (shown[0].id, shown[1].id),
            (PointColumn::Verdict, PointColumn::Run)
        );
        assert!(shown.iter().all(|c| c.id != PointColumn::Start));
        for (all, names) in [(machine_names(), 16), (point_names(), 11)] {
            let unique: std::collections::BTreeSet<_> = all.iter().collect();
            assert_eq!((all.len(), unique.len()), (names, names));
        }
    }
}
