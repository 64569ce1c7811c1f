//! The path of a robot as a picture: in the scales and the colours of the screen.

use super::svg::{Anchor, Pen, SCALE, Svg};
use crate::app::{
    chart::{AxisLabels, NUMBERS, TimeRange},
    run::{
        Path,
        path::{Point, RobotPath},
        path_colours::PathColours,
    },
};

const SIDE: f64 = 900.0;
const LEFT: f64 = 90.0;
const TOP: f64 = 60.0;
const BOTTOM: f64 = 60.0;
const GREY: &str = "#d8d8d8";
const TEXT: &str = "#404040";

/// A path and what of it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct PathPicture {
    /// What stands above it.
    pub title: String,
    /// The robots, and which of them in which axes and colours.
    pub path: Path,
    /// The span of time that has colours.
    pub range: TimeRange,
    /// The unit of the figure behind the colours.
    pub unit: String,
}

impl PathPicture {
    /// The picture's text; `None` when no robot has a path.
    pub fn svg(&self) -> Option<String> {
        let robot = self.path.shown()?;
        let axes = self.path.plane();
        let (x, y) = (|p: &Point| nth(p, axes.0), |p: &Point| nth(p, axes.1));
        let (x0, x1) = robot.scaled_extent(axes.0)?;
        let (y0, y1) = robot.scaled_extent(axes.1)?;
        // Equal scales: the longer side fills the sheet. Stretched: both do, up to two thirds.
        let equal = SIDE / (x1 - x0).max(y1 - y0).max(1e-9);
        let (x_scale, y_scale) = match self.path.stretched {
            true => (SIDE / (x1 - x0).max(1e-9), SIDE / 1.5 / (y1 - y0).max(1e-9)),
            false => (equal, equal),
        };
        let (width, height) = (
            ((x1 - x0) * x_scale).max(200.0),
            ((y1 - y0) * y_scale).max(200.0),
        );
        let across = |v: f64| LEFT + width / 2.0 + (v - (x0 + x1) / 2.0) * x_scale;
        let up = |v: f64| TOP + height / 2.0 - (v - (y0 + y1) / 2.0) * y_scale;
        let mut svg = Svg::new(LEFT + width.max(700.0) + 30.0, TOP + height + BOTTOM);
        svg.text((LEFT, 20.0), Anchor::Start, "black", &self.title);
        let labels = AxisLabels::new(x0, x1, 8, NUMBERS);
        for (tick, text) in &labels.ticks {
            let x = across(*tick);
            svg.line((x, TOP), (x, TOP + height), GREY, false);
            svg.text((x, TOP + height + 18.0), Anchor::Middle, TEXT, text);
        }
        if let Some(offset) = &labels.offset {
            let at = (LEFT + width, TOP + height + 34.0);
            svg.text(at, Anchor::End, TEXT, offset);
        }
        let labels = AxisLabels::new(y0, y1, 8, NUMBERS);
        for (tick, text) in &labels.ticks {
            let y = up(*tick);
            svg.line((LEFT, y), (LEFT + width, y), GREY, false);
            svg.text((LEFT - 6.0, y + 4.0), Anchor::End, TEXT, text);
        }
        if let Some(offset) = &labels.offset {
            svg.text((LEFT - 6.0, TOP - 6.0), Anchor::End, TEXT, offset);
        }
        let name = |axis: usize| robot.axes.get(axis).map_or("", String::as_str);
        let mut labels = format!("→ {}  ↑ {}  ({})", name(axes.0), name(axes.1), robot.unit);
        if self.path.stretched {
            labels.push_str("  axes stretched");
        }
        svg.text((LEFT, TOP + height + 42.0), Anchor::Start, TEXT, &labels);
        if let Some(text) = robot.stillness(axes) {
            svg.text(
                (LEFT + width / 2.0, TOP + 16.0),
                Anchor::Middle,
                TEXT,
                &text,
            );
        }
        self.lines(&mut svg, robot, &|p| (across(x(p)), up(y(p))));
        Some(svg.finish())
    }

    /// The whole path faint, then what is in the visible span by its figure.
    fn lines(&self, svg: &mut Svg, robot: &RobotPath, place: &dyn Fn(&Point) -> (f64, f64)) {
        let mut whole = Pen::default();
        for p in &robot.points {
            if !p.joined {
                whole.lift();
            }
            step(&mut whole, place(p));
        }
        svg.pen(&whole, GREY);
        let colour = self.path.colour();
        let seen = robot.within(self.range);
        let figures = extent(seen.iter().map(|p| p.figure(colour)));
        let colours = figures.map(|figures| PathColours::new(colour, figures, SCALE.len()));
        let class = |p: &Point| colours.map_or(0, |colours| colours.class(p.figure(colour)));
        let mut pens: [Pen; SCALE.len()] = Default::default();
        let mut before: Option<&Point> = None;
        for p in seen {
            if let Some(pen) = pens.get_mut(class(p)) {
                pen.lift();
                if let Some(before) = before.filter(|_| p.joined) {
                    step(pen, place(before));
                }
                step(pen, place(p));
            }
            before = Some(p);
        }
        for (pen, colour) in pens.iter().zip(SCALE) {
            svg.pen(pen, colour);
        }
        let ends = robot.points.first().zip(robot.points.last());
        let run = ends.map_or((0, 0), |(first, last)| (first.time, last.time));
        let mut x = LEFT;
        let word = format!("{} {}", colour.word(), self.unit);
        svg.text((x, 42.0), Anchor::Start, TEXT, &word);
        x += 7.0 * (word.chars().count() as f64 + 2.0);
        let texts = colours.map_or_else(Vec::new, |colours| colours.words(run).0);
        for (text, colour_of) in texts.iter().zip(SCALE) {
            svg.text((x, 42.0), Anchor::Start, colour_of, "■");
            svg.text(
                (x + 14.0, 42.0),
                Anchor::Start,
                TEXT,
                &format!("from {text}"),
            );
            x += 7.0 * (text.chars().count() as f64 + 9.0);
        }
    }
}

fn step(pen: &mut Pen, (x, y): (f64, f64)) {
    // A place that is not known is a gap.
    pen.to(x, y);
}

fn nth(point: &Point, axis: usize) -> f64 {
    point.at.get(axis).copied().unwrap_or(f64::NAN)
}

fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let known = values.filter(|v| !v.is_nan()).map(|v| (v, v));
    known.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{Action, run::fixture},
        etl::time::SECOND,
    };

    #[test]
    fn a_path_is_drawn_with_its_colours_and_legend() {
        let mut screen = fixture::opened((80, 24));
        for _ in 0..3 {
            let effects = screen.update(Action::PreviousPane);
            fixture::answer_queries(&mut screen, effects);
        }
        let views = screen.views.as_ref().unwrap();
        let mut picture = PathPicture {
            title: "run".into(),
            path: views.path.clone(),
            range: views.signals.view.bounds,
            unit: "N".into(),
        };
        let svg = picture.svg().unwrap();
        // Forces from 1,200 to 1,600 N: four classes of 100 N.
        assert_eq!(svg.matches("<path").count(), 1 + 4);
        assert_eq!(svg.matches("■").count(), 4);
        assert!(svg.contains("→ x_1  ↑ y_1  (mm)") && !svg.contains("NaN"));
        // Coloured by time, a run over midnight says its days.
        for _ in 0..2 {
            picture.path.update(Action::NextColour);
        }
        assert!(picture.svg().unwrap().contains(">from 20:40:00.027<"));
        let later = (3 * 3600 + 19 * 60 + 30) * SECOND;
        let mut robots = picture.path.robots.as_deref().unwrap().clone();
        for point in &mut robots[0].points {
            point.time += later;
        }
        picture.path.robots = Some(robots.into());
        let range = picture.range;
        picture.range = TimeRange::new(range.start() + later, range.end() + later);
        let svg = picture.svg().unwrap();
        assert!(svg.contains(">from 11-23 23:59:30.027<"), "{svg}");
        picture.path = Path::default();
        assert_eq!(picture.svg(), None);
    }
}
