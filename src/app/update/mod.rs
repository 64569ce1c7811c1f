//! The one way to change the state. Does no I/O: what is slow becomes an effect.

mod actions;
mod answers;
mod commands;
mod export;
mod mouse;
mod overlays;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    action::Action,
    discard::discard_large,
    effect::Effect,
    event::{Event, Message, Signal},
    keymap::Context,
    lake_queries::ReadLog,
    layout,
    state::{Overlay, Screen, State, Tone},
    table::Row,
};

/// Takes in one event; what is to be done outside of the state.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let mut effects = Vec::new();
    match event {
        Event::Key(key) => press(state, key, &mut effects),
        Event::Mouse(mouse) => mouse::used(state, mouse, &mut effects),
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
        act(state, action, effects);
    } else if contexts.contains(&Context::Text)
        && let KeyCode::Char(c) = key.code
        && (key.modifiers - KeyModifiers::SHIFT).is_empty()
    {
        act(state, Action::Type(c), effects);
    }
}

fn resize(state: &mut State, size: (u16, u16), effects: &mut Vec<Effect>) {
    state.size = size;
    let views = state.stack_mut().iter_mut().filter_map(Screen::own_view);
    for view in views {
        effects.extend(view.resize(size));
    }
}

/// What is due after every event: the cursor is kept on the screen, workers are asked for what
/// it is on.
fn finish(state: &mut State, effects: &mut Vec<Effect>) {
    let lines = state.open_view().list_lines(state.size);
    if let Some(list) = state.open_view_mut().list_mut() {
        list.keep_cursor_visible(lines);
    }
    ask_arrangements(state, effects);
    let choices = std::mem::take(&mut state.choices);
    state.open_view_mut().choose_columns(&choices);
    state.choices = choices;
    if let Some(text) = state.open_view_mut().take_message() {
        state.message = Some((Tone::Plain, text));
    }
    if matches!(state.screen(), Screen::Logs) && state.shows_panel() {
        ask_detail(state, effects);
    }
    if let Some(Overlay::Help(scroll)) = state.overlay {
        let lines = super::help::of(state).len();
        let last = lines.saturating_sub(usize::from(layout::body(state.size).height));
        state.overlay = Some(Overlay::Help(scroll.min(last)));
    }
}

/// Has a worker filter and sort what would keep a key waiting.
fn ask_arrangements(state: &mut State, effects: &mut Vec<Effect>) {
    state.logs.queries.ask(&mut state.logs.table, effects);
    state.runs.queries.ask(&mut state.runs.table, effects);
    if let Some(open) = state.log_runs_mut() {
        open.queries.ask(&mut open.table, effects);
    }
}

fn ask_detail(state: &mut State, effects: &mut Vec<Effect>) {
    let key = state.logs.table.current().map(|row| row.key().into_owned());
    if key == state.logs.detail_of {
        return;
    }
    state.logs.panel_scroll = 0;
    match &key {
        Some(key) => state.queries.log.ask(ReadLog(key.clone()), effects),
        None => state.logs.detail = None,
    }
    state.logs.detail_of = key;
}

#[cfg(test)]
mod tests;
