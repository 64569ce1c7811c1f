//! The one way to change the state. Does no I/O: what is slow becomes an effect.

mod actions;
mod answers;
mod commands;
mod export;
mod mouse;
mod note;
mod overlays;
mod saved_views;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEventKind};

use super::{
    action::Action,
    columns,
    discard::discard_large,
    effect::Effect,
    event::{Event, Message, Signal},
    jobs::Jobs,
    keymap::Context,
    state::{Overlay, State, Tone},
    view::AfterEvent,
};

/// Applies one event; returns what is to be done outside of the state.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let mut effects = Vec::new();
    match event {
        Event::Key(key) => press(state, key, &mut effects),
        Event::Mouse(mouse) => {
            if matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Up(_)) {
                mouse::used(state, mouse, &mut effects);
            } else {
                operate(state, |state| mouse::used(state, mouse, &mut effects));
            }
        }
        Event::Paste(text) => overlays::paste(state, &text),
        Event::Background { light } => state.light = light,
        Event::Resize(width, height) => resize(state, (width, height), &mut effects),
        Event::Worker(Message::Answer(mut answer)) => {
            answers::ingest(state, &mut answer, &mut effects);
            if answer.is_stale() {
                tracing::debug!("stale result dropped: {answer:?}");
                // It may have very many rows.
                discard_large(usize::MAX, answer);
            }
        }
        Event::Worker(Message::Job { at_us, event }) => {
            answers::job(state, at_us, event, &mut effects);
        }
        Event::Worker(Message::DataChanged) => state.ask_refresh(&mut effects),
        Event::Signal(Signal::End) => effects.push(Effect::Quit),
        Event::Signal(Signal::Stop) => effects.push(Effect::Suspend),
        Event::Signal(Signal::Continue) => effects.push(Effect::Redraw),
    }
    finish(state, &mut effects);
    effects
}

/// Does `action` as a key would.
pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    if state.overlay.is_some() {
        overlays::act(state, action, effects);
    } else {
        actions::act(state, action, effects);
    }
}

fn press(state: &mut State, key: KeyEvent, effects: &mut Vec<Effect>) {
    let contexts = state.contexts();
    if let Some(action) = state.keymap.action(&contexts, key) {
        operate(state, |state| act(state, action, effects));
    } else if contexts.contains(&Context::Text)
        && let KeyCode::Char(c) = key.code
        && (key.modifiers - KeyModifiers::SHIFT).is_empty()
    {
        act(state, Action::Type(c), effects);
    }
}

/// Has the operator do something. What the message line said before is over then, unless it was
/// hidden behind a text field; the result of harvests stays until it is read, and without a
/// failure until another view is shown, that of a single log until the next key.
fn operate(state: &mut State, work: impl FnOnce(&mut State)) {
    let is_typing = matches!(state.overlay, Some(Overlay::Prompt(_)));
    let earlier = state.message.take();
    let place = state.place();
    state.jobs.batch.set_single_read();
    if state.view::<Jobs>().is_some() {
        state.jobs.batch.set_read();
    }
    work(state);
    if is_typing {
        state.message = state.message.take().or(earlier);
    }
    if state.place() != place && !state.jobs.batch.has_failed() {
        state.jobs.batch.set_read();
    }
}

fn resize(state: &mut State, size: (u16, u16), effects: &mut Vec<Effect>) {
    state.size = size;
    if let Some(Overlay::Note(editor)) = &mut state.overlay {
        editor.resized();
    }
    state.each_view(|view, _| effects.extend(view.resize(size)));
}

/// What is due after every event: the cursors are kept on the screen, workers are asked for what
/// they are on.
fn finish(state: &mut State, effects: &mut Vec<Effect>) {
    let columns = state.list_columns();
    let lines = state.open_view().list_lines(state.size);
    if let Some(list) = state.open_view_mut().list_mut() {
        list.keep_cursor_visible(lines);
        list.put_column(columns::nearest(&columns, list.column()));
    }
    let choices = std::mem::take(&mut state.choices);
    let size = state.size;
    state.each_view(|view, is_open| {
        let event = AfterEvent {
            size,
            choices: &choices,
            is_open,
        };
        view.after_event(event, effects);
    });
    state.choices = choices;
    state.remember(effects);
    if let Some(text) = state.open_view_mut().take_message() {
        state.message = Some((Tone::Plain, text));
    }
    if let Some((_, text)) = &state.message
        && state.open_view().error() == Some(text)
    {
        // It stands in the view.
        state.message = None;
    }
    if let Some(Overlay::Help(help)) = &state.overlay {
        let scroll = help.scroll.min(help.last_scroll(state));
        if let Some(Overlay::Help(help)) = &mut state.overlay {
            help.scroll = scroll;
        }
    }
}

#[cfg(test)]
mod filter_tests;
#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod tests;
