//! What workers found, and how harvests go on.

use crate::{
    app::{
        effect::Effect,
        prompt::Purpose,
        query::Answer,
        state::{Overlay, State, Tone},
        view::{AnswerContext, Occasion},
    },
    etl::{catalog::Refresh, format::count, pool::JobEvent},
};

/// Gives an answer to the view that waits for it; one that no view waits for stays as it is.
pub(super) fn ingest(state: &mut State, answer: &mut Answer, effects: &mut Vec<Effect>) {
    let queries = &mut state.queries;
    if let Some(result) = queries.refresh.receive(answer, effects) {
        refreshed(state, result, effects);
    } else if let Some(result) = queries.columns.receive(answer, effects) {
        if let Err(error) = result {
            state.message = Some((Tone::Error, error));
        }
    } else if let Some(result) = state.memorizer.saving.receive(answer, effects) {
        if let Err(error) = result {
            // It would be said after every key.
            state.memorizer.file = None;
            state.message = Some((Tone::Error, error));
        }
    } else if let Some(result) = queries.copy.receive(answer, effects) {
        state.message = Some(match result {
            Ok(copied) => {
                let to = match copied.to_terminal {
                    true => "tmux, and sent to the terminal",
                    false => "tmux's buffer",
                };
                (Tone::Plain, format!("copied to {to}: {}", copied.name))
            }
            Err(sentence) => (Tone::Error, sentence),
        });
    } else if let Some(result) = queries.export.receive(answer, effects) {
        super::export::written(state, result);
    } else if let Some(result) = queries.note.receive(answer, effects) {
        super::note::written(state, result, effects);
    } else if !super::saved_views::ingest(state, answer, effects) {
        offer(state, answer, effects);
    }
}

/// Gives an answer to the view that waits for it, open or not.
fn offer(state: &mut State, answer: &mut Answer, effects: &mut Vec<Effect>) {
    let mut context = AnswerContext {
        effects,
        message: None,
        not_found: None,
        machines: None,
        closes: false,
    };
    state.each_view(|view, is_open| {
        if answer.is_stale() {
            view.answer(answer, &mut context);
            // What a view says is of no use over another, unless something failed.
            context
                .message
                .take_if(|(tone, _)| !is_open && *tone != Tone::Error);
            context.closes &= is_open;
        }
    });
    let AnswerContext {
        message,
        not_found,
        machines,
        closes,
        ..
    } = context;
    if closes {
        state.close();
    }
    if let Some(machines) = machines {
        state.each_view(|view, _| view.update_machines(&machines));
        state.machines.take(machines);
    }
    state.message = message.or(state.message.take());
    if let Some(sentence) = not_found {
        say_not_found(state, sentence);
    }
}

/// Says where one looks that a search found nothing.
fn say_not_found(state: &mut State, sentence: String) {
    match &mut state.overlay {
        Some(Overlay::Prompt(prompt)) if prompt.purpose == Purpose::Search => {
            prompt.error = Some(sentence.into());
        }
        _ => state.message = Some((Tone::Error, sentence)),
    }
}

fn refreshed(state: &mut State, result: Result<Refresh, String>, effects: &mut Vec<Effect>) {
    match result {
        Ok(refresh) => {
            state.logs.error = None;
            effects.push(Effect::RescanAfter(refresh.next_change));
            looked(state, &refresh);
            if !refresh.changed_keys.is_empty() || !state.logs.loaded {
                state.refresh_views(Occasion::LogsChanged, effects);
            }
        }
        Err(error) => {
            state.is_looking = false;
            let message = state.logs.fail(error);
            state.message = message.or(state.message.take());
        }
    }
}

/// Says what a look at the data directory found: its first note, once, else, if the operator
/// asked for the look, how many logs differ.
fn looked(state: &mut State, refresh: &Refresh) {
    let is_requested = std::mem::take(&mut state.is_looking);
    let note = refresh.problems.iter().chain(&refresh.notes).next();
    let is_new = note != state.noted.as_ref();
    state.noted = note.cloned();
    let text = match (note, refresh.changed_keys.len()) {
        (Some(note), _) if is_new || is_requested => note.clone(),
        _ if !is_requested => return,
        (_, 0) => "no log is new or has changed since the last scan".to_owned(),
        (_, 1) => "1 log is new or has changed".to_owned(),
        (_, logs) => format!("{} are new or have changed", count(logs as u64, "log")),
    };
    state.message = Some((Tone::Plain, text));
}

pub(super) fn job(state: &mut State, at_us: i64, event: JobEvent, effects: &mut Vec<Effect>) {
    let only_progress = matches!(event, JobEvent::Progress { .. });
    if let JobEvent::Queued(batch) = &event {
        queued(state, batch.len());
    }
    let was_busy = state.jobs.is_busy();
    let ended = state.jobs.apply(at_us, event);
    if let Some(job) = ended {
        let key = job.key.clone();
        // While an answer is awaited many requests are one, and an expensive answer is given
        // less often.
        state.refresh_views(Occasion::Harvested(&key), effects);
    }
    if was_busy && !state.jobs.is_busy() {
        // The result of the harvests is what just happened.
        state.message = None;
        // There is nothing left to cancel.
        if matches!(state.overlay, Some(Overlay::CancelAll)) {
            state.overlay = None;
        }
    }
    if !only_progress {
        state.logs.show_jobs(state.jobs.open_logs(), effects);
    }
}

/// Says what the pool has queued, where the key could not.
fn queued(state: &mut State, logs: usize) {
    match logs {
        0 => {
            let message = "nothing to harvest here: it is being harvested already".into();
            state.message = Some((Tone::Plain, message));
        }
        1 => {}
        // From now on the line says how far they are.
        _ => state.message = None,
    }
}
