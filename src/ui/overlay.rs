//! What lies over the view: help, palette, questions.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Clear, Padding, Paragraph},
};
use unicode_width::UnicodeWidthStr;

use super::{
    frame::{error_fits, over_view},
    glyphs,
    list::select,
    saved_views,
    text::{fit, fit_line, fit_words, whole_parts, wrap},
    theme::Theme,
    widgets::scroll_mark,
};
use crate::app::{
    Action,
    choice::Chooser,
    help::{self, HelpLine, HelpScreen},
    layout,
    prompt::{self, Offered},
    saved_view::command,
    state::{Overlay, Prompt, State},
};
use crate::etl::format::{count, count_of, thousands};

/// Draws what lies over the view.
pub fn draw(frame: &mut Frame, state: &State, overlay: &Overlay, theme: &Theme) {
    match overlay {
        Overlay::Help(screen) => help(frame, state, screen, theme),
        Overlay::Palette(line, cursor) => palette(frame, state, line, *cursor, theme),
        Overlay::Quit => question(frame, state, "Quit?", &quit_sentence(state), theme),
        Overlay::CancelAll => {
            let jobs = count(state.jobs.open_count() as u64, "harvest");
            let sentence =
                format!("Cancel {jobs}? What is finished stays; nothing half-written remains.");
            question(frame, state, "Cancel all", &sentence, theme);
        }
        Overlay::Note(editor) => {
            super::note::draw(frame, state, editor, theme);
            if editor.asks {
                let sentence = "What was typed is lost.";
                question(frame, state, "Drop the note?", sentence, theme);
            }
        }
        Overlay::Export => export(frame, state, theme),
        Overlay::Command(text) => {
            let lines = text_lines(state, text, theme.text);
            dialog(frame, state, "The same without the browser", lines, theme);
        }
        Overlay::Columns(chooser) => columns(frame, state, chooser, theme),
        Overlay::Prompt(prompt) => prompt_error(frame, state, prompt, theme),
    }
}

/// What Tab offers, else what is wrong with the text that is being typed, whole, above it; nothing
/// where it stands beside it.
fn prompt_error(frame: &mut Frame, state: &State, prompt: &Prompt, theme: &Theme) {
    let body = layout::body(state.size).intersection(frame.area());
    if let Some(offered) = &prompt.offered {
        return offered_words(frame, body, offered, theme);
    }
    let Some(error) = prompt.error.as_ref() else {
        return;
    };
    if error_fits(prompt, layout::message(state.size).width) {
        return;
    }
    let lines = wrap(&error.sentence, body.width.saturating_sub(2)).into_iter();
    let lines = lines.map(|line| Line::styled(format!(" {line}"), theme.error));
    over_view(frame, state, lines.collect());
}

/// The words that Tab goes through, above what is typed, from the one that stands there on where
/// the line has no room for all; that one stands in brackets.
fn offered_words(frame: &mut Frame, body: Rect, offered: &Offered, theme: &Theme) {
    let area = Rect {
        y: body.bottom().saturating_sub(1),
        height: body.height.min(1),
        ..body
    };
    let word = |(at, word): (usize, &String)| {
        if offered.at == Some(at) {
            vec![Span::styled(format!("[{word}] "), theme.accent)]
        } else {
            vec![Span::styled(format!(" {word}  "), theme.text)]
        }
    };
    let words: Vec<_> = offered.words.iter().enumerate().map(word).collect();
    let width = |words: &[Vec<Span>]| words.iter().flatten().map(Span::width).sum::<usize>();
    let room = usize::from(area.width);
    let mut first = 0;
    let end = offered.at.map_or(0, |at| at + 1);
    while first + 1 < end && width(words.get(first..end).unwrap_or_default()) + 2 > room {
        first += 1;
    }
    let shown = words.into_iter().skip(first).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(whole_parts(shown, area.width), area);
}

/// The columns from top to bottom as they stand from left to right; a tick: shown.
fn columns(frame: &mut Frame, state: &State, chooser: &Chooser, theme: &Theme) {
    let (_, height) = state.size;
    let (all, room) = (chooser.columns.len(), Chooser::room(height));
    let first = chooser.first(height);
    let lines = chooser.columns.iter().enumerate().skip(first).take(room);
    let lines = lines.map(|(at, (name, shown))| {
        let (cursor, tick) = (at == chooser.cursor, if *shown { '✓' } else { ' ' });
        let is_empty = chooser.empty.contains(name);
        let name = format!(" {tick} {}", fit(name, 16, false));
        let why = if is_empty { "empty: left out" } else { "" };
        let (bar, ground) = if cursor {
            ("▌", theme.cursor)
        } else {
            (" ", Style::new())
        };
        let style = if *shown && !is_empty {
            theme.text
        } else {
            theme.muted
        };
        Line::from(vec![
            Span::styled(bar, theme.accent),
            Span::styled(name, style),
            Span::styled(fit(why, 16, false), theme.muted),
        ])
        .patch_style(ground)
    });
    dialog(frame, state, "Columns", lines.collect(), theme);
    let area = chooser.area(state.size);
    let inner = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(2),
        width: area.width.saturating_sub(1),
        ..area
    };
    scroll_mark::draw(inner, frame.buffer_mut(), first, all, theme.muted);
}

fn help(frame: &mut Frame, state: &State, screen: &HelpScreen, theme: &Theme) {
    let area = layout::body(state.size);
    frame.render_widget(Clear, area);
    let page = screen.page(state);
    if page.lines.is_empty() {
        let none = Line::styled("   no key and no word of the help has it", theme.muted);
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &none, area.width);
    }
    let keys_width = page.keys as u16;
    let shown = page.shown(screen.scroll, usize::from(area.height));
    for (column, lines) in shown.into_iter().enumerate() {
        let x = area.x + column as u16 * page.width;
        for (line, y) in lines.iter().zip(area.y..area.bottom()) {
            let line = match line {
                HelpLine::Blank => Line::default(),
                HelpLine::Title(title) => Line::styled(format!(" {title}"), theme.title),
                HelpLine::Keys(keys, what) => {
                    let keys = glyphs::keys(keys.clone(), theme.glyphs);
                    let keys = if what.is_empty() {
                        keys
                    } else {
                        fit(&keys, keys_width, false)
                    };
                    Line::from(vec![
                        Span::styled(format!("   {keys}"), theme.key),
                        Span::styled(what.as_str(), theme.text),
                    ])
                }
            };
            let line = fit_line(line, page.width);
            frame.buffer_mut().set_line(x, y, &line, page.width);
        }
    }
    if page.columns == 1 {
        let (buf, lines) = (frame.buffer_mut(), page.lines.len());
        scroll_mark::draw(area, buf, screen.scroll, lines, theme.muted);
    }
}

fn palette(frame: &mut Frame, state: &State, typed: &prompt::Line, cursor: usize, theme: &Theme) {
    let area = layout::body(state.size);
    frame.render_widget(Clear, area);
    let (before, after) = typed.halves();
    let input = Line::from(vec![
        Span::styled(" : ", theme.accent),
        Span::styled(before, theme.text),
        Span::styled(
            after
                .get(..after.ceil_char_boundary(1))
                .filter(|s| !s.is_empty())
                .unwrap_or(" "),
            theme.caret,
        ),
        Span::styled(
            after.get(after.ceil_char_boundary(1)..).unwrap_or(""),
            theme.text,
        ),
    ]);
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &input, area.width);
    if command(typed.text()).is_some() {
        let below = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        return saved_views::draw(frame, below, state, typed.text(), cursor, theme);
    }
    let found = help::palette(&state.keymap, &state.screen_contexts(), typed.text());
    if found.is_empty() {
        let none = "   there is no such action; `save NAME` and `open NAME` save and open views";
        let none = Line::styled(none, theme.muted);
        frame
            .buffer_mut()
            .set_line(area.x, area.y + 1, &none, area.width);
    }
    let room = usize::from(area.height).saturating_sub(1);
    let first = (cursor + 1).saturating_sub(room);
    for (n, binding) in found.iter().enumerate().skip(first).take(room) {
        let y = area.y + 1 + (n - first) as u16;
        let line = Line::from(vec![
            Span::raw("   "),
            Span::styled(fit(binding.action.name(), 18, false), theme.text),
            Span::styled(
                fit(&glyphs::keys(help::keys(binding), theme.glyphs), 15, false),
                theme.key,
            ),
            Span::styled(
                fit_words(&binding.help, area.width.saturating_sub(37)),
                theme.muted,
            ),
        ]);
        let line = fit_line(line, area.width);
        frame.buffer_mut().set_line(area.x, y, &line, area.width);
        if n == cursor {
            let line = Rect {
                y,
                height: 1,
                ..area
            };
            select(line, frame.buffer_mut(), theme);
        }
    }
    let lines = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    scroll_mark::draw(lines, frame.buffer_mut(), first, found.len(), theme.muted);
}

fn quit_sentence(state: &State) -> String {
    let open = state.jobs.open_count();
    if open == 0 {
        return "The harvests have ended meanwhile; nothing is cancelled.".to_owned();
    }
    let named: Vec<&str> = state.jobs.open().take(5).map(|entry| entry.key()).collect();
    let more = open.saturating_sub(named.len());
    let mut text = format!(
        "{} open: {}",
        count_of(open as u64, "harvest is", "harvests are"),
        named.join(", ")
    );
    if more > 0 {
        text.push_str(&format!(" and {} more", thousands(more as u64)));
    }
    text + ". Quitting cancels them; what is finished stays."
}

fn question(frame: &mut Frame, state: &State, title: &str, sentence: &str, theme: &Theme) {
    let mut lines = text_lines(state, sentence, theme.text);
    lines.push(Line::default());
    let contexts = state.contexts();
    let key = |action| state.keymap.key_for(&contexts, action).unwrap_or_default();
    lines.push(Line::from(vec![
        Span::styled(key(Action::Yes), theme.key),
        Span::styled(" yes    ", theme.text),
        Span::styled(key(Action::No), theme.key),
        Span::styled(" no (default)", theme.text),
    ]));
    dialog(frame, state, title, lines, theme);
}

fn export(frame: &mut Frame, state: &State, theme: &Theme) {
    let bindings = state.keymap.bindings_in(&state.contexts());
    let lines = bindings
        .iter()
        .take_while(|binding| binding.action != Action::Escape)
        .map(|binding| {
            Line::from(vec![
                Span::styled(help::usual_key(binding), theme.key),
                Span::styled(format!("  {}", binding.help), theme.text),
            ])
        });
    dialog(frame, state, "Export", lines.collect(), theme);
}

fn text_lines(state: &State, text: &str, style: Style) -> Vec<Line<'static>> {
    let width = state.size.0.saturating_sub(8).min(72);
    wrap(text, width)
        .into_iter()
        .map(|line| Line::styled(line, style))
        .collect()
}

/// A box in the middle of the screen: see [`boxed`].
fn dialog(frame: &mut Frame, state: &State, title: &str, lines: Vec<Line>, theme: &Theme) {
    let (width, height) = state.size;
    let widest = lines
        .iter()
        .map(Line::width)
        .max()
        .unwrap_or(0)
        .max(title.width() + 2) as u16;
    let box_width = (widest + 4).min(width);
    let box_height = (lines.len() as u16 + 2).min(height);
    let area = Rect::new(
        (width - box_width) / 2,
        (height - box_height) / 2,
        box_width,
        box_height,
    );
    boxed(frame, state, area, theme);
    let block = Block::bordered()
        .border_style(theme.accent)
        .title(Span::styled(format!(" {title} "), theme.title))
        .padding(Padding::horizontal(1));
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Takes the colours from what lies behind a dialog, and clears its place with a margin of blanks
/// around it. The lines at the bottom say what its keys do: they stay as they are.
pub(super) fn boxed(frame: &mut Frame, state: &State, area: Rect, theme: &Theme) {
    let screen = frame.area();
    let ground = Rect {
        height: layout::message(state.size).y,
        ..screen
    }
    .intersection(screen);
    let buf = frame.buffer_mut();
    for cell in ground.positions() {
        buf[cell].set_style(Style::reset().patch(theme.faint));
    }
    let margin = Rect {
        x: area.x.saturating_sub(2),
        y: area.y.saturating_sub(1),
        width: area.width + area.x.min(2) + 2,
        height: area.height + area.y.min(1) + 1,
    };
    frame.render_widget(
        Clear,
        margin.intersection(ground).union(area.intersection(screen)),
    );
}
