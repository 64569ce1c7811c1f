//! Filters and the order of cells on the command line.

use std::collections::BTreeSet;

use mdtui::etl::{
    catalog::{LogRow, MachinePoint, MachineRow, RunRow},
    filter::{Filter, Filtered},
};
use serde_json::Value;

use crate::common::{CELLS, Lab};

fn harvested() -> Lab {
    let lab = Lab::new();
    lab.write_mixed_cells(&["1", "2"]);
    lab.ok(&["harvest"]);
    lab
}

fn texts(rows: &Value, key: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row[key].as_str().unwrap_or("null").to_owned())
        .collect()
}

#[test]
fn cells_and_robots_are_in_one_order() {
    let lab = harvested();
    let machines = lab.json(&["machines", "--json"]);
    let wanted: Vec<(String, String)> = CELLS
        .iter()
        .flat_map(|cell| ["1", "2"].map(|robot| (cell.to_string(), robot.to_owned())))
        .collect();
    let cells = texts(&machines["machines"], "cell_id").into_iter();
    let robots = texts(&machines["machines"], "robot");
    assert_eq!(cells.zip(robots).collect::<Vec<_>>(), wanted);
}

#[test]
fn filters_of_every_command_are_one_language() {
    let lab = harvested();
    let cells = |command: &str, filter: &str| -> BTreeSet<String> {
        let rows = lab.json(&[command, "--json", "--filter", filter]);
        let list = if command == "list" { "logs" } else { command };
        texts(&rows[list], "cell_id").into_iter().collect()
    };
    let set = |cells: &[&str]| {
        cells
            .iter()
            .map(|c| (*c).to_owned())
            .collect::<BTreeSet<_>>()
    };
    for command in ["list", "runs", "machines"] {
        assert_eq!(
            cells(command, "cell<10"),
            set(&["007", "2.5", "9"]),
            "{command}"
        );
        assert_eq!(
            cells(command, "cell:7b or cell:57"),
            set(&["57", "7b"]),
            "{command}"
        );
        assert_eq!(cells(command, "cell:7"), set(&[]), "{command}");
        assert_eq!(
            cells(command, "not (cell<100 or cell==A2)"),
            set(&[]),
            "{command}: a name that is not a number is neither above nor below"
        );
        assert_eq!(
            cells(command, "cell!=A2 and cell is not null").len(),
            7,
            "{command}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_filter_is_said_whole() {
    let lab = harvested();
    let refused = |args: &[&str]| {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2, "{args:?}: {}", answer.err);
        answer.err
    };
    let error = refused(&["list", "--filter", "state:bogus"]);
    assert!(
        error.contains("`bogus` at character 7 is not a state; it is one of harvesting,"),
        "{error}"
    );
    assert!(error.contains("harvested, pending"), "{error}");
    for command in ["list", "runs", "machines"] {
        let error = refused(&[command, "--filter", "colour:red"]);
        assert!(
            error.contains("unknown field `colour` at character 1"),
            "{error}"
        );
        assert!(error.contains("until"), "the list is not cut: {error}");
    }
    let run = texts(&lab.json(&["runs", "--json"])["runs"], "run_uuid").remove(0);
    let out = lab.root().join("out.csv");
    let out = out.to_str().unwrap();
    let error = refused(&["export", &run, "--where", "fx_9 > 0", "-o", out]);
    assert!(
        error.contains("unknown column `fx_9` at character 1, did you mean"),
        "{error}"
    );
    assert!(error.contains("vz_2"), "the list is not cut: {error}");
    lab.ok(&[
        "export",
        &run,
        "--where",
        "x_1 >= 0 and (time < +90s or f1 is null)",
        "-o",
        out,
    ]);
}

/// Filter fields are the keys of the list's JSON; that they are its columns is tested beside the
/// columns.
#[test]
fn every_key_is_a_field() {
    fn is_field<R: Filtered>(name: &str) {
        let title = name.split(" (").next().unwrap();
        let filter = Filter::<R>::parse(&format!("\"{title}\" is null"));
        assert!(filter.is_ok(), "{filter:?}");
    }
    fn keys(row: &Value, without: &[&str]) -> Vec<String> {
        let keys = row.as_object().unwrap().keys();
        keys.filter(|key| !without.contains(&key.as_str()))
            .cloned()
            .collect()
    }
    let lab = harvested();
    let logs = lab.json(&["list", "--json"]);
    let runs = lab.json(&["runs", "--json"]);
    let machines = lab.json(&["machines", "--json"]);
    let machine = &machines["machines"][0];
    keys(&logs["logs"][0], &[])
        .iter()
        .for_each(|key| is_field::<LogRow>(key));
    keys(&runs["runs"][0], &[])
        .iter()
        .for_each(|key| is_field::<RunRow>(key));
    keys(machine, &["series"])
        .iter()
        .for_each(|key| is_field::<MachineRow>(key));
    keys(&machine["series"][0], &["forming"])
        .iter()
        .for_each(|key| is_field::<MachinePoint>(key));
}
