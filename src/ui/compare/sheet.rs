//! Draws the table of differences.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::compare::Sheet,
    ui::{
        theme::Theme,
        widgets::grid::{Grid, GridCell},
    },
};

pub(super) fn draw(area: Rect, buf: &mut Buffer, sheet: &Sheet, theme: &Theme) {
    let cell = |row: u64, column: usize| {
        let row = usize::try_from(row)
            .ok()
            .and_then(|row| sheet.rows.get(row));
        let text = row.and_then(|row| row.cells.get(column)).cloned();
        let text = text.unwrap_or_default();
        GridCell {
            muted: text == "·",
            text,
            mark: None,
        }
    };
    let table = Grid {
        titles: &sheet.titles,
        current: None,
        units: &[],
        left: 1,
        widths: &sheet.widths,
        first_column: sheet.first_column,
        first_row: sheet.top as u64,
        rows: sheet.rows.len() as u64,
        cursor: None,
        cell: &cell,
        theme,
        frozen: theme.text,
    };
    table.render(area, buf);
    // The names of channels stand out from their statistics.
    let lines = area.rows().skip(1).zip(sheet.rows.iter().skip(sheet.top));
    for (mut line, _) in lines.filter(|(_, row)| row.head) {
        (line.x, line.width) = (line.x + 1, line.width.saturating_sub(1));
        buf.set_style(line.intersection(buf.area), theme.title);
    }
}
