//! The strip of a robot's layers below the charts.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::signals::{RobotLayers, Signals},
    ui::{lines::put, theme::Theme, widgets::chart::plot_area},
};

/// Bands of `=` and `-` in turn, of `.` for a layer that is shorter than the others, each with the
/// number of its layer, or of the first of them, where it has room.
pub(super) fn strip(
    area: Rect,
    buf: &mut Buffer,
    signals: &Signals,
    robot: &RobotLayers,
    theme: &Theme,
) {
    let plot = plot_area(area, signals.label_width());
    let label = Rect {
        width: plot.x - area.x,
        ..area
    };
    // What the numbers in the bands are.
    let legend = format!(" robot {} layer no.", robot.robot);
    put(label, buf, &legend, theme.muted);
    if plot.is_empty() {
        return;
    }
    for band in robot.bands(signals.view.range, plot.width.into()) {
        let (first, last) = band.columns;
        let (symbol, style) = match (band.is_incomplete, band.is_even) {
            (true, _) => (".", theme.muted),
            (false, true) => ("-", theme.muted),
            (false, false) => ("=", theme.text),
        };
        let text = band.number.to_string();
        let wide = last + 1 - first;
        let text = Some(text).filter(|text| text.len() <= wide);
        let text = text.unwrap_or_default();
        let rest = symbol.repeat(wide - text.len());
        let x = plot.x + first as u16;
        buf.set_string(x, plot.y, &text, theme.text);
        buf.set_string(x + text.len() as u16, plot.y, rest, style);
    }
}
