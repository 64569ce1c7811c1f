use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    catalog::{LogPath, LogRow, LogState, MachinePoint, MachineRow, RunFields, RunRow},
    lake::Disposition,
    quality::Verdict,
    run_id::RunId,
    stats::{RobotState, RobotStats},
};

/// 2022-11-23T20:40:00Z
const START: i64 = 1_669_236_000_000_000;
const RUN: &str = "6939b762-6b66-11ed-0000-0000000011ed";

fn log() -> LogRow {
    LogRow {
        key: "cell-10/Zürich a:b".into(),
        path: LogPath::KeyWithEnding,
        state: LogState::Partial,
        reason: "1 of 4 runs failed: No forces".to_owned().into(),
        cell_id: Some("10".into()),
        size: Some(1_500_000),
        mtime_us: Some(START),
        rows: Some(54_973),
        runs_ok: Some(3),
        runs_failed: Some(1),
        start_us: Some(START),
        stop_us: Some(START + 599_971_000),
        harvested_at_us: None,
        verdict: Some(Verdict::NotEvaluated),
        flags: Some(2),
        leave_alone: None,
    }
}

fn run() -> RunRow {
    RunRow::from(RunFields {
        cell_id: Some("7b"),
        start_us: Some(START),
        stop_us: Some(START + 599_971_000),
        runtime_s: Some(599.971),
        distance_mm: [("1".to_owned(), 9000.0), ("left".to_owned(), 250.0)].into(),
        rows: 1,
        samples: 394_000,
        channels: 32,
        verdict: Verdict::Fail,
        flags: 3,
        also_in: &["line/first".into(), "line/second".into()],
        file_name: Some("run.parquet".into()),
        states: [
            ("1".to_owned(), RobotState::Contact),
            ("2".to_owned(), RobotState::Parked),
        ]
        .into(),
        ..RunFields::new("line/fail", RUN.parse().unwrap())
    })
}

fn machine() -> MachineRow {
    let point = MachinePoint {
        log_key: "line/a".into(),
        run: RunId(7),
        start_us: START,
        runtime_s: 60.0,
        stats: RobotStats::default(),
        verdict: Verdict::Pass,
    };
    MachineRow {
        cell_id: Some("2.5".into()),
        robot: "1".into(),
        runs: 3,
        runtime_s: 180.0,
        distance_mm: Some(1500.0),
        speed_max: Some(400.0),
        speed_peak: Some(250.0),
        force_max: None,
        force_peak: Some(2100.0),
        force_mean: None,
        slope: None,
        forming_peak: Some(1800.0),
        verdicts: BTreeMap::from([("pass".to_owned(), 2), ("suspect".to_owned(), 1)]),
        states: BTreeMap::from([(RobotState::Contact, 2), (RobotState::Air, 1)]),
        first_seen_us: START,
        last_seen_us: START + 180_000_000,
        series: vec![point],
    }
}

fn passes<R: Filtered>(row: &R, text: &str) -> bool {
    let filter = Filter::parse_at(text, START).unwrap_or_else(|e| panic!("{text}: {e}"));
    filter.passes(row)
}

fn refused<R: Filtered>(text: &str) -> String {
    let Err(error) = Filter::<R>::parse_at(text, START) else {
        panic!("{text} is a filter");
    };
    // The position is the one that the sentence names.
    if let Some((_, rest)) = error.sentence.split_once("at character ") {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(
            error.at,
            Some(digits.parse::<usize>().unwrap() - 1),
            "{error}"
        );
    }
    error.sentence
}

#[test]
fn logs_are_filtered_by_every_kind_of_field() {
    let log = log();
    for text in [
        "",
        "rows==54973",
        "rows = 54,973 and rows <> 1",
        "rows>50k rows<=55k",
        "54973 == rows",
        "50k < rows",
        "size>1MB",
        "size > 1 MB",
        "size<1.5MiB",
        "runtime>9m",
        "span < 10m and span>=9m59.9s",
        "state:partial",
        "state==partial",
        "State:PARTIAL",
        "state != failed",
        "not state:failed",
        "verdict:'not evaluated'",
        "verdict==not_evaluated",
        "state:failed or state:partial",
        "state:failed or (state:partial and rows>1)",
        "(state:failed or state:partial) rows>1",
        "cell:10",
        "cell_id == 10",
        "cell>9 cell<=10.0",
        "cell != 1",
        "log:zürich",
        "key:'ZÜRICH A:B'",
        "reason:\"no forces\"",
        "runs=4 failed==1 runs_ok:3",
        "runs_ok > runs_failed",
        "start>2022-11-23 start<2022-11-24",
        "start:2022-11-23",
        "start:20:40",
        "start >= 2022-11-23 20:40",
        "start == 2022-11-23T20:40:00Z and stop > start",
        "start > 06:00",
        "since:2022-11-23T20:45",
        "until:2022-11-24",
        "harvested is null",
        "rows is not null and not harvested is null or rows>1",
        "cell-10/zürich",
        "forces",
        "a:b".replace("a:b", "'a:b'").as_str(),
        "cell-10 forces state:partial",
        "partial",
        "'not evaluated' partial",
        "not pending",
        "NOT (rows < 1 OR rows IS NULL)",
    ] {
        assert!(passes(&log, text), "{text}");
    }
    for text in [
        "rows==1",
        "state==failed",
        "cell:1",
        "cell:010",
        "cell<9",
        "log==cell-10",
        "size>1.5MB",
        "runtime>10m",
        "not rows>1",
        "harvested>2000-01-01",
        "not harvested>2000-01-01",
        "start:2022-11-22",
        "start:20:41",
        "until:2022-11-23",
        "since:2022-11-24",
        "cell-11",
        "rows<1 or cell:2",
    ] {
        assert!(!passes(&log, text), "{text}");
    }
}

#[test]
fn unknown_values_match_no_comparison() {
    let log = LogRow {
        cell_id: None,
        verdict: None,
        rows: None,
        ..log()
    };
    for text in [
        "cell:10",
        "not cell:10",
        "cell!=10",
        "cell<9",
        "not cell<9",
        "verdict:fail",
        "verdict!=fail",
        "rows<1",
        "not rows<1",
        "rows==runs",
        "rows!=runs",
    ] {
        assert!(!passes(&log, text), "{text}");
    }
    assert!(passes(
        &log,
        "cell is null and verdict is null and rows is null"
    ));
    assert!(passes(&log, "rows>1 or state:partial"));
}

#[test]
fn names_are_compared_as_numbers_only_where_they_are() {
    let with = |cell: &str| LogRow {
        cell_id: Some(cell.into()),
        ..log()
    };
    let cells = ["9", "10", "1a", "57", "7b", "A2", "007", "2.5"];
    let passing = |text: &str| -> Vec<&str> {
        let all = cells.iter().copied();
        all.filter(|cell| passes(&with(cell), text)).collect()
    };
    assert_eq!(passing("cell<10"), ["9", "007", "2.5"]);
    assert_eq!(passing("cell>=10"), ["10", "57"]);
    assert_eq!(passing("not cell<10"), ["10", "57"]);
    assert_eq!(passing("cell:7"), [""; 0]);
    assert_eq!(passing("cell==007"), ["007"]);
    assert_eq!(passing("cell:a2"), ["A2"]);
    assert_eq!(passing("cell==a2"), [""; 0]);
}

#[test]
fn runs_and_machines_are_filtered() {
    let run = run();
    for text in [
        "rows==1",
        "verdict==fail",
        "fail",
        "run:6939b762",
        "run:6939b762…11ed",
        "11ed",
        &format!("run=={RUN}"),
        "distance>9m",
        "distance_1==9000",
        "distance_1>distance_left",
        "\"distance left\"<1m",
        "total_distance_mm_left==250",
        "distance_2 is null",
        "also_in:second also_in==line/first",
        "error is null",
        "disposition is null",
        "runtime>9m runtime<10m",
    ] {
        assert!(passes(&run, text), "{text}");
    }
    assert!(!passes(
        &run,
        "distance_2>0 or not distance_2>0 or log==fail or run:abcd"
    ));
    let noted = RunRow::from(RunFields {
        disposition: Some(Disposition::Reject),
        note: Some("Torn\nat the rim"),
        ..run.fields()
    });
    for text in [
        "disposition:reject",
        "disposition!=accept",
        "note:TORN",
        "note:'the rim'",
        "torn",
    ] {
        assert!(passes(&noted, text), "{text}");
        assert!(!passes(&run, text), "{text}");
    }
    for text in [
        "robot_state:contact",
        "robot_states:contact",
        "state_1:contact and state_2:parked",
        "\"state 2\" != contact",
        "state_3 is null",
    ] {
        assert!(passes(&run, text), "{text}");
    }
    assert!(!passes(&run, "state_1:air or robot_state:parked"));
    assert!(refused::<RunRow>("robot_state:pass").contains("contact"));
    let error = Filter::<RunRow>::parse("disposition:rejected")
        .unwrap_err()
        .to_string();
    assert!(error.contains("did you mean reject?"), "{error}");
    let machine = machine();
    for text in [
        "cell==2.5 and robot:1",
        "cell<3",
        "force>2kN",
        "\"peak force\">2000",
        "force_peak>2000",
        "speed<max_speed",
        "distance>1 distance<2",
        "distance_mm==1.5m",
        "verdict==suspect",
        "not verdict:fail",
        "suspect>0 and fail==0 and pass:2",
        "not_evaluated==0",
        "slope is null",
        "last_seen>first_seen",
        "cell 2.5",
        "'cell 2.5 / robot 1'",
    ] {
        assert!(passes(&machine, text), "{text}");
    }
    assert!(passes(
        &machine.series[0],
        "verdict:pass runtime==1m distance is null"
    ));
}

#[test]
fn errors_list_what_is_allowed_and_where() {
    let log = refused::<LogRow>;
    assert_eq!(
        log("state:bogus"),
        "`bogus` at character 7 is not a state; it is one of harvesting, queued, missing, \
         writing, changed, failed, stale, partial, duplicate, harvested, pending"
    );
    assert_eq!(
        log("verdict == fial"),
        "`fial` at character 12 is not a verdict, did you mean fail? It is one of \
         'not evaluated', pass, suspect, fail"
    );
    let unknown = log("  Zürich stat:failed");
    assert!(
        unknown.starts_with(
            "unknown field `stat` at character 10, did you mean state? The fields are state, log (key), path, cell (cell_id), size,"
        ),
        "{unknown}"
    );
    assert!(unknown.ends_with("reason, since, until"), "{unknown}");
    assert!(log("colour==red").starts_with("unknown field `colour` at character 1. The fields"));
    assert!(log("rows == bogus").starts_with("unknown field `bogus` at character 9. The"));
    assert!(log("bogus is null").starts_with("unknown field `bogus`"));
    // What is pasted is cut, the list never.
    let pasted = log(&format!("{}:1", "x".repeat(10_000)));
    assert!(
        pasted.len() < 600 && pasted.ends_with("reason, since, until"),
        "{pasted}"
    );
    for (text, part) in [
        (
            "rows=>5",
            "unknown operator `=>` at character 5, did you mean >=? The operators are <",
        ),
        (
            "rows>5 && size>1",
            "unknown operator `&&` at character 8, did you mean and?",
        ),
        (
            "!state:failed",
            "unknown operator `!state:failed` at character 1, did you mean not?",
        ),
        ("rows ~ 5", "unknown operator `~`"),
        (
            "rows!5",
            "unknown operator `!` at character 5, did you mean !=?",
        ),
        (
            "state:failed log~x",
            "unknown operator `~` at character 17, did you mean `:`",
        ),
        (
            "rows in (1)",
            "`in` at character 6 is not an operator: write rows == a or rows == b",
        ),
        (
            "not (log LIKE a)",
            "`LIKE` at character 10 is not an operator: write log:text",
        ),
        ("rows===5", "unknown operator `===`"),
        (
            "rows>9m",
            "`9m` at character 6 is not a number; write 1500, 1,500",
        ),
        ("rows>1,5", "`1,5` at character 6 is not a number"),
        ("size>9m", "is not a size; write 1500000, 1.5MB"),
        ("runtime>long", "unknown field `long`"),
        (
            "runtime>'long'",
            "`long` at character 9 is not a duration; write 500",
        ),
        (
            "since:yesterday",
            "`yesterday` at character 7 is not a time; write 2022-11-23,",
        ),
        (
            "start>+90s",
            "is not a time; write 2022-11-23, 2022-11-23 20:43, 2022-11-23T20:43:10.5Z, 20:43:10.5",
        ),
        ("since>2022-11-01", "it has `:`, as in since:2022-11-01"),
        (
            "log<b",
            "`log` at character 1 is a text and does not have the operator `<`; it has `:`",
        ),
        ("verdict>=pass", "is a word and does not have"),
        (
            "cell<7b",
            "`7b` at character 6 is not a number: `cell` takes only numbers after `<`",
        ),
        (
            "rows == state",
            "cannot be compared with `state`: one is a number, the other a word",
        ),
        ("state:", "expected a value at character 7, the end"),
        ("rows >", "expected a value or a field at character 7"),
        ("(rows>1", "expected `)`, `and` or `or` at character 8"),
        (
            "rows>1)",
            "expected `and`, `or` or the end at character 7, not `)`",
        ),
        (
            "rows is 3",
            "expected `null` or `not null` after `is` at character 9, not `3`",
        ),
        ("and", "expected a condition at character 1, not `and`"),
        ("log:'x", "the quote at character 5 is not closed"),
        (&"(".repeat(100_000), "nested"),
        (&"not ".repeat(100_000), "nested"),
    ] {
        let sentence = log(text);
        assert!(sentence.contains(part), "{text}: {sentence}");
    }
    assert!(refused::<RunRow>("run==7ba7").contains("is not a whole run id; write run:7ba7"));
}

/// A shop whose fields are called as its values are.
#[test]
fn a_word_of_a_closed_set_is_no_field() {
    assert!(!passes(&machine(), "verdict==fail"));
    assert!(passes(&machine(), "pass!=fail"));
}

#[test]
fn fields_have_unique_names_in_the_form_that_is_looked_up() {
    fn unique<R: Filtered>() {
        let mut all: Vec<&str> = R::FIELDS
            .iter()
            .flat_map(|f| f.names.iter().copied())
            .collect();
        for name in &all {
            assert_eq!(*name, name.to_lowercase().replace([' ', '-'], "_"));
            assert_eq!(quote_name(name), *name);
        }
        let names = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), names);
    }
    unique::<LogRow>();
    unique::<RunRow>();
    unique::<MachineRow>();
    unique::<MachinePoint>();
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "[a-z_0-9<>=!() .:'\"+−-]{0,40}") {
        for error in [
            Filter::<LogRow>::parse(&text).err(),
            Filter::<MachineRow>::parse(&text).err(),
        ].into_iter().flatten() {
            prop_assert!(error.at.is_none_or(|at| at <= text.chars().count()));
        }
        if let Ok(Some(expr)) = parse(&text) {
            prop_assert_eq!(parse(&expr.to_string()), Ok(Some(expr)));
        }
    }
}

#[test]
fn a_robot_that_nobody_has_is_an_unknown_field() {
    let rows = [run()];
    let check = |text: &str, rows: &[RunRow], of_profile: &[&str]| {
        let filter = Filter::parse_at(text, START).unwrap();
        filter.check_robots(rows, of_profile.iter().copied())
    };
    for text in [
        "distance_left>5",
        "state_2:parked",
        "distance > 5",
        "robot_state:air",
    ] {
        assert_eq!(check(text, &rows, &[]), Ok(()), "{text}");
    }
    for text in ["distance_foo>5", "rows>1 and not state_foo:air"] {
        let why = check(text, &rows, &["3"]).unwrap_err();
        assert!(
            why.starts_with("unknown field") && why.contains("no robot foo"),
            "{why}"
        );
        assert!(why.ends_with("robots are 1, 2, 3, left"), "{why}");
        assert_eq!(check(text, &rows, &["foo"]), Ok(()), "the profile has it");
        assert_eq!(check(text, &[], &[]), Ok(()), "there is nothing to filter");
    }
}
