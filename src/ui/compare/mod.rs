//! Draws runs side by side: which is which, their channels over each other, the table of
//! their differences.

mod sheet;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{
    lines::{pane_rule, put, put_titles, sentence, take},
    signals,
    text::{fit, fit_middle},
    theme::Theme,
};
use crate::{
    app::{
        State,
        columns::meaning::verdict_word,
        compare::{CompareScreen, Compared, Pane, mouse::PANES, sheet::offset},
        layout,
    },
    etl::{compare::letter, format::thousands, time, zone},
};

/// The name of a log in fewer characters tells nothing.
const SHORT_NAME: usize = 12;

/// Draws the comparison that is open.
pub fn draw(frame: &mut Frame, state: &State, screen: &CompareScreen, theme: &Theme) {
    draw_in(frame, state.size, screen, theme);
}

fn draw_in(frame: &mut Frame, size: (u16, u16), screen: &CompareScreen, theme: &Theme) {
    let (above, rest) = layout::headed(size, 1);
    let (above, mut rest) = (
        above.intersection(frame.area()),
        rest.intersection(frame.area()),
    );
    if above.is_empty() || rest.is_empty() {
        return;
    }
    let buf = frame.buffer_mut();
    let parts = screen.parts();
    heading(above, buf, screen, theme);
    for run in 0..parts.legend {
        legend(take(&mut rest, 1), buf, screen, run, theme);
    }
    take(&mut rest, parts.blank);
    let Some(views) = &screen.views else {
        let (text, style) = match &screen.error {
            Some(error) => (error.as_str(), theme.error),
            None => ("reading the runs …", theme.muted),
        };
        return sentence(rest, buf, text, style);
    };
    if parts.overlaid > 0 {
        let pane = take(&mut rest, parts.overlaid);
        let has_keys = screen.pane == Pane::Overlaid;
        signals::draw(pane, buf, &views.signals, has_keys, "", theme);
    }
    if parts.sheet > 0 {
        if parts.overlaid > 0 {
            take(&mut rest, parts.blank);
            let rule = take(&mut rest, 1);
            let has_keys = screen.pane == Pane::Sheet;
            pane_rule(rule, buf, "differences", has_keys, theme);
        }
        sheet::draw(take(&mut rest, parts.sheet), buf, &views.sheet, theme);
    }
}

/// How the runs are aligned, or which figures the table has, and the panes: the one with the
/// keys stands in brackets.
fn heading(area: Rect, buf: &mut Buffer, screen: &CompareScreen, theme: &Theme) {
    let titles = layout::titles(&PANES, screen.pane, area.width);
    let mut text = format!(" {}", screen.alignment());
    let sheet = screen.views.as_ref().map(|views| &views.sheet);
    if let Some(sheet) = sheet.filter(|_| screen.pane == Pane::Sheet) {
        text = match (sheet.all, sheet.hidden) {
            (true, _) => " all figures".to_owned(),
            (false, 0) => " largest difference first".to_owned(),
            (false, n) => format!(
                " largest difference first, {} equal hidden",
                thousands(n as u64)
            ),
        };
    }
    let beside = Rect {
        width: titles.beside(),
        ..area
    };
    put(beside, buf, &text, theme.title);
    if screen.views.is_some() {
        put_titles(area, buf, &titles, screen.pane, theme);
    }
}

/// Which line is which run; the one whose place is set next has a mark before it.
fn legend(area: Rect, buf: &mut Buffer, screen: &CompareScreen, at: usize, theme: &Theme) {
    let Some(run) = screen.runs.get(at) else {
        return;
    };
    let turn = if screen.is_turn(at) { "▸" } else { " " };
    let mut spans = vec![
        Span::styled(format!(" {turn} "), theme.accent),
        Span::styled(format!("{} ━━ ", letter(at)), theme.series(at)),
        Span::styled(fit(&run.run.short(), 13, false), theme.text),
    ];
    let used: usize = spans.iter().map(Span::width).sum();
    let left = usize::from(area.width).saturating_sub(used + 2);
    let (text, style) = about(screen, run, at, left, theme);
    spans.push(Span::styled(format!("  {text}"), style));
    Line::from(spans).render(area, buf);
}

/// Where the run comes from and where it is aligned, or why it has no samples, in at
/// most `width` characters. Why its table cannot be read stands above the charts.
fn about(
    screen: &CompareScreen,
    run: &Compared,
    at: usize,
    width: usize,
    theme: &Theme,
) -> (String, Style) {
    let cut = |text: &str| fit(text, width as u16, false).trim_end().to_owned();
    let Some(views) = &screen.views else {
        return (cut(&run.log_key), theme.muted);
    };
    let Some(detail) = &run.detail else {
        let text = "not in the lake any more";
        return (cut(&format!("{text}: {}", run.log_key)), theme.error);
    };
    if let Some(error) = detail.row.error() {
        let failed = format!("failed: {error}");
        // The reason stands nowhere else; the run has its name before it.
        let left = width.saturating_sub(failed.width() + 2);
        let whole = run.log_key.width();
        if left < whole.min(SHORT_NAME) {
            return (cut(&failed), theme.error);
        }
        let name = fit_middle(&run.log_key, left.min(whole) as u16);
        return (format!("{name}  {failed}"), theme.error);
    }
    let mut figures = Vec::new();
    // Why stands above the charts, where these have room for it.
    let is_unread = views.signals.failure_of(at).is_some();
    figures.extend(is_unread.then(|| "its table cannot be read".to_owned()));
    let style = match is_unread {
        true => theme.error,
        false => theme.text,
    };
    // Where there is little room the log matters more.
    let has_room = !is_unread || width >= 50;
    figures.extend(
        detail
            .row
            .runtime_s()
            .filter(|_| has_room)
            .map(|s| fit(&time::format_duration(s), 7, true)),
    );
    figures.extend(
        views
            .signals
            .place(at)
            .map(|place| format!("at {}", offset(place))),
    );
    if width >= 70 {
        figures.push(verdict_word(detail.row.verdict).to_owned());
        figures.splice(0..0, detail.row.start_us().map(zone::format_screen));
    }
    let figures = figures.join("  ");
    let left = width.saturating_sub(figures.chars().count() + 2).min(40);
    let name = fit_middle(&run.log_key, left as u16);
    (cut(&format!("{name}  {figures}")), style)
}

#[cfg(test)]
mod tests;
