//! A trace in a plane, with equal scales across and up or stretched, in a few colours.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{chart_canvas::Canvas, path_scales::PathScales};
use crate::app::chart::Marker;

/// One place of a trace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Which of the plot's styles; later ones are drawn over earlier ones.
    pub class: usize,
    /// Whether a line leads here from the place before.
    pub joined: bool,
}

/// A trace and what it is drawn with.
pub struct PathPlot<'a> {
    /// The trace; places that are not numbers break it.
    pub places: &'a mut dyn Iterator<Item = Place>,
    /// Where values lie in the plot.
    pub scales: &'a PathScales,
    /// A place to point at.
    pub cursor: Option<(f64, f64)>,
    /// What lines are drawn with.
    pub marker: Marker,
    /// Colours of the classes.
    pub styles: &'a [Style],
    /// Colour of the cursor.
    pub cursor_style: Style,
}

impl PathPlot<'_> {
    /// Draws it.
    pub fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let place = |x, y| self.scales.dot(x, y);
        let canvas = || Canvas::new(self.marker, width, height);
        let mut layers: Vec<Canvas> = self.styles.iter().map(|_| canvas()).collect();
        let mut pen: Option<(f64, f64)> = None;
        for p in self.places {
            let here = (!p.x.is_nan() && !p.y.is_nan()).then(|| place(p.x, p.y));
            if let (Some(here), Some(layer)) = (here, layers.get_mut(p.class)) {
                let from = pen.filter(|_| p.joined).unwrap_or(here);
                layer.line(from, here);
            }
            pen = here;
        }
        for y in 0..height {
            for x in 0..width {
                let all = layers.iter().fold(0, |bits, layer| bits | layer.bits(x, y));
                let top = layers.iter().rposition(|layer| layer.bits(x, y) != 0);
                let Some(style) = top.and_then(|t| self.styles.get(t)) else {
                    continue;
                };
                buf[(area.x + x as u16, area.y + y as u16)]
                    .set_char(super::chart_canvas::symbol(self.marker, all))
                    .set_style(*style);
            }
        }
        if let Some((x, y)) = self.cursor.filter(|(x, y)| !x.is_nan() && !y.is_nan()) {
            let (across, down) = self.marker.dots();
            let (x, y) = place(x, y);
            let cell = |v: f64, dots: usize, cells: usize| {
                (v.max(0.0) as usize / dots).min(cells.saturating_sub(1)) as u16
            };
            buf[(
                area.x + cell(x, across, width),
                area.y + cell(y, down, height),
            )]
                .set_char('╋')
                .set_style(self.cursor_style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(points: &[(f64, f64, usize, bool)], size: (u16, u16), marker: Marker) -> Vec<String> {
        let area = Rect::new(0, 0, size.0, size.1);
        let mut buf = Buffer::empty(area);
        let range = |of: fn(&(f64, f64, usize, bool)) -> f64| {
            let values = points.iter().map(of).filter(|v| !v.is_nan());
            values.fold((f64::MAX, f64::MIN), |e, v| (e.0.min(v), e.1.max(v)))
        };
        let extent = [range(|p| p.0), range(|p| p.1)];
        let cells = (usize::from(size.0), usize::from(size.1));
        let scales = PathScales::new(extent, cells, false, marker);
        PathPlot {
            scales: &scales,
            places: &mut points.iter().map(|(x, y, class, joined)| Place {
                x: *x,
                y: *y,
                class: *class,
                joined: *joined,
            }),
            cursor: None,
            marker,
            styles: &[Style::default(), Style::default()],
            cursor_style: Style::default(),
        }
        .render(area, &mut buf);
        let line = |y| {
            (0..size.0)
                .map(|x| buf[(x, y)].symbol())
                .collect::<String>()
        };
        (0..size.1).map(line).collect()
    }

    const SQUARE: [(f64, f64, usize, bool); 5] = [
        (0.0, 0.0, 0, false),
        (10.0, 0.0, 0, true),
        (10.0, 10.0, 1, true),
        (0.0, 10.0, 1, true),
        (0.0, 0.0, 0, true),
    ];

    #[test]
    fn a_square_is_as_wide_as_it_is_high() {
        // Four lines are as high as eight characters are wide.
        assert_eq!(
            draw(&SQUARE, (12, 4), Marker::Block),
            [
                "  █▀▀▀▀▀▀█  ",
                "  █      █  ",
                "  █      █  ",
                "  █▄▄▄▄▄▄█  "
            ]
        );
        let braille = draw(&SQUARE, (12, 4), Marker::Braille);
        assert_eq!(braille[0], "  ⡏⠉⠉⠉⠉⠉⠉⢹  ");
    }

    #[test]
    fn a_break_is_not_bridged() {
        let points = [
            (0.0, 0.0, 0, false),
            (f64::NAN, 0.0, 0, true),
            (10.0, 0.0, 0, true),
        ];
        assert_eq!(draw(&points, (5, 1), Marker::Dot), ["•   •"]);
    }

    #[test]
    fn every_size_and_a_single_place_are_drawn() {
        for marker in [Marker::Braille, Marker::Block, Marker::Dot] {
            for width in 0..30 {
                for height in 0..12 {
                    draw(&SQUARE, (width, height), marker);
                    draw(&SQUARE[..1], (width, height), marker);
                }
            }
        }
    }
}
