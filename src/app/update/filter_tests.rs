//! Text fields: what Escape clears, completion, and what was typed earlier.

use crate::app::{
    State,
    fixture::{in_run, populated, press, type_in},
    runs::Runs,
    state::{Overlay, Prompt},
};

fn prompt(state: &State) -> &Prompt {
    match &state.overlay {
        Some(Overlay::Prompt(prompt)) => prompt,
        other => panic!("{other:?}"),
    }
}

fn text(state: &State) -> &str {
    prompt(state).line.text()
}

fn filtered(state: &mut State, text: &str) {
    press(state, &["f", "ctrl-u"]);
    type_in(state, text);
    press(state, &["enter"]);
}

#[test]
fn escape_clears_range_filter_and_search_before_it_goes_back() {
    let mut state = populated((120, 40));
    press(&mut state, &["enter"]);
    filtered(&mut state, "runtime>1");
    press(&mut state, &["/", "1", "enter", "v"]);
    let table = |state: &State| {
        let table = &state.view::<Runs>()?.table;
        let range = table.anchor.is_some();
        Some((range, table.filter().to_owned(), table.search().to_owned()))
    };
    let (filter, search) = ("runtime>1".to_owned(), "1".to_owned());
    let none = String::new;
    assert_eq!(table(&state), Some((true, filter.clone(), search.clone())));
    press(&mut state, &["esc"]);
    assert_eq!(table(&state), Some((false, filter, search.clone())));
    press(&mut state, &["esc"]);
    assert_eq!(table(&state), Some((false, none(), search)));
    press(&mut state, &["esc"]);
    assert_eq!(table(&state), Some((false, none(), none())));
    press(&mut state, &["esc"]);
    assert_eq!(table(&state), None, "back at the logs");
    // The panel is left before the filter of the list is cleared.
    filtered(&mut state, "state:failed");
    press(&mut state, &["tab", "esc"]);
    assert!(!state.logs.panel.has_keys && !state.logs.table.filter().is_empty());
    press(&mut state, &["esc"]);
    assert_eq!(state.logs.table.filter(), "");
}

#[test]
fn tab_completes_fields_and_words_and_the_list_follows() {
    let mut state = populated((120, 40));
    press(&mut state, &["f", "s", "t", "a", "tab"]);
    let offered = |state: &State| prompt(state).offered.clone().map(|o| (o.words, o.at));
    let words = ["state:", "start"].map(str::to_owned).to_vec();
    assert_eq!(
        (text(&state), offered(&state)),
        ("sta", Some((words.clone(), None)))
    );
    press(&mut state, &["tab"]);
    assert_eq!(
        (text(&state), offered(&state)),
        ("state:", Some((words, Some(0))))
    );
    press(&mut state, &["tab", "shift-tab", "f", "tab"]);
    assert_eq!((text(&state), offered(&state)), ("state:failed", None));
    assert_eq!(state.logs.table.len(), 1, "it is applied");
    press(&mut state, &["x", "tab"]);
    assert_eq!(text(&state), "state:failedx", "nothing begins so");
    let error = prompt(&state).error.as_ref().unwrap();
    assert!(error.sentence.contains("did you mean failed?"), "{error}");
    // Samples know the columns of the table.
    let mut state = in_run((120, 40));
    press(&mut state, &["tab", "tab", "f", "f", "z", "tab"]);
    assert_eq!(text(&state), "fz_1");
}

#[test]
fn the_arrow_keys_recall_what_was_applied() {
    let mut state = populated((120, 40));
    for text in ["state:failed", "cell:05"] {
        filtered(&mut state, text);
    }
    press(&mut state, &["f"]);
    assert_eq!(text(&state), "cell:05", "the present filter is edited");
    press(&mut state, &["up"]);
    assert_eq!(text(&state), "state:failed");
    assert_eq!(state.logs.table.len(), 1, "it is applied while it is shown");
    press(&mut state, &["up", "down"]);
    assert_eq!(text(&state), "cell:05");
    press(&mut state, &["esc", "/"]);
    press(&mut state, &["up"]);
    assert_eq!(text(&state), "", "a search is no filter");
}

#[test]
fn a_wrong_filter_says_so_while_it_is_typed_and_keeps_the_text() {
    let mut state = populated((120, 40));
    let all = state.logs.table.len();
    for (typed, said) in [
        ("rows in (1)", "`in` at character 6 is not an operator"),
        ("rows!5", "did you mean !=?"),
        ("state:bogus", "is not a state"),
    ] {
        press(&mut state, &["f", "ctrl-u"]);
        type_in(&mut state, typed);
        let error = prompt(&state).error.as_ref().unwrap();
        assert!(error.sentence.contains(said), "{error}");
        press(&mut state, &["enter"]);
        assert_eq!(text(&state), typed);
        press(&mut state, &["esc"]);
        assert_eq!(state.logs.table.len(), all);
    }
}

#[test]
fn a_field_that_is_half_typed_keeps_the_list_and_free_words_filter_at_once() {
    let mut state = populated((120, 40));
    let all = state.logs.table.len();
    press(&mut state, &["f"]);
    for c in "verd".chars() {
        type_in(&mut state, &c.to_string());
        assert!(!state.logs.table.is_empty(), "{}", text(&state));
    }
    let some = state.logs.table.len();
    assert!(some < all, "those that have a v");
    assert!(prompt(&state).waits && prompt(&state).error.is_none());
    // What begins no word of a filter is what it is.
    type_in(&mut state, "y");
    assert_eq!((state.logs.table.len(), prompt(&state).waits), (0, false));
    // A word that finds something filters, whatever it may become.
    press(&mut state, &["ctrl-u"]);
    type_in(&mut state, "cell");
    assert!(!state.logs.table.is_empty() && !prompt(&state).waits);
    let before = state.logs.table.len();
    // Nor does the next term or what joins it empty the list.
    press(&mut state, &["-", "0", "1", "space", "a", "n"]);
    let some = state.logs.table.len();
    assert!(some > 0 && some < before && prompt(&state).waits, "{some}");
    type_in(&mut state, "d state:missing");
    assert_eq!(state.logs.table.len(), 1);
    // Accepted, a word is taken as it stands.
    press(&mut state, &["ctrl-u"]);
    type_in(&mut state, "verd");
    press(&mut state, &["enter"]);
    assert_eq!(
        (state.logs.table.len(), state.logs.table.filter()),
        (0, "verd")
    );
}
