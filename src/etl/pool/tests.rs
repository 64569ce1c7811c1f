use std::sync::mpsc;

use super::*;
use crate::{
    catalog::{Catalog, LogState, fixture::world},
    lake::{Lake, Record},
    profile::Profile,
};

const MANY: usize = 20_000;
const MANY_SMALL: usize = 100;

fn keys(n: usize) -> Vec<String> {
    // Not in the order of their names.
    (0..n).map(|at| format!("log-{}", at * 7919 % n)).collect()
}

fn numbers(jobs: &[(JobId, Arc<str>)]) -> Vec<u64> {
    jobs.iter().map(|(job, _)| job.0).collect()
}

#[test]
fn a_batch_finds_each_job_by_its_log_and_its_number() {
    let names = keys(MANY);
    let batch = Batch::new(JobId(5), names.iter().map(|k| k.as_str().into()).collect());
    for (at, (job, key)) in batch.jobs().enumerate() {
        assert_eq!(job, JobId(5 + at as u64));
        assert_eq!(batch.index(job), Some(at));
        assert_eq!(batch.index_of_log(key), Some(at));
        assert_eq!(batch.get(at), Some((job, key)));
    }
    assert_eq!(batch.len(), MANY);
    assert_eq!(
        (batch.index(JobId(4)), batch.index_of_log("log")),
        (None, None)
    );
    assert_eq!(batch.index(JobId(5 + MANY as u64)), None);
}

#[test]
fn a_log_that_waits_or_runs_is_not_queued_again() {
    let mut queue = Queue::new();
    assert_eq!(queue.add(["a", "b", "a"], Options::default()).len(), 2);
    let (job, key, ..) = queue.start().unwrap();
    assert_eq!((job, key.as_ref()), (JobId(1), "a"));
    let again = queue.add(["c", "b", "a"], Options::default());
    assert_eq!(again.jobs().map(|(job, _)| job.0).collect::<Vec<_>>(), [3]);
    queue.end(job, "a");
    assert_eq!(queue.add(["a"], Options::default()).len(), 1);
    assert_eq!(queue.len(), 3);
}

#[test]
fn any_job_is_cancelled_and_the_others_keep_their_order() {
    let mut queue = Queue::new();
    queue.add(["a", "b", "c", "d"], Options::default());
    let (_, _, _, token) = queue.start().unwrap();
    assert_eq!(queue.cancel(JobId(3)), Some((JobId(3), "c".into())));
    assert_eq!(queue.cancel(JobId(3)), None);
    assert_eq!((queue.cancel(JobId(1)), token.is_cancelled()), (None, true));
    assert_eq!(numbers(&queue.cancel_all()), [2, 4]);
    assert_eq!((queue.len(), queue.has_waiting()), (1, false));
}

/// Each of these is one event, whatever the number of logs.
#[test]
fn very_many_logs_are_queued_and_cancelled_in_one_event_each() {
    let dir = tempfile::tempdir().unwrap();
    let context = Context {
        data_dir: dir.path().join("data"),
        links: crate::source::scan::Links::default(),
        lake: Lake::new(dir.path().join("cache")),
        profile: Profile::built_in().unwrap().into(),
    };
    let (sender, events) = mpsc::channel();
    let pool = Pool::new(context, Executor::InProcess, 2, move |event| {
        let _ = sender.send(event);
    });
    pool.submit(keys(MANY), Options::default());
    pool.submit(keys(MANY), Options::default());
    pool.cancel_all();
    pool.finish();
    let (mut queued, mut cancelled, mut started, mut finished) = (vec![], vec![], 0, 0);
    for event in events {
        match event {
            JobEvent::Queued(batch) => queued.push(batch.len()),
            JobEvent::Started { .. } => started += 1,
            JobEvent::Progress { .. } => {}
            JobEvent::Finished { .. } => finished += 1,
            JobEvent::Cancelled(jobs) => cancelled.push(jobs.len()),
        }
    }
    assert_eq!((queued.len(), queued[0]), (2, MANY));
    assert_eq!(cancelled.len(), 1);
    // A worker may have taken some before the second call.
    assert_eq!(started, finished);
    assert_eq!(queued.iter().sum::<usize>(), finished + cancelled[0]);
}

/// A log is reported as finished once the catalog has its record, however many end together.
#[test]
fn what_is_reported_as_finished_is_in_the_catalog() {
    let mut world = world();
    let header = "time,value,field,robot_id,run_uuid,sensor_type\n";
    for n in 0..MANY_SMALL {
        let row = format!("2022-11-23T20:40:00Z,1.5,x,1,{},encoder\n", n + 1);
        world.write(&format!("log-{n:03}.csv"), &format!("{header}{row}"));
    }
    world.write("no-log.csv", "nothing\n");
    world.refresh();
    let (context, seen) = (world.context.clone(), Mutex::new(Vec::new()));
    let seen = Arc::new(seen);
    let (lake, to) = (context.lake.clone(), seen.clone());
    let pool = Pool::new(context, Executor::InProcess, 3, move |event| {
        if let JobEvent::Finished { key, result, .. } = event {
            let state = Catalog::open(&lake)
                .unwrap()
                .log(&key)
                .unwrap()
                .unwrap()
                .state;
            to.lock().unwrap().push((key, result.is_ok(), state));
        }
    });
    let keys = world.catalog.logs().unwrap().into_iter().map(|log| log.key);
    pool.submit(keys.collect::<Vec<_>>(), Options::default());
    pool.finish();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), MANY_SMALL + 1);
    for (key, is_ok, state) in seen.iter() {
        let wanted = match key.as_str() {
            "no-log.csv" => (false, LogState::Failed),
            _ => (true, LogState::Harvested),
        };
        assert_eq!((*is_ok, *state), wanted, "{key}");
    }
    let history = world.catalog.history(MANY_SMALL + 9).unwrap();
    assert_eq!(history.len(), MANY_SMALL + 1, "one line for each");
}

/// A catalog that cannot be told fails the logs that it was to be told of; their records stay.
#[test]
fn a_catalog_that_cannot_be_told_fails_what_was_harvested() {
    let mut world = world();
    let text = "time,value,field,robot_id,run_uuid,sensor_type\n\
                2022-11-23T20:40:00Z,1.5,x,1,7,encoder\n";
    world.write("a.csv", text);
    world.refresh();
    let context = world.context.clone();
    let other = rusqlite::Connection::open(context.lake.local().catalog()).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'refused'); END",
        )
        .unwrap();
    let (sender, events) = mpsc::channel();
    let pool = Pool::new(context.clone(), Executor::InProcess, 1, move |event| {
        if let JobEvent::Finished { result, .. } = event {
            let _ = sender.send(result.map_err(|e| e.to_string()));
        }
    });
    pool.submit(["a.csv"], Options::default());
    pool.finish();
    let error = events.recv().unwrap().unwrap_err();
    assert!(error.contains("refused"), "{error}");
    assert!(Record::read(&context.lake, "a.csv").unwrap().is_some());
    // The next look takes it in.
    other.execute_batch("DROP TRIGGER refuse").unwrap();
    world.refresh();
    let log = world.catalog.log("a.csv").unwrap().unwrap();
    assert_eq!(log.state, LogState::Harvested);
}
