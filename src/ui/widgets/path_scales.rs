//! Where the values of a path lie in its plot: equal lengths on both axes, or each axis filled.

use crate::app::chart::{AxisLabels, Marker, NUMBERS, ValueScale};

/// Characters of a bar that shows a length, at least.
const SHORTEST_BAR: usize = 8;
/// Characters of an axis for each label.
const LABEL: usize = 14;

/// The scales of both axes in a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct PathScales {
    /// The value at the first column of dots, and values per dot.
    left: f64,
    per_dot_across: f64,
    up: ValueScale,
    /// Values per dot upwards.
    per_dot_up: f64,
    size: (usize, usize),
    marker: Marker,
    /// Whether lengths are equal on both axes.
    pub is_equal: bool,
}

/// A length on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Characters.
    pub columns: usize,
    /// What they stand for.
    pub length: f64,
}

impl PathScales {
    /// For values within `extent` (across, up) in a plot of `size` characters; each axis fills it
    /// where `stretched`. A character is twice as high as it is wide.
    pub fn new(
        [(x0, x1), (y0, y1)]: [(f64, f64); 2],
        size: (usize, usize),
        stretched: bool,
        marker: Marker,
    ) -> Self {
        let (across, down) = marker.dots();
        let (width, height) = size;
        // From the first dot to the last, in characters.
        let inner = |characters: usize, dots: usize| {
            (characters as f64 - 1.0 / dots as f64).max(1.0 / dots as f64)
        };
        let (inner_width, inner_height) = (inner(width, across), inner(height, down));
        let per_line = (y1 - y0) / inner_height;
        let per_column = (x1 - x0) / inner_width;
        let (up, per_column) = if stretched {
            (ValueScale::new((y0, y1), height, down), per_column)
        } else {
            let per_line = per_line.max(per_column * 2.0);
            let (middle, half) = ((y0 + y1) / 2.0, per_line * inner_height / 2.0);
            let up = ValueScale::new((middle - half, middle + half), height, down);
            let per_column = (up.high - up.low) / inner_height / 2.0;
            (up, per_column)
        };
        // An axis without length has no scale: its only value lies in the middle.
        let some = |per: f64| if per > 0.0 { per } else { 1.0 };
        let per_column = some(per_column);
        Self {
            left: (x0 + x1) / 2.0 - per_column * inner_width / 2.0,
            per_dot_across: per_column / across as f64,
            per_dot_up: some((up.high - up.low) / inner_height) / down as f64,
            up,
            size,
            marker,
            is_equal: !stretched,
        }
    }

    /// From values to dots, from the top left.
    pub fn dot(&self, x: f64, y: f64) -> (f64, f64) {
        let top = if self.up.high > self.up.low {
            (self.up.high - y) / self.per_dot_up
        } else {
            let rows = self.size.1 * self.marker.dots().1;
            (rows as f64 - 1.0) / 2.0
        };
        ((x - self.left) / self.per_dot_across, top)
    }

    /// How many times larger up is drawn than across.
    pub fn stretch(&self) -> f64 {
        let (across, down) = self.marker.dots();
        let per_column = self.per_dot_across * across as f64;
        let per_line = self.per_dot_up * down as f64;
        per_column * 2.0 / per_line
    }

    /// Labels of the axis upwards with their lines.
    pub fn labels_up(&self) -> (Option<&str>, Vec<(usize, &str)>) {
        let ticks = self.up.labels.ticks.iter();
        let ticks = ticks.map(|(value, text)| (self.up.row(*value), text.as_str()));
        (self.up.labels.offset.as_deref(), ticks.collect())
    }

    /// Labels of the axis across with their columns.
    pub fn labels_across(&self) -> Vec<(usize, String)> {
        let (width, dots) = (self.size.0, self.marker.dots().0);
        let right = self.left + self.per_dot_across * (width * dots) as f64;
        let labels = AxisLabels::new(self.left, right, (width / LABEL).max(2), NUMBERS);
        let ticks = labels.without_offset(NUMBERS).ticks.into_iter();
        ticks
            .map(|(value, text)| (self.dot(value, 0.0).0.max(0.0) as usize / dots, text))
            .collect()
    }

    /// A round length across; `None` where lengths differ between the axes, or none is round.
    pub fn bar(&self) -> Option<Bar> {
        let [(a, _), (b, _), ..] = self.up.labels.ticks[..] else {
            return None;
        };
        let step = b - a;
        let columns = step / (self.per_dot_across * self.marker.dots().0 as f64);
        let whole = (columns - columns.round()).abs() < 1e-6;
        let times = [1, 2, 5, 10].into_iter();
        let mut bars = times.map(|times| Bar {
            columns: columns.round() as usize * times,
            length: step * times as f64,
        });
        let bar = bars.find(|bar| bar.columns >= SHORTEST_BAR);
        bar.filter(|bar| self.is_equal && whole && bar.columns * 2 <= self.size.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bar_has_the_length_that_it_says() {
        let scales = PathScales::new(
            [(0.0, 300.0), (0.0, 280.0)],
            (100, 20),
            false,
            Marker::Braille,
        );
        let bar = scales.bar().unwrap();
        let dots = scales.dot(bar.length, 0.0).0 - scales.dot(0.0, 0.0).0;
        assert!((dots - (bar.columns * 2) as f64).abs() < 1e-6, "{bar:?}");
        assert_eq!(scales.stretch().round(), 1.0);
        let stretched =
            PathScales::new([(0.0, 300.0), (0.0, 3.0)], (100, 20), true, Marker::Braille);
        assert_eq!(stretched.bar(), None);
        assert!(stretched.stretch() > 20.0);
    }

    proptest! {
        #[test]
        fn all_values_lie_inside_with_equal_lengths(
            x in 1e-3f64..1e4, y in 1e-3f64..1e4, width in 2usize..200, height in 1usize..60,
            stretched: bool,
        ) {
            let scales = PathScales::new([(0.0, x), (0.0, y)], (width, height), stretched, Marker::Braille);
            let (low, high) = (scales.dot(0.0, 0.0), scales.dot(x, y));
            let (right, bottom) = ((width * 2) as f64 - 1.0, (height * 4) as f64 - 1.0);
            prop_assert!(low.0 >= -1e-6 && high.0 <= right + 1e-6, "{:?}", scales);
            prop_assert!(high.1 >= -1e-6 && low.1 <= bottom + 1e-6, "{:?}", scales);
            if !stretched {
                // Dots are as wide as they are high: two across, four down, characters of 1:2.
                let (across, up) = ((high.0 - low.0) / x, (low.1 - high.1) / y);
                prop_assert!((across / up - 1.0).abs() < 1e-6, "{:?}", scales);
            }
        }
    }
}
