//! What the checks say of whole logs: the demo's faults by their right names, a real log where it
//! is at hand, and the same flags in whatever order the rows stand.

use crate::common::context_in;
use std::{collections::BTreeMap, fs, path::Path};

use mdtui::etl::{
    base::{CancelToken, NoProgress},
    catalog::Catalog,
    demo,
    harvest::{Options, harvest_log},
    lake::{Context, Record, record::RunResult},
    quality::{Flag, Severity, Verdict},
    stats::RobotState,
};

fn context(dir: &Path) -> Context {
    context_in(dir)
}

/// Harvests all logs; their records by key.
fn harvest(context: &Context) -> BTreeMap<String, Record> {
    let cancel = CancelToken::new();
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.refresh(context, &cancel).unwrap();
    let keys: Vec<String> = catalog.logs().unwrap().into_iter().map(|l| l.key).collect();
    let options = Options::default();
    keys.into_iter()
        .filter_map(|key| {
            // Logs that are none fail: the demo has one.
            let _ = harvest_log(context, &key, options, &NoProgress, &cancel);
            let record = Record::read(&context.lake, &key).unwrap()?;
            Some((key, record))
        })
        .collect()
}

/// `rule channel severity`, each once, sorted.
fn words(run: &RunResult) -> Vec<String> {
    let mut words: Vec<String> = run
        .quality
        .iter()
        .map(|f| {
            let channel = f.channel.as_deref().unwrap_or("-");
            format!("{} {channel} {}", f.rule, f.severity.word())
        })
        .collect();
    words.sort();
    words.dedup();
    words
}

#[test]
fn the_demo_has_the_faults_that_its_logs_are_named_after() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    let (options, cancel) = (demo::Options::default(), CancelToken::new());
    demo::write_logs(
        &context.data_dir,
        &context.profile,
        &options,
        &cancel,
        |_| {},
    )
    .unwrap();
    let records = harvest(&context);
    let expected: BTreeMap<&str, &[&str]> = BTreeMap::from([
        (
            "faults/only-fx_1",
            &[
                "missing_axis - suspect",
                "missing_axis fy_1 fail",
                "missing_axis fz_1 fail",
            ][..],
        ),
        ("faults/no-forces", &["missing_axis - suspect"]),
        ("faults/no-z_2", &["missing_axis z_2 fail"]),
        ("faults/frozen-y_2", &["frozen y_2 suspect"]),
        ("faults/late-channel", &["gap fz_1 fail"]),
        (
            "faults/gap",
            &[
                "derivative_across_gap az_1 suspect",
                "derivative_across_gap vz_1 suspect",
                "gap z_1 fail",
            ],
        ),
        (
            "faults/run-ids-as-doubles",
            &["source_lost_precision - suspect"],
        ),
        ("faults/tear", &["force_drop f1 suspect"]),
        ("faults/falling-force", &["force_slope fz_1 suspect"]),
    ]);
    for (key, record) in &records {
        // The first run has the fault, the others have none.
        let mut runs: Vec<&RunResult> = record.run_to_result.values().collect();
        runs.retain(|r| r.error.is_none());
        let flagged: Vec<Vec<String>> = runs
            .iter()
            .map(|r| words(r))
            .filter(|w| !w.is_empty())
            .collect();
        // A failed run was not evaluated, which is no pass.
        let all = record.run_to_result.values().map(|r| r.verdict);
        assert_eq!(record.verdict, Verdict::of_runs(all), "{key}");
        assert!(runs.len() == record.run_to_result.len() || record.verdict != Verdict::Pass);
        if let Some(expected) = expected.get(key.as_str()) {
            assert!(!flagged.is_empty(), "{key}");
            assert!(flagged.iter().all(|w| w == expected), "{key}: {flagged:?}");
        } else if key.starts_with("faults/bad-rows") {
            let rules = |w: &String| w.split(' ').next().unwrap().to_owned();
            let mut rules: Vec<String> = flagged[0].iter().map(rules).collect();
            rules.dedup();
            assert_eq!(rules, ["conflicts", "duplicates"], "{key}");
        } else {
            assert_eq!(flagged, Vec::<Vec<String>>::new(), "{key}");
            assert!(runs.iter().all(|r| r.verdict == Verdict::Pass), "{key}");
        }
    }
    assert!(records.len() >= 19);
}

#[test]
fn a_real_log_is_judged_as_its_engineers_would() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/sample.parquet");
    if !sample.exists() {
        println!("skipped: ../shared/data/sample.parquet is not there");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    fs::create_dir(&context.data_dir).unwrap();
    fs::copy(sample, context.data_dir.join("sample.parquet")).unwrap();
    let record = harvest(&context).remove("sample").unwrap();
    let runs: BTreeMap<String, Vec<String>> = record
        .run_to_result
        .values()
        .map(|r| (r.cell_id.clone().unwrap(), words(r)))
        .collect();
    // No forces; nothing; robot 2 parked with its load cell far from zero; both parked: a fact.
    assert_eq!(runs["1"], ["missing_axis - suspect"]);
    assert_eq!(runs["2"], [""; 0]);
    assert_eq!((&runs["10"], &runs["11"]), (&vec![], &vec![]));
    assert_eq!(record.verdict, Verdict::Suspect);
    let states = |cell: &str| {
        let mut runs = record.run_to_result.values();
        let run = runs.find(|r| r.cell_id.as_deref() == Some(cell)).unwrap();
        ["1", "2"].map(|robot| run.robots[robot].state)
    };
    use RobotState::{Air, Contact, Parked, Unknown};
    assert_eq!(states("1"), [Some(Unknown); 2]);
    assert_eq!(states("2"), [Some(Air); 2]);
    assert_eq!(states("10"), [Some(Contact), Some(Parked)]);
    assert_eq!(states("11"), [Some(Parked); 2]);
}

/// Rows of one run with a gap, a spike and a frozen force, and a few that say things twice.
fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for i in 0..2000u32 {
        let (minute, ms) = (40 + i / 6000, i * 10 % 60_000);
        let time = format!("2022-11-23T20:{minute}:{:02}.{:03}Z", ms / 1000, ms % 1000);
        let angle = f64::from(i) / 100.0;
        for (field, value) in [
            ("x", 100.0 * angle.sin()),
            ("y", 100.0 * angle.cos()),
            ("z", f64::from(i % 7) * 1e-3),
            ("fx", 50.0 * angle.sin() + f64::from(i * 7919 % 101) / 10.0),
            (
                "fy",
                50.0 * angle.cos() + f64::from(i * 104_729 % 103) / 10.0,
            ),
            (
                "fz",
                if (300..400).contains(&i) {
                    40.5
                } else {
                    f64::from(i * 31 % 97)
                },
            ),
        ] {
            if field == "y" && (900..1000).contains(&i) {
                continue;
            }
            let value = if field == "fx" && i == 1234 {
                9e3
            } else {
                value
            };
            let sensor = if field.len() == 1 {
                "encoder"
            } else {
                "load_cell"
            };
            rows.push(format!("{time},{value},{field},1,5,{sensor}\n"));
            if i % 500 == 3 && field == "fy" {
                rows.push(format!("{time},{value},{field},1,5,{sensor}\n"));
            }
        }
    }
    rows
}

#[test]
fn the_order_of_rows_is_the_only_thing_that_permuting_them_changes() {
    let mut flags: Vec<Vec<Flag>> = Vec::new();
    for stride in [1, 4_999] {
        let dir = tempfile::tempdir().unwrap();
        let context = context(dir.path());
        fs::create_dir(&context.data_dir).unwrap();
        let rows = rows();
        let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
        // 4,999 is a prime and no factor of their number: each row comes once.
        let mut at = 0;
        for _ in 0..rows.len() {
            text.push_str(&rows[at]);
            at = (at + stride) % rows.len();
        }
        fs::write(context.data_dir.join("log.csv"), text).unwrap();
        let record = harvest(&context).remove("log.csv").unwrap();
        let run = record.run_to_result.into_values().next().unwrap();
        let disorder = run
            .quality
            .iter()
            .filter(|f| f.rule == "out_of_order")
            .count();
        assert_eq!(disorder, usize::from(stride > 1));
        flags.push(
            run.quality
                .into_iter()
                .filter(|f| f.rule != "out_of_order")
                .collect(),
        );
    }
    assert_eq!(flags[0], flags[1]);
    let has = |rule: &str, channel: &str, severity| {
        flags[0].iter().any(|f| {
            f.rule == rule && f.channel.as_deref() == Some(channel) && f.severity == severity
        })
    };
    assert!(has("gap", "y_1", Severity::Fail), "{:#?}", flags[0]);
    assert!(has("spike", "fx_1", Severity::Suspect));
    assert!(has("frozen", "fz_1", Severity::Fail));
    assert!(has("duplicates", "fy_1", Severity::Suspect));
}
