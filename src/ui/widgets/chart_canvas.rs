//! The dots of a line chart: finer than a character where the font allows it.

use crate::app::chart::{Column, Marker, Reduced, share_below};

/// The character for the dots of a cell.
pub(super) fn symbol(marker: Marker, bits: u8) -> char {
    match (marker, bits) {
        (_, 0) => ' ',
        (Marker::Braille, bits) => char::from_u32(0x2800 + u32::from(bits)).unwrap_or('•'),
        (Marker::Block, 0b01) => '▀',
        (Marker::Block, 0b10) => '▄',
        (Marker::Block, _) => '█',
        (Marker::Dot, _) => '•',
    }
}

/// The character for a single sample upon a line.
pub(super) fn sample_symbol(marker: Marker) -> char {
    match marker {
        Marker::Braille => '•',
        Marker::Block => '●',
        Marker::Dot => 'o',
    }
}

/// A grid of dots, `(0, 0)` at the top left.
pub(super) struct Canvas {
    marker: Marker,
    width: usize,
    height: usize,
    cells: Vec<u8>,
}

impl Canvas {
    /// `width` × `height` characters.
    pub(super) fn new(marker: Marker, width: usize, height: usize) -> Self {
        Self {
            marker,
            width,
            height,
            cells: vec![0; width * height],
        }
    }

    /// The dots of a cell.
    pub(super) fn bits(&self, x: usize, y: usize) -> u8 {
        self.cells.get(y * self.width + x).copied().unwrap_or(0)
    }

    /// Draws a reduced series (one column a dot) with `low` at the bottom dot and
    /// `high` at the top one.
    pub(super) fn trace(&mut self, reduced: &Reduced, low: f64, high: f64) {
        let (marker, height) = (self.marker, self.height);
        let y = |v: f64| y_of(marker, height, v, low, high);
        let columns = reduced.columns.len();
        let mut pen = reduced.enter.map(|v| (0.0, y(v)));
        for (x, column) in reduced.columns.iter().enumerate() {
            let Some(Column { bucket, joined }) = column else {
                continue;
            };
            if let Some(from) = pen.filter(|_| *joined) {
                self.line(from, (x as f64, y(bucket.first)));
            }
            self.upright(x, y(bucket.max), y(bucket.min));
            pen = Some((x as f64, y(bucket.last)));
        }
        if let (Some(from), Some(leave)) = (pen, reduced.leave) {
            self.line(from, (columns.saturating_sub(1) as f64, y(leave)));
        }
    }

    /// Draws the means of a reduced series as a thin line, over what [`Canvas::trace`] draws: the
    /// same where each column has one value.
    pub(super) fn means(&mut self, reduced: &Reduced, low: f64, high: f64) {
        if reduced.means.is_empty() {
            return;
        }
        let (marker, height) = (self.marker, self.height);
        let y = |v: f64| y_of(marker, height, v, low, high);
        let mut pen = reduced.enter.map(|v| (0.0, y(v)));
        let columns = reduced.columns.iter().zip(&reduced.means);
        for (x, (column, mean)) in columns.enumerate() {
            let Some(Column { joined, .. }) = column else {
                continue;
            };
            let here = (x as f64, y(*mean));
            self.line(pen.filter(|_| *joined).unwrap_or(here), here);
            pen = Some(here);
        }
        if let (Some(from), Some(leave)) = (pen, reduced.leave) {
            let last = reduced.columns.len().saturating_sub(1) as f64;
            self.line(from, (last, y(leave)));
        }
    }

    /// Whether all dots of a cell are set.
    pub(super) fn is_full(&self, x: usize, y: usize) -> bool {
        let (across, down) = self.marker.dots();
        self.bits(x, y).count_ones() as usize == across * down
    }

    /// The line of characters of a value.
    pub(super) fn row(&self, value: f64, low: f64, high: f64) -> usize {
        let dot = y_of(self.marker, self.height, value, low, high)
            .round()
            .max(0.0) as usize;
        (dot / self.marker.dots().1).min(self.height.saturating_sub(1))
    }

    /// A thin line without holes: one dot a step along its longer side.
    pub(super) fn line(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) {
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0);
        for i in 0..=steps as usize {
            let share = i as f64 / steps;
            let y = y0 + (y1 - y0) * share;
            self.upright((x0 + (x1 - x0) * share).round().max(0.0) as usize, y, y);
        }
    }

    fn upright(&mut self, x: usize, a: f64, b: f64) {
        let rows = self.height * self.marker.dots().1;
        let clip = |y: f64| (y.round().max(0.0) as usize).min(rows.saturating_sub(1));
        let (from, to) = (clip(a.min(b)), clip(a.max(b)));
        for y in from..=to {
            self.dot(x, y);
        }
    }

    fn dot(&mut self, x: usize, y: usize) {
        // Bits of a braille character by row: left, right (Unicode, chapter 21.1).
        const BRAILLE: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let (across, down) = self.marker.dots();
        let bit = match self.marker {
            Marker::Braille => BRAILLE[y % 4][x % 2],
            Marker::Block => 1 << (y % 2),
            Marker::Dot => 1,
        };
        if x / across < self.width
            && let Some(cell) = self.cells.get_mut(y / down * self.width + x / across)
        {
            *cell |= bit;
        }
    }
}

/// The line of dots of a value in `height` characters, not rounded.
fn y_of(marker: Marker, height: usize, value: f64, low: f64, high: f64) -> f64 {
    let rows = (height * marker.dots().1) as f64;
    if high > low {
        share_below(value, (low, high)) * (rows - 1.0)
    } else {
        (rows - 1.0) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::reduce::Bucket;

    fn lines(canvas: &Canvas) -> Vec<String> {
        (0..canvas.height)
            .map(|y| {
                (0..canvas.width)
                    .map(|x| symbol(canvas.marker, canvas.bits(x, y)))
                    .collect()
            })
            .collect()
    }

    fn point(v: f64, joined: bool) -> Option<Column> {
        Some(Column {
            bucket: Bucket::at(v),
            joined,
        })
    }

    #[test]
    fn a_rising_line_has_no_holes() {
        let reduced = Reduced {
            columns: (0..8).map(|x| point(f64::from(x), true)).collect(),
            ..Reduced::default()
        };
        let mut canvas = Canvas::new(Marker::Braille, 4, 2);
        canvas.trace(&reduced, 0.0, 7.0);
        assert_eq!(lines(&canvas), ["  ⡠⠊", "⡠⠊  "]);
    }

    #[test]
    fn a_gap_is_not_bridged_but_a_wide_zoom_is() {
        let mut reduced = Reduced {
            columns: vec![point(0.0, true), None, None, point(0.0, false)],
            ..Reduced::default()
        };
        let mut canvas = Canvas::new(Marker::Block, 4, 1);
        canvas.trace(&reduced, 0.0, 1.0);
        assert_eq!(lines(&canvas), ["▄  ▄"]);
        reduced.columns[3] = point(1.0, true);
        let mut canvas = Canvas::new(Marker::Dot, 4, 2);
        canvas.trace(&reduced, 0.0, 1.0);
        assert_eq!(lines(&canvas), ["  ••", "••  "]);
    }

    #[test]
    fn a_line_between_two_samples_outside_crosses_the_view() {
        let reduced = Reduced {
            columns: vec![None; 6],
            enter: Some(1.0),
            leave: Some(0.0),
            ..Reduced::default()
        };
        let mut canvas = Canvas::new(Marker::Block, 6, 1);
        canvas.trace(&reduced, 0.0, 1.0);
        assert_eq!(lines(&canvas), ["▀▀▀▄▄▄"]);
    }

    #[test]
    fn a_spike_fills_its_column() {
        let mut columns = vec![point(0.0, true); 4];
        columns[2] = Some(Column {
            bucket: Bucket {
                max: 9.0,
                ..Bucket::at(0.0)
            },
            joined: true,
        });
        let mut canvas = Canvas::new(Marker::Dot, 4, 3);
        canvas.trace(
            &Reduced {
                columns,
                ..Reduced::default()
            },
            0.0,
            9.0,
        );
        assert_eq!(lines(&canvas), ["  • ", "  • ", "••••"]);
    }

    #[test]
    fn a_constant_lies_in_the_middle_and_no_size_is_too_small() {
        let reduced = Reduced {
            columns: vec![point(5.0, true); 2],
            ..Reduced::default()
        };
        let mut canvas = Canvas::new(Marker::Dot, 2, 3);
        canvas.trace(&reduced, 5.0, 5.0);
        assert_eq!(lines(&canvas), ["  ", "••", "  "]);
        for (w, h) in [(0, 0), (0, 3), (3, 0), (1, 1)] {
            Canvas::new(Marker::Braille, w, h).trace(&reduced, 0.0, 1.0);
        }
    }
}
