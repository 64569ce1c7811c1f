//! The scale of a value axis that is drawn in characters: where its ends lie, and labels that
//! stand on whole lines at even distances.

use super::{AxisLabels, NUMBERS};

/// In fewer lines the whole height belongs to the values: the labels are their extremes.
pub(super) const ROUND_FROM: usize = 5;
/// Of the height the values take at least this share where round labels are chosen.
const LEAST_USE: f64 = 0.6;
/// What steps between labels begin with, and whether that is a quarter, with a second digit.
const MANTISSAS: [(f64, bool); 4] = [(1.0, false), (2.0, false), (2.5, true), (5.0, false)];

/// Which values the first and the last dot of an axis stand for, and its labels.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueScale {
    /// The value of the lowest line of dots.
    pub low: f64,
    /// The value of the highest line of dots.
    pub high: f64,
    /// The labels: where there are several lines at least two, evenly spaced, unless all values
    /// are the same.
    pub labels: AxisLabels,
    height: usize,
    dots: usize,
}

impl ValueScale {
    /// For values from `min` to `max` in `height` lines of `dots` dots each.
    pub fn new(extent: (f64, f64), height: usize, dots: usize) -> Self {
        Self::of(extent, height, dots, true)
    }

    /// The same with round labels only where asked for: charts below each other look alike.
    pub fn of((min, max): (f64, f64), height: usize, dots: usize, round: bool) -> Self {
        let scale = |low, high, labels| Self {
            low,
            high,
            labels,
            height,
            dots: dots.max(1),
        };
        let span = max - min;
        let is_constant = span <= min.abs().max(max.abs()) * 1e-12;
        // Beyond the largest double no step is round.
        if is_constant || height < 2 || !span.is_finite() {
            return scale(min, max, AxisLabels::new(min, max, 1, NUMBERS));
        }
        let round =
            (round && height >= ROUND_FROM).then(|| Round::new((min, max), height, dots.max(1)));
        match round.flatten() {
            Some(round) => scale(round.low, round.high, round.labels()),
            None => scale(min, max, extremes(min, max)),
        }
    }

    /// The line of characters of a value, from the top.
    pub fn row(&self, value: f64) -> usize {
        let rows = (self.height * self.dots) as f64 - 1.0;
        let from_top = if self.high > self.low {
            share_below(value, (self.low, self.high)) * rows
        } else {
            rows / 2.0
        };
        let last = self.height.saturating_sub(1);
        (from_top.round().max(0.0) as usize / self.dots).min(last)
    }
}

/// How far `value` lies below the upper end of a span, as a share of the span.
pub fn share_below(value: f64, (low, high): (f64, f64)) -> f64 {
    let by = shrink((low, high));
    (high * by - value * by) / (high * by - low * by)
}

/// By what values are multiplied so that the span between them, and somewhat more, is finite: 1,
/// unless they are about the largest doubles.
pub fn shrink((low, high): (f64, f64)) -> f64 {
    if low.abs().max(high.abs()) < f64::MAX / 4.0 {
        1.0
    } else {
        1.0 / 65_536.0
    }
}

/// The smallest and the largest value, to a hundredth of the span or better.
fn extremes(min: f64, max: f64) -> AxisLabels {
    let near = |value: f64, digits: i32| {
        let step = 10f64.powi(-digits);
        (value / step).round() * step
    };
    let fine = 2 - (max - min).log10().floor() as i32;
    // A zero at the end of both says nothing.
    let same = |v: &f64| (near(*v, fine) - near(*v, fine - 1)).abs() < 10f64.powi(-fine - 3);
    let digits = if [min, max].iter().all(same) {
        fine - 1
    } else {
        fine
    };
    let labels = |digits: i32| {
        let step = 10f64.powi(-digits);
        let decimals = digits.clamp(0, 12) as usize;
        AxisLabels::of(
            &[near(min, digits), near(max, digits)],
            step,
            decimals,
            NUMBERS,
        )
    };
    // Whole numbers are not rounded where they have room.
    let whole = Some(labels(0)).filter(|l| digits < 0 && l.offset.is_none() && l.ticks.len() == 2);
    whole.unwrap_or_else(|| labels(digits))
}

/// The distance of two labels.
#[derive(Clone, Copy)]
struct Step {
    /// As a value.
    size: f64,
    /// In lines.
    lines: usize,
    /// Digits after the point that its multiples need.
    decimals: usize,
    /// Whether it is 2.5, 25, 250 …
    is_quarter: bool,
}

impl Step {
    /// Round ones of so many lines whose line is `least` or somewhat more.
    fn around(least: f64, lines: usize) -> impl Iterator<Item = Self> {
        let power = (least * lines as f64).log10().floor() as i32;
        let powers = [power, power + 1].into_iter();
        powers.flat_map(move |power| {
            MANTISSAS.map(|(mantissa, is_quarter)| Self {
                size: mantissa * 10f64.powi(power),
                lines,
                decimals: (i32::from(is_quarter) - power).clamp(0, 12) as usize,
                is_quarter,
            })
        })
    }

    fn per_line(self) -> f64 {
        self.size / self.lines as f64
    }
}

/// Round values on lines at even distances.
struct Round {
    low: f64,
    high: f64,
    step: Step,
    /// The topmost label counted in steps, and how many labels there are.
    top: f64,
    count: usize,
    /// How far the middle of the values is from the middle of the axis, as a value.
    off_centre: f64,
}

impl Round {
    /// The best scale that holds all values; `None` where none of them uses enough of the
    /// height.
    fn new(extent: (f64, f64), height: usize, dots: usize) -> Option<Self> {
        let span = extent.1 - extent.0;
        let inner = inner(height, dots);
        let distances = if height < 9 { 2..=4 } else { 3..=5 };
        let steps = distances.flat_map(|lines| Step::around(span / inner, lines));
        let fitting = steps.filter(|step| {
            let used = span / (step.per_line() * inner);
            (LEAST_USE..=1.0 + 1e-9).contains(&used)
        });
        let scales = fitting.flat_map(|step| {
            let first = 0..step.lines.min(height);
            first.filter_map(move |first| Self::at(extent, step, first, (height, dots)))
        });
        scales.reduce(|best, other| {
            let better = best.cost() / other.cost();
            let same = (better - 1.0).abs() < 1e-9;
            let wins = if same {
                other.off_centre < best.off_centre
            } else {
                better > 1.0
            };
            if wins { other } else { best }
        })
    }

    /// With labels from line `first` on; `None` where the values do not fit.
    fn at(
        (min, max): (f64, f64),
        step: Step,
        first: usize,
        (height, dots): (usize, usize),
    ) -> Option<Self> {
        // A label stands in the middle of its line; the ends are the outermost dots.
        let to_middle = (dots as f64 - 1.0) / (2.0 * dots as f64);
        let above = (first as f64 + to_middle) * step.per_line();
        let top = ((max - above) / step.size - 1e-9).ceil();
        let high = top * step.size + above;
        let low = high - step.per_line() * inner(height, dots);
        let count = (height - 1 - first) / step.lines + 1;
        let fits = low <= min + step.per_line() * 1e-6 && count >= 2;
        fits.then(|| Self {
            low,
            high,
            step,
            top,
            count,
            off_centre: ((high - max) - (min - low)).abs(),
        })
    }

    /// Coarse scales flatten the values; quarters and lone pairs of labels read less well.
    fn cost(&self) -> f64 {
        let quarters = if self.step.is_quarter { 1.15 } else { 1.0 };
        let pair = if self.count < 3 { 1.1 } else { 1.0 };
        self.step.per_line() * quarters * pair
    }

    fn labels(&self) -> AxisLabels {
        let values = (0..self.count).rev();
        let values: Vec<f64> = values
            .map(|k| (self.top - k as f64) * self.step.size)
            .collect();
        AxisLabels::of(&values, self.step.size, self.step.decimals, NUMBERS)
    }
}

/// Lines between the first and the last dot.
fn inner(height: usize, dots: usize) -> f64 {
    height as f64 - 1.0 / dots as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(scale: &ValueScale) -> Vec<(usize, &str)> {
        let ticks = scale.labels.ticks.iter().rev();
        ticks
            .map(|(v, text)| (scale.row(*v), text.as_str()))
            .collect()
    }

    #[test]
    fn round_labels_stand_at_even_distances() {
        let scale = ValueScale::new((-5.5, 13.87), 6, 4);
        assert_eq!(lines(&scale), [(1, "10"), (3, "0"), (5, "−10")]);
        // Rather 0, 200, 400 than 0, 250.
        let scale = ValueScale::new((0.0, 400.0), 8, 2);
        assert_eq!(lines(&scale), [(0, "400"), (3, "200"), (6, "0")]);
        let scale = ValueScale::new((-2209.7, 33.3), 14, 4);
        let rows = lines(&scale);
        assert!(rows.len() >= 3, "{rows:?}");
        assert!(
            rows.windows(3).all(|w| w[1].0 - w[0].0 == w[2].0 - w[1].0),
            "{rows:?}"
        );
    }

    #[test]
    fn few_lines_belong_to_the_values_and_name_their_ends() {
        let scale = ValueScale::new((-5.5, 13.87), 3, 4);
        assert_eq!((scale.low, scale.high), (-5.5, 13.87));
        assert_eq!(lines(&scale), [(0, "13.9"), (2, "−5.5")]);
        let scale = ValueScale::new((-2209.7, 33.3), 2, 2);
        assert_eq!(lines(&scale), [(0, "33"), (1, "−2,210")]);
        assert_eq!(lines(&ValueScale::new((-2209.7, 33.3), 1, 4)).len(), 1);
    }

    #[test]
    fn a_constant_has_one_label_in_the_middle() {
        let scale = ValueScale::new((5.0, 5.0), 5, 4);
        assert_eq!(lines(&scale), [(2, "5.00")]);
        let unknown = ValueScale::new((f64::NAN, f64::NAN), 5, 4);
        assert!(unknown.labels.ticks.is_empty());
    }

    #[test]
    fn a_span_beyond_the_largest_double_has_finite_places() {
        for height in 1..12 {
            let scale = ValueScale::new((f64::MIN, f64::MAX), height, 4);
            let rows: Vec<usize> = [f64::MAX, 0.0, f64::MIN].map(|v| scale.row(v)).into();
            assert_eq!((rows[0], rows[2]), (0, height - 1));
            assert!(rows[1].abs_diff(height / 2) <= 1, "{rows:?}");
            assert!(scale.labels.ticks.iter().all(|(v, _)| v.is_finite()));
        }
        assert!(share_below(-1e308, (f64::MIN, f64::MAX)).is_finite());
    }

    proptest! {
        #[test]
        fn values_fit_and_labels_are_even_and_distinct(
            a in -1e6f64..1e6, e in -4i32..7, n in 1.0f64..9.9, height in 2usize..40,
            dots in proptest::sample::select(vec![1usize, 2, 4]),
        ) {
            let span = n * 10f64.powi(e);
            let scale = ValueScale::new((a, a + span), height, dots);
            let slack = (scale.high - scale.low) * 1e-6;
            prop_assert!(scale.low <= a + slack && scale.high >= a + span - slack, "{:?}", scale);
            prop_assert!((scale.high - scale.low) * 0.6 <= span + slack, "{:?}", scale);
            let rows = lines(&scale);
            prop_assert!(rows.len() >= 2, "{:?}", scale);
            prop_assert!(rows.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 != w[1].1), "{:?}", rows);
            let even = rows.windows(3).all(|w| w[1].0 - w[0].0 == w[2].0 - w[1].0);
            prop_assert!(even, "{:?}", rows);
        }
    }
}
