//! Actions of help, palette, text fields and questions.

use crate::app::{
    action::Action,
    choice::Chooser,
    effect::Effect,
    find::FindView,
    help,
    history::Recall,
    lake_queries::SaveColumns,
    layout,
    list::{self, not_in_list},
    prompt::{Line, Offered, Purpose},
    saved_view::command,
    scroll::Scroll,
    state::{Overlay, Prompt, State, Tone},
};
use crate::etl::parse_error::ParseError;

pub(super) fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Suspend => return effects.push(Effect::Suspend),
        Action::Redraw => return effects.push(Effect::Redraw),
        Action::Quit if !matches!(state.overlay, Some(Overlay::Note(_))) => {
            cancel_prompt(state);
            state.overlay = None;
            return super::actions::quit(state, effects);
        }
        _ => {}
    }
    match state.overlay.take() {
        Some(Overlay::Help(help)) => {
            state.overlay = help.act(state, action).map(Overlay::Help);
        }
        Some(Overlay::Palette(line, cursor)) if command(line.text()).is_some() => {
            super::saved_views::in_palette(state, line, cursor, action, effects);
        }
        Some(Overlay::Palette(mut line, cursor)) => {
            let found = help::palette(&state.keymap, &state.screen_contexts(), line.text());
            match action {
                Action::Escape => {}
                Action::Accept => {
                    if let Some(binding) = found.get(cursor) {
                        super::actions::act(state, binding.action, effects);
                    }
                }
                Action::Up | Action::Down => {
                    let cursor = Scroll::new(found.len(), 1).moved(cursor, action);
                    state.overlay = Some(Overlay::Palette(line, cursor));
                }
                _ => {
                    line.edit(action);
                    state.overlay = Some(Overlay::Palette(line, 0));
                }
            }
        }
        Some(Overlay::Prompt(prompt)) => typed(state, prompt, action, effects),
        Some(Overlay::Note(editor)) => super::note::act(state, editor, action, effects),
        Some(Overlay::Quit) if action == Action::Yes => {
            effects.push(Effect::CancelAllJobs);
            effects.push(Effect::Quit);
        }
        Some(Overlay::CancelAll) if action == Action::Yes => {
            state.jobs.all_stopping();
            state.message = Some((Tone::Plain, "cancelling all harvests".into()));
            effects.push(Effect::CancelAllJobs);
        }
        Some(Overlay::Export) => super::export::chosen(state, action, effects),
        Some(Overlay::Columns(mut chooser)) if action != Action::Escape => {
            if action == Action::Accept {
                apply_columns(state, &chooser, effects);
            } else {
                chooser.act(action, usize::from(layout::body(state.size).height));
                state.overlay = Some(Overlay::Columns(chooser));
            }
        }
        Some(Overlay::Command(text)) if action == Action::Copy => {
            super::actions::send_to_clipboard(state, text, "the command".into(), effects);
        }
        _ => {}
    }
}

fn apply_columns(state: &mut State, chooser: &Chooser, effects: &mut Vec<Effect>) {
    state.choices.set(chooser.view, chooser.choice());
    if let Some(file) = state.choices_file.clone() {
        let content = state.choices.to_toml();
        let query = SaveColumns { file, content };
        state.queries.columns.ask(query, effects);
    }
    // The cursor of columns stays on one that is shown.
    let shown = state.list_columns();
    if let (Some(first), Some(list)) = (shown.first(), state.open_view_mut().list_mut())
        && !shown.contains(&list.column())
    {
        list.put_column(*first);
    }
}

/// Text from the terminal's clipboard goes where text is typed.
pub(super) fn paste(state: &mut State, text: &str) {
    match &mut state.overlay {
        Some(Overlay::Palette(line, cursor)) => {
            line.paste(text);
            *cursor = 0;
        }
        Some(Overlay::Help(help)) if help.typing => help.search.paste(text),
        Some(Overlay::Prompt(prompt)) => {
            prompt.line.paste(text);
            (prompt.offered, prompt.recall) = (None, Recall::default());
            let prompt = prompt.clone();
            preview(state, prompt);
        }
        Some(Overlay::Note(editor)) if !editor.asks => editor.paste(text),
        _ => {}
    }
}

fn typed(state: &mut State, mut prompt: Prompt, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Escape => {
            state.overlay = Some(Overlay::Prompt(prompt));
            cancel_prompt(state);
            state.overlay = None;
        }
        Action::Accept => accept(state, prompt, effects),
        Action::Complete | Action::CompleteBack => {
            complete(state, &mut prompt, action == Action::CompleteBack);
            preview(state, prompt);
        }
        Action::Up | Action::Down => {
            let texts = state.history.texts(prompt.purpose);
            let back = action == Action::Up;
            if let Some(text) = prompt.recall.step(texts, prompt.line.text(), back) {
                prompt.line = Line::new(&text);
                prompt.offered = None;
            }
            preview(state, prompt);
        }
        _ => {
            if prompt.line.edit(action) {
                (prompt.offered, prompt.recall) = (None, Recall::default());
                preview(state, prompt);
            } else {
                state.overlay = Some(Overlay::Prompt(prompt));
            }
        }
    }
}

/// Completes the word before the cursor, or offers the next word.
fn complete(state: &State, prompt: &mut Prompt, back: bool) {
    if let Some(offered) = &mut prompt.offered {
        return offered.step(back, &mut prompt.line);
    }
    let before = prompt.line.halves().0;
    let completion = state.open_view().completion(prompt.purpose, before);
    prompt.offered = Offered::begin(completion, &mut prompt.line);
}

/// Searches and filters while one types.
fn preview(state: &mut State, mut prompt: Prompt) {
    let (text, before) = (prompt.line.text(), prompt.line.halves().0);
    let list = state.open_view_mut().list_mut();
    // A position in a run is parsed only when it is complete.
    let result = list.map_or(Ok(false), |list| match prompt.purpose {
        Purpose::Search => missing(text, list.search(text, prompt.cursor)).map_or(Ok(false), Err),
        Purpose::Filter => list::filter_typed(list, text, before),
        Purpose::GoTo | Purpose::Find => Ok(false),
    });
    (prompt.waits, prompt.error) = match result {
        Ok(waits) => (waits, None),
        Err(error) => (false, Some(error)),
    };
    state.overlay = Some(Overlay::Prompt(prompt));
}

fn missing(text: &str, found: bool) -> Option<ParseError> {
    (!found).then(|| not_in_list(text).into())
}

/// The text field stays open, with its cursor at what is wrong.
fn refuse(state: &mut State, mut prompt: Prompt, mistake: ParseError) {
    if let Some(at) = mistake.at {
        prompt.line.put(at);
    }
    prompt.error = Some(mistake);
    state.overlay = Some(Overlay::Prompt(prompt));
}

fn accept(state: &mut State, prompt: Prompt, effects: &mut Vec<Effect>) {
    let (purpose, text) = (prompt.purpose, prompt.line.text().to_owned());
    let view = state.open_view_mut();
    if let Some(result) = view.submit(purpose, &text) {
        match result {
            Ok(asked) => {
                state.history.add(purpose, &text);
                effects.extend(asked);
            }
            Err(error) => refuse(state, prompt, error),
        }
        return;
    }
    // A search was applied while it was typed, and a filter unless more was to come; one that
    // makes no sense stays open.
    if prompt.purpose == Purpose::Filter
        && let Some(list) = view.list_mut()
        && let Err(mistake) = list.filter(&text)
    {
        return refuse(state, prompt, mistake);
    }
    state.history.add(purpose, &text);
}

/// Back to the filter and the cursor from before the text field was opened.
fn cancel_prompt(state: &mut State) {
    let Some(Overlay::Prompt(prompt)) = state.overlay.take() else {
        return;
    };
    // Other text changes nothing before it is accepted.
    if matches!(prompt.purpose, Purpose::Search | Purpose::Filter)
        && let Some(list) = state.open_view_mut().list_mut()
    {
        list.restore(&prompt);
    }
    // A search for stretches that was never begun has nothing to show.
    if prompt.purpose == Purpose::Find && state.view::<FindView>().is_some_and(FindView::is_new) {
        state.close();
    }
}
