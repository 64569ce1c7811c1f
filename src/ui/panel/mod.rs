//! Panels beside lists: what is known of the line under the cursor.
//!
//! * [`log`], [`run`], [`machine`]: by what the list has.
//! * [`Text`]: the lines of a panel, in groups that have headings.

pub mod log;
pub mod machine;
pub mod run;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    lines::ruled,
    text::{fit, fit_line, wrap},
    theme::Theme,
    widgets::scroll_mark,
};
use crate::app::columns::SCROLL_MARK;

/// Characters for the names of values.
const NAME: u16 = 10;

/// The lines of a panel.
struct Text<'a> {
    lines: Vec<Line<'static>>,
    /// The sentences so far: what was said is not said again.
    said: String,
    width: u16,
    theme: &'a Theme,
}

impl<'a> Text<'a> {
    /// A panel with a title, in as many lines as it needs; where the panel has the keys that stands in brackets, with a heavy
    /// rule behind it, as over every pane that has them.
    fn new(title: &str, has_keys: bool, area: Rect, theme: &'a Theme) -> Self {
        let width = area.width.saturating_sub(1 + SCROLL_MARK);
        let (title, style) = match has_keys {
            true => (format!("[{title}]"), theme.tab),
            false => (title.to_owned(), theme.title),
        };
        let title = wrap(&title, width).into_iter();
        let mut lines: Vec<Line> = title.map(|line| Line::styled(line, style)).collect();
        if let Some(last) = lines.last_mut().filter(|_| has_keys) {
            let rule = usize::from(width).saturating_sub(last.width() + 1);
            if rule > 0 {
                last.push_span(Span::styled(format!(" {}", "━".repeat(rule)), theme.accent));
            }
        }
        Self {
            lines,
            said: String::new(),
            width,
            theme,
        }
    }

    /// Draws the lines from the `scroll`th on; the last page stays full.
    fn draw(self, frame: &mut Frame, area: Rect, scroll: usize) {
        let area = area.intersection(frame.area());
        let last_page = self.lines.len().saturating_sub(usize::from(area.height));
        let first = scroll.min(last_page);
        let shown = self.lines.iter().skip(first);
        let buf = frame.buffer_mut();
        for (line, y) in shown.zip(area.y..area.bottom()) {
            buf.set_line(area.x + 1, y, line, self.width);
        }
        scroll_mark::draw(area, buf, first, self.lines.len(), self.theme.muted);
    }

    /// The heading of a group: a blank line, the word, and a rule to the edge.
    fn heading(&mut self, word: &str) {
        self.lines.push(Line::default());
        self.lines.push(ruled(word, self.width, self.theme));
    }

    /// `text` without the end that was said already.
    fn new_part<'t>(&self, text: &'t str) -> &'t str {
        if self.said.contains(text) {
            return "";
        }
        let mut ends = text.match_indices(": ");
        let end = ends.find(|(at, colon)| {
            let end = text.get(at + colon.len()..);
            end.is_some_and(|end| !end.is_empty() && self.said.contains(end))
        });
        end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
    }

    fn sentence(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.said.push_str(text);
        self.said.push('\n');
        let lines = wrap(text, self.width).into_iter();
        self.lines
            .extend(lines.map(|line| Line::styled(line, style)));
    }

    /// A value with its name before it and its unit, dimmed, behind it.
    fn pair(&mut self, name: &str, value: &str, unit: &str) {
        self.push(vec![
            Span::styled(fit(name, NAME, false), self.theme.muted),
            Span::styled(value.to_owned(), self.theme.text),
            Span::styled(format!(" {unit}"), self.theme.muted),
        ]);
    }

    /// A line of its own, cut where it is too long.
    fn push(&mut self, spans: Vec<Span<'static>>) {
        self.lines.push(fit_line(Line::from(spans), self.width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_whole_in_as_many_lines_as_it_needs() {
        let theme = Theme::named("dark", true).unwrap();
        let key = "cell-a/a long log name, with commas; semicolons/2022-11-23T2040";
        for has_keys in [false, true] {
            for width in 12..90 {
                let area = Rect::new(0, 0, width, 9);
                let lines = Text::new(key, has_keys, area, &theme).lines;
                assert!(lines.iter().all(|line| line.width() <= usize::from(width)));
                let drawn: String = lines.iter().map(|line| line.to_string()).collect();
                let bare = |text: &str| text.replace([' ', '[', ']', '━'], "");
                assert_eq!(bare(&drawn), bare(key), "{width}");
                assert_eq!(drawn.contains(']'), has_keys);
            }
        }
    }
}
