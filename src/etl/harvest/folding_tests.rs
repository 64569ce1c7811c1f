//! Logs whose names differ in case or normalisation alone, harvested into a storage that takes such
//! names for the same.

use std::{collections::BTreeSet, fs, sync::Arc};

use super::{Options, harvest_log};
use crate::{
    ErrorClass,
    base::{CancelToken, NoProgress},
    catalog::{Catalog, LogState},
    lake::{Context, Lake, Record, memory_store::Memory},
    profile::Profile,
};

const LOGS: [&str; 6] = [
    "A.csv",
    "a.csv",
    "Cell-1/x.csv",
    "cell-1/x.csv",
    "M\u{fc}ller.csv",
    "Mu\u{308}ller.csv",
];

/// A log of one run, which has the number `run`.
fn log(run: usize) -> String {
    let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for second in 0..5 {
        let line = format!("2022-11-23T20:40:0{second}Z,{second}.5,x,1,{run},encoder\n");
        text.push_str(&line);
    }
    text
}

fn harvest(context: &Context, key: &str) -> crate::Result<super::Outcome> {
    let options = Options::default();
    harvest_log(context, key, options, &NoProgress, &CancelToken::new())
}

fn context(dir: &tempfile::TempDir, logs: &[&str]) -> Context {
    let data_dir = dir.path().join("data");
    for (run, path) in logs.iter().enumerate() {
        let file = data_dir.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, log(run)).unwrap();
    }
    let results = Arc::new(Memory::folding());
    Context {
        data_dir,
        links: crate::source::scan::Links::default(),
        lake: Lake::with_results(dir.path().join("cache"), results),
        profile: Profile::built_in().unwrap().into(),
    }
}

#[test]
fn each_log_keeps_its_own_results() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(&dir, &LOGS);
    let cancel = CancelToken::new();
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.refresh(&context, &cancel).unwrap();
    let logs = catalog.logs().unwrap();
    for log in &logs {
        harvest(&context, &log.key).unwrap();
    }
    let mut runs = BTreeSet::new();
    for log in &logs {
        let record = Record::read(&context.lake, &log.key).unwrap().unwrap();
        assert_eq!(
            (&record.source_file, &record.source.path),
            (&log.key, &log.path().into_owned())
        );
        let (run, result) = record.run_to_result.iter().next().unwrap();
        assert_eq!(LOGS[run.0 as usize], log.path());
        let name = result.file_name.as_deref().unwrap();
        assert_eq!(context.lake.open_table(&log.key, name).unwrap().rows(), 5);
        runs.insert(*run);
    }
    assert_eq!(runs.len(), LOGS.len());
    let rebuilt = catalog.rebuild(&context, &cancel).unwrap();
    assert_eq!(
        (rebuilt.records, rebuilt.problems),
        (LOGS.len(), Vec::<String>::new())
    );
    let again = catalog.logs().unwrap();
    assert!(
        again.iter().all(|log| log.state == LogState::Harvested),
        "{again:?}"
    );
    assert!(
        again
            .iter()
            .map(|log| &log.key)
            .eq(logs.iter().map(|log| &log.key))
    );
}

/// An earlier version gave both logs keys that are one directory here.
#[test]
fn a_record_is_never_replaced_by_that_of_another_log() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(&dir, &LOGS[..2]);
    let cancel = CancelToken::new();
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.refresh(&context, &cancel).unwrap();
    harvest(&context, "A.csv").unwrap();
    let db = rusqlite::Connection::open(context.lake.local().catalog()).unwrap();
    let changed = db.execute("UPDATE logs SET key = 'a.csv' WHERE path = 'a.csv'", []);
    assert_eq!(changed, Ok(1));
    drop(db);
    let before = Record::read(&context.lake, "A.csv").unwrap();
    let error = harvest(&context, "a.csv").unwrap_err();
    assert_eq!(error.kind(), ErrorClass::Permanent);
    for word in ["the log A.csv", "mdtui rebuild"] {
        assert!(error.to_string().contains(word), "{error}");
    }
    assert_eq!(Record::read(&context.lake, "A.csv").unwrap(), before);
    // What it says is right.
    catalog.rebuild(&context, &cancel).unwrap();
    harvest(&context, "a.csv~").unwrap();
    assert_eq!(Record::read(&context.lake, "A.csv").unwrap(), before);
}

/// As on a disk that lists names in another normalisation than they were made with.
#[test]
fn a_rebuild_knows_records_that_are_listed_under_another_spelling() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(&dir, &LOGS[..1]);
    let cancel = CancelToken::new();
    // The directory was first made so.
    let (seed, lake) = (dir.path().join("seed"), &context.lake);
    fs::write(&seed, "").unwrap();
    let stale = "rejected.0123456789abcdef.parquet";
    lake.results().publish(&seed, "a.CSV", stale).unwrap();
    let mut catalog = Catalog::open(lake).unwrap();
    catalog.refresh(&context, &cancel).unwrap();
    harvest(&context, "A.csv").unwrap();
    let rebuilt = catalog.rebuild(&context, &cancel).unwrap();
    assert_eq!(
        (rebuilt.records, rebuilt.problems),
        (1, Vec::<String>::new())
    );
    assert_eq!(
        catalog.log("A.csv").unwrap().unwrap().state,
        LogState::Harvested
    );
}
