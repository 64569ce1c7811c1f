//! Lines of text in an area, one below the other.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line, widgets::Widget};

use super::text::{fit_line, wrap};

/// The first `lines` lines of `rest`, which it loses.
pub fn take(rest: &mut Rect, lines: usize) -> Rect {
    let height = u16::try_from(lines).unwrap_or(u16::MAX).min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
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
