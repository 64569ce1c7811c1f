//! Harvests of whole logs through the library: what is stored, what is found again, what
//! one bad run costs.

use crate::common::{context_in, refreshed};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde_json::Value;

use mdtui::etl::{
    Error, ErrorClass,
    base::{CancelToken, NoProgress, Progress, ProgressSink, Stage},
    catalog::{Catalog, LogState},
    check,
    clean::Reason,
    harvest::{Options, Outcome, harvest_log},
    lake::{Context, Record, gc, run_file::RunFile},
    time,
};

const HEADER: &str = "time,value,field,robot_id,run_uuid,sensor_type\n";
const START: i64 = 1_669_236_000_000_000;

struct Place {
    dir: tempfile::TempDir,
    context: Context,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let context = context_in(dir.path());
        fs::create_dir_all(&context.data_dir).unwrap();
        Self { dir, context }
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.context.data_dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn refresh(&self) -> Catalog {
        refreshed(&self.context)
    }

    fn harvest(&self, key: &str, force: bool) -> Result<Outcome, Error> {
        self.refresh();
        harvest_log(
            &self.context,
            key,
            Options {
                force,
                ..Options::default()
            },
            &NoProgress,
            &CancelToken::new(),
        )
    }

    fn record(&self, key: &str) -> Record {
        Record::read(&self.context.lake, key).unwrap().unwrap()
    }

    fn state(&self, key: &str) -> (LogState, String) {
        let row = self.refresh().log(key).unwrap().unwrap();
        (row.state, row.reason().into_owned())
    }

    /// Every Parquet file of the lake with its bytes.
    fn tables(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut out = BTreeMap::new();
        let mut dirs = vec![self.context.lake.root().to_owned()];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    dirs.push(path);
                } else if path.extension().is_some_and(|e| e == "parquet") {
                    out.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        out
    }
}

/// Samples of one run: three axes of robot 1, `n` of each, and a force.
fn run(id: u64, n: i64) -> String {
    let mut out = String::new();
    for i in 0..n {
        let t = time::format(START + i * 12_000);
        for (k, axis) in ["x", "y", "z"].iter().enumerate() {
            let v = (i * (k as i64 + 1)) as f64 / 8.0;
            out.push_str(&format!("{t},{v},{axis},1,{id},encoder\n"));
        }
        out.push_str(&format!("{t},{},fx,1,{id},load_cell\n", -i));
    }
    out
}

#[test]
fn a_second_harvest_does_nothing_and_force_writes_the_same_bytes() {
    let place = Place::new();
    place.put(
        "cell 9/a.csv",
        &format!("{HEADER}{}{}", run(5, 50), run(u64::MAX, 30)),
    );
    let outcome = place.harvest("cell 9/a.csv", false).unwrap();
    let Outcome::Harvested(summary) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        (summary.runs_ok, summary.rows_in, summary.rows_dropped),
        (2, 320, 0)
    );
    let first = place.tables();
    assert_eq!(first.len(), 2);
    assert_eq!(place.state("cell 9/a.csv").0, LogState::Harvested);

    assert_eq!(
        place.harvest("cell 9/a.csv", false).unwrap(),
        Outcome::Current
    );
    assert!(matches!(
        place.harvest("cell 9/a.csv", true).unwrap(),
        Outcome::Harvested(_)
    ));
    assert!(place.tables() == first);

    let record = place.record("cell 9/a.csv");
    assert!(record.ledger.balances());
    let run = record.run_to_result.values().next().unwrap();
    assert_eq!(
        run.cell_id.as_deref(),
        Some("cell 9"),
        "without cell_id the folder is the cell"
    );
    assert_eq!(
        run.run_uuid.to_string(),
        "00000000-0000-0000-0000-000000000005"
    );
    assert_eq!(run.file_hash.as_deref().map(str::len), Some(64));
}

#[test]
fn a_table_that_was_cut_short_is_made_again() {
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}{}", run(1, 40), run(2, 50)));
    place.harvest("a.csv", false).unwrap();
    let whole = place.tables();
    let file = fs::File::options()
        .write(true)
        .open(whole.keys().next().unwrap())
        .unwrap();
    file.set_len(1000).unwrap();
    let Outcome::Harvested(summary) = place.harvest("a.csv", false).unwrap() else {
        panic!()
    };
    assert_eq!((summary.runs_ok, summary.runs_resumed), (2, 1));
    assert!(place.tables() == whole);
}

#[test]
fn an_interrupted_harvest_does_only_the_rest() {
    let place = Place::new();
    place.put(
        "a.csv",
        &format!("{HEADER}{}{}{}", run(1, 40), run(2, 50), run(3, 60)),
    );
    place.harvest("a.csv", false).unwrap();
    let whole = place.tables();
    // As a killed process leaves it: one run finished, one not, no record.
    fs::remove_file(place.context.lake.record_location("a.csv")).unwrap();
    fs::remove_file(whole.keys().next().unwrap()).unwrap();
    Catalog::open(&place.context.lake)
        .unwrap()
        .rebuild(&place.context, &CancelToken::new())
        .unwrap();
    let Outcome::Harvested(summary) = place.harvest("a.csv", false).unwrap() else {
        panic!()
    };
    assert_eq!((summary.runs_ok, summary.runs_resumed), (3, 2));
    assert!(place.tables() == whole);
}

#[test]
fn one_failed_run_costs_the_others_nothing() {
    let place = Place::new();
    let bad = run(7, 5)
        .replace("encoder", "sonar")
        .replace("load_cell", "sonar");
    place.put(
        "a.csv",
        &format!("{HEADER}{}{bad}{}", run(6, 20), run(8, 20)),
    );
    // A second fault, in the lake: a directory stands where a table would go.
    let probe = Place::new();
    probe.put(
        "a.csv",
        &fs::read_to_string(place.context.data_dir.join("a.csv")).unwrap(),
    );
    probe.harvest("a.csv", false).unwrap();
    let blocked = probe
        .record("a.csv")
        .run_to_result
        .values()
        .find_map(|r| r.file_name.clone())
        .unwrap();
    fs::create_dir_all(
        place
            .context
            .lake
            .location("a.csv", &blocked)
            .join("in the way"),
    )
    .unwrap();

    let Outcome::Harvested(summary) = place.harvest("a.csv", false).unwrap() else {
        panic!()
    };
    assert_eq!(summary.runs_ok, 1);
    assert_eq!(summary.run_errors.len(), 2, "{:?}", summary.run_errors);
    let record = place.record("a.csv");
    assert_eq!(record.error, None);
    let errors: Vec<&str> = record
        .run_to_result
        .values()
        .filter_map(|r| r.error.as_deref())
        .collect();
    assert!(
        errors.iter().any(|e| e.contains("sensor_mismatch 20")),
        "{errors:?}"
    );
    assert!(errors.iter().any(|e| e.contains(&blocked)), "{errors:?}");
    assert_eq!(place.state("a.csv").0, LogState::Partial);
    assert_eq!(record.ledger.dropped[&Reason::SensorMismatch], 20);
    assert!(
        place
            .context
            .lake
            .location("a.csv", record.rejected_file.as_ref().unwrap())
            .is_file()
    );
}

/// What a reader does that opens the table of every run and prints its statistics without
/// looking at errors: `pd.read_parquet(log / run["file_name"])`, `run["run_stats"]["start_time"]`.
#[test]
fn every_run_of_a_partial_log_has_keys_of_one_type_and_a_table_that_can_be_opened() {
    let place = Place::new();
    let bad = |id| {
        run(id, 5)
            .replace("encoder", "sonar")
            .replace("load_cell", "sonar")
    };
    let good = run(6, 20);
    place.put("a.csv", &format!("{HEADER}{good}{}{}", bad(7), bad(8)));
    place.harvest("a.csv", false).unwrap();

    let dir = place.context.lake.root().join("a.csv");
    let text = fs::read_to_string(dir.join("record.json")).unwrap();
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(record["file_stats"]["run_error_count"], 2);
    let runs = record["run_to_result"].as_object().unwrap();
    let mut rows = Vec::new();
    for (uuid, run) in runs {
        assert_eq!(run["run_uuid"], Value::from(uuid.as_str()));
        let table = RunFile::open(&dir.join(run["file_name"].as_str().unwrap())).unwrap();
        let stats = &run["run_stats"];
        let channels: Vec<&str> = stats["available_channels"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert_eq!(channels, table.columns());
        let times = [&stats["start_time"], &stats["stop_time"]].map(|t| t.as_str().unwrap());
        assert_eq!(times.map(str::is_empty), [table.rows() == 0; 2]);
        assert!(stats["total_distance_mm"].is_object());
        assert!(stats["total_runtime_seconds"].is_f64());
        rows.push((table.rows(), run["error"].is_null()));
    }
    assert_eq!(rows, [(20, true), (0, false), (0, false)]);
    // It is no table of a run to those who look for them.
    assert_eq!(place.tables().len(), 2, "one run and the rejected rows");
    let context = &place.context;
    let collected = gc::gc(&context.lake, false, &|_| true, &CancelToken::new()).unwrap();
    assert_eq!(collected, gc::Report::default());
    let report = check::check(context, None, &CancelToken::new(), &|_, _| {}).unwrap();
    assert_eq!(
        (report.findings.as_slice(), report.old_records),
        (&[][..], 0)
    );

    // A table that is gone is made again; one that no record names any more goes.
    fs::remove_file(dir.join("failed_run.table")).unwrap();
    let report = check::check(context, None, &CancelToken::new(), &|_, _| {}).unwrap();
    assert_eq!(report.findings.len(), 1);
    place.harvest("a.csv", true).unwrap();
    assert!(dir.join("failed_run.table").is_file());
    place.put("a.csv", &format!("{HEADER}{good}"));
    place.harvest("a.csv", false).unwrap();
    assert!(!dir.join("failed_run.table").exists());
}

#[test]
fn a_failed_attempt_leaves_the_good_record_and_says_what_went_wrong() {
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}", run(1, 20)));
    place.harvest("a.csv", false).unwrap();
    let good = place.record("a.csv");
    place.put("a.csv", "time,value\n1,2\n");
    assert_eq!(place.state("a.csv").0, LogState::Changed);
    let error = place.harvest("a.csv", false).unwrap_err();
    assert_eq!(error.kind(), ErrorClass::Permanent);
    assert!(
        error
            .to_string()
            .contains("column `field` is missing; there are `time`, `value`"),
        "{error}"
    );
    let record = place.record("a.csv");
    assert_eq!(record.run_to_result, good.run_to_result);
    assert!(record.last_attempt.unwrap().error.contains("`field`"));
    assert_eq!(place.tables().len(), 1);
}

#[test]
fn results_outlive_a_version_of_the_log_that_holds_nothing() {
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}", run(1, 20)));
    place.harvest("a.csv", false).unwrap();
    place.put(
        "a.csv",
        &format!(
            "{HEADER}{}",
            run(1, 20)
                .replace("encoder", "sonar")
                .replace("load_cell", "sonar")
        ),
    );
    let error = place.harvest("a.csv", false).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("none of its 80 rows could be kept"),
        "{error}"
    );
    let record = place.record("a.csv");
    assert_eq!(record.error, None);
    assert_eq!(record.last_attempt.unwrap().error, error.to_string());
    assert_eq!(place.tables().len(), 1);
    // The old content comes back: the attempt is forgotten, the tables are found.
    place.put("a.csv", &format!("{HEADER}{}", run(1, 20)));
    let Outcome::Harvested(summary) = place.harvest("a.csv", false).unwrap() else {
        panic!()
    };
    assert_eq!(summary.runs_resumed, 1);
    assert_eq!(place.record("a.csv").last_attempt, None);
}

#[test]
fn what_can_never_work_fails_with_a_sentence() {
    let place = Place::new();
    place.put("empty.csv", "");
    place.put("header.csv", HEADER);
    place.put("noise.parquet", "PAR1 this is no Parquet file at all PAR1");
    // Old enough not to be one that is still being written.
    let noise = fs::File::options()
        .append(true)
        .open(place.context.data_dir.join("noise.parquet"))
        .unwrap();
    noise
        .set_modified(
            std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000),
        )
        .unwrap();
    for (key, word) in [
        ("empty.csv", "no header"),
        ("header.csv", "no rows"),
        ("noise", "Parquet"),
    ] {
        let error = place.harvest(key, false).unwrap_err();
        assert!(error.to_string().contains(word), "{key}: {error}");
        assert!(place.record(key).error.unwrap().contains(word));
        assert_eq!(place.state(key).0, LogState::Failed);
        assert!(
            place
                .refresh()
                .log(key)
                .unwrap()
                .unwrap()
                .leave_alone
                .is_some()
        );
    }
    assert_eq!(
        place.harvest("none", false).unwrap_err().kind(),
        ErrorClass::Usage
    );
}

#[test]
fn a_changed_log_leaves_no_table_of_its_old_content() {
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}{}", run(1, 20), run(2, 20)));
    place.harvest("a.csv", false).unwrap();
    let old = place.tables();
    place.put("a.csv", &format!("{HEADER}{}", run(1, 30)));
    place.harvest("a.csv", false).unwrap();
    let new = place.tables();
    assert_eq!(new.len(), 1);
    assert!(new.keys().all(|k| !old.contains_key(k)));
}

#[test]
fn a_renamed_log_keeps_its_results() {
    let place = Place::new();
    place.put("a/x.csv", &format!("{HEADER}{}", run(1, 20)));
    place.harvest("a/x.csv", false).unwrap();
    let before = place.tables();
    fs::create_dir_all(place.context.data_dir.join("b")).unwrap();
    fs::rename(
        place.context.data_dir.join("a/x.csv"),
        place.context.data_dir.join("b/y.csv"),
    )
    .unwrap();
    assert_eq!(
        place.harvest("b/y.csv", false).unwrap(),
        Outcome::Renamed {
            from: "a/x.csv".into()
        }
    );
    let after = place.tables();
    assert!(before.values().eq(after.values()));
    assert!(
        Record::read(&place.context.lake, "a/x.csv")
            .unwrap()
            .is_none()
    );
    assert_eq!(place.state("b/y.csv").0, LogState::Harvested);
    assert_eq!(
        place
            .record("b/y.csv")
            .run_to_result
            .values()
            .next()
            .unwrap()
            .cell_id
            .as_deref(),
        Some("b")
    );
    assert!(place.refresh().log("a/x.csv").unwrap().is_none());
}

#[test]
fn a_touched_log_is_current_once_its_content_was_compared() {
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}", run(1, 20)));
    place.harvest("a.csv", false).unwrap();
    let file = fs::File::options()
        .append(true)
        .open(place.context.data_dir.join("a.csv"))
        .unwrap();
    file.set_modified(
        std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000),
    )
    .unwrap();
    assert_eq!(place.state("a.csv").0, LogState::Changed);
    assert_eq!(place.harvest("a.csv", false).unwrap(), Outcome::Current);
    assert_eq!(place.state("a.csv").0, LogState::Harvested);
}

#[test]
fn a_table_holds_what_section_4_says() {
    let place = Place::new();
    let at = |ms: i64| time::format(START + ms * 1000);
    // x every 10 ms with a gap; one single fx.
    let mut text = HEADER.to_owned();
    for ms in [0, 10, 20, 30, 500, 510] {
        text.push_str(&format!("{},{},x,1,9,encoder\n", at(ms), ms * 2));
    }
    for ms in [5, 25, 45, 65, 85, 105, 125, 145, 165, 185] {
        text.push_str(&format!("{},1,fy,2,9,load_cell\n", at(ms)));
    }
    text.push_str(&format!("{},3,fx,1,9,load_cell\n", at(25)));
    place.put("a.csv", &text);
    place.harvest("a.csv", false).unwrap();
    let record = place.record("a.csv");
    let run = record.run_to_result.values().next().unwrap();
    assert_eq!(
        run.run_stats.as_ref().unwrap().available_channels,
        ["time", "x_1", "fx_1", "fy_2", "vx_1", "ax_1"]
    );
    let table = RunFile::open(
        &place
            .context
            .lake
            .location("a.csv", run.file_name.as_ref().unwrap()),
    )
    .unwrap();
    let window = table
        .read(
            &["x_1", "fx_1", "vx_1", "ax_1"],
            0..u64::MAX,
            &CancelToken::new(),
        )
        .unwrap();
    let row = |ms: i64| {
        window
            .times
            .iter()
            .position(|t| *t == START + ms * 1000)
            .unwrap()
    };
    let [x, fx, vx, ax] = &window.columns[..] else {
        panic!()
    };
    // 10 × the median interval of 10 ms: held up to 130 ms, not at 145 ms.
    assert_eq!((x[row(125)], x[row(145)].is_nan()), (60.0, true));
    assert_eq!(
        (fx[row(25)], fx[row(30)].is_nan()),
        (3.0, true),
        "one sample holds nothing"
    );
    assert!(vx[row(0)].is_nan() && vx[row(5)].is_nan());
    assert_eq!((vx[row(10)], vx[row(25)]), (2000.0, 2000.0));
    assert!(ax[row(10)].is_nan());
    assert!(ax[row(20)].abs() < 1e-6);
    assert_eq!(run.channels["x_1"].count, 6);
    assert_eq!(run.channels["vx_1"].count, 5);
    assert_eq!(run.complete_rows, 1);
    let filled = x.iter().filter(|v| !v.is_nan()).count() as f64;
    assert_eq!(
        run.channels["x_1"].fill_share,
        Some((filled - 6.0) / filled)
    );
}

#[test]
fn progress_is_told_and_a_cancelled_harvest_leaves_nothing() {
    struct CancelAt(CancelToken, Stage);
    impl ProgressSink for CancelAt {
        fn report(&self, p: &Progress) {
            if p.stage == self.1 {
                self.0.cancel();
            }
        }
    }
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}{}", run(1, 200), run(2, 200)));
    place.refresh();
    for stage in [
        Stage::Hashing,
        Stage::Reading,
        Stage::Transforming,
        Stage::Committing,
    ] {
        let token = CancelToken::new();
        let sink = CancelAt(token.clone(), stage);
        let result = harvest_log(&place.context, "a.csv", Options::default(), &sink, &token);
        assert!(
            matches!(result, Err(Error::Cancelled)),
            "{stage:?}: {result:?}"
        );
        assert!(
            Record::read(&place.context.lake, "a.csv")
                .unwrap()
                .is_none()
        );
        let tmp = fs::read_dir(place.context.lake.local().tmp()).map_or(0, Iterator::count);
        assert_eq!(tmp, 0, "{stage:?}");
    }
    assert_eq!(place.state("a.csv").0, LogState::Pending);
}

#[test]
fn no_record_has_a_harvest_remove_what_lies_elsewhere() {
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}", run(1, 50)));
    place.harvest("a.csv", false).unwrap();
    let record = place.context.lake.location("a.csv", "record.json");
    let text = fs::read_to_string(&record).unwrap();
    let victim = place.dir.path().join("victim.txt");
    fs::write(&victim, "kept").unwrap();
    let good = place.record("a.csv");
    let table = good.run_to_result.values().next().unwrap();
    let table = table.file_name.clone().unwrap();
    let elsewhere = victim.to_str().unwrap();
    for name in [elsewhere, "../../victim.txt"] {
        fs::write(&record, text.replace(&table, name)).unwrap();
        place.harvest("a.csv", true).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "kept");
        assert_eq!(place.record("a.csv").files(), good.files());
    }
}

/// A CSV tells how many of its bytes are read, when it is hashed and again when it is decoded.
#[test]
fn progress_never_goes_back() {
    #[derive(Default)]
    struct Told(Mutex<Vec<(Stage, f64)>>);
    impl ProgressSink for Told {
        fn report(&self, p: &Progress) {
            self.0.lock().unwrap().push((p.stage, p.share()));
        }
    }
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}{}", run(1, 200), run(2, 200)));
    place.refresh();
    let (told, token) = (Told::default(), CancelToken::new());
    harvest_log(&place.context, "a.csv", Options::default(), &told, &token).unwrap();
    let told = told.0.into_inner().unwrap();
    let first = |stage| told.iter().find(|t| t.0 == stage).unwrap().1;
    assert_eq!(first(Stage::Reading), 0.05, "{told:?}");
    assert!(told.is_sorted_by(|a, b| a.1 <= b.1), "{told:?}");
}

#[test]
fn what_the_system_refuses_is_no_fault_of_a_run_and_keeps_what_is_good() {
    let place = Place::new();
    place.put("a.csv", &format!("{HEADER}{}{}", run(1, 50), run(2, 60)));
    place.harvest("a.csv", false).unwrap();
    let (good, tables) = (place.record("a.csv"), place.tables());
    // A finished table cannot be renamed to its place.
    let name = good
        .run_to_result
        .values()
        .next()
        .unwrap()
        .file_name
        .clone();
    let table = place.context.lake.location("a.csv", &name.unwrap());
    fs::remove_file(&table).unwrap();
    fs::create_dir(&table).unwrap();
    fs::write(table.join("in the way"), "").unwrap();
    let error = place.harvest("a.csv", true).unwrap_err();
    assert_eq!(error.kind(), ErrorClass::Transient, "{error}");
    let now = place.record("a.csv");
    assert_eq!(now.run_to_result, good.run_to_result);
    let attempt = now.last_attempt.unwrap();
    assert!(
        !attempt.permanent && attempt.error.contains("rename"),
        "{attempt:?}"
    );

    fs::remove_dir_all(&table).unwrap();
    place.harvest("a.csv", false).unwrap();
    assert_eq!(place.record("a.csv").run_to_result, good.run_to_result);
    assert!(place.tables() == tables, "other bytes");
}

#[test]
fn the_real_log_gives_the_independent_numbers() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !sample.join("sample.parquet").is_file() {
        println!("skipped: the real log is not there");
        return;
    }
    let want = [
        (
            "00000000-0000-0000-7ba7-04f66b6e11ed",
            "1",
            25,
            26310.723423934014,
            29632.42580880814,
        ),
        (
            "00000000-0000-0000-ac28-136e6b6d11ed",
            "2",
            33,
            49271.93605508814,
            50165.22573221464,
        ),
        (
            "00000000-0000-0000-6939-b7626b6611ed",
            "10",
            33,
            39010.73174278574,
            0.1660416305857522,
        ),
        (
            "00000000-0000-0000-55b9-076e6b5811ed",
            "11",
            33,
            0.0954142135629174,
            0.13600000001201806,
        ),
    ];
    let place = Place::new();
    for name in ["sample.parquet", "sample.csv"] {
        fs::copy(sample.join(name), place.context.data_dir.join(name)).unwrap();
    }
    for key in ["sample", "sample.csv"] {
        place.harvest(key, false).unwrap();
        let record = place.record(key);
        assert_eq!(
            (record.ledger.rows_in, record.ledger.rows_kept),
            (15_162, 15_162)
        );
        assert_eq!(record.run_to_result.len(), 4);
        for (id, cell, columns, one, two) in &want {
            let run = &record.run_to_result[&id.parse().unwrap()];
            let stats = run.run_stats.as_ref().unwrap();
            assert_eq!((run.rows, run.cell_id.as_deref()), (361, Some(*cell)));
            assert_eq!(stats.available_channels.len(), *columns);
            assert_eq!(stats.start_time, "2022-11-23T20:40:00.444000Z");
            assert_eq!(stats.stop_time, "2022-11-23T20:50:00.000000Z");
            assert!((stats.total_runtime_seconds - 599.556).abs() < 1e-9);
            for (robot, want) in [("1", one), ("2", two)] {
                assert!((stats.total_distance_mm[robot] - want).abs() < 1e-9 * want.max(1.0));
            }
        }
    }
    let runs = place.refresh().runs(Some("sample")).unwrap();
    assert!(runs.iter().all(|r| r.also_in() == ["sample.csv"]));
    drop(place.dir);
}
