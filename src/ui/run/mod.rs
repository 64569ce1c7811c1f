//! Draws one run: its heading with the tabs, and the tab that is open.

mod layers;
mod path;
mod quality;
mod samples;
mod summary;

use ratatui::{Frame, buffer::Buffer, layout::Rect, text::Span, widgets::Widget};

use super::{
    lines::{put, sentence, titles},
    signals,
    text::whole_parts,
    theme::Theme,
};
use crate::{
    app::{
        State,
        columns::meaning::verdict_word,
        layout,
        run::{RunScreen, Tab},
    },
    etl::{time, zone},
};

/// Draws the run that is open.
pub fn draw(frame: &mut Frame, state: &State, screen: &RunScreen, theme: &Theme) {
    draw_in(frame, state.size, screen, theme);
}

fn draw_in(frame: &mut Frame, size: (u16, u16), screen: &RunScreen, theme: &Theme) {
    let (above, body) = layout::headed(size, 1);
    let body = body.intersection(frame.area());
    heading(
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
            Tab::Signals => signals::draw(body, buf, &views.signals, true, theme),
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
fn heading(area: Rect, buf: &mut Buffer, screen: &RunScreen, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    let left = layout::titles_left(&Tab::titles(), area.width);
    if let Some(detail) = &screen.detail {
        let row = &detail.row;
        let parts = |start: Option<String>| {
            let mut words = Vec::new();
            words.push(format!(" {}", verdict_word(row.verdict)));
            words.extend(start.map(|start| format!("  {start}")));
            let runtime = row.runtime_s().map(time::format_duration);
            words.extend(runtime.map(|runtime| format!("  {runtime}")));
            words
        };
        let start = row.start_us().map(zone::format_screen);
        let fits = |words: &[String]| words.concat().chars().count() <= usize::from(left);
        let mut words = parts(start.clone());
        if !fits(&words) {
            // The year goes first, then the runtime, then the day.
            words = parts(start.map(|start| start.split_at("2022-".len()).1.to_owned()));
        }
        if !words.get(..2).is_some_and(fits) {
            let run = row.start_us().zip(row.stop_us());
            words = parts(run.map(|run| zone::format_clock_within(run.0, run)));
        }
        let verdict = theme.title.patch(theme.of(row.verdict));
        let parts = words.into_iter().enumerate().map(|(at, word)| {
            let style = if at == 0 { verdict } else { theme.title };
            vec![Span::styled(word, style)]
        });
        let area = Rect {
            width: left,
            ..area
        };
        whole_parts(parts.collect(), left).render(area, buf);
    }
    if screen.views.is_some() {
        let tabs_area = Rect {
            x: area.x + left,
            width: area.width - left,
            ..area
        };
        titles(&Tab::titles(), screen.tab, theme).render(tabs_area, buf);
    }
}

#[cfg(test)]
mod tests;
