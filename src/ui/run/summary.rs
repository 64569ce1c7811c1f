//! Draws the summary of a run.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use super::put;
use crate::{
    app::run::{
        Summary,
        robot_table::{GAP, RobotColumn},
        summary::{Above, Page},
        summary_facts::Fact,
    },
    ui::{
        text::{fit, fit_line},
        theme::Theme,
        widgets::grid::{Grid, GridCell},
    },
};

/// Characters for the label of a fact.
const LABEL: usize = 15;

pub(super) fn draw(area: Rect, buf: &mut Buffer, summary: &Summary, theme: &Theme) {
    let page = &summary.page;
    let above = page.above(usize::from(area.width));
    let mut y = 0;
    let first_row = summary.top.saturating_sub(above.len());
    for line in above.into_iter().skip(summary.top) {
        if y >= area.height {
            return;
        }
        let line_area = Rect {
            y: area.y + y,
            height: 1,
            ..area
        };
        line_above(line, line_area, buf, theme);
        y += 1;
    }
    // A blank line between facts and table, and none once the facts are gone.
    if y > 0 {
        y += 1;
    }
    let rest = Rect {
        y: area.y + y.min(area.height),
        height: area.height.saturating_sub(y),
        ..area
    };
    let cell = |row: u64, column: usize| {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        let is_group = page.group(row).is_some();
        let row = page.rows.get(row).filter(|_| !is_group);
        let text = row.and_then(|r| r.get(column)).cloned().unwrap_or_default();
        GridCell {
            muted: text.trim_end() == "·",
            text,
            mark: None,
        }
    };
    Grid {
        titles: &page.titles,
        // Brackets, for colour alone does not tell.
        current: Some(summary.column),
        units: &[],
        left: 1,
        widths: &page.widths,
        first_column: summary.first_column,
        first_row: first_row as u64,
        rows: page.rows.len() as u64,
        cursor: Some(summary.row as u64),
        cell: &cell,
        theme,
        frozen: theme.text,
    }
    .render(rest, buf);
    // The names of groups take the whole of their lines, which the grid leaves blank.
    for (row, line) in (first_row..page.rows.len()).zip(rest.rows().skip(1)) {
        if let Some((name, unit)) = page.group(row) {
            let line_area = Rect {
                x: line.x + 1,
                width: line.width.saturating_sub(1),
                ..line
            };
            let words = Line::from(vec![
                Span::styled(name, theme.title),
                Span::styled(format!("  {unit}"), theme.muted),
            ]);
            fit_line(words, line_area.width).render(line_area, buf);
        }
    }
}

fn line_above(line: Above<'_>, area: Rect, buf: &mut Buffer, theme: &Theme) {
    match line {
        Above::Blank => {}
        Above::Fact(fact) => fact_at(fact, area, buf, theme),
        Above::Facts(facts) => {
            let width = area.width / Page::fact_columns(usize::from(area.width)) as u16;
            for (column, fact) in (0..).zip(facts) {
                let x = area.x + width * column;
                fact_at(fact, Rect { x, width, ..area }, buf, theme);
            }
        }
        Above::Titles(columns) => {
            robots_line(&columns, area, buf, |column| (column.title, theme.muted));
        }
        Above::Robot(row, columns) => robots_line(&columns, area, buf, |column| {
            let cell = column.cells.get(row);
            cell.map_or(("", theme.text), |(text, meaning)| {
                (text.as_str(), theme.of(*meaning))
            })
        }),
    }
}

/// A line of the robots' table.
fn robots_line<'a>(
    columns: &[&'a RobotColumn],
    area: Rect,
    buf: &mut Buffer,
    cell: impl Fn(&'a RobotColumn) -> (&'a str, Style),
) {
    let mut line = Line::raw(" ");
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            line.push_span(" ".repeat(GAP));
        }
        let (text, style) = cell(column);
        let text = fit(text, column.width as u16, column.right);
        line.push_span(Span::styled(text, style));
    }
    fit_line(line, area.width).render(area, buf);
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
