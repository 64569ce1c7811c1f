//! Draws the flags of a run: the list, what the one under the cursor means, and what could
//! not be evaluated.

use ratatui::{Frame, layout::Rect, style::Style, widgets::Widget};

use super::put;
use crate::{
    app::run::quality::{FlagRow, Quality},
    etl::{format::count, quality::Verdict},
    ui::{lines::ruled, list, text::wrap, theme::Theme},
};

pub(super) fn draw(frame: &mut Frame, area: Rect, quality: &Quality, theme: &Theme) {
    let parts = quality.parts(usize::from(area.height));
    let list_area = Rect {
        height: parts.list,
        ..area
    };
    if quality.table.is_empty() {
        nothing(frame, list_area, quality, theme);
    } else {
        let columns = quality.columns(area.width);
        list::draw(frame, list_area, &quality.table, &columns, theme, |_, _| {
            None
        });
    }
    let explained = Rect {
        y: list_area.bottom(),
        height: parts.explained,
        ..area
    };
    if let Some(row) = quality.table.current() {
        explain(frame, explained, row, theme);
    }
    let rest = Rect {
        y: explained.bottom(),
        height: parts.rest,
        ..area
    };
    not_evaluated(frame, rest, quality, theme);
}

fn nothing(frame: &mut Frame, area: Rect, quality: &Quality, theme: &Theme) {
    let (first, style) = if !quality.table.rows().is_empty() {
        let filter = quality.table.filter();
        (format!("No flag passes the filter `{filter}`."), theme.text)
    } else if quality.verdict == Verdict::NotEvaluated {
        let words = "Nothing of this run was evaluated, which is not a pass.".to_owned();
        (words, theme.warning)
    } else {
        let words = match quality.not_evaluated.is_empty() {
            true => "No check found anything.",
            false => "No check found anything; these could not be made:",
        };
        (words.to_owned(), theme.good)
    };
    list::notice(frame, area, &[(&first, style)]);
}

fn explain(frame: &mut Frame, area: Rect, row: &FlagRow, theme: &Theme) {
    let area = area.intersection(frame.area());
    let mut lines = area.rows();
    let Some(rule) = lines.next() else { return };
    let inner = Rect {
        x: rule.x + 1,
        width: rule.width.saturating_sub(1),
        ..rule
    };
    let what = format!("{} of {}", row.flag.rule, row.channel());
    ruled(&what, inner.width, theme).render(inner, frame.buffer_mut());
    for text in wrap(&row.flag.shown_message(), area.width.saturating_sub(2)) {
        let Some(line) = lines.next() else { return };
        put(line, frame.buffer_mut(), &format!(" {text}"), theme.text);
    }
}

fn not_evaluated(frame: &mut Frame, area: Rect, quality: &Quality, theme: &Theme) {
    let area = area.intersection(frame.area());
    let width = area.width.saturating_sub(3);
    let mut lines = area.rows();
    if let Some(line) = lines.next().filter(|_| !quality.not_evaluated.is_empty()) {
        let inner = Rect {
            x: line.x + 1,
            width: line.width.saturating_sub(1),
            ..line
        };
        ruled("not evaluated", inner.width, theme).render(inner, frame.buffer_mut());
    }
    let mut texts: Vec<(String, Style)> = Vec::new();
    for skipped in &quality.not_evaluated {
        let of = match skipped.channels.as_slice() {
            [] => String::new(),
            channels => format!(" of {}", channels.join(", ")),
        };
        let text = format!("{}{of}: {}", skipped.rules.join(", "), skipped.reason);
        texts.extend(wrap(&text, width).into_iter().map(|t| (t, theme.text)));
    }
    let room = usize::from(area.height).saturating_sub(1);
    // The last line says how many have no room.
    let shown = match texts.len() > room {
        true => room.saturating_sub(1),
        false => room,
    };
    let hidden = texts.split_off(shown.min(texts.len()));
    if !hidden.is_empty() {
        let rest = count(hidden.len() as u64, "more line");
        let text = format!("… {rest}: a higher terminal, or `mdtui show`, has all");
        texts.push((text, theme.muted));
    }
    for (line, (text, style)) in lines.zip(texts) {
        super::put(line, frame.buffer_mut(), &format!(" {text}"), style);
    }
}
