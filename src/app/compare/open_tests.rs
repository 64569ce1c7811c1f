//! From marked runs to a comparison of them.

use crate::app::{
    compare::CompareScreen,
    fixture::{answer, keys as press, populated, run},
    runs::Runs,
    state::State,
};

#[test]
fn two_to_six_marked_runs_are_opened_and_other_numbers_are_refused() {
    let mut state = populated((80, 24));
    press(&mut state, &["2"]);
    let runs = (0..8).map(|n| run(n, "cell-10/2022-11-23T2040")).collect();
    answer(&mut state, |s| &mut s.runs.read, Ok(runs));
    let said = |state: &State| state.message.as_ref().unwrap().1.clone();
    for (marks, message) in [("", "none is"), ("s", "1 is"), ("sssssss", "7 are")] {
        press(&mut state, &["ctrl-a", "ctrl-a", "g"]);
        if state.runs.table.marked() > 0 {
            press(&mut state, &["ctrl-a"]);
        }
        for _ in marks.chars() {
            press(&mut state, &["space"]);
        }
        press(&mut state, &["c"]);
        let expected = format!("mark 2 to 6 runs to compare them: {message} marked");
        assert_eq!(said(&state), expected);
        assert!(state.view::<Runs>().is_some());
    }
    press(&mut state, &["k", "space", "c"]);
    let compared = state.view::<CompareScreen>().expect("a comparison is open");
    assert_eq!(compared.runs.len(), 6);
    press(&mut state, &["!"]);
    assert!(
        matches!(&state.overlay, Some(crate::app::state::Overlay::Command(text))
        if text.contains(" compare cell-10/2022-11-23T2040:"))
    );
    // Back, with the marks as they were.
    press(&mut state, &["esc", "esc"]);
    assert!(state.view::<Runs>().is_some());
    assert_eq!(state.runs.table.marked(), 6);
}

#[test]
fn the_run_that_was_marked_first_is_the_first() {
    let mut state = populated((80, 24));
    press(&mut state, &["2"]);
    let runs = (0..4).map(|n| run(n, "cell-10/2022-11-23T2040")).collect();
    answer(&mut state, |s| &mut s.runs.read, Ok(runs));
    let ids: Vec<_> = (0..state.runs.table.len())
        .map(|at| state.runs.table.get(at).unwrap().run)
        .collect();
    // The third, then the first; the second is marked and unmarked between them.
    press(
        &mut state,
        &[
            "g", "j", "j", "space", "g", "j", "space", "g", "j", "space", "g", "space", "c",
        ],
    );
    let compared = state.view::<CompareScreen>().expect("a comparison is open");
    let order: Vec<_> = compared.runs.iter().map(|r| r.run).collect();
    assert_eq!(order, [ids[2], ids[0]]);
}

#[test]
fn without_an_earlier_run_the_view_closes_and_says_so() {
    let mut state = populated((80, 24));
    press(&mut state, &["2"]);
    let runs = (0..4).map(|n| run(n, "cell-10/2022-11-23T2040")).collect();
    answer(&mut state, |s| &mut s.runs.read, Ok(runs));
    for result in [Ok(None), Err("the catalog is busy".to_owned())] {
        press(&mut state, &["P"]);
        let said = match &result {
            Ok(_) => "no earlier run of this machine",
            Err(sentence) => sentence,
        }
        .to_owned();
        answer(
            &mut state,
            |s| {
                let screen: &mut CompareScreen = s.view_mut().expect("a comparison is open");
                &mut screen.previous
            },
            result,
        );
        assert!(state.view::<Runs>().is_some());
        assert!(state.message.as_ref().unwrap().1.contains(&said));
    }
}
