//! Numbers as sentences, tables and screens write them, each kind in one way: counts with their
//! nouns (`1 run`, `54,967 rows`), sizes, durations, and measured numbers ([`number`]). Times of day
//! are written by [`crate::time`].

mod number;

pub use number::{decimals_for, figure, format_delta, format_fit, format_value, measured};

use crate::time::format_duration;

/// Digits in groups of three: `1,577,762`.
pub fn thousands(n: u64) -> String {
    grouped(&n.to_string())
}

/// A count with its noun, whose plural takes an `s`: `1 run`, `4 runs`.
pub fn count(n: u64, one: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {one}{s}", thousands(n))
}

/// As [`count`], for a noun with another plural: `1 entry`, `4 entries`.
pub fn count_of(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// Digits, with or without a sign, in groups of three.
pub fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + sign.len());
    out.push_str(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `0.31 s`, `12.3 s`, `2m 05s`: how long something took.
pub fn seconds(s: f64) -> String {
    if s < 9.995 {
        format!("{s:.2} s")
    } else if s < 59.95 {
        format!("{s:.1} s")
    } else {
        format_duration(s)
    }
}

/// `5 s`, `2 min`: how long something will take, coarsely.
pub fn estimate(s: f64) -> String {
    if s < 8.0 {
        format!("{:.0} s", s.ceil().max(1.0))
    } else if s < 55.0 {
        format!("{:.0} s", (s / 5.0).ceil() * 5.0)
    } else {
        format!("{:.0} min", (s / 60.0).ceil())
    }
}

/// `14.8 MB`, `512 B`: powers of 1000, three digits.
pub fn bytes(n: u64) -> String {
    match scaled(n) {
        (number, "") => format!("{number} B"),
        (number, prefix) => format!("{number} {prefix}B"),
    }
}

/// `1 GiB`, `1.5 GiB`, `256 MiB`: a limit as an operator writes it.
pub fn binary_bytes(bytes: u64) -> String {
    let (unit, word) = match bytes {
        n if n >= 1 << 30 => (1u64 << 30, "GiB"),
        n if n >= 1 << 20 => (1 << 20, "MiB"),
        n if n >= 1 << 10 => (1 << 10, "KiB"),
        n => return format!("{n} bytes"),
    };
    let tenths = (bytes as f64 / unit as f64 * 10.0).round() / 10.0;
    format!("{tenths} {word}")
}

/// `1.58 M`, `15.2 k`, `361`: a count, three digits.
pub fn short(n: u64) -> String {
    let (number, prefix) = scaled(n);
    format!("{number} {prefix}").trim_end().to_owned()
}

/// A count in three digits, and the prefix of its unit.
fn scaled(n: u64) -> (String, &'static str) {
    let mut value = n as f64;
    let mut prefix = "";
    for next in ["k", "M", "G", "T"] {
        // What would be written as 1000 belongs to the next unit.
        if n < 1000 || value < 999.5 {
            break;
        }
        (value, prefix) = (value / 1000.0, next);
    }
    let decimals = match (prefix, value) {
        ("", _) => 0,
        (_, v) if v < 9.995 => 2,
        (_, v) if v < 99.95 => 1,
        _ => 0,
    };
    (format!("{value:.decimals$}"), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_and_agree_with_their_noun() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(thousands(1_577_762), "1,577,762");
        assert_eq!(grouped("-54967"), "-54,967");
        assert_eq!(count(1, "run"), "1 run");
        assert_eq!(count(0, "run"), "0 runs");
        assert_eq!(count(54_967, "row"), "54,967 rows");
        assert_eq!(count_of(2, "entry", "entries"), "2 entries");
    }

    #[test]
    fn sizes_and_counts_have_three_digits() {
        for (n, size, count) in [
            (0, "0 B", "0"),
            (361, "361 B", "361"),
            (999, "999 B", "999"),
            (1_000, "1.00 kB", "1.00 k"),
            (15_162, "15.2 kB", "15.2 k"),
            (999_499, "999 kB", "999 k"),
            (999_960, "1.00 MB", "1.00 M"),
            (1_577_762, "1.58 MB", "1.58 M"),
            (14_800_000, "14.8 MB", "14.8 M"),
            (2_000_000_000_000, "2.00 TB", "2.00 T"),
        ] {
            assert_eq!((bytes(n).as_str(), short(n).as_str()), (size, count));
        }
    }

    #[test]
    fn limits_are_written_as_they_are_typed() {
        let all = [1 << 30, 3 << 29, 256 << 20, 2048, 7].map(binary_bytes);
        assert_eq!(all, ["1 GiB", "1.5 GiB", "256 MiB", "2 KiB", "7 bytes"]);
    }

    #[test]
    fn durations_are_exact_when_over_and_coarse_before() {
        let took = [0.314, 12.34, 125.0].map(seconds);
        assert_eq!(took, ["0.31 s", "12.3 s", "2m 05s"]);
        let left = [0.2, 7.1, 21.0, 61.0].map(estimate);
        assert_eq!(left, ["1 s", "8 s", "25 s", "2 min"]);
    }
}
