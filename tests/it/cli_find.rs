//! `mdtui find` by the real binary, held against the rows that `export` writes; tables by hand
//! have unit tests of their own.

use std::{collections::BTreeMap, fs};

use mdtui::etl::time;
use serde_json::{Value, json};

use crate::common::Lab;

/// The demo logs, harvested. Some of them fail, as those of a plant do.
fn lab() -> Lab {
    let lab = Lab::demo(4);
    lab.run(&["harvest", "--jobs", "1"]);
    lab
}

fn stored_runs(lab: &Lab) -> Vec<Value> {
    let runs = lab.json(&["runs", "--json"]);
    let all = runs["runs"].as_array().unwrap().iter();
    all.filter(|run| run["error"].is_null()).cloned().collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Of each run the copy with the most samples, then the smallest key.
fn copies(lab: &Lab) -> Vec<Value> {
    let mut best: BTreeMap<String, Value> = BTreeMap::new();
    for run in stored_runs(lab) {
        let rank = |run: &Value| {
            let samples = -run["samples"].as_i64().unwrap();
            (samples, text(&run["log"]).to_owned())
        };
        let id = text(&run["run_uuid"]).to_owned();
        if best.get(&id).is_none_or(|known| rank(&run) < rank(known)) {
            best.insert(id, run);
        }
    }
    best.into_values().collect()
}

/// One row: its time, and its cells by column; what is empty is not there.
type Row = (String, BTreeMap<String, f64>);

fn rows(lab: &Lab, run: &Value) -> Vec<Row> {
    let name = format!("{}:{}", text(&run["log"]), text(&run["run_uuid"]));
    lab.ok(&["export", &name, "-o", "rows.csv"]);
    let csv = fs::read_to_string(lab.root().join("rows.csv")).unwrap();
    fs::remove_file(lab.root().join("rows.csv")).unwrap();
    let mut lines = csv.lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let known = heads[1..].iter().zip(&cells[1..]);
            let known =
                known.filter_map(|(head, cell)| Some(((*head).to_owned(), cell.parse().ok()?)));
            (cells[0].to_owned(), known.collect())
        })
        .collect()
}

fn micros(text: &str) -> i64 {
    time::parse(text.as_bytes()).unwrap()
}

/// What `find` must print: `holds` says of a row whether it matches, `extreme` which of two
/// values of `channel` is told.
fn wanted(
    lab: &Lab,
    channel: &str,
    holds: fn(&BTreeMap<String, f64>) -> bool,
    extreme: fn(f64, f64) -> f64,
    at_least_s: f64,
) -> Vec<Value> {
    let mut all = Vec::new();
    for run in copies(lab) {
        let rows = rows(lab, &run);
        let mut first = 0;
        while first < rows.len() {
            if !holds(&rows[first].1) {
                first += 1;
                continue;
            }
            let matching = rows[first..].iter().take_while(|row| holds(&row.1)).count();
            let stop = &rows[(first + matching).min(rows.len() - 1)].0;
            let values = rows[first..first + matching].iter();
            let value = values
                .filter_map(|row| row.1.get(channel).copied())
                .reduce(extreme);
            let us = micros(stop) - micros(&rows[first].0);
            if us as f64 / 1e6 >= at_least_s {
                all.push(json!({
                    "run_uuid": run["run_uuid"], "log": run["log"], "cell_id": run["cell_id"],
                    "start_time": time::format(micros(&rows[first].0)),
                    "stop_time": time::format(micros(stop)),
                    "seconds": us as f64 / 1e6, "channel": channel, "extreme": value,
                }));
            }
            first += matching;
        }
    }
    all.sort_by_key(|s| {
        let part = |key: &str| text(&s[key]).to_owned();
        (part("start_time"), part("log"), part("run_uuid"))
    });
    all
}

#[test]
fn every_stretch_is_found_that_the_rows_of_the_tables_have() {
    let lab = lab();
    let found = |args: &[&str]| -> Vec<Value> {
        let answer = lab.json(&[&["find", "--json"], args].concat());
        assert_eq!(answer["version"], 1);
        answer["stretches"].as_array().unwrap().clone()
    };
    let pressed = |row: &BTreeMap<String, f64>| {
        let cell = |name| row.get(name).copied().unwrap_or(f64::NAN);
        cell("fz_1") < -1500.0 && cell("v1") > 10.0
    };
    let all = wanted(&lab, "fz_1", pressed, f64::min, 0.0);
    let long = wanted(&lab, "fz_1", pressed, f64::min, 0.05);
    assert!(!long.is_empty() && long.len() < all.len(), "{}", all.len());
    assert_eq!(found(&["fz_1 < -1500 and v1 > 10"]), all);
    assert_eq!(found(&["fz_1 < -1500 and v1 > 10", "--for", "0.05s"]), long);
    let of_cell: Vec<Value> = all
        .iter()
        .filter(|s| s["cell_id"] == "2")
        .cloned()
        .collect();
    assert_eq!(
        found(&["fz_1 < -1500 and v1 > 10", "--filter", "cell:2"]),
        of_cell
    );

    // Columns against each other, and a column that some runs lack.
    let faster = |row: &BTreeMap<String, f64>| matches!((row.get("v1"), row.get("v2")), (Some(a), Some(b)) if a > b);
    assert_eq!(
        found(&["v1 > v2"]),
        wanted(&lab, "v1", faster, f64::max, 0.0)
    );
}

#[test]
fn people_get_a_table_and_a_sentence() {
    let lab = lab();
    let answer = lab.run(&["find", "fz_1 < -1500 and v1 > 10", "--for", "50ms"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let heads = answer.out.lines().next().unwrap();
    let titles = [
        "run",
        "log",
        "cell",
        "start (UTC)",
        "seconds",
        "min fz_1 (N)",
    ];
    assert!(titles.iter().all(|title| heads.contains(title)), "{heads}");
    assert!(
        answer.err.contains("stretch") && answer.err.contains("searched"),
        "{}",
        answer.err
    );

    let none = lab.run(&["find", "fz_1 < -1e9"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    assert!(none.err.starts_with("no stretches; "), "{}", none.err);
    assert!(
        none.err.contains("excluded by stored extremes"),
        "{}",
        none.err
    );
    let none = lab.json(&["find", "fz_1 < -1e9", "--json"]);
    assert_eq!(none, json!({"version": 1, "stretches": []}));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let lab = lab();
    for (args, part) in [
        (
            vec!["fz_11 < 3"],
            "unknown column `fz_11` at character 1, did you mean fz_1?",
        ),
        (
            vec!["fz_1 <"],
            "expected a value or a field at character 7, the end",
        ),
        (
            vec!["fz_1 < 3", "--filter", "cel:2"],
            "--filter: unknown field `cel`",
        ),
        (vec!["fz_1 < 3", "--for", "5"], "--for"),
    ] {
        let answer = lab.run(&[&["find"], args.as_slice()].concat());
        assert_eq!(answer.code, 2, "{args:?}: {}", answer.err);
        assert!(answer.err.contains(part), "{args:?}: {}", answer.err);
    }
    let empty = Lab::new();
    fs::create_dir_all(empty.data()).unwrap();
    let answer = empty.run(&["find", "fz_1 < 3", "--json"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.err.contains("no runs to search"), "{}", answer.err);
}

#[test]
fn a_table_that_cannot_be_read_is_named_and_the_others_are_searched() {
    let lab = lab();
    let whole = lab.json(&["find", "v1 > 10", "--json"]);
    let whole = whole["stretches"].as_array().unwrap();
    let log = text(&whole[0]["log"]).to_owned();
    let others = whole.iter().filter(|s| s["log"] != log.as_str()).count();
    assert!(others > 0 && others < whole.len());
    let folder = lab.cache().join(&log);
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "parquet") {
            fs::write(path, "torn").unwrap();
        }
    }
    let answer = lab.run(&["find", "v1 > 10", "--json"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    assert!(
        answer.err.contains(&format!("{log}/run_")),
        "{}",
        answer.err
    );
    let rest: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(rest["stretches"].as_array().unwrap().len(), others);
}

#[test]
fn a_run_whose_statistics_are_lost_is_read_all_the_same() {
    let lab = lab();
    let found = |condition: &str| {
        let found = lab.json(&["find", condition, "--json"]);
        found["stretches"].as_array().unwrap().clone()
    };
    let before = found("z_1 < 0");
    assert!(!before.is_empty());
    let catalog = rusqlite::Connection::open(lab.cache().join("catalog.db")).unwrap();
    // As after a record was lost and the catalog has forgotten what it said.
    let lost = "DELETE FROM channels WHERE run_id % 2 = 0";
    assert!(catalog.execute(lost, []).unwrap() > 0);
    assert_eq!(found("z_1 < 0"), before);
}
