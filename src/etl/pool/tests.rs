use std::sync::mpsc;

use super::*;
use crate::{lake::Lake, profile::Profile};

const MANY: usize = 20_000;

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
