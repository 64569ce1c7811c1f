//! Draws the samples of a run.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{put, sentence};
use crate::{
    app::run::{RunScreen, Samples},
    etl::held::CellKind,
    ui::{
        theme::Theme,
        widgets::grid::{Grid, GridCell},
    },
};

pub(super) fn draw(
    area: Rect,
    buf: &mut Buffer,
    screen: &RunScreen,
    samples: &Samples,
    theme: &Theme,
) {
    if area.is_empty() {
        return;
    }
    if let Some(error) = &samples.error {
        return sentence(area, buf, error, theme.error);
    }
    let table = Rect {
        height: area.height - 1,
        ..area
    };
    let cell = |row: u64, column: usize| match samples.cell(row, column) {
        Some(text) => {
            let kind = samples.kind(row, column);
            GridCell {
                muted: text == "·" || kind == Some(CellKind::Held),
                mark: (kind == Some(CellKind::Unknown)).then_some('?'),
                text,
            }
        }
        // Not read yet: a placeholder that is no value.
        None => GridCell {
            text: "…".into(),
            muted: true,
            mark: None,
        },
    };
    Grid {
        titles: &samples.columns.titles,
        // Brackets, for colour alone does not tell.
        current: Some(samples.column),
        units: &samples.columns.units,
        left: 1,
        widths: &samples.columns.widths,
        first_column: samples.first_column,
        first_row: samples.first_row,
        rows: samples.rows,
        cursor: Some(samples.row),
        cell: &cell,
        theme,
        frozen: theme.text,
    }
    .render(table, buf);
    if let Some(filtered) = samples.filtered.as_ref().filter(|_| samples.rows == 0) {
        let below = Rect {
            y: table.y + 2.min(table.height),
            height: table.height.saturating_sub(2),
            ..table
        };
        let text = format!(
            "No row passes the filter `{}`. An empty filter shows all rows.",
            filtered.condition.text
        );
        sentence(below, buf, &text, theme.text);
    }
    let place = screen.samples_line().unwrap_or_default();
    let last = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    put(last, buf, &place, theme.muted);
}
