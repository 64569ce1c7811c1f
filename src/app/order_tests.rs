//! Every list's every column orders any rows totally: sorting panics on an order that does not.

use std::cmp::Ordering;

use proptest::{prelude::*, strategy::ValueTree};

use super::{
    machines::{Machine, MachineColumn, PointColumn},
    rows::{LogColumn, RunColumn},
    run::quality::{FlagColumn, FlagRow},
    table::Row,
};
use crate::etl::{
    catalog::{LogRow, LogState, MachinePoint, MachineRow, RunRow},
    quality::{Flag, Severity, Verdict},
    run_id::RunId,
    stats::RobotStats,
};

/// The order of every column of three rows is that of a total preorder.
fn is_total<R: Row>(rows: &[R; 3], columns: usize) -> Result<(), TestCaseError> {
    // One more is how rows are compared where no column is known.
    for column in 0..=columns {
        for a in rows {
            prop_assert_eq!(a.compare(a, column), Ordering::Equal);
            for b in rows {
                let order = a.compare(b, column);
                prop_assert_eq!(order, b.compare(a, column).reverse(), "column {}", column);
                for c in rows {
                    if order.is_le() && b.compare(c, column).is_le() {
                        prop_assert!(a.compare(c, column).is_le(), "column {}", column);
                    }
                }
            }
        }
    }
    Ok(())
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "9",
        "10",
        "1a",
        "57",
        "7b",
        "A2",
        "007",
        "7",
        "2.5",
        "",
        "-3",
        "left",
        "99999999999999999999",
    ])
    .prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e300,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ])
}

fn known<T: std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop::option::of(value)
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(Verdict::ALL.to_vec())
}

prop_compose! {
    fn log()(
        key in name(),
        state in prop::sample::select(LogState::ALL.to_vec()),
        cell_id in known(name()),
        counts in prop::array::uniform4(known(0u32..3)),
        times in prop::array::uniform3(known(-2i64..3)),
        verdict in known(verdict()),
    ) -> LogRow {
        LogRow {
            path: key.clone(),
            key,
            state,
            reason: String::new(),
            cell_id,
            size: counts[0].map(u64::from),
            mtime_us: None,
            rows: counts[1].map(u64::from),
            runs_ok: counts[2],
            runs_failed: counts[3],
            start_us: times[0],
            stop_us: times[1],
            harvested_at_us: times[2],
            verdict,
            flags: None,
            leave_alone: None,
        }
    }
}

prop_compose! {
    fn run()(
        log_key in name(),
        run in 0u128..3,
        cell_id in known(name()),
        start_us in known(-2i64..3),
        runtime_s in known(number()),
        distance_mm in prop::collection::btree_map(name(), number(), 0..3),
        counts in prop::array::uniform3(0u32..3),
        verdict in verdict(),
    ) -> RunRow {
        RunRow {
            log_key,
            run: RunId(run),
            cell_id,
            error: None,
            start_us,
            stop_us: start_us,
            runtime_s,
            distance_mm: distance_mm.into(),
            rows: 0,
            samples: counts[0].into(),
            complete_rows: 0,
            channels: counts[1],
            verdict,
            flags: counts[2],
            also_in: Vec::new(),
            file_name: None,
            spark_channel: None,
            spark: Vec::new(),
        }
    }
}

prop_compose! {
    fn point()(
        log_key in name(),
        run in 0u128..3,
        start_us in -2i64..3,
        runtime_s in number(),
        figures in prop::array::uniform6(known(number())),
        verdict in verdict(),
    ) -> MachinePoint {
        MachinePoint {
            log_key,
            run: RunId(run),
            start_us,
            runtime_s,
            stats: RobotStats {
                distance_mm: figures[0],
                speed_max: figures[1],
                speed_peak: figures[2],
                force_max: figures[3],
                force_peak: figures[4],
                force_mean: figures[5],
                ..RobotStats::default()
            },
            verdict,
        }
    }
}

prop_compose! {
    fn machine()(
        cell_id in known(name()),
        robot in name(),
        point in point(),
        slope in known(number()),
        counts in prop::collection::btree_map(
            prop::sample::select(Verdict::ALL.map(Verdict::word).to_vec()).prop_map(str::to_owned),
            0u64..3,
            0..4,
        ),
    ) -> Machine {
        let stats = point.stats.clone();
        Machine {
            row: MachineRow {
                cell_id,
                robot,
                runs: 1,
                runtime_s: point.runtime_s,
                distance_mm: stats.distance_mm,
                speed_max: stats.speed_max,
                speed_peak: stats.speed_peak,
                force_max: stats.force_max,
                force_peak: stats.force_peak,
                force_mean: stats.force_mean,
                verdicts: counts,
                first_seen_us: point.start_us,
                last_seen_us: point.start_us,
                series: vec![point],
            },
            slope,
        }
    }
}

prop_compose! {
    fn flag()(
        position in 0usize..3,
        rule in name(),
        channel in known(name()),
        severity in prop::sample::select(Severity::ALL.to_vec()),
        span in known((0i64..3, 0i64..3)),
        value in known(number()),
        threshold in known(number()),
    ) -> FlagRow {
        let flag = Flag {
            rule,
            severity,
            channel,
            start_time: None,
            stop_time: None,
            value,
            threshold,
            message: String::new(),
            unit: String::new(),
        };
        FlagRow::new(flag, span, position)
    }
}

proptest! {
    #[test]
    fn of_logs(rows in prop::array::uniform3(log())) {
        is_total(&rows, LogColumn::ALL.len())?;
    }

    #[test]
    fn of_runs(rows in prop::array::uniform3(run())) {
        is_total(&rows, RunColumn::all(3).len())?;
    }

    #[test]
    fn of_machines(rows in prop::array::uniform3(machine())) {
        is_total(&rows, MachineColumn::ALL.len())?;
    }

    #[test]
    fn of_the_runs_of_a_machine(rows in prop::array::uniform3(point())) {
        is_total(&rows, PointColumn::ALL.len())?;
    }

    #[test]
    fn of_flags(rows in prop::array::uniform3(flag())) {
        is_total(&rows, FlagColumn::ALL.len())?;
    }
}

/// The names of `tests/it`'s mixed cells, in every list that has cells, both ways.
#[test]
fn cells_stand_in_one_order_in_every_list() {
    let cells = ["9", "10", "1a", "57", "7b", "A2", "007", "2.5"];
    let sorted = ["2.5", "007", "9", "10", "57", "1a", "7b", "A2"];
    fn in_order<R: Row>(
        column: usize,
        row: impl Fn(&str) -> R,
        cell: impl Fn(&R) -> String,
        cells: &[&str],
    ) -> Vec<String> {
        let mut rows: Vec<R> = cells.iter().map(|cell| row(cell)).collect();
        rows.sort_by(|a, b| a.compare(b, column));
        rows.iter().map(cell).collect()
    }
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut any = |cells: &[&str]| {
        let log = log().new_tree(&mut runner).unwrap().current();
        let run = run().new_tree(&mut runner).unwrap().current();
        let machine = machine().new_tree(&mut runner).unwrap().current();
        let cell = |id: &Option<String>| id.clone().unwrap_or_default();
        [
            in_order(
                LogColumn::ALL
                    .iter()
                    .position(|c| *c == LogColumn::Cell)
                    .unwrap(),
                |id| LogRow {
                    cell_id: Some(id.into()),
                    ..log.clone()
                },
                |r| cell(&r.cell_id),
                cells,
            ),
            in_order(
                RunColumn::Cell.index(),
                |id| RunRow {
                    cell_id: Some(id.into()),
                    ..run.clone()
                },
                |r| cell(&r.cell_id),
                cells,
            ),
            in_order(
                0,
                |id| Machine {
                    row: MachineRow {
                        cell_id: Some(id.into()),
                        ..machine.row.clone()
                    },
                    slope: None,
                },
                |m| cell(&m.row.cell_id),
                cells,
            ),
        ]
    };
    for list in any(&cells) {
        assert_eq!(list, sorted);
    }
}
