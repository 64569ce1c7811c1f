//! Logs that move while they are harvested. Each change happens at a stage of the harvest,
//! in the midst of it: the one who is told of the stage makes the change before the harvest
//! goes on. What was read is never stored as if it were one thing, and the next harvest gives
//! what a harvest of the new log alone gives.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime},
};

use crate::common::{
    Lab, context_in,
    liar::{self, Constant},
    refreshed,
};
use flate2::{Compression, write::GzEncoder};
use mdtui::etl::{
    Error, ErrorClass,
    base::{CancelToken, NoProgress, Progress, ProgressSink, Stage},
    catalog::{Catalog, LogState},
    harvest::{Options, Outcome, harvest_log},
    lake::{Context, Lake, Record},
};

const STAGES: [Stage; 4] = [
    Stage::Hashing,
    Stage::Reading,
    Stage::Transforming,
    Stage::Committing,
];

/// Changes something when a stage is first told.
struct At<'a> {
    stage: Stage,
    change: &'a (dyn Fn() + Send + Sync),
    done: AtomicBool,
}

impl ProgressSink for At<'_> {
    fn report(&self, progress: &Progress) {
        if progress.stage == self.stage && !self.done.swap(true, Ordering::SeqCst) {
            (self.change)();
        }
    }
}

fn context(lab: &Lab) -> Context {
    context_in(lab.root())
}

fn harvest(lab: &Lab, key: &str, sink: &dyn ProgressSink) -> Result<Outcome, Error> {
    let context = context(lab);
    refreshed(&context);
    harvest_log(&context, key, Options::default(), sink, &CancelToken::new())
}

/// Tables of the lake by name.
fn tables(lab: &Lab) -> BTreeMap<String, Vec<u8>> {
    lab.lake(".parquet")
}

/// A log of so many rows whose values begin with `first`.
fn csv(first: usize, rows: usize) -> Vec<u8> {
    let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for i in 0..rows {
        let (seconds, value) = (i / 100, first + i % 90);
        text.push_str(&format!(
            "2022-11-23T20:40:{seconds:02}.{:02}Z,{value},x,1,77,encoder\n",
            i % 100
        ));
        // A row to be rejected now and then: it is read once more at the end.
        if i % 50 == 7 {
            text.push_str("never,1,x,1,77,encoder\n");
        }
    }
    text.into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut out, bytes).unwrap();
    out.finish().unwrap()
}

fn parquet(value: f64, groups: usize, rows: u64) -> Vec<u8> {
    let mut columns = liar::columns();
    columns[1] = Constant::double("value", value);
    liar::file(&columns, groups, rows)
}

/// A log's name, what it was, and what it becomes: one of another size, one of the same.
struct Log {
    name: &'static str,
    key: &'static str,
    old: Vec<u8>,
    new: Vec<u8>,
    same_size: Vec<u8>,
}

fn logs() -> Vec<Log> {
    let log = |name, key, old, new, same_size| Log {
        name,
        key,
        old,
        new,
        same_size,
    };
    vec![
        log(
            "a.csv",
            "a.csv",
            csv(10, 2000),
            csv(10, 2400),
            csv(20, 2000),
        ),
        log(
            "b.csv.gz",
            "b.csv.gz",
            gzip(&csv(10, 2000)),
            gzip(&csv(20, 900)),
            gzip(&csv(10, 2000)),
        ),
        log(
            "c.parquet",
            "c",
            parquet(1.5, 4, 50),
            parquet(2.5, 6, 50),
            parquet(2.5, 4, 50),
        ),
    ]
}

fn rewrite(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

fn set_time(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

fn replace(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("tmp");
    fs::write(&beside, bytes).unwrap();
    fs::rename(&beside, path).unwrap();
}

/// Harvests `log` while `change` happens at each stage in turn; `after` is what the log is
/// then (`None`: it is gone).
fn moved(name: &str, change: impl Fn(&Path, &Log) + Sync, after: impl Fn(&Log) -> Option<&[u8]>) {
    for log in logs() {
        let clean = |bytes: &[u8]| {
            let lab = Lab::new();
            fs::write(lab.data().join(log.name), bytes).unwrap();
            harvest(&lab, log.key, &NoProgress).unwrap();
            tables(&lab)
        };
        for stage in STAGES {
            let lab = Lab::new();
            let path = lab.data().join(log.name);
            fs::write(&path, &log.old).unwrap();
            // An old log: nothing is looked at twice because it is young.
            set_time(&path, SystemTime::now() - Duration::from_secs(3600));
            let at = At {
                stage,
                change: &|| change(&path, &log),
                done: AtomicBool::new(false),
            };
            let result = harvest(&lab, log.key, &at);
            let what = format!("{name} {} {stage:?}: {result:?}", log.name);
            assert!(at.done.load(Ordering::SeqCst), "{what}");
            let record = Record::read(&Lake::new(lab.cache()), log.key).unwrap();
            match &result {
                // Only what was one thing from the beginning to the end may be stored.
                Ok(Outcome::Harvested(_)) => {
                    let hash = record.unwrap().source.content_hash.unwrap();
                    let versions = [&log.old, &log.new, &log.same_size];
                    let whole = versions.iter().find(|v| *blake3::hash(v).to_hex() == *hash);
                    assert!(tables(&lab) == clean(whole.expect(&what)), "{what}");
                }
                Ok(_) => panic!("{what}"),
                Err(e) => {
                    assert_eq!(e.kind(), ErrorClass::Transient, "{what}");
                    // What is gone did not fail.
                    assert!(record.is_none() || path.exists(), "{what}");
                    assert!(record.is_none_or(|r| r.run_to_result.is_empty()), "{what}");
                }
            }
            for private in [
                Lake::new(lab.cache()).local().tmp(),
                Lake::new(lab.cache()).local().locks(),
            ] {
                assert_eq!(
                    fs::read_dir(private).map_or(0, Iterator::count),
                    0,
                    "{what}"
                );
            }
            // The next harvest takes the log as it is now.
            if let Some(bytes) = after(&log) {
                let again = harvest(&lab, log.key, &NoProgress);
                assert!(again.is_ok(), "{what}, then {again:?}");
                assert!(tables(&lab) == clean(bytes), "{what}");
            }
        }
    }
}

#[test]
fn a_log_that_grows() {
    moved(
        "grows",
        |path, log| rewrite(path, &log.new),
        |log| Some(&log.new),
    );
}

#[test]
fn a_log_that_is_replaced() {
    moved(
        "replaced",
        |path, log| replace(path, &log.new),
        |log| Some(&log.new),
    );
}

#[test]
fn a_log_that_is_rewritten_at_the_same_size_with_its_time_set_back() {
    moved(
        "rewritten",
        |path, log| {
            let time = fs::metadata(path).unwrap().modified().unwrap();
            rewrite(path, &log.same_size);
            set_time(path, time);
        },
        |log| Some(&log.same_size),
    );
}

#[test]
fn a_log_that_is_replaced_by_rubbish_is_not_blamed_for_it_before_it_is_harvested() {
    moved("rubbish", |path, _| replace(path, b"rubbish"), |_| None);
}

#[test]
fn a_log_that_shrinks_to_nothing() {
    moved("shrinks", |path, _| rewrite(path, b""), |_| None);
}

#[test]
fn a_log_that_vanishes() {
    moved(
        "vanishes",
        |path, _| fs::remove_file(path).unwrap(),
        |_| None,
    );
}

#[test]
fn a_log_that_becomes_a_folder() {
    moved(
        "folder",
        |path, _| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        },
        |_| None,
    );
}

#[test]
fn a_log_that_is_only_touched_is_harvested() {
    for stage in STAGES {
        let lab = Lab::new();
        let path = lab.data().join("a.csv");
        fs::write(&path, csv(1, 500)).unwrap();
        let at = At {
            stage,
            // Another link changes nothing but the time of the last change.
            change: &|| fs::hard_link(&path, lab.root().join("link")).unwrap(),
            done: AtomicBool::new(false),
        };
        let result = harvest(&lab, "a.csv", &at);
        assert!(
            matches!(result, Ok(Outcome::Harvested(_))),
            "{stage:?}: {result:?}"
        );
    }
}

#[test]
fn a_data_directory_that_vanishes_and_comes_back() {
    for stage in STAGES {
        let lab = Lab::new();
        fs::create_dir(lab.data().join("cell-1")).unwrap();
        fs::write(lab.data().join("cell-1/a.csv"), csv(1, 500)).unwrap();
        fs::write(lab.data().join("b.csv"), csv(5, 100)).unwrap();
        harvest(&lab, "b.csv", &NoProgress).unwrap();
        let before = lab.ok(&["list", "--json"]);
        let away: PathBuf = lab.root().join("away");
        let at = At {
            stage,
            change: &|| fs::rename(lab.data(), &away).unwrap(),
            done: AtomicBool::new(false),
        };
        let result = harvest(&lab, "cell-1/a.csv", &at);
        let kind = result.as_ref().map_err(Error::kind);
        assert_eq!(
            kind.unwrap_err(),
            ErrorClass::Transient,
            "{stage:?}: {result:?}"
        );
        // Nothing can be said without it, and nothing is forgotten.
        for args in [&["list"][..], &["harvest"]] {
            let answer = lab.run(args);
            assert_eq!(answer.code, 3, "{}{}", answer.out, answer.err);
            assert!(
                answer.sentence().contains("does not exist"),
                "{}",
                answer.err
            );
        }
        fs::rename(&away, lab.data()).unwrap();
        assert_eq!(lab.states()["cell-1/a.csv"], "pending", "{stage:?}");
        lab.ok(&["harvest"]);
        assert_eq!(
            lab.states().values().filter(|s| *s == "harvested").count(),
            2
        );
        let b = |list: &str| list.split("\"b.csv\"").nth(1).map(str::to_owned);
        assert_eq!(b(&before), b(&lab.ok(&["list", "--json"])), "{stage:?}");
    }
}

#[test]
fn a_clock_that_jumps_back() {
    let lab = Lab::new();
    // What was written and harvested an hour ahead of the clock of now.
    let ahead = SystemTime::now() + Duration::from_secs(3600);
    let path = lab.data().join("a.csv");
    fs::write(&path, csv(1, 500)).unwrap();
    set_time(&path, ahead);
    fs::write(lab.data().join("cut.parquet"), "PAR1 cut off").unwrap();
    set_time(&lab.data().join("cut.parquet"), ahead);
    let mut harvest = std::process::Command::new("faketime");
    harvest
        .args(["-f", "+1h", env!("CARGO_BIN_EXE_mdtui"), "harvest"])
        .current_dir(lab.root())
        .envs(lab.environment());
    let Ok(output) = harvest.output() else {
        println!("skipped: faketime is not installed");
        return;
    };
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{words}");
    let states = lab.states();
    assert_eq!(states["a.csv"], "harvested", "{words}");
    assert_eq!(states["cut"], "failed", "a time ahead says nothing");
    // What was left alone as being written is tried once; then there is nothing to do.
    assert_eq!(lab.run(&["harvest"]).code, 1);
    assert!(lab.ok(&["harvest"]).contains("nothing to do"));
    // A change is noticed by its difference, whichever way the clock went.
    rewrite(&path, &csv(2, 500));
    assert_eq!(lab.states()["a.csv"], "changed");
    assert!(lab.ok(&["harvest"]).contains("harvested 1 log"));
    let context = context(&lab);
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.rebuild(&context, &CancelToken::new()).unwrap();
    let log = catalog.log("a.csv").unwrap().unwrap();
    assert_eq!(log.state, LogState::Harvested);
}
