//! What is known of the log under the cursor.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    text::{fit, fit_middle, wrap},
    theme::Theme,
};
use crate::{
    app::{
        columns::meaning::{glyph, verdict_word},
        logs::Logs,
    },
    etl::{
        catalog::{HarvestRow, LogDetail, LogRow},
        clean::Ledger,
        format::{bytes, count, seconds, thousands},
        time,
    },
};

/// Draws the panel.
pub fn draw(frame: &mut Frame, area: Rect, logs: &Logs, theme: &Theme) {
    let table = &logs.table;
    let Some(row) = table.now(table.cursor) else {
        return;
    };
    let title = if logs.panel {
        theme.accent
    } else {
        theme.title
    };
    // The cursor may have gone on before the answer came.
    let detail = logs.detail.as_deref().filter(|d| d.row.key == row.key);
    let lines = lines(&row, detail, area.width.saturating_sub(1), title, theme);
    let scroll = logs.panel_scroll.min(lines.len().saturating_sub(1));
    for (line, y) in lines.iter().skip(scroll).zip(area.y..area.bottom()) {
        frame
            .buffer_mut()
            .set_line(area.x + 1, y, line, area.width.saturating_sub(1));
    }
}

fn lines(
    row: &LogRow,
    detail: Option<&LogDetail>,
    width: u16,
    title: Style,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(fit_middle(&row.key, width), title)];
    let word = format!("{} {}: ", glyph(row.state), row.state.word());
    sentence(
        &mut lines,
        &(word + &row.reason),
        width,
        theme.of(row.state),
    );
    if let Some(why) = &row.leave_alone {
        sentence(
            &mut lines,
            &format!("left alone without its name: {why}"),
            width,
            theme.muted,
        );
    }
    let Some(detail) = detail else {
        return lines;
    };
    for error in &detail.errors {
        sentence(&mut lines, error, width, theme.error);
    }
    if let Some(at) = row.harvested_at_us {
        let mut text = format!("harvested {}", short_time(at));
        if let Some(s) = detail.seconds {
            text.push_str(&format!(" in {}", seconds(s)));
        }
        if let Some(program) = &detail.program {
            text.push_str(&format!(", {program}"));
        }
        sentence(&mut lines, &text, width, theme.text);
    }
    lines.push(Line::default());
    if let Some(size) = row.size {
        pair(&mut lines, "size", &bytes(size), theme);
    }
    if let (Some(start), Some(stop)) = (row.start_us, row.stop_us) {
        pair(&mut lines, "first", &time::format_screen(start), theme);
        pair(&mut lines, "last", &time::format_screen(stop), theme);
    }
    if let Some(hash) = &detail.content_hash {
        let (head, tail) = (
            hash.get(..4).unwrap_or(hash),
            hash.get(hash.len().saturating_sub(4)..),
        );
        pair(
            &mut lines,
            "content",
            &format!("{head}…{}", tail.unwrap_or_default()),
            theme,
        );
    }
    quality(&mut lines, detail, width, theme);
    if let Some(ledger) = &detail.ledger {
        self::ledger(&mut lines, ledger, theme);
    }
    history(&mut lines, &detail.history, width, theme);
    lines
}

/// The verdict, and which checks found something in how many runs.
fn quality(lines: &mut Vec<Line<'static>>, detail: &LogDetail, width: u16, theme: &Theme) {
    let Some(verdict) = detail.row.verdict else {
        return;
    };
    pair(lines, "quality", verdict_word(verdict), theme);
    for found in &detail.quality {
        let runs = count(u64::from(found.runs), "run");
        let flags = count(u64::from(found.flags), "flag");
        let text = format!("{} in {runs} ({flags})", found.rule);
        let style = theme.of(found.severity);
        sentence(lines, &text, width, style);
    }
}

fn ledger(lines: &mut Vec<Line<'static>>, ledger: &Ledger, theme: &Theme) {
    lines.push(Line::default());
    let mut count = |name: &str, rows: u64, style: Style| {
        lines.push(Line::from(vec![
            Span::styled(fit(name, 16, false), theme.muted),
            Span::styled(fit(&thousands(rows), 14, true), style),
        ]));
    };
    count("rows in", ledger.rows_in, theme.text);
    count("kept", ledger.rows_kept, theme.text);
    for (reason, rows) in &ledger.dropped {
        count(reason.word(), *rows, theme.warning);
    }
}

fn history(lines: &mut Vec<Line<'static>>, history: &[HarvestRow], width: u16, theme: &Theme) {
    if history.is_empty() {
        return;
    }
    lines.push(Line::default());
    lines.push(Line::styled("past harvests", theme.muted));
    for past in history {
        let text = format!(
            "{} {}: {}",
            short_time(past.at_us),
            past.outcome,
            past.message
        );
        sentence(lines, &text, width, theme.text);
    }
}

fn pair(lines: &mut Vec<Line<'static>>, name: &str, value: &str, theme: &Theme) {
    lines.push(Line::from(vec![
        Span::styled(fit(name, 9, false), theme.muted),
        Span::styled(value.to_owned(), theme.text),
    ]));
}

fn sentence(lines: &mut Vec<Line<'static>>, text: &str, width: u16, style: Style) {
    lines.extend(
        wrap(text, width)
            .into_iter()
            .map(|line| Line::styled(line, style)),
    );
}

/// `2022-11-23 22:41:07`
fn short_time(us: i64) -> String {
    let text = time::format_screen(us);
    text.rsplit_once('.')
        .map_or(text.clone(), |(whole, _)| whole.to_owned())
}
