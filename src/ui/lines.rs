//! Lines of text in an area, one below the other.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{
    text::{fit_line, fit_middle, wrap},
    theme::Theme,
};
use crate::app::layout::Titles;

/// The first `lines` lines of `rest`, which it loses.
pub fn take(rest: &mut Rect, lines: usize) -> Rect {
    let height = u16::try_from(lines).unwrap_or(u16::MAX).min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
}

/// The titles of a view's parts in its heading `area`, with the `open` one in brackets.
pub fn put_titles<T: PartialEq>(
    area: Rect,
    buf: &mut Buffer,
    titles: &Titles<'_, T>,
    open: T,
    theme: &Theme,
) {
    let more = |is_cut: bool| Span::styled(if is_cut { "…" } else { "" }, theme.muted);
    let mut line = Line::from(more(titles.cut.0));
    line.extend(titles.shown.iter().map(|(part, title)| {
        if *part == open {
            Span::styled(format!("[{title}]"), theme.tab)
        } else {
            Span::styled(format!(" {title} "), theme.muted)
        }
    }));
    line.push_span(more(titles.cut.1));
    let area = Rect {
        x: area.x + titles.left,
        width: area.width - titles.left,
        ..area
    };
    line.render(area, buf);
}

/// The heading of a group in `width` characters: the words, and a rule to the edge.
pub fn ruled(words: &str, width: u16, theme: &Theme) -> Line<'static> {
    let words = fit_middle(words, width.min(words.width() as u16));
    let rule = usize::from(width).saturating_sub(words.width() + 1);
    Line::from(vec![
        Span::styled(format!("{words} "), theme.title),
        Span::styled("─".repeat(rule), theme.rule),
    ])
}

/// The heading of a pane, as of a group; its rule is a heavy one where keys go to the pane.
pub fn pane_rule(area: Rect, buf: &mut Buffer, name: &str, has_keys: bool, theme: &Theme) {
    let (line, style, title) = match has_keys {
        true => ("━", theme.accent, theme.title),
        false => ("─", theme.rule, theme.muted),
    };
    let rule = usize::from(area.width).saturating_sub(name.width() + 2);
    let heading = Line::from(vec![
        Span::styled(format!(" {name} "), title),
        Span::styled(line.repeat(rule), style),
    ]);
    heading.render(area, buf);
}

/// A sentence in as many lines as it needs, below a blank one.
pub fn sentence(area: Rect, buf: &mut Buffer, text: &str, style: Style) {
    let lines = wrap(text, area.width.saturating_sub(2));
    for (line, row) in lines.iter().zip(area.rows().skip(1)) {
        put(row, buf, &format!(" {line}"), style);
    }
}

/// One line of text at the top left of `area`, cut at its edge with `…`.
pub fn put(area: Rect, buf: &mut Buffer, text: &str, style: Style) {
    if !area.is_empty() {
        fit_line(Line::styled(text, style), area.width).render(area, buf);
    }
}
