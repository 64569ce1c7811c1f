//! What workers found, and how harvests go on.

use crate::{
    app::{
        effect::Effect,
        jobs::FEW_LOGS,
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
    } else if let Some(result) = queries.export.receive(answer, effects) {
        super::export::written(state, result);
    } else {
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
    };
    state.each_view(|view, _| {
        if answer.is_stale() {
            view.answer(answer, &mut context);
        }
    });
    let AnswerContext {
        message,
        not_found,
        machines,
        ..
    } = context;
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
            if let Some(note) = refresh.problems.iter().chain(&refresh.notes).next() {
                state.message = Some((Tone::Plain, note.clone()));
            }
            if !refresh.changed_keys.is_empty() || !state.logs.loaded {
                state.refresh_views(Occasion::LogsChanged, effects);
            }
        }
        Err(error) => {
            let message = state.logs.fail(error);
            state.message = message.or(state.message.take());
        }
    }
}

pub(super) fn job(state: &mut State, at_us: i64, event: JobEvent, effects: &mut Vec<Effect>) {
    let only_progress = matches!(event, JobEvent::Progress { .. });
    if let JobEvent::Queued(batch) = &event {
        queued(state, batch.len());
    }
    if let Some(job) = state.jobs.apply(at_us, event)
        && let Some(ended) = &job.ended
    {
        let tone = match ended.outcome {
            "failed" | "partial" => Tone::Error,
            "harvested" => Tone::Good,
            _ => Tone::Plain,
        };
        state.message = Some((tone, format!("{}: {}", job.key, ended.message)));
        let key = job.key.clone();
        // While an answer is awaited many requests are one, and an expensive answer is given
        // less often.
        state.refresh_views(Occasion::Harvested(&key), effects);
    }
    if !only_progress {
        state.logs.show_jobs(state.jobs.open_logs(), effects);
    }
}

/// Says how many logs were queued, where the key could not.
fn queued(state: &mut State, logs: usize) {
    let message = match logs {
        0 => "nothing to harvest here: it is being harvested already".into(),
        1..=FEW_LOGS => return,
        _ => format!("harvesting {}", count(logs as u64, "log")),
    };
    state.message = Some((Tone::Plain, message));
}
