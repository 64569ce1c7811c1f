//! The mouse: the wheel moves, a click puts the cursor and one on the cursor's line opens;
//! titles of columns sort, names of views show them.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::{
    action::Action,
    columns,
    effect::Effect,
    layout,
    state::{Overlay, State},
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
    if let Some(asked) = state.open_view_mut().mouse(mouse, size) {
        return effects.extend(asked);
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

/// Puts the cursor of columns on the title that was clicked and sorts; again: reverses.
fn sort(state: &mut State, x: u16, effects: &mut Vec<Effect>) {
    let places = columns::places(&state.placed_columns());
    let Some(column) = columns::at(&places, x) else {
        return;
    };
    if let Some(list) = state.open_view_mut().list_mut() {
        list.put_column(column);
        super::act(state, Action::Sort, effects);
    }
}

/// Puts the cursor of the list on the line that was clicked, or opens the line under it.
fn click(state: &mut State, x: u16, y: u16, effects: &mut Vec<Effect>) {
    let area = state.open_view().list_area(state.size);
    let Some(list) = state.open_view().list() else {
        return;
    };
    if !area.contains((x, y).into()) {
        return;
    }
    let Some(line) = y.checked_sub(area.y + 1) else {
        return sort(state, x, effects);
    };
    let position = list.position();
    let at = position.offset + usize::from(line);
    if at == position.cursor && at < position.len {
        super::act(state, Action::Open, effects);
    } else if at < position.len
        && let Some(list) = state.open_view_mut().list_mut()
    {
        list.put_cursor(at);
    }
}

#[cfg(test)]
#[path = "mouse_tests.rs"]
mod tests;
