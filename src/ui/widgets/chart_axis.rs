//! The axis of time below a stack of charts.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::chart::{ChartStyles, plot_area};
use crate::app::chart::{
    TimeAxisLabels, TimeRange, layer_axis_labels, offset_axis_labels, time_axis_labels,
};

/// What an axis shows.
#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    /// The visible span of time.
    pub range: TimeRange,
    /// The cursor's time.
    pub cursor: Option<i64>,
    /// Characters for names in the gutter of the charts above.
    pub label_width: usize,
    /// Its style.
    pub styles: &'a ChartStyles,
}

/// The time axis below a stack, with what its labels share left of it:
/// `2022-11-23 20:43 └ :10 ───── :20 ──┴── :30 ──`.
pub fn time_axis(axis: Axis, area: Rect, buf: &mut Buffer) {
    draw(axis, time_axis_labels, area, buf);
}

/// As [`time_axis`] for times counted from where runs are aligned: `seconds └ 0 ── +10 ──`.
pub fn offset_axis(axis: Axis, area: Rect, buf: &mut Buffer) {
    draw(axis, offset_axis_labels, area, buf);
}

/// As [`time_axis`] for the numbers of layers.
pub fn layer_axis(axis: Axis, area: Rect, buf: &mut Buffer) {
    draw(axis, layer_axis_labels, area, buf);
}

/// The labels of a span, for an axis of so many characters with so many left of it.
type Labels = fn(TimeRange, usize, usize) -> TimeAxisLabels;

fn draw(axis: Axis, labels: Labels, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    let plot = plot_area(area, axis.label_width);
    if area.height == 0 || plot.width == 0 {
        return;
    }
    let width = usize::from(plot.width);
    // A blank on both sides of the common text, and the corner.
    let room = usize::from(plot.x - area.x).saturating_sub(3);
    let labels = labels(axis.range, width, room);
    let column = |(time, text)| Some((axis.range.column_of(time, width)?, text));
    let ticks = labels.ticks.into_iter().filter_map(column);
    labelled_rule(plot, area.x, &labels.common, ticks, axis.styles.axis, buf);
    if let Some(column) = axis.cursor.and_then(|t| axis.range.column_of(t, width)) {
        let cell = &mut buf[(plot.x + column as u16, plot.y)];
        if cell.symbol() == "─" {
            cell.set_char('┴').set_style(axis.styles.cursor);
        }
    }
}

/// A rule below `plot` with a corner at its left, a text before that which may begin at column
/// `left`, and labels at columns of the plot. What has no room is left out.
pub(in crate::ui) fn labelled_rule(
    plot: Rect,
    left: u16,
    common: &str,
    labels: impl Iterator<Item = (usize, String)>,
    style: Style,
    buf: &mut Buffer,
) {
    let width = usize::from(plot.width);
    let length = common.chars().count() as u16;
    if let Some(corner) = plot.x.checked_sub(1) {
        buf.set_string(corner, plot.y, "└", style);
        let start = corner.checked_sub(length + 1);
        if let Some(x) = start.filter(|x| *x >= left) {
            buf.set_string(x, plot.y, common, style);
        }
    }
    buf.set_string(plot.x, plot.y, "─".repeat(width), style);
    let mut free = 0;
    for (at, text) in labels {
        let text = format!(" {text} ");
        let length = text.chars().count();
        let from = at
            .saturating_sub(length / 2)
            .min(width.saturating_sub(length));
        if from < free || length > width {
            continue;
        }
        buf.set_string(plot.x + from as u16, plot.y, &text, style);
        // Neighbours may share the blank between them.
        free = from + length - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::time::parse;

    fn text(from: &str, to: &str, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        let time = |text: &str| parse(text.as_bytes()).unwrap();
        let axis = Axis {
            range: TimeRange::new(time(from), time(to)),
            cursor: None,
            label_width: 0,
            styles: &ChartStyles::default(),
        };
        time_axis(axis, area, &mut buf);
        (0..width).map(|x| buf[(x, 0)].symbol()).collect()
    }

    #[test]
    fn a_span_of_several_days_shows_its_dates() {
        let line = text("2022-11-23T20:00:00Z", "2022-11-24T04:00:00Z", 92);
        assert_eq!(
            line,
            "     11-23 └ 20:00 ───────── 22:00 ────────── 11-24 00:00 ────────── 02:00 ────────── 04:00 ",
        );
        let line = text("2022-12-30T20:00:00Z", "2023-01-03T04:00:00Z", 62);
        assert!(
            line.contains(" 2022 └") && line.contains(" 12-31 ") && line.contains(" 2023-01-01 "),
            "{line}"
        );
        let line = text("2022-11-23T20:00:00Z", "2022-11-23T20:00:40Z", 62);
        assert!(
            line.contains("20:00 └ :00 ") && line.contains(" :10 "),
            "{line}"
        );
    }

    #[test]
    fn every_width_has_room_for_its_labels() {
        for width in 0..120 {
            let line = text("2022-11-23T23:59:00Z", "2022-11-24T00:01:00Z", width);
            assert!(
                width < 30 || line.contains("11-24 00:00"),
                "{width}: {line}"
            );
        }
    }
}
