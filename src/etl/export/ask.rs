//! Times and steps as an operator writes them.

use crate::{Error, Result, text, time};

/// A time as a log writes it, or `+90s` from `start_us`; in microseconds.
///
/// # Errors
/// [`Error::Usage`] that quotes what is neither.
pub fn parse_time(asked: &str, start_us: i64) -> Result<i64> {
    let trimmed = asked.trim();
    let parsed = match trimmed.strip_prefix('+') {
        Some(duration) => duration_us(duration).and_then(|us| start_us.checked_add(us)),
        None => time::parse(trimmed.as_bytes()),
    };
    parsed.ok_or_else(|| {
        Error::Usage(format!(
            "\"{}\" is no time: write 2022-11-23T20:40:00 (UTC unless it says otherwise), or \
             +90s from the run's start",
            text::quoted(asked, 60)
        ))
    })
}

/// A step such as `10ms`, in whole microseconds, at least one.
///
/// # Errors
/// [`Error::Usage`] that quotes what is none.
pub fn parse_step(asked: &str) -> Result<i64> {
    duration_us(asked.trim())
        .filter(|us| *us > 0)
        .ok_or_else(|| {
            Error::Usage(format!(
                "\"{}\" is no step: write a number above 0 and us, ms, s, m or h, such as 10ms; \
             the shortest is 1us",
                text::quoted(asked, 60)
            ))
        })
}

/// `1.5s` to microseconds, in whole numbers: a decimal part is exact or refused.
fn duration_us(text: &str) -> Option<i64> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic() || c == 'µ')?;
    let (number, unit) = text.split_at_checked(unit_at)?;
    let unit_us: i64 = match unit {
        "us" | "µs" => 1,
        "ms" => 1000,
        "s" => time::SECOND,
        "m" | "min" => 60 * time::SECOND,
        "h" => 3600 * time::SECOND,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut us = whole.checked_mul(unit_us)?;
    let mut part = unit_us;
    for digit in fraction.trim_end_matches('0').bytes() {
        if part % 10 != 0 {
            return None;
        }
        part /= 10;
        us = us.checked_add(i64::from(digit - b'0') * part)?;
    }
    Some(us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        for (text, us) in [
            ("10ms", 10_000),
            ("0.5s", 500_000),
            (".5s", 500_000),
            ("1.50m", 90_000_000),
            ("90s", 90_000_000),
            ("1us", 1),
            ("2µs", 2),
            ("0.001ms", 1),
            ("1h", 3_600_000_000),
        ] {
            assert_eq!(parse_step(text).unwrap(), us, "{text}");
        }
        for bad in [
            "",
            "10",
            "ms",
            "0ms",
            "-1s",
            "1 s",
            "0.5us",
            "0.0001ms",
            "1d",
            ".s",
            "1e3s",
            "99999999999h",
        ] {
            let error = parse_step(bad).unwrap_err().to_string();
            assert!(error.contains("is no step"), "{bad}: {error}");
        }
    }

    #[test]
    fn times_are_those_of_logs_or_count_from_the_start() {
        let start = 1_669_236_000_000_000;
        assert_eq!(parse_time("+90s", start).unwrap(), start + 90_000_000);
        assert_eq!(
            parse_time("2022-11-23 20:41:30", start).unwrap(),
            start + 90_000_000
        );
        assert_eq!(
            parse_time("2022-11-23T22:41:30+0200", start).unwrap(),
            start + 90_000_000
        );
        for bad in ["90s", "+90", "2022-11-23", "+-1s", ""] {
            assert!(parse_time(bad, start).is_err(), "{bad}");
        }
    }
}
