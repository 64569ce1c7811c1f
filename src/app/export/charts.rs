//! Charts as a picture: stacked, over one axis of time.

use std::sync::Arc;

use super::svg::{Anchor, COLOURS, Pen, Svg};
use crate::{
    app::{
        chart::{
            AxisLabels, NUMBERS, Reduced, Series, TimeRange, offset_labels, shrink, time_labels,
        },
        compare::sheet::offset,
        run::TableRef,
        signals::query::{ChannelRead, ReadChannel},
    },
    etl::{Result, base::CancelToken, lake::Context, zone},
};

/// Of the labels, and of the right edge.
const LEFT: f64 = 90.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
/// A chart lower than this has no room for its labels.
const LOWEST: f64 = 40.0;
const SPACE: f64 = 34.0;
const AXIS: f64 = 50.0;
const GREY: &str = "#d8d8d8";
const TEXT: &str = "#404040";
/// Samples of a line that are marked at most: more would be another line.
const MARKED: usize = 400;
/// Height of a line of the legend.
const LINE: f64 = 18.0;

/// Where the values of a line are.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// In memory.
    Series(Arc<Series>),
    /// In a run's table, read when the picture is written.
    Table(TableChannel),
    /// Read from there, and reduced to the columns of the picture.
    Reduced(Reduced),
}

/// A channel in a run's table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableChannel {
    /// The table.
    pub table: TableRef,
    /// The channel.
    pub channel: String,
    /// Its median interval in microseconds.
    pub interval_us: Option<f64>,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// What it shows: a channel, a figure, a run.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Its values.
    pub source: Source,
    /// What is 0 on the axis of time, in the times of the values.
    pub origin: i64,
    /// Which of the colours it has.
    pub colour: usize,
    /// Whether each value has a dot: of few that lie far apart.
    pub dots: bool,
    /// The profile's limits.
    pub limits: Vec<f64>,
}

/// How large a picture is, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PictureSize {
    /// Of the whole picture.
    pub width: f64,
    /// Of one chart, between its edges.
    pub chart_height: f64,
}

impl Default for PictureSize {
    fn default() -> Self {
        Self {
            width: 1200.0,
            chart_height: 180.0,
        }
    }
}

impl PictureSize {
    /// Spans that a line is reduced to: more than two a pixel cannot be seen.
    fn columns(self) -> usize {
        (self.width / 0.6) as usize
    }

    /// Characters that the axis of time has room for.
    fn label_characters(self) -> usize {
        ((self.width - LEFT) / 10.0) as usize
    }

    /// The right edge of the charts.
    fn right(self) -> f64 {
        self.width - RIGHT
    }
}

/// Charts over one span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Charts {
    /// How large they are drawn.
    pub size: PictureSize,
    /// What stands above them.
    pub title: String,
    /// Lines below the title, each in its colour.
    pub legend: Vec<String>,
    /// What they show.
    pub range: TimeRange,
    /// Whether times count from where runs are aligned, not from 1970.
    pub aligned: bool,
    /// The lines of each chart, which share a unit.
    pub charts: Vec<Vec<Trace>>,
}

impl Trace {
    /// The visible span in the times of the values.
    fn own(&self, range: TimeRange) -> TimeRange {
        let own = |t: i64| t.saturating_add(self.origin);
        TimeRange::new(own(range.start()), own(range.end()))
    }

    /// The visible values that have a dot, at their times on the axis.
    fn marked(&self, range: TimeRange) -> Vec<(i64, f64)> {
        let Source::Series(series) = &self.source else {
            return Vec::new();
        };
        let visible = series.values_in(self.own(range));
        if !self.dots || visible.clone().count() > MARKED {
            return Vec::new();
        }
        visible.map(|(t, value)| (t - self.origin, value)).collect()
    }

    /// The visible span, reduced to the columns of the picture.
    fn reduced(&self, range: TimeRange, columns: usize) -> Reduced {
        match &self.source {
            Source::Series(series) => series.reduce(self.own(range), columns),
            Source::Reduced(reduced) => reduced.clone(),
            Source::Table(_) => Reduced::default(),
        }
    }

    fn read(
        &mut self,
        range: TimeRange,
        columns: usize,
        context: &Context,
        cancel: &CancelToken,
    ) -> Result<()> {
        let Source::Table(source) = &self.source else {
            return Ok(());
        };
        let read = ReadChannel {
            channel: source.channel.clone(),
            interval_us: source.interval_us,
            range: self.own(range),
            columns,
            // No rows are kept.
            most_rows: 0,
            known: None,
        };
        let file = source.table.open(context)?;
        let read = read.from_table(&file, &context.profile, cancel)?;
        if let ChannelRead::Reduced {
            reduced, limits, ..
        } = read
        {
            self.source = Source::Reduced(reduced);
            self.limits = limits;
        }
        Ok(())
    }
}

impl Charts {
    /// Reads what is not in memory.
    ///
    /// # Errors
    /// Whatever a run's table refuses; [`Error::Cancelled`](crate::etl::Error::Cancelled).
    pub fn read(mut self, context: &Context, cancel: &CancelToken) -> Result<Self> {
        let columns = self.size.columns();
        for trace in self.charts.iter_mut().flatten() {
            trace.read(self.range, columns, context, cancel)?;
            if self.aligned {
                trace.limits.clear();
            }
        }
        Ok(self)
    }

    /// Height of what stands above the charts.
    fn head(&self) -> f64 {
        TOP + self.legend.len() as f64 * LINE
    }

    /// Height of the picture.
    pub fn height(&self) -> f64 {
        let chart = self.size.chart_height + SPACE;
        self.head() + self.charts.len() as f64 * chart + AXIS
    }

    /// Lets the charts share a picture of this height.
    ///
    /// # Errors
    /// The least height that has room for them.
    pub fn fit_height(&mut self, height: f64) -> std::result::Result<(), f64> {
        let charts = self.charts.len().max(1) as f64;
        let around = self.head() + AXIS;
        let chart_height = (height - around) / charts - SPACE;
        if chart_height < LOWEST {
            return Err(around + charts * (LOWEST + SPACE));
        }
        self.size.chart_height = chart_height;
        Ok(())
    }

    /// The picture's text, of charts that are [read](Self::read).
    pub fn svg(&self) -> String {
        let (head, size) = (self.head(), self.size);
        let bottom = self.height() - AXIS;
        let mut svg = Svg::new(size.width, bottom + AXIS);
        svg.text((LEFT, 22.0), Anchor::Start, "black", &self.title);
        for (i, line) in self.legend.iter().enumerate() {
            let at = (LEFT, 22.0 + (i as f64 + 1.0) * LINE);
            svg.text(at, Anchor::Start, colour(i), line);
        }
        let mut top = head + SPACE / 2.0;
        let labels = if self.aligned {
            offset_labels
        } else {
            time_labels
        };
        let times = labels(self.range, size.label_characters());
        for traces in &self.charts {
            for (t, _) in &times {
                let x = self.across(*t);
                svg.line((x, top), (x, top + size.chart_height), GREY, false);
            }
            chart(&mut svg, traces, self.range, top, size);
            top += size.chart_height + SPACE;
        }
        let y = bottom + 6.0;
        for (t, text) in &times {
            svg.text((self.across(*t), y), Anchor::Middle, TEXT, text);
        }
        let (from, to) = (self.range.start(), self.range.end());
        let span = if self.aligned {
            format!("{} … {} from the alignment", offset(from), offset(to))
        } else {
            // The day is told once, unless the span crosses midnight.
            let until = zone::format_clock_within(to, (from, to));
            let zone = zone::shown().name();
            format!("{} … {until} {zone}", zone::format_screen(from))
        };
        svg.text((LEFT, bottom + 30.0), Anchor::Start, TEXT, &span);
        svg.finish()
    }

    fn across(&self, t: i64) -> f64 {
        let share = (t - self.range.start()) as f64 / self.range.span().max(1) as f64;
        LEFT + share * (self.size.right() - LEFT)
    }
}

fn chart(svg: &mut Svg, traces: &[Trace], range: TimeRange, top: f64, size: PictureSize) {
    let height = size.chart_height;
    let reduced = |trace: &Trace| trace.reduced(range, size.columns());
    let reduced: Vec<Reduced> = traces.iter().map(reduced).collect();
    let extents = reduced.iter().filter_map(Reduced::extent);
    let extent = extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let mut x = LEFT;
    for trace in traces {
        let label = format!("{} ({})", trace.name, trace.unit);
        svg.text((x, top - 5.0), Anchor::Start, colour(trace.colour), &label);
        x += 8.0 * (label.chars().count() as f64 + 2.0);
    }
    let (from, to) = (LEFT, size.right());
    for y in [top, top + height] {
        svg.line((from, y), (to, y), "#a0a0a0", false);
    }
    let Some((low, high)) = extent else {
        let at = ((from + to) / 2.0, top + height / 2.0);
        return svg.text(at, Anchor::Middle, TEXT, "no samples here");
    };
    let labels = AxisLabels::new(low, high, 5, NUMBERS);
    let by = shrink((low, high));
    let (low, high) = (low * by, high * by);
    // A line along the edge of its chart would be half hidden.
    let pad = ((high - low) * 0.04).max((high.abs() * 1e-6).max(1e-9));
    let (bottom_value, top_value) = (low - pad, high + pad);
    let up = |v: f64| top + height * (top_value - v * by) / (top_value - bottom_value);
    for (tick, text) in &labels.ticks {
        svg.line((from, up(*tick)), (to, up(*tick)), GREY, false);
        svg.text((from - 6.0, up(*tick) + 4.0), Anchor::End, TEXT, text);
    }
    if let Some(offset) = &labels.offset {
        svg.text((from - 6.0, top - 5.0), Anchor::End, TEXT, offset);
    }
    for (trace, reduced) in traces.iter().zip(&reduced) {
        let ink = colour(trace.colour);
        for limit in trace
            .limits
            .iter()
            .filter(|l| **l * by > bottom_value && **l * by < top_value)
        {
            svg.line((from, up(*limit)), (to, up(*limit)), ink, true);
        }
        let band = draw(reduced, (from, to), up);
        if reduced.means.is_empty() {
            svg.pen(&band, ink);
        } else {
            // From the smallest to the largest value, and the mean over it.
            svg.faint_pen(&band, ink);
            svg.pen(&draw_means(reduced, (from, to), up), ink);
        }
        for (t, value) in trace.marked(range) {
            let share = (t - range.start()) as f64 / range.span().max(1) as f64;
            svg.dot((from + share * (to - from), up(value)), ink);
        }
    }
}

fn colour(i: usize) -> &'static str {
    COLOURS.get(i % COLOURS.len()).copied().unwrap_or("black")
}

/// The line through what was reduced, broken where it has gaps.
fn draw(reduced: &Reduced, (from, to): (f64, f64), up: impl Fn(f64) -> f64) -> Pen {
    let mut pen = Pen::default();
    if let Some(enter) = reduced.enter {
        pen.to(from, up(enter));
    }
    let step = (to - from) / reduced.columns.len().max(1) as f64;
    for (c, column) in reduced.columns.iter().enumerate() {
        let Some(column) = column else { continue };
        let x = from + (c as f64 + 0.5) * step;
        if !column.joined {
            pen.lift();
        }
        let bucket = column.bucket;
        pen.to(x, up(bucket.first));
        if bucket.min < bucket.max {
            pen.to(x, up(bucket.min));
            pen.to(x, up(bucket.max));
            pen.to(x, up(bucket.last));
        }
    }
    if let Some(leave) = reduced.leave.filter(|_| pen.is_down()) {
        pen.to(to, up(leave));
    }
    pen
}

/// The line through the means of what was reduced, broken where it has gaps.
fn draw_means(reduced: &Reduced, (from, to): (f64, f64), up: impl Fn(f64) -> f64) -> Pen {
    let mut pen = Pen::default();
    if let Some(enter) = reduced.enter {
        pen.to(from, up(enter));
    }
    let step = (to - from) / reduced.columns.len().max(1) as f64;
    for (c, (column, mean)) in reduced.columns.iter().zip(&reduced.means).enumerate() {
        let Some(column) = column else { continue };
        if !column.joined {
            pen.lift();
        }
        pen.to(from + (c as f64 + 0.5) * step, up(*mean));
    }
    if let Some(leave) = reduced.leave.filter(|_| pen.is_down()) {
        pen.to(to, up(leave));
    }
    pen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(name: &str, values: Vec<f64>) -> Trace {
        let times: Arc<[i64]> = (0..values.len() as i64).map(|i| i * 10_000).collect();
        Trace {
            name: name.into(),
            unit: "N".into(),
            source: Source::Series(Arc::new(Series::new(times, values, 100_000))),
            origin: 0,
            colour: 0,
            dots: false,
            limits: vec![50.0, 5e6],
        }
    }

    #[test]
    fn runs_lie_over_each_other_and_dots_on_their_values() {
        let mut late = trace("B f1", (0..100).map(f64::from).collect());
        late.origin = 500_000;
        (late.colour, late.dots) = (1, true);
        let charts = Charts {
            size: PictureSize::default(),
            title: "2 runs".into(),
            legend: vec!["A  first".into(), "B  second".into()],
            range: TimeRange::new(-500_000, 490_000),
            aligned: true,
            charts: vec![vec![trace("A f1", vec![3.0; 50]), late]],
        };
        let svg = charts.svg();
        assert_eq!(svg.matches("<circle").count(), 100);
        // The first value of B stands at the left edge, A begins in the middle.
        assert!(svg.contains("<circle cx=\"90.0\""), "{svg}");
        let a = svg.lines().find(|l| l.starts_with("<path")).unwrap();
        let x: f64 = a
            .split_once("d=\"M")
            .unwrap()
            .1
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(
            (x - (LEFT + 0.505 * (charts.size.right() - LEFT))).abs() < 1.0,
            "{a}"
        );
        assert!(svg.contains(">B  second</text>") && svg.contains(">0.0 s</text>"));
        assert!(svg.contains("−0.500 s … +0.490 s from the alignment"));
    }

    #[test]
    fn every_chosen_channel_has_a_line_with_its_gaps_and_its_spike() {
        let mut values: Vec<f64> = (0..5000).map(|i| f64::from(i % 100)).collect();
        values[2000..2500].fill(f64::NAN);
        values[4321] = 1000.0;
        let charts = Charts {
            size: PictureSize::default(),
            title: "run <1>".into(),
            legend: vec![],
            aligned: false,
            range: TimeRange::new(0, 49_990_000),
            charts: vec![
                vec![trace("fx_1", values), trace("fy_1", vec![1.0; 5000])],
                vec![trace("fz_1", vec![f64::NAN; 5000])],
            ],
        };
        let svg = charts.svg();
        let paths: Vec<&str> = svg.lines().filter(|l| l.starts_with("<path")).collect();
        assert_eq!(paths.len(), 2, "the third has no samples");
        assert_eq!(paths[0].matches('M').count(), 2, "one gap");
        assert_eq!(paths[1].matches('M').count(), 1);
        assert_eq!(
            svg.matches("stroke-dasharray").count(),
            2,
            "limits that are in sight"
        );
        assert!(svg.contains("no samples here") && svg.contains("run &lt;1&gt;"));
        assert!(svg.contains(">1,000</text>"), "the spike is on the axis");
        for name in ["fx_1 (N)", "fy_1 (N)", "fz_1 (N)"] {
            assert!(svg.contains(name), "{name}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn values_at_the_ends_of_the_doubles_have_places() {
        let charts = Charts {
            size: PictureSize::default(),
            title: "run".into(),
            legend: vec![],
            aligned: false,
            range: TimeRange::new(0, 20_000),
            charts: vec![
                vec![trace("fx_1", vec![f64::MAX, 0.0, f64::MIN])],
                vec![trace("fy_1", vec![f64::MAX; 3])],
            ],
        };
        let svg = charts.svg();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        let path = svg.lines().find(|l| l.starts_with("<path")).unwrap();
        let numbers = path.split(['M', 'L', 'h', ' ']);
        let numbers: Vec<f64> = numbers.filter_map(|n| n.parse().ok()).collect();
        let heights: Vec<f64> = numbers.iter().copied().filter(|n| *n > 100.0).collect();
        assert!(
            heights.len() >= 3,
            "the line goes from top to bottom: {path}"
        );
    }
}
