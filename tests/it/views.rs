//! The views of the lake: what `mdtui export VIEW` writes and what DuckDB makes of `mdtui views` are
//! the same rows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mdtui::etl::{export::ColumnType, views::View};
use serde_json::Value;

use crate::common::{Lab, python};

/// A lake with the faults of the demo, logs that share runs, failed runs and notes.
fn lab() -> Lab {
    lab_of_runs(2.0)
}

/// As [`lab`] with runs of so many seconds: robots form layers in those of twenty.
fn lab_of_runs(seconds: f64) -> Lab {
    let lab = Lab::demo_of_runs(20, seconds);
    let copy = lab.data().join("cell_id=10/it's [a] 100%.parquet");
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    fs::copy(lab.data().join("cell-01/2022-11-23T2040.parquet"), copy).unwrap();
    // Some demo logs fail.
    assert_eq!(lab.run(&["harvest", "--jobs", "1"]).code, 1);
    let list = lab.json(&["runs", "line/2022-11-23T2040", "--json"]);
    let run = |n: usize| list["runs"][n]["run_uuid"].as_str().unwrap().to_owned();
    let note = |args: &[&str]| lab.ok(&[&["note"], args].concat());
    let (first, second) = (run(0), run(1));
    note(&[&first, "--reject", "torn\nat the \"rim\""]);
    note(&[&first, "--author", "anna", "a second look"]);
    note(&[&second, "--accept", "good"]);
    note(&[&second, "--clear"]);
    // What no command writes yet.
    let notes = lab.cache().join("line/2022-11-23T2040/notes.json");
    let text = fs::read_to_string(&notes).unwrap();
    let text = text.replacen("\"reference\": null", "\"reference\": true", 1);
    fs::write(notes, text.replacen("\"part\": null", "\"part\": \"7\"", 1)).unwrap();
    lab
}

/// A program that makes the views of `views.sql` and prints for each view how it differs from
/// `<view>.parquet`.
const COMPARE: &str = r#"
import duckdb, json, sys
con = duckdb.connect()
con.execute("SET TimeZone = 'UTC'")
con.execute(open("views.sql").read())
found = {}
for view in VIEWS:
    sql = con.sql(f"FROM {view}")
    file = con.sql(f"FROM '{view}.parquet'")
    columns = lambda r: sorted((n, str(t)) for n, t in zip(r.columns, r.types))
    names = ", ".join('"' + n + '"' for n in file.columns)
    a, b = f"SELECT {names} FROM {view}", f"SELECT {names} FROM '{view}.parquet'"
    count = lambda q: con.sql(f"SELECT count(*) FROM ({q})").fetchall()[0][0]
    same = columns(sql) == columns(file)
    found[view] = {
        "columns": [] if same else [columns(sql), columns(file)],
        "rows": count(b),
        "only_sql": [str(r) for r in con.sql(f"({a}) EXCEPT ALL ({b}) LIMIT 3").fetchall()],
        "only_file": [str(r) for r in con.sql(f"({b}) EXCEPT ALL ({a}) LIMIT 3").fetchall()],
    }
print(json.dumps(found))
"#;

fn compared(lab: &Lab) -> Option<Value> {
    fs::write(lab.root().join("views.sql"), lab.ok(&["views"])).unwrap();
    for view in View::ALL {
        let name = view.name();
        lab.ok(&["export", name, "-o", &format!("{name}.parquet")]);
    }
    let names: Vec<&str> = View::ALL.map(View::name).to_vec();
    let program = format!("VIEWS = {names:?}\n{COMPARE}");
    let printed = python::printed(lab.root(), "views", &["duckdb"], &program)?;
    Some(serde_json::from_str(&printed).unwrap())
}

#[track_caller]
fn assert_same(found: &Value) {
    for (view, found) in found.as_object().unwrap() {
        for key in ["columns", "only_sql", "only_file"] {
            let differs = found[key].as_array().unwrap();
            assert!(differs.is_empty(), "{view}: {key}: {differs:#?}");
        }
    }
}

#[test]
fn duckdb_and_export_have_the_same_rows() {
    let lab = lab_of_runs(20.0);
    let Some(found) = compared(&lab) else { return };
    assert_same(&found);
    for view in View::ALL {
        let rows = found[view.name()]["rows"].as_u64().unwrap();
        assert!(rows > 2, "{}: {rows}", view.name());
    }
}

#[test]
fn a_damaged_log_stops_neither_exports_nor_views_of_the_others() {
    let lab = lab();
    let key = "cell-01/2022-11-23T2040";
    let notes = lab.cache().join("line/2022-11-23T2040/notes.json");
    let count = |lab: &Lab, view: &str, code: i32| {
        let done = lab.run(&["export", view, "-o", "-", "--format", "ndjson"]);
        assert_eq!(done.code, code, "{view}: {}", done.err);
        (done.out.lines().count(), done.err)
    };
    let (runs, _) = count(&lab, "runs", 0);
    let record = lab.cache().join(key).join("record.json");
    let good = fs::read_to_string(&record).unwrap();
    let good_notes = fs::read_to_string(&notes).unwrap();
    // The same runs stand in another log.
    let own: usize = lab.json(&["runs", key, "--json"])["runs"]
        .as_array()
        .unwrap()
        .len();
    for damaged in [
        "garbage",
        "5",
        r#"{"source_file": "KEY", "run_to_result": 5}"#,
    ] {
        fs::write(&record, damaged.replace("KEY", key)).unwrap();
        for view in View::ALL.map(View::name) {
            let (_, err) = count(&lab, view, 1);
            assert_eq!(
                err.matches("is not a record of mdtui").count(),
                1,
                "{view}: {err}"
            );
            assert!(
                err.contains("left out what 1 log would have given"),
                "{view}: {err}"
            );
        }
        let (left, _) = count(&lab, "runs", 1);
        assert!(left >= runs - own && left < runs, "{left} of {runs}");
        for text in [r#"{"version": 1, "notes": 5}"#, r#"{"a": 1}"#, "[", "[1]"] {
            fs::write(&notes, text).unwrap();
            let (left, err) = count(&lab, "notes", 1);
            assert_eq!(left, 0);
            assert!(err.contains("notes.json does not hold notes"), "{err}");
            let sql = lab.run(&["views"]);
            assert_eq!(sql.code, 0, "{}", sql.err);
            fs::write(lab.root().join("views.sql"), sql.out).unwrap();
            let names: Vec<&str> = View::ALL.map(View::name).to_vec();
            let program = format!(
                "import duckdb\ncon = duckdb.connect()\ncon.execute(open('views.sql').read())\n\
                 print([con.sql(f'FROM {{v}}').fetchall() and 1 or 0 for v in {names:?}])\n"
            );
            if let Some(printed) = python::printed(lab.root(), "damaged", &["duckdb"], &program) {
                assert_eq!(printed.trim(), "[1, 1, 1, 1, 1, 0, 0, 1]");
            }
        }
        fs::write(&notes, &good_notes).unwrap();
    }
    fs::write(&notes, "[").unwrap();
    fs::write(&record, good).unwrap();
    let list = lab.run(&["runs", "--filter", "disposition:reject"]);
    assert_eq!(list.code, 0);
    assert!(
        list.err.contains("notes.json does not hold notes"),
        "{}",
        list.err
    );
}

#[test]
fn peaks_by_cell_and_day_count_each_run_once() {
    let lab = lab();
    fs::write(lab.root().join("views.sql"), lab.ok(&["views"])).unwrap();
    let program = r#"
import duckdb, json
con = duckdb.connect("lake.duckdb")
con.execute(open("views.sql").read())
# The views stay in the database.
con.close()
con = duckdb.connect("lake.duckdb")
rows = con.sql("""
    SELECT cell_id, CAST(start_time AT TIME ZONE 'UTC' AS DATE) AS day, run_uuid, max(force_peak) AS peak_n
    FROM robots
    GROUP BY ALL
    ORDER BY ALL
""").fetchall()
print(json.dumps([[c, str(d), r, p] for c, d, r, p in rows]))
"#;
    let Some(printed) = python::printed(lab.root(), "peaks", &["duckdb"], program) else {
        return;
    };
    let rows: Vec<(Option<String>, String, String, Option<f64>)> =
        serde_json::from_str(&printed).unwrap();
    let runs: BTreeSet<&String> = rows.iter().map(|row| &row.2).collect();
    assert_eq!(runs.len(), rows.len(), "a run stands in two rows");
    let list = lab.json(&["runs", "--json"]);
    let stored = list["runs"].as_array().unwrap().iter();
    let stored: BTreeSet<String> = stored
        .filter(|run| run["error"].is_null())
        .map(|run| run["run_uuid"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        list["runs"].as_array().unwrap().len() > stored.len() + 4,
        "no copies"
    );
    assert_eq!(runs.into_iter().cloned().collect::<BTreeSet<_>>(), stored);
    assert!(
        rows.iter().all(|row| row.1.starts_with("2022-11-2")),
        "{rows:?}"
    );
}

#[test]
fn a_lake_without_runs_has_empty_views() {
    let lab = Lab::new();
    let found = compared(&lab);
    if let Some(found) = &found {
        assert_same(found);
        assert_eq!(found["runs"]["rows"], 0);
    }
    // A lake in which every log failed.
    fs::write(lab.data().join("a.csv"), "time,value\n1,2\n").unwrap();
    assert_eq!(lab.run(&["harvest"]).code, 1);
    if let Some(found) = compared(&lab) {
        assert_same(&found);
        assert_eq!(
            (&found["logs"]["rows"], &found["runs"]["rows"]),
            (&1.into(), &0.into())
        );
    }
}

/// Robots named by words, one of them in one run only, in a lake whose path a pattern and SQL could
/// misread.
#[test]
fn robots_of_words_and_paths_with_signs_work() {
    let lab = Lab::new();
    let profile =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/profile.toml"));
    let profile = profile
        .unwrap()
        .replace("robots = [1, 2]", "robots = [\"left\", 3]");
    fs::write(lab.root().join("p.toml"), profile).unwrap();
    let mut log = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for n in 0..40 {
        let second = n / 2;
        for (field, sensor) in [
            ("x", "encoder"),
            ("y", "encoder"),
            ("z", "encoder"),
            ("fz", "load_cell"),
        ] {
            log += &format!(
                "2022-11-23T20:40:{second:02}.{}Z,{n},{field},left,5,{sensor}\n",
                n % 2 * 5
            );
            if n > 20 {
                log += &format!(
                    "2022-11-23T21:40:{second:02}.{}Z,{n},{field},3,6,{sensor}\n",
                    n % 2 * 5
                );
            }
        }
    }
    fs::write(lab.data().join("=a.csv"), log).unwrap();
    let cache = "it's [a] 100%*/c?che";
    let with = |args: &[&str]| {
        let all = [&["--cache-dir", cache, "--profile", "p.toml"], args].concat();
        lab.ok(&all)
    };
    with(&["harvest"]);
    fs::write(lab.root().join("views.sql"), with(&["views"])).unwrap();
    for view in View::ALL {
        with(&[
            "export",
            view.name(),
            "-o",
            &format!("{}.parquet", view.name()),
        ]);
    }
    let names: Vec<&str> = View::ALL.map(View::name).to_vec();
    let program = format!("VIEWS = {names:?}\n{COMPARE}");
    let Some(printed) = python::printed(lab.root(), "words", &["duckdb"], &program) else {
        return;
    };
    let found: Value = serde_json::from_str(&printed).unwrap();
    assert_same(&found);
    assert_eq!(
        (&found["runs"]["rows"], &found["robots"]["rows"]),
        (&2.into(), &2.into())
    );
    let csv = with(&[
        "export",
        "channels",
        "-o",
        "-",
        "--format",
        "csv",
        "--columns",
        "channel,robot",
    ]);
    for line in ["fz_left,left", "vx_left,left", "vleft,left", "p_3,3"] {
        assert!(csv.lines().any(|l| l == line), "{line}: {csv}");
    }
}

#[test]
fn views_are_filtered_and_written_in_every_form() {
    let lab = lab_of_runs(20.0);
    let csv = |args: &[&str]| {
        let all = [&["export"], args, &["-o", "-", "--format", "csv"]].concat();
        lab.ok(&all)
    };
    let rejected = csv(&[
        "runs",
        "--filter",
        "disposition:reject",
        "--columns",
        "log,disposition,note",
    ]);
    assert_eq!(
        rejected,
        "log,disposition,note\nline/2022-11-23T2040,reject,a second look\n"
    );
    // Of the copies that pass the filter one counts.
    let of_copy = csv(&["runs", "--filter", "log:\"cell_id=10\"", "--columns", "log"]);
    assert_eq!(of_copy.lines().count(), 5, "{of_copy}");
    let failed = csv(&["logs", "--filter", "state:failed", "--columns", "log,error"]);
    assert!(failed.lines().count() > 1, "{failed}");
    for ending in ["ndjson", "arrow", "csv"] {
        let name = format!("flags.{ending}");
        lab.ok(&["export", "flags", "-o", &name]);
        assert!(fs::metadata(lab.root().join(name)).unwrap().len() > 100);
    }
    let line = lab.ok(&["export", "layers", "-o", "-", "--format", "ndjson"]);
    let layer: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    assert!(
        layer["z_mm"].is_f64() && layer["complete"].is_boolean(),
        "{layer}"
    );
    for (args, word) in [
        (
            &["export", "runs", "channels", "-o", "a.csv"][..],
            "exported alone",
        ),
        (
            &["export", "runs", "--from", "+1s", "-o", "a.csv"],
            "--from is for rows of tables",
        ),
        (
            &["export", "runs", "--columns", "q", "-o", "a.csv"],
            "has no column \"q\"",
        ),
        (
            &["export", "runs", "--filter", "q:1", "-o", "a.csv"],
            "--filter: ",
        ),
        (&["export", "-o", "a.csv"], "required"),
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2, "{args:?} {}", answer.err);
        assert!(answer.err.contains(word), "{args:?}: {}", answer.err);
    }
    assert!(!lab.root().join("a.csv").exists());
}

#[test]
fn several_runs_become_one_table() {
    let lab = lab();
    let list = lab.json(&["runs", "line/2022-11-23T2040", "--json"]);
    let runs: Vec<&Value> = list["runs"].as_array().unwrap().iter().collect();
    let id = |n: usize| runs[n]["run_uuid"].as_str().unwrap();
    let rows = |n: usize| runs[n]["rows"].as_u64().unwrap();
    lab.ok(&[
        "export",
        id(1),
        id(0),
        id(1),
        "--columns",
        "f2,x_1",
        "-o",
        "two.csv",
    ]);
    let text = fs::read_to_string(lab.root().join("two.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "run_uuid,log,cell_id,time,f2,x_1");
    assert_eq!(lines.len() as u64, 1 + rows(0) + rows(1));
    let begins = format!("{},line/2022-11-23T2040,", id(1));
    assert!(lines[1].starts_with(&begins), "{}", lines[1]);
    // A run has the same cells alone.
    lab.ok(&["export", id(1), "--columns", "f2,x_1", "-o", "one.csv"]);
    let one = fs::read_to_string(lab.root().join("one.csv")).unwrap();
    for (alone, among) in one.lines().skip(1).zip(&lines[1..]) {
        assert_eq!(among.splitn(4, ',').nth(3), Some(alone));
    }
    let filter = "log:line and f2 is null";
    let answer = lab.run(&["export", "--filter", filter, "-o", "a.csv"]);
    assert_eq!(answer.code, 2, "a column is no field of a run");
    lab.ok(&[
        "export",
        "--filter",
        "log:line",
        "--resample",
        "100ms",
        "-o",
        "even.csv",
    ]);
    let even = fs::read_to_string(lab.root().join("even.csv")).unwrap();
    let ids: BTreeSet<&str> = even.lines().skip(1).map(|l| &l[..36]).collect();
    assert_eq!(ids.len(), runs.len());
    // A column that some run lacks is null there, and a condition on it holds nowhere there.
    let all = lab.ok(&[
        "export",
        "table_rows",
        "--where",
        "f2 > 0",
        "--columns",
        "f2",
        "-o",
        "-",
        "--format",
        "csv",
    ]);
    assert!(all.lines().skip(1).all(|line| !line.ends_with(',')) && all.lines().count() > 10);
}

/// What is said of a robot stands in a column, but for what has rows of its own.
#[test]
fn every_figure_of_a_robot_is_a_column() {
    let lab = lab();
    let columns: BTreeSet<String> = View::Robots
        .columns()
        .into_iter()
        .map(|c| c.info.name)
        .collect();
    let list = lab.json(&["runs", "line/2022-11-23T2040", "--json"]);
    let shown = lab.json(&[
        "show",
        list["runs"][0]["run_uuid"].as_str().unwrap(),
        "--json",
    ]);
    for (_, robot) in shown["run"]["robots"].as_object().unwrap() {
        for (key, value) in robot.as_object().unwrap() {
            let names: Vec<String> = match (key.as_str(), value) {
                ("bias", _) => continue,
                ("axial_slope_n_per_layer", _) => vec![key.clone()],
                (_, Value::Object(inner)) => inner.keys().map(|k| format!("{key}_{k}")).collect(),
                _ => vec![key.clone()],
            };
            for name in names {
                assert!(columns.contains(&name), "{name}");
            }
        }
    }
    for view in View::ALL {
        let columns = view.columns();
        let names: BTreeSet<&str> = columns.iter().map(|c| c.info.name.as_str()).collect();
        assert_eq!(names.len(), columns.len(), "{}", view.name());
        for column in &columns {
            assert!(!column.info.description.is_empty());
            let is_number = column.info.kind == ColumnType::Number;
            let unit = &column.info.unit;
            assert!(
                unit.is_empty() || is_number || unit == "bytes",
                "{}",
                column.info.name
            );
        }
    }
}

#[test]
fn samples_are_those_that_the_record_counts() {
    let lab = lab();
    let list = lab.json(&["runs", "line/2022-11-23T2040", "--json"]);
    let id = list["runs"][0]["run_uuid"].as_str().unwrap();
    let shown = lab.json(&["show", id, "--json"]);
    lab.ok(&["export", id, "--samples", "-o", "long.csv"]);
    let text = fs::read_to_string(lab.root().join("long.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time,channel,value"));
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut last = "";
    for line in lines {
        let (time, rest) = line.split_once(',').unwrap();
        assert!(last <= time);
        last = time;
        *counts
            .entry(rest.split_once(',').unwrap().0.to_owned())
            .or_default() += 1;
    }
    for (channel, stats) in shown["run"]["channels"].as_object().unwrap() {
        let count = stats["count"].as_u64().unwrap();
        assert_eq!(
            counts.get(channel).copied().unwrap_or(0),
            count,
            "{channel}"
        );
    }
    let part = [
        "export",
        "table_rows",
        "--samples",
        "--columns",
        "fz_1",
        "--from",
        "+1s",
        "--where",
        "fz_1 < -1000",
    ];
    let part = lab.ok(&[&part[..], &["-o", "-", "--format", "csv"]].concat());
    let mut lines = part.lines();
    assert_eq!(
        lines.next(),
        Some("run_uuid,log,cell_id,time,channel,value")
    );
    let values: Vec<f64> = lines
        .map(|l| l.rsplit_once(',').unwrap().1.parse().unwrap())
        .collect();
    assert!(!values.is_empty() && values.iter().all(|v| *v < -1000.0));
}

#[test]
fn a_lake_whose_path_has_a_backslash_is_told() {
    let lab = Lab::demo(1);
    for (cache, is_told) in [("c\\d", true), ("cache", false)] {
        lab.ok(&["--cache-dir", cache, "harvest"]);
        let views = lab.run(&["--cache-dir", cache, "views"]);
        assert_eq!(views.code, 0, "{}", views.err);
        assert_eq!(
            views
                .err
                .contains("a backslash in its name, and the lake is"),
            is_told,
            "{}",
            views.err
        );
    }
}
