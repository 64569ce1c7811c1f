//! Line charts in a stack: each has its own scale, all share the time axis below.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::chart_canvas::{Canvas, sample_symbol, symbol};
use crate::{
    app::chart::{Marker, NUMBERS, Reduced, StackedChart, TimeRange, ValueScale, gutter},
    ui::theme::Theme,
};

/// Characters of a plot that each character of a name has for itself along its line: see
/// [`Chart::mark_lines`].
const STRETCH: usize = 16;

/// The styles of the parts of a chart.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChartStyles {
    /// Axes and their numbers.
    pub axis: Style,
    /// The cursor's line.
    pub cursor: Style,
    /// The pinned cursor's line.
    pub pin: Style,
    /// Notes within the plot.
    pub note: Style,
    /// Limit lines.
    pub limit: Style,
}

impl ChartStyles {
    /// As everywhere in the program.
    pub fn of(theme: &Theme) -> Self {
        Self {
            axis: theme.muted,
            cursor: theme.accent,
            pin: theme.mark,
            note: theme.muted,
            limit: theme.rule,
        }
    }
}

/// One line of a chart.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Reduced to [`plot_columns`] columns.
    pub reduced: Reduced,
    /// Colour of the line.
    pub style: Style,
    /// The colour of the band from the smallest to the largest value, under the line of means.
    pub band: Style,
}

/// A text within the plot, such as `gap 4.2 s`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// First character of the plot it may take.
    pub column: usize,
    /// How many it may take; a longer text is not shown.
    pub width: usize,
    /// What it says.
    pub text: String,
}

/// One chart of a stack.
#[derive(Debug, Clone)]
pub struct Chart<'a> {
    /// The channels' names with their lines' colours, in the gutter.
    pub labels: &'a [(&'a str, Style)],
    /// Their unit, below the names.
    pub unit: &'a str,
    /// The lines, later ones over earlier ones.
    pub traces: Vec<Trace>,
    /// Its place among charts below each other: where another one follows, the axis of values
    /// ends with its last line.
    pub stacked: StackedChart,
    /// The visible span of time.
    pub range: TimeRange,
    /// The cursor's and the pinned cursor's times.
    pub cursor: Option<i64>,
    /// See `cursor`.
    pub pin: Option<i64>,
    /// Values at which a limit line is drawn, when they are visible.
    pub limits: &'a [f64],
    /// Texts within the plot.
    pub notes: Vec<Note>,
    /// What lines are drawn with.
    pub marker: Marker,
    /// Characters for names in the gutter; the same for all charts of a stack.
    pub label_width: usize,
    /// Its style.
    pub styles: ChartStyles,
}

/// The plot's part of a chart's (or the time axis') area.
pub fn plot_area(area: Rect, label_width: usize) -> Rect {
    let left = (gutter(label_width) as u16).min(area.width);
    Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    }
}

/// How many columns a series must be reduced to for a plot `width` characters wide.
pub fn plot_columns(width: u16, marker: Marker) -> usize {
    usize::from(width) * marker.dots().0
}

impl Chart<'_> {
    /// Draws it.
    pub fn render(&self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let plot = plot_area(area, self.label_width);
        if area.height == 0 {
            return;
        }
        self.names(area, buf);
        if plot.width == 0 {
            return;
        }
        self.spine(plot, buf);
        self.lines_at_time(plot, buf);
        if let Some(scale) = self.scale(plot) {
            self.axis(plot, buf, &scale);
            self.limit_lines(plot, buf, &scale);
            self.draw_traces(plot, buf, scale.low, scale.high);
        }
        for note in &self.notes {
            let length = note.text.chars().count();
            let inside = note.column + note.width <= usize::from(plot.width);
            if inside && length <= note.width {
                let x = plot.x + (note.column + (note.width - length) / 2) as u16;
                buf.set_string(x, plot.y + plot.height / 2, &note.text, self.styles.note);
            }
        }
    }

    /// Writes the name of each line at its right end, and here and there along it, so that lines
    /// can be told apart without colours too; `names` are those of the traces in their order.
    /// After [`Chart::render`].
    pub fn mark_lines(&self, names: &[&str], area: Rect, buf: &mut Buffer) {
        let plot = plot_area(area.intersection(buf.area), self.label_width);
        let (Some(scale), true) = (self.scale(plot), plot.width > 0 && plot.height > 0) else {
            return;
        };
        let (width, per_character) = (usize::from(plot.width), self.marker.dots().0);
        let longest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let mut taken: Vec<Rect> = Vec::new();
        // A name ends at its place.
        let mut put = |trace: &Trace, name: &str, (x, value): (usize, f64)| {
            let wide = name.width();
            let Some(left) = (x + 1).checked_sub(wide) else {
                return false;
            };
            let (x, y) = (plot.x + left as u16, plot.y + scale.row(value) as u16);
            // A blank parts one name from the next.
            let wide = wide as u16 + u16::from(longest > 1);
            let place = Rect::new(x, y, wide, 1);
            let is_free = !taken.iter().any(|other| other.intersects(place));
            if is_free {
                taken.push(place);
                buf.set_string(x, y, name, trace.style);
            }
            is_free
        };
        let seen = |trace: &Trace, x: usize| {
            let column = trace.reduced.columns.get(x * per_character)?.as_ref()?;
            Some((x, (column.bucket.min + column.bucket.max) / 2.0))
        };
        let mut named: Vec<(&str, &Trace)> = names.iter().copied().zip(&self.traces).collect();
        named.sort_by_key(|(name, _)| std::cmp::Reverse(*name));
        for (name, trace) in &named {
            // What ends at the same place steps back along its line.
            let mut places = (0..width).rev().filter_map(|x| seen(trace, x));
            places.find(|place| put(trace, name, *place));
        }
        let n = named.len().max(1);
        let stretch_width = STRETCH * longest.max(1);
        for (order, (name, trace)) in named.into_iter().rev().enumerate() {
            // Each line has a stretch of its own, so that names never collide.
            for stretch in (order..width.div_ceil(stretch_width)).step_by(n) {
                let from = stretch * stretch_width;
                let columns = from..(from + stretch_width).min(width);
                let middle = from + stretch_width / 2;
                let places = columns.filter_map(|x| seen(trace, x));
                if let Some(place) = places.min_by_key(|(x, _)| x.abs_diff(middle)) {
                    put(trace, name, place);
                }
            }
        }
    }

    /// Where values lie in its plot; `None` where nothing is visible.
    fn scale(&self, plot: Rect) -> Option<ValueScale> {
        let height = usize::from(plot.height);
        let dots = self.marker.dots().1;
        let round = self.stacked.has_round_labels;
        Some(ValueScale::of(self.extent()?, height, dots, round))
    }

    fn extent(&self) -> Option<(f64, f64)> {
        let extents = self.traces.iter().filter_map(|t| t.reduced.extent());
        extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    fn names(&self, area: Rect, buf: &mut Buffer) {
        let width = self.label_width.min(usize::from(area.width));
        let mut put = |line: usize, text: &str, style: Style| {
            if line < usize::from(area.height) {
                let text = format!("{text:>width$}");
                buf.set_stringn(area.x, area.y + line as u16, text, width, style);
            }
        };
        for (line, (label, style)) in self.labels.iter().enumerate() {
            put(line, label, *style);
        }
        if !self.unit.is_empty() && area.height > 1 {
            // The unit keeps its line, whatever the number of names.
            let line = self.labels.len().min(usize::from(area.height) - 1);
            put(line, &format!("({})", self.unit), self.styles.axis);
        }
    }

    /// The line of the axis, open where a chart above or below has its own.
    fn spine(&self, plot: Rect, buf: &mut Buffer) {
        for y in plot.top()..plot.bottom() {
            let symbol = match (
                y == plot.top(),
                y + 1 == plot.bottom() && self.stacked.is_followed,
            ) {
                (true, false) => "╷",
                (false, true) => "╵",
                _ => "│",
            };
            buf.set_string(plot.x - 1, y, symbol, self.styles.axis);
        }
    }

    /// Numbers at the lines of their values.
    fn axis(&self, plot: Rect, buf: &mut Buffer, scale: &ValueScale) {
        let mut labels = scale.labels.clone();
        let row = |value: f64| plot.y + scale.row(value) as u16;
        if let Some(offset) = &labels.offset {
            let taken: Vec<u16> = labels.ticks.iter().map(|(value, _)| row(*value)).collect();
            if !self.offset(plot, buf, offset, &taken) {
                labels = labels.without_offset(NUMBERS);
            }
        }
        for (value, text) in &labels.ticks {
            let y = row(*value);
            let tick = match (
                y == plot.top(),
                y + 1 == plot.bottom() && self.stacked.is_followed,
            ) {
                (true, false) => '┐',
                (false, true) => '┘',
                _ => '┤',
            };
            let text = format!("{text:>NUMBERS$} {tick}");
            let x = plot.x.saturating_sub(NUMBERS as u16 + 2);
            buf.set_stringn(x, y, text, NUMBERS + 2, self.styles.axis);
        }
    }

    /// Writes what all numbers are counted from into the first free line of the gutter that has
    /// room for it; false when none has.
    fn offset(&self, plot: Rect, buf: &mut Buffer, text: &str, taken: &[u16]) -> bool {
        let length = text.chars().count() as u16;
        let Some(x) = plot.x.checked_sub(length + 1) else {
            return false;
        };
        let blank = |y: u16| (x..plot.x - 1).all(|x| buf[(x, y)].symbol() == " ");
        let mut lines = (plot.top()..plot.bottom()).filter(|y| !taken.contains(y));
        let Some(y) = lines.find(|y| blank(*y)) else {
            return false;
        };
        buf.set_string(x, y, text, self.styles.axis);
        true
    }

    fn limit_lines(&self, plot: Rect, buf: &mut Buffer, scale: &ValueScale) {
        let visible = scale.low..=scale.high;
        for limit in self.limits.iter().filter(|v| visible.contains(v)) {
            let y = plot.y + scale.row(*limit) as u16;
            for x in plot.left()..plot.right() {
                if buf[(x, y)].symbol() == " " {
                    buf[(x, y)].set_char('╌').set_style(self.styles.limit);
                }
            }
        }
    }

    /// The cursor and the pinned one, below the lines of the chart.
    fn lines_at_time(&self, plot: Rect, buf: &mut Buffer) {
        let marks = [
            (self.pin, '┆', self.styles.pin),
            (self.cursor, '│', self.styles.cursor),
        ];
        for (time, symbol, style) in marks {
            let column = time.and_then(|t| self.range.column_of(t, usize::from(plot.width)));
            let Some(column) = column else { continue };
            for y in plot.top()..plot.bottom() {
                buf[(plot.x + column as u16, y)]
                    .set_char(symbol)
                    .set_style(style);
            }
        }
    }

    /// The bands from smallest to largest values, and over them the lines of means; where several
    /// meet in a character, the last one colours it, lines before bands. Within a filled part of a
    /// band the lines stand alone, so that they are seen.
    fn draw_traces(&self, plot: Rect, buf: &mut Buffer, low: f64, high: f64) {
        let (width, height) = (usize::from(plot.width), usize::from(plot.height));
        let canvas = || Canvas::new(self.marker, width, height);
        let layers = self.traces.iter().map(|trace| {
            let (mut band, mut line) = (canvas(), canvas());
            band.trace(&trace.reduced, low, high);
            line.means(&trace.reduced, low, high);
            (band, line, trace)
        });
        let layers: Vec<(Canvas, Canvas, &Trace)> = layers.collect();
        for y in 0..height {
            for x in 0..width {
                let all = layers.iter().fold(0, |bits, (band, line, _)| {
                    bits | band.bits(x, y) | line.bits(x, y)
                });
                if all == 0 {
                    continue;
                }
                let lines = layers
                    .iter()
                    .fold(0, |bits, (_, line, _)| bits | line.bits(x, y));
                let line = layers.iter().rfind(|(_, line, _)| line.bits(x, y) != 0);
                let band = layers.iter().rfind(|(band, _, _)| band.bits(x, y) != 0);
                let is_filled = layers.iter().any(|(band, _, _)| band.is_full(x, y));
                let (bits, style) = match (line, band) {
                    (Some((_, _, trace)), _) if is_filled => (lines, trace.style),
                    (Some((_, _, trace)), _) => (all, trace.style),
                    // Without means the band is the line.
                    (None, Some((_, _, trace))) if trace.reduced.means.is_empty() => {
                        (all, trace.style)
                    }
                    (None, Some((_, _, trace))) => (all, trace.band),
                    (None, None) => continue,
                };
                buf[(plot.x + x as u16, plot.y + y as u16)]
                    .set_char(symbol(self.marker, bits))
                    .set_style(style);
            }
        }
        let layers: Vec<(Canvas, Style)> = layers
            .into_iter()
            .map(|(band, _, trace)| (band, trace.style))
            .collect();
        for (trace, (canvas, style)) in self.traces.iter().zip(&layers) {
            for (time, value) in &trace.reduced.samples {
                let Some(x) = self.range.column_of(*time, width) else {
                    continue;
                };
                let y = canvas.row(*value, low, high);
                buf[(plot.x + x as u16, plot.y + y as u16)]
                    .set_char(sample_symbol(self.marker))
                    .set_style(*style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::chart::Series,
        ui::widgets::chart_axis::{Axis, offset_axis, time_axis},
    };

    const SECOND: i64 = 1_000_000;
    /// 2022-11-23T20:43:00Z
    const START: i64 = 1_669_236_180_000_000;

    fn text(buf: &Buffer) -> Vec<String> {
        (0..buf.area.height)
            .map(|y| {
                let line: String = (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect();
                line.trim_end().to_owned()
            })
            .collect()
    }

    fn ramp() -> Series {
        let times: Vec<i64> = (0..=400).map(|i| START + i * SECOND / 10).collect();
        let values = (0..=400).map(|i| {
            if (200..280).contains(&i) {
                f64::NAN
            } else {
                f64::from(i)
            }
        });
        Series::new(times.into(), values.collect(), SECOND)
    }

    fn draw(width: u16, height: u16, marker: Marker) -> Buffer {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let range = TimeRange::new(START, START + 40 * SECOND);
        let series = ramp();
        let chart_area = Rect {
            height: height.saturating_sub(1),
            ..area
        };
        let axis = Rect {
            y: height.saturating_sub(1),
            height: height.min(1),
            ..area
        };
        let plot = plot_area(chart_area, 4);
        let chart = Chart {
            labels: &[("fz_1", Style::default())],
            unit: "N",
            stacked: StackedChart::default(),
            traces: vec![Trace {
                reduced: series.reduce(range, plot_columns(plot.width, marker)),
                style: Style::default(),
                band: Style::default(),
            }],
            range,
            cursor: Some(START + 5 * SECOND),
            pin: Some(START + 38 * SECOND),
            limits: &[100.0, 5000.0],
            notes: vec![
                Note {
                    column: 20,
                    width: 8,
                    text: "gap 8 s".into(),
                },
                Note {
                    column: 20,
                    width: 3,
                    text: "too long".into(),
                },
            ],
            marker,
            label_width: 4,
            styles: ChartStyles::default(),
        };
        chart.render(chart_area, &mut buf);
        let message = Axis {
            range,
            cursor: Some(START + 5 * SECOND),
            label_width: 4,
            styles: &chart.styles,
        };
        time_axis(message, axis, &mut buf);
        buf
    }

    #[test]
    fn a_chart_shows_scale_gap_cursor_pin_limit_and_time() {
        assert_eq!(
            text(&draw(56, 9, Marker::Block)),
            [
                "fz_1       400 ┐    │                               ▄▄▄▄",
                " (N)           │    │                         ▄▄▄█▀▀▀┆",
                "               │    │                      ▀▀▀       ┆",
                "           200 ┤    │           ▄▄▄▄                 ┆",
                "               │    │     ▄▄▄█▀▀▀   gap 8 s          ┆",
                "               │╌╌╌▄▄▄█▀▀▀╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┆╌╌",
                "             0 ┤▀▀▀▀│                                ┆",
                "               │    │                                ┆",
                "   11-23 20:43 └ :00 ─────── :15 ────────── :30 ────────",
            ]
        );
    }

    #[test]
    fn letters_stand_on_their_lines_and_axes_count_from_the_alignment() {
        let area = Rect::new(0, 0, 56, 9);
        let mut buf = Buffer::empty(area);
        let range = TimeRange::new(-10 * SECOND, 30 * SECOND);
        let plot = plot_area(area, 4);
        let level = |value: f64| {
            let times: Vec<i64> = (-100..=300).map(|i| i * SECOND / 10).collect();
            let values = vec![value; times.len()];
            let series = Series::new(times.into(), values, SECOND);
            Trace {
                reduced: series.reduce(range, plot_columns(plot.width, Marker::Dot)),
                style: Style::default(),
                band: Style::default(),
            }
        };
        let chart = Chart {
            labels: &[],
            unit: "",
            traces: vec![level(0.0), level(10.0)],
            stacked: StackedChart::default(),
            range,
            cursor: None,
            pin: None,
            limits: &[],
            notes: vec![],
            marker: Marker::Dot,
            label_width: 4,
            styles: ChartStyles::default(),
        };
        let lines = Rect { height: 8, ..area };
        chart.render(lines, &mut buf);
        chart.mark_lines(&["A", "B"], lines, &mut buf);
        let axis = Rect {
            y: 8,
            height: 1,
            ..area
        };
        let message = Axis {
            range,
            cursor: None,
            label_width: 4,
            styles: &chart.styles,
        };
        offset_axis(message, axis, &mut buf);
        let text = text(&buf);
        let count = |line: &str, letter: char| line.chars().filter(|c| *c == letter).count();
        // Once along the line, once at its right end.
        let letters = |line: &str| (count(line, 'A'), count(line, 'B'));
        let on: Vec<_> = text.iter().map(|line| letters(line)).collect();
        assert!(on.contains(&(0, 2)) && on.contains(&(2, 0)), "{text:?}");
        let ends: String = text
            .iter()
            .filter_map(|line| line.chars().nth(55))
            .collect();
        assert!(ends.contains('A') && ends.contains('B'), "{text:?}");
        assert!(
            text[8].contains("seconds └") && text[8].contains(" +15 "),
            "{text:?}"
        );
    }

    #[test]
    fn every_marker_and_every_size_is_drawn() {
        for marker in [Marker::Braille, Marker::Block, Marker::Dot] {
            for width in 0..60 {
                for height in 0..8 {
                    draw(width, height, marker);
                }
            }
        }
    }
}
