//! Draws the flags of a run: the list, what the one under the cursor means, and what could
//! not be evaluated.

use ratatui::{Frame, layout::Rect, style::Style, widgets::Widget};

use super::put;
use crate::{
    app::run::quality::{FlagRow, Quality},
    etl::{
        format::{count, measured},
        quality::{Flag, Verdict},
    },
    ui::{
        lines::ruled,
        list,
        text::{fit_words, wrap, wrap_within},
        theme::Theme,
    },
};

pub(super) fn draw(frame: &mut Frame, area: Rect, quality: &Quality, theme: &Theme) {
    let parts = quality.parts(usize::from(area.height));
    let list_area = Rect {
        height: parts.list,
        ..area
    };
    let columns = quality.columns(area.width);
    if quality.table.is_empty() {
        nothing(frame, list_area, quality, theme);
    } else {
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
        let is_listed = |name: &str| columns.iter().any(|column| column.title == name);
        let values = values(&row.flag, is_listed);
        explain(frame, explained, row, values, theme);
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

/// What was measured and what the limit is, where the list has no room for a column of either.
fn values(flag: &Flag, is_listed: impl Fn(&str) -> bool) -> Option<String> {
    let values = [("measured", flag.value), ("threshold", flag.threshold)];
    let known = values
        .iter()
        .filter_map(|(name, value)| Some((*name, (*value)?)));
    let is_hidden = known.clone().any(|(name, _)| !is_listed(name));
    let words = known.map(|(name, value)| format!("{name} {}", measured(value, &flag.unit)));
    is_hidden.then(|| words.collect::<Vec<_>>().join(", "))
}

fn explain(frame: &mut Frame, area: Rect, row: &FlagRow, values: Option<String>, theme: &Theme) {
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
    let room = usize::from(area.height).saturating_sub(1 + usize::from(values.is_some()));
    let message = row.flag.shown_message();
    let texts = wrap_within(&message, area.width.saturating_sub(2), room).into_iter();
    let texts = texts.map(|text| (text, theme.text));
    let values = values.map(|text| fit_words(&text, area.width.saturating_sub(2)));
    let values = values.map(|text| (text, theme.muted));
    for ((text, style), line) in texts.chain(values).zip(lines) {
        put(line, frame.buffer_mut(), &format!(" {text}"), style);
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
        let text = format!("… {rest}: `mdtui show` has all");
        texts.push((text, theme.muted));
    }
    for (line, (text, style)) in lines.zip(texts) {
        super::put(line, frame.buffer_mut(), &format!(" {text}"), style);
    }
}
