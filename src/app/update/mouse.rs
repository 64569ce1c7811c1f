//! The mouse: the wheel moves, a click puts the cursor and one on the cursor's line opens;
//! titles of columns sort, names of views show them.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::{
    action::Action,
    columns,
    effect::Effect,
    layout,
    state::{Overlay, Screen, State},
    top::Top,
};

/// Lines that one notch of the wheel moves.
const NOTCH: usize = 3;

pub(super) fn used(state: &mut State, mouse: MouseEvent, effects: &mut Vec<Effect>) {
    if layout::too_small(state.size) {
        return;
    }
    let wheel = match mouse.kind {
        MouseEventKind::ScrollDown => Some(Action::Down),
        MouseEventKind::ScrollUp => Some(Action::Up),
        _ => None,
    };
    let click = mouse.kind == MouseEventKind::Down(MouseButton::Left);
    match &state.overlay {
        // A wheel scrolls what lies over the view; a click answers no question.
        Some(Overlay::Help(_) | Overlay::Palette(..)) => {
            if let Some(action) = wheel {
                repeat(state, action, effects);
            }
        }
        Some(_) => {}
        None if click && mouse.row == 0 => {
            if let Some(action) = Top::of(state).action_at(mouse.column) {
                super::act(state, action, effects);
            }
        }
        None => over_view(state, mouse, wheel, effects),
    }
}

/// What happens below the top line; a run takes it itself.
fn over_view(
    state: &mut State,
    mouse: MouseEvent,
    wheel: Option<Action>,
    effects: &mut Vec<Effect>,
) {
    let size = state.size;
    match state.screen_mut() {
        Some(Screen::Run(run)) => return effects.extend(run.mouse(mouse)),
        Some(Screen::Compare(compared)) => return effects.extend(compared.mouse(mouse)),
        _ => {}
    }
    if let Some(Screen::Machine(machine)) = state.screen_mut()
        && machine.mouse(mouse, size)
    {
        return;
    }
    if let Some(action) = wheel {
        repeat(state, action, effects);
    } else if mouse.kind == MouseEventKind::Down(MouseButton::Left) {
        click(state, mouse.column, mouse.row, effects);
    }
}

fn repeat(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    for _ in 0..NOTCH {
        super::act(state, action, effects);
    }
}

/// Sorts by the column whose title was clicked; again: reverses.
fn sort(state: &mut State, x: u16, effects: &mut Vec<Effect>) {
    let Some(column) = columns::at(&state.list_places(), x) else {
        return;
    };
    match state.screen_mut() {
        Some(Screen::Logs) => state.logs.table.column = column,
        Some(Screen::Machines) => state.machines.set_column(column),
        Some(Screen::Machine(machine)) => machine.table.column = column,
        _ => match state.run_list_mut() {
            Some(runs) => runs.table.column = column,
            None => return,
        },
    }
    super::act(state, Action::Sort, effects);
}

fn click(state: &mut State, x: u16, y: u16, effects: &mut Vec<Effect>) {
    let top = match state.screen() {
        Screen::Machine(machine) => machine.parts(state.size).list.y + 1,
        _ => layout::list_top(state.size),
    };
    let bottom = match state.screen() {
        Screen::Jobs => layout::jobs(state.size).0.bottom(),
        Screen::Machine(machine) => machine.parts(state.size).list.bottom(),
        Screen::Run(_) | Screen::Compare(_) => return,
        _ => layout::body(state.size).bottom(),
    };
    if y + 1 < top || y >= bottom {
        return;
    }
    if matches!(state.screen(), Screen::Logs) {
        let (list, _) = layout::logs(state.size, state.logs.panel);
        if list.is_none_or(|list| x >= list.right()) {
            state.logs.panel = true;
            return;
        }
        state.logs.panel = false;
    }
    let Some(line) = y.checked_sub(top).map(usize::from) else {
        return sort(state, x, effects);
    };
    let (cursor, offset, len) = match state.screen() {
        Screen::Logs => {
            let table = &state.logs.table;
            (table.cursor, table.offset, table.len())
        }
        Screen::Jobs => (state.jobs.cursor, state.jobs.offset, state.jobs.len()),
        Screen::Machines => {
            let machines = &state.machines;
            (machines.cursor, machines.offset, machines.lines().len())
        }
        Screen::Machine(machine) => {
            let table = &machine.table;
            (table.cursor, table.offset, table.len())
        }
        _ => match state.run_list() {
            Some(runs) => (runs.table.cursor, runs.table.offset, runs.table.len()),
            None => return,
        },
    };
    let at = offset + line;
    if at >= len {
        return;
    }
    if at == cursor {
        super::act(state, Action::Open, effects);
        return;
    }
    match state.screen_mut() {
        Some(Screen::Logs) => state.logs.table.cursor = at,
        Some(Screen::Jobs) => state.jobs.cursor = at,
        Some(Screen::Machines) => state.machines.cursor = at,
        Some(Screen::Machine(machine)) => {
            machine.table.cursor = at;
            machine.follow();
        }
        _ => {
            if let Some(runs) = state.run_list_mut() {
                runs.table.cursor = at;
            }
        }
    }
}

#[cfg(test)]
#[path = "mouse_tests.rs"]
mod tests;
