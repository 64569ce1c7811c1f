//! Actions of the views.

use std::collections::HashSet;

use crate::app::{
    action::Action,
    choice::Chooser,
    columns,
    effect::Effect,
    jobs::ToHarvest,
    layout,
    prompt::{Line, Purpose},
    run::{RunScreen, Tab},
    scroll::Scroll,
    state::{Overlay, Prompt, Runs, Screen, State, Tone},
    table::{Marked, Row, Table},
};
use crate::etl::format::count;

pub(super) fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::ShowLogs => show(state, 1, effects),
        Action::ShowRuns => show(state, 2, effects),
        Action::ShowMachines => show(state, 3, effects),
        Action::ShowJobs => show(state, 4, effects),
        Action::NextView => show(
            state,
            [2, 2, 3, 4, 1][usize::from(state.view().min(4))],
            effects,
        ),
        Action::PreviousView => show(
            state,
            [1, 4, 1, 2, 3][usize::from(state.view().min(4))],
            effects,
        ),
        Action::Quit => quit(state, effects),
        Action::Back => {
            if !close(state) {
                quit(state, effects);
            }
        }
        Action::Escape => {
            if let Some(Screen::Run(run)) = state.screen_mut()
                && let Some(asked) = run.clear_filter()
            {
                effects.extend(asked);
                return;
            }
            close(state);
        }
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Help => state.overlay = Some(Overlay::Help(0)),
        Action::Palette => state.overlay = Some(Overlay::Palette(Line::default(), 0)),
        Action::Command => match super::commands::command(state) {
            Some(command) => state.overlay = Some(Overlay::Command(command)),
            None => {
                let told = "no harvest was done: there is no command for it".into();
                state.message = Some((Tone::Plain, told));
            }
        },
        Action::Copy => copy(state, effects),
        Action::Export => super::export::begin(state, effects),
        Action::Refresh => {
            state.ask_refresh(effects);
            // A look that finds nothing new asks for no list: one that failed would stay so.
            if state.runs.error.is_some() {
                state.ask_runs(effects);
            }
            if state.machines.error.is_some() {
                state.ask_machines(effects);
            }
            match state.screen_mut() {
                Some(Screen::Run(run)) => effects.extend(run.reload()),
                Some(Screen::Compare(compared)) => effects.extend(compared.reload()),
                _ => {}
            }
            state.message = Some((Tone::Plain, "looking for new and changed logs".into()));
        }
        Action::Harvest => harvest(state, effects),
        Action::CancelJob => cancel(state, effects),
        Action::CancelAllJobs if !state.jobs.is_busy() => {
            state.message = Some((Tone::Plain, "no harvest runs".into()));
        }
        Action::CancelAllJobs => state.overlay = Some(Overlay::CancelAll),
        Action::Columns => choose_columns(state),
        _ => in_view(state, action, effects),
    }
}

fn in_view(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let columns = state.list_columns();
    let page = (state.list_lines(), columns.as_slice());
    let focused = state.logs.panel;
    match state.screen_mut() {
        Some(Screen::Run(run)) => {
            let columns = run.flag_columns();
            let lines = run.flags().map(|q| q.lines(run.body().1));
            let own = matches!(
                action,
                Action::Search
                    | Action::Filter
                    | Action::Next
                    | Action::Previous
                    | Action::Left
                    | Action::Right
            );
            if let (Some(lines), true) = (lines, own)
                && let Some(quality) = run.flags_mut()
            {
                let mut message = None;
                let page = (lines, columns.as_slice());
                let opened = list(&mut quality.table, action, page, &mut message);
                quality.table.settle(lines);
                state.overlay = opened.or(state.overlay.take());
                state.message = message.or(state.message.take());
                return;
            }
            if let Some(purpose) = run.prompt(action) {
                let filter = run.filter_text().to_owned();
                state.overlay = Some(Overlay::Prompt(prompt(purpose, 0, &filter)));
            } else {
                effects.extend(run.update(action));
            }
        }
        Some(Screen::Compare(compared)) => {
            if let Some(purpose) = compared.prompt(action) {
                state.overlay = Some(Overlay::Prompt(prompt(purpose, 0, "")));
            } else {
                effects.extend(compared.update(action));
            }
        }
        Some(Screen::Jobs) => jobs(state, action, effects),
        Some(Screen::Machines) => super::machines::list(state, action, page),
        Some(Screen::Machine(_)) => super::machines::one(state, action, page, effects),
        Some(Screen::Logs) if focused => panel(state, action),
        Some(Screen::Logs) => match action {
            Action::Open => open_log(state, effects),
            Action::NextPane => state.logs.panel = true,
            _ => {
                if let Some(opened) = list(&mut state.logs.table, action, page, &mut state.message)
                {
                    state.overlay = Some(opened);
                }
            }
        },
        _ => {
            if action == Action::Open {
                open_run(state, effects);
                return;
            }
            if action == Action::Compare {
                super::compare::open(state, effects);
                return;
            }
            let mut message = state.message.take();
            if let Some(runs) = state.run_list_mut()
                && let Some(opened) = list(&mut runs.table, action, page, &mut message)
            {
                state.overlay = Some(opened);
            }
            state.message = message;
        }
    }
}

/// Opens the columns of the list, to choose from.
fn choose_columns(state: &mut State) {
    let choices = &state.choices;
    let chooser = match state.screen() {
        Screen::Run(run) => match run.flags() {
            Some(flags) => Chooser::of(&flags.table, choices),
            None if run.tab == Tab::Samples && !run.column_names().is_empty() => {
                Chooser::new("samples", run.column_names(), &choices.of("samples"))
            }
            None => return,
        },
        Screen::Logs => Chooser::of(&state.logs.table, choices),
        Screen::Runs => Chooser::of(&state.runs.table, choices),
        Screen::LogRuns(runs) => Chooser::of(&runs.table, choices),
        Screen::Machines => Chooser::of(state.machines.table(), choices),
        Screen::Machine(machine) => Chooser::of(&machine.table, choices),
        Screen::Jobs | Screen::Compare(_) => return,
    };
    state.overlay = Some(Overlay::Columns(chooser));
}

/// What the keys of every list do; the text field that opens.
pub(super) fn list<T: Row>(
    table: &mut Table<T>,
    action: Action,
    (lines, columns): (usize, &[usize]),
    message: &mut Option<(Tone, String)>,
) -> Option<Overlay> {
    match action {
        Action::Search => Some(Overlay::Prompt(prompt(
            Purpose::Search,
            table.cursor,
            table.filter(),
        ))),
        Action::Filter => Some(Overlay::Prompt(prompt(
            Purpose::Filter,
            table.cursor,
            table.filter(),
        ))),
        Action::Next | Action::Previous => {
            if table.search().is_empty() {
                *message = Some((Tone::Plain, "nothing was searched for yet: /".into()));
            } else if !table.search_on(action == Action::Next) {
                *message = Some((Tone::Error, super::answers::missing(table.search())));
            }
            None
        }
        Action::Left | Action::Right => {
            table.column = columns::step(columns, table.column, action == Action::Right);
            None
        }
        _ => {
            table.act(action, lines);
            None
        }
    }
}

pub(super) fn prompt(purpose: Purpose, cursor: usize, filter: &str) -> Prompt {
    let text = if purpose == Purpose::Filter {
        filter
    } else {
        ""
    };
    Prompt {
        purpose,
        line: Line::new(text),
        error: None,
        cursor,
        filter: filter.to_owned(),
    }
}

fn show(state: &mut State, view: u8, effects: &mut Vec<Effect>) {
    state.logs.panel = false;
    let screen = match view {
        2 => Screen::Runs,
        3 => Screen::Machines,
        4 => Screen::Jobs,
        _ => Screen::Logs,
    };
    *state.stack_mut() = vec![screen];
    if view == 2 && !state.runs.loaded {
        state.ask_runs(effects);
    }
    if view == 3 && !state.machines.loaded {
        state.ask_machines(effects);
    }
}

/// Closes the innermost thing that is open; false at the top.
fn close(state: &mut State) -> bool {
    if matches!(state.screen(), Screen::Logs) && state.logs.panel {
        state.logs.panel = false;
        return true;
    }
    if matches!(state.screen(), Screen::Logs) && state.logs.table.anchor.take().is_some() {
        return true;
    }
    if let Some(runs) = state.run_list_mut()
        && runs.table.anchor.take().is_some()
    {
        return true;
    }
    if let Some(Screen::Machine(machine)) = state.screen_mut()
        && machine.table.anchor.take().is_some()
    {
        return true;
    }
    if let Some(Screen::Run(run)) = state.screen_mut()
        && run.step_back()
    {
        return true;
    }
    if state.stack().len() > 1 {
        state.stack_mut().pop();
        return true;
    }
    false
}

/// Quits, after asking while harvests run.
pub(super) fn quit(state: &mut State, effects: &mut Vec<Effect>) {
    if state.jobs.is_busy() {
        state.overlay = Some(Overlay::Quit);
    } else {
        effects.push(Effect::Quit);
    }
}

/// Opens the runs of the log under the cursor.
pub(super) fn open_log(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(row) = state.logs.table.current() {
        let key = row.key.clone();
        open_runs_of(state, key, effects);
    }
}

fn open_runs_of(state: &mut State, key: String, effects: &mut Vec<Effect>) {
    let mut runs = Runs {
        log: Some(key),
        ..Runs::default()
    };
    runs.ask(effects);
    state.stack_mut().push(Screen::LogRuns(Box::new(runs)));
}

fn open_run(state: &mut State, effects: &mut Vec<Effect>) {
    let size = state.size;
    let Some(row) = state.run_list().and_then(|runs| runs.table.current()) else {
        return;
    };
    if let Some(error) = &row.error {
        state.message = Some((
            Tone::Error,
            format!("run {} failed: {error}", row.run.short()),
        ));
        return;
    }
    let (mut screen, asked) = RunScreen::open(&row.log_key, row.run, size);
    screen.marker = state.marker;
    effects.extend(asked);
    state.stack_mut().push(Screen::Run(Box::new(screen)));
}

/// So many marked rows are looked through at once; those of more are a worker's.
pub(super) const FEW_LOGS: usize = 64;

/// The logs of the marked rows of a list, or of the one under the cursor.
fn chosen<T: Row>(
    table: &Table<T>,
    key: impl Fn(&T) -> &String,
    many: impl Fn(Marked<T>) -> ToHarvest,
) -> ToHarvest {
    if table.marked() > FEW_LOGS {
        return many(table.marked_rows());
    }
    let keys = table.chosen().into_iter().map(|row| key(row).clone());
    ToHarvest::Keys(keys.collect())
}

fn harvest(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(read_only) = &state.read_only {
        state.message = Some((Tone::Error, read_only.refuse("harvest").to_string()));
        return;
    }
    let one = |key: Option<&str>| ToHarvest::Keys(key.map(str::to_owned).into_iter().collect());
    let (logs, marked) = match state.screen() {
        Screen::Logs if state.logs.panel => {
            let row = state.logs.table.current();
            (one(row.map(|row| row.key.as_str())), 1)
        }
        Screen::Logs => {
            let table = &state.logs.table;
            (
                chosen(table, |row| &row.key, ToHarvest::Logs),
                table.marked(),
            )
        }
        Screen::Machine(machine) => {
            let table = &machine.table;
            let logs = chosen(table, |point| &point.log_key, ToHarvest::Points);
            (logs, table.marked())
        }
        Screen::Run(run) => (one(Some(&run.log_key)), 1),
        Screen::Compare(compared) => {
            let keys = compared.runs.iter().map(|run| run.log_key.clone());
            (ToHarvest::Keys(keys.collect()), compared.runs.len())
        }
        Screen::Jobs => (one(state.jobs.current().map(|entry| entry.key())), 1),
        _ => match state.run_list() {
            Some(runs) => {
                let table = &runs.table;
                let logs = chosen(table, |row| &row.log_key, ToHarvest::Runs);
                (logs, table.marked())
            }
            None => return,
        },
    };
    let (logs, told) = match logs {
        ToHarvest::Keys(keys) => {
            // The runs of a list may be those of a few logs, in any order.
            let mut seen = HashSet::new();
            let mut keys = keys;
            keys.retain(|key| seen.insert(key.clone()) && state.jobs.of_log(key).is_none());
            let told = match keys.as_slice() {
                [] => {
                    state.message = Some((Tone::Plain, "nothing to harvest here".into()));
                    return;
                }
                [key] => format!("harvesting {key}"),
                keys => format!("harvesting {}", count(keys.len() as u64, "log")),
            };
            (ToHarvest::Keys(keys), told)
        }
        // How many of them wait already the pool says, and how many logs the runs have.
        logs @ ToHarvest::Logs(_) => {
            let told = format!("harvesting {}", count(marked as u64, "log"));
            (logs, told)
        }
        logs => {
            let runs = count(marked as u64, "run");
            (logs, format!("harvesting the logs of {runs}"))
        }
    };
    state.message = Some((Tone::Plain, told));
    state.logs.table.clear_marks();
    if let Some(runs) = state.run_list_mut() {
        runs.table.clear_marks();
    }
    if let Some(Screen::Machine(machine)) = state.screen_mut() {
        machine.table.clear_marks();
    }
    effects.push(Effect::Harvest(logs));
}

fn jobs(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let (list, _) = layout::jobs(state.size);
    let page = usize::from(list.height).saturating_sub(1).max(1);
    match action {
        Action::Open => {
            if let Some(key) = state.jobs.current().map(|entry| entry.key().to_owned()) {
                open_runs_of(state, key, effects);
            }
        }
        _ => {
            let scroll = Scroll::new(state.jobs.len(), page);
            state.jobs.cursor = scroll.moved(state.jobs.cursor, action);
        }
    }
}

fn cancel(state: &mut State, effects: &mut Vec<Effect>) {
    let entry = match state.screen() {
        Screen::Logs => {
            let row = state.logs.table.current();
            row.and_then(|row| state.jobs.of_log(&row.key))
        }
        _ => state.jobs.current(),
    };
    let open = entry.and_then(|entry| Some((entry.open()?, entry.key().to_owned())));
    state.message = Some(match open {
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

fn panel(state: &mut State, action: Action) {
    let page = usize::from(layout::body(state.size).height).max(1);
    match action {
        Action::NextPane => state.logs.panel = false,
        _ => {
            let lines = state
                .logs
                .detail
                .as_ref()
                .map_or(0, |d| super::answers::panel_lines(d));
            let scroll = Scroll::new(lines, page);
            state.logs.panel_scroll = scroll.moved(state.logs.panel_scroll, action);
        }
    }
}

fn copy(state: &mut State, effects: &mut Vec<Effect>) {
    if let Screen::Compare(compared) = state.screen() {
        if let Some(table) = compared.copy() {
            state.message = Some((Tone::Plain, "copied the table of differences".into()));
            effects.push(Effect::Copy(table));
        }
        return;
    }
    let text = match state.screen() {
        Screen::Logs => state.logs.table.current().map(|row| row.key.clone()),
        Screen::Jobs => state.jobs.current().map(|entry| entry.key().to_owned()),
        Screen::Machines => super::machines::copied(state),
        Screen::Machine(machine) => machine.table.current().map(|p| p.key().into_owned()),
        Screen::Run(run) => Some(run.copy()),
        Screen::Compare(compared) => compared.copy(),
        _ => state
            .run_list()
            .and_then(|runs| runs.table.current())
            .map(|row| format!("{}/{}", row.log_key, row.run)),
    };
    if let Some(text) = text {
        state.message = Some((Tone::Plain, format!("copied {text}")));
        effects.push(Effect::Copy(text));
    }
}
