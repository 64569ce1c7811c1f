//! What stands around every view: top line, message, hints.

use ratatui::{
    Frame,
    layout::Rect,
    style::Modifier,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};
use unicode_width::UnicodeWidthStr;

use super::{
    glyphs,
    text::{fit, fit_line, wrap},
    theme::Theme,
};
use crate::app::{
    Action,
    crumbs::CrumbPart,
    help::{self, HelpScreen},
    keymap::Binding,
    layout,
    list::ListStatus,
    state::{Overlay, Prompt, State, Tone},
    top::{BETWEEN, Top},
};
use crate::etl::{
    format::{count_of, thousands},
    zone,
};

/// What stands in a terminal that is too small for the views.
pub fn too_small(frame: &mut Frame, theme: &Theme) {
    let (width, height) = layout::MINIMUM;
    let area = frame.area();
    let lines = vec![
        Line::styled("mdtui", theme.title),
        Line::styled(format!("needs {width}×{height}"), theme.text),
        Line::styled(format!("has {}×{}", area.width, area.height), theme.text),
    ];
    frame.render_widget(Paragraph::new(lines), area);
}

/// Where one is: place, views, counts.
pub fn top(frame: &mut Frame, state: &State, theme: &Theme) {
    let top = Top::of(state);
    let mut spans = vec![Span::raw(" ")];
    spans.extend(top.place.iter().map(|(part, text)| {
        let style = match part {
            CrumbPart::Here => theme.title,
            CrumbPart::Way | CrumbPart::About => theme.muted,
        };
        Span::styled(text.as_str(), style)
    }));
    // The views stand where they are told to, however short the place is.
    let used: usize = spans.iter().map(Span::width).sum();
    let blanks = usize::from(top.place_width + 3).saturating_sub(used);
    spans.push(Span::raw(" ".repeat(blanks)));
    spans.extend(top.views.iter().enumerate().map(|(view, (_, title, _))| {
        let open = state.top_view() == view;
        Span::styled(title.as_str(), if open { theme.tab } else { theme.muted })
    }));
    let line = Rect::new(0, 0, state.size.0, 1);
    frame.render_widget(Line::from(spans), line);
    let mut counts = Vec::new();
    for (n, count) in top.counts.iter().enumerate() {
        if n > 0 {
            counts.push(Span::styled(BETWEEN, theme.muted));
        }
        counts.push(Span::styled(count.text.as_str(), theme.of(count.meaning)));
    }
    let counts = Line::from(counts);
    let width = counts.width() as u16;
    let right = Rect {
        x: line.width.saturating_sub(width + 1),
        width,
        ..line
    };
    frame.render_widget(counts, right.intersection(line));
}

/// What just happened; or the text that is being typed.
pub fn message(frame: &mut Frame, state: &State, theme: &Theme) {
    let area = layout::message(state.size);
    let position = position(state);
    let beside = match position.width() {
        0 => 0,
        width => width + 3,
    };
    let text_area = Rect {
        width: area.width.saturating_sub(beside as u16),
        ..area
    };
    let mut is_banner = false;
    let mut above = Vec::new();
    let line = match (&state.overlay, state.message_line()) {
        (Some(Overlay::Prompt(prompt)), _) => typed(prompt, text_area.width, theme),
        (Some(Overlay::Help(help)), _) => in_help(state, help, text_area.width, theme),
        (_, message) => {
            let mut spans = vec![Span::raw(" ")];
            let marks = marks(state);
            if !marks.is_empty() {
                spans.push(Span::styled(format!("{marks} "), theme.mark));
            }
            if let Some((tone, text)) = message {
                let style = match tone {
                    Tone::Plain => theme.text,
                    Tone::Good => theme.good,
                    Tone::Error => theme.error,
                };
                let used: usize = spans.iter().map(Span::width).sum();
                let room = usize::from(text_area.width).saturating_sub(used);
                let mut text = text.into_owned();
                if text.width() > room {
                    // Nothing is cut: its last line stands here, if there is room, the others
                    // over the end of the view.
                    let mut lines = wrap(&text, text_area.width.saturating_sub(2));
                    text = lines.pop_if(|_| marks.is_empty()).unwrap_or_default();
                    let lines = lines.into_iter();
                    above.extend(lines.map(|line| Line::styled(format!(" {line}"), style)));
                }
                spans.push(Span::styled(text, style));
                is_banner = state.is_failure_unread();
            }
            Line::from(spans)
        }
    };
    let above = over_view(frame, state, above);
    frame.render_widget(fit_line(line, text_area.width), text_area);
    if !position.is_empty() {
        let right = Rect {
            x: text_area.right(),
            width: area.width - text_area.width,
            ..area
        };
        let position = Line::styled(format!("  {position} "), theme.muted);
        frame.render_widget(position, right);
    }
    if is_banner {
        // The whole line, until it is read.
        let banner = theme.error.add_modifier(Modifier::REVERSED);
        frame.buffer_mut().set_style(above, banner);
        frame.buffer_mut().set_style(area, banner);
    }
}

/// Lines over the end of the view, as many of the last ones as it has; where they are.
pub fn over_view(frame: &mut Frame, state: &State, lines: Vec<Line>) -> Rect {
    let body = layout::body(state.size).intersection(frame.area());
    let height = u16::try_from(lines.len()).map_or(body.height, |n| n.min(body.height));
    let area = Rect {
        y: body.bottom() - height,
        height,
        ..body
    };
    frame.render_widget(Clear, area);
    let hidden = lines.len().saturating_sub(usize::from(height));
    for (line, row) in lines.into_iter().skip(hidden).zip(area.rows()) {
        frame.render_widget(fit_line(line, row.width), row);
    }
    area
}

/// `12 of 4,310`: where the cursor is in the list, or in what lies over the view.
fn position(state: &State) -> String {
    let position = match &state.overlay {
        None => state.open_view().position(),
        Some(Overlay::Palette(line, cursor)) => palette_position(state, line.text(), *cursor),
        Some(Overlay::Columns(chooser)) => Some((chooser.cursor + 1, chooser.columns.len())),
        Some(_) => None,
    };
    position.map_or_else(String::new, |(at, of)| {
        format!("{} of {}", thousands(at as u64), thousands(of as u64))
    })
}

/// The line of the palette under the cursor, from 1 on, and their number.
fn palette_position(state: &State, typed: &str, cursor: usize) -> Option<(usize, usize)> {
    let lines = help::palette_lines(state, typed);
    (lines > 0).then_some((cursor + 1, lines))
}

/// What is searched in help, and which of its lines are in sight.
fn in_help<'a>(state: &State, help: &'a HelpScreen, width: u16, theme: &Theme) -> Line<'a> {
    let mut spans = Vec::new();
    let text = help.search.text();
    if help.typing {
        let (before, after) = help.search.halves();
        let mut rest = after.chars();
        let under = rest.next().map_or_else(|| " ".to_owned(), String::from);
        spans.extend([
            Span::styled(" search: ", theme.accent),
            Span::styled(before, theme.text),
            Span::styled(under, theme.caret),
            Span::styled(rest.as_str(), theme.text),
        ]);
    } else if !text.is_empty() {
        spans.push(Span::styled(format!(" help with `{text}`"), theme.accent));
    }
    let page = help.page(state);
    let lines = page.lines.len();
    let height = usize::from(layout::body(state.size).height);
    let last = page.end(help.scroll, height);
    let position = match last {
        0 => String::new(),
        _ => format!("{} to {last} of {lines} lines ", help.scroll + 1),
    };
    let used: usize = spans.iter().map(Span::width).sum();
    let room = usize::from(width).saturating_sub(used + 1) as u16;
    spans.push(Span::styled(fit(&position, room, true), theme.muted));
    Line::from(spans)
}

/// Marks, filter and counts of the list on the screen.
fn marks(state: &State) -> String {
    let view = state.open_view();
    let (Some(list), Some((one, many))) = (view.list(), view.row_nouns()) else {
        return String::new();
    };
    let ListStatus {
        marked,
        hidden_marks,
        range,
        waiting,
        filter,
        shown,
        all,
    } = list.status();
    let mut text = String::new();
    if waiting {
        text.push_str("searching all rows … ");
    } else if !filter.is_empty() {
        text.push_str(&format!(
            "filter `{filter}` shows {} of {}. ",
            thousands(shown as u64),
            thousands(all as u64)
        ));
    }
    if range {
        let key = state
            .keymap
            .key_for(&state.screen_contexts(), Action::MarkRange);
        let key = key.unwrap_or_else(|| Action::MarkRange.name().into());
        text.push_str(&format!("marking a range: {key} ends it. "));
    }
    if marked > 0 {
        text.push_str(&format!("{} marked", count_of(marked as u64, one, many)));
        if hidden_marks > 0 {
            text.push_str(&format!(", {} not shown", thousands(hidden_marks as u64)));
        }
        text.push_str(". ");
    }
    text
}

/// The text that is being typed, and what is wrong with it where the line has room.
fn typed<'a>(prompt: &'a Prompt, width: u16, theme: &Theme) -> Line<'a> {
    let (before, after) = prompt.line.halves();
    let mut rest = after.chars();
    let under = rest.next().map_or_else(|| " ".to_owned(), String::from);
    let mut spans = vec![
        Span::styled(format!(" {}: ", prompt.purpose.label()), theme.accent),
        Span::styled(before, theme.text),
        Span::styled(under, theme.caret),
        Span::styled(rest.as_str(), theme.text),
    ];
    if prompt.waits {
        spans.push(Span::styled(format!("{ERROR_GAP}…"), theme.muted));
    }
    if let Some(error) = &prompt.error
        && error_fits(prompt, width)
    {
        spans.push(Span::styled(format!("{ERROR_GAP}{error}"), theme.error));
    }
    Line::from(spans)
}

/// Blanks between what is typed and what is wrong with it.
const ERROR_GAP: &str = "   ";

/// Whether a line of `width` has room for the text and for what is wrong with it.
pub fn error_fits(prompt: &Prompt, width: u16) -> bool {
    // Blanks around the label, a colon, the cursor behind the text.
    let label = prompt.purpose.label().width() + 4;
    let error = prompt.error.as_ref().map_or(0, |e| e.sentence.width());
    label + prompt.line.text().width() + ERROR_GAP.len() + error <= usize::from(width)
}

/// What the keys do here, from the key table: as many as fit; and the zone of the times.
pub fn hints(frame: &mut Frame, state: &State, theme: &Theme) {
    let area = layout::hints(state.size);
    let mut spans = vec![Span::raw(" ")];
    let zone = match area.width {
        ..100 => zone::shown().short_name(),
        _ => zone::shown().name(),
    };
    let mut left = usize::from(area.width).saturating_sub(zone.width() + 3);
    let bindings = state.keymap.bindings_in(&state.contexts());
    let hinted = |b: &&Binding| b.hint.is_some() && state.is_possible(b.action);
    // Help leads to all the others, and back out of everything: their places are kept.
    let kept = |b: &&Binding| matches!(b.action, Action::Help | Action::Back | Action::Escape);
    let always = || bindings.iter().filter(hinted).filter(kept);
    let hint_width = |b: &Binding| hint_width(state, b);
    left = left.saturating_sub(always().map(hint_width).sum());
    let others = bindings.iter().filter(hinted).filter(|b| !kept(b));
    let fitting: Vec<&Binding> = others
        .filter(|b| {
            let fits = hint_width(b) <= left;
            left = left.saturating_sub(if fits { hint_width(b) } else { 0 });
            fits
        })
        .collect();
    for binding in fitting.into_iter().chain(always()) {
        let hint = hint(state, binding);
        spans.push(Span::styled(
            glyphs::keys(help::usual_key(binding), theme.glyphs),
            theme.key,
        ));
        spans.push(Span::styled(format!(" {hint}  "), theme.muted));
    }
    frame.render_widget(Line::from(spans), area);
    let width = (zone.width() as u16 + 1).min(area.width);
    let right = Rect {
        x: area.right() - width,
        width,
        ..area
    };
    frame.render_widget(Line::styled(zone, theme.muted), right);
}

/// What a key does here, in a word.
fn hint<'a>(state: &State, binding: &'a Binding) -> &'a str {
    match binding.action {
        Action::Back if state.overlay.is_none() && !state.can_go_back() => "quit",
        _ => binding.hint.as_deref().unwrap_or_default(),
    }
}

fn hint_width(state: &State, binding: &Binding) -> usize {
    let hint = hint(state, binding).chars().count();
    help::usual_key(binding).chars().count() + hint + 3
}
