//! Draws the signals of one run, or of several over each other: the list of channels, the
//! charts of the chosen ones.

mod bands;
mod chart;
mod distribution;
mod flags;
mod list;
mod statistics;

use ratatui::{buffer::Buffer, layout::Rect, text::Span, widgets::Widget};

use super::{
    lines::{pane_rule, put, sentence, take},
    text::{whole_parts, wrap},
    theme::Theme,
    widgets::{
        chart::ChartStyles,
        chart_axis::{Axis, offset_axis, time_axis},
    },
};
use crate::{
    app::signals::{LOWEST_CHART, Signals},
    etl::{
        compare::letter,
        format::{format_delta, format_value},
    },
};

/// What stands for a value before the first sample.
const NO_VALUE_YET: &str = "no value yet";

/// Draws them into `area`; `has_keys`: keys go to them and not to another pane; `message` stands
/// in the line of messages: what it says is not said again.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    signals: &Signals,
    has_keys: bool,
    message: &str,
    theme: &Theme,
) {
    let layout = signals.layout(usize::from(area.height));
    let mut rest = area;
    if signals.channels.is_empty() && signals.is_aligned() {
        let text = "No two of these runs have a channel in common: there is nothing to overlay. The table of differences shows their other figures.";
        return sentence(rest, buf, text, theme.muted);
    }
    let list = take(&mut rest, layout.list + 1);
    list::draw(list, buf, signals, has_keys, theme);
    if layout.charts == 0 {
        let text = match &signals.error {
            Some(error) => return sentence(rest, buf, error, theme.error),
            None if signals.chosen.is_empty() => " No channel is chosen for a chart.",
            None => " Too few lines for charts.",
        };
        return put(rest, buf, text, theme.muted);
    }
    let in_sight = signals.charts_in_sight(layout.charts);
    let rule = take(&mut rest, 1);
    if signals.is_aligned() {
        let name = in_sight.as_deref().unwrap_or("charts");
        pane_rule(rule, buf, name, has_keys, theme);
    } else {
        statistics::draw(rule, buf, signals, in_sight.as_deref(), theme);
    }
    if let Some(error) = &signals.error {
        return sentence(rest, buf, error, theme.error);
    }
    let lines = layout.charts - failure(&mut rest, layout.charts, buf, signals, theme);
    for (channels, stacked) in signals.charts(lines) {
        let area = take(&mut rest, stacked.height);
        chart::draw(area, buf, signals, (&channels, stacked), theme);
        take(&mut rest, stacked.gap);
    }
    let axis = Axis {
        range: signals.view.range,
        cursor: Some(signals.view.cursor.time),
        label_width: signals.label_width(),
        styles: &ChartStyles::of(theme),
    };
    let draw = if signals.is_aligned() {
        offset_axis
    } else {
        time_axis
    };
    draw(axis, take(&mut rest, 1), buf);
    for robot in signals.charted_layers().into_iter().take(layout.bands) {
        bands::strip(take(&mut rest, 1), buf, signals, robot, theme);
    }
    if layout.flags > 0 {
        flags::strip(take(&mut rest, 1), buf, signals, theme);
        flags::words(take(&mut rest, 1), buf, signals, message, theme);
    }
    if layout.distribution > 0 {
        distribution::draw(take(&mut rest, layout.distribution), buf, signals, theme);
    }
    cursor_line(take(&mut rest, 1), buf, signals, theme);
}

/// Why runs of several cannot be drawn stands whole above the charts: it says what to do.
/// Gives back how many of their lines it took.
fn failure(
    rest: &mut Rect,
    lines: usize,
    buf: &mut Buffer,
    signals: &Signals,
    theme: &Theme,
) -> usize {
    let runs = 0..signals.run_count();
    let failed = runs.filter(|_| signals.is_aligned());
    let failed = failed.filter_map(|run| Some((run, signals.failure_of(run)?)));
    let texts = failed.map(|(run, sentence)| format!("{}: {sentence}", letter(run)));
    let width = rest.width.saturating_sub(2);
    let wrapped: Vec<String> = texts.flat_map(|text| wrap(&text, width)).collect();
    let room = lines.saturating_sub(LOWEST_CHART).min(wrapped.len());
    for line in wrapped.iter().take(room) {
        put(take(rest, 1), buf, &format!(" {line}"), theme.error);
    }
    room
}

/// What the cursor stands on, and of a single run the chosen channels' values there, each with
/// its difference to the pinned place.
fn cursor_line(area: Rect, buf: &mut Buffer, signals: &Signals, theme: &Theme) {
    let place = format!(" {}", signals.cursor_line());
    if signals.is_aligned() {
        return put(area, buf, &place, theme.accent);
    }
    let mut parts = vec![vec![Span::styled(place, theme.accent)]];
    let time = signals.view.cursor.time;
    if let [robot] = signals.charted_layers().as_slice() {
        let layer = robot.layer_at(time).map(|text| format!("  {text}"));
        parts.extend(layer.map(|text| vec![Span::styled(text, theme.muted)]));
    }
    for (order, at) in signals.chosen.iter().enumerate() {
        let value = signals.value_at(0, *at, signals.view.cursor.time);
        let (Some(channel), Some(value)) = (signals.channels.get(*at), value) else {
            continue;
        };
        let value = match signals.is_before_first(0, *at) {
            true if value.is_nan() => NO_VALUE_YET.to_owned(),
            _ if value.is_nan() => "no value".to_owned(),
            _ => format!("{} {}", format_value(value, channel.decimals), channel.unit),
        };
        let mut text = format!("  {} {value}", channel.name);
        if let Some(change) = signals.since_pin(0, *at).filter(|d| !d.is_nan()) {
            let change = format_delta(change, channel.decimals);
            text.push_str(&format!(" (Δ {change})"));
        }
        parts.push(vec![Span::styled(text, theme.series(order))]);
    }
    whole_parts(parts, area.width).render(area, buf);
}

/// Which of the theme's series a channel of a run has: of several runs each has its own.
fn series_of(signals: &Signals, run: usize, channel: usize) -> usize {
    if signals.is_aligned() {
        return run;
    }
    let order = signals.chosen.iter().position(|c| *c == channel);
    order.unwrap_or(0)
}
