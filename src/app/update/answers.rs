//! What workers found, and how harvests go on.

use crate::{
    app::{
        compare::CompareSlot,
        effect::{Answer, Effect, List, Request, Slot},
        log_list::LogList,
        prompt::Purpose,
        state::{Overlay, Runs, Screen, State, Tone},
    },
    etl::{catalog::LogDetail, format::count, pool::JobEvent},
};

pub(super) fn take(
    state: &mut State,
    slot: Slot,
    result: Result<Answer, String>,
    effects: &mut Vec<Effect>,
) {
    match slot {
        Slot::Refresh => refreshed(state, result, effects),
        Slot::FirstLogs => {
            if let (Ok(Answer::Logs(list)), false) = (result, state.logs.loaded) {
                state.logs.key_width = list.key_width;
                state.logs.table.replace(list.rows);
            }
        }
        Slot::Logs => {
            match result {
                Ok(Answer::Logs(list)) => logs(state, list, effects),
                Ok(_) => {}
                Err(error) => logs_error(state, error),
            }
            if state.fetches.logs.answered() {
                state.ask_logs(effects);
            }
        }
        Slot::LogCounts => counted(state, result, effects),
        Slot::LogDetail => match result {
            Ok(Answer::LogDetail(detail)) => state.logs.detail = detail,
            Ok(_) => {}
            Err(error) => {
                state.logs.detail = None;
                state.message = Some((Tone::Error, error));
            }
        },
        Slot::Runs => {
            runs(&mut state.runs, result);
            if state.fetches.runs.answered() {
                state.ask_runs(effects);
            }
        }
        Slot::LogRuns => {
            let open = state.log_runs_mut();
            if let Some(open) = open {
                runs(open, result);
            }
            if state.fetches.log_runs.answered() {
                state.ask_runs(effects);
            }
        }
        Slot::Machines => machines(state, result, effects),
        Slot::History => {
            if let Ok(Answer::History(rows)) = result {
                state.jobs.set_history(rows);
            }
            if state.fetches.history.answered() {
                state.ask_history(effects);
            }
        }
        Slot::Compare(slot) => compared(state, slot, result, effects),
        Slot::Arrange(list) => arranged(state, list, result, effects),
        Slot::Seek(list) => found(state, list, result),
        Slot::Columns => {
            if let Err(error) = result {
                state.message = Some((Tone::Error, error));
            }
        }
        Slot::Export => super::export::written(state, result),
        Slot::Run(slot) => {
            let result = result.and_then(|answer| match answer {
                Answer::Run(answer) => Ok(answer),
                _ => Err("the answer belongs to another question".into()),
            });
            if let Some(Screen::Run(run)) = state.screen_mut() {
                effects.extend(run.answer(slot, result));
            }
        }
    }
}

fn arranged(
    state: &mut State,
    list: List,
    result: Result<Answer, String>,
    effects: &mut Vec<Effect>,
) {
    match (list, result) {
        (List::Logs, Ok(Answer::ArrangedLogs(arranged))) => {
            state.logs.table.take(arranged);
            // They may have been read anew.
            count_logs(state, effects);
        }
        (List::Runs, Ok(Answer::ArrangedRuns(arranged))) => state.runs.table.take(arranged),
        (List::LogRuns, Ok(Answer::ArrangedRuns(arranged))) => {
            if let Some(runs) = state.log_runs_mut() {
                runs.table.take(arranged);
            }
        }
        (_, Ok(_)) => {}
        (_, Err(error)) => state.message = Some((Tone::Error, error)),
    }
}

/// A search ended in a worker; that nothing was found is told where one looks.
fn found(state: &mut State, list: List, result: Result<Answer, String>) {
    let (found, text) = match (list, result) {
        (List::Logs, Ok(Answer::FoundLogs(found))) => {
            let table = &mut state.logs.table;
            (table.found(found), table.search())
        }
        (List::Runs, Ok(Answer::FoundRuns(found))) => {
            let table = &mut state.runs.table;
            (table.found(found), table.search())
        }
        (List::LogRuns, Ok(Answer::FoundRuns(found))) => match state.log_runs_mut() {
            Some(runs) => (runs.table.found(found), runs.table.search()),
            None => return,
        },
        (_, Ok(_)) => return,
        (_, Err(error)) => {
            state.message = Some((Tone::Error, error));
            return;
        }
    };
    if found != Some(false) {
        return;
    }
    let missing = missing(text);
    match &mut state.overlay {
        Some(Overlay::Prompt(prompt)) if prompt.purpose == Purpose::Search => {
            prompt.error = Some(missing.into());
        }
        _ => state.message = Some((Tone::Error, missing)),
    }
}

/// What a search says that finds nothing.
pub(super) fn missing(text: &str) -> String {
    format!("`{text}` is not in the list")
}

fn compared(
    state: &mut State,
    slot: CompareSlot,
    result: Result<Answer, String>,
    effects: &mut Vec<Effect>,
) {
    let result = result.and_then(|answer| match answer {
        Answer::Compare(answer) => Ok(answer),
        _ => Err("the answer belongs to another question".into()),
    });
    if let Some(Screen::Compare(screen)) = state.screen_mut() {
        effects.extend(screen.answer(slot, result));
    }
}

fn refreshed(state: &mut State, result: Result<Answer, String>, effects: &mut Vec<Effect>) {
    match result {
        Ok(Answer::Refreshed(refresh)) => {
            state.logs.error = None;
            effects.push(Effect::LookAgain(refresh.next_change));
            if let Some(note) = refresh.problems.iter().chain(&refresh.notes).next() {
                state.message = Some((Tone::Plain, note.clone()));
            }
            if !refresh.changed_keys.is_empty() || !state.logs.loaded {
                changed(state, effects);
            }
        }
        Ok(_) => {}
        Err(error) => logs_error(state, error),
    }
    if state.fetches.refresh.answered() {
        state.ask_refresh(effects);
    }
}

/// Asks again for everything that shows logs or runs.
fn changed(state: &mut State, effects: &mut Vec<Effect>) {
    state.ask_logs(effects);
    state.ask_runs(effects);
    state.ask_machines(effects);
    // Settling asks again for what the panel shows.
    state.logs.detail_of = None;
    match state.screen_mut() {
        Some(Screen::Run(run)) => effects.extend(run.reload()),
        Some(Screen::Compare(compared)) => effects.extend(compared.reload()),
        _ => {}
    }
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
    let request = Request::CountLogs {
        rows: state.logs.table.shown(),
        read: read.clone(),
        open,
    };
    let counts = &mut state.fetches.log_counts;
    counts.ask(Slot::LogCounts, request, effects);
}

fn counted(state: &mut State, result: Result<Answer, String>, effects: &mut Vec<Effect>) {
    if let Ok(Answer::CountedLogs(counts)) = result
        && state.jobs.open_count() > COUNTED_AT_ONCE
    {
        state.logs.counts = counts;
    }
    if state.fetches.log_counts.answered() {
        count_logs(state, effects);
    }
}

fn runs(list: &mut Runs, result: Result<Answer, String>) {
    list.loaded = true;
    match result {
        Ok(Answer::Runs(rows)) => {
            list.error = None;
            list.table.replace(rows);
        }
        Ok(_) => {}
        Err(error) => list.error = Some(error),
    }
}

fn machines(state: &mut State, result: Result<Answer, String>, effects: &mut Vec<Effect>) {
    match result {
        Ok(Answer::Machines(machines)) => {
            for screen in state.stack_mut() {
                if let Screen::Machine(open) = screen {
                    open.take(&machines);
                }
            }
            state.machines.take(machines);
        }
        Ok(_) => {}
        Err(error) => {
            // What was read before still stands: the list has no room for the sentence.
            if !state.machines.lines().is_empty() {
                state.message = Some((Tone::Error, error.clone()));
            }
            state.machines.error = Some(error);
        }
    }
    state.machines.loaded = true;
    if state.fetches.machines.answered() {
        state.ask_machines(effects);
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
        1..=super::actions::FEW_LOGS => return,
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
    match state.screen_mut() {
        Some(Screen::Run(run)) if run.log_key == key => effects.extend(run.reload()),
        Some(Screen::Compare(compared)) if compared.runs.iter().any(|r| r.log_key == key) => {
            effects.extend(compared.reload());
        }
        _ => {}
    }
}

/// Lines of the panel about a log, so that it scrolls no further; the drawing wraps, so
/// this is the least.
pub(super) fn panel_lines(detail: &LogDetail) -> usize {
    let dropped = detail.ledger.as_ref().map_or(0, |l| l.dropped.len() + 3);
    8 + dropped + detail.errors.len() * 3 + detail.history.len()
}
