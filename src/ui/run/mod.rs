//! Draws one run: its heading with the tabs, and the tab that is open.

mod layers;
mod path;
mod quality;
mod samples;
mod summary;

use ratatui::{Frame, buffer::Buffer, layout::Rect, text::Span, widgets::Widget};

use super::{
    lines::{put, put_titles, sentence},
    signals,
    text::whole_parts,
    theme::Theme,
};
use crate::app::{
    State, layout,
    run::{RunScreen, Tab, heading},
};

/// Draws the run that is open.
pub fn draw(frame: &mut Frame, state: &State, screen: &RunScreen, theme: &Theme) {
    let message = state.message_line().map(|(_, text)| text);
    draw_in(
        frame,
        state.size,
        screen,
        &message.unwrap_or_default(),
        theme,
    );
}

fn draw_in(frame: &mut Frame, size: (u16, u16), screen: &RunScreen, message: &str, theme: &Theme) {
    let (above, body) = layout::headed(size, 1);
    let body = body.intersection(frame.area());
    heading_line(
        above.intersection(frame.area()),
        frame.buffer_mut(),
        screen,
        theme,
    );
    if body.is_empty() {
        return;
    }
    if let Some(flags) = screen.flags() {
        return quality::draw(frame, body, flags, theme);
    }
    if let (Some(views), Tab::Layers) = (&screen.views, screen.tab) {
        return layers::draw(frame, body, &views.layers, screen.marker, theme);
    }
    let buf = frame.buffer_mut();
    match (&screen.views, &screen.error) {
        (Some(views), _) => match screen.tab {
            Tab::Summary => summary::draw(body, buf, &views.summary, theme),
            Tab::Signals => signals::draw(body, buf, &views.signals, true, message, theme),
            Tab::Samples => samples::draw(body, buf, screen, &views.samples, theme),
            Tab::Path => path::draw(body, buf, views, theme),
            // Drawn above: lists need the frame.
            Tab::Layers | Tab::Quality => {}
        },
        (None, Some(error)) => sentence(body, buf, error, theme.error),
        (None, None) => put(body, buf, " reading the run …", theme.muted),
    }
}

/// Verdict, start and runtime; the tabs at the right. The open one stands in
/// brackets.
fn heading_line(area: Rect, buf: &mut Buffer, screen: &RunScreen, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    let tabs = Tab::titles();
    let titles = layout::titles(&tabs, screen.tab, area.width);
    if let Some(detail) = &screen.detail {
        let row = &detail.row;
        let verdict = theme.title.patch(theme.of(row.verdict));
        let room = titles.beside();
        let words = heading::words(row, room).into_iter().enumerate();
        let parts = words.map(|(at, word)| {
            let style = if at == 0 { verdict } else { theme.title };
            vec![Span::styled(word, style)]
        });
        let beside = Rect {
            width: room,
            ..area
        };
        whole_parts(parts.collect(), room).render(beside, buf);
    }
    if screen.views.is_some() {
        put_titles(area, buf, &titles, screen.tab, theme);
    }
}

#[cfg(test)]
mod tests;
