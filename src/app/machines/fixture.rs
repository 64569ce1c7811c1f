//! Machines of a few cells, for tests.

use std::collections::BTreeMap;

use crate::{
    app::fixture::NOW,
    etl::{
        catalog::{MachinePoint, MachineRow},
        quality::Verdict,
        run_id::RunId,
        stats::{Forming, RobotState, RobotStats, slope_per_day},
        time::SECOND,
    },
};

/// Between two runs of a machine.
const STEP: i64 = 6 * 3_600 * SECOND;

/// Run `n` of a machine whose force grows by 2.75 N a run; robot 2 hardly moves, every
/// seventh run has no forces.
fn point(n: i64, robot: u8) -> MachinePoint {
    let force = (n % 7 != 6).then_some(700.0 * f64::from(robot) + 2.75 * n as f64);
    let speed = if robot == 1 {
        812.4 + (n % 3) as f64
    } else {
        0.02
    };
    MachinePoint {
        log_key: format!("cell-10/{n:03}"),
        run: RunId(0x6939_b762_6b66_11ed_0000 + n as u128),
        start_us: NOW + n * STEP,
        runtime_s: 599.971 - (n % 5) as f64,
        stats: RobotStats {
            state: Some(match force {
                Some(_) => RobotState::Contact,
                None => RobotState::Unknown,
            }),
            distance_mm: Some(speed * 48.0),
            speed_max: Some(speed * 1.5),
            speed_peak: Some(speed),
            force_max: force.map(|f| f + if n == 12 { 900.0 } else { 20.0 }),
            force_peak: force,
            force_mean: force.map(|f| f / 2.0),
            force_samples: if force.is_some() { 60_000 } else { 0 },
            forming: Forming {
                force_peak_n: force.filter(|_| robot == 1).map(|f| f - 210.5),
                ..Forming::default()
            },
            ..RobotStats::default()
        },
        verdict: match n % 9 {
            0 => Verdict::Suspect,
            5 => Verdict::Fail,
            _ => Verdict::Pass,
        },
    }
}

/// A machine with so many runs.
pub fn machine(cell: Option<&str>, robot: u8, runs: i64) -> MachineRow {
    let series: Vec<MachinePoint> = (0..runs).map(|n| point(n, robot)).collect();
    let highest = |of: fn(&RobotStats) -> Option<f64>| {
        series.iter().filter_map(|p| of(&p.stats)).reduce(f64::max)
    };
    let mut verdicts = BTreeMap::new();
    let mut states = BTreeMap::new();
    for p in &series {
        *states.entry(p.stats.state.unwrap()).or_default() += 1;
        *verdicts.entry(p.verdict.word().to_owned()).or_default() += 1;
    }
    MachineRow {
        cell_id: cell.map(str::to_owned),
        robot: robot.to_string(),
        runs: runs as u64,
        runtime_s: series.iter().map(|p| p.runtime_s).sum(),
        distance_mm: Some(series.iter().filter_map(|p| p.stats.distance_mm).sum()),
        speed_max: highest(|s| s.speed_max),
        speed_peak: highest(|s| s.speed_peak),
        force_max: highest(RobotStats::contact_max),
        force_peak: highest(RobotStats::contact_peak),
        force_mean: highest(RobotStats::contact_mean).map(|f| f * 0.9),
        verdicts,
        states,
        forming_peak: highest(|s| s.forming.force_peak_n),
        first_seen_us: NOW,
        last_seen_us: NOW + (runs - 1) * STEP + 600 * SECOND,
        slope: slope_per_day(series.iter().map(|p| (p.start_us, p.stats.contact_peak()))),
        series,
    }
}

/// A machine that was parked in all of its runs: what its load cells read is no force.
pub fn parked(cell: Option<&str>, robot: u8, runs: i64) -> MachineRow {
    let mut parked = machine(cell, robot, runs);
    for point in &mut parked.series {
        point.stats.state = Some(RobotState::Parked);
        point.stats.forming = Forming::default();
    }
    MachineRow {
        force_max: None,
        force_peak: None,
        force_mean: None,
        forming_peak: None,
        slope: None,
        states: BTreeMap::from([(RobotState::Parked, runs as u64)]),
        ..parked
    }
}

/// Machines as the catalog gives them: no cell first, then cells by their numbers.
pub fn machines() -> Vec<MachineRow> {
    vec![
        machine(None, 1, 1),
        machine(Some("2"), 1, 3),
        machine(Some("2"), 2, 3),
        machine(Some("10"), 1, 42),
        machine(Some("10"), 2, 42),
        machine(Some("line-a/cell-with-a-long-name"), 1, 12),
    ]
}
