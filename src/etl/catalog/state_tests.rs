//! Every state of SPEC section 8, through the catalog as a whole.

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use super::{
    LogState,
    fixture::{World, world},
};
use crate::{
    PIPELINE_VERSION,
    base::CancelToken,
    lake::{LogLock, Record, record::Attempt},
    profile::Profile,
    schema::Hold,
    time,
};

const T: i64 = 1_669_236_000_000_000;

/// A world with one harvested log `a`.
fn harvested() -> World {
    let mut w = world();
    w.write("a.parquet", "a");
    w.refresh();
    w.harvest("a", "a.parquet", &[(1, T), (2, T)]);
    w
}

fn set_mtime(w: &World, path: &str, at: SystemTime) {
    File::options()
        .write(true)
        .open(w.file(path))
        .unwrap()
        .set_modified(at)
        .unwrap();
}

fn ago(seconds: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(seconds)
}

fn attempt(record: &Record, permanent: bool) -> Attempt {
    Attempt {
        at: time::format(1_700_000_100_000_000),
        error: "no column named time".into(),
        permanent,
        size: record.source.size,
        mtime_ns: record.source.mtime_ns,
        rules: record.rules.clone(),
    }
}

#[test]
fn a_held_lock_is_harvesting_and_never_stored() {
    let mut w = harvested();
    let lock = LogLock::try_acquire(&w.context.lake, "a").unwrap().unwrap();
    let row = w.log("a");
    assert_eq!(row.state, LogState::Harvesting);
    assert!(!row.is_due());
    let in_state = |w: &World, state| w.catalog.logs_in(&[state]).unwrap().len();
    assert_eq!(in_state(&w, LogState::Harvesting), 1);
    assert_eq!(in_state(&w, LogState::Harvested), 0);
    w.refresh();
    drop(lock);
    assert_eq!(in_state(&w, LogState::Harvesting), 0);
    assert_eq!(in_state(&w, LogState::Harvested), 1);
    assert_eq!(w.log("a").state, LogState::Harvested);
    // Releasing it is something to draw.
    assert_eq!(w.refresh().changed_keys, ["a"]);
}

#[test]
fn who_looks_once_is_told_no_changes_and_sees_them() {
    let mut w = world();
    fs::write(w.file("a.csv"), "time,value\n").unwrap();
    let cancel = CancelToken::new();
    for _ in 0..2 {
        let look = w.catalog.look(&w.context, &cancel).unwrap();
        assert_eq!((look.logs, look.changed_keys), (1, vec![]));
        assert_eq!(w.catalog.logs().unwrap().len(), 1);
    }
    fs::write(w.file("b.csv"), "time,value\n").unwrap();
    assert_eq!(w.refresh().changed_keys, ["b.csv"]);
    fs::write(w.file("c.csv"), "time,value\n").unwrap();
    let look = w.catalog.look(&w.context, &cancel).unwrap();
    assert_eq!((look.logs, look.changed_keys), (3, vec!["c.csv".into()]));
}

#[test]
fn parquet_without_a_footer_is_writing_for_a_minute_and_failed_after_it() {
    let mut w = world();
    let file = w.file("a.parquet");
    fs::write(&file, "PAR1 more to come").unwrap();
    w.refresh();
    let row = w.log("a");
    assert_eq!(row.state, LogState::Writing);
    assert!(
        row.reason()
            .starts_with("17 bytes so far, without a Parquet footer"),
        "{}",
        row.reason()
    );
    assert!(row.leave_alone.is_some());

    // An old time, but the look itself saw it move: still writing.
    set_mtime(&w, "a.parquet", ago(3600));
    w.refresh();
    assert_eq!(w.log("a").state, LogState::Writing);

    // A rebuild does not forget that.
    w.catalog
        .rebuild(&w.context, &crate::base::CancelToken::new())
        .unwrap();
    assert_eq!(w.log("a").state, LogState::Writing);

    let mut old = world();
    fs::write(old.file("a.parquet"), "PAR1 cut off").unwrap();
    set_mtime(&old, "a.parquet", ago(61));
    old.refresh();
    let row = old.log("a");
    assert_eq!(row.state, LogState::Failed);
    assert!(
        row.reason()
            .contains("12 bytes without a whole Parquet footer"),
        "{}",
        row.reason()
    );
    assert!(row.leave_alone.is_some());
    // The clock of a share may be ahead by minutes; a time that lies farther ahead says nothing.
    for (ahead_s, state) in [
        (5, LogState::Writing),
        (300, LogState::Writing),
        (3600, LogState::Failed),
    ] {
        let mut other = world();
        fs::copy(w.file("a.parquet"), other.file("a.parquet")).unwrap();
        let ahead = Duration::from_secs(ahead_s);
        set_mtime(&other, "a.parquet", SystemTime::now() + ahead);
        other.refresh();
        assert_eq!(other.log("a").state, state, "{ahead_s} s ahead");
    }
}

#[test]
fn writing_becomes_failed_when_only_time_passes_and_pending_when_it_is_whole() {
    let mut w = world();
    fs::write(w.file("a.parquet"), "PAR1 growing").unwrap();
    set_mtime(&w, "a.parquet", ago(58));
    let refresh = w.refresh();
    assert_eq!(w.log("a").state, LogState::Writing);
    // Only waiting for so long makes it another state, and nothing else is waited for.
    let wait = refresh.next_change.unwrap();
    assert!(wait <= Duration::from_secs(2), "{wait:?}");
    std::thread::sleep(wait);
    let refresh = w.refresh();
    assert_eq!(refresh.changed_keys, ["a"]);
    assert_eq!(refresh.next_change, None);
    assert_eq!(w.log("a").state, LogState::Failed);
    w.write("a.parquet", "whole");
    w.refresh();
    assert_eq!(w.log("a").state, LogState::Pending);
}

#[test]
fn another_time_is_changed_though_the_size_is_the_same() {
    let mut w = harvested();
    set_mtime(&w, "a.parquet", ago(7200));
    w.refresh();
    let row = w.log("a");
    assert_eq!(row.state, LogState::Changed);
    assert!(
        row.reason()
            .ends_with("its size is the same, a harvest will compare the content")
    );
    assert!(row.is_due());
}

#[test]
fn a_record_with_an_error_is_failed_until_the_log_or_the_rules_change() {
    let mut w = world();
    w.write("a.csv", "a");
    w.refresh();
    let mut record = w.record("a.csv", "a.csv", &[]);
    record.error = Some("no column named time".into());
    record.last_attempt = Some(attempt(&record, true));
    w.commit(&record);
    let row = w.log("a.csv");
    assert_eq!(
        (row.state, &*row.reason()),
        (LogState::Failed, "no column named time")
    );
    assert_eq!(
        (row.verdict, row.harvested_at_us, row.runs_ok),
        (None, None, None)
    );
    assert!(row.leave_alone.is_some() && !row.is_due());
    assert_eq!(
        w.catalog.log_detail("a.csv").unwrap().unwrap().errors,
        ["no column named time"]
    );

    // A transient error is tried again.
    record.last_attempt = Some(attempt(&record, false));
    w.commit(&record);
    assert!(w.log("a.csv").is_due());

    // So is a permanent one under other rules, and after the log changed.
    record.last_attempt = Some(attempt(&record, true));
    record.rules = "0".repeat(16);
    record.last_attempt.as_mut().unwrap().rules = record.rules.clone();
    w.commit(&record);
    assert_eq!(w.log("a.csv").state, LogState::Failed);
    assert!(w.log("a.csv").is_due());
    w.write("a.csv", "other");
    w.refresh();
    assert_eq!(w.log("a.csv").state, LogState::Changed);
    assert!(w.log("a.csv").is_due());
}

#[test]
fn a_log_that_may_be_read_again_is_tried_again() {
    let mut w = world();
    w.write("a.csv", "a");
    w.refresh();
    let mut record = w.record("a.csv", "a.csv", &[]);
    let refused = std::io::Error::from(rustix::io::Errno::ACCESS);
    let error = crate::Error::of_log("open", &w.file("a.csv"), refused);
    assert_eq!(error.kind(), crate::ErrorClass::Permanent);
    record.error = Some(error.to_string());
    record.last_attempt = Some(Attempt {
        error: error.to_string(),
        ..attempt(&record, true)
    });
    w.commit(&record);
    w.refresh();
    assert_eq!(w.log("a.csv").state, LogState::Failed);
    assert!(w.log("a.csv").is_due());
}

#[test]
fn an_attempt_under_other_rules_says_nothing_of_results_under_these() {
    let mut w = harvested();
    let mut record = w.record("a", "a.parquet", &[(1, T)]);
    record.last_attempt = Some(Attempt {
        rules: "0".repeat(16),
        ..attempt(&record, true)
    });
    w.commit(&record);
    assert_eq!(w.log("a").state, LogState::Harvested);
}

#[test]
fn a_failed_attempt_at_a_good_log_is_failed_and_says_that_the_results_stay() {
    let mut w = harvested();
    let mut record = w.record("a", "a.parquet", &[(1, T)]);
    record.last_attempt = Some(attempt(&record, true));
    w.commit(&record);
    let row = w.log("a");
    assert_eq!(row.state, LogState::Failed);
    assert_eq!(
        row.reason(),
        "harvesting it again failed at 2023-11-14 22:15:00: no column named time; \
         the results harvested 2023-11-14 22:13:20 are kept"
    );
    assert!(row.leave_alone.is_some());
    assert_eq!(row.runs_ok, Some(1));
}

#[test]
fn other_rules_and_older_pipelines_are_stale_and_say_what_differs() {
    let mut w = harvested();
    let mut record = w.record("a", "a.parquet", &[(1, T)]);
    let mut profile = Profile::clone(&record.profile);
    profile.hold = Hold::Unlimited;
    record.rules = profile.rules();
    record.profile = profile.into();
    w.commit(&record);
    let row = w.log("a");
    assert_eq!(row.state, LogState::Stale);
    assert_eq!(
        row.reason(),
        "harvested under different rules: hold was unlimited, is 10"
    );

    let mut record = w.record("a", "a.parquet", &[(1, T)]);
    record.pipeline_version = PIPELINE_VERSION - 1;
    w.commit(&record);
    assert_eq!(w.log("a").state, LogState::Stale);
    assert!(w.log("a").is_due());
    record.pipeline_version = PIPELINE_VERSION + 1;
    w.commit(&record);
    assert!(
        w.log("a").leave_alone.is_some(),
        "a newer program's results are not undone"
    );
}

#[test]
fn some_failed_runs_are_partial() {
    let mut w = harvested();
    let mut record = w.record("a", "a.parquet", &[(1, T), (2, T)]);
    record.file_stats.run_error_count = 1;
    record.file_stats.run_success_count = 1;
    let bad = record.run_to_result.values_mut().next().unwrap();
    bad.error = Some("every sample has the same time".into());
    bad.run_stats = None;
    w.commit(&record);
    let row = w.log("a");
    assert_eq!(
        (row.state, &*row.reason()),
        (LogState::Partial, "1 of 2 runs failed")
    );
    let errors = w.catalog.log_detail("a").unwrap().unwrap().errors;
    assert_eq!(errors, ["run 000000000001: every sample has the same time"]);
    // A state that takes precedence does not hide it.
    record.pipeline_version = PIPELINE_VERSION - 1;
    w.commit(&record);
    let row = w.log("a");
    assert_eq!(row.state, LogState::Stale);
    assert!(
        row.reason().ends_with("; 1 of 2 runs failed"),
        "{}",
        row.reason()
    );
    fs::remove_file(w.file("a.parquet")).unwrap();
    w.refresh();
    let row = w.log("a");
    assert_eq!(row.state, LogState::Missing);
    assert!(
        row.reason().ends_with("; 1 of 2 runs failed"),
        "{}",
        row.reason()
    );
}

#[test]
fn a_log_without_a_footer_whose_harvest_failed_says_what_that_said() {
    let mut w = world();
    fs::write(w.file("a.parquet"), "PAR1 cut off").unwrap();
    set_mtime(&w, "a.parquet", ago(61));
    w.refresh();
    let mut record = w.record("a", "a.parquet", &[]);
    let error = "it is not a whole Parquet file: it does not end with a footer";
    record.error = Some(error.into());
    w.commit(&record);
    w.refresh();
    let row = w.log("a");
    assert_eq!((row.state, &*row.reason()), (LogState::Failed, error));
    // A file that goes on is another matter.
    fs::write(w.file("a.parquet"), "PAR1 cut off later").unwrap();
    w.refresh();
    let row = w.log("a");
    assert_eq!(row.state, LogState::Writing);
    assert!(!row.reason().contains(error), "{}", row.reason());
}

#[test]
fn of_equal_contents_the_first_harvested_is_no_duplicate() {
    let mut w = world();
    for path in ["a.csv", "b.csv", "c.csv"] {
        w.write(path, "same");
    }
    w.refresh();
    let mut record = w.record("b.csv", "b.csv", &[(1, T)]);
    record.first_harvested_at = time::format(1_600_000_000_000_000);
    w.commit(&record);
    assert_eq!(w.log("b.csv").state, LogState::Harvested);
    for key in ["a.csv", "c.csv"] {
        w.harvest(key, key, &[(1, T)]);
        assert_eq!(
            w.log(key).reason(),
            "the same content as b.csv, byte for byte"
        );
        assert_eq!(w.log(key).state, LogState::Duplicate);
    }
    assert_eq!(w.log("b.csv").state, LogState::Harvested);
    assert_eq!(
        w.catalog
            .with_content(&record.source.content_hash.unwrap(), "a.csv")
            .unwrap(),
        [("b.csv".to_owned(), true), ("c.csv".to_owned(), true)]
    );
    // Without the first, the next one is the first.
    fs::remove_file(w.file("b.csv")).unwrap();
    w.refresh();
    let states = ["a.csv", "b.csv", "c.csv"].map(|k| w.log(k).state);
    assert_eq!(
        states,
        [LogState::Harvested, LogState::Missing, LogState::Duplicate]
    );
}

#[test]
fn storing_one_log_says_nothing_wrong_of_others() {
    let mut w = world();
    for path in ["a.csv", "b.csv"] {
        w.write(path, "same");
    }
    // One file under two names: the inode ties the new log to a duplicate of another.
    fs::hard_link(w.file("b.csv"), w.file("c.csv")).unwrap();
    w.refresh();
    w.harvest("a.csv", "a.csv", &[(1, T)]);
    w.harvest("b.csv", "b.csv", &[(1, T)]);
    let mut other = w.record("c.csv", "c.csv", &[(2, T)]);
    other.source.content_hash = Some("f".repeat(64));
    w.commit(&other);
    let stored = w.catalog.logs().unwrap();
    assert_eq!(w.log("b.csv").state, LogState::Duplicate);
    w.refresh();
    assert_eq!(w.catalog.logs().unwrap(), stored);
}

#[test]
fn a_renamed_log_is_suspected_on_both_sides() {
    let mut w = harvested();
    fs::rename(w.file("a.parquet"), w.file("b.parquet")).unwrap();
    assert_eq!(w.refresh().changed_keys, ["a", "b"]);
    let (a, b) = (w.log("a"), w.log("b"));
    assert_eq!((a.state, b.state), (LogState::Missing, LogState::Pending));
    assert!(a.reason().contains("b looks like it"), "{}", a.reason());
    assert!(
        b.reason().contains("are those of a, which is gone"),
        "{}",
        b.reason()
    );
    crate::lake::gc::remove_results(&w.context.lake, "a").unwrap();
    w.catalog.forget("a").unwrap();
    assert_eq!(w.refresh().logs, 1);
}

#[test]
fn trouble_is_failed_and_left_alone() {
    let mut w = world();
    fs::create_dir(w.file("x.parquet")).unwrap();
    w.refresh();
    let row = w.log("x");
    assert_eq!(row.state, LogState::Failed);
    assert_eq!(row.leave_alone.as_deref(), Some(&*row.reason()));
    // Once it holds a log it is a folder like any other.
    w.write("x.parquet/a.csv", "a");
    assert_eq!(w.refresh().changed_keys, ["x", "x.parquet/a.csv"]);
}

#[test]
fn keys_stay_when_other_logs_come() {
    let mut w = world();
    w.write("a.csv.parquet", "one");
    w.refresh();
    w.harvest("a.csv", "a.csv.parquet", &[(1, T)]);
    w.write("a.csv", "two");
    w.refresh();
    let paths: Vec<_> = w
        .catalog
        .logs()
        .unwrap()
        .into_iter()
        .map(|l| (l.key.clone(), l.path().into_owned()))
        .collect();
    let expected = [("a.csv", "a.csv.parquet"), ("a.csv~", "a.csv")];
    assert_eq!(paths, expected.map(|(k, p)| (k.to_owned(), p.to_owned())));
}

/// As tasks of a backfill do it, and harvests by another catalog.
#[test]
fn records_of_others_are_taken_in_at_the_next_look() {
    let mut w = world();
    for key in ["a", "b"] {
        w.write(&format!("{key}.parquet"), key);
    }
    w.harvest("a", "a.parquet", &[(1, 0)]);
    assert_eq!(w.refresh().taken_in, 0);
    let write = |record: &Record| {
        let path = w.context.lake.record_location(&record.source_file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = serde_json::to_vec(record).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write(&w.record("b", "b.parquet", &[(2, 0), (3, 0)]));
    let mut again = w.record("a", "a.parquet", &[(1, 0), (4, 0)]);
    again.seconds = 7.0;
    write(&again);
    let refresh = w.refresh();
    assert_eq!(
        (refresh.taken_in, refresh.changed_keys),
        (2, vec!["a".into(), "b".into()])
    );
    assert_eq!(w.catalog.runs(None).unwrap().len(), 4);
    // Nothing is left of the runs that were replaced, and what SQLite does not check while records
    // are taken in it checks again.
    for (sql, expected) in [
        ("SELECT count(*) FROM pragma_foreign_key_check", 0),
        ("SELECT count(DISTINCT run_id) FROM channels", 4),
        ("PRAGMA foreign_keys", 1),
    ] {
        let found: i64 = w
            .catalog
            .sql(|db| db.query_row(sql, [], |r| r.get(0)))
            .unwrap();
        assert_eq!(found, expected, "{sql}");
    }
    for key in ["a", "b"] {
        assert_eq!(w.log(key).state, LogState::Harvested);
    }
    assert_eq!(w.refresh().taken_in, 0);
    // One that cannot be used is reported; the log keeps what is known of it.
    std::fs::write(w.context.lake.record_location("b"), "{").unwrap();
    for _ in 0..2 {
        let refresh = w.refresh();
        assert_eq!((refresh.problems.len(), refresh.taken_in), (1, 0));
        assert_eq!(w.log("b").state, LogState::Harvested);
    }
    // One that is lost is a finding of a check, which has to know it.
    std::fs::remove_file(w.context.lake.record_location("a")).unwrap();
    assert_eq!(w.refresh().taken_in, 0);
    assert_eq!(w.log("a").state, LogState::Harvested);
}

/// Keys depend on what was there when they were given.
#[test]
fn a_log_has_the_key_of_its_record_whoever_harvested_it() {
    let mut w = world();
    w.write("x.csv.parquet", "x");
    w.refresh();
    w.write("x.csv", "x");
    w.refresh();
    assert_eq!(w.log("x.csv~").path(), "x.csv");
    // A task knows no catalog, and has given both their keys together.
    let record = w.record("x.csv", "x.csv", &[(2, 0)]);
    let path = w.context.lake.record_location("x.csv");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, serde_json::to_vec(&record).unwrap()).unwrap();
    w.refresh();
    w.refresh();
    let logs = w.catalog.logs().unwrap();
    let of = |path: &str| {
        let log = logs.iter().find(|log| log.path() == path).unwrap();
        (log.key.as_str(), log.state)
    };
    assert_eq!(of("x.csv"), ("x.csv", LogState::Harvested));
    assert_eq!(of("x.csv.parquet"), ("x.csv.parquet", LogState::Pending));
    assert_eq!(logs.len(), 2);
}

/// A catalog of an earlier version, which remembers no versions of records.
#[test]
fn records_that_are_known_are_not_stored_again() {
    let mut w = world();
    w.write("a.parquet", "a");
    w.harvest("a", "a.parquet", &[(1, 0)]);
    w.refresh();
    w.catalog
        .sql(|db| db.execute("DELETE FROM followed", []))
        .unwrap();
    let refresh = w.refresh();
    assert_eq!((refresh.taken_in, refresh.changed_keys), (0, Vec::new()));
    let known = "SELECT count(*) FROM followed";
    let known: i64 = w
        .catalog
        .sql(|db| db.query_row(known, [], |r| r.get(0)))
        .unwrap();
    assert_eq!(known, 1);
}

#[test]
fn one_process_sees_what_another_changed() {
    let mut w = harvested();
    let mut other = super::Catalog::open(&w.context.lake).unwrap();
    let look = |c: &mut super::Catalog, w: &World| {
        c.refresh(&w.context, &crate::base::CancelToken::new())
            .unwrap()
            .changed_keys
    };
    assert!(look(&mut other, &w).is_empty());
    w.write("b.csv", "b");
    w.refresh();
    w.harvest("b.csv", "b.csv", &[(5, T)]);
    w.refresh();
    assert_eq!(look(&mut other, &w), ["b.csv"]);
}
