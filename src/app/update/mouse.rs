//! The mouse: the wheel moves, a click puts the cursor, a second one opens.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::{
    action::Action,
    effect::Effect,
    layout,
    state::{Screen, State},
};

pub(super) fn used(state: &mut State, mouse: MouseEvent, effects: &mut Vec<Effect>) {
    if state.overlay.is_none()
        && let Some(Screen::Run(run)) = state.screen_mut()
    {
        effects.extend(run.mouse(mouse));
        return;
    }
    match mouse.kind {
        MouseEventKind::ScrollDown => super::act(state, Action::Down, effects),
        MouseEventKind::ScrollUp => super::act(state, Action::Up, effects),
        MouseEventKind::Down(MouseButton::Left) if state.overlay.is_none() => {
            click(state, mouse.column, mouse.row, effects);
        }
        _ => {}
    }
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
    if y < top || y >= bottom || layout::too_small(state.size) {
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
    let line = usize::from(y - top);
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
        Some(Screen::Machine(machine)) => machine.table.cursor = at,
        _ => {
            if let Some(runs) = state.run_list_mut() {
                runs.table.cursor = at;
            }
        }
    }
}
