//! The catalog as its callers see it.

use std::{cmp::Reverse, collections::BTreeMap, fs, os::unix::fs::symlink};

use proptest::prelude::*;

use super::{
    Catalog, LogState,
    fixture::{World, run, world},
};
use crate::{ErrorClass, base::CancelToken, run_id::RunId, stats::RobotState};

const T: i64 = 1_669_236_000_000_000;

#[test]
fn a_log_is_new_harvested_changed_and_gone() {
    let mut w = world();
    w.write("cell-1/a.parquet", "one");
    assert_eq!(w.refresh().changed_keys, ["cell-1/a"]);
    let row = w.log("cell-1/a");
    assert_eq!(
        (row.state, &*row.path()),
        (LogState::Pending, "cell-1/a.parquet")
    );
    assert_eq!(row.cell_id.as_deref(), Some("cell-1"));
    assert!(row.is_due() && row.verdict.is_none());
    assert!(w.refresh().changed_keys.is_empty());

    w.harvest("cell-1/a", "cell-1/a.parquet", &[(7, T), (9, T + 5)]);
    let row = w.log("cell-1/a");
    assert_eq!(row.state, LogState::Harvested, "{}", row.reason());
    assert_eq!(
        row.reason(),
        "harvested 2023-11-14 22:13:20: 100 rows, 2 runs"
    );
    assert_eq!(
        (row.rows, row.runs_ok, row.runs_failed),
        (Some(100), Some(2), Some(0))
    );
    assert_eq!(
        (row.start_us, row.stop_us),
        (Some(T), Some(T + 5 + 60_000_000))
    );
    assert_eq!(row.cell_id.as_deref(), Some("10"));
    // The look that follows sees what the harvest changed.
    assert_eq!(w.refresh().changed_keys, ["cell-1/a"]);
    assert!(w.refresh().changed_keys.is_empty());

    w.write("cell-1/a.parquet", "other content");
    w.refresh();
    let row = w.log("cell-1/a");
    assert_eq!(row.state, LogState::Changed);
    assert_eq!(
        row.reason(),
        "it has 29 bytes and had 19 bytes when it was harvested"
    );

    fs::remove_file(w.file("cell-1/a.parquet")).unwrap();
    assert_eq!(w.refresh().changed_keys, ["cell-1/a"]);
    let row = w.log("cell-1/a");
    assert_eq!(
        (row.state, row.size, row.mtime_us),
        (LogState::Missing, None, None)
    );
    assert!(!row.is_due());
    assert_eq!(w.catalog.runs(Some("cell-1/a")).unwrap().len(), 2);
}

#[test]
fn a_log_that_was_never_harvested_leaves_nothing() {
    let mut w = world();
    w.write("a.csv", "x");
    w.refresh();
    fs::remove_file(w.file("a.csv")).unwrap();
    assert_eq!(w.refresh().changed_keys, ["a.csv"]);
    assert!(w.catalog.logs().unwrap().is_empty());
}

#[test]
fn a_run_comes_back_to_the_bit() {
    let mut w = world();
    w.write("a.parquet", "a");
    w.refresh();
    let big = u128::from(u64::MAX) + 12_345;
    w.harvest("a", "a.parquet", &[(big, T)]);
    let detail = w.catalog.run_detail("a", RunId(big)).unwrap().unwrap();
    let expected = run(big, T);
    let stats = expected.run_stats.unwrap();
    assert_eq!(detail.row.run, RunId(big));
    assert_eq!(detail.row.distance_mm(), stats.total_distance_mm.into());
    let picture = crate::catalog::Picture::of(&expected.sparkline.unwrap().values);
    assert_eq!(detail.row.picture, picture);
    assert_eq!(
        (detail.row.start_us(), detail.row.stop_us()),
        (Some(T), Some(T + 60_000_000))
    );
    assert_eq!(
        (
            detail.row.rows(),
            detail.row.samples(),
            detail.row.complete_rows()
        ),
        (60, 97, 50)
    );
    assert_eq!((detail.row.channels(), detail.row.flags()), (2, 1));
    assert_eq!(detail.row.verdict, expected.verdict);
    assert_eq!(detail.columns, stats.available_channels);
    assert_eq!(detail.channels, expected.channels);
    assert_eq!(detail.robots, expected.robots);
    assert_eq!(detail.flags, expected.quality);
    assert_eq!(detail.ledger, expected.ledger);
    assert_eq!(detail.cells_seen, expected.cells_seen);
    assert!(detail.source_lost_precision);
    assert!(w.catalog.run_detail("a", RunId(1)).unwrap().is_none());
}

#[test]
fn storing_a_record_again_replaces_what_was_known() {
    let mut w = world();
    w.write("a.parquet", "a");
    w.refresh();
    w.harvest("a", "a.parquet", &[(1, T), (2, T)]);
    w.harvest("a", "a.parquet", &[(2, T), (3, T)]);
    let ids: Vec<u128> = w
        .catalog
        .runs(None)
        .unwrap()
        .iter()
        .map(|r| r.run.0)
        .collect();
    assert_eq!(ids, [2, 3]);
    assert_eq!(w.catalog.history(10).unwrap().len(), 2);
    assert_eq!(w.catalog.log_detail("a").unwrap().unwrap().history.len(), 2);
}

#[test]
fn a_rebuild_brings_back_the_same_list() {
    let mut w = world();
    for path in [
        "cell-1/a.parquet",
        "b.csv",
        "cell-2/c.parquet",
        "d.parquet",
        "e.csv",
    ] {
        w.write(path, path);
    }
    w.refresh();
    w.harvest("cell-1/a", "cell-1/a.parquet", &[(1, T), (2, T)]);
    w.harvest("b.csv", "b.csv", &[(2, T)]);
    let mut failed = w.record("cell-2/c", "cell-2/c.parquet", &[]);
    failed.error = Some("no column named time".into());
    w.commit(&failed);
    w.harvest("e.csv", "e.csv", &[(4, T)]);
    fs::remove_file(w.file("e.csv")).unwrap();
    w.refresh();
    let (logs, runs) = (w.catalog.logs().unwrap(), w.catalog.runs(None).unwrap());
    assert_eq!(logs.len(), 5);

    // From nothing, and from what is there.
    for _ in 0..2 {
        let rebuilt = w.catalog.rebuild(&w.context, &CancelToken::new()).unwrap();
        assert_eq!((rebuilt.records, rebuilt.runs), (4, 4));
        assert_eq!(rebuilt.problems, Vec::<String>::new());
        assert_eq!(w.catalog.logs().unwrap(), logs);
        assert_eq!(w.catalog.runs(None).unwrap(), runs);
        w.catalog = Catalog::open_in_memory().unwrap();
        let path = w.context.lake.local().catalog();
        for companion in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{companion}", path.display()));
        }
        w.catalog = Catalog::open(&w.context.lake).unwrap();
    }
}

#[test]
fn others_see_every_log_while_the_catalog_is_rebuilt() {
    let mut w = world();
    for n in 0..40 {
        w.write(&format!("{n}.parquet"), &n.to_string());
    }
    w.refresh();
    for n in 0..40 {
        w.harvest(&n.to_string(), &format!("{n}.parquet"), &[(n, T)]);
    }
    let context = w.context.clone();
    let done = std::sync::atomic::AtomicBool::new(false);
    let is_done = || done.load(std::sync::atomic::Ordering::SeqCst);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let other = Catalog::open(&context.lake).unwrap();
            let mut looks = 0;
            while !is_done() {
                let logs = other.logs().unwrap();
                let harvested = logs.iter().filter(|l| l.state == LogState::Harvested);
                let runs = other.runs(None).unwrap().len();
                let found = other.source(&context, "7").unwrap().is_some();
                let seen = (harvested.count(), runs, found);
                if seen != (40, 40, true) {
                    return Err(seen);
                }
                looks += 1;
            }
            Ok(looks)
        });
        for _ in 0..10 {
            w.catalog.rebuild(&w.context, &CancelToken::new()).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        assert!(reader.join().unwrap().unwrap() > 0);
    });
    let left = w.context.lake.local().tmp();
    let left = walkdir::WalkDir::new(left).into_iter().flatten();
    assert_eq!(left.filter(|e| e.file_type().is_file()).count(), 0);
}

#[test]
fn a_log_is_found_by_key_path_and_file() {
    let mut w = world();
    w.write("cell-1/a.parquet", "a");
    w.write("cell-1/b.csv", "b");
    symlink("b.csv", w.file("cell-1/link.csv")).unwrap();
    w.refresh();
    let find = |name: &str| w.catalog.find_log(&w.context, name).unwrap().map(|r| r.key);
    assert_eq!(find("cell-1/a").as_deref(), Some("cell-1/a"));
    assert_eq!(find("cell-1/a.parquet").as_deref(), Some("cell-1/a"));
    assert_eq!(
        find(w.file("cell-1/a.parquet").to_str().unwrap()).as_deref(),
        Some("cell-1/a")
    );
    assert_eq!(
        find(w.file("cell-1/link.csv").to_str().unwrap()).as_deref(),
        Some("cell-1/link.csv")
    );
    for none in ["", "a", "cell-1", "/", "..", "/etc/passwd"] {
        assert_eq!(find(none), None, "{none:?}");
    }
    let source = w
        .catalog
        .source(&w.context, "cell-1/b.csv")
        .unwrap()
        .unwrap();
    assert_eq!(source.file, w.file("cell-1/b.csv"));
    assert_eq!(source.folder.as_deref(), Some("cell-1"));
    assert!(w.catalog.source(&w.context, "nothing").unwrap().is_none());
}

#[test]
fn forces_of_machines_are_those_of_runs_in_contact() {
    let mut w = world();
    w.write("a.csv", "a.csv");
    w.refresh();
    // Runs whose id is a multiple of eight are parked.
    let record = w.record("a.csv", "a.csv", &[(1, T), (8, T + 9)]);
    w.commit(&record);
    let machines = w.catalog.machines().unwrap();
    let [m] = &machines[..] else {
        panic!("{machines:?}");
    };
    assert_eq!((m.runs, m.speed_max), (2, Some(8.0)));
    assert_eq!(m.force_mean, Some(10.0));
    assert_eq!(m.series[1].stats.state, Some(RobotState::Parked));
    assert_eq!(m.most(), Some((RobotState::Contact, 1)), "in one of two");
    assert_eq!(m.states.get(&RobotState::Parked), Some(&1));
    assert!(m.series[0].stats.forming.force_median_n.is_some());
    assert!(
        m.series[0].stats.layers.is_empty(),
        "lists do not read them"
    );
}

#[test]
fn the_states_of_robots_are_in_lists_and_a_catalog_from_before_gets_them() {
    let mut w = world();
    w.write("a.csv", "a.csv");
    w.refresh();
    let record = w.record("a.csv", "a.csv", &[(1, T), (8, T + 9)]);
    w.commit(&record);
    let states = |catalog: &Catalog| -> Vec<Option<RobotState>> {
        let runs = catalog.runs(None).unwrap();
        runs.iter().map(|run| run.states().get("1")).collect()
    };
    let told = [Some(RobotState::Contact), Some(RobotState::Parked)];
    assert_eq!(states(&w.catalog), told);
    // As version 8 left it.
    let db = rusqlite::Connection::open(w.context.lake.local().catalog()).unwrap();
    db.execute_batch("ALTER TABLE runs DROP COLUMN states; PRAGMA user_version = 8")
        .unwrap();
    drop(db);
    let catalog = Catalog::open(&w.context.lake).unwrap();
    assert_eq!(states(&catalog), told);
}

#[test]
fn machines_count_a_run_in_two_logs_once_and_weigh_means_by_samples() {
    let mut w = world();
    for path in ["a.csv", "b.csv"] {
        w.write(path, path);
    }
    w.refresh();
    // Both logs have run 2; b has more samples of it.
    let mut b = w.record("b.csv", "b.csv", &[(2, T)]);
    b.run_to_result.get_mut(&RunId(2)).unwrap().samples += 1;
    w.commit(&b);
    let mut a = w.record("a.csv", "a.csv", &[(1, T + 7), (2, T), (4, T - 9)]);
    let mut other = run(5, T);
    other.cell_id = Some("9".into());
    a.run_to_result.insert(RunId(5), other);
    w.commit(&a);

    let machines = w.catalog.machines().unwrap();
    let cells: Vec<_> = machines
        .iter()
        .map(|m| m.cell_id.as_deref().unwrap())
        .collect();
    assert_eq!(cells, ["9", "10"]);
    let m = &machines[1];
    let points: Vec<_> = m
        .series
        .iter()
        .map(|p| (p.log_key.as_str(), p.run.0))
        .collect();
    assert_eq!(points, [("a.csv", 4), ("b.csv", 2), ("a.csv", 1)]);
    assert_eq!((m.runs, m.runtime_s, m.speed_max), (3, 180.0, Some(4.0)));
    // Means 10, 20 and 40 over 1, 2 and 4 samples.
    assert_eq!(m.force_mean, Some((10.0 + 40.0 + 160.0) / 7.0));
    assert_eq!(
        (m.first_seen_us, m.last_seen_us),
        (T - 9, T + 7 + 60_000_000)
    );
    assert_eq!(m.verdicts.get("suspect"), Some(&3));

    let runs = w.catalog.runs(None).unwrap();
    let also: Vec<_> = runs
        .iter()
        .filter(|r| r.run.0 == 2)
        .map(|r| r.also_in().to_vec())
        .collect();
    assert_eq!(also, [["b.csv"], ["a.csv"]]);
    let of_b = w.catalog.runs(Some("b.csv")).unwrap();
    assert_eq!(of_b[0].also_in(), ["a.csv"]);
    assert!(
        runs.iter()
            .filter(|r| r.run.0 != 2)
            .all(|r| r.also_in().is_empty())
    );
}

/// Logs with their runs: id, kept samples, whether it failed.
fn copies() -> impl Strategy<Value = Vec<Vec<(u128, u64, bool)>>> {
    let run = (1..4u128, 1..4u64, prop::bool::weighted(0.2));
    prop::collection::vec(prop::collection::vec(run, 1..4), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// SPEC section 3: totals use the copy with the most kept samples, then the smallest
    /// key, whatever the order of harvests; a partial copy may be harvested first.
    #[test]
    fn machines_and_counts_do_not_depend_on_the_order_of_harvests(
        (logs, order) in copies().prop_flat_map(|logs| {
            let order: Vec<usize> = (0..logs.len()).collect();
            (Just(logs), Just(order).prop_shuffle())
        })
    ) {
        let harvested = |order: &[usize]| {
            let mut w = world();
            for at in 0..logs.len() {
                w.write(&format!("{at}.csv"), &at.to_string());
            }
            w.refresh();
            for (turn, at) in order.iter().enumerate() {
                let key = format!("{at}.csv");
                let runs: Vec<_> = logs[*at].iter().map(|(id, ..)| (*id, T + *id as i64)).collect();
                let mut record = w.record(&key, &key, &runs);
                record.first_harvested_at = crate::time::format(T + turn as i64);
                for (id, samples, failed) in &logs[*at] {
                    let run = record.run_to_result.get_mut(&RunId(*id)).unwrap();
                    run.samples = *samples;
                    run.error = failed.then(|| "none of its rows could be kept".to_owned());
                    // Each copy says something else.
                    run.robots.get_mut("1").unwrap().distance_mm = Some(*at as f64);
                }
                w.commit(&record);
            }
            w
        };
        let counts = |w: &World| {
            let machines = w.catalog.machines().unwrap();
            let runs = w.catalog.runs(None).unwrap();
            (machines, runs)
        };
        let sorted: Vec<usize> = (0..logs.len()).collect();
        let mut shuffled = harvested(&order);
        let got = counts(&shuffled);
        prop_assert_eq!(&got, &counts(&harvested(&sorted)));
        let context = shuffled.context.clone();
        shuffled.catalog.rebuild(&context, &CancelToken::new()).unwrap();
        prop_assert_eq!(&got, &counts(&shuffled));

        // A log that names a run twice holds what it said last.
        let mut best: BTreeMap<u128, (Reverse<u64>, usize)> = BTreeMap::new();
        for (at, log) in logs.iter().enumerate() {
            let last: BTreeMap<u128, _> = log.iter().map(|(id, n, bad)| (*id, (*n, *bad))).collect();
            for (id, (samples, _)) in last.into_iter().filter(|(_, (_, bad))| !bad) {
                let copy = (Reverse(samples), at);
                let kept = best.entry(id).or_insert(copy);
                *kept = copy.min(*kept);
            }
        }
        let points = got.0.iter().flat_map(|m| &m.series);
        let points: Vec<_> = points.map(|p| (p.run.0, p.log_key.clone(), p.stats.distance_mm)).collect();
        let want = best.iter().map(|(id, (_, at))| (*id, format!("{at}.csv"), Some(*at as f64)));
        prop_assert_eq!(points, want.collect::<Vec<_>>());
    }
}

#[test]
fn runs_of_one_list_have_their_robots_at_the_same_places() {
    let mut w = world();
    w.write("a.csv", "a");
    w.refresh();
    let mut record = w.record("a.csv", "a.csv", &[(1, T), (2, T + 1), (3, T + 2)]);
    let of = |all: &[(&str, f64)]| all.iter().map(|(r, mm)| ((*r).to_owned(), *mm)).collect();
    let distances = [of(&[("2", 2.0)]), of(&[]), of(&[("10", 1.0), ("1", 5.0)])];
    for (run, distances) in record.run_to_result.values_mut().zip(distances) {
        run.run_stats.as_mut().unwrap().total_distance_mm = distances;
    }
    w.commit(&record);
    let runs = w.catalog.runs(None).unwrap();
    for run in &runs {
        assert_eq!(run.distance_mm().robots(), ["1", "2", "10"]);
    }
    let places = runs
        .iter()
        .map(|r| [0, 1, 2].map(|at| r.distance_mm().at(at)));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            [None, Some(2.0), None],
            [None; 3],
            [Some(5.0), None, Some(1.0)]
        ]
    );
}

#[test]
fn runs_are_named_by_parts_decimals_and_log() {
    let mut w = world();
    w.write("cell/a.csv", "a");
    w.write("b.csv", "b");
    w.refresh();
    w.harvest(
        "cell/a.csv",
        "cell/a.csv",
        &[(0x12, T), (12, T + 1), (0xabc_0012, T + 2)],
    );
    w.harvest("b.csv", "b.csv", &[(12, T + 1)]);
    let find = |part: &str| -> Vec<(String, u128)> {
        let rows = w.catalog.find_runs(part).unwrap();
        rows.into_iter()
            .map(|r| (r.log_key().to_owned(), r.run.0))
            .collect()
    };
    let (a, b) = ("cell/a.csv".to_owned(), "b.csv".to_owned());
    // The decimal form takes precedence over parts of other ids.
    assert_eq!(find("12"), [(b.clone(), 12), (a.clone(), 12)]);
    assert_eq!(find("cell/a.csv/12"), [(a.clone(), 12)]);
    assert_eq!(find("b.csv:12"), [(b, 12)]);
    assert_eq!(find("abc0012"), [(a.clone(), 0xabc_0012)]);
    assert_eq!(find("0000-000000000012"), [(a, 0x12)]);
    assert!(find("").is_empty() && find("cell/a.csv/").is_empty() && find("fff").is_empty());
}

#[test]
fn a_lost_catalog_comes_back_at_the_next_look() {
    let mut w = world();
    w.write("a.parquet", "a");
    w.write("gone.parquet", "b");
    w.refresh();
    w.harvest("a", "a.parquet", &[(1, T)]);
    w.harvest("gone", "gone.parquet", &[(2, T)]);
    fs::remove_file(w.file("gone.parquet")).unwrap();
    w.refresh();
    let before = w.catalog.logs().unwrap();

    fs::remove_file(w.context.lake.local().catalog()).unwrap();
    for companion in ["catalog.db-wal", "catalog.db-shm"] {
        let _ = fs::remove_file(w.context.lake.root().join(companion));
    }
    w.catalog = Catalog::open(&w.context.lake).unwrap();
    w.refresh();
    assert_eq!(w.catalog.logs().unwrap(), before);
    assert_eq!(w.catalog.runs(None).unwrap().len(), 2);
    assert!(w.refresh().changed_keys.is_empty());
}

#[test]
fn a_record_that_the_catalog_was_never_told_of_is_learned() {
    let mut w = world();
    w.write("a.parquet", "a");
    w.refresh();
    let record = w.record("a", "a.parquet", &[(1, T)]);
    w.catalog.ingest_record(&w.context, "a", &record).unwrap();
    let row = w.log("a");
    assert_eq!(row.state, LogState::Harvested, "{}", row.reason());
    assert!(w.catalog.knows("a", &record).unwrap());
    let mut other = record.clone();
    other.source.mtime_ns += 1;
    assert!(!w.catalog.knows("a", &other).unwrap());
}

#[test]
fn a_damaged_catalog_is_put_aside_and_a_readable_one_stays() {
    let mut w = world();
    w.refresh();
    let lake = w.context.lake.clone();
    assert_eq!(Catalog::put_damaged_aside(&lake).unwrap(), None);
    // Closed, so that nothing is left to come from its companions.
    w.catalog = Catalog::open_in_memory().unwrap();
    fs::write(
        lake.local().catalog(),
        "no database at all, not even nearly".repeat(99),
    )
    .unwrap();
    let aside = Catalog::put_damaged_aside(&lake).unwrap().unwrap();
    assert!(aside.is_file() && !lake.local().catalog().exists());
    w.catalog = Catalog::open(&lake).unwrap();
    assert_eq!(Catalog::put_damaged_aside(&lake).unwrap(), None);
}

#[test]
fn a_catalog_with_other_values_or_columns_is_rebuilt() {
    let mut w = world();
    w.write("a.csv", "a.csv");
    w.refresh();
    w.harvest("a.csv", "a.csv", &[(7, T)]);
    for damage in [
        "UPDATE logs SET moved_us = 'x'",
        "UPDATE logs SET mtime_ns = 1.5",
    ] {
        w.catalog.sql(|db| db.execute(damage, [])).unwrap();
        let looked = w.catalog.look(&w.context, &CancelToken::new());
        let refused = w.catalog.logs().map(drop).and(looked).unwrap_err();
        assert_eq!(refused.kind(), ErrorClass::Fatal);
        assert!(refused.to_string().contains("mdtui rebuild"), "{refused}");
        w.catalog.rebuild(&w.context, &CancelToken::new()).unwrap();
        assert_eq!(w.catalog.logs().unwrap().len(), 1, "{damage}");
    }
    let lake = w.context.lake.clone();
    for damage in ["ALTER TABLE logs DROP COLUMN notes", "DROP TABLE channels"] {
        w.catalog = Catalog::open(&lake).unwrap();
        assert_eq!(Catalog::put_damaged_aside(&lake).unwrap(), None);
        w.catalog.sql(|db| db.execute_batch(damage)).unwrap();
        w.catalog = Catalog::open_in_memory().unwrap();
        assert!(
            Catalog::put_damaged_aside(&lake).unwrap().is_some(),
            "{damage}"
        );
    }
}

#[test]
fn the_run_before_is_of_the_same_machine() {
    let mut w = world();
    for log in ["a.csv", "b.csv", "c.csv"] {
        w.write(log, log);
    }
    w.refresh();
    // Run 16 is parked, run 9 stands in two logs.
    let runs = [(7, T), (9, T + 100), (16, T + 200)];
    w.harvest("a.csv", "a.csv", &runs);
    w.harvest("b.csv", "b.csv", &[(9, T + 100), (11, T + 300)]);
    let mut record = w.record("c.csv", "c.csv", &[(12, T + 250), (13, T + 260)]);
    let other = record.run_to_result.get_mut(&RunId(12)).unwrap();
    other.cell_id = Some("11".into());
    let failed = record.run_to_result.get_mut(&RunId(13)).unwrap();
    failed.error = Some("every sample has the same time".into());
    w.commit(&record);
    let before = |log: &str, run| {
        let found = w.catalog.previous_run(log, RunId(run)).unwrap();
        found.map(|(log, run)| (log, run.0))
    };
    // Neither the parked run, nor that of another cell, nor the failed one; the copy in the same log.
    assert_eq!(before("b.csv", 11), Some(("b.csv".into(), 9)));
    assert_eq!(before("a.csv", 9), Some(("a.csv".into(), 7)));
    assert_eq!(before("a.csv", 7), None);
    assert_eq!(before("c.csv", 12), None);
    // Of a run whose robots are all parked any other counts.
    assert_eq!(before("a.csv", 16), Some(("a.csv".into(), 9)));
    assert_eq!(before("nowhere.csv", 16), None);
}
