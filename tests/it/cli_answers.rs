//! `list`, `runs`, `machines`, `show`, `rebuild`, `gc`: shapes, names, exit codes.

use std::{collections::BTreeSet, fs, process::Stdio};

use crate::common::{Lab, key_paths};
use mdtui::etl::{profile::BUILT_IN, stats::ChannelStatistic};
use serde_json::Value;

#[test]
fn rebuild_brings_back_the_same_list() {
    let lab = Lab::demo(20);
    lab.run(&["harvest", "--jobs", "1"]);
    let before = lab.json(&["list", "--json"]);
    let runs = lab.json(&["runs", "--json"]);
    for entry in fs::read_dir(lab.cache()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("catalog.db")
        {
            fs::remove_file(path).unwrap();
        }
    }
    lab.ok(&["rebuild"]);
    assert_eq!(lab.json(&["list", "--json"]), before);
    assert_eq!(lab.json(&["runs", "--json"]), runs);
}

#[test]
fn the_list_is_sorted_and_has_the_promised_keys_null_where_unknown() {
    let lab = Lab::demo(3);
    lab.ok(&["harvest", "cell-01/2022-11-23T2040"]);
    let list = lab.json(&["list", "--json"]);
    assert_eq!(list["version"], 1);
    let logs = list["logs"].as_array().unwrap();
    let keys: Vec<&str> = logs.iter().map(|l| l["key"].as_str().unwrap()).collect();
    assert!(keys.is_sorted());
    let promised: BTreeSet<&str> = [
        "key",
        "state",
        "reason",
        "path",
        "cell_id",
        "size",
        "mtime",
        "rows",
        "runs_ok",
        "runs_failed",
        "start_time",
        "stop_time",
        "harvested_at",
        "verdict",
    ]
    .into();
    for log in logs {
        let has: BTreeSet<&str> = log
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(has, promised);
    }
    let (done, pending) = (&logs[0], &logs[1]);
    assert_eq!(done["state"], "harvested");
    assert_eq!(
        (&done["runs_ok"], &done["runs_failed"]),
        (&Value::from(4), &Value::from(0))
    );
    assert_eq!(done["verdict"], "pass");
    assert_eq!(pending["state"], "pending");
    for key in [
        "rows",
        "runs_ok",
        "start_time",
        "stop_time",
        "harvested_at",
        "verdict",
    ] {
        assert!(pending[key].is_null(), "{key}");
    }
    let only = lab.json(&["list", "--json", "--state", "pending"]);
    assert_eq!(only["logs"].as_array().unwrap().len(), 2);
}

#[test]
fn runs_and_logs_are_shown_by_any_of_their_names() {
    let lab = Lab::demo(2);
    lab.ok(&["harvest"]);
    let runs = lab.json(&["runs", "--json"]);
    let run = &runs["runs"][0];
    let uuid = run["run_uuid"].as_str().unwrap();
    let decimal = u128::from_str_radix(&uuid.replace('-', ""), 16)
        .unwrap()
        .to_string();
    for name in [uuid, &uuid[19..28], decimal.as_str()] {
        let shown = lab.json(&["show", name, "--json"]);
        assert_eq!(shown["run"]["run_uuid"], uuid, "{name}");
    }
    let log = run["log"].as_str().unwrap();
    let of_log = lab.json(&["runs", log, "--json"]);
    assert_eq!(of_log["runs"].as_array().unwrap().len(), 4);
    let shown = lab.json(&["show", log, "--json"]);
    assert_eq!(shown["log"]["runs"].as_array().unwrap().len(), 4);
    // As text, everything that JSON has is there to read.
    let text = lab.ok(&["show", log]);
    for word in [
        uuid,
        "ledger",
        "distance 1",
        "fz_1",
        "interval median (ms)",
        "fill share",
        "blake3",
    ] {
        assert!(text.contains(word), "{word}:\n{text}");
    }
}

#[test]
fn unknown_and_ambiguous_names_list_candidates() {
    let lab = Lab::demo(19);
    lab.run(&["harvest", "--jobs", "1"]);
    for args in [
        &["harvest", "gap.parquet"][..],
        &["show", "gap.parquet"],
        &["runs", "gap.parquet"],
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2, "{args:?} {}", answer.out);
        assert!(answer.sentence().contains("faults/gap"), "{}", answer.err);
        assert!(answer.out.is_empty());
    }
    let many = lab.run(&["show", "11ed"]);
    assert_eq!(many.code, 2);
    assert!(
        many.sentence().contains("\"11ed\" names") && many.err.contains(" more"),
        "{}",
        many.err
    );
    // A run that stands in two logs is named with its log.
    let runs = lab.json(&["runs", "cell-01/2022-11-23T2040", "--json"]);
    let run = &runs["runs"][0];
    assert_eq!(
        run["also_in"],
        serde_json::json!(["faults/same-as-another"])
    );
    let uuid = run["run_uuid"].as_str().unwrap();
    let twice = lab.run(&["show", uuid]);
    assert_eq!(twice.code, 2, "{}", twice.out);
    assert!(
        twice.sentence().contains("stands in 2 logs"),
        "{}",
        twice.err
    );
    let one = lab.json(&["show", &format!("faults/same-as-another:{uuid}"), "--json"]);
    assert_eq!(one["run"]["log"], "faults/same-as-another");
    assert_eq!(lab.run(&["show", "zebra"]).code, 2);
}

#[test]
fn machines_sum_up_their_runs() {
    let lab = Lab::demo(2);
    lab.ok(&["harvest"]);
    let machines = lab.json(&["machines", "--json"]);
    let runs = lab.json(&["runs", "--json"]);
    let machine = &machines["machines"][0];
    assert_eq!(
        (&machine["cell_id"], &machine["robot"]),
        (&"1".into(), &"1".into())
    );
    assert_eq!(machine["runs"], 8);
    let sum: f64 = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["total_distance_mm"]["1"].as_f64().unwrap())
        .sum();
    assert!((machine["distance_mm"].as_f64().unwrap() - sum).abs() < 1e-6);
    assert_eq!(machine["series"].as_array().unwrap().len(), 8);
    assert_eq!(lab.ok(&["machines"]).lines().count(), 3);
}

#[test]
fn gc_removes_what_no_record_names_and_nothing_else() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let before = lab.lake("");
    assert_eq!(lab.ok(&["gc"]), "nothing to remove\n");
    let folder = lab.cache().join("cell-01/2022-11-23T2040");
    let left = folder.join("run_00000000-0000-0000-0000-000000000001.0123456789abcdef.parquet");
    fs::write(&left, "left by a crash").unwrap();
    fs::write(folder.join("notes.txt"), "the operator's").unwrap();
    let dry = lab.ok(&["gc", "--dry-run"]);
    assert!(dry.contains("would remove 1 ") && left.exists(), "{dry}");
    lab.ok(&["gc"]);
    assert!(!left.exists() && folder.join("notes.txt").exists());
    fs::remove_file(folder.join("notes.txt")).unwrap();
    assert!(before == lab.lake(""));
}

#[test]
fn exit_codes_tell_usage_from_what_cannot_be_done() {
    let lab = Lab::demo(1);
    for args in [
        &["nonsense"][..],
        &["harvest", "--jobs", "0"],
        &["list", "--state", "sad"],
        &["export", "x"],
    ] {
        assert_eq!(lab.run(args).code, 2, "{args:?}");
    }
    let nowhere = lab.run(&["--data-dir", "nowhere", "list"]);
    assert_eq!(nowhere.code, 3);
    assert!(nowhere.sentence().contains("nowhere"), "{}", nowhere.err);
    assert!(
        !lab.cache().exists(),
        "a mistyped directory left a lake behind"
    );
    let none = lab.run(&["rebuild"]);
    assert_eq!(none.code, 3);
    none.sentence();
    fs::create_dir(lab.cache()).unwrap();
    fs::write(
        lab.cache().join("catalog.db"),
        "this is not a database at all, but text".repeat(99),
    )
    .unwrap();
    let strange = lab.run(&["list"]);
    assert_eq!(strange.code, 3, "{}", strange.err);
    assert!(strange.sentence().contains("catalog.db"), "{}", strange.err);
    let profile = lab.run(&["--profile", "no.toml", "list"]);
    assert_eq!(profile.code, 3);
    assert!(profile.sentence().contains("no.toml"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let lab = Lab::demo(12);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mdtui"))
        .arg("list")
        .current_dir(lab.root())
        .envs(lab.environment())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_documented_json_is_the_printed_json() {
    let lab = Lab::demo_of_runs(20, 20.0);
    lab.run(&["harvest", "--jobs", "1"]);
    let run = lab.json(&["runs", "line/2022-11-23T2040", "--json"]);
    let run = run["runs"][0]["run_uuid"].as_str().unwrap().to_owned();
    lab.ok(&["note", &run, "--reject", "torn at the rim"]);
    // Without an axis of robot 2, so that some channels stand alone.
    let other = lab.json(&["runs", "faults/no-z_2", "--json"]);
    let other = other["runs"][0]["run_uuid"].as_str().unwrap().to_owned();
    let doc = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    let mut checked = 0;
    for section in doc.split("\n## ").skip(1) {
        let title = section.lines().next().unwrap();
        let Some(example) = section.split("```json\n").nth(1) else {
            continue;
        };
        let example: Value = serde_json::from_str(example.split("```").next().unwrap()).unwrap();
        let args: Vec<&str> = match title {
            "`list --json`" => vec!["list", "--json"],
            "`runs --json`" => vec!["runs", "--json"],
            "`machines --json`" => vec!["machines", "--json"],
            "`compare --json`" => vec!["compare", &run, &other, "--json"],
            "`find --json`" => vec!["find", "fz_1 < -1000", "--json"],
            "`show LOG --json`" => vec!["show", "line/2022-11-23T2040", "--json"],
            "`show RUN --json`" => vec!["show", &run, "--json"],
            "`harvest --json`" => {
                // What is left alone shows where nothing is named.
                let alone = lab.json(&["harvest", "--json"]);
                let named = ["harvest", "--force", "--json", "faults/one-run-fails"];
                let mut report = lab.json(&named);
                report["left_alone"] = alone["left_alone"].clone();
                compare(title, &example, &report);
                checked += 1;
                continue;
            }
            "`plan`" => {
                let lines = lab.ok(&["--cache-dir", "none-yet", "plan"]);
                let line = lines.lines().next().unwrap();
                compare(title, &example, &serde_json::from_str(line).unwrap());
                checked += 1;
                continue;
            }
            "`note RUN --json`" => vec!["note", &run, "--json"],
            "`gc --json`" => vec!["gc", "--json"],
            "`config --json`" => {
                let folder = lab.root().join("config/mdtui");
                let file = folder.join("config.toml");
                fs::create_dir_all(&folder).unwrap();
                fs::write(&file, "[site.press-2]\njobs = 2\n").unwrap();
                let report = lab.json(&["config", "--json"]);
                fs::remove_file(&file).unwrap();
                compare(title, &example, &report);
                checked += 1;
                continue;
            }
            "`remove --json`" => {
                let (log, aside) = (
                    lab.data().join("faults/gap.parquet"),
                    lab.root().join("gap"),
                );
                fs::rename(&log, &aside).unwrap();
                let report = lab.json(&["remove", "faults/gap", "--dry-run", "--json"]);
                fs::rename(&aside, &log).unwrap();
                compare(title, &example, &report);
                checked += 1;
                continue;
            }
            // `tests/it/cli_watch.rs` reads what is really printed.
            "`watch --json`" => {
                let named = ["harvest", "--force", "--json", "line/2022-11-23T2040"];
                let mut line = lab.json(&named)["logs"][0].clone();
                line["version"] = 1.into();
                line["at"] = "2026-11-23T04:06:12.604313Z".into();
                compare(title, &example, &line);
                checked += 1;
                continue;
            }
            "`check --json`" => {
                let record = lab.cache().join("faults/gap/record.json");
                let whole = fs::read(&record).unwrap();
                fs::write(&record, "{}").unwrap();
                let found = lab.run(&["check", "--json"]);
                fs::write(&record, whole).unwrap();
                compare(title, &example, &serde_json::from_str(&found.out).unwrap());
                checked += 1;
                continue;
            }
            "`check --rules --json`" => {
                let rules = "[[rules]]\nname = \"overload\"\nwhen = \"fz_1 < -900\"\n\
                             [[rules]]\nname = \"support\"\nwhen = \"fz_2 > 0\"\n";
                let text = format!("{BUILT_IN}\n{rules}");
                fs::write(lab.root().join("p.toml"), text).unwrap();
                vec!["check", "--rules", "p.toml", "--json"]
            }
            "`record.json`" => {
                let path = lab.cache().join("line/2022-11-23T2040/record.json");
                let record = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
                compare(title, &example, &record);
                checked += 1;
                continue;
            }
            other => panic!("docs/json.md describes {other}, which no test knows"),
        };
        compare(title, &example, &lab.json(&args));
        checked += 1;
    }
    assert_eq!(checked, 17);
}

/// The example may show fewer elements, named entries and statistics of a channel (which a
/// table lists), but each other key once.
fn compare(title: &str, documented: &Value, printed: &Value) {
    let (documented, printed) = (key_paths(documented), key_paths(printed));
    let is_statistic = |path: &str| {
        let key = path.rsplit_once(".channels.*.").map(|(_, key)| key);
        key.is_some_and(|key| ChannelStatistic::from_key(key).is_some())
    };
    let missing: Vec<_> = printed
        .difference(&documented)
        .filter(|path| !is_statistic(path))
        .collect();
    let invented: Vec<_> = documented.difference(&printed).collect();
    assert!(missing.is_empty(), "{title}: not documented: {missing:?}");
    assert!(
        invented.is_empty(),
        "{title}: documented but not printed: {invented:?}"
    );
}

#[test]
fn lists_are_filtered_as_in_the_browser() {
    let lab = Lab::demo(3);
    lab.ok(&["harvest"]);
    let count = |args: &[&str], of: &str| lab.json(args)[of].as_array().unwrap().len();
    let all = count(&["list", "--json"], "logs");
    let harvested = count(
        &["list", "--filter", "state:harvested rows>0", "--json"],
        "logs",
    );
    assert!(harvested > 0 && harvested <= all);
    let runs = lab.json(&["runs", "--json"]);
    let long = runs["runs"].as_array().unwrap().iter();
    let long = long
        .filter(|r| r["total_runtime_seconds"].as_f64() > Some(19.98))
        .count();
    let filtered = count(&["runs", "--filter", "runtime>19.98", "--json"], "runs");
    assert_eq!(filtered, long);
    let machines = lab.json(&["machines", "--json"]);
    let first = &machines["machines"][0];
    let cell = first["cell_id"].as_str().unwrap_or_default();
    let robot = first["robot"].as_str().unwrap();
    let one = [
        "machines",
        &format!("--cell={cell}"),
        "--robot",
        robot,
        "--json",
    ];
    assert_eq!(lab.json(&one)["machines"][0], *first);
    assert_eq!(count(&one, "machines"), 1);
    let robots = count(&["machines", "--filter", "robot:1", "--json"], "machines");
    assert!(robots > 0 && robots < machines["machines"].as_array().unwrap().len());
    for command in ["list", "runs", "machines"] {
        let refused = lab.run(&[command, "--filter", "colour:red"]);
        assert_eq!(refused.code, 2, "{}", refused.err);
        assert!(
            refused
                .err
                .contains("--filter: unknown field `colour` at character 1"),
            "{}",
            refused.err
        );
        let none = lab.run(&[command, "--filter", "since:2999-01-01"]);
        assert_eq!((none.code, none.out.as_str()), (0, ""), "{}", none.err);
    }
}

#[test]
fn a_log_all_of_whose_runs_failed_says_how_many() {
    let lab = Lab::new();
    let line = "2022-11-23T20:40:00Z\tbad\tx\t1\t7\tencoder\n";
    let header = "time\tvalue\tfield\trobot_id\trun_uuid\tsensor_type\n";
    std::fs::create_dir_all(lab.data()).unwrap();
    std::fs::write(lab.data().join("a.csv"), header.to_owned() + line).unwrap();
    std::fs::write(lab.data().join("b.csv"), "no\theader\n1\t2\n").unwrap();
    assert_eq!(lab.run(&["harvest"]).code, 1);
    let list = lab.json(&["list", "--json"]);
    let figures = |log: &Value| ["runs_ok", "runs_failed", "verdict"].map(|key| log[key].clone());
    let known = [Value::from(0), Value::from(1), "not evaluated".into()];
    assert_eq!(figures(&list["logs"][0]), known, "{list}");
    assert_eq!(figures(&list["logs"][1]), [(); 3].map(|()| Value::Null));
    assert_eq!(
        figures(&lab.json(&["show", "a.csv", "--json"])["log"]),
        known
    );
    let failed = lab.json(&["list", "--filter", "runs_failed>0", "--json"]);
    assert_eq!(failed["logs"].as_array().unwrap().len(), 1);
}
