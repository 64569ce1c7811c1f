//! Which colour of a scale a figure of a path has.

use super::path::Colour;
use crate::etl::{format::format_value, zone};

/// What steps between colours begin with, and whether they have a second digit.
const MANTISSAS: [(f64, bool); 4] = [(1.0, false), (2.0, false), (2.5, true), (5.0, false)];

/// The figures of a path in classes, each with a colour. Those of forces and speeds begin at
/// round values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathColours {
    colour: Colour,
    start: f64,
    step: f64,
    decimals: usize,
    high: f64,
    classes: usize,
}

impl PathColours {
    /// At most so many `classes` for figures from `low` to `high`.
    pub fn new(colour: Colour, (low, high): (f64, f64), classes: usize) -> Self {
        let least = ((high - low) / classes as f64).max(low.abs().max(high.abs()) * 1e-9);
        let colours = |start, step, decimals| Self {
            colour,
            start,
            step,
            decimals,
            high,
            classes,
        };
        if colour == Colour::Time || least.is_nan() || least <= 0.0 {
            return colours(low, (high - low) / classes as f64, 0);
        }
        let power = least.log10().floor() as i32;
        let round = (power..power + 3).flat_map(|power| {
            MANTISSAS.map(|(mantissa, second_digit)| {
                let step = mantissa * 10f64.powi(power);
                let start = (low / step).floor() * step;
                let decimals = (i32::from(second_digit) - power).clamp(0, 12);
                (start, step, decimals as usize)
            })
        });
        let holds = |(start, step, _): &(f64, f64, usize)| start + step * classes as f64 >= high;
        let found = round.into_iter().find(holds);
        let (start, step, decimals) = found.unwrap_or((low, (high - low) / classes as f64, 3));
        // A class above the largest figure would be empty.
        let used = ((high - start) / step - 1e-9).ceil().max(1.0) as usize;
        Self {
            classes: used.min(classes),
            ..colours(start, step, decimals)
        }
    }

    /// The class of a figure; the lowest where it is not known.
    pub fn class(&self, figure: f64) -> usize {
        let share = (figure - self.start) / self.step.max(f64::MIN_POSITIVE);
        (share.max(0.0) as usize).min(self.classes.saturating_sub(1))
    }

    /// Where each class begins, in words, and the largest figure; `run` is the run's first and
    /// last time, which decide whether a time carries its day.
    pub fn words(&self, run: (i64, i64)) -> (Vec<String>, String) {
        let number = |value: f64| match self.colour {
            Colour::Time => zone::format_clock_within(value as i64, run),
            _ => format_value(value, self.decimals),
        };
        let from = (0..self.classes).map(|class| number(self.start + self.step * class as f64));
        (from.collect(), number(self.high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn classes_begin_at_round_values() {
        let colours = PathColours::new(Colour::Force, (12.3, 2385.6), 5);
        let (from, high) = colours.words((0, 0));
        assert_eq!(from, ["0", "500", "1,000", "1,500", "2,000"]);
        assert_eq!(high, "2,386");
        assert_eq!((colours.class(499.0), colours.class(500.0)), (0, 1));
        assert_eq!((colours.class(f64::NAN), colours.class(9e9)), (0, 4));
        let (from, _) = PathColours::new(Colour::Speed, (0.012, 0.026), 5).words((0, 0));
        assert_eq!(from, ["0.010", "0.015", "0.020", "0.025"]);
    }

    proptest! {
        #[test]
        fn every_figure_has_its_class(low in -1e4f64..1e4, span in 0.0f64..1e5, share in 0.0f64..1.0) {
            let colours = PathColours::new(Colour::Force, (low, low + span), 5);
            let class = colours.class(low + span * share);
            let from = colours.start + colours.step * class as f64;
            let slack = colours.step * 1e-6;
            prop_assert!(low + span * share >= from - slack, "{:?}", colours);
            prop_assert!(low + span * share <= from + colours.step + slack, "{:?}", colours);
        }
    }
}
