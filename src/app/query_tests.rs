use super::*;
use crate::etl::{lake::Lake, profile::Profile};

#[derive(Debug)]
struct Count(u32);

impl Query for Count {
    type Answer = u32;

    fn run(self, on: &mut QueryContext<'_>) -> Result<u32> {
        on.cancel.check()?;
        assert!(self.0 != 13, "unlucky \u{1b}[31m");
        Ok(self.0)
    }
}

/// Runs what is asked as a worker would, over a lake that is never read.
fn run(effect: Effect) -> Option<Answer> {
    let Effect::Ask(question) = effect else {
        panic!("{effect:?}");
    };
    let lake = Context {
        data_dir: "data".into(),
        links: crate::etl::source::scan::Links::default(),
        lake: Lake::new(std::path::PathBuf::from("cache")),
        profile: Profile::built_in().unwrap().into(),
    };
    question.run(&lake, &mut None)
}

fn answers(effects: Vec<Effect>) -> Vec<Answer> {
    effects.into_iter().filter_map(run).collect()
}

#[test]
fn only_the_waiting_handle_receives_an_answer_and_only_once() {
    let (mut a, mut b) = (Pending::<Count>::default(), Pending::<Count>::default());
    let mut effects = Vec::new();
    a.ask(Count(1), &mut effects);
    b.ask(Count(2), &mut effects);
    let mut answers = answers(effects);
    let (mut of_a, mut nothing) = (answers.remove(0), Vec::new());
    assert_eq!(b.receive(&mut of_a, &mut nothing), None);
    assert!(b.is_asked() && of_a.is_stale());
    assert_eq!(a.receive(&mut of_a, &mut nothing), Some(Ok(1)));
    assert!(!a.is_asked() && !of_a.is_stale());
    assert_eq!(a.receive(&mut of_a, &mut nothing), None);
}

#[test]
fn the_latest_query_wins_and_an_abandoned_one_is_cancelled() {
    let mut pending = Pending::<Count>::default();
    let mut effects = Vec::new();
    pending.ask(Count(1), &mut effects);
    // Answered before it was cancelled, and received after.
    let mut early = run(effects.remove(0)).unwrap();
    pending.ask(Count(2), &mut effects);
    pending.ask(Count(3), &mut effects);
    assert_eq!(pending.receive(&mut early, &mut Vec::new()), None);
    let mut answers = answers(effects);
    assert_eq!(answers.len(), 1, "the second was cancelled");
    let result = pending.receive(&mut answers[0], &mut Vec::new());
    assert_eq!(result, Some(Ok(3)));
    let mut effects = Vec::new();
    pending.ask(Count(4), &mut effects);
    drop(pending);
    assert!(run(effects.remove(0)).is_none());
}

#[test]
fn many_changes_while_an_answer_is_awaited_ask_once_more() {
    let (mut pending, mut effects) = (Pending::<Count>::default(), Vec::new());
    for n in 0..5 {
        pending.ask_after(Count(n), &mut effects);
    }
    assert_eq!(effects.len(), 1);
    let mut answer = run(effects.remove(0)).unwrap();
    assert_eq!(pending.receive(&mut answer, &mut effects), Some(Ok(0)));
    assert_eq!(effects.len(), 1);
    let mut answer = run(effects.remove(0)).unwrap();
    assert_eq!(pending.receive(&mut answer, &mut effects), Some(Ok(4)));
    assert!(!pending.is_asked() && effects.is_empty());
}

#[test]
fn a_panic_of_a_worker_is_the_error_of_its_query() {
    let (mut pending, mut effects) = (Pending::<Count>::default(), Vec::new());
    pending.ask(Count(13), &mut effects);
    let mut answer = run(effects.remove(0)).unwrap();
    let result = pending.receive(&mut answer, &mut effects).unwrap();
    let error = result.unwrap_err();
    let expected = "internal error (please report): unlucky ";
    assert!(
        error.starts_with(expected) && !error.contains('\u{1b}'),
        "{error}"
    );
}
