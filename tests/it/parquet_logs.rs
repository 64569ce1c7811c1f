//! Parquet as other writers make it: whatever columns stand beside those that mdtui needs, and
//! however these are stored, the tables are those of the plain log.

use std::fs;

use crate::common::Lab;

const GOOD: &[u8] = include_bytes!("../data/good.csv");
const RUNS: [&str; 2] = ["5001", "5002"];

/// A lab with the logs of other writers, and the plain one.
fn lab(names: &[&str]) -> Lab {
    let lab = Lab::new();
    fs::write(lab.data().join("good.csv"), GOOD).unwrap();
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/field");
    for name in names {
        let file = format!("{name}.parquet");
        let from = std::path::Path::new(files).join(&file);
        fs::copy(from, lab.data().join(&file)).unwrap();
    }
    lab
}

/// The tables of a log's runs as CSV.
fn tables(lab: &Lab, key: &str) -> Vec<String> {
    let table = |run: &&str| {
        let file = lab.root().join("table.csv");
        let target = file.to_str().unwrap();
        lab.ok(&["export", &format!("{key}:{run}"), "-o", target]);
        fs::read_to_string(file).unwrap()
    };
    RUNS.iter().map(table).collect()
}

#[test]
fn ignored_columns_and_rare_encodings_change_nothing() {
    let names = [
        "good",
        "extra-variant",
        "uuid-delta-byte-array",
        "uuid-byte-stream-split",
        // As pyarrow writes a table without rows: chunks with a dictionary and no page.
        "empty-row-groups",
    ];
    let lab = lab(&names);
    lab.ok(&["harvest", "--all"]);
    let good = tables(&lab, "good.csv");
    for name in names {
        assert!(tables(&lab, name) == good, "{name}");
    }
    let list = lab.json(&["list", "--json"]);
    for log in list["logs"].as_array().unwrap() {
        assert_eq!(log["rows"], 660, "{log}");
        // Some have the very content of another.
        assert_ne!(log["state"], "failed", "{log}");
    }
}

#[test]
fn a_log_of_an_empty_table_has_no_rows() {
    let lab = lab(&["no-rows"]);
    let answer = lab.run(&["harvest", "no-rows"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    assert!(answer.err.contains("the log has no rows"), "{}", answer.err);
}

#[test]
fn int96_holds_any_year() {
    let lab = lab(&["int96-year-3000"]);
    lab.ok(&["harvest", "--all"]);
    let good = tables(&lab, "good.csv");
    let later = tables(&lab, "int96-year-3000");
    assert!(
        later[0]
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("3000-05-06T06:30:00")
    );
    for (later, good) in later.iter().zip(&good) {
        assert_eq!(&later.replace("3000-05-06T", "2024-05-06T"), good);
    }
}

#[test]
fn what_is_encrypted_fails_at_once_and_is_called_so() {
    let lab = lab(&["encrypted-footer", "encrypted-column"]);
    let state = |key: &str| {
        let list = lab.json(&["list", "--json"]);
        let logs = list["logs"].as_array().unwrap().clone();
        let log = logs.into_iter().find(|log| log["key"] == key).unwrap();
        (log["state"].clone(), log["reason"].to_string())
    };
    assert_eq!(state("encrypted-footer").0, "pending", "it is whole");
    assert_eq!(lab.run(&["harvest", "--all"]).code, 1);
    let (word, reason) = state("encrypted-footer");
    assert_eq!(word, "failed");
    assert!(
        reason.contains("it is an encrypted Parquet file"),
        "{reason}"
    );
    let (word, reason) = state("encrypted-column");
    assert_eq!(word, "failed");
    assert!(reason.contains("column `value` is encrypted"), "{reason}");
}
