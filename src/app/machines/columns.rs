//! Which columns of machines and of their runs a width has room for.

use super::{MachineColumn, PointColumn};
use crate::app::columns::{Column, fit};

/// From this many columns on the titles are whole words.
const WIDE: u16 = 150;

/// Columns of the list of machines in `width` characters, `name` of them for the
/// longest name.
pub fn machine_columns(width: u16, name: u16) -> Vec<Column<MachineColumn>> {
    use MachineColumn::*;
    let wide = width >= WIDE;
    let spec = |id| match id {
        Machine => ("machine", name.clamp(12, 28), false),
        Runs => ("runs", 5, true),
        Runtime => ("runtime", 8, true),
        Distance => ("distance m", 10, true),
        TopSpeed if wide => ("top speed mm/s", 14, true),
        TopSpeed => ("top mm/s", 8, true),
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
    let order = [
        Machine,
        PeakForce,
        Runs,
        Trend,
        TopSpeed,
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
    fit(width, &MachineColumn::ALL, &order, |id| id == Trend, spec)
}

/// Columns of the list of a machine's runs in `width` characters.
pub fn point_columns(width: u16) -> Vec<Column<PointColumn>> {
    use PointColumn::*;
    let wide = width >= WIDE;
    let spec = |id| match id {
        Run => ("run", 13, false),
        Start => ("start", 19, false),
        Runtime => ("runtime", 8, true),
        Distance => ("distance m", 10, true),
        TopSpeed if wide => ("top speed mm/s", 14, true),
        TopSpeed => ("top mm/s", 8, true),
        MaxSpeed => ("max mm/s", 8, true),
        PeakForce if wide => ("peak force N", 12, true),
        PeakForce => ("peak N", 8, true),
        MaxForce => ("max N", 8, true),
        MeanForce if wide => ("mean force N", 12, true),
        MeanForce => ("mean N", 8, true),
        Verdict => ("verdict", 13, false),
        Log => ("log", 22, false),
    };
    let order = [
        Start, PeakForce, Verdict, Run, TopSpeed, Runtime, MeanForce, Distance, MaxForce, MaxSpeed,
        Log,
    ];
    fit(width, &PointColumn::ALL, &order, |id| id == Log, spec)
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
        for width in 40..260 {
            for name in [0, 15, 200] {
                assert!(
                    sum(&machine_columns(width, name)) <= width,
                    "{width} {name}"
                );
            }
            assert!(sum(&point_columns(width)) <= width, "{width}");
        }
        assert_eq!(machine_columns(200, 12).len(), MachineColumn::ALL.len());
        assert_eq!(point_columns(200).len(), PointColumn::ALL.len());
        let at_80: Vec<_> = machine_columns(80, 12).iter().map(|c| c.id).collect();
        assert!(at_80.contains(&MachineColumn::Suspect), "{at_80:?}");
    }
}
