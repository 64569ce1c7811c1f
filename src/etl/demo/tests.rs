use std::{collections::BTreeMap, io::Read};

use super::{plan::RunPlan, *};
use crate::{
    base::NoProgress,
    catalog::Catalog,
    harvest::{self, harvest_log},
    lake::{Context, Lake, Record},
    quality::Flag,
};

fn small(logs: usize) -> Options {
    Options {
        logs,
        run_seconds: 2.0,
        ..Options::default()
    }
}

fn written(options: &Options) -> BTreeMap<String, Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::built_in().unwrap();
    write_logs(dir.path(), &profile, options, &CancelToken::new(), |_| {}).unwrap();
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(dir.path()) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() && entry.file_name() != MARKER {
            let name = entry.path().strip_prefix(dir.path()).unwrap();
            files.insert(name.display().to_string(), fs::read(entry.path()).unwrap());
        }
    }
    files
}

fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader
        .records()
        .map(|r| r.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    let first = written(&small(DEFAULT_LOGS));
    assert_eq!(first.len(), DEFAULT_LOGS);
    assert!(first == written(&small(DEFAULT_LOGS)));
    let other = written(&Options {
        seed: 2,
        ..small(1)
    });
    assert_ne!(
        other.values().next(),
        first.get("cell-01/2022-11-23T2040.parquet")
    );
}

#[test]
fn the_planted_duplicate_is_one_and_the_truncated_has_no_footer() {
    let files = written(&small(DEFAULT_LOGS));
    assert_eq!(
        files["faults/same-as-another.parquet"],
        files["cell-01/2022-11-23T2040.parquet"]
    );
    let cut = &files["faults/truncated.parquet"];
    assert!(cut.starts_with(b"PAR1") && !cut.ends_with(b"PAR1"));
}

#[test]
fn a_second_demo_leaves_files_alone_and_a_strange_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::built_in().unwrap();
    let go = |at: &Path| write_logs(at, &profile, &small(2), &CancelToken::new(), |_| {});
    let first = go(dir.path()).unwrap();
    assert_eq!((first.logs, first.unchanged), (2, 0));
    let again = go(dir.path()).unwrap();
    assert_eq!(
        (again.logs, again.unchanged, again.bytes),
        (0, 2, first.bytes)
    );

    let strange = tempfile::tempdir().unwrap();
    fs::write(strange.path().join("real.parquet"), "precious").unwrap();
    let error = go(strange.path()).unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
}

#[test]
fn every_bad_row_is_there() {
    let files = written(&small(16));
    let rows = csv_rows(&files["faults/bad-rows.csv"]);
    let count = |test: &dyn Fn(&[String]) -> bool| rows.iter().filter(|r| test(r)).count();
    let each = rows::BAD_ROWS_EACH;
    assert_eq!(
        count(&|r| crate::time::parse(r[0].as_bytes()).is_none()),
        each
    );
    assert_eq!(
        count(&|r| !r[1].parse::<f64>().is_ok_and(f64::is_finite)),
        each
    );
    assert_eq!(count(&|r| r[5].is_empty()), each);
    assert_eq!(count(&|r| r[2] == "?"), each);
    assert_eq!(count(&|r| r[4] == "9"), each);
    assert_eq!(
        count(&|r| r[2] != "?" && r[2].starts_with('f') != (r[6] == "load_cell")),
        each
    );
    let mut seen = BTreeMap::new();
    let (mut conflicts, mut duplicates) = (0, 0);
    let good = |r: &&Vec<String>| {
        crate::time::parse(r[0].as_bytes()).is_some()
            && r[1].parse::<f64>().is_ok_and(f64::is_finite)
            && !r[5].is_empty()
            && r[2] != "?"
            && r[4] != "9"
            && r[2].starts_with('f') == (r[6] == "load_cell")
    };
    for r in rows.iter().filter(good) {
        match seen.insert((r[0].clone(), r[2].clone(), r[4].clone()), r[1].clone()) {
            Some(old) if old == r[1] => duplicates += 1,
            Some(_) => conflicts += 1,
            None => {}
        }
    }
    assert_eq!((conflicts, duplicates), (each, each));
}

#[test]
fn channels_keep_their_own_clock_and_some_times_have_no_fraction() {
    let files = written(&Options {
        run_seconds: 20.0,
        ..small(5)
    });
    let mut text = Vec::new();
    let gz = &files["cell-03/2022-11-23T2040.csv.gz"];
    flate2::read::GzDecoder::new(gz.as_slice())
        .read_to_end(&mut text)
        .unwrap();
    let rows = csv_rows(&text);
    // No column for the cell: the folder names it.
    assert_eq!(rows[0].len(), 6);
    assert!(
        rows.iter()
            .any(|r| r[0].ends_with(":00Z") || !r[0].contains('.'))
    );
    for (field, interval) in [("x", 12_000.0), ("fz", 10_000.0)] {
        let run = &rows[0][4];
        let times: Vec<i64> = rows
            .iter()
            .filter(|r| r[2] == field && r[3] == "1" && r[4] == *run)
            .map(|r| crate::time::parse(r[0].as_bytes()).unwrap())
            .collect();
        let steps: Vec<i64> = times.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(steps.iter().all(|s| *s > 0), "{field} times repeat");
        let mean = steps.iter().sum::<i64>() as f64 / steps.len() as f64;
        assert!((mean - interval).abs() < 5.0, "{field}: {mean}");
        assert!(
            steps.iter().any(|s| *s as f64 != interval),
            "{field} has no jitter"
        );
    }
}

#[test]
fn a_frozen_axis_stands_still_after_a_third_and_a_gap_is_one() {
    let profile = Profile::built_in().unwrap();
    let by_name = |name: &str| {
        let log = plan::logs(&small(DEFAULT_LOGS))
            .find(|l| l.path.contains(name))
            .unwrap();
        let Content::Rows(plan) = log.content else {
            panic!("{name}")
        };
        let run = plan.runs[0].id;
        let rows = rows::generate(&plan, &profile);
        (rows, run)
    };
    let channel = |rows: &rows::Rows, run: u64, field: &str, robot: i64| -> Vec<(i64, f64)> {
        (0..rows.times.len())
            .filter(|i| rows.runs[*i] == run && i64::from(rows.robots[*i]) + 1 == robot)
            .filter(|i| rows.field_names[usize::from(rows.fields[*i])] == field)
            .map(|i| (rows.times[i], rows.values[i]))
            .collect()
    };
    let (rows, run) = by_name("frozen-y_2");
    let y = channel(&rows, run, "y", 2);
    let (first, last) = (y[0].0, y[y.len() - 1]);
    let late: Vec<f64> = y
        .iter()
        .filter(|(t, _)| t - first > 700_000)
        .map(|(_, v)| *v)
        .collect();
    assert!(late.iter().all(|v| *v == last.1) && late.len() > 50);
    assert!(y[0].1 != y[10].1);

    let (rows, run) = by_name("gap");
    let z = channel(&rows, run, "z", 1);
    let widest = z.windows(2).map(|w| w[1].0 - w[0].0).max().unwrap();
    assert!((190_000..230_000).contains(&widest), "{widest}");

    let (rows, run) = by_name("late-channel");
    let (fx, fz) = (channel(&rows, run, "fx", 1), channel(&rows, run, "fz", 1));
    assert!(fz[0].0 - fx[0].0 > 600_000);

    let (rows, run) = by_name("only-fx_1");
    assert!(!channel(&rows, run, "fx", 1).is_empty());
    for (field, robot) in [("fy", 1), ("fz", 1), ("fx", 2), ("fy", 2), ("fz", 2)] {
        assert!(
            channel(&rows, run, field, robot).is_empty(),
            "{field}_{robot}"
        );
    }
    let (rows, run) = by_name("no-z_2");
    assert!(channel(&rows, run, "z", 2).is_empty() && !channel(&rows, run, "z", 1).is_empty());
    let (rows, _) = by_name("run-ids-above-2-63");
    assert!(rows.runs.iter().all(|id| *id > 1 << 63));
}

#[test]
fn a_full_size_log_has_the_rows_of_a_real_one() {
    let options = Options {
        logs: 1,
        run_seconds: FULL_RUN_SECONDS,
        ..Options::default()
    };
    let log = plan::logs(&options).next().unwrap();
    let Content::Rows(plan) = log.content else {
        panic!()
    };
    let rows = rows::generate(&plan, &Profile::built_in().unwrap());
    assert!(
        (1_500_000..1_750_000).contains(&rows.times.len()),
        "{}",
        rows.times.len()
    );
}

#[test]
fn planted_tears_and_falling_forces_are_found_and_none_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let context = Context {
        data_dir: dir.path().join("data"),
        lake: Lake::new(dir.path().join("cache")),
        profile: Profile::built_in().unwrap().into(),
        links: crate::source::scan::Links::default(),
    };
    let options = Options {
        run_seconds: 20.0,
        ..small(DEFAULT_LOGS)
    };
    let token = CancelToken::new();
    write_logs(
        &context.data_dir,
        &context.profile,
        &options,
        &token,
        |_| {},
    )
    .unwrap();
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.refresh(&context, &token).unwrap();
    let flags = |key: &str| -> Vec<Flag> {
        let options = harvest::Options::default();
        harvest_log(&context, key, options, &NoProgress, &token).unwrap();
        let record = Record::read(&context.lake, key).unwrap().unwrap();
        let flags = record.run_to_result.values().flat_map(|run| &run.quality);
        let of_force = flags.filter(|f| ["force_drop", "force_slope"].contains(&f.rule.as_str()));
        of_force.cloned().collect()
    };
    let found = flags("faults/tear");
    let [tear] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (tear.rule.as_str(), tear.channel.as_deref()),
        ("force_drop", Some("f1"))
    );
    let log = plan::logs(&options)
        .find(|log| log.path.contains("tear"))
        .unwrap();
    let Content::Rows(rows) = log.content else {
        panic!()
    };
    let run = &rows.runs[0];
    let (from, to) = signal::Scene::new(run, rows.seed).tear();
    let found = tear.span_us().unwrap();
    for (found, planted) in [(found.0, from), (found.1, to)] {
        let error = (found - run.start_us) as f64 / 1e6 - planted;
        assert!(error.abs() <= 0.2, "{error}");
    }
    // In a long run the tool presses later.
    let long = RunPlan {
        seconds: 600.0,
        ..run.clone()
    };
    let (from, to) = signal::Scene::new(&long, rows.seed).tear();
    assert!(
        from > 0.04 * 600.0 && (1.0..60.0).contains(&(to - from)),
        "{from} {to}"
    );
    let found = flags("faults/falling-force");
    let [slope] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (slope.rule.as_str(), slope.channel.as_deref()),
        ("force_slope", Some("fz_1"))
    );
    assert!(slope.value.unwrap() < 0.0);
    for key in [
        "cell-01/2022-11-23T2040",
        "cell-01/2022-11-23T2140",
        "faults/gap",
    ] {
        assert_eq!(flags(key), [], "{key}");
    }
}

#[test]
fn a_demo_lies_neither_among_real_logs_nor_in_a_lake() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for folder in ["data/cell-1", "cache", "other/.mdtui", "demo/data"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::write(at("other/README.txt"), "a lake").unwrap();
    std::os::unix::fs::symlink(at("data"), at("link")).unwrap();
    let refused = |name: &str| {
        let refused = refuse_among(&at(name), &at("data"), &at("cache"));
        refused.err().map(|e| e.to_string()).unwrap_or_default()
    };
    for name in ["data", "data/cell-1", "data/new", "link/new"] {
        let why = refused(name);
        assert!(why.contains("lies in the data directory"), "{name}: {why}");
    }
    for name in ["cache", "cache/a/b", "other", "other/new"] {
        let why = refused(name);
        assert!(why.contains("lies in the lake"), "{name}: {why}");
    }
    for name in ["demo", "database", "new/demo"] {
        assert_eq!(refused(name), "", "{name}");
    }
    // The demo in use, written again.
    refuse_among(dir.path(), &at("data"), &at("cache")).unwrap();
    refuse_among(&at("demo"), &at("demo/data"), &at("demo/cache")).unwrap();
    assert!(refuse_among(&at("demo"), dir.path(), &at("cache")).is_err());
}
