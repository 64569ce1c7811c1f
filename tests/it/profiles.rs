//! Logs of other machines, read with profiles of their own: other units, names and robots.

use std::{collections::BTreeMap, fs, sync::Arc};

use mdtui::etl::{
    base::{CancelToken, NoProgress},
    harvest::{Options, harvest_log},
    lake::{Context, Lake, Record, record::RunResult, run_file::RunFile},
    profile::Profile,
};

use polars::prelude::{ParquetReader, SerReader};

use crate::common::{Lab, refreshed};

const METRES: &str = include_str!("../data/metres.csv");
const METRES_PROFILE: &str = include_str!("../data/metres.toml");
const GOOD: &str = include_str!("../data/good.csv");

/// Columns of the runs of a log, each with its times of rows and its cells.
type Tables = BTreeMap<String, BTreeMap<String, Vec<f64>>>;

/// Harvests a log: its record, and its tables by run.
fn harvest(log: &str, profile: Profile) -> (Record, Tables) {
    let dir = tempfile::tempdir().unwrap();
    let context = Context {
        data_dir: dir.path().join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(dir.path().join("cache")),
        profile: Arc::new(profile),
    };
    fs::create_dir(&context.data_dir).unwrap();
    fs::write(context.data_dir.join("log.csv"), log).unwrap();
    let cancel = CancelToken::new();
    refreshed(&context);
    harvest_log(
        &context,
        "log.csv",
        Options::default(),
        &NoProgress,
        &cancel,
    )
    .unwrap();
    let record = Record::read(&context.lake, "log.csv").unwrap().unwrap();
    let mut tables = Tables::new();
    for (run, result) in &record.run_to_result {
        let name = result.file_name.as_ref().unwrap();
        let file = RunFile::open(&context.lake.location("log.csv", name)).unwrap();
        let names: Vec<&str> = file.columns()[1..].iter().map(String::as_str).collect();
        let window = file.read(&names, 0..file.rows(), &cancel).unwrap();
        let columns = names.iter().zip(window.columns);
        tables.insert(
            run.to_string(),
            columns.map(|(n, cells)| ((*n).to_owned(), cells)).collect(),
        );
    }
    (record, tables)
}

#[test]
fn metres_kilonewtons_and_robots_named_by_words_become_the_same_tables() {
    let (good, good_tables) = harvest(GOOD, Profile::built_in().unwrap());
    let profile = Profile::parse(METRES_PROFILE, "metres.toml").unwrap();
    let (record, tables) = harvest(METRES, profile);
    assert_eq!(record.ledger.rows_in, 677);
    assert_eq!(record.ledger.rows_kept, 677);
    assert_eq!(tables.len(), 2);
    for (run, columns) in &tables {
        let good = &good_tables[run];
        let mut names: Vec<String> = good.keys().map(|n| n.replace('1', "left")).collect();
        names.push("temp_left".into());
        names.sort();
        assert_eq!(columns.keys().cloned().collect::<Vec<_>>(), names);
        for (name, cells) in good {
            let mine = &columns[&name.replace('1', "left")];
            assert_eq!(mine.len(), cells.len());
            for (a, b) in mine.iter().zip(cells) {
                assert!(
                    a.is_nan() == b.is_nan() && (a.is_nan() || (a - b).abs() < 1e-6),
                    "{name}: {a} {b}"
                );
            }
        }
        let temperatures: Vec<f64> = columns["temp_left"]
            .iter()
            .copied()
            .filter(|t| !t.is_nan())
            .collect();
        assert!(temperatures.iter().all(|t| *t == 21.5) && !temperatures.is_empty());
    }
    for (run, result) in &record.run_to_result {
        let units = [
            ("x_left", "mm"),
            ("vx_left", "mm/s"),
            ("fx_left", "N"),
            ("fleft", "N"),
            ("p_left", "mm"),
            ("temp_left", "°C"),
        ];
        for (channel, unit) in units {
            assert_eq!(result.channels[channel].unit, unit, "{channel}");
        }
        let good = &good.run_to_result[run];
        let distance =
            |r: &RunResult, robot: &str| r.run_stats.as_ref().unwrap().total_distance_mm[robot];
        assert!((distance(result, "left") - distance(good, "1")).abs() < 1e-3);
        assert_eq!(result.verdict, good.verdict);
        assert_eq!(result.robots.keys().collect::<Vec<_>>(), ["left"]);
    }
}

/// Where one robot's name ends as another's does, each has its own figures.
#[test]
fn robots_whose_names_end_alike_are_kept_apart() {
    let toml = METRES_PROFILE.replace("[\"left\"]", "[\"b\", \"a_b\"]");
    let profile = Profile::parse(&toml, "p").unwrap();
    let (record, _) = harvest(&METRES.replace(",left,", ",a_b,"), profile);
    for result in record.run_to_result.values() {
        assert_eq!(result.robots.keys().collect::<Vec<_>>(), ["a_b"]);
    }
}

/// The demo is written as the profile in force says that logs are.
#[test]
fn demo_logs_fit_any_profile() {
    let toml = METRES_PROFILE.replace("[\"left\"]", "[\"left\", 9]");
    let lab = Lab::new();
    fs::write(lab.root().join("p.toml"), toml).unwrap();
    let with = |profile: &str, dir: &str, args: &[&str]| {
        let cache = format!("{dir}/cache");
        let data = format!("{dir}/data");
        let place = [
            "--profile",
            profile,
            "--data-dir",
            &data,
            "--cache-dir",
            &cache,
        ];
        lab.run(&[&place, args].concat())
    };
    for (profile, dir) in [("built-in", "mm"), ("p.toml", "m")] {
        let made = with(profile, dir, &["demo", dir, "--logs", "2"]);
        assert!(made.code <= 1, "{}", made.err);
    }
    let ledgers = |profile, dir| {
        let list = with(profile, dir, &["list", "--json"]).out;
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        let logs = list["logs"].as_array().unwrap().iter();
        logs.map(|log| {
            let number = |key: &str| log[key].as_u64().unwrap();
            (log["key"].to_string(), number("rows"), number("runs_ok"))
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(ledgers("built-in", "mm"), ledgers("p.toml", "m"));
    let machines = |profile, dir| {
        let list = with(profile, dir, &["machines", "--json"]).out;
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        let machines = list["machines"].as_array().unwrap().iter();
        machines
            .map(|m| (m["robot"].to_string(), m["distance_mm"].as_f64().unwrap()))
            .collect::<Vec<_>>()
    };
    let (mm, m) = (machines("built-in", "mm"), machines("p.toml", "m"));
    assert!(!mm.is_empty() && mm.len() == m.len());
    let robots = |list: &[(String, f64)]| list.iter().map(|m| m.0.clone()).collect::<Vec<_>>();
    assert!(
        robots(&m)
            .iter()
            .all(|r| ["\"left\"", "\"9\""].contains(&r.as_str()))
    );
    let sorted = |list: &[(String, f64)]| {
        let mut all: Vec<f64> = list.iter().map(|m| m.1).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    for (a, b) in sorted(&mm).iter().zip(sorted(&m)) {
        assert!((a - b).abs() < 1e-6 * a.abs() + 1e-6, "{a} {b}");
    }
}

#[test]
fn the_program_knows_robots_and_channels_by_their_words() {
    let lab = Lab::new();
    let toml = METRES_PROFILE.replace("channel = \"temp\"\n", "");
    fs::write(lab.root().join("p.toml"), toml).unwrap();
    // A row that is rejected keeps the text of the log.
    let spoilt = METRES.replacen(",Temp [°C],left,", ",Temp [°C],right,", 1);
    fs::write(lab.data().join("a.csv"), spoilt).unwrap();
    let with = |args: &[&str]| lab.ok(&[&["--profile", "p.toml"], args].concat());
    with(&["harvest"]);
    let machines = with(&["machines", "--robot", "left"]);
    assert!(machines.contains("left"), "{machines}");
    let shown = with(&["show", "a.csv"]);
    assert!(
        shown.contains("left") && shown.contains("Temp [°C]_left"),
        "{shown}"
    );
    let rows = with(&[
        "export",
        "00000000-0000-0000-0000-000000001389",
        "--columns",
        "time,Temp [°C]_left,fleft",
        "--where",
        "\"Temp [°C]_left\" > 20 and x_left > 0",
        "-o",
        "t.csv",
    ]);
    let csv = fs::read_to_string(lab.root().join("t.csv")).unwrap();
    assert!(
        csv.starts_with("time,Temp [°C]_left,fleft\n"),
        "{rows}{csv}"
    );
    assert!(csv.lines().count() > 2, "{csv}");
    let rejected = lab.lake(".parquet");
    let rejected = rejected.keys().find(|n| n.contains("rejected.")).unwrap();
    let file = fs::File::open(lab.cache().join(rejected)).unwrap();
    let frame = ParquetReader::new(file).finish().unwrap();
    // Without a column of sensor types.
    let names = [
        "row", "reason", "time", "value", "field", "robot_id", "run_uuid", "cell_id",
    ];
    assert_eq!(frame.get_column_names(), names);
    let row: Vec<String> = frame
        .columns()
        .iter()
        .map(|c| c.get(0).unwrap().to_string())
        .collect();
    let row = row.join(",");
    for cell in ["unknown_robot", "\"21.5\"", "Temp [°C]", "right"] {
        assert!(row.contains(cell), "{cell}: {row}");
    }
}
