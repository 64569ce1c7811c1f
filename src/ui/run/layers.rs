//! Draws the layers of a run: what is known of the robot, the list, the trend of each column and
//! a chart over the layers.

use ratatui::{Frame, buffer::Buffer, layout::Rect, text::Span, widgets::Widget};

use crate::{
    app::{
        chart::{Marker, StackedChart},
        columns::{GAP, GUTTER, PlacedColumn},
        run::layers::Layers,
    },
    etl::{
        format::{count, format_delta, format_value},
        stats::{BiasSource, RobotStats},
    },
    ui::{
        list,
        text::{fit, whole_lines},
        theme::Theme,
        widgets::{
            chart::{Chart, ChartStyles, Trace, plot_area, plot_columns},
            chart_axis::{Axis, layer_axis},
            chart_points::mark_points,
        },
    },
};

/// Characters for the name and the numbers beside the chart.
const LABEL: usize = 7;

pub(super) fn draw(frame: &mut Frame, area: Rect, layers: &Layers, marker: Marker, theme: &Theme) {
    let parts = layers.parts(usize::from(area.height));
    let mut y = area.y;
    let mut next = |height: u16| {
        let part = Rect { y, height, ..area };
        y += height;
        part.intersection(frame.area())
    };
    let (top, list_area) = (next(parts.heading), next(parts.list));
    let (trend, chart) = (next(parts.trend), next(parts.chart));
    heading(top, frame.buffer_mut(), layers, theme);
    if layers.table.is_empty() {
        return nothing(frame, list_area, layers, theme);
    }
    let columns = layers.columns(area.width);
    list::draw(frame, list_area, &layers.table, &columns, theme, |_, _| {
        None
    });
    trends(trend, frame.buffer_mut(), layers, &columns, theme);
    over_layers(chart, frame.buffer_mut(), layers, marker, theme);
}

/// `robot 1  contact 100 %  30 layers  step 0.299 mm  wall 51.6°  |axial force| −3.1 N/layer  bias
/// unknown`: the slope is that of the size of the force, whose sign the list shows.
fn heading(area: Rect, buf: &mut Buffer, layers: &Layers, theme: &Theme) {
    let Some((robot, stats)) = layers.robot().filter(|_| !area.is_empty()) else {
        return;
    };
    let mut parts = vec![vec![Span::styled(format!(" robot {robot}"), theme.title)]];
    let facts = facts(stats).into_iter();
    parts.extend(facts.map(|text| vec![Span::raw("  "), Span::styled(text, theme.text)]));
    for (line, row) in whole_lines(parts, area.width, area.height.into())
        .into_iter()
        .zip(area.rows())
    {
        line.render(row, buf);
    }
}

fn facts(stats: &RobotStats) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(state) = stats.state {
        let share = stats.duty.map(|duty| duty.contact * 100.0);
        let share = share.filter(|_| stats.contact_source.is_some());
        let share = share.map(|p| format!(" {} %", format_value(p, 0)));
        facts.push(state.word().to_owned() + &share.unwrap_or_default());
    }
    if stats.layers.is_empty() {
        return facts;
    }
    facts.push(count(stats.layers.len() as u64, "layer"));
    let mut steps: Vec<f64> = stats.layers.iter().filter_map(|l| l.step_mm).collect();
    steps.sort_by(f64::total_cmp);
    if let Some(step) = steps.get(steps.len() / 2) {
        facts.push(format!("step {} mm", format_value(*step, 3)));
    }
    if let Some(angle) = stats.wall_angle_deg {
        facts.push(format!("wall {}°", format_value(angle, 1)));
    }
    if let Some(slope) = stats.axial_slope_n_per_layer {
        let value = format_delta(slope.value, 1);
        let (low, high) = (format_value(slope.low, 1), format_value(slope.high, 1));
        facts.push(format!("|axial force| {value} N/layer"));
        facts.push(format!("(95 %: {low} to {high})"));
    }
    if stats.bias.values().any(|b| b.source == BiasSource::Unknown) {
        facts.push("bias unknown".into());
    }
    facts
}

fn nothing(frame: &mut Frame, area: Rect, layers: &Layers, theme: &Theme) {
    if !layers.table.rows().is_empty() {
        let text = format!("No layer passes the filter `{}`.", layers.table.filter());
        return list::notice(frame, area, &[(&text, theme.text)]);
    }
    let reasons = layers.reasons();
    let mut lines = vec!["This run has no layers.".to_owned()];
    lines.extend(
        reasons
            .iter()
            .map(|(robot, why)| format!("robot {robot}: {why}")),
    );
    let lines: Vec<(&str, _)> = lines
        .iter()
        .map(|line| (line.as_str(), theme.text))
        .collect();
    list::notice(frame, area, &lines);
}

/// The trend of each column below it.
fn trends(area: Rect, buf: &mut Buffer, layers: &Layers, columns: &[PlacedColumn], theme: &Theme) {
    if area.is_empty() {
        return;
    }
    let mut x = area.x + GUTTER;
    for (at, column) in columns.iter().enumerate() {
        let text = match layers.trend(column.index, column.width) {
            Some(trend) => fit(&trend, column.width, column.right),
            None if at == 0 => fit("trend", column.width, false),
            None => String::new(),
        };
        let style = if at == 0 { theme.muted } else { theme.accent };
        if x < area.right() {
            buf.set_stringn(x, area.y, text, usize::from(area.right() - x), style);
        }
        x += column.width + GAP;
    }
}

/// The figure under the column cursor, against the layer.
fn over_layers(area: Rect, buf: &mut Buffer, layers: &Layers, marker: Marker, theme: &Theme) {
    let Some((title, unit, series, range)) = layers.chart() else {
        return;
    };
    if area.height < 3 {
        return;
    }
    let height = area.height - 1;
    let (charted, axis) = (
        Rect { height, ..area },
        Rect {
            y: area.y + height,
            height: 1,
            ..area
        },
    );
    let style = theme.series(0);
    let plot = plot_area(charted, LABEL);
    let reduced = series.reduce(range, plot_columns(plot.width, marker));
    let cursor = layers.table.current().map(|row| row.number as i64);
    let stacked = StackedChart::default();
    Chart {
        labels: &[(title.as_str(), style)],
        unit,
        stacked,
        traces: vec![Trace {
            reduced: reduced.clone(),
            style,
            band: theme.series_dim(0),
        }],
        range,
        cursor,
        pin: None,
        limits: &[],
        notes: Vec::new(),
        marker,
        label_width: LABEL,
        styles: ChartStyles::of(theme),
    }
    .render(charted, buf);
    mark_points(&reduced, (marker, stacked), plot, style, buf);
    let styles = &ChartStyles::of(theme);
    let label_width = LABEL;
    layer_axis(
        Axis {
            range,
            cursor,
            label_width,
            styles,
        },
        axis,
        buf,
    );
}
