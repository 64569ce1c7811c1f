//! Draws the signals of a run: the list of channels, the charts of the chosen ones.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use super::{flags, put, sentence, statistics};
use crate::{
    app::{
        chart::{Reduced, TimeRange, format_delta, format_fit, format_value},
        run::{
            RunScreen, Signals,
            signals::{Channel, MARK},
        },
        sparkline::sparkline,
    },
    etl::time,
    ui::{
        text::whole_parts,
        theme::Theme,
        widgets::{
            chart::{Chart, ChartStyles, Note, Trace, plot_area, plot_columns},
            chart_axis::{Axis, time_axis},
        },
    },
};

/// Characters for a value at the cursor, and for one end of a range.
const VALUE: usize = 12;
const END: usize = 10;
/// Single samples are marked where each has at least so many characters.
const PER_SAMPLE: usize = 3;

pub(super) fn draw(
    area: Rect,
    buf: &mut Buffer,
    screen: &RunScreen,
    signals: &Signals,
    theme: &Theme,
) {
    let layout = signals.layout(usize::from(area.height));
    let mut lines = area.rows();
    let Some(header) = lines.next() else { return };
    let columns = Columns::new(signals, usize::from(area.width));
    columns.header(header, buf, signals, theme);
    let first = signals.first_row(layout.list);
    for (at, channel) in signals
        .channels
        .iter()
        .enumerate()
        .skip(first)
        .take(layout.list)
    {
        let Some(line) = lines.next() else { return };
        columns.row(line, buf, signals, (at, channel), theme);
    }
    if layout.charts == 0 {
        let text = match &signals.error {
            Some(error) => {
                return sentence(lines.next().unwrap_or_default(), buf, error, theme.error);
            }
            None if signals.chosen.is_empty() => " Space chooses a channel for a chart.",
            None => " The terminal is too low for charts.",
        };
        if let Some(line) = lines.next() {
            put(line, buf, text, theme.muted);
        }
        return;
    }
    if let Some(rule) = lines.next() {
        statistics::draw(rule, buf, signals, theme);
        if let Some(error) = &signals.error {
            let rest = Rect {
                y: rule.y + 1,
                height: area.bottom() - rule.y - 1,
                ..rule
            };
            return sentence(rest, buf, error, theme.error);
        }
    }
    let styles = ChartStyles::of(theme);
    for (channels, height) in signals.charts(layout.charts) {
        let charts: Vec<Rect> = lines.by_ref().take(height).collect();
        if let (Some(top), Some(bottom)) = (charts.first(), charts.last()) {
            chart(top.union(*bottom), buf, signals, &channels, theme);
        }
    }
    if let Some(line) = lines.next() {
        let axis = Axis {
            range: signals.view.range,
            cursor: Some(signals.view.cursor.time),
            label_width: signals.label_width(),
            styles: &styles,
        };
        time_axis(axis, line, buf);
    }
    if layout.flags > 0 {
        for draw in [flags::strip, flags::words] {
            let Some(line) = lines.next() else { return };
            draw(line, buf, signals, theme);
        }
    }
    if let Some(line) = lines.next() {
        cursor_line(line, buf, screen, signals, theme);
    }
}

/// Widths of the list's columns; the sparkline takes what is left.
struct Columns {
    label: usize,
    unit: usize,
    spark: usize,
    value: bool,
    range: bool,
}

impl Columns {
    fn new(signals: &Signals, width: usize) -> Self {
        let (label, unit) = signals.widths();
        let fixed = MARK + label + 1 + unit + 1;
        let value = width >= fixed + 10 + 2 + VALUE;
        let range = width >= fixed + 16 + 2 + VALUE + 2 + 2 * END + 3;
        let used =
            fixed + if value { 2 + VALUE } else { 0 } + if range { 2 + 2 * END + 3 } else { 0 };
        Self {
            label,
            unit,
            spark: width.saturating_sub(used + 1),
            value,
            range,
        }
    }

    fn header(&self, area: Rect, buf: &mut Buffer, signals: &Signals, theme: &Theme) {
        let (label, unit, spark) = (self.label, self.unit, self.spark);
        let mut text = format!(
            "   {:<label$} {:<unit$} {:<spark$}",
            "channel", "unit", "whole run"
        );
        if self.value {
            text.push_str(&format!("  {:>VALUE$}", "at cursor"));
        }
        if self.range && signals.view.cursor.pin.is_some() {
            let width = 2 * END + 3;
            text.push_str(&format!("  {:>width$}", "since pin"));
        } else if self.range {
            text.push_str(&format!("  {:>END$}   {:<END$}", "min", "max"));
        }
        put(area, buf, &text, theme.muted);
    }

    fn row(
        &self,
        area: Rect,
        buf: &mut Buffer,
        signals: &Signals,
        (at, channel): (usize, &Channel),
        theme: &Theme,
    ) {
        let (label, unit, spark) = (self.label, self.unit, self.spark);
        let order = signals.chosen.iter().position(|c| *c == at);
        let colour = order.map_or(theme.text, |k| theme.series(k));
        let mark = if order.is_some() { " ✓ " } else { "   " };
        let mut spans = vec![
            Span::styled(mark, theme.mark),
            Span::styled(format!("{:<label$.label$} ", channel.name), theme.text),
            Span::styled(format!("{:<unit$.unit$} ", channel.unit), theme.muted),
        ];
        let line = match (&signals.overview, channel.extent) {
            (_, None) => format!("{:<spark$.spark$}", "no samples"),
            (Some(overview), _) => {
                let buckets = overview.channels.get(at).map_or(&[][..], Vec::as_slice);
                sparkline(buckets, spark)
            }
            (None, _) if signals.error.is_some() => " ".repeat(spark),
            (None, _) => format!("{:<spark$.spark$}", "…"),
        };
        let style = if channel.extent.is_some() {
            colour
        } else {
            theme.muted
        };
        spans.push(Span::styled(line, style));
        if self.value {
            let text = match signals.value_at(at, signals.view.cursor.time) {
                Some(value) => format_fit(value, channel.decimals, VALUE),
                None => " ".into(),
            };
            spans.push(Span::styled(format!("  {text:>VALUE$}"), theme.text));
        }
        if self.range {
            let decimals = channel.decimals;
            let width = 2 * END + 3;
            let text = if signals.view.cursor.pin.is_some() {
                let change = signals.since_pin(at).filter(|d| !d.is_nan());
                let text = change.map_or_else(String::new, |d| format_delta(d, decimals));
                format!("  {text:>width$}")
            } else {
                channel.extent.map_or_else(String::new, |(min, max)| {
                    let end = |v| format_fit(v, decimals.saturating_sub(1), END);
                    format!("  {:>END$} … {:<END$}", end(min), end(max))
                })
            };
            spans.push(Span::styled(text, theme.muted));
        }
        Line::from(spans).render(area, buf);
        if at == signals.row {
            buf.set_style(area, theme.cursor);
        }
    }
}

fn chart(area: Rect, buf: &mut Buffer, signals: &Signals, channels: &[usize], theme: &Theme) {
    let label_width = signals.label_width();
    let plot = plot_area(area, label_width);
    let (mut labels, mut traces, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut limits = Vec::new();
    let mut unit = "";
    let whole = |text: &str| Note {
        column: 0,
        width: usize::from(plot.width),
        text: text.chars().take(usize::from(plot.width)).collect(),
    };
    let alone = channels.len() == 1;
    for at in channels {
        let Some(channel) = signals.channels.get(*at) else {
            continue;
        };
        let order = signals.chosen.iter().position(|c| c == at).unwrap_or(0);
        let style = theme.series(order);
        labels.push((channel.name.as_str(), style));
        unit = &channel.unit;
        limits.extend(signals.limits(*at));
        match (signals.series(*at), signals.failed.get(at)) {
            (Some(series), _) => {
                let columns = plot_columns(plot.width, signals.view.marker);
                let mut reduced = series.reduce(signals.view.range, columns);
                let most = usize::from(plot.width) / PER_SAMPLE;
                reduced.samples = series
                    .changed_samples(signals.view.range, most)
                    .unwrap_or_default();
                if reduced.extent().is_none() && alone {
                    notes.push(whole(match channel.extent {
                        None => "no samples",
                        Some(_) => "no samples here",
                    }));
                } else if alone {
                    let per_character = columns / usize::from(plot.width).max(1);
                    notes = gap_notes(&reduced, signals.view.range, per_character);
                }
                traces.push(Trace { reduced, style });
            }
            (None, Some(sentence)) => notes.push(whole(sentence)),
            (None, None) => {
                let columns = plot_columns(plot.width, signals.view.marker);
                match signals.sketch(*at, columns) {
                    Some(reduced) => traces.push(Trace { reduced, style }),
                    None => notes.push(whole("reading …")),
                }
            }
        }
    }
    Chart {
        labels: &labels,
        unit,
        traces,
        range: signals.view.range,
        cursor: Some(signals.view.cursor.time),
        pin: signals.view.cursor.pin,
        limits: &limits,
        notes,
        marker: signals.view.marker,
        label_width,
        styles: ChartStyles::of(theme),
    }
    .render(area, buf);
}

/// `gap 4.2 s` where a gap is wide enough to hold it.
fn gap_notes(reduced: &Reduced, range: TimeRange, per_character: usize) -> Vec<Note> {
    let mut notes = Vec::new();
    let width = reduced.columns.len();
    for (from, to) in reduced.empty_stretches() {
        // Whole characters between the two ends of the line.
        let first = from.div_ceil(per_character.max(1));
        let room = (to / per_character.max(1)).saturating_sub(first);
        if room < 9 {
            continue;
        }
        let middle = range.column_start((from + to) / 2, width);
        let around = |(from, to): &&(i64, i64)| (*from..*to).contains(&middle);
        if let Some((start, end)) = reduced.gaps.iter().find(around) {
            let seconds = (end - start) as f64 / time::SECOND as f64;
            notes.push(Note {
                column: first,
                width: room,
                text: format!(
                    "gap {} s",
                    format_value(seconds, if seconds < 1.0 { 3 } else { 1 })
                ),
            });
        }
    }
    notes
}

/// The cursor's time, and the chosen channels' values there, each with its difference
/// to the pinned place.
fn cursor_line(area: Rect, buf: &mut Buffer, screen: &RunScreen, signals: &Signals, theme: &Theme) {
    let place = format!(" {}", screen.cursor_line().unwrap_or_default());
    let mut parts = vec![vec![Span::styled(place, theme.accent)]];
    for (order, at) in signals.chosen.iter().enumerate() {
        let value = signals.value_at(*at, signals.view.cursor.time);
        let (Some(channel), Some(value)) = (signals.channels.get(*at), value) else {
            continue;
        };
        let mut text = format!(
            "  {} {} {}",
            channel.name,
            format_value(value, channel.decimals),
            channel.unit
        );
        if let Some(difference) = signals.since_pin(*at).filter(|d| !d.is_nan()) {
            text.push_str(&format!(
                " (Δ {})",
                format_delta(difference, channel.decimals)
            ));
        }
        parts.push(vec![Span::styled(text, theme.series(order))]);
    }
    whole_parts(parts, area.width).render(area, buf);
}
