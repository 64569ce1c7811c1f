//! The rules in their order, and the books: every row is accounted for.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Ledger, Partition, Reason, RunSamples, resolve_conflicts};
use crate::{
    extract::{LogReader, Vocabulary},
    profile::{BUILT_IN, Profile},
    source::Format,
};

const HEADER: &str = "time,value,field,robot_id,run_uuid,sensor_type,cell_id\n";

/// Cleans a CSV log: its runs, its ledger with conflicts and duplicates counted, and
/// its rejected rows.
fn clean(lines: &[String]) -> (Vec<RunSamples>, Ledger, Vec<(u64, Reason)>) {
    clean_with(&Profile::built_in().unwrap(), HEADER, lines)
}

fn clean_with(
    profile: &Profile,
    header: &str,
    lines: &[String],
) -> (Vec<RunSamples>, Ledger, Vec<(u64, Reason)>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.csv");
    std::fs::write(&path, format!("{header}{}", lines.concat())).unwrap();
    let mut reader = LogReader::open(&path, Format::Csv, profile).unwrap();
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(profile);
    while let Some(batch) = reader.next_batch(&mut vocabulary).unwrap() {
        partition.add(&batch, &vocabulary);
    }
    let (runs, mut ledger, mut rejected) = partition.finish(&vocabulary);
    let runs: Vec<RunSamples> = runs.into_iter().map(resolve_conflicts).collect();
    for run in &runs {
        ledger.rows_kept += run.ledger.rows_kept;
        for reason in [Reason::Conflict, Reason::Duplicate] {
            ledger.drop_rows(
                reason,
                run.ledger.dropped.get(&reason).copied().unwrap_or(0),
            );
        }
        rejected.extend(run.conflicts.iter().map(|row| (*row, Reason::Conflict)));
    }
    rejected.sort();
    (runs, ledger, rejected)
}

fn line(time: &str, value: &str, field: &str, robot: &str, run: &str, sensor: &str) -> String {
    format!("{time},{value},{field},{robot},{run},{sensor},7\n")
}

const T: &str = "2022-11-23T20:40:00Z";

#[test]
fn values_are_kept_in_stored_units_and_compared_as_stored() {
    let toml = BUILT_IN.replace("unit = \"mm\"", "unit = \"m\"").replacen(
        "unit = \"N\"",
        "unit = \"kN\"",
        1,
    );
    let profile = Profile::parse(&toml, "p").unwrap();
    let row = |value: &str, field: &str, sensor: &str| line(T, value, field, "1", "5", sensor);
    let lines = [
        row("0.900000187", "x", "encoder"),
        // The same value, and another one.
        row("9.00000187e-1", "x", "encoder"),
        row("0.9", "x", "encoder"),
        row("-0.25", "fx", "load_cell"),
        row("-0.25", "fy", "load_cell"),
        // Too large for a double once it is in mm; falls under the earlier rule.
        row("1e306", "y", "encoder"),
        line(T, "1e306", "y", "9", "5", "encoder"),
        // Only in m is it too large: a force in N stays.
        row("1e306", "fy", "load_cell"),
    ];
    let (runs, ledger, rejected) = clean_with(&profile, HEADER, &lines);
    let kept: Vec<(String, f64)> = runs[0]
        .channels
        .iter()
        .map(|c| (profile.raw_name(c.id).to_string(), c.values[0]))
        .collect();
    let want = [("x_1", 900.000187), ("fx_1", -250.0), ("fy_1", -0.25)];
    assert_eq!(kept, want.map(|(name, value)| (name.to_owned(), value)));
    assert_eq!(ledger.dropped[&Reason::Duplicate], 1);
    assert_eq!(
        rejected,
        [
            (2, Reason::Conflict),
            (5, Reason::InvalidValue),
            (6, Reason::InvalidValue),
            (7, Reason::Conflict),
        ]
    );
}

#[test]
fn robots_are_words_or_numbers_and_a_log_may_have_no_sensor_column() {
    let toml = BUILT_IN
        .replace("robots = [1, 2]", "robots = [\"left\", 2, \"2b\"]")
        .replace("sensor = \"sensor_type\"", "sensor = \"\"")
        .replace("sensor = \"encoder\"\n", "");
    let profile = Profile::parse(&toml, "p").unwrap();
    let header = "time,value,field,robot_id,run_uuid\n";
    let robots = [
        "left", "2", "2.0", " 2 ", "02", "2b", "Left", " left", "2.5", "1", "",
    ];
    let lines: Vec<String> = (0..)
        .zip(robots)
        .map(|(s, robot)| format!("2022-11-23T20:40:{s:02}Z,1,x,{robot},5\n"))
        .collect();
    let (runs, ledger, rejected) = clean_with(&profile, header, &lines);
    let kept: Vec<(String, usize)> = runs[0]
        .channels
        .iter()
        .map(|c| (profile.raw_name(c.id).to_string(), c.values.len()))
        .collect();
    let want = [("x_left", 1), ("x_2", 4), ("x_2b", 1)];
    assert_eq!(kept, want.map(|(name, n)| (name.to_owned(), n)));
    assert!(ledger.balances());
    assert_eq!(
        rejected,
        [6, 7, 8, 9, 10].map(|row| (row, Reason::UnknownRobot))
    );
}

#[test]
fn a_row_falls_under_the_first_rule_that_it_breaks() {
    let bad = [
        // Each row breaks its own rule and every later one that it can.
        (
            line("2022-11-23", "x", "q", "9", "-1", "sonar"),
            Reason::InvalidTime,
        ),
        (line("", "x", "q", "9", "-1", "sonar"), Reason::InvalidTime),
        (
            line(T, "nan", "q", "9", "-1", "sonar"),
            Reason::InvalidValue,
        ),
        (
            line(T, "inf", "q", "9", "-1", "sonar"),
            Reason::InvalidValue,
        ),
        (line(T, "", "q", "9", "-1", "sonar"), Reason::InvalidValue),
        (line(T, "1", "q", "9", "-1", "sonar"), Reason::InvalidRun),
        (line(T, "1", "q", "9", "1.5", "sonar"), Reason::InvalidRun),
        (line(T, "1", "q", "9", "5", "sonar"), Reason::UnknownField),
        (line(T, "1", "X", "9", "5", "sonar"), Reason::UnknownField),
        (line(T, "1", "x", "9", "5", "sonar"), Reason::UnknownRobot),
        (line(T, "1", "x", "1.5", "5", "sonar"), Reason::UnknownRobot),
        (line(T, "1", "x", "1", "5", "sonar"), Reason::SensorMismatch),
        (
            line(T, "1", "x", "1", "5", "load_cell"),
            Reason::SensorMismatch,
        ),
        (
            line(T, "1", "fx", "1", "5", "encoder"),
            Reason::SensorMismatch,
        ),
        (
            line(T, "1", "x", "1", "5", " encoder"),
            Reason::SensorMismatch,
        ),
    ];
    let lines: Vec<String> = bad.iter().map(|(l, _)| l.clone()).collect();
    let (runs, ledger, rejected) = clean(&lines);
    let want: Vec<(u64, Reason)> = bad
        .iter()
        .enumerate()
        .map(|(i, (_, reason))| (i as u64, *reason))
        .collect();
    assert_eq!(rejected, want);
    assert_eq!((ledger.rows_in, ledger.rows_kept), (15, 0));
    // The run's own ledger counts the rows that bear its id, whatever else is wrong.
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].ledger.rows_in, 8);
    assert!(ledger.balances() && runs[0].ledger.balances());
}

#[test]
fn of_rows_with_one_key_the_earliest_in_the_file_is_kept() {
    let at = |seconds: u32, value: &str| {
        line(
            &format!("2022-11-23T20:40:{seconds:02}Z"),
            value,
            "x",
            "1",
            "5",
            "encoder",
        )
    };
    let lines = [
        at(3, "30"),
        at(1, "10"),
        at(3, "31"),
        at(1, "10.0"),
        at(3, "30"),
        at(2, "20"),
    ];
    let (runs, ledger, rejected) = clean(&lines);
    let channel = &runs[0].channels[0];
    assert_eq!(*channel.values, [10.0, 20.0, 30.0]);
    assert_eq!(rejected, [(2, Reason::Conflict)]);
    // Of what was kept, 1 and 2 stand after 3; 1 was repeated, and 3 twice otherwise or alike.
    let faults = runs[0].faults[0];
    assert_eq!(faults.out_of_order.count, 2);
    assert_eq!(faults.duplicates.count, 2);
    assert_eq!(faults.conflicts.count, 1);
    let second = |s: i64| 1_669_236_000_000_000 + s * 1_000_000;
    assert_eq!(faults.out_of_order.first, second(1));
    assert_eq!(
        (faults.duplicates.first, faults.duplicates.last),
        (second(1), second(3))
    );
    let dropped: BTreeMap<Reason, u64> = [(Reason::Conflict, 1), (Reason::Duplicate, 2)].into();
    assert_eq!(
        (ledger.rows_in, ledger.rows_kept, ledger.dropped),
        (6, 3, dropped)
    );
}

#[test]
fn the_first_kept_row_that_names_a_cell_decides() {
    let mut lines = vec![line(T, "1", "x", "1", "5", "encoder")];
    lines.push("2022-11-23T20:40:01Z,2,x,1,5,encoder,8\n".into());
    lines.push("2022-11-23T20:40:02Z,2,x,1,5,encoder,7\n".into());
    let (runs, ..) = clean(&lines);
    assert_eq!(runs[0].cells.len(), 2);
    assert_eq!(runs[0].cells[0], 0);
}

/// Rows that are right or wrong in any way, in any order.
fn any_line() -> impl Strategy<Value = String> {
    let time = prop_oneof![
        8 => (0u32..20).prop_map(|s| format!("2022-11-23T20:40:{s:02}Z")),
        1 => Just(String::new()),
        1 => Just("yesterday".to_owned()),
    ];
    let value = prop_oneof![8 => (-3..3i32).prop_map(|v| v.to_string()), 1 => Just("nan".into()), 1 => Just("".into())];
    let field =
        prop_oneof![8 => Just("x"), 4 => Just("fx"), 1 => Just("temperature"), 1 => Just("")];
    let robot = prop_oneof![8 => Just("1"), 8 => Just("2"), 1 => Just("3"), 1 => Just("one")];
    let run = prop_oneof![8 => Just("5"), 4 => Just("18446744073709551615"), 1 => Just("-5"), 1 => Just("")];
    let sensor = prop_oneof![8 => Just("encoder"), 4 => Just("load_cell"), 1 => Just("")];
    (time, value, field, robot, run, sensor).prop_map(|(t, v, f, r, u, s)| line(&t, &v, f, r, u, s))
}

proptest! {
    #[test]
    fn the_books_balance(lines in prop::collection::vec(any_line(), 1..150)) {
        let (runs, ledger, rejected) = clean(&lines);
        prop_assert_eq!(ledger.rows_in, lines.len() as u64);
        prop_assert!(ledger.balances());
        prop_assert!(runs.iter().all(|r| r.ledger.balances()));
        let duplicates = ledger.dropped.get(&Reason::Duplicate).copied().unwrap_or(0);
        prop_assert_eq!(rejected.len() as u64, ledger.rows_dropped() - duplicates);
        let samples: usize = runs.iter().flat_map(|r| &r.channels).map(|c| c.values.len()).sum();
        prop_assert_eq!(samples as u64, ledger.rows_kept);
        for channel in runs.iter().flat_map(|r| &r.channels) {
            prop_assert!(channel.times.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn the_order_of_rows_means_nothing(
        keys in prop::collection::btree_map((0u32..40, 0u8..4), -100..100i32, 1..80),
        seed: u64,
    ) {
        let mut lines: Vec<String> = keys
            .iter()
            .map(|((s, c), v)| {
                let (field, sensor) = [("x", "encoder"), ("fx", "load_cell")][usize::from(c % 2)];
                let time = format!("2022-11-23T20:40:{s:02}Z");
                line(&time, &v.to_string(), field, &(c / 2 + 1).to_string(), "5", sensor)
            })
            .collect();
        let (want, ..) = clean(&lines);
        // Fisher–Yates with a small generator of its own.
        let mut state = seed | 1;
        for i in (1..lines.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lines.swap(i, (state >> 33) as usize % (i + 1));
        }
        let (got, ..) = clean(&lines);
        prop_assert_eq!(&want[0].channels, &got[0].channels);
        prop_assert_eq!(&want[0].ledger, &got[0].ledger);
        let blind = |mut f: super::RowFaults| {
            f.out_of_order = super::Faults::default();
            f
        };
        let faults = |runs: &[RunSamples]| runs[0].faults.iter().map(|f| blind(*f)).collect::<Vec<_>>();
        prop_assert_eq!(faults(&want), faults(&got));
    }
}
