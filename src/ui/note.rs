//! Draws the editor of a note.

use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
    widgets::{Block, Padding},
};

use super::{
    overlay::boxed,
    text::{fit_middle, whole_parts},
    theme::Theme,
};
use crate::{
    app::{columns::Meaning, layout, note::NoteEditor, state::State},
    etl::format::thousands,
};

/// Columns of the editor where there is room for them.
const WIDEST: u16 = 84;
/// Lines of the editor where there is room for them: its frame, the dispositions, a blank line, text.
const HIGHEST: u16 = 12;

/// From so many columns on a blank parts its frame from the text.
const ROOMY: u16 = 48;

/// Draws the editor at the bottom of the view, so that the list above it stays in sight.
pub(super) fn draw(frame: &mut Frame, state: &State, editor: &NoteEditor, theme: &Theme) {
    let body = layout::body(state.size).intersection(frame.area());
    let (width, height) = (body.width.min(WIDEST), body.height.min(HIGHEST));
    let area = Rect {
        x: body.x + (body.width - width) / 2,
        y: body.bottom() - height,
        width,
        height,
    };
    boxed(frame, state, area, theme);
    let room = width.saturating_sub(6);
    let mut title = format!("Note on {}", editor.runs.name());
    let list = state.open_view().list();
    let hidden = list.map_or(0, |list| list.status().hidden_marks);
    if hidden > 0 && editor.runs.count() > 1 {
        title.push_str(&format!(", {} not shown", thousands(hidden as u64)));
    }
    let block = Block::bordered()
        .border_style(theme.accent)
        .title(Span::styled(
            format!(
                " {} ",
                fit_middle(&title, room.min(title.chars().count() as u16))
            ),
            theme.title,
        ))
        .title_bottom(bottom(state, editor, room, theme))
        .padding(Padding::horizontal(u16::from(width >= ROOMY)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let line = Rect {
        height: inner.height.min(1),
        ..inner
    };
    frame.render_widget(dispositions(editor, line.width, theme), line);
    let text = Rect {
        y: inner.y + 1,
        ..inner
    };
    // A blank line between the two where the text keeps some lines.
    let text = match inner.height {
        0..=4 => Rect {
            height: inner.height.saturating_sub(1),
            ..text
        },
        _ => text.inner(Margin::new(0, 1)).intersection(inner),
    };
    frame.buffer_mut().set_style(text, theme.text);
    frame.render_widget(&editor.text, text);
}

/// ` none   accept   review  [reject]  clear `: brackets around the one that is chosen. In few
/// columns they stand closer.
fn dispositions<'a>(editor: &NoteEditor, width: u16, theme: &Theme) -> Line<'a> {
    let words = NoteEditor::DISPOSITIONS.map(|d| (d, d.map_or("none", |d| d.word())));
    let wide: usize = words.iter().map(|(_, word)| word.len() + 3).sum();
    let gap = if wide <= usize::from(width) { " " } else { "" };
    let spans = words.map(|(disposition, word)| {
        let chosen = disposition == editor.disposition;
        let style = match disposition {
            _ if !chosen => theme.muted,
            Some(disposition) => theme.of(Meaning::from(disposition)),
            None => theme.text,
        };
        let (left, right) = if chosen { ("[", "]") } else { (" ", " ") };
        Span::styled(format!("{left}{word}{right}{gap}"), style)
    });
    let mut parts = vec![spans.to_vec()];
    if let Some(now) = editor.runs.only().and_then(|run| run.disposition) {
        let text = format!("  now {}", now.word());
        parts.push(vec![Span::styled(text, theme.muted)]);
    }
    whole_parts(parts, width)
}

/// Who signs it and where that is set, or why it cannot be saved.
fn bottom<'a>(state: &State, editor: &NoteEditor, room: u16, theme: &Theme) -> Span<'a> {
    let (text, style) = match &editor.error {
        Some(error) => (error.clone(), theme.error),
        None => {
            let text = format!("signed {}: `author` in the config file", state.author);
            (text, theme.muted)
        }
    };
    let wide = (text.chars().count() as u16).min(room);
    Span::styled(format!(" {} ", super::text::fit(&text, wide, false)), style)
}

#[cfg(test)]
mod tests {
    use crate::{
        app::{
            event::Event,
            fixture::{populated, press},
            update::update,
        },
        ui::{
            screen_snapshots::{drawn, text},
            theme::Theme,
        },
    };

    #[test]
    fn what_had_no_room_is_shown_again_once_there_is_room() {
        let mut state = populated((120, 40));
        press(&mut state, &["2", "j", "i"]);
        let lines = ["one", "two", "three", "four", "five"].map(|n| format!("line {n}"));
        update(&mut state, Event::Paste(lines.join("\n")));
        let theme = Theme::named("dark", true).unwrap();
        let mut at = |width, height| {
            update(&mut state, Event::Resize(width, height));
            text(&drawn(&state, &theme))
        };
        let small = at(40, 10);
        assert!(
            small.contains("line five") && !small.contains("line one"),
            "{small}"
        );
        let large = at(120, 40);
        assert!(lines.iter().all(|line| large.contains(line)), "{large}");
    }
}
