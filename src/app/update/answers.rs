//! What workers found, and how harvests go on.

use crate::{
    app::{
        compare::CompareSlot,
        effect::{Answer, Effect, List, Slot},
        prompt::Purpose,
        rows::LogList,
        state::{Overlay, Runs, Screen, State, Tone},
    },
    etl::{
        catalog::{LogDetail, LogRow},
        pool::JobEvent,
    },
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
                Ok(Answer::Logs(list)) => logs(state, list),
                Ok(_) => {}
                Err(error) => logs_error(state, error),
            }
            if state.fetches.logs.answered() {
                state.ask_logs(effects);
            }
        }
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
        Slot::Arrange(list) => arranged(state, list, result),
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

fn arranged(state: &mut State, list: List, result: Result<Answer, String>) {
    match (list, result) {
        (List::Logs, Ok(Answer::ArrangedLogs(arranged))) => {
            state.logs.table.take(arranged);
            // They may have been read anew.
            overlay_jobs(state);
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
            if let Some(note) = refresh.notes.first() {
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

fn logs(state: &mut State, list: LogList) {
    state.logs.loaded = true;
    state.logs.key_width = list.key_width;
    state.logs.counts_read = list.counts;
    state.logs.table.replace(list.rows);
    overlay_jobs(state);
    state.logs.detail_of = None;
}

/// Logs that this process harvests show so, whatever the catalog knows yet.
fn overlay_jobs(state: &mut State) {
    let table = &mut state.logs.table;
    let mut touched = false;
    for job in state.jobs.open() {
        let rows = table.rows();
        let place = rows.binary_search_by(|row| row.key.as_str().cmp(&job.key));
        if let Ok(at) = place
            && let Some(row) = table.row(at).filter(|row| row.state != job.state())
        {
            let state = job.state();
            let row = LogRow {
                state,
                ..row.clone()
            };
            table.touch(at, row);
            touched = true;
        }
    }
    if touched && (table.sort.is_some() || !table.filter().is_empty()) {
        table.arrange();
    }
    // Not counted anew: there may be a hundred thousand.
    let mut counts = state.logs.counts_read.clone();
    for (read, now) in state.logs.table.touched() {
        let count = counts.entry(read.state).or_default();
        *count = count.saturating_sub(1);
        *counts.entry(now.state).or_default() += 1;
    }
    counts.retain(|_, n| *n > 0);
    state.logs.counts = counts;
}

fn runs(list: &mut Runs, result: Result<Answer, String>) {
    list.loaded = true;
    match result {
        Ok(Answer::Runs(rows)) => {
            list.error = None;
            list.replace(rows);
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
    if let Some(job) = state.jobs.take(at_us, event)
        && let Some(ended) = &job.ended
    {
        let tone = match ended.outcome {
            "failed" | "partial" => Tone::Error,
            "harvested" => Tone::Good,
            _ => Tone::Plain,
        };
        state.message = Some((tone, format!("{}: {}", job.key, ended.message)));
        changed(state, effects);
        state.ask_history(effects);
    }
    if !only_progress {
        overlay_jobs(state);
    }
}

/// Lines of the panel about a log, so that it scrolls no further; the drawing wraps, so
/// this is the least.
pub(super) fn panel_lines(detail: &LogDetail) -> usize {
    let dropped = detail.ledger.as_ref().map_or(0, |l| l.dropped.len() + 3);
    8 + dropped + detail.errors.len() * 3 + detail.history.len()
}
