//! The mouse: the wheel moves, a click puts the cursor and one on the cursor's line opens;
//! titles of columns sort, names of views show them.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::{
    action::Action,
    columns,
    effect::Effect,
    help::palette_lines,
    layout,
    saved_view::command,
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
        // A wheel scrolls what lies over the view; a click chooses a line of it, and answers no
        // question.
        Some(overlay @ (Overlay::Help(_) | Overlay::Palette(..) | Overlay::Columns(_))) => {
            if let Some(action) = wheel {
                repeat(state, action, effects);
            } else if let Some(line) = click.then(|| line_at(state, overlay, mouse)).flatten() {
                choose(state, line, effects);
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

/// The line of palette or chooser that the mouse points at.
fn line_at(state: &State, overlay: &Overlay, mouse: MouseEvent) -> Option<usize> {
    match overlay {
        Overlay::Palette(line, cursor) => palette_line(state, line.text(), *cursor, mouse.row),
        Overlay::Columns(chooser) => chooser.at((mouse.column, mouse.row), state.size),
        _ => None,
    }
}

fn palette_line(state: &State, typed: &str, cursor: usize, row: u16) -> Option<usize> {
    let body = layout::body(state.size);
    // What is typed, and what a command does.
    let above = if command(typed).is_some() { 2 } else { 1 };
    let line = usize::from(row.checked_sub(body.y + above)?);
    let room = usize::from(body.height.saturating_sub(above));
    let at = (cursor + 1).saturating_sub(room) + line;
    (line < room && at < palette_lines(state, typed)).then_some(at)
}

/// Puts the cursor of what lies over the view on a line; one that it is on is chosen.
fn choose(state: &mut State, line: usize, effects: &mut Vec<Effect>) {
    let (cursor, action) = match &mut state.overlay {
        Some(Overlay::Palette(_, cursor)) => (cursor, Action::Accept),
        Some(Overlay::Columns(chooser)) => (&mut chooser.cursor, Action::Mark),
        _ => return,
    };
    if std::mem::replace(cursor, line) == line {
        super::act(state, action, effects);
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
