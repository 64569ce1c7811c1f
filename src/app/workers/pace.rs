//! How often a list is read again: seldom enough that reading takes a small share of the time.
//!
//! While a batch of small logs is harvested, hundreds of harvests end every second and each
//! asks for all lists. A list of a hundred logs is read in a millisecond, one of a hundred
//! thousand in a quarter of a second, so there is no one rate that suits both.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::app::query::{Question, Repeated};

/// The same question is answered again no sooner than this after its last answer ...
const LEAST: Duration = Duration::from_millis(100);
/// ... and than so many times what that answer took.
const TIMES: u32 = 5;

/// When each list may be read again. Shared by the threads that answer.
#[derive(Clone, Default)]
pub(super) struct Pace(Arc<Mutex<HashMap<Repeated, Instant>>>);

impl Pace {
    /// When a question is due that was answered just now; `None`: at once.
    pub fn due(&self, question: Repeated) -> Option<Instant> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&question)
            .copied()
            .filter(|due| *due > Instant::now())
    }

    /// Records that a question was answered now, in `took`.
    pub fn answered(&self, question: Repeated, took: Duration) {
        let now = Instant::now();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, due| *due > now);
        known.insert(question, now + LEAST.max(took * TIMES));
    }
}

/// Passes questions on when they are due, until the channel is closed; those that were
/// cancelled meanwhile are dropped.
pub(super) fn forward_when_due(
    questions: &Receiver<(Instant, Question)>,
    due_now: &Sender<Question>,
) {
    // One for each handle at most, but for those that a newer one has cancelled.
    let mut waiting: Vec<(Instant, Question)> = Vec::new();
    loop {
        let next = waiting.iter().map(|(due, _)| *due).min();
        let received = match next {
            Some(due) => questions.recv_deadline(due),
            None => questions.recv().map_err(RecvTimeoutError::from),
        };
        match received {
            Ok(question) => waiting.push(question),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        waiting.retain(|(_, question)| !question.is_cancelled());
        let now = Instant::now();
        for (_, question) in waiting.extract_if(.., |(due, _)| *due <= now) {
            // The threads that answer end after this one.
            let _ = due_now.send(question);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{
        effect::Effect,
        lake_queries::{ReadHistory, ReadLog, ReadLogs, ReadRunList},
        query::{Pending, Query},
    };

    fn question<Q: Query>(pending: &mut Pending<Q>, query: Q) -> Question {
        let mut effects = Vec::new();
        pending.ask(query, &mut effects);
        match effects.pop() {
            Some(Effect::Ask(question)) => question,
            other => panic!("{other:?}"),
        }
    }

    fn repeated<Q: Query>(query: Q) -> Option<Repeated> {
        question(&mut Pending::default(), query).repeated()
    }

    #[test]
    fn a_list_is_read_again_the_later_the_longer_it_takes() {
        let pace = Pace::default();
        let logs = repeated(ReadLogs(None)).unwrap();
        assert_eq!(pace.due(logs), None);
        let before = Instant::now();
        for (took, wait) in [(1, 100), (300, 1500)] {
            pace.answered(logs, Duration::from_millis(took));
            let due = pace.due(logs).unwrap();
            assert!(due >= before + Duration::from_millis(wait), "{took}");
        }
    }

    #[test]
    fn another_question_waits_for_nothing() {
        let pace = Pace::default();
        let of = |log: &str| repeated(ReadRunList(Some(log.into()))).unwrap();
        pace.answered(of("a"), Duration::from_secs(60));
        assert!(pace.due(of("a")).is_some());
        assert_eq!(pace.due(of("b")), None);
        assert_eq!(repeated(ReadLog("a".into())), None);
    }

    #[test]
    fn what_is_due_is_passed_on_in_its_time() {
        let (later, questions) = crossbeam_channel::unbounded();
        let (due_now, due) = crossbeam_channel::unbounded();
        let now = Instant::now();
        let (mut runs, mut history, mut logs) = Default::default();
        let cancelled = question(&mut runs, ReadRunList(None));
        runs.cancel();
        let soon = now + Duration::from_millis(30);
        for sent in [
            (soon, question(&mut history, ReadHistory(1))),
            (now, question(&mut logs, ReadLogs(None))),
            (now, cancelled),
        ] {
            later.send(sent).unwrap();
        }
        std::thread::scope(|scope| {
            scope.spawn(|| forward_when_due(&questions, &due_now));
            let wait = Duration::from_secs(60);
            let first = due.recv_timeout(wait).unwrap();
            assert!(first.query::<ReadLogs>().is_some());
            let second = due.recv_timeout(wait).unwrap();
            assert!(second.query::<ReadHistory>().is_some());
            assert!(Instant::now() >= soon);
            drop(later);
        });
        assert!(due.is_empty());
    }
}
