//! Draws the path of a robot's tool.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::sentence;
use crate::{
    app::{
        chart::NUMBERS,
        run::{
            Views,
            path::{Colour, Point},
            path_colours::PathColours,
        },
    },
    etl::{
        compare::with_unit,
        format::{decimals_for, format_fit, format_value},
        schema::ChannelName,
        zone,
    },
    ui::{
        lines::take,
        text::whole_parts,
        theme::{CLASSES, Theme},
        widgets::{
            chart::plot_area,
            chart_axis::labelled_rule,
            chart_path::{PathPlot, Place},
            path_scales::PathScales,
        },
    },
};

/// In smaller areas the path has all the room, and no axes.
const LOWEST_FRAMED: u16 = 6;
const NARROWEST_FRAMED: u16 = 48;

pub(super) fn draw(area: Rect, buf: &mut Buffer, views: &Views, theme: &Theme) {
    let (path, signals) = (&views.path, &views.signals);
    if area.height < 3 {
        return;
    }
    if let Some(error) = &path.error {
        return sentence(area, buf, error, theme.error);
    }
    let Some(robot) = path.shown() else {
        let text = match path.robots {
            None => "reading the path …",
            Some(_) => "No robot of this run has samples on two axes: there is no path to draw.",
        };
        return sentence(area, buf, text, theme.muted);
    };
    let (across, up) = path.plane();
    let (x, y) = (|p: &Point| nth(p, across), |p: &Point| nth(p, up));
    let extent = [across, up].map(|axis| robot.scaled_extent(axis).unwrap_or_default());
    let colour = path.colour();
    let seen = robot.within(signals.view.range);
    let figures = extent_of_known(seen.iter().map(|p| p.figure(colour)));
    let colours = figures.map(|figures| PathColours::new(colour, figures, CLASSES));
    let class = |p: &Point| colours.map_or(0, |colours| colours.class(p.figure(colour)));
    let mut styles = vec![theme.faint];
    styles.extend((0..CLASSES).map(|c| theme.scale(c)));
    // The whole path first, faint; what is in the visible span over it.
    let place = |p: &Point, class: usize| Place {
        x: x(p),
        y: y(p),
        class,
        joined: p.joined,
    };
    let zoomed = signals.view.range != signals.view.bounds;
    let whole = robot.points.iter().filter(|_| zoomed).map(|p| place(p, 0));
    let seen_places = seen.iter().enumerate().map(|(i, p)| {
        let mut place = place(p, class(p) + 1);
        place.joined &= i > 0;
        place
    });
    let cursor = robot.at(signals.view.cursor.time).map(|p| (x(p), y(p)));
    let name = |axis: usize| robot.axes.get(axis).map_or("", String::as_str);
    let lines: Vec<Rect> = area.rows().collect();
    let mut below = area;
    let framed = take(&mut below, usize::from(area.height) - 2);
    let label_width = name(across)
        .chars()
        .count()
        .max(robot.unit.len() + 2)
        .max(4);
    let has_axes = framed.height > LOWEST_FRAMED && framed.width >= NARROWEST_FRAMED;
    let plot = match has_axes {
        true => Rect {
            height: framed.height - 1,
            ..plot_area(framed, label_width)
        },
        false => framed,
    };
    let marker = signals.view.marker;
    let size = (usize::from(plot.width), usize::from(plot.height));
    let scales = PathScales::new(extent, size, path.stretched, marker);
    if has_axes {
        let names = [name(across), name(up), &robot.unit];
        axes(framed, plot, buf, &scales, names, theme);
    }
    let mut places = whole.chain(seen_places);
    let path_plot = PathPlot {
        places: &mut places,
        scales: &scales,
        cursor,
        marker,
        styles: &styles,
        cursor_style: theme.accent,
    };
    path_plot.render(plot, buf);
    if let Some(text) = robot.stillness((across, up)) {
        let line = Rect { height: 1, ..plot };
        Line::styled(text, theme.text).centered().render(line, buf);
    }
    if let [.., legend_line, place_line] = lines.as_slice() {
        let unit = match colour {
            Colour::Force => unit_of(views, &ChannelName::TotalForce(&robot.robot).to_string()),
            Colour::Speed => unit_of(views, &ChannelName::Speed(&robot.robot).to_string()),
            Colour::Time => "",
        };
        let run = signals.view.bounds.ends();
        let mut legend = legend((colour, unit), (colours, run), theme);
        let scale = format!("  {}", scale_words(&scales, extent, &robot.unit));
        legend.push(vec![Span::styled(scale, theme.muted)]);
        whole_parts(legend, legend_line.width).render(*legend_line, buf);
        let clock = zone::format_clock_within(signals.cursor_time(), run);
        let place = path.place(signals.view.cursor.time);
        let place = place.unwrap_or_else(|| "no position yet".into());
        let mut parts = vec![
            format!(" robot {}", robot.robot),
            format!("  at {clock}: {place}"),
        ];
        let wide: usize = parts.iter().map(|text| text.width()).sum();
        if wide > usize::from(place_line.width) {
            // The values before what else is said.
            parts = place.split("  ").map(|value| format!(" {value}")).collect();
            parts.extend([format!("  at {clock}"), format!("  robot {}", robot.robot)]);
        }
        if !has_axes {
            parts.push(format!("  → {}", range(name(across), extent[0])));
            parts.push(format!("  ↑ {} {}", range(name(up), extent[1]), robot.unit));
        }
        let parts = parts
            .into_iter()
            .map(|text| vec![Span::styled(text, theme.muted)]);
        whole_parts(parts.collect(), place_line.width).render(*place_line, buf);
    }
}

/// `1:1 ├────────┤ 50 mm`, or how much larger up is drawn than across.
fn scale_words(scales: &PathScales, extent: [(f64, f64); 2], unit: &str) -> String {
    let has_length = extent.iter().all(|(low, high)| high > low);
    match (scales.is_equal, scales.bar()) {
        (true, Some(bar)) => {
            let rule = "─".repeat(bar.columns.saturating_sub(2));
            let length = format_fit(bar.length, 3, 9);
            let length = match length.contains('.') {
                true => length.trim_end_matches('0').trim_end_matches('.'),
                false => &length,
            };
            format!("1:1 ├{rule}┤ {length} {unit}")
        }
        (true, None) => "1:1".into(),
        (false, _) if has_length => format!("↑ × {}", format_fit(scales.stretch(), 2, 6)),
        (false, _) => "stretched".into(),
    }
}

fn range(name: &str, (low, high): (f64, f64)) -> String {
    let decimals = decimals_for(low, high).saturating_sub(1);
    let number = |value| format_value(value, decimals);
    format!("{name} {} … {}", number(low), number(high))
}

/// The axes left of the plot and below it.
fn axes(
    framed: Rect,
    plot: Rect,
    buf: &mut Buffer,
    scales: &PathScales,
    [across, up, unit]: [&str; 3],
    theme: &Theme,
) {
    let style = theme.muted;
    let gutter = usize::from(plot.x - framed.x);
    let names = [
        (0, up.to_owned(), theme.text),
        (1, format!("({unit})"), style),
    ];
    let (offset, labels) = scales.labels_up();
    for (line, text, style) in names {
        let width = gutter - NUMBERS - 3;
        buf.set_stringn(
            framed.x,
            plot.y + line,
            format!("{text:>width$}"),
            width,
            style,
        );
    }
    for y in plot.top()..plot.bottom() {
        let symbol = if y == plot.top() { "╷" } else { "│" };
        buf.set_string(plot.x - 1, y, symbol, style);
    }
    if let Some(offset) = offset {
        let width = gutter - 2;
        buf.set_stringn(
            framed.x,
            plot.y + 2,
            format!("{offset:>width$}"),
            width,
            style,
        );
    }
    for (line, text) in labels {
        let tick = if line == 0 { '┐' } else { '┤' };
        let x = plot.x - NUMBERS as u16 - 2;
        let text = format!("{text:>NUMBERS$} {tick}");
        buf.set_string(x, plot.y + line as u16, text, style);
    }
    let below = Rect {
        y: plot.bottom(),
        height: 1,
        ..plot
    };
    let name = format!("{across} ({unit})");
    let labels = scales.labels_across().into_iter();
    labelled_rule(below, framed.x, &name, labels, style, buf);
}

fn nth(point: &Point, axis: usize) -> f64 {
    point.at.get(axis).copied().unwrap_or(f64::NAN)
}

fn extent_of_known(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let known = values.filter(|v| !v.is_nan()).map(|v| (v, v));
    known.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

fn unit_of<'a>(views: &'a Views, channel: &str) -> &'a str {
    let found = views.signals.channels.iter().find(|c| c.name == channel);
    found.map_or("", |c| c.unit.as_str())
}

/// `force (N)  ■ 500  ■ 1,000  ■ …`: where each colour begins; `run` is the run's first and last
/// time, which decide whether a time carries its day.
pub(super) fn legend(
    (colour, unit): (Colour, &str),
    (colours, run): (Option<PathColours>, (i64, i64)),
    theme: &Theme,
) -> Vec<Vec<Span<'static>>> {
    let title = format!(" {}", with_unit(colour.word(), unit));
    let mut parts = vec![vec![Span::styled(title, theme.muted)]];
    match colours {
        None => parts.push(vec![Span::styled("  not known here", theme.muted)]),
        Some(colours) => {
            let (from, high) = colours.words(run);
            for (class, text) in from.into_iter().enumerate() {
                parts.push(vec![
                    Span::styled("  ■", theme.scale(class)),
                    Span::styled(format!(" {text}"), theme.text),
                ]);
            }
            parts.push(vec![Span::styled(format!(" … {high}"), theme.text)]);
        }
    }
    parts
}
