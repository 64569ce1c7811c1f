//! Logs of other machines, read with profiles of their own: other units, names and robots.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use mdtui::etl::{
    base::{CancelToken, NoProgress},
    harvest::{Options, harvest_log},
    lake::{Context, Lake, Record, record::RunResult, run_file::RunFile},
    parquet::{ParquetReader, as_numbers, as_texts},
    profile::Profile,
};

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
    let row = first_rejected(&lab.cache().join(rejected));
    // Without a column of sensor types.
    let names = [
        "row", "reason", "time", "value", "field", "robot_id", "run_uuid", "cell_id",
    ];
    assert_eq!(row.iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
    for cell in ["unknown_robot", "21.5", "Temp [°C]", "right"] {
        let is = |(_, found): &(String, Option<String>)| found.as_deref() == Some(cell);
        assert!(row.iter().any(is), "{cell}: {row:?}");
    }
}

/// The first row of a file of rejected rows, by column.
fn first_rejected(path: &Path) -> Vec<(String, Option<String>)> {
    let file = ParquetReader::open(path).unwrap();
    let cell = |name: &str| {
        let cells = file.read(0, name).unwrap().unwrap();
        if let Some(numbers) = as_numbers::<u64>(&cells) {
            return numbers.iter().next()?.map(|number| number.to_string());
        }
        as_texts(&cells).unwrap().get(0).map(str::to_owned)
    };
    let fields = file.fields().iter();
    fields
        .map(|field| (field.name.to_string(), cell(&field.name)))
        .collect()
}

/// A log of a welding cell as docs/examples/welding.toml describes it: two runs, three robots.
fn welding_log() -> String {
    let mut log = "ts,signal,arm,reading,weld_id,station\n".to_owned();
    for tick in 0..600 {
        for arm in 1..=3 {
            let at = f64::from(tick) * 0.1 + f64::from(arm);
            for (signal, reading) in [
                ("x", 400.0 + 50.0 * at.sin()),
                ("y", 50.0 * at.cos()),
                ("z", 10.0 + 0.01 * at),
                ("torque", 4.0 + at.sin()),
                ("Nozzle [°C]", 320.0 + 0.1 * at),
            ] {
                log += &format!(
                    "2026-03-02T06:{:02}:{:02}.{}Z,{signal},{arm},{reading:.3},{},W3\n",
                    tick / 600,
                    tick / 10 % 60,
                    tick % 10,
                    9001 + tick / 300,
                );
            }
        }
    }
    log
}

/// A log of a press as docs/examples/press-wide.toml describes it, and its samples of `Left Z` in file order.
fn wide_log() -> (String, Vec<f64>) {
    let header = "Time;Left X (mm);Left Z (mm);Left Fz (kN);Right X (mm);Right Z (mm);Right Fz (kN);Oil °C\n";
    let (mut log, mut left_z) = (header.to_owned(), Vec::new());
    for tick in 0..2_000 {
        let at = f64::from(tick) * 0.01;
        let comma = |v: f64| format!("{v:.3}").replace('.', ",");
        // The right side is sampled at half the rate, oil once a second.
        let right = |v: f64| {
            if tick % 2 == 0 {
                comma(v)
            } else {
                String::new()
            }
        };
        let oil = if tick % 100 == 0 {
            comma(41.0 + at)
        } else {
            String::new()
        };
        log += &format!(
            "2026-03-02T06:00:{:02},{:03};{};{};{};{};{};{};{oil}\n",
            tick / 100,
            tick % 100 * 10,
            comma(10.0 + 30.0 * at.sin()),
            comma(-48.0 - at),
            comma(-1.5 - 0.1 * at.cos()),
            right(60.0 + 30.0 * at.sin()),
            right(-48.0 - at),
            right(-1.4),
        );
        left_z.push((-48.0 - at).mul_add(1e3, 0.0).round() / 1e3);
    }
    (log, left_z)
}

fn example(name: &str) -> String {
    format!("{}/docs/examples/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_welding_log_of_the_documents_is_read_at_first_try_and_so_is_its_proposal() {
    let lab = Lab::new();
    fs::write(lab.data().join("weld.csv"), welding_log()).unwrap();
    // As a newcomer would: the proposal, then the harvest under it.
    let proposed = lab.run(&["profile", "infer", "data/weld.csv"]);
    assert_eq!(proposed.code, 0, "{}", proposed.err);
    assert!(
        proposed.err.contains("this profile keeps") && !proposed.err.contains("unknown"),
        "{}",
        proposed.err
    );
    fs::write(lab.root().join("proposed.toml"), &proposed.out).unwrap();
    for profile in ["proposed.toml".to_owned(), example("welding")] {
        lab.ok(&["--profile", &profile, "harvest"]);
        let runs = lab.json(&["--profile", &profile, "runs", "--json"]);
        let runs = runs["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 2, "{profile}");
        let id = runs[0]["run_uuid"].as_str().unwrap();
        let run = lab
            .json(&["--profile", &profile, "show", id, "--json"])
            .to_string();
        for channel in ["torque_3", "vx_2", "v1", "p_3"] {
            assert!(
                run.contains(&format!("\"{channel}\"")),
                "{profile}: {channel}"
            );
        }
        assert!(run.contains("\"cell_id\":\"W3\""), "{profile}");
    }
    let shown = lab.ok(&["--profile", &example("welding"), "show", "weld.csv"]);
    assert!(shown.contains("9,000"), "{shown}");
}

#[test]
fn the_wide_log_of_the_documents_is_read_at_first_try_and_so_is_its_proposal() {
    let lab = Lab::new();
    let (log, left_z) = wide_log();
    fs::write(lab.data().join("press.csv"), &log).unwrap();
    let proposed = lab.run(&["profile", "infer", "data/press.csv"]);
    assert_eq!(proposed.code, 0, "{}", proposed.err);
    fs::write(lab.root().join("proposed.toml"), &proposed.out).unwrap();
    for (profile, z) in [
        ("proposed.toml".to_owned(), "z_left"),
        (example("press-wide"), "z_left"),
    ] {
        lab.ok(&["--profile", &profile, "harvest"]);
        let log = &lab.json(&["--profile", &profile, "list", "--json"])["logs"][0].clone();
        assert_eq!(
            (&log["state"], &log["rows"]),
            (&"harvested".into(), &2_000.into()),
            "{profile}"
        );
        let record: serde_json::Value =
            serde_json::from_slice(&fs::read(lab.cache().join("press.csv/record.json")).unwrap())
                .unwrap();
        // Three signals in each line, three in every other one, oil in every hundredth.
        assert_eq!(record["ledger"]["rows_in"], 9_020, "{profile}");
        assert_eq!(record["ledger"]["rows_kept"], 9_020, "{profile}");
        let runs = record["run_to_result"].as_object().unwrap();
        let (id, _) = runs.iter().next().unwrap();
        let hash = record["source"]["content_hash"].as_str().unwrap();
        assert_eq!(
            (runs.len(), id.replace('-', "").as_str()),
            (1, &hash[..32]),
            "{profile}"
        );
        let table = lab.ok(&[
            "--profile",
            &profile,
            "export",
            id,
            "--columns",
            z,
            "-o",
            "-",
            "--format",
            "csv",
        ]);
        let found: Vec<f64> = table
            .lines()
            .skip(1)
            .map(|line| line.rsplit_once(',').unwrap().1.parse().unwrap())
            .collect();
        assert_eq!(found, left_z, "{profile}");
    }
}

#[test]
fn a_bad_cell_of_a_wide_log_is_rejected_alone_and_shown_with_its_line_and_column() {
    let lab = Lab::new();
    let (log, _) = wide_log();
    let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
    let bad = lines[11].replacen(';', ";bad", 1);
    lines[11] = bad;
    fs::write(lab.data().join("press.csv"), lines.join("\n") + "\n").unwrap();
    let profile = example("press-wide");
    lab.ok(&["--profile", &profile, "harvest"]);
    let record = fs::read(lab.cache().join("press.csv/record.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["ledger"]["dropped"]["invalid_value"], 1);
    let file = record["rejected_file"].as_str().unwrap();
    let row = first_rejected(&lab.cache().join("press.csv").join(file));
    let cell = |name: &str| row.iter().find(|(n, _)| n == name).unwrap().1.clone();
    assert_eq!(cell("row").unwrap(), "10");
    assert_eq!(cell("column").unwrap(), "Left X (mm)");
    assert!(cell("value").unwrap().contains("bad"), "{row:?}");
    let shown = lab.ok(&["--profile", &profile, "show", "press.csv"]);
    let told = "invalid_value row 10, column Left X (mm): `bad";
    assert!(shown.contains(told), "{shown}");
}

#[test]
fn lines_without_values_make_no_run_and_samples_are_called_so() {
    let lab = Lab::new();
    let profile = r#"
name = "wide"
robots = [1]
layout = "wide"
columns = { time = "t", run = "run" }
fields = [{ name = "z", kind = "position", axis = "z", unit = "mm" }, { name = "temp", kind = "other", unit = "C" }]
signals = [{ column = "Z", field = "z", robot = 1 }, { column = "T", field = "temp", robot = 1 }]
"#;
    fs::write(lab.root().join("wide.toml"), profile).unwrap();
    let line = |run: u32, s: usize, cells: &str| format!("2026-03-02T06:00:{s:02},{run},{cells}\n");
    let log = |cells: &str| (0..50).map(|s| line(7, s, cells)).collect::<String>();
    let empty = line(8, 50, ",") + &line(8, 51, ",");
    for (name, text) in [
        ("a", log("1.5,20") + &empty),
        ("none", log(",")),
        ("bad", log("x,")),
    ] {
        fs::write(
            lab.data().join(format!("{name}.csv")),
            format!("t,run,Z,T\n{text}"),
        )
        .unwrap();
    }
    let harvest = lab.run(&["--profile", "wide.toml", "harvest"]);
    assert_eq!(harvest.code, 1, "{}", harvest.err);
    let printed = harvest.out + &harvest.err;
    for sentence in [
        "1 run, 100 samples",
        "the log has 50 lines, and none has a value in a column of the profile's signals",
        "none of its 50 samples could be kept (invalid_value 50)",
        "(1 run, 100 samples)",
    ] {
        assert!(printed.contains(sentence), "{sentence}: {printed}");
    }
    let list = lab.json(&["--profile", "wide.toml", "list", "--json"]);
    let states: Vec<&str> = list["logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|log| log["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["harvested", "failed", "failed"]);
}

#[test]
fn a_profile_that_keeps_no_row_of_harvested_logs_is_refused_before_the_others_are_tried() {
    let lab = Lab::demo(3);
    lab.ok(&["harvest"]);
    let before = lab.lake("");
    let profile = format!(
        "{}/tests/data/other-fields.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let refused = lab.run(&["--profile", &profile, "harvest"]);
    assert_eq!(refused.code, 2, "{}{}", refused.out, refused.err);
    assert!(
        refused.err.contains("the profile in force does not fit")
            && refused.err.contains("unknown_field"),
        "{}",
        refused.err
    );
    // Results stay as they were, and under the old profile all but the one that was tried are current.
    for (name, bytes) in before.iter().filter(|(name, _)| name.contains("run_")) {
        assert_eq!(lab.lake("").get(name), Some(bytes), "{name}");
    }
    assert!(
        lab.ok(&["harvest"]).contains("current") || lab.states().values().all(|s| s == "harvested")
    );
}
