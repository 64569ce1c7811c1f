//! The list of machines, by cells.

pub mod facts;
pub mod one;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line as Text, Span},
};

use super::{list, panel, text::fit, theme::Theme, widgets::scroll_mark};
use crate::{
    app::{
        Action,
        columns::{GAP, GUTTER, PlacedColumn},
        layout,
        machines::{Line, Machines},
        state::State,
        table::Row,
    },
    etl::{
        catalog::MachineRow,
        format::{count, format_fit},
    },
};

/// Draws the list.
pub fn draw(frame: &mut Frame, state: &State, machines: &Machines, theme: &Theme) {
    let (area, panel) = layout::machines(state.size);
    let area = area.intersection(frame.area());
    if machines.lines().is_empty() {
        return empty(frame, area, state, machines, theme);
    }
    if let Some(area) = panel {
        panel::machine::draw(frame, area, machines, theme);
    }
    let columns = state.placed_columns();
    list::header(frame, area, machines.table(), &columns, theme);
    let shown = machines.lines().iter().enumerate().skip(machines.offset);
    for ((at, line), y) in shown.zip(area.y + 1..area.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        let under_cursor = at == machines.cursor;
        match line {
            Line::Cell(cell, inside) => {
                let text = cell_line(machines, cell.as_ref(), *inside, theme);
                frame.buffer_mut().set_line(
                    row.x + GUTTER,
                    y,
                    &text,
                    row.width.saturating_sub(GUTTER),
                );
            }
            Line::Machine(at) => {
                if let Some(machine) = machines.table().get(*at) {
                    machine_line(frame, row, machines, machine, &columns, theme);
                }
            }
        }
        if under_cursor {
            list::select(row, frame.buffer_mut(), theme);
        }
    }
    let rows = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let (buf, all) = (frame.buffer_mut(), machines.lines().len());
    scroll_mark::draw(rows, buf, machines.offset, all, theme.muted);
}

fn empty(frame: &mut Frame, area: Rect, state: &State, machines: &Machines, theme: &Theme) {
    let contexts = state.screen_contexts();
    let key = |action| state.keymap.key_for(&contexts, action).unwrap_or_default();
    let mut style = theme.text;
    let (first, second) = if !machines.table().rows().is_empty() {
        (
            format!(
                "No machine passes the filter `{}`.",
                machines.table().filter()
            ),
            format!("{} changes the filter.", key(Action::Filter)),
        )
    } else if let Some(error) = &machines.error {
        style = theme.error;
        (
            error.clone(),
            format!("{} looks again.", key(Action::Refresh)),
        )
    } else if !machines.loaded {
        ("Reading the machines …".to_owned(), String::new())
    } else {
        (
            "No run was harvested yet, so there are no machines.".to_owned(),
            format!(
                "{} shows the logs; harvest some there.",
                key(Action::ShowLogs)
            ),
        )
    };
    list::notice(frame, area, &[(&first, style), (&second, theme.muted)]);
}

fn cell_line<'a>(
    machines: &Machines,
    cell: Option<&String>,
    inside: usize,
    theme: &Theme,
) -> Text<'a> {
    let folded = machines.is_folded(cell);
    let title = crate::etl::catalog::cell_title(cell.map(String::as_str));
    let mut spans = vec![
        Span::styled(if folded { "▸ " } else { "▾ " }, theme.muted),
        Span::styled(title, theme.title),
    ];
    if folded {
        let hidden = count(inside as u64, "machine");
        spans.push(Span::styled(format!("  {hidden}"), theme.muted));
    }
    Text::from(spans)
}

fn machine_line(
    frame: &mut Frame,
    row: Rect,
    machines: &Machines,
    machine: &MachineRow,
    placed: &[PlacedColumn],
    theme: &Theme,
) {
    use crate::etl::filter::Filtered;
    let search = machines.table().search();
    let hit = !search.is_empty() && machine.contains(search);
    let mut x = row.x + GUTTER;
    let columns = MachineRow::columns(&[]);
    for at in placed {
        let Some(column) = columns.get(at.index) else {
            continue;
        };
        if x >= row.right() {
            break;
        }
        let cell = column.draw(machine, at.width);
        let style = if hit && column.is_key() {
            theme.hit
        } else {
            theme.of(cell.meaning)
        };
        let text = fit(&cell.text, at.width, at.right);
        frame
            .buffer_mut()
            .set_stringn(x, row.y, text, usize::from(row.right() - x), style);
        x += at.width + GAP;
    }
}

/// A figure with one digit after the point, with fewer where it would not fit; blank
/// where no run has it.
fn number(value: Option<f64>, width: u16) -> String {
    value.map_or_else(String::new, |v| format_fit(v, 1, usize::from(width)))
}

#[cfg(test)]
mod tests;
