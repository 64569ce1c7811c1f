//! Labels of a value axis: never two that read the same. Where values differ only in digits that
//! have no room, the axis has an offset, and its labels count from there.

use super::{format_tick, value_ticks};
use crate::etl::format::{format_fit, format_value};

/// More decimals than this are written with an exponent after an offset.
const PLAIN_DECIMALS: usize = 4;

/// The labels of a value axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AxisLabels {
    /// What is to be added to every label, with its sign: `69.999859 +`.
    pub offset: Option<String>,
    /// Values, ascending, each with its label.
    pub ticks: Vec<(f64, String)>,
}

impl AxisLabels {
    /// At most `most` round values within `min..=max`, with labels of at most `width` characters.
    pub fn new(min: f64, max: f64, most: usize, width: usize) -> Self {
        let (values, decimals) = value_ticks(min, max, most);
        if let [value] = values[..] {
            return Self::plain(vec![(value, format_fit(value, decimals, width))]);
        }
        match values[..] {
            [a, b, ..] => Self::of(&values, one_digit(b - a), decimals, width),
            _ => Self::default(),
        }
    }

    /// Labels of at most `width` characters for several `values`, ascending multiples of `step`,
    /// which needs so many `decimals`.
    pub(super) fn of(values: &[f64], step: f64, decimals: usize, width: usize) -> Self {
        let labelled = |label: &dyn Fn(f64) -> String| {
            let ticks: Vec<(f64, String)> = values.iter().map(|v| (*v, label(*v))).collect();
            let mut texts: Vec<&str> = ticks.iter().map(|(_, text)| text.as_str()).collect();
            let fit = texts.iter().all(|text| text.chars().count() <= width);
            texts.dedup();
            (fit && texts.len() == ticks.len()).then_some(ticks)
        };
        if let Some(ticks) = labelled(&|value| format_tick(value, decimals)) {
            return Self::plain(ticks);
        }
        // Large round values: 1.5e9.
        if decimals == 0
            && let Some(ticks) = labelled(&|value| exponent(value, step))
        {
            return Self::plain(ticks);
        }
        let span = values
            .last()
            .zip(values.first())
            .map_or(0.0, |(b, a)| b - a);
        let power = span.log10().floor() as i32 + 1;
        let unit = 10f64.powi(power);
        let base = (values.first().copied().unwrap_or(0.0) / unit).floor() * unit;
        let rest = |value: f64| {
            // Steps divide powers of ten: the base is a multiple of the step too.
            let rest = ((value - base) / step).round() * step;
            if decimals <= PLAIN_DECIMALS {
                format_tick(rest, decimals)
            } else {
                exponent(rest, step)
            }
        };
        // An offset of more digits than are written would be another one.
        let offset_fits = power >= -12;
        match labelled(&rest).filter(|_| offset_fits) {
            Some(ticks) => Self {
                offset: Some(format!(
                    "{} +",
                    format_value(base, (-power).max(0) as usize)
                )),
                ticks,
            },
            None => {
                let first = values.first().copied().unwrap_or(0.0);
                Self::plain(vec![(first, format_fit(first, decimals, width))])
            }
        }
    }

    /// The labels without the need of an offset, for an axis that has no room for one: the
    /// first label alone.
    #[must_use]
    pub fn without_offset(self, width: usize) -> Self {
        if self.offset.is_none() {
            return self;
        }
        let first = self.ticks.into_iter().next();
        Self::plain(
            first
                .map(|(value, _)| (value, format_fit(value, 12, width)))
                .into_iter()
                .collect(),
        )
    }

    fn plain(ticks: Vec<(f64, String)>) -> Self {
        Self {
            offset: None,
            ticks,
        }
    }
}

/// A step of one digit, without the rounding of the values that it lies between.
fn one_digit(step: f64) -> f64 {
    let power = 10f64.powi(step.log10().floor() as i32);
    (step / power).round() * power
}

/// `2e−7`, `1.25e9`: with the digits that multiples of `step` need.
fn exponent(value: f64, step: f64) -> String {
    if value.abs() < step * 1e-3 {
        return "0".into();
    }
    let digits = (0..=12).find(|digits| {
        let text = format!("{value:.digits$e}");
        let read: f64 = text.parse().unwrap_or(f64::NAN);
        (read - value).abs() < step * 1e-3
    });
    let text = format!("{value:.*e}", digits.unwrap_or(12));
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(labels: &AxisLabels) -> Vec<&str> {
        labels.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn what_has_room_is_written_plainly() {
        let labels = AxisLabels::new(-1749.4, -1268.5, 3, 9);
        assert_eq!(labels.offset, None);
        assert_eq!(texts(&labels), ["−1,600", "−1,400"]);
        let labels = AxisLabels::new(69.9998, 70.0001, 3, 9);
        assert_eq!(labels.offset, None);
        assert_eq!(texts(&labels), ["69.9998", "70.0000"]);
        let labels = AxisLabels::new(0.0, 2.1e9, 5, 9);
        assert_eq!(texts(&labels), ["0", "5e8", "1e9", "1.5e9", "2e9"]);
        let labels = AxisLabels::new(5.0, 5.0, 4, 9);
        assert_eq!(texts(&labels), ["5.00"]);
        assert_eq!(AxisLabels::new(f64::NAN, 1.0, 3, 9), AxisLabels::default());
    }

    #[test]
    fn a_nearly_constant_signal_is_labelled_from_an_offset() {
        let labels = AxisLabels::new(69.999_858_95, 69.999_859_55, 3, 9);
        assert_eq!(labels.offset.as_deref(), Some("69.999859 +"));
        assert_eq!(texts(&labels), ["0", "2e−7", "4e−7"]);
        let labels = AxisLabels::new(-1_234_567.000_41, -1_234_566.999_59, 5, 9);
        assert_eq!(labels.offset.as_deref(), Some("−1,234,567.001 +"));
        assert_eq!(
            texts(&labels),
            ["0.0006", "0.0008", "0.0010", "0.0012", "0.0014"]
        );
        let alone = labels.without_offset(9);
        assert_eq!((alone.offset, alone.ticks.len()), (None, 1));
    }

    /// The number that a label says.
    #[test]
    fn steps_near_the_precision_of_their_values_are_round() {
        let a = -132_477.692_653_090_78;
        let labels = AxisLabels::new(a, a + 1.417_090_539_949_663_7e-7, 7, 10);
        let offset = read(labels.offset.as_deref().unwrap());
        for (value, text) in &labels.ticks {
            assert!((offset + read(text) - value).abs() < 1e-9, "{labels:?}");
        }
    }

    fn read(text: &str) -> f64 {
        let text = text.replace('−', "-").replace(',', "");
        text.trim_end_matches(" +").parse().unwrap()
    }

    proptest! {
        #[test]
        fn labels_are_distinct_and_say_their_values(
            a in -1e6f64..1e6, e in -9i32..9, n in 1.0f64..9.9, most in 1usize..12, width in 9usize..13,
        ) {
            let span = n * 10f64.powi(e);
            let labels = AxisLabels::new(a, a + span, most, width);
            let offset = labels.offset.as_deref().map_or(0.0, read);
            let texts = texts(&labels);
            prop_assert!(texts.windows(2).all(|w| w[0] != w[1]), "{:?}", labels);
            prop_assert!(texts.iter().all(|t| t.chars().count() <= width), "{:?}", labels);
            if let [(first, _), (second, _), ..] = labels.ticks[..] {
                for (value, text) in &labels.ticks {
                    let said = offset + read(text);
                    let slack = (second - first) * 0.01 + a.abs() * 1e-15;
                    prop_assert!((said - value).abs() <= slack, "{} {:?}", value, labels);
                }
            }
        }
    }
}
