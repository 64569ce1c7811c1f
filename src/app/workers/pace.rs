//! How often a list is read again: seldom enough that reading takes a small share of the time.
//!
//! While a batch of small logs is harvested, hundreds of harvests end every second and each
//! asks for all lists. A list of a hundred logs is read in a millisecond, one of a hundred
//! thousand in a quarter of a second, so there is no one rate that suits both.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::questions::Question;
use crate::app::effect::{Request, Slot};

/// The same question is answered again no sooner than this after its last answer ...
const LEAST: Duration = Duration::from_millis(100);
/// ... and than so many times what that answer took.
const TIMES: u32 = 5;

/// When each list may be read again. Shared by the threads that answer.
#[derive(Clone, Default)]
pub(super) struct Pace(Arc<Mutex<HashMap<Slot, (u64, Instant)>>>);

impl Pace {
    /// When a question is due that was answered just now; `None`: at once.
    pub fn due(&self, question: &Question) -> Option<Instant> {
        let asked = list(&question.request)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, due) = *known.get(&question.slot)?;
        (last == asked && due > Instant::now()).then_some(due)
    }

    /// Records that a question was answered now, in `took`.
    pub fn answered(&self, question: &Question, took: Duration) {
        if let Some(asked) = list(&question.request) {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let due = Instant::now() + LEAST.max(took * TIMES);
            known.insert(question.slot, (asked, due));
        }
    }
}

/// Names what is read by a request that is repeated when harvests end: an operator who asks
/// for something else is answered at once. `None`: no such request.
fn list(request: &Request) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    std::mem::discriminant(request).hash(&mut hasher);
    match request {
        Request::Logs | Request::Machines | Request::History(_) | Request::CountLogs { .. } => {}
        Request::Runs(log) => log.hash(&mut hasher),
        Request::ArrangeLogs(wanted) => wanted.what().hash(&mut hasher),
        Request::ArrangeRuns(wanted) => wanted.what().hash(&mut hasher),
        _ => return None,
    }
    Some(hasher.finish())
}

/// Passes questions on when they are due, until the channel is closed; those that were
/// cancelled meanwhile are dropped.
pub(super) fn forward_when_due(
    questions: &Receiver<(Instant, Question)>,
    due_now: &Sender<Question>,
) {
    // One for each slot at most, but for those that a newer one has cancelled.
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
        waiting.retain(|(_, question)| !question.cancel.is_cancelled());
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
    use crate::etl::base::CancelToken;

    fn question(slot: Slot, request: Request) -> Question {
        Question {
            slot,
            generation: 0,
            request,
            cancel: CancelToken::new(),
        }
    }

    #[test]
    fn a_list_is_read_again_the_later_the_longer_it_takes() {
        let pace = Pace::default();
        let logs = question(Slot::Logs, Request::Logs);
        assert_eq!(pace.due(&logs), None);
        let before = Instant::now();
        for (took, wait) in [(1, 100), (300, 1500)] {
            pace.answered(&logs, Duration::from_millis(took));
            let due = pace.due(&logs).unwrap();
            assert!(due >= before + Duration::from_millis(wait), "{took}");
        }
    }

    #[test]
    fn another_question_waits_for_nothing() {
        let pace = Pace::default();
        let of = |log: &str| question(Slot::LogRuns, Request::Runs(Some(log.into())));
        pace.answered(&of("a"), Duration::from_secs(60));
        assert!(pace.due(&of("a")).is_some());
        assert_eq!(pace.due(&of("b")), None);
        let detail = question(Slot::LogDetail, Request::LogDetail("a".into()));
        pace.answered(&detail, Duration::from_secs(60));
        assert_eq!(pace.due(&detail), None);
    }

    #[test]
    fn what_is_due_is_passed_on_in_its_time() {
        let (later, questions) = crossbeam_channel::unbounded();
        let (due_now, due) = crossbeam_channel::unbounded();
        let now = Instant::now();
        let cancelled = question(Slot::Runs, Request::Runs(None));
        cancelled.cancel.cancel();
        let soon = now + Duration::from_millis(30);
        for sent in [
            (soon, question(Slot::History, Request::History(1))),
            (now, question(Slot::Logs, Request::Logs)),
            (now, cancelled),
        ] {
            later.send(sent).unwrap();
        }
        std::thread::scope(|scope| {
            scope.spawn(|| forward_when_due(&questions, &due_now));
            let wait = Duration::from_secs(60);
            assert_eq!(due.recv_timeout(wait).unwrap().slot, Slot::Logs);
            assert_eq!(due.recv_timeout(wait).unwrap().slot, Slot::History);
            assert!(Instant::now() >= soon);
            drop(later);
        });
        assert!(due.is_empty());
    }
}
