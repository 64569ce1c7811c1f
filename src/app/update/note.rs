//! Notes on runs: the editor is opened, a note is saved, and the result is shown.

use crate::app::{
    action::Action,
    effect::Effect,
    note::{NoteEditor, NotedRun, NotedRuns, NotesWritten, WriteNotes},
    state::{Overlay, State, Tone},
    view::Occasion,
};
use crate::etl::format::count;

/// Opens the editor on the runs that the view means; a note that could not be written is
/// opened again first.
pub(super) fn begin(state: &mut State) {
    if let Some(read_only) = &state.read_only {
        let refused = read_only.refuse("write a note");
        state.message = Some((Tone::Error, refused.to_string()));
    } else if state.queries.note.is_asked() {
        let message = "the last note is still being written".into();
        state.message = Some((Tone::Plain, message));
    } else if let Some(unwritten) = state.unwritten_note.take() {
        let message = "this note was not written yet: save it or drop it".into();
        state.message = Some((Tone::Plain, message));
        state.overlay = Some(Overlay::Note(unwritten));
    } else if let Some(runs) = state.open_view().to_note() {
        state.overlay = Some(Overlay::Note(Box::new(NoteEditor::new(runs))));
    } else {
        let message = "there is no run here to write a note on".into();
        state.message = Some((Tone::Plain, message));
    }
}

/// Handles an action while the editor is open.
pub(super) fn act(
    state: &mut State,
    mut editor: Box<NoteEditor>,
    action: Action,
    effects: &mut Vec<Effect>,
) {
    match action {
        Action::Yes if editor.asks => return,
        Action::No => editor.asks = false,
        Action::Quit if editor.is_blank() => return super::actions::quit(state, effects),
        Action::Escape if editor.is_blank() => return,
        // What was typed is never lost without asking.
        Action::Escape | Action::Quit => editor.asks = true,
        Action::Accept => return save(state, editor, effects),
        _ => editor.edit(action),
    }
    state.overlay = Some(Overlay::Note(editor));
}

fn save(state: &mut State, mut editor: Box<NoteEditor>, effects: &mut Vec<Effect>) {
    match editor.note(&state.author).checked() {
        Err(error) => {
            editor.error = Some(error.to_string());
            state.overlay = Some(Overlay::Note(editor));
        }
        Ok(note) => {
            state.message = Some((Tone::Plain, "writing the note …".into()));
            let runs = editor.runs.clone();
            state.queries.note.ask(WriteNotes { runs, note }, effects);
            // Kept until it is known to be in the lake.
            state.unwritten_note = Some(editor);
            if let Some(list) = state.open_view_mut().list_mut() {
                list.clear_marks();
            }
        }
    }
}

/// A note was written, or not.
pub(super) fn written(
    state: &mut State,
    result: Result<NotesWritten, String>,
    effects: &mut Vec<Effect>,
) {
    let editor = state.unwritten_note.take();
    let done = result.unwrap_or_else(|sentence| NotesWritten {
        error: Some(format!("the note was not written: {sentence}")),
        ..NotesWritten::default()
    });
    state.message = Some(match &done.error {
        None => {
            let disposition = editor.as_ref().and_then(|editor| editor.disposition);
            let said = disposition.map_or_else(String::new, |d| format!(" {}", d.word()));
            let runs = editor.as_ref().map(|editor| editor.runs.name());
            let runs = runs.unwrap_or_else(|| count(done.written as u64, "run"));
            (Tone::Good, format!("noted{said} on {runs}"))
        }
        Some(sentence) => {
            let others = match done.left.len() {
                0 | 1 => String::new(),
                n => format!(", nor that on {}", count(n as u64 - 1, "other run")),
            };
            (
                Tone::Error,
                format!("{sentence}{others}; it is kept: {}", key(state)),
            )
        }
    });
    if let (Some(mut editor), true) = (editor, done.error.is_some()) {
        if !done.left.is_empty() {
            editor.runs = NotedRuns::Few(done.left.into_iter().map(unnoted).collect());
        }
        state.unwritten_note = Some(editor);
    }
    if !done.logs.is_empty() {
        state.refresh_views(Occasion::Noted(&done.logs), effects);
    }
}

fn unnoted((log_key, run): (String, crate::etl::run_id::RunId)) -> NotedRun {
    NotedRun {
        log_key,
        run,
        disposition: None,
    }
}

/// The key that opens the editor.
fn key(state: &State) -> String {
    let key = state
        .keymap
        .key_for(&state.screen_contexts(), Action::Note)
        .or_else(|| {
            state
                .keymap
                .key_for(&[crate::app::keymap::Context::Runs], Action::Note)
        });
    key.unwrap_or_else(|| Action::Note.name().into())
}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
