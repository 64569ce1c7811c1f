use super::*;
use crate::{
    app::list::List,
    etl::{harvest::Summary, pool::Batch},
};

fn queued(jobs: &mut Jobs, id: u64, key: &str) {
    let batch = Batch::new(JobId(id), vec![key.into()]);
    jobs.apply(1_000_000, JobEvent::Queued(batch.into()));
}

fn ended(jobs: &mut Jobs, id: u64, result: Result<Outcome, Error>) -> Ended {
    jobs.apply(1_500_000, JobEvent::Started { job: JobId(id) });
    let event = JobEvent::Finished {
        job: JobId(id),
        key: String::new(),
        result,
    };
    jobs.apply(9_000_000, event)
        .and_then(|job| job.ended.clone())
        .unwrap()
}

#[test]
fn a_job_goes_from_queued_to_done() {
    let mut jobs = Jobs::default();
    queued(&mut jobs, 1, "a");
    assert_eq!(
        jobs.of_log("a").unwrap().log_state(),
        Some(LogState::Queued)
    );
    jobs.apply(2_000_000, JobEvent::Started { job: JobId(1) });
    let progress = Progress {
        stage: Stage::Reading,
        rows: 500,
        rows_total: Some(1000),
        bytes: 10,
        bytes_total: 20,
        runs: 0,
        runs_total: None,
        largest_run: None,
    };
    jobs.apply(
        4_000_000,
        JobEvent::Progress {
            job: JobId(1),
            progress,
        },
    );
    let entry = jobs.of_log("a").unwrap();
    assert_eq!(entry.log_state(), Some(LogState::Harvesting));
    let job = entry.job().unwrap();
    assert_eq!((job.stage(), job.rate()), (Stage::Reading, Some(250.0)));
    // A quarter of the work took two seconds: 0.05 + 0.4 × ½.
    assert!((job.eta_s().unwrap() - 6.0).abs() < 1e-9);
    let summary = Summary {
        rows_in: 1_577_762,
        runs_ok: 4,
        seconds: 0.314,
        ..Summary::default()
    };
    let end = ended(&mut jobs, 1, Ok(Outcome::Harvested(summary)));
    assert_eq!(
        (end.outcome, end.message.as_str()),
        ("harvested", "4 runs, 1,577,762 rows in 0.31 s")
    );
    assert!(jobs.of_log("a").is_none() && jobs.len() == 1);
    let words: Vec<&str> = match jobs.get(0) {
        Some(Entry::Job(job)) => job.messages.iter().map(|(_, m)| m.as_str()).collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        words,
        [
            "queued",
            "started",
            "reading",
            "4 runs, 1,577,762 rows in 0.31 s"
        ]
    );
}

#[test]
fn what_this_process_did_stands_once() {
    let mut jobs = Jobs::default();
    queued(&mut jobs, 1, "a");
    ended(&mut jobs, 1, Err(Error::Log("no rows".into())));
    let past = |key: &str, at_us| HarvestRow {
        key: key.into(),
        at_us,
        seconds: 1.0,
        outcome: "failed".into(),
        message: "no rows".into(),
    };
    jobs.set_history(vec![
        past("b", 8_500_000),
        past("a", 8_999_000),
        past("a", 500_000),
    ]);
    let keys: Vec<(&str, bool)> = (0..jobs.len())
        .filter_map(|i| jobs.get(i))
        .map(|e| match e {
            Entry::Job(job) => (job.key.as_str(), true),
            Entry::Past(row) => (row.key.as_str(), false),
            Entry::Waiting(job) => panic!("{job:?}"),
        })
        .collect();
    assert_eq!(keys, [("a", true), ("b", false), ("a", false)]);
}

#[test]
fn the_cursor_stays_on_its_job_when_one_above_ends() {
    let mut jobs = Jobs::default();
    for id in 1..=3 {
        queued(&mut jobs, id, &format!("log {id}"));
    }
    jobs.cursor = 1;
    let end = ended(&mut jobs, 1, Err(Error::Cancelled));
    assert_eq!(end.outcome, "cancelled");
    assert_eq!(jobs.current().unwrap().key(), "log 2");
    jobs.apply(2_000_000, JobEvent::Started { job: JobId(3) });
    jobs.stopping(JobId(3));
    assert!(jobs.of_log("log 3").unwrap().job().unwrap().stopping);
}

#[test]
fn the_cursor_stays_on_a_chosen_job_when_that_ends_and_on_the_first_line_where_none_was_chosen() {
    let mut jobs = Jobs::default();
    for id in 1..=4 {
        queued(&mut jobs, id, &format!("log {id}"));
    }
    ended(&mut jobs, 1, Err(Error::Cancelled));
    assert_eq!(jobs.current().unwrap().key(), "log 2");
    jobs.put_cursor(1);
    ended(&mut jobs, 2, Err(Error::Cancelled));
    assert_eq!((jobs.cursor, jobs.current().unwrap().key()), (0, "log 3"));
    ended(&mut jobs, 3, Err(Error::Cancelled));
    assert_eq!((jobs.cursor, jobs.current().unwrap().key()), (1, "log 3"));
    ended(&mut jobs, 4, Err(Error::Cancelled));
    assert_eq!(jobs.current().unwrap().key(), "log 3");
}

#[test]
fn jobs_are_searched_by_log_outcome_and_sentence_and_say_what_is_not_listed() {
    let mut jobs = Jobs::default();
    for (id, key) in [(1, "cell-01/a"), (2, "cell-02/b"), (3, "cell-02/c")] {
        queued(&mut jobs, id, key);
    }
    ended(&mut jobs, 1, Err(Error::Cancelled));
    let at = |jobs: &Jobs| jobs.current().unwrap().key().to_owned();
    assert!(jobs.search("CELL-02", 0));
    assert_eq!(at(&jobs), "cell-02/b");
    assert!(jobs.search_on(true) && at(&jobs) == "cell-02/c");
    assert!(
        jobs.search_on(true) && at(&jobs) == "cell-02/b",
        "around the end"
    );
    assert!(jobs.search_on(false) && at(&jobs) == "cell-02/c");
    assert!(jobs.search("half-written", 0));
    assert_eq!(at(&jobs), "cell-01/a", "by its sentence");
    assert!(!jobs.search("nowhere", 0));
    assert_eq!(jobs.searched(), "nowhere");
    assert_eq!(jobs.cut_to(), None);
    let past = crate::app::fixture::past("cell-03/d", "harvested");
    jobs.set_history(vec![past.clone(); PAST - 1]);
    assert_eq!(jobs.cut_to(), None, "these are all");
    jobs.set_history(vec![past; PAST]);
    assert_eq!(jobs.cut_to(), Some(PAST + 1));
    let size = (80, 24);
    let lines = crate::app::view::View::list_lines(&jobs, size);
    jobs.set_history(Vec::new());
    assert_eq!(crate::app::view::View::list_lines(&jobs, size), lines + 1);
}
