//! A list that is a tab of a run: every such list is fitted, moved and clicked in the same way.

use crossterm::event::{MouseButton, MouseEventKind};

use crate::app::{
    action::Action,
    choice::{Choice, Choices},
    columns::{PlacedColumn, Room, at, places},
    table::{Row, Table},
};

/// The columns that `width` has room for.
pub(super) fn columns<R: Row>(table: &Table<R>, width: u16, choice: &Choice) -> Vec<PlacedColumn> {
    table.fit(Room {
        width,
        key: 0,
        without: &[],
        choice,
    })
}

/// Moves and sorts in a list of which `lines` rows are on the screen; false when `action` is not
/// one of a list. Rows are not marked: nothing could be done with several.
pub(super) fn update<R: Row>(table: &mut Table<R>, action: Action, lines: usize) -> bool {
    let done = match action {
        Action::Mark | Action::MarkRange | Action::MarkAll => false,
        action => table.act(action, lines),
    };
    table.keep_cursor_visible(lines);
    done
}

/// The mouse was used at a column and a line of the list, of which line 0 is the header: a click
/// puts the cursor, on the header it sorts; the wheel moves. True when the line under the cursor
/// was clicked: it is to be opened.
pub(super) fn mouse<R: Row>(
    table: &mut Table<R>,
    kind: MouseEventKind,
    (x, y): (usize, usize),
    columns: &[PlacedColumn],
    lines: usize,
) -> bool {
    match kind {
        MouseEventKind::ScrollDown => {
            update(table, Action::Down, lines);
        }
        MouseEventKind::ScrollUp => {
            update(table, Action::Up, lines);
        }
        MouseEventKind::Down(MouseButton::Left) if y == 0 => {
            let x = u16::try_from(x).unwrap_or(u16::MAX);
            if let Some(column) = at(&places(columns), x) {
                table.column = column;
                update(table, Action::Sort, lines);
            }
        }
        MouseEventKind::Down(MouseButton::Left) if y <= lines => {
            let position = table.offset + y - 1;
            if position == table.cursor && position < table.len() {
                return true;
            }
            if position < table.len() {
                table.put_cursor(position);
            }
        }
        _ => {}
    }
    false
}

/// Shows the columns that were chosen; the column cursor stays on one of them.
pub(super) fn choose<R: Row>(
    table: &mut Table<R>,
    choice: &mut Choice,
    choices: &Choices,
    width: u16,
) {
    *choice = choices.of(R::LIST);
    let shown = columns(table, width, choice);
    if !shown.iter().any(|column| column.index == table.column) {
        table.column = shown.first().map_or(0, |column| column.index);
    }
}
