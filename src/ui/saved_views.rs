//! The palette while a view is saved or opened.

use ratatui::{Frame, layout::Rect, text::Line};

use super::{list::select, theme::Theme};
use crate::app::{
    saved_view::{ViewCommand, command},
    state::State,
};

/// Draws what the command does, and the views that it may mean.
pub(super) fn draw(
    frame: &mut Frame,
    area: Rect,
    state: &State,
    typed: &str,
    cursor: usize,
    theme: &Theme,
) {
    let (does, names) = match command(typed) {
        Some(ViewCommand::Save(_)) => ("save NAME or FILE.toml: what this view shows", Vec::new()),
        Some(ViewCommand::Open(name)) => (
            "open NAME or FILE.toml: a view that was saved",
            state.saved_views.matching(name),
        ),
        None => return,
    };
    let mut rows = area.intersection(frame.area()).rows();
    if let Some(row) = rows.next() {
        let does = Line::styled(format!("   {does}"), theme.muted);
        frame.render_widget(does, row);
    }
    let room = usize::from(area.height).saturating_sub(1);
    let first = (cursor + 1).saturating_sub(room);
    for ((n, name), row) in names.into_iter().enumerate().skip(first).zip(rows) {
        frame.render_widget(Line::styled(format!("   {name}"), theme.text), row);
        if n == cursor {
            select(row, frame.buffer_mut(), theme);
        }
    }
}
