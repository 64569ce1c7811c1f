//! Marks on the line of a chart, where values are few and each counts.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::app::chart::{Marker, Reduced, StackedChart, ValueScale};

/// Characters of the plot that a mark needs for itself, on the average.
const ROOM: usize = 3;

/// Marks the values of `reduced` over its line in `plot`, so that they differ from
/// what lies between them. Where they stand close, the line alone is clearer.
pub fn mark_points(
    reduced: &Reduced,
    (marker, stacked): (Marker, StackedChart),
    plot: Rect,
    style: Style,
    buf: &mut Buffer,
) {
    let plot = plot.intersection(buf.area);
    let Some(extent) = reduced.extent() else {
        return;
    };
    let points = reduced.columns.iter().flatten().count();
    if plot.is_empty() || points * ROOM > usize::from(plot.width) {
        return;
    }
    let (across, down) = marker.dots();
    // The line lies on this scale.
    let round = stacked.has_round_labels;
    let scale = ValueScale::of(extent, usize::from(plot.height), down, round);
    // A line of dots needs another mark than a dot.
    let symbol = if marker == Marker::Dot { 'o' } else { '•' };
    for (at, column) in reduced.columns.iter().enumerate() {
        let Some(column) = column else { continue };
        let x = plot.x + (at / across) as u16;
        for value in [column.bucket.min, column.bucket.max] {
            let y = plot.y + scale.row(value) as u16;
            if x < plot.right() && y < plot.bottom() {
                buf[(x, y)].set_char(symbol).set_style(style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::chart::{Series, TimeRange},
        ui::widgets::chart_canvas::Canvas,
    };

    fn text(values: &[f64], marker: Marker, (width, height): (u16, u16)) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let last = values.len() as i64 - 1;
        let series = Series::new((0..=last).collect(), values.to_vec(), 10);
        let columns = usize::from(width) * marker.dots().0;
        let reduced = series.reduce(TimeRange::new(0, last), columns);
        let chart = (marker, StackedChart::default());
        mark_points(&reduced, chart, area, Style::default(), &mut buf);
        // Every mark lies on the line.
        let mut canvas = Canvas::new(marker, usize::from(width), usize::from(height));
        if let Some(extent) = reduced.extent() {
            let scale = ValueScale::new(extent, usize::from(height), marker.dots().1);
            canvas.trace(&reduced, scale.low, scale.high);
        }
        for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
            if buf[(x, y)].symbol() != " " {
                assert_ne!(canvas.bits(x.into(), y.into()), 0, "{x} {y}");
            }
        }
        let line = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..height).map(line).collect()
    }

    #[test]
    fn every_value_has_its_mark_on_the_line() {
        let values = [0.0, 3.0, f64::NAN, 1.0];
        assert_eq!(
            text(&values, Marker::Braille, (12, 3)),
            ["   •        ", "         •  ", "•           "]
        );
        assert_eq!(
            text(&[5.0, 5.0], Marker::Dot, (6, 3)),
            ["      ", "o  o  ", "      "]
        );
        for marker in [Marker::Braille, Marker::Block, Marker::Dot] {
            for height in 1..9 {
                text(&[4.0, 1.0, 7.5, 2.0, 3.3], marker, (60, height));
            }
        }
    }

    #[test]
    fn many_values_have_no_marks() {
        let values: Vec<f64> = (0..30).map(f64::from).collect();
        assert!(
            text(&values, Marker::Braille, (60, 4))
                .concat()
                .trim()
                .is_empty()
        );
        assert!(
            text(&[], Marker::Braille, (60, 4))
                .concat()
                .trim()
                .is_empty()
        );
    }
}
