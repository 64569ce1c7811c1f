//! The strip of flags below the charts, and the words of the one at the cursor.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::signals::Signals,
    ui::{lines::put, text::fit_words, theme::Theme, widgets::chart::plot_area},
};

/// A bar for every flag in sight that lasts, a mark for one that does not; where there is
/// room the rule stands beside it.
pub(super) fn strip(area: Rect, buf: &mut Buffer, signals: &Signals, theme: &Theme) {
    put(area, buf, " flags", theme.muted);
    let plot = plot_area(area, signals.label_width());
    let width = usize::from(plot.width);
    let range = signals.view.range;
    let mut taken = vec![false; width];
    let mut names = Vec::new();
    for mark in signals.flags_in_sight() {
        let from = mark.span.0.max(range.start());
        let to = mark.span.1.min(range.end());
        let (Some(first), Some(last)) = (range.column_of(from, width), range.column_of(to, width))
        else {
            continue;
        };
        let symbol = if first == last { "▲" } else { "▒" };
        let style = theme.of(mark.severity);
        for column in first..=last {
            buf.set_string(plot.x + column as u16, plot.y, symbol, style);
            if let Some(cell) = taken.get_mut(column) {
                *cell = true;
            }
        }
        if first == last {
            names.push((first + 1, mark.rule.as_str(), style));
        }
    }
    for (column, name, style) in names {
        let end = column + name.len();
        let free = taken.get(column..=end).is_some_and(|c| !c.contains(&true));
        if free {
            buf.set_string(plot.x + column as u16, plot.y, name, style);
            if let Some(cells) = taken.get_mut(column..=end) {
                cells.fill(true);
            }
        }
    }
}

/// What the flag at the cursor, or the nearest in sight, says, unless the `message` says it.
pub(super) fn words(area: Rect, buf: &mut Buffer, signals: &Signals, message: &str, theme: &Theme) {
    let Some(mark) = signals.flag_at_cursor() else {
        return put(area, buf, " no flag in sight", theme.muted);
    };
    if message.contains(&mark.message) {
        return;
    }
    let text = format!("{}: {}", mark.rule, mark.message);
    let text = fit_words(&text, area.width.saturating_sub(2));
    put(area, buf, &format!(" {text}"), theme.of(mark.severity));
}
