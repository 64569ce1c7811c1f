//! A list with columns: only the rows on the screen are formatted.

use ratatui::{Frame, buffer::Buffer, layout::Rect, style::Style, text::Span};
use unicode_width::UnicodeWidthStr;

use super::{
    text::{fit, fit_middle, wrap},
    theme::Theme,
    widgets::scroll_mark,
};
use crate::app::{
    columns::{Column, GAP, GUTTER, ListCell, PlacedColumn},
    table::{Row, Table},
};

/// Draws the rows of `table` that are on the screen in the columns that have room; `instead`
/// says what is in a cell where that is not what the column says of the row.
pub fn draw<T: Row>(
    frame: &mut Frame,
    area: Rect,
    table: &Table<T>,
    placed: &[PlacedColumn],
    theme: &Theme,
    instead: impl Fn(&T, &Column<T>) -> Option<ListCell>,
) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    header(frame, area, table, placed, theme);
    let columns = T::columns(table.rows());
    let lines = usize::from(area.height) - 1;
    for line in 0..lines {
        let position = table.offset + line;
        let Some(row) = table.now(position) else {
            break;
        };
        let y = area.y + 1 + line as u16;
        let under_cursor = position == table.cursor;
        let marked = table.is_marked(position);
        let hit = !table.search().is_empty() && row.contains(table.search());
        let buf = frame.buffer_mut();
        if marked {
            buf.set_stringn(area.x, y, " ✓", usize::from(area.width), theme.mark);
        }
        let mut x = area.x + GUTTER;
        for at in placed {
            let Some(column) = columns.get(at.index) else {
                continue;
            };
            let cell = instead(&row, column).unwrap_or_else(|| column.draw(&row, at.width));
            let mut style = theme.of(cell.meaning);
            let text = if column.is_key() {
                style = if hit {
                    theme.hit
                } else if marked {
                    theme.mark
                } else {
                    style
                };
                fit_middle(&cell.text, at.width)
            } else {
                fit(&cell.text, at.width, at.right)
            };
            if x >= area.right() {
                break;
            }
            buf.set_stringn(x, y, text, usize::from(area.right() - x), style);
            x += at.width + GAP;
        }
        if under_cursor {
            let line = Rect {
                y,
                height: 1,
                ..area
            };
            select(line, buf, theme);
        }
    }
    let rows = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let (buf, style) = (frame.buffer_mut(), theme.muted);
    scroll_mark::draw(rows, buf, table.offset, table.len(), style);
}

/// Raises the line under the cursor: another ground and a bar at its left; its words keep their
/// colours. Its first column is free for the bar.
pub fn select(line: Rect, buf: &mut Buffer, theme: &Theme) {
    let line = line.intersection(buf.area);
    if line.is_empty() {
        return;
    }
    buf.set_string(line.x, line.y, "▌", theme.accent);
    buf.set_style(line, theme.cursor);
}

/// Titles of the columns; the one under the column cursor stands in brackets, which take the
/// blanks around it: no title moves or is cut for them.
pub fn header<T: Row>(
    frame: &mut Frame,
    area: Rect,
    table: &Table<T>,
    columns: &[PlacedColumn],
    theme: &Theme,
) {
    let buf = frame.buffer_mut();
    let mut x = area.x + GUTTER;
    for column in columns {
        let arrow = match table.sort {
            Some((index, true)) if index == column.index => "▼",
            Some((index, false)) if index == column.index => "▲",
            _ => "",
        };
        // The column under the cursor is marked by brackets too, not by colour alone.
        let is_current = table.column == column.index;
        let style = if is_current {
            theme.accent
        } else {
            theme.muted
        };
        if x >= area.right() {
            break;
        }
        let title = format!("{}{arrow}", column.title);
        let have = title.width() as u16;
        // One of the blanks beside a column may be its own, the other is the brackets'.
        let wide = have.min(column.width + GAP - 1);
        let left = match column.right {
            true => (x + column.width).saturating_sub(wide),
            false => x,
        };
        let room = usize::from(area.right().saturating_sub(left));
        buf.set_stringn(left, area.y, fit(&title, wide, false), room, style);
        if is_current {
            let brackets = [(left.saturating_sub(1), "["), (left + wide, "]")];
            for (x, bracket) in brackets.into_iter().filter(|(x, _)| *x < area.right()) {
                buf.set_string(x, area.y, bracket, style);
            }
        }
        x += column.width + GAP;
    }
}

/// Sentences in the place of a list that has no rows.
pub fn notice(frame: &mut Frame, area: Rect, sentences: &[(&str, Style)]) {
    let area = area.intersection(frame.area());
    let width = area.width.saturating_sub(6).min(90);
    let mut y = area.y + 1;
    for (sentence, style) in sentences {
        for line in wrap(sentence, width) {
            if y >= area.bottom() {
                return;
            }
            let span = Span::styled(line, *style);
            frame
                .buffer_mut()
                .set_span(area.x + 3, y, &span, area.width.saturating_sub(3));
            y += 1;
        }
        y += 1;
    }
}
