//! Draws the path of a robot's tool.

use ratatui::{buffer::Buffer, layout::Rect, text::Span, widgets::Widget};

use super::sentence;
use crate::{
    app::run::{
        Views,
        path::{Colour, Point},
    },
    etl::{
        format::{decimals_for, format_fit, format_value},
        schema::ChannelName,
        zone,
    },
    ui::{
        text::whole_parts,
        theme::{CLASSES, Theme},
        widgets::chart_path::{PathPlot, Place},
    },
};

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
    let extent = [
        extent(robot.points.iter().map(x)),
        extent(robot.points.iter().map(y)),
    ];
    let colour = path.colour();
    let seen = robot.within(signals.view.range);
    let figures = extent_of_known(seen.iter().map(|p| p.figure(colour)));
    let class = |p: &Point| {
        let (low, high) = figures.unwrap_or_default();
        let share = (p.figure(colour) - low) / (high - low).max(f64::MIN_POSITIVE);
        // A figure that is not known has the lowest colour.
        (share.max(0.0) * CLASSES as f64).min(CLASSES as f64 - 1.0) as usize
    };
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
    let lines: Vec<Rect> = area.rows().collect();
    let plot = Rect {
        height: area.height - 2,
        ..area
    };
    let mut places = whole.chain(seen_places);
    let path_plot = PathPlot {
        places: &mut places,
        extent,
        stretched: path.stretched,
        cursor,
        marker: signals.view.marker,
        styles: &styles,
        cursor_style: theme.accent,
    };
    let scales = match path_plot.stretch(plot) {
        Some(stretch) => format!("  ↑ × {}", format_fit(stretch, 2, 6)),
        None if path.stretched => "  stretched".to_owned(),
        None => "  1:1".to_owned(),
    };
    path_plot.render(plot, buf);
    let name = |axis: usize| robot.axes.get(axis).map_or("", String::as_str);
    let range = |axis: usize, (low, high): (f64, f64)| {
        let decimals = decimals_for(low, high).saturating_sub(1);
        format!(
            "{} {} … {}",
            name(axis),
            format_value(low, decimals),
            format_value(high, decimals)
        )
    };
    let [in_x, in_y] = extent;
    if let [.., legend_line, place_line] = lines.as_slice() {
        let unit = match colour {
            Colour::Force => unit_of(views, &ChannelName::TotalForce(&robot.robot).to_string()),
            Colour::Speed => unit_of(views, &ChannelName::Speed(&robot.robot).to_string()),
            Colour::Time => "",
        };
        let run = signals.view.bounds.ends();
        legend(*legend_line, buf, (colour, unit), (figures, run), theme);
        let clock = zone::format_clock_within(signals.cursor_time(), run);
        let place = path.place(signals.view.cursor.time);
        let parts = [
            format!(" robot {}", robot.robot),
            scales,
            format!("  at {clock}: {}", place.unwrap_or_else(|| "·".into())),
            format!("  → {}", range(across, in_x)),
            format!("  ↑ {} {}", range(up, in_y), robot.unit),
        ];
        let parts = parts.map(|text| vec![Span::styled(text, theme.muted)]);
        whole_parts(parts.into(), place_line.width).render(*place_line, buf);
    }
}

fn nth(point: &Point, axis: usize) -> f64 {
    point.at.get(axis).copied().unwrap_or(f64::NAN)
}

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    extent_of_known(values).unwrap_or_default()
}

fn extent_of_known(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let known = values.filter(|v| !v.is_nan()).map(|v| (v, v));
    known.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

fn unit_of<'a>(views: &'a Views, channel: &str) -> &'a str {
    let found = views.signals.channels.iter().find(|c| c.name == channel);
    found.map_or("", |c| c.unit.as_str())
}

/// `force N  ■ 921 ■ 1,218 ■ …`: where each colour begins; `run` is the run's first and last
/// time, which decide whether a time carries its day.
pub(super) fn legend(
    area: Rect,
    buf: &mut Buffer,
    (colour, unit): (Colour, &str),
    (figures, run): (Option<(f64, f64)>, (i64, i64)),
    theme: &Theme,
) {
    let title = format!(" {} {unit}", colour.word());
    let mut parts = vec![vec![Span::styled(title, theme.muted)]];
    match figures {
        None => parts.push(vec![Span::styled("  not known here", theme.muted)]),
        Some((low, high)) => {
            let decimals = decimals_for(low, high).saturating_sub(1);
            let number = |v: f64| match colour {
                Colour::Time => zone::format_clock_within(v as i64, run),
                _ => format_value(v, decimals),
            };
            for class in 0..CLASSES {
                let from = low + (high - low) * class as f64 / CLASSES as f64;
                parts.push(vec![
                    Span::styled("  ■", theme.scale(class)),
                    Span::styled(format!(" {}", number(from)), theme.text),
                ]);
            }
            let end = format!(" … {}", number(high));
            parts.push(vec![Span::styled(end, theme.text)]);
        }
    }
    whole_parts(parts, area.width).render(area, buf);
}
