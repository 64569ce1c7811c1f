//! What stands around every view: top line, message, hints.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};
use unicode_width::UnicodeWidthStr;

use super::{
    text::{fit, fit_line, fit_middle},
    theme::Theme,
};
use crate::app::{
    Action, help,
    keymap::Binding,
    layout,
    state::{Overlay, Prompt, Screen, State, Tone},
    table::{Row, Table},
    top::Top,
};
use crate::etl::format::{count_of, thousands};

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
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(fit_middle(&top.place, top.place_width), theme.title),
        Span::raw("  "),
    ];
    spans.extend(top.views.iter().map(|(view, title, _)| {
        let open = state.view() == *view;
        Span::styled(
            title.as_str(),
            if open { theme.accent } else { theme.muted },
        )
    }));
    let used: usize = spans.iter().map(Span::width).sum();
    if !top.counts.is_empty() {
        let right = usize::from(state.size.0).saturating_sub(used + 1);
        let counts = fit(&top.counts, right as u16, true);
        spans.push(Span::styled(counts, theme.muted));
    }
    frame.render_widget(Line::from(spans), Rect::new(0, 0, state.size.0, 1));
}

/// What just happened; or the text that is being typed.
pub fn message(frame: &mut Frame, state: &State, theme: &Theme) {
    let area = layout::message(state.size);
    let line = match (&state.overlay, &state.message) {
        (Some(Overlay::Prompt(prompt)), _) => typed(prompt, area.width, theme),
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
                spans.push(Span::styled(text.as_str(), style));
            }
            Line::from(spans)
        }
    };
    frame.render_widget(fit_line(line, area.width), area);
}

/// Marked rows, whether a range is being marked, the filter, rows shown and all rows of
/// a list, and what one and many of them are called.
type Told<'a> = (usize, bool, &'a str, usize, usize, &'a str, &'a str);

fn told<'a, T: Row>(table: &'a Table<T>, one: &'a str, many: &'a str) -> Told<'a> {
    (
        table.marked(),
        table.anchor.is_some(),
        table.filter(),
        table.len(),
        table.rows().len(),
        one,
        many,
    )
}

fn marks(state: &State) -> String {
    let machines = state.machines.table();
    let (marked, range, filter, shown, all, one, many) = match (state.screen(), state.run_list()) {
        (Screen::Logs, _) => told(&state.logs.table, "log", "logs"),
        (Screen::Machines, _) => told(machines, "machine", "machines"),
        (Screen::Machine(machine), _) => told(&machine.table, "run", "runs"),
        (_, Some(runs)) => told(&runs.table, "run", "runs"),
        _ => return String::new(),
    };
    let arranging = match (state.screen(), state.run_list()) {
        (Screen::Logs, _) => state.logs.table.is_waiting(),
        (_, Some(runs)) => runs.table.is_waiting(),
        _ => false,
    };
    let mut text = String::new();
    if arranging {
        text.push_str("looking through all rows … ");
    } else if !filter.is_empty() {
        text.push_str(&format!(
            "filter `{filter}` shows {} of {}. ",
            thousands(shown as u64),
            thousands(all as u64)
        ));
    }
    if range {
        text.push_str("marking a range: v ends it. ");
    }
    if marked > 0 {
        text.push_str(&format!("{} marked. ", count_of(marked as u64, one, many)));
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
        Span::styled(under, theme.cursor),
        Span::styled(rest.as_str(), theme.text),
    ];
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

/// What the keys do here, from the key table: as many as fit.
pub fn hints(frame: &mut Frame, state: &State, theme: &Theme) {
    let area = layout::hints(state.size);
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(area.width).saturating_sub(2);
    let bindings = state.keymap.bindings_in(&state.contexts());
    let hinted = |b: &&Binding| b.hint.is_some();
    // Help leads to all the others, and back out of everything: their places are kept.
    let kept = |b: &&Binding| matches!(b.action, Action::Help | Action::Back | Action::Escape);
    let always = || bindings.iter().filter(hinted).filter(kept);
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
        let hint = binding.hint.as_deref().unwrap_or_default();
        spans.push(Span::styled(help::usual_key(binding), theme.key));
        spans.push(Span::styled(format!(" {hint}  "), theme.muted));
    }
    frame.render_widget(Line::from(spans), area);
}

fn hint_width(binding: &Binding) -> usize {
    let hint = binding.hint.as_ref().map_or(0, |hint| hint.chars().count());
    help::usual_key(binding).chars().count() + hint + 3
}
