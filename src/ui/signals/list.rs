//! The list of channels: of one run each with its sparkline, of several with the value of each
//! run at the cursor.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use super::{NO_VALUE_YET, series_of};
use crate::{
    app::{
        columns::SCROLL_MARK,
        signals::{Channel, Key, MARK, Signals},
        sparkline::sparkline,
    },
    etl::{
        compare::{Cell, letter},
        format::{format_delta, format_fit},
    },
    ui::{lines::take, list::select, theme::Theme, widgets::scroll_mark},
};

/// Characters for a value at the cursor of a single run, and for one end of a range.
const VALUE: usize = 12;
const END: usize = 10;
/// Characters for a value of each of several runs, with a space before it.
const RUN_VALUE: usize = 11;
/// Blanks before a statistic of several runs.
const APART: usize = 2;

/// A header, and a line for each channel.
pub(super) fn draw(area: Rect, buf: &mut Buffer, signals: &Signals, has_keys: bool, theme: &Theme) {
    let mut rest = area;
    let header = take(&mut rest, 1);
    let columns = Columns::new(signals, usize::from(area.width.saturating_sub(SCROLL_MARK)));
    let (label, unit) = signals.widths();
    let text = format!("   {:<label$} {:<unit$}", "channel", "unit");
    let mut spans = vec![Span::styled(text, theme.muted)];
    spans.extend(columns.titles(signals, theme));
    Line::from(spans).render(header, buf);
    let first = signals.first_row(usize::from(rest.height));
    let all = signals.channels.len();
    scroll_mark::draw(rest, buf, first, all, theme.muted);
    for (at, channel) in signals.channels.iter().enumerate().skip(first) {
        let line = take(&mut rest, 1);
        if line.is_empty() {
            return;
        }
        let mark = if signals.chosen.contains(&at) {
            " ✓ "
        } else {
            "   "
        };
        let mut spans = vec![
            Span::styled(mark, theme.mark),
            Span::styled(format!("{:<label$.label$} ", channel.name), theme.text),
            Span::styled(format!("{:<unit$.unit$} ", channel.unit), theme.muted),
        ];
        spans.extend(columns.cells(signals, at, channel, theme));
        Line::from(spans).render(line, buf);
        if at == signals.row && has_keys {
            select(line, buf, theme);
        }
    }
}

/// What stands right of names and units.
enum Columns {
    /// Of one run: its sparkline gets the width that the others leave.
    One {
        spark: usize,
        value: bool,
        range: bool,
    },
    /// Of several runs the values at the cursor of those that have room, and then so many
    /// statistics: the first run's, and how far the others are from it.
    Several { runs: usize, statistics: usize },
}

impl Columns {
    fn new(signals: &Signals, width: usize) -> Self {
        let (label, unit) = signals.widths();
        let fixed = MARK + label + 1 + unit;
        if signals.is_aligned() {
            let room = width.saturating_sub(fixed);
            let runs = signals.run_count().min(room / RUN_VALUE);
            let group = APART + signals.run_count() * RUN_VALUE;
            let statistics = (room - runs * RUN_VALUE) / group;
            return Self::Several { runs, statistics };
        }
        let fixed = fixed + 1;
        let value = width >= fixed + 10 + 2 + VALUE;
        let range = width >= fixed + 16 + 2 + VALUE + 2 + 2 * END + 3;
        let used =
            fixed + if value { 2 + VALUE } else { 0 } + if range { 2 + 2 * END + 3 } else { 0 };
        Self::One {
            spark: width.saturating_sub(used + 1),
            value,
            range,
        }
    }

    fn titles(&self, signals: &Signals, theme: &Theme) -> Vec<Span<'static>> {
        match *self {
            Self::One {
                spark,
                value,
                range,
            } => {
                let mut text = format!(" {:<spark$}", "whole run");
                if value {
                    text.push_str(&format!("  {:>VALUE$}", "at cursor"));
                }
                if range && signals.view.cursor.pin.is_some() {
                    let width = 2 * END + 3;
                    text.push_str(&format!("  {:>width$}", "since pin"));
                } else if range {
                    text.push_str(&format!("  {:>END$}   {:<END$}", "min", "max"));
                }
                vec![Span::styled(text, theme.muted)]
            }
            Self::Several { runs, statistics } => {
                let title = |text: String, width: usize, run: usize| {
                    Span::styled(format!("{text:>width$}"), theme.series(run))
                };
                let at_cursor = (0..runs).map(|run| {
                    let at = if run == 0 { "cursor " } else { "" };
                    title(format!("{at}{}", letter(run)), RUN_VALUE, run)
                });
                let lines = signals.channels.first().map(|c| c.compared.as_slice());
                let lines = lines.unwrap_or_default().iter().take(statistics);
                let statistics = lines.flat_map(|line| {
                    (0..signals.run_count()).map(|run| match run {
                        0 => title(format!("{} A", line.title(false)), APART + RUN_VALUE, 0),
                        _ => title(format!("{} − A", letter(run)), RUN_VALUE, run),
                    })
                });
                at_cursor.chain(statistics).collect()
            }
        }
    }

    fn cells(
        &self,
        signals: &Signals,
        at: usize,
        channel: &Channel,
        theme: &Theme,
    ) -> Vec<Span<'static>> {
        match *self {
            Self::One {
                spark,
                value,
                range,
            } => {
                let mut cells = vec![overview(signals, at, channel, spark, theme)];
                if value {
                    let value = signals.value_at(0, at, signals.view.cursor.time);
                    let is_early = signals.is_before_first(0, at);
                    let (text, style) = match value {
                        None => (" ".into(), theme.text),
                        Some(value) if value.is_nan() && is_early => {
                            (NO_VALUE_YET.into(), theme.muted)
                        }
                        Some(value) => (format_fit(value, channel.decimals, VALUE), theme.text),
                    };
                    cells.push(Span::styled(format!("  {text:>VALUE$}"), style));
                }
                if range {
                    let text = extent(signals, at, channel);
                    cells.push(Span::styled(text, theme.muted));
                }
                cells
            }
            Self::Several { runs, statistics } => {
                let at_cursor = (0..runs).map(|run| {
                    let (text, style) = value_of(signals, run, at, channel, theme);
                    let width = RUN_VALUE - usize::from(run == 0);
                    Span::styled(format!("{text:>width$}"), style)
                });
                let lines = channel.compared.iter().take(statistics);
                let statistics = lines.flat_map(|line| {
                    line.cells.iter().enumerate().map(|(run, cell)| {
                        let (text, width) = match run {
                            0 => (end_of(cell.value, channel), APART + RUN_VALUE),
                            _ => (difference(cell, channel), RUN_VALUE),
                        };
                        Span::styled(format!("{text:>width$}"), theme.text)
                    })
                });
                at_cursor.chain(statistics).collect()
            }
        }
    }
}

/// A statistic of a run, or a dot.
fn end_of(value: Option<f64>, channel: &Channel) -> String {
    let value = value.map(|value| format_fit(value, channel.decimals, RUN_VALUE - 1));
    value.unwrap_or_else(|| "·".into())
}

/// How far a statistic is from the first run's, or a dot.
fn difference(cell: &Cell, channel: &Channel) -> String {
    let text = cell.difference.map(|d| format_delta(d, channel.decimals));
    let text = text.filter(|text| text.chars().count() < RUN_VALUE);
    let short = || {
        cell.difference
            .map(|d| format_fit(d, channel.decimals, RUN_VALUE - 1))
    };
    text.or_else(short).unwrap_or_else(|| "·".into())
}

/// The channel over the whole of a single run.
fn overview(
    signals: &Signals,
    at: usize,
    channel: &Channel,
    width: usize,
    theme: &Theme,
) -> Span<'static> {
    let key = Key {
        run: 0,
        channel: at,
    };
    let line = match (signals.overview(key), channel.extent) {
        (_, None) => format!("{:<width$.width$}", "no samples"),
        (Some(buckets), _) => sparkline(buckets, width),
        (None, _) if signals.error.is_some() => " ".repeat(width),
        (None, _) => format!("{:<width$.width$}", "…"),
    };
    let style = if channel.extent.is_none() {
        theme.muted
    } else if signals.chosen.contains(&at) {
        theme.series(series_of(signals, 0, at))
    } else {
        theme.muted
    };
    Span::styled(line, style)
}

/// What changed since the pinned place; without one the smallest and largest sample.
fn extent(signals: &Signals, at: usize, channel: &Channel) -> String {
    let decimals = channel.decimals;
    if signals.view.cursor.pin.is_some() {
        let width = 2 * END + 3;
        let change = signals.since_pin(0, at).filter(|d| !d.is_nan());
        let text = change.map_or_else(String::new, |d| format_delta(d, decimals));
        return format!("  {text:>width$}");
    }
    channel.extent.map_or_else(String::new, |(min, max)| {
        let end = |v| format_fit(v, decimals.saturating_sub(1), END);
        format!("  {:>END$} … {:<END$}", end(min), end(max))
    })
}

/// The value of one of several runs at the cursor, of a channel that has a chart.
fn value_of(
    signals: &Signals,
    run: usize,
    at: usize,
    channel: &Channel,
    theme: &Theme,
) -> (String, Style) {
    if !channel.is_in(run) {
        return ("none".into(), theme.muted);
    }
    if !signals.chosen.contains(&at) {
        return (String::new(), theme.muted);
    }
    let key = Key { run, channel: at };
    match signals.value_at(run, at, signals.view.cursor.time) {
        Some(value) if value.is_nan() && signals.is_before_first(run, at) => {
            ("none yet".into(), theme.muted)
        }
        Some(value) => {
            let text = format_fit(value, channel.decimals, RUN_VALUE - 1);
            (text, theme.series(run))
        }
        None if signals.failure(key).is_some() => ("!".into(), theme.error),
        None => ("…".into(), theme.muted),
    }
}
