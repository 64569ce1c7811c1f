//! What holds for every column of every list: any rows are sorted totally (sorting panics on an
//! order that is not), exported with the type of the field, and filtered by the column's name;
//! names are unique, and titles fit.

use std::{cmp::Ordering, collections::BTreeSet};

use proptest::{prelude::*, strategy::ValueTree};
use unicode_width::UnicodeWidthStr;

use super::{Column, GAP};
use crate::{
    app::{
        find::stretch_row::{StretchOf, StretchRow},
        fixture,
        run::quality::FlagRow,
        table::{Row, Table},
    },
    etl::{
        catalog::{
            LogPath, LogRow, LogState, MachinePoint, MachineRow, RunFields, RunRow, align_robots,
        },
        export::Values,
        filter::{Filter, Kind},
        quality::{Flag, Severity, Verdict},
        run_id::RunId,
        stats::RobotStats,
    },
};

/// How a list sorts two rows by a column.
fn compare<R: Row>(column: &Column<R>, a: &R, b: &R) -> Ordering {
    let fields = column.sort_fields().iter();
    fields.fold(Ordering::Equal, |order, field| {
        order.then_with(|| field.kind().order(&field.value(a), &field.value(b)))
    })
}

fn holds_for_every_column<R: Row>(rows: &[R; 3]) -> Result<(), TestCaseError> {
    let columns = R::columns(rows);
    let names: BTreeSet<&str> = columns.iter().map(Column::name).collect();
    prop_assert_eq!(names.len(), columns.len(), "names are unique");
    for column in &columns {
        is_described(column)?;
        is_total(column, rows)?;
        for row in rows {
            // No cell depends on there being a value.
            column.draw(row, column.width);
        }
    }
    for column in columns {
        let name = column.name().to_owned();
        for export in column.into_exports() {
            let values = Values::of(export.kind(), rows.iter().map(|row| export.value(row)));
            let fits = match export.kind() {
                Kind::Number(unit) if unit.is_whole() => matches!(values, Values::Whole(_)),
                Kind::Number(_) => matches!(values, Values::Number(_)),
                Kind::Time => matches!(values, Values::Time(_)),
                _ => matches!(values, Values::Text(_)),
            };
            prop_assert!(fits, "{}: {:?}", name, values);
        }
    }
    Ok(())
}

fn is_described<R: Row>(column: &Column<R>) -> Result<(), TestCaseError> {
    let name = column.name();
    prop_assert!(!column.sort_fields().is_empty(), "{} does not sort", name);
    if column.field.is_some() {
        let filter = Filter::<R>::parse(&format!("\"{name}\" is null"));
        prop_assert!(filter.is_ok(), "{}: {:?}", name, filter);
    } else {
        prop_assert_eq!(
            column.exported,
            Some(&[][..]),
            "{} is neither field nor picture",
            name
        );
    }
    for export in column.exported.unwrap_or_default() {
        prop_assert!(
            super::field::<R>(export).is_some(),
            "{}: no field {}",
            name,
            export
        );
    }
    // At the right a title may begin in the gap before its column.
    let gap = if column.is_right() { GAP } else { 0 };
    let usual = (&*column.title, column.width);
    let wide = column.wide.map(|(_, title, width)| (title, width));
    for (title, width) in std::iter::once(usual).chain(wide) {
        let fits = title.width() <= usize::from(width + gap);
        prop_assert!(fits, "{}: `{}` in {}", name, title, width);
    }
    Ok(())
}

/// The order by a column is that of a total preorder.
fn is_total<R: Row>(column: &Column<R>, rows: &[R; 3]) -> Result<(), TestCaseError> {
    let name = column.name();
    for a in rows {
        prop_assert_eq!(compare(column, a, a), Ordering::Equal, "{}", name);
        for b in rows {
            let order = compare(column, a, b);
            prop_assert_eq!(order, compare(column, b, a).reverse(), "{}", name);
            for c in rows {
                if order.is_le() && compare(column, b, c).is_le() {
                    prop_assert!(compare(column, a, c).is_le(), "{}", name);
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

/// As logs name robots; longer names have their titles cut.
fn robot() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["1", "10", "2", "left arm"]).prop_map(str::to_owned)
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
            path: LogPath::of(&key, &key),
            key,
            state,
            reason: String::new().into(),
            cell_id: cell_id.map(Into::into),
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
        distance_mm in prop::collection::btree_map(robot(), number(), 0..3),
        counts in prop::array::uniform3(0u32..3),
        verdict in verdict(),
    ) -> RunRow {
        RunRow::from(RunFields {
            cell_id: cell_id.as_deref(),
            start_us,
            stop_us: start_us,
            runtime_s,
            distance_mm: distance_mm.into(),
            samples: counts[0].into(),
            channels: counts[1],
            verdict,
            flags: counts[2],
            ..RunFields::new(&log_key, RunId(run))
        })
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
    ) -> MachineRow {
        let stats = point.stats.clone();
        MachineRow {
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
            slope,
            verdicts: counts,
            states: Default::default(),
            forming_peak: None,
            first_seen_us: point.start_us,
            last_seen_us: point.start_us,
            series: vec![point],
        }
    }
}

prop_compose! {
    fn stretch()(
        log_key in name(),
        run in 0u128..3,
        cell_id in known(name()),
        times in prop::array::uniform2(-2i64..3),
        extreme in known(number()),
        heading in prop::sample::select(vec!["", "min fz_1 N", "max a channel with a long name mm/s²"]),
    ) -> StretchRow {
        let of = StretchOf { log_key, run: RunId(run), cell_id, heading: heading.into() };
        let [start_us, stop_us] = times;
        StretchRow { of: of.into(), start_us, stop_us, extreme }
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
        holds_for_every_column(&rows)?;
    }

    #[test]
    fn of_runs(mut rows in prop::array::uniform3(run())) {
        align_robots(&mut rows);
        holds_for_every_column(&rows)?;
    }

    #[test]
    fn of_machines(rows in prop::array::uniform3(machine())) {
        holds_for_every_column(&rows)?;
    }

    #[test]
    fn of_the_runs_of_a_machine(rows in prop::array::uniform3(point())) {
        holds_for_every_column(&rows)?;
    }

    #[test]
    fn of_stretches(rows in prop::array::uniform3(stretch())) {
        holds_for_every_column(&rows)?;
    }

    #[test]
    fn of_flags(rows in prop::array::uniform3(flag())) {
        holds_for_every_column(&rows)?;
    }
}

/// The names of `tests/it`'s mixed cells, in every list that has cells, both ways.
#[test]
fn cells_stand_in_one_order_in_every_list() {
    let cells = ["9", "10", "1a", "57", "7b", "A2", "007", "2.5"];
    let sorted = ["2.5", "007", "9", "10", "57", "1a", "7b", "A2"];
    fn in_order<R: Row>(
        column: &str,
        row: impl Fn(&str) -> R,
        cell: impl Fn(&R) -> String,
        cells: &[&str],
    ) -> Vec<String> {
        let mut table = Table::default();
        table.replace(cells.iter().map(|cell| row(cell)).collect());
        let columns = R::columns(table.rows());
        let at = columns.iter().position(|c| c.name() == column).unwrap();
        table.sort = Some((at, false));
        table.sort_rows();
        let sorted = (0..table.len()).map(|at| cell(table.get(at).unwrap()));
        sorted.collect()
    }
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let log = log().new_tree(&mut runner).unwrap().current();
    let run = run().new_tree(&mut runner).unwrap().current();
    let machine = machine().new_tree(&mut runner).unwrap().current();
    let cell = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let of_log = |id: &str| LogRow {
        key: id.into(),
        cell_id: Some(id.into()),
        ..log.clone()
    };
    let of_run = |id: &str| {
        RunRow::from(RunFields {
            log_key: id,
            cell_id: Some(id),
            ..run.fields()
        })
    };
    let of_machine = |id: &str| MachineRow {
        cell_id: Some(id.into()),
        ..machine.clone()
    };
    for list in [
        in_order("cell", of_log, |log| cell(log.cell_id.as_deref()), &cells),
        in_order("cell", of_run, |run| cell(run.cell_id()), &cells),
        in_order(
            "machine",
            of_machine,
            |machine| cell(machine.cell_id.as_deref()),
            &cells,
        ),
    ] {
        assert_eq!(list, sorted);
    }
}

fn runs_of(distances: &[&[(&str, f64)]]) -> Vec<RunRow> {
    let mut runs: Vec<RunRow> = (0..distances.len() as u128)
        .map(|n| fixture::run(n, "a"))
        .collect();
    for (run, distances) in runs.iter_mut().zip(distances) {
        let each = distances.iter();
        let distances = each.map(|(robot, mm)| ((*robot).to_owned(), *mm));
        run.change(|fields| fields.distance_mm = distances.collect());
    }
    align_robots(&mut runs);
    runs
}

fn place(table: &Table<RunRow>, name: &str) -> usize {
    let columns = RunRow::columns(table.rows());
    columns.iter().position(|c| c.name() == name).unwrap()
}

#[test]
fn each_robot_sorts_and_is_drawn_by_its_own_distance() {
    let runs = runs_of(&[
        &[("1", 39_010.73), ("2", 1.0)],
        &[("2", 9.04)],
        &[("1", 2.0)],
    ]);
    let mut table = Table::default();
    table.replace(runs.clone());
    let mut order = |name: &str| {
        table.sort = Some((place(&table, name), false));
        table.sort_rows();
        let rows = (0..table.len()).map(|at| table.get(at).unwrap());
        rows.map(|row| runs.iter().position(|run| run == row).unwrap())
            .collect::<Vec<_>>()
    };
    // A run without the distance comes first.
    assert_eq!(
        (order("distance 1"), order("distance 2")),
        (vec![1, 2, 0], vec![2, 0, 1])
    );
    let columns = RunRow::columns(&runs);
    let drawn = |run: usize, name: &str| {
        let column = columns.iter().find(|c| c.name() == name).unwrap();
        column.draw(&runs[run], column.width).text
    };
    assert_eq!(
        (drawn(0, "distance 1"), drawn(1, "distance 1")),
        ("39,010.7".into(), "".into())
    );
    assert_eq!(
        (drawn(0, "distance 2"), drawn(1, "distance 2")),
        ("1.0".into(), "9.0".into())
    );
}

#[test]
fn order_and_cursor_stay_with_their_robot_when_robots_come_and_go() {
    let mut table = Table::default();
    table.replace(runs_of(&[&[("2", 1.0), ("left", 1.0)]]));
    let left = place(&table, "distance left");
    (table.sort, table.column) = (Some((left, true)), left);
    table.replace(runs_of(&[&[("1", 1.0), ("2", 1.0), ("left", 1.0)]]));
    let left = place(&table, "distance left");
    assert_eq!((table.sort, table.column), (Some((left, true)), left));
    table.replace(runs_of(&[&[("1", 1.0), ("2", 1.0)]]));
    assert_eq!((table.sort, table.column), (None, 0));
}
