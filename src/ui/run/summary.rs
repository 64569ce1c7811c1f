//! Draws the summary of a run.

use ratatui::{buffer::Buffer, layout::Rect};

use super::put;
use crate::{
    app::run::{
        Summary,
        summary::{Fact, Page},
    },
    ui::{
        theme::Theme,
        widgets::grid::{Grid, GridCell},
    },
};

/// Characters for the label of a fact.
const LABEL: usize = 15;

pub(super) fn draw(area: Rect, buf: &mut Buffer, summary: &Summary, theme: &Theme) {
    let page = &summary.page;
    let fact_lines = page.fact_lines(usize::from(area.width));
    let mut y = 0;
    for line in summary.top..fact_lines {
        if y >= area.height {
            return;
        }
        facts_line(
            page,
            line,
            Rect {
                y: area.y + y,
                height: 1,
                ..area
            },
            buf,
            theme,
        );
        y += 1;
    }
    // A blank line between facts and table, and none once the facts are gone.
    if y > 0 {
        y += 1;
    }
    let first_row = summary.top.saturating_sub(fact_lines) as u64;
    let rest = Rect {
        y: area.y + y.min(area.height),
        height: area.height.saturating_sub(y),
        ..area
    };
    let cell = |row: u64, column: usize| {
        let row = usize::try_from(row).ok().and_then(|r| page.rows.get(r));
        let text = row.and_then(|r| r.get(column)).cloned().unwrap_or_default();
        GridCell {
            muted: text == "·" || column == 1,
            text,
            mark: None,
        }
    };
    Grid {
        titles: &page.titles,
        // Brackets, for colour alone does not tell.
        current: Some(summary.column),
        units: &[],
        left: 2,
        widths: &page.widths,
        first_column: summary.first_column,
        first_row,
        rows: page.rows.len() as u64,
        cursor: Some(summary.row as u64),
        cell: &cell,
        theme,
        frozen: theme.title,
    }
    .render(rest, buf);
}

/// Line `line` of the facts: several short ones side by side, then the long ones.
fn facts_line(page: &Page, line: usize, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let columns = Page::fact_columns(usize::from(area.width));
    let lines = page.facts.len().div_ceil(columns);
    if line >= lines {
        if let Some(fact) = page.lines.get(line - lines) {
            fact_at(fact, area, buf, theme);
        }
        return;
    }
    let width = area.width / columns as u16;
    for column in 0..columns {
        if let Some(fact) = page.facts.get(column * lines + line) {
            let x = area.x + width * column as u16;
            fact_at(fact, Rect { x, width, ..area }, buf, theme);
        }
    }
}

fn fact_at(fact: &Fact, area: Rect, buf: &mut Buffer, theme: &Theme) {
    put(area, buf, &format!(" {}", fact.label), theme.muted);
    let left = (LABEL as u16 + 2).min(area.width);
    let rest = Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    };
    let style = theme.of(fact.meaning);
    let cut: String = if fact.value.chars().count() > usize::from(rest.width) {
        let keep = usize::from(rest.width).saturating_sub(1);
        fact.value.chars().take(keep).chain(['…']).collect()
    } else {
        fact.value.clone()
    };
    put(rest, buf, &cut, style);
}
