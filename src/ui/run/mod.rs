//! Draws one run.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::theme::Theme;
use crate::app::run::RunScreen;

/// Draws the run that is open into `area`.
pub fn draw(frame: &mut Frame, area: Rect, screen: &RunScreen, theme: &Theme) {
    let lines: Vec<Line> = match (&screen.error, &screen.detail) {
        (Some(error), _) => vec![Line::styled(error.as_str(), theme.error)],
        (None, None) => vec![Line::styled("reading the run …", theme.muted)],
        (None, Some(detail)) => detail
            .channels
            .iter()
            .skip(screen.scroll)
            .take(usize::from(area.height))
            .map(|(name, stats)| {
                Line::from(vec![
                    Span::styled(format!(" {name:<8}"), theme.text),
                    Span::styled(format!("{:>12} samples", stats.count), theme.muted),
                ])
            })
            .collect(),
    };
    frame.render_widget(Paragraph::new(lines), area);
}
