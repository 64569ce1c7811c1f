//! The histogram of the channel under the cursor over the visible span.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::series_of;
use crate::{
    app::{
        chart::AxisLabels,
        signals::{Distribution, PERCENTILES, Signals, bin_of},
    },
    etl::format::{format_value, short, thousands},
    ui::{
        lines::{put, sentence, take},
        theme::Theme,
        widgets::{chart::plot_area, chart_axis::labelled_rule},
    },
};

/// Heights of a bar within a line.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Characters of a label of the axis of values, with the blanks around it.
const LABEL: usize = 14;

/// Draws it: a line of figures, the bars with the percentiles above them, the axis of values.
pub(super) fn draw(area: Rect, buf: &mut Buffer, signals: &Signals, theme: &Theme) {
    let Some(channel) = signals.channels.get(signals.row) else {
        return;
    };
    let style = theme.series(series_of(signals, 0, signals.row));
    let mut rest = area;
    let title = take(&mut rest, 1);
    let name = format!(" {} ({}) ", channel.name, channel.unit);
    let found = match signals.distribution() {
        None => return put(title, buf, &format!("{name} counting …"), theme.muted),
        Some(Err(sentence_)) => return sentence(area, buf, sentence_, theme.error),
        Some(Ok(None)) => return put(title, buf, &format!("{name} no samples here"), theme.muted),
        Some(Ok(Some(found))) => found,
    };
    put(title, buf, &name, style);
    let left = (name.chars().count() as u16).min(title.width);
    let right = Rect {
        x: title.x + left,
        width: title.width - left,
        ..title
    };
    let texts = figures(
        found,
        channel.decimals_within(found.extent.0, found.extent.1),
    );
    let fitting = texts
        .iter()
        .find(|t| t.chars().count() <= usize::from(right.width));
    put(right, buf, fitting.map_or("", String::as_str), theme.text);
    let Some(bars_height) = rest.height.checked_sub(2).filter(|h| *h > 0) else {
        return;
    };
    // All bins have the same whole number of columns.
    let plot = |area: Rect| {
        let plot = plot_area(area, signals.label_width());
        let bins = (found.bins.len() as u16).max(1);
        Rect {
            width: (plot.width / bins * bins).max(plot.width.min(bins)),
            ..plot
        }
    };
    let marks = plot(take(&mut rest, 1));
    let bars = plot(take(&mut rest, usize::from(bars_height)));
    draw_bars(bars, buf, found, style, theme);
    draw_marks(marks, bars, buf, found, theme);
    draw_axis(plot(rest), area.x, buf, found, theme);
}

/// The figures, from long to short.
fn figures(found: &Distribution, decimals: usize) -> Vec<String> {
    let number = |value: f64| format_value(value, decimals);
    let samples = thousands(found.samples);
    let part = found
        .part
        .map(|part| format!(" {part}"))
        .unwrap_or_default();
    let n = format!("n {samples}{part}");
    let counted = match found.uncertain {
        0 => n.clone(),
        held => format!("{n}, of which {} may be held", thousands(held)),
    };
    let named = PERCENTILES.iter().zip(found.percentiles);
    let named: Vec<String> = named
        .map(|(name, v)| format!("{name} {}", number(v)))
        .collect();
    let named = named.join("  ");
    let extent = format!("{} … {}", number(found.extent.0), number(found.extent.1));
    let limit = |value: Option<f64>| value.map_or_else(|| "none".into(), number);
    let limits = match found.limits {
        (None, None) => String::new(),
        (low, high) => format!("  limits {} … {}", limit(low), limit(high)),
    };
    vec![
        format!("{counted}  {extent}  {named}{limits}"),
        format!("{counted}  {named}{limits}"),
        format!("{counted}  {named}"),
        format!("{n}  {named}"),
        named,
        n,
    ]
}

fn draw_bars(area: Rect, buf: &mut Buffer, found: &Distribution, style: Style, theme: &Theme) {
    let most = found.bins.iter().copied().max().unwrap_or(0).max(1);
    let height = u64::from(area.height) * 8;
    let axis = area.x.checked_sub(1);
    for y in area.top()..area.bottom() {
        if let Some(x) = axis {
            let symbol = if y == area.top() { "┐" } else { "│" };
            buf.set_string(x, y, symbol, theme.muted);
        }
    }
    // The axis of counts: the highest bar, and what is counted.
    for (y, text) in (area.top()..area.bottom()).zip([short(most), "samples".to_owned()]) {
        if let Some(x) = area.x.checked_sub(text.chars().count() as u16 + 2) {
            buf.set_string(x, y, text, theme.muted);
        }
    }
    for x in 0..area.width {
        let at = usize::from(x) * found.bins.len() / usize::from(area.width);
        let count = found.bins.get(at).copied().unwrap_or(0);
        // A single sample is seen too.
        let eighths = (count * height / most).max(u64::from(count > 0));
        for line in 0..area.height {
            let above = u64::from(line) * 8;
            let bar = match eighths.saturating_sub(above) {
                0 => continue,
                part => BARS.get(part.min(8) as usize - 1).copied().unwrap_or('█'),
            };
            let y = area.bottom() - 1 - line;
            buf[(area.x + x, y)].set_char(bar).set_style(style);
        }
    }
}

/// The percentiles and limits: a dotted line through the bars, and its name above it.
fn draw_marks(names: Rect, bars: Rect, buf: &mut Buffer, found: &Distribution, theme: &Theme) {
    let (low, high) = found.span;
    let limits = [("min", found.limits.0), ("max", found.limits.1)];
    let limits = limits
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?, theme.warning)));
    let percentiles = PERCENTILES.iter().zip(found.percentiles);
    let percentiles = percentiles.map(|(name, value)| (*name, value, theme.accent));
    let mut taken: Vec<(u16, u16)> = Vec::new();
    // The median first: where names collide it stays.
    let mut marks: Vec<(&str, f64, Style)> = percentiles.chain(limits).collect();
    marks.sort_by_key(|(name, ..)| *name != "median");
    let inside = |value: f64| (low..=high).contains(&value);
    for (name, value, style) in marks.into_iter().filter(|(_, value, _)| inside(*value)) {
        let column = bin_of(value, found.span, usize::from(bars.width)) as u16;
        for y in bars.top()..bars.bottom() {
            let cell = &mut buf[(bars.x + column, y)];
            if cell.symbol() == " " {
                cell.set_char('┆').set_style(style);
            }
        }
        let length = name.chars().count() as u16;
        // Around its line, else right of it, else left of it: names never touch.
        let starts = [
            column.saturating_sub(length / 2),
            column,
            (column + 1).saturating_sub(length),
        ];
        let mut starts = starts.map(|from| from.min(names.width.saturating_sub(length)));
        starts.sort_by_key(|from| (from + length / 2).abs_diff(column));
        let is_free = |from: &u16| {
            let apart = |(start, end): &(u16, u16)| *from > *end || from + length < *start;
            taken.iter().all(apart)
        };
        let from = starts.into_iter().find(is_free);
        if let Some(from) = from.filter(|_| length <= names.width) {
            buf.set_stringn(names.x + from, names.y, name, usize::from(length), style);
            taken.push((from, from + length));
        }
    }
    let ends = [(found.beyond.0, "◂", true), (found.beyond.1, "▸", false)];
    for (count, arrow, left) in ends.into_iter().filter(|(count, ..)| *count > 0) {
        let text = match left {
            true => format!("{arrow} {}", short(count)),
            false => format!("{} {arrow}", short(count)),
        };
        let length = text.chars().count() as u16;
        let from = if left {
            0
        } else {
            names.width.saturating_sub(length)
        };
        let free = taken
            .iter()
            .all(|(start, end)| from > *end || from + length < *start);
        if free && length <= names.width {
            buf.set_string(names.x + from, names.y, text, theme.warning);
            taken.push((from, from + length));
        }
    }
}

fn draw_axis(area: Rect, left: u16, buf: &mut Buffer, found: &Distribution, theme: &Theme) {
    let width = usize::from(area.width);
    if area.height == 0 || width == 0 {
        return;
    }
    let (low, high) = found.span;
    let labels = AxisLabels::new(low, high, (width / LABEL).max(1), LABEL - 2);
    let room = usize::from(area.x.saturating_sub(left + 2));
    let labels = match &labels.offset {
        Some(offset) if offset.chars().count() > room => labels.without_offset(LABEL - 2),
        _ => labels,
    };
    let common = labels.offset.clone().unwrap_or_default();
    let ticks = labels.ticks.into_iter();
    let ticks = ticks.map(|(value, text)| (bin_of(value, found.span, width), text));
    labelled_rule(area, left, &common, ticks, theme.muted, buf);
}
