//! Draws the samples of a run.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{put, sentence};
use crate::{
    app::{chart::format_whole, run::Samples},
    ui::{
        theme::Theme,
        widgets::table::{Cell, Table, TableStyles},
    },
};

pub(super) fn draw(area: Rect, buf: &mut Buffer, samples: &Samples, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    if let Some(error) = &samples.error {
        return sentence(area, buf, error, theme.error);
    }
    let table = Rect {
        x: area.x + 1.min(area.width - 1),
        width: area.width.saturating_sub(1),
        height: area.height - 1,
        ..area
    };
    let cell = |row: u64, column: usize| match samples.cell(row, column) {
        Some(text) => Cell {
            muted: text == "·",
            text,
        },
        // Not read yet: a placeholder that is no value.
        None => Cell {
            text: "…".into(),
            muted: true,
        },
    };
    Table {
        titles: &samples.columns.titles,
        units: &samples.columns.units,
        left: 1,
        widths: &samples.columns.widths,
        first_column: samples.first_column,
        first_row: samples.first_row,
        rows: samples.rows,
        cursor: Some(samples.row),
        cell: &cell,
        styles: TableStyles {
            header: theme.muted,
            frozen: theme.text,
            cell: theme.text,
            cursor: theme.cursor,
            muted: theme.muted,
        },
    }
    .render(table, buf);
    let place = format!(
        " row {} of {}",
        format_whole((samples.row + 1).min(samples.rows)),
        format_whole(samples.rows)
    );
    let last = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    put(last, buf, &place, theme.muted);
}
