use super::*;
use crate::app::{
    fixture::{self, keys, press, run, type_in},
    lake_queries::ReadRunList,
};
use crate::etl::lake::{Disposition, ReadOnly};

/// Runs, all read, with the cursor on the first.
fn in_runs() -> State {
    let mut state = fixture::populated((100, 30));
    press(&mut state, &["2"]);
    state
}

fn said(state: &State) -> (Tone, &str) {
    let (tone, text) = state.message.as_ref().unwrap();
    (*tone, text)
}

#[test]
fn a_note_is_saved_on_the_marked_runs_and_the_list_is_read_again() {
    let mut state = in_runs();
    press(&mut state, &["space", "space", "i", "tab", "tab", "tab"]);
    type_in(&mut state, "torn\nat the rim");
    let effects = keys(&mut state, &["ctrl-s"]);
    assert_eq!(state.overlay, None);
    let asked = fixture::asked::<WriteNotes>(&effects);
    let [query] = asked.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(query.runs.runs().len(), 2);
    assert_eq!(query.note.disposition, Some(Disposition::Reject));
    assert_eq!(query.note.text.as_deref(), Some("torn\nat the rim"));
    assert_eq!(query.note.author, "anna");
    // A second one waits for the first.
    keys(&mut state, &["i"]);
    assert_eq!(said(&state).1, "the last note is still being written");
    assert_eq!(state.overlay, None);
    let done = NotesWritten {
        written: 2,
        logs: vec!["cell-10/2022-11-23T2040".into()],
        ..NotesWritten::default()
    };
    let effects = fixture::answer(&mut state, |s| &mut s.queries.note, Ok(done));
    assert_eq!(said(&state), (Tone::Good, "noted reject on 2 runs"));
    assert_eq!(
        fixture::asked::<ReadRunList>(&effects),
        [&ReadRunList(None)]
    );
    assert_eq!(
        (state.runs.table.marked(), &state.unwritten_note),
        (0, &None)
    );
}

#[test]
fn a_note_that_was_not_written_is_kept_and_opened_again() {
    let mut state = in_runs();
    press(&mut state, &["space", "space", "i"]);
    type_in(&mut state, "odd sound");
    keys(&mut state, &["enter"]);
    let second = run(1, "cell-10/b");
    let done = NotesWritten {
        written: 1,
        logs: vec!["cell-10/a".into()],
        left: vec![(second.log_key().to_owned(), second.run)],
        error: Some("the note on run 2 of \"cell-10/b\" was not written: disk full".into()),
    };
    fixture::answer(&mut state, |s| &mut s.queries.note, Ok(done));
    let (tone, text) = said(&state);
    assert_eq!(tone, Tone::Error);
    assert!(
        text.ends_with("was not written: disk full; it is kept: i"),
        "{text}"
    );
    press(&mut state, &["G", "i"]);
    assert!(said(&state).1.starts_with("this note was not written yet"));
    let Some(Overlay::Note(editor)) = &state.overlay else {
        panic!("{:?}", state.overlay)
    };
    assert_eq!(
        editor.runs.runs(),
        [(second.log_key().to_owned(), second.run)]
    );
    assert_eq!(editor.text.lines(), ["odd sound"]);
    // What went wrong as a whole keeps all of its runs.
    keys(&mut state, &["enter"]);
    let busy = Err("the catalog is busy".to_owned());
    fixture::answer(&mut state, |s| &mut s.queries.note, busy);
    assert_eq!(
        said(&state).1,
        "the note was not written: the catalog is busy; it is kept: i"
    );
    press(&mut state, &["i", "esc", "y", "i"]);
    let Some(Overlay::Note(editor)) = &state.overlay else {
        panic!("{:?}", state.overlay)
    };
    assert!(editor.is_blank(), "dropped");
}

#[test]
fn typed_text_is_dropped_only_after_asking() {
    let mut state = in_runs();
    press(&mut state, &["i", "tab", "esc"]);
    assert_eq!(state.overlay, None, "no text, no question");
    for leave in ["esc", "ctrl-c"] {
        press(&mut state, &["i", "x", leave]);
        // The key that asks does not answer, nor does Enter.
        for no in [leave, "enter", "n"] {
            press(&mut state, &[no]);
            let Some(Overlay::Note(editor)) = &state.overlay else {
                panic!("{leave} {no}: {:?}", state.overlay)
            };
            assert!(!editor.asks && editor.text.lines() == ["x"], "{leave} {no}");
            press(&mut state, &[leave]);
        }
        assert_eq!(keys(&mut state, &["y"]), []);
        assert_eq!(state.overlay, None);
    }
    press(&mut state, &["i"]);
    assert_eq!(keys(&mut state, &["ctrl-c"]), [Effect::Quit]);
}

#[test]
fn an_empty_note_says_so_and_a_read_only_lake_names_what_is_in_the_way() {
    let mut state = in_runs();
    press(&mut state, &["i", "enter"]);
    let Some(Overlay::Note(editor)) = &state.overlay else {
        panic!("{:?}", state.overlay)
    };
    let error = editor.error.as_deref().unwrap();
    assert!(error.starts_with("the note is empty"), "{error}");
    press(&mut state, &["esc"]);
    state.set_read_only(&ReadOnly::because("cache is owned by berta"));
    press(&mut state, &["i"]);
    assert_eq!(
        said(&state),
        (Tone::Error, "cannot write a note: cache is owned by berta")
    );
    assert_eq!(state.overlay, None);
}

#[test]
fn every_view_that_shows_a_run_means_it() {
    for way in [
        &["2", "i"][..],
        &["2", "enter", "i"],
        &["2", "enter", "tab", "tab", "tab", "i"],
        &["2", "space", "space", "c", "i"],
        &["3", "j", "enter", "i"],
        &["enter", "i"],
    ] {
        let mut state = fixture::populated((100, 30));
        press(&mut state, way);
        let Some(Overlay::Note(editor)) = &state.overlay else {
            panic!("{way:?}: {:?}", state.message)
        };
        assert!(editor.runs.only().is_some(), "{way:?}");
    }
}
