//! Actions of the views.

use std::collections::HashSet;

use crate::app::{
    OPENED_VIEWS, TOP_VIEWS,
    action::Action,
    effect::Effect,
    help::HelpScreen,
    jobs::ToHarvest,
    prompt::Line,
    state::{Overlay, State, Tone},
    tmux::CopyToTmux,
    view::{ActionContext, Occasion},
};
use crate::etl::format::count;

pub(super) fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::NextView => state.show(state.top_view() + 1, effects),
        Action::PreviousView => state.show(state.top_view() + TOP_VIEWS.len() - 1, effects),
        Action::Quit => quit(state, effects),
        Action::Back => {
            if !close(state) {
                quit(state, effects);
            }
        }
        Action::Escape => {
            if let Some(asked) = state.open_view_mut().clear_filter() {
                effects.extend(asked);
                return;
            }
            if !close(state) {
                state.jobs.batch.set_read();
            }
        }
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Redraw => effects.push(Effect::Redraw),
        Action::Help => state.overlay = Some(Overlay::Help(HelpScreen::default())),
        Action::Palette => {
            state.saved_views.ask_names(effects);
            state.overlay = Some(Overlay::Palette(Line::default(), 0));
        }
        Action::Command => match super::commands::command(state) {
            Some(command) => state.overlay = Some(Overlay::Command(command)),
            None => {
                let message = "no harvest was done: there is no command for it".into();
                state.message = Some((Tone::Plain, message));
            }
        },
        Action::Copy => copy(state, effects),
        Action::Export => super::export::begin(state, effects),
        Action::Refresh => {
            state.ask_refresh(effects);
            state.refresh_views(Occasion::Look, effects);
            state.is_looking = true;
        }
        Action::FirstFailed => first_failed(state, effects),
        Action::Harvest => harvest(state, effects),
        Action::Note => super::note::begin(state),
        Action::CancelJob => cancel(state, effects),
        Action::CancelAllJobs if !state.jobs.is_busy() => {
            state.message = Some((Tone::Plain, "no harvest runs".into()));
        }
        Action::CancelAllJobs => state.overlay = Some(Overlay::CancelAll),
        Action::Columns => {
            if let Some(chooser) = state.open_view().chooser(&state.choices) {
                state.overlay = Some(Overlay::Columns(chooser));
            }
        }
        _ => match TOP_VIEWS.iter().position(|top| top.action == action) {
            Some(at) => state.show(at, effects),
            None => in_view(state, action, effects),
        },
    }
}

/// Opens the view that a key opens from everywhere, or has the open view handle the action.
fn in_view(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let mut context = ActionContext {
        size: state.size,
        marker: state.marker,
        channels: state.memorizer.base.channels.clone(),
        lines: state.open_view().list_lines(state.size),
        columns: state.list_columns(),
        effects,
        message: None,
        overlay: None,
        open: None,
    };
    match OPENED_VIEWS.iter().find(|view| view.action == action) {
        Some(view) => (view.open)(&mut context),
        None => state.open_view_mut().act(action, &mut context),
    }
    let ActionContext {
        message,
        overlay,
        open,
        ..
    } = context;
    if action == Action::Marker
        && let Some(marker) = state.open_view().marker()
    {
        state.remember_marker(marker);
    }
    state.message = message.or(state.message.take());
    state.overlay = overlay.or(state.overlay.take());
    if let Some(view) = open {
        state.open(view);
    }
}

/// Closes the innermost thing that is open; false at the top.
fn close(state: &mut State) -> bool {
    state.open_view_mut().step_back() || state.close()
}

/// Shows the first log that failed in the last harvest, else the first that is `failed`, with the
/// panel that says why.
fn first_failed(state: &mut State, effects: &mut Vec<Effect>) {
    let harvested = state.jobs.batch.first_to_look_at().map(str::to_owned);
    let Some(key) = harvested.or_else(|| state.logs.first_failed.clone()) else {
        state.message = Some((Tone::Plain, "no log has failed".into()));
        return;
    };
    state.jobs.batch.set_read();
    state.show_logs(effects);
    match state.logs.show_log(&key, state.size) {
        Some(true) => {
            let text = format!("the filter was cleared: it hid {key}");
            state.message = Some((Tone::Plain, text));
        }
        Some(false) => {}
        None => {
            let text = format!("{key} is no longer listed");
            state.message = Some((Tone::Error, text));
        }
    }
}

/// Quits, after asking while harvests run.
pub(super) fn quit(state: &mut State, effects: &mut Vec<Effect>) {
    if state.jobs.is_busy() {
        state.overlay = Some(Overlay::Quit);
    } else {
        effects.push(Effect::Quit);
    }
}

fn harvest(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(read_only) = &state.read_only {
        state.message = Some((Tone::Error, read_only.refuse("harvest").to_string()));
        return;
    }
    let Some((logs, marked)) = state.open_view().to_harvest() else {
        return;
    };
    let (logs, message) = match logs {
        ToHarvest::Keys(keys) => {
            // The runs of a list may be those of a few logs, in any order.
            let mut seen = HashSet::new();
            let mut keys = keys;
            keys.retain(|key| seen.insert(key.clone()) && state.jobs.of_log(key).is_none());
            if let [key] = keys.as_slice()
                && state.logs.is_gone(key)
            {
                let text = format!("{key} is gone: its results cannot be made again");
                state.message = Some((Tone::Plain, text));
                return;
            }
            keys.retain(|key| !state.logs.is_gone(key));
            let message = match keys.as_slice() {
                [] => {
                    state.message = Some((Tone::Plain, "nothing to harvest here".into()));
                    return;
                }
                [key] => format!("harvesting {key}"),
                keys => format!("harvesting {}", count(keys.len() as u64, "log")),
            };
            (ToHarvest::Keys(keys), message)
        }
        // How many of them wait already the pool says, and how many logs the runs have.
        logs @ ToHarvest::Logs(_) => {
            let message = format!("harvesting {}", count(marked as u64, "log"));
            (logs, message)
        }
        logs => {
            let runs = count(marked as u64, "run");
            (logs, format!("harvesting the logs of {runs}"))
        }
    };
    state.message = Some((Tone::Plain, message));
    // Marks stay that were not meant, as those beside a panel that has the keys.
    if marked > 0
        && let Some(list) = state.open_view_mut().list_mut()
    {
        list.clear_marks();
    }
    effects.push(Effect::Harvest(logs));
}

fn cancel(state: &mut State, effects: &mut Vec<Effect>) {
    state.message = Some(match state.job_to_cancel() {
        Some((id, key)) => {
            state.jobs.stopping(id);
            effects.push(Effect::CancelJob(id));
            (Tone::Plain, format!("cancelling {key}"))
        }
        None => (
            Tone::Plain,
            "nothing is being harvested here: nothing to cancel".into(),
        ),
    });
}

fn copy(state: &mut State, effects: &mut Vec<Effect>) {
    let view = state.open_view();
    if let Some(text) = view.copy() {
        let name = view.copy_name().unwrap_or(&text).to_owned();
        send_to_clipboard(state, text, name, effects);
    }
}

/// Hands a text, which the message calls `name`, to tmux, or else to the terminal: whether that
/// takes it nobody can know.
pub(super) fn send_to_clipboard(
    state: &mut State,
    text: String,
    name: String,
    effects: &mut Vec<Effect>,
) {
    if state.is_in_tmux {
        state.queries.copy.ask(CopyToTmux { text, name }, effects);
    } else {
        let message = format!("sent to the terminal's clipboard: {name}");
        state.message = Some((Tone::Plain, message));
        effects.push(Effect::Copy(text));
    }
}
