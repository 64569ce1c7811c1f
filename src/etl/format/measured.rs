//! Measured numbers as text.

use std::fmt::Write as _;

use super::{grouped, thousands};

/// What stands for null.
const NULL: &str = "·";

/// `value` with exactly `decimals` digits after the point and a real minus sign, for screens:
/// `−1,402.11`. NaN is `·`.
/// Values from 10¹⁵ on are written with an exponent.
pub fn format_value(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return NULL.into();
    }
    if value.is_infinite() || value.abs() >= 1e15 {
        return exponent(value, 3);
    }
    let digits = format!("{:.*}", decimals.min(12), value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut out = String::with_capacity(digits.len() + 8);
    // A value that rounds to zero has no sign.
    if value < 0.0 && digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    out.push_str(&grouped(whole));
    if !fraction.is_empty() {
        let _ = write!(out, ".{fraction}");
    }
    out
}

/// As [`format_value`] with fewer digits, then with an exponent, until it fits into
/// `width` characters. A width below 6 may still be exceeded.
pub fn format_fit(value: f64, decimals: usize, width: usize) -> String {
    for d in (0..=decimals).rev() {
        let text = format_value(value, d);
        if text.chars().count() <= width {
            return text;
        }
    }
    (0..=2)
        .rev()
        .map(|d| exponent(value, d))
        .find(|t| t.chars().count() <= width)
        .unwrap_or_else(|| exponent(value, 0))
}

/// A difference: as [`format_value`] with the sign always written.
pub fn format_delta(value: f64, decimals: usize) -> String {
    let text = format_value(value, decimals);
    if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// Digits after the point that tell values between `min` and `max` apart: three
/// digits of the range, at least two decimals, at most six; none for huge values.
pub fn decimals_for(min: f64, max: f64) -> usize {
    let span = max - min;
    let large = min.abs().max(max.abs());
    if large >= 1e7 {
        return 0;
    }
    let reference = if span > 0.0 { span } else { large };
    if !(reference.is_finite() && reference > 0.0) {
        return 2;
    }
    (2.0 - reference.log10().floor()).clamp(2.0, 6.0) as usize
}

fn exponent(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$e}")
        .replace('-', "−")
        .replace("inf", "∞")
}

/// `4.212`, `-1,402.1`, `0.0123`, for sentences that are stored: enough digits to tell figures
/// apart, no more, and a minus sign that can be typed.
pub fn figure(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        // What overflowed is at least the largest double.
        s if s >= 1e15 => return format!("{:.3e}", value.clamp(f64::MIN, f64::MAX)),
        s if s >= 1000.0 => 1,
        s if s >= 1.0 || s == 0.0 => 3,
        s if s >= 1e-6 => (2 - s.log10().floor() as i32).max(3) as usize,
        _ => return format!("{value:e}"),
    };
    let text = format!("{value:.decimals$}");
    let text = match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (text.as_str(), String::new()),
    };
    format!("{}{fraction}", grouped(whole))
}

/// `4.012 s`, `39 samples`: what a check measured, with its unit, for screens.
pub fn measured(value: f64, unit: &str) -> String {
    let number = match value.abs() {
        v if v == v.trunc() && v < 1e15 => {
            let sign = if value < 0.0 { "−" } else { "" };
            format!("{sign}{}", thousands(v as u64))
        }
        v if v >= 0.001 => format_value(value, if v < 1000.0 { 3 } else { 1 }),
        _ => format!("{value:.1e}"),
    };
    let unit = if value.abs() == 1.0 { one(unit) } else { unit };
    format!("{number} {unit}").trim_end().to_owned()
}

/// The word for one of what a check counts; any other unit as it is.
fn one(unit: &str) -> &str {
    match unit {
        "axes" => "axis",
        "bits" | "cells" | "deviations" | "flags" | "rows" | "samples" => {
            unit.strip_suffix('s').unwrap_or(unit)
        }
        _ => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_the_screens_show_them() {
        assert_eq!(format_value(-1402.111, 2), "−1,402.11");
        assert_eq!(format_value(1811.0, 2), "1,811.00");
        assert_eq!(format_value(-52.31, 2), "−52.31");
        assert_eq!(format_value(-0.001, 2), "0.00");
        assert_eq!(format_value(999.999, 1), "1,000.0");
        assert_eq!(format_value(1_234_567.0, 0), "1,234,567");
        assert_eq!(format_value(f64::NAN, 2), "·");
        assert_eq!(format_value(-2e17, 2), "−2.000e17");
        assert_eq!(format_delta(3.0, 1), "+3.0");
        assert_eq!(format_delta(-3.0, 1), "−3.0");
        assert_eq!(format_delta(0.0, 1), "0.0");
    }

    #[test]
    fn one_of_what_is_counted_is_one() {
        assert_eq!(measured(1.0, "rows"), "1 row");
        assert_eq!(measured(2.0, "rows"), "2 rows");
        assert_eq!(measured(0.0, "samples"), "0 samples");
        assert_eq!(measured(1.0, "axes"), "1 axis");
        assert_eq!(measured(1.0, "s"), "1 s");
        assert_eq!(measured(1.5, "deviations"), "1.500 deviations");
    }

    #[test]
    fn what_is_too_wide_loses_digits_first() {
        assert_eq!(format_fit(-1402.111, 2, 9), "−1,402.11");
        assert_eq!(format_fit(-1402.111, 2, 8), "−1,402.1");
        assert_eq!(format_fit(-1402.111, 2, 6), "−1,402");
        assert_eq!(format_fit(123_456_789.0, 2, 9), "1.23e8");
        assert_eq!(format_fit(f64::NAN, 2, 3), "·");
    }

    #[test]
    fn digits_follow_the_range() {
        assert_eq!(decimals_for(-1749.4, -1268.5), 2);
        assert_eq!(decimals_for(0.0, 0.012), 4);
        assert_eq!(decimals_for(5.0, 5.0), 2);
        assert_eq!(decimals_for(0.0, 0.0), 2);
        assert_eq!(decimals_for(0.0, 1e9), 0);
        assert_eq!(decimals_for(0.0, 1e-12), 6);
    }

    #[test]
    fn numbers_are_short_and_exact_enough() {
        let words = [
            (4.212, "4.212"),
            (0.06, "0.06"),
            (0.0, "0"),
            (-1402.149, "-1,402.1"),
            (1_234_567.0, "1,234,567"),
            (0.012_345, "0.0123"),
            (250.0, "250"),
            (-100.0, "-100"),
            (1e-9, "1e-9"),
        ];
        for (value, want) in words {
            assert_eq!(figure(value), want);
        }
    }
}
