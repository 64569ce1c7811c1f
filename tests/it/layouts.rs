//! Where logs lie and what they are called: the layouts of other programs, and names with
//! accents that a keyboard writes otherwise.

use std::{fs, path::Path};

use crate::common::Lab;

const GOOD: &str = include_str!("../data/good.csv");

/// The good log without its column of cells.
fn without_cell() -> String {
    let cut = |line: &str| line.rsplit_once(',').unwrap().0.to_owned() + "\n";
    assert!(GOOD.lines().next().unwrap().ends_with(",cell_id"));
    GOOD.lines().map(cut).collect()
}

fn put(lab: &Lab, name: &str, text: &str) {
    let file = lab.data().join(Path::new(name));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn cells(lab: &Lab) -> Vec<(String, String)> {
    let list = lab.json(&["list", "--json"]);
    let logs = list["logs"].as_array().unwrap().clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("none").to_owned();
    logs.iter()
        .map(|log| (text(&log["key"]), text(&log["cell_id"])))
        .collect()
}

#[test]
fn a_partitioned_table_is_logs_with_their_cells() {
    let lab = Lab::new();
    let text = without_cell();
    put(&lab, "line/cell_id=10/part-0.csv", &text);
    put(
        &lab,
        "line/cell_id=A%2F2/part-0.csv",
        &text.replace(",500", ",600"),
    );
    put(&lab, "line/_delta_log/0.csv", "no log");
    put(&lab, "line/cell_id=10/_temporary/0/part-1.csv", "no log");
    put(&lab, "line/_SUCCESS", "");
    put(&lab, "cell-7/a.csv", &text.replace(",500", ",700"));
    let expected = [
        ("cell-7/a.csv", "cell-7"),
        ("line/cell_id=10/part-0.csv", "10"),
        ("line/cell_id=A%2F2/part-0.csv", "A/2"),
    ]
    .map(|(key, cell)| (key.to_owned(), cell.to_owned()));
    assert_eq!(cells(&lab), expected, "before the harvest");
    let answer = lab.run(&["harvest", "--all"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let note = "2 folders named with a leading `_` or `.` were passed over";
    assert!(answer.err.contains(note), "{}", answer.err);
    assert_eq!(cells(&lab), expected, "after the harvest");
    let machines = lab.json(&["machines", "--cell", "10", "--json"]);
    assert_eq!(
        machines["machines"].as_array().unwrap().len(),
        1,
        "{machines}"
    );
}

#[test]
fn names_with_accents_are_found_however_they_are_typed() {
    let lab = Lab::new();
    // As macOS writes it into a share, and as a keyboard does.
    let (apart, typed) = (
        "Zelle-O\u{308}l/Pru\u{308}fung.csv",
        "Zelle-\u{d6}l/Pr\u{fc}fung.csv",
    );
    put(&lab, apart, &without_cell());
    for name in [typed, apart, &format!("data/{typed}")] {
        let out = lab.ok(&["harvest", "--force", name]);
        let err = lab.run(&["harvest", name]).err;
        assert!((out + &err).contains("Pru\u{308}fung"), "{err}");
    }
    assert_eq!(cells(&lab)[0].0, apart, "the key is the file's name");
    lab.ok(&["show", typed]);
    let target = lab.root().join("run.csv");
    let run = format!("{typed}:5001");
    lab.ok(&["export", &run, "-o", target.to_str().unwrap()]);
    for filter in [
        "log:pr\u{fc}fung".to_owned(),
        "PR\u{dc}FUNG".to_owned(),
        format!("log=='{typed}'"),
        "log:pru\u{308}fung".to_owned(),
    ] {
        let list = lab.json(&["list", "--json", "--filter", &filter]);
        assert_eq!(list["logs"].as_array().unwrap().len(), 1, "{filter}");
    }
    let cell = "Zelle-\u{d6}l";
    for args in [
        ["machines", "--json", "--cell", cell],
        ["machines", "--json", "--filter", &format!("cell:{cell}")],
    ] {
        let machines = lab.json(&args);
        assert_eq!(
            machines["machines"].as_array().unwrap().len(),
            1,
            "{args:?}"
        );
    }

    // The exact name takes precedence where both are there.
    put(&lab, typed, &without_cell().replace(",500", ",800"));
    let shown = lab.json(&["list", "--json", "--filter", "log:pr\u{fc}fung"]);
    assert_eq!(shown["logs"].as_array().unwrap().len(), 2);
    lab.ok(&["harvest", typed]);
    lab.ok(&[
        "export",
        &format!("{typed}:8001"),
        "-o",
        target.to_str().unwrap(),
    ]);
}
