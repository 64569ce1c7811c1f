//! The palette while a view is saved or opened.

use ratatui::{Frame, layout::Rect, text::Line};

use super::theme::Theme;
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
        Some(ViewCommand::Save(_)) => (
            "save NAME or FILE.toml: filter, order and columns of this view, or a run's channels",
            Vec::new(),
        ),
        Some(ViewCommand::Open(name)) => (
            "open NAME or FILE.toml: a view that was saved",
            state.saved_views.matching(name),
        ),
        None => return,
    };
    let mut rows = area.intersection(frame.area()).rows();
    let mut put = |text: String, style| {
        if let Some(row) = rows.next() {
            frame.render_widget(Line::styled(text, style), row);
        }
    };
    put(format!("   {does}"), theme.muted);
    let room = usize::from(area.height).saturating_sub(1);
    let first = (cursor + 1).saturating_sub(room);
    for (n, name) in names.into_iter().enumerate().skip(first) {
        let (mark, style) = match n == cursor {
            true => ("▸", theme.cursor),
            false => (" ", theme.text),
        };
        put(format!(" {mark} {name}"), style);
    }
}
