//! The little of SVG that pictures need.

use std::fmt::Write;

/// Colours of lines: those of the light theme, which are legible on white.
pub const COLOURS: [&str; 6] = [
    "#4963de", "#ac571d", "#222ba5", "#830000", "#8b5d96", "#5f2c5b",
];
/// Colours of a scale, from low to high: those of the light theme.
pub const SCALE: [&str; 5] = ["#21918c", "#2d708e", "#3b528b", "#472d7b", "#440154"];

/// Where a text stands beside its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// To the right of it.
    Start,
    /// Around it.
    Middle,
    /// To the left of it.
    End,
}

/// A picture that is being drawn; lengths are pixels from the top left.
pub struct Svg {
    out: String,
}

impl Svg {
    /// A white sheet.
    pub fn new(width: f64, height: f64) -> Self {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\" xml:space=\"preserve\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
        );
        Self { out }
    }

    /// A text.
    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, colour: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        let _ = writeln!(
            self.out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{text}</text>"
        );
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, dashed: bool) {
        let dash = if dashed {
            " stroke-dasharray=\"6 4\""
        } else {
            ""
        };
        let _ = writeln!(
            self.out,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\"{dash}/>",
            from.0, from.1, to.0, to.1
        );
    }

    /// A small dot.
    pub fn dot(&mut self, (x, y): (f64, f64), colour: &str) {
        let _ = writeln!(
            self.out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" fill=\"{colour}\"/>"
        );
    }

    /// What a pen drew.
    pub fn pen(&mut self, pen: &Pen, colour: &str) {
        self.path(pen, colour, "");
    }

    /// As [`Svg::pen`], so faint that a line over it is seen.
    pub fn faint_pen(&mut self, pen: &Pen, colour: &str) {
        self.path(pen, colour, " opacity=\"0.35\"");
    }

    fn path(&mut self, pen: &Pen, colour: &str, opacity: &str) {
        if !pen.d.is_empty() {
            let _ = writeln!(
                self.out,
                "<path d=\"{}\" fill=\"none\"{opacity} stroke=\"{colour}\" \
                 stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
                pen.d.trim_end()
            );
        }
    }

    /// The file's text.
    pub fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }
}

/// A line with breaks.
#[derive(Debug, Default)]
pub struct Pen {
    d: String,
    at: Option<(f64, f64)>,
}

impl Pen {
    /// Draws on to a point; a first point is a dot until the line goes on. One that has no place
    /// (values beyond the largest double) is a gap.
    pub fn to(&mut self, x: f64, y: f64) {
        if !x.is_finite() || !y.is_finite() {
            return self.lift();
        }
        let _ = match self.at {
            Some(_) => write!(self.d, "L{x:.1} {y:.1} "),
            None => write!(self.d, "M{x:.1} {y:.1}h0 "),
        };
        self.at = Some((x, y));
    }

    /// Lifts the pen.
    pub fn lift(&mut self) {
        self.at = None;
    }

    /// Whether a line goes on from here.
    pub fn is_down(&self) -> bool {
        self.at.is_some()
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup_and_a_lifted_pen_leaves_a_gap() {
        let mut svg = Svg::new(10.0, 5.0);
        svg.text((1.0, 2.0), Anchor::End, "black", "a<b & c>");
        let mut pen = Pen::default();
        for (x, lift) in [(0.0, false), (1.0, true), (f64::NAN, false), (2.0, false)] {
            pen.to(x, 0.0);
            if lift {
                pen.lift();
            }
        }
        assert_eq!(pen.d, "M0.0 0.0h0 L1.0 0.0 M2.0 0.0h0 ");
        svg.pen(&pen, "black");
        let text = svg.finish();
        assert!(text.contains(">a&lt;b &amp; c&gt;</text>"), "{text}");
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
        assert_eq!(text.matches("<path").count(), 1);
    }
}
