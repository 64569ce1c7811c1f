//! What workers found, and how harvests go on.

use crate::{
    app::{
        effect::Effect,
        jobs::FEW_LOGS,
        lake_queries::CountLogs,
        list::not_in_list,
        list_queries::ListAnswer,
        log_list::LogList,
        prompt::Purpose,
        query::Answer,
        state::{Overlay, Screen, State, Tone},
    },
    etl::{
        catalog::{MachineRow, Refresh},
        format::count,
        pool::JobEvent,
    },
};

/// Gives an answer to whoever waits for it; one that nobody waits for stays as it is.
pub(super) fn ingest(state: &mut State, answer: &mut Answer, effects: &mut Vec<Effect>) {
    let queries = &mut state.queries;
    if let Some(result) = queries.refresh.receive(answer, effects) {
        refreshed(state, result, effects);
    } else if let Some(result) = queries.first_logs.receive(answer, effects) {
        if let (Ok(list), false) = (result, state.logs.loaded) {
            state.logs.key_width = list.key_width;
            state.logs.table.replace(list.rows);
        }
    } else if let Some(result) = queries.logs.receive(answer, effects) {
        match result {
            Ok(list) => logs(state, list, effects),
            Err(error) => logs_error(state, error),
        }
    } else if let Some(result) = queries.log_counts.receive(answer, effects) {
        if let Ok(counts) = result
            && state.jobs.open_count() > COUNTED_AT_ONCE
        {
            state.logs.counts = counts;
        }
    } else if let Some(result) = queries.log.receive(answer, effects) {
        match result {
            Ok(detail) => state.logs.detail = detail,
            Err(error) => {
                state.logs.detail = None;
                state.message = Some((Tone::Error, error));
            }
        }
    } else if let Some(result) = queries.machines.receive(answer, effects) {
        machines(state, result);
    } else if let Some(result) = queries.history.receive(answer, effects) {
        if let Ok(rows) = result {
            state.jobs.set_history(rows);
        }
    } else if let Some(result) = queries.columns.receive(answer, effects) {
        if let Err(error) = result {
            state.message = Some((Tone::Error, error));
        }
    } else if let Some(result) = queries.export.receive(answer, effects) {
        super::export::written(state, result);
    } else {
        lists(state, answer, effects);
        effects.extend(state.open_view_mut().answer(answer));
    }
}

fn lists(state: &mut State, answer: &mut Answer, effects: &mut Vec<Effect>) {
    let logs = &mut state.logs;
    if let Some(found) = logs.queries.receive(&mut logs.table, answer, effects) {
        if found == ListAnswer::Arranged {
            // They may have been read anew.
            count_logs(state, effects);
        }
        let text = state.logs.table.search().to_owned();
        return searched(state, found, &text);
    }
    for of_log in [false, true] {
        let open = if of_log {
            state.log_runs_mut()
        } else {
            Some(&mut state.runs)
        };
        let Some(runs) = open else { continue };
        if let Some(result) = runs.read.receive(answer, effects) {
            runs.loaded = true;
            match result {
                Ok(rows) => {
                    runs.error = None;
                    runs.table.replace(rows);
                }
                Err(error) => runs.error = Some(error),
            }
        } else if let Some(found) = runs.queries.receive(&mut runs.table, answer, effects) {
            let text = runs.table.search().to_owned();
            searched(state, found, &text);
        }
    }
}

/// A worker is done with a list; that nothing was found is said where one looks.
fn searched(state: &mut State, found: ListAnswer, text: &str) {
    let missing = match found {
        ListAnswer::Failed(error) => {
            state.message = Some((Tone::Error, error));
            return;
        }
        ListAnswer::Found(false) => not_in_list(text),
        _ => return,
    };
    match &mut state.overlay {
        Some(Overlay::Prompt(prompt)) if prompt.purpose == Purpose::Search => {
            prompt.error = Some(missing.into());
        }
        _ => state.message = Some((Tone::Error, missing)),
    }
}

fn refreshed(state: &mut State, result: Result<Refresh, String>, effects: &mut Vec<Effect>) {
    match result {
        Ok(refresh) => {
            state.logs.error = None;
            effects.push(Effect::LookAgain(refresh.next_change));
            if let Some(note) = refresh.problems.iter().chain(&refresh.notes).next() {
                state.message = Some((Tone::Plain, note.clone()));
            }
            if !refresh.changed_keys.is_empty() || !state.logs.loaded {
                changed(state, effects);
            }
        }
        Err(error) => logs_error(state, error),
    }
}

/// Asks again for everything that shows logs or runs.
fn changed(state: &mut State, effects: &mut Vec<Effect>) {
    state.ask_logs(effects);
    state.ask_runs(effects);
    state.ask_machines(effects);
    // It is asked for again after this event.
    state.logs.detail_of = None;
    effects.extend(state.open_view_mut().reload());
}

/// What was listed before still stands: the list has no room for the sentence.
fn logs_error(state: &mut State, error: String) {
    if !state.logs.table.rows().is_empty() {
        state.message = Some((Tone::Error, error.clone()));
    }
    state.logs.error = Some(error);
}

fn logs(state: &mut State, list: LogList, effects: &mut Vec<Effect>) {
    state.logs.loaded = true;
    state.logs.key_width = list.key_width;
    state.logs.counts_read = list.counts;
    state.logs.table.replace(list.rows);
    count_logs(state, effects);
    state.logs.detail_of = None;
}

/// Logs that this process harvests show so, whatever the catalog knows yet.
fn overlay_jobs(state: &mut State, effects: &mut Vec<Effect>) {
    let overlay = state.jobs.open_logs().overlay();
    state.logs.table.set_overlay(overlay);
    count_logs(state, effects);
}

/// So few open jobs are counted at once; more are left to a worker.
const COUNTED_AT_ONCE: usize = 64;

/// Counts the logs by state with what jobs make of it: adjusts the counts of all logs, for
/// there may be a hundred thousand.
fn count_logs(state: &mut State, effects: &mut Vec<Effect>) {
    let (open, read) = (state.jobs.open_logs(), &state.logs.counts_read);
    if open.len() <= COUNTED_AT_ONCE {
        state.logs.counts = open.count(state.logs.table.rows(), read);
        return;
    }
    let query = CountLogs {
        rows: state.logs.table.shown(),
        read: read.clone(),
        open,
    };
    state.queries.log_counts.ask_after(query, effects);
}

fn machines(state: &mut State, result: Result<Vec<MachineRow>, String>) {
    match result {
        Ok(machines) => {
            let views = state.stack_mut().iter_mut().filter_map(Screen::own_view);
            views.for_each(|view| view.update_machines(&machines));
            state.machines.take(machines);
        }
        Err(error) => {
            // What was read before still stands: the list has no room for the sentence.
            if !state.machines.lines().is_empty() {
                state.message = Some((Tone::Error, error.clone()));
            }
            state.machines.error = Some(error);
        }
    }
    state.machines.loaded = true;
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
        harvested(state, &key, effects);
    }
    if !only_progress {
        overlay_jobs(state, effects);
    }
}

/// Says how many logs were queued, where the key could not.
fn queued(state: &mut State, logs: usize) {
    let told = match logs {
        0 => "nothing to harvest here: it is being harvested already".into(),
        1..=FEW_LOGS => return,
        _ => format!("harvesting {}", count(logs as u64, "log")),
    };
    state.message = Some((Tone::Plain, told));
}

/// Asks again for what shows this log. Lists are asked for at every harvest that ends: while
/// an answer is awaited many requests are one, and an expensive answer is given less often.
fn harvested(state: &mut State, key: &str, effects: &mut Vec<Effect>) {
    state.ask_logs(effects);
    state.ask_runs(effects);
    state.ask_machines(effects);
    state.ask_history(effects);
    if state.logs.detail_of.as_deref() == Some(key) {
        state.logs.detail_of = None;
    }
    let view = state.open_view_mut();
    if view.shows_log(key) {
        effects.extend(view.reload());
    }
}
