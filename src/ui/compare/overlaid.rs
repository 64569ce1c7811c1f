//! Draws the shared channels and the charts of the chosen ones, a line for each run.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use super::{put, sentence, take};
use crate::{
    app::{
        chart::format_fit,
        compare::{CompareScreen, Overlaid, layout::LOWEST_CHART, overlaid::Shared},
    },
    etl::compare::letter,
    ui::{
        text::wrap,
        theme::Theme,
        widgets::{
            chart::{Chart, ChartStyles, Note, Trace, plot_area, plot_columns},
            chart_axis::{Axis, offset_axis},
        },
    },
};

/// Characters for a value at the cursor.
const VALUE: usize = 11;

pub(super) fn draw(
    area: Rect,
    buf: &mut Buffer,
    screen: &CompareScreen,
    overlaid: &Overlaid,
    theme: &Theme,
) {
    let parts = screen.parts();
    let mut rest = area;
    if overlaid.channels.is_empty() {
        let text = "No two of these runs have a channel in common: there is nothing to overlay. Tab shows their other figures.";
        return sentence(rest, buf, text, theme.muted);
    }
    let columns = Columns::new(overlaid, screen.runs.len(), usize::from(area.width));
    columns.header(take(&mut rest, 1), buf, theme);
    let first = overlaid.first_row(parts.list);
    let channels = overlaid.channels.iter().enumerate();
    for (at, channel) in channels.skip(first).take(parts.list) {
        columns.row(take(&mut rest, 1), buf, overlaid, (at, channel), theme);
    }
    if parts.charts == 0 {
        return put(
            rest,
            buf,
            " The terminal is too low for charts.",
            theme.muted,
        );
    }
    let rule = take(&mut rest, 1);
    put(rule, buf, &"─".repeat(usize::from(rule.width)), theme.faint);
    // Why a run cannot be drawn stands whole above the charts: it says what to do.
    let failed = (0..screen.runs.len()).find_map(|run| Some((run, overlaid.failure_of(run)?)));
    let mut lines = parts.charts;
    if let Some((run, sentence)) = failed {
        let text = format!("{}: {sentence}", letter(run));
        let room = lines.saturating_sub(LOWEST_CHART);
        for line in wrap(&text, area.width.saturating_sub(2)).iter().take(room) {
            put(take(&mut rest, 1), buf, &format!(" {line}"), theme.error);
            lines -= 1;
        }
    }
    let charts = overlaid.charts(lines);
    if charts.is_empty() {
        return put(
            rest,
            buf,
            " Space chooses a channel for a chart.",
            theme.muted,
        );
    }
    for (channel, height) in charts {
        let area = take(&mut rest, height);
        chart(
            area,
            buf,
            overlaid,
            channel,
            (screen, columns.gutter),
            theme,
        );
    }
    let axis = Axis {
        range: overlaid.view.range,
        cursor: Some(overlaid.view.cursor.time),
        label_width: columns.gutter,
        styles: &ChartStyles::of(theme),
    };
    offset_axis(axis, take(&mut rest, 1), buf);
    let text = screen.cursor_line().unwrap_or_default();
    put(take(&mut rest, 1), buf, &format!(" {text}"), theme.accent);
}

/// Widths of the list's columns.
struct Columns {
    /// Characters for names and units in the charts' gutter.
    gutter: usize,
    label: usize,
    unit: usize,
    /// Runs whose values at the cursor have room.
    runs: usize,
}

impl Columns {
    fn new(overlaid: &Overlaid, runs: usize, width: usize) -> Self {
        let (label, unit) = overlaid.widths();
        let room = width.saturating_sub(3 + label + 1 + unit);
        Self {
            gutter: overlaid.label_width(),
            label,
            unit,
            runs: runs.min(room / VALUE),
        }
    }

    fn header(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let (label, unit) = (self.label, self.unit);
        let text = format!("   {:<label$} {:<unit$}", "channel", "unit");
        let mut spans = vec![Span::styled(text, theme.muted)];
        for run in 0..self.runs {
            let width = VALUE - 1;
            let text = match run {
                0 => "at cursor A".to_owned(),
                run => letter(run).to_string(),
            };
            let text = text.chars().rev().take(VALUE).collect::<Vec<_>>();
            let text: String = text.into_iter().rev().collect();
            spans.push(Span::styled(format!(" {text:>width$}"), theme.series(run)));
        }
        Line::from(spans).render(area, buf);
    }

    fn row(
        &self,
        area: Rect,
        buf: &mut Buffer,
        overlaid: &Overlaid,
        (at, channel): (usize, &Shared),
        theme: &Theme,
    ) {
        let (label, unit) = (self.label, self.unit);
        let chosen = overlaid.chosen.contains(&at);
        let mark = if chosen { " ✓ " } else { "   " };
        let mut spans = vec![
            Span::styled(mark, theme.mark),
            Span::styled(format!("{:<label$.label$} ", channel.name), theme.text),
            Span::styled(format!("{:<unit$.unit$}", channel.unit), theme.muted),
        ];
        for run in 0..self.runs {
            let has = channel.runs.get(run).is_some_and(Option::is_some);
            let value = overlaid.value_at(run, at, overlaid.view.cursor.time);
            let (text, style) = match value {
                _ if !has => ("none".to_owned(), theme.muted),
                Some(value) if chosen => {
                    let text = format_fit(value, channel.decimals, VALUE - 1);
                    (text, theme.series(run))
                }
                _ if chosen && overlaid.failure(run, at).is_some() => ("!".into(), theme.error),
                _ if chosen => ("…".into(), theme.muted),
                _ => (String::new(), theme.muted),
            };
            let width = VALUE - 1;
            spans.push(Span::styled(format!(" {text:>width$}"), style));
        }
        Line::from(spans).render(area, buf);
        if at == overlaid.row {
            buf.set_style(area, theme.cursor);
        }
    }
}

/// One channel: a line and a letter for each run that has it.
fn chart(
    area: Rect,
    buf: &mut Buffer,
    overlaid: &Overlaid,
    at: usize,
    (screen, label_width): (&CompareScreen, usize),
    theme: &Theme,
) {
    let Some(channel) = overlaid.channels.get(at) else {
        return;
    };
    let plot = plot_area(area, label_width);
    let columns = plot_columns(plot.width, overlaid.view.marker);
    let (mut traces, mut letters, mut waiting) = (Vec::new(), Vec::new(), false);
    for run in 0..screen.runs.len() {
        if !channel.runs.get(run).is_some_and(Option::is_some) {
            continue;
        }
        match overlaid.reduce(run, at, columns) {
            Some(reduced) => {
                let style = theme.series(run);
                traces.push(Trace { reduced, style });
                letters.push(letter(run));
            }
            None => waiting |= overlaid.failure(run, at).is_none(),
        }
    }
    let seen = traces.iter().any(|t| t.reduced.extent().is_some());
    let note = match (seen, waiting) {
        (true, _) => None,
        (false, true) => Some("reading …"),
        (false, false) if traces.is_empty() => Some("no run's table can be read"),
        (false, false) => Some("no samples here"),
    };
    let chart = Chart {
        labels: &[(&channel.name, theme.title)],
        unit: &channel.unit,
        traces,
        range: overlaid.view.range,
        cursor: Some(overlaid.view.cursor.time),
        pin: overlaid.view.cursor.pin,
        limits: &[],
        notes: Vec::from_iter(note.map(|text| Note {
            column: 0,
            width: usize::from(plot.width),
            text: text.into(),
        })),
        marker: overlaid.view.marker,
        label_width,
        styles: ChartStyles::of(theme),
    };
    chart.render(area, buf);
    chart.letters(&letters, area, buf);
}
