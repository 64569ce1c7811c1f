//! What an operator types to go somewhere: a time, a time from the start, a row.

use crate::time::{SECOND, parse};

const DAY: i64 = 86_400 * SECOND;

/// A place in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Microseconds since 1970.
    Time(i64),
    /// A row, counted from 0.
    Row(u64),
}

/// What is understood, for messages.
pub const FORMS: &str = "20:43:10.5, 2022-11-23 20:43:10, +90s from the start, or a row number";

impl Place {
    /// Reads `20:43`, `20:43:10.5`, `2022-11-23T20:43:10Z`, `+90s`, `+1m30s`, or a row
    /// number counted from 1. A time of day lies in the first day after `start_us`
    /// where it comes at or after it.
    pub fn read(text: &str, start_us: i64) -> Option<Self> {
        let text = text.trim();
        if let Some(offset) = text.strip_prefix('+') {
            return Some(Self::Time(start_us.checked_add(duration(offset)?)?));
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b',') {
            let row: u64 = text.replace(',', "").parse().ok()?;
            return Some(Self::Row(row.saturating_sub(1)));
        }
        if let Some(time) = parse(text.as_bytes()) {
            return Some(Self::Time(time));
        }
        let clock = clock(text)?;
        let midnight = start_us.div_euclid(DAY) * DAY;
        // The seconds before the start still mean the same day: a second's slack.
        let time = midnight + clock;
        Some(Self::Time(if time + SECOND < start_us {
            time + DAY
        } else {
            time
        }))
    }
}

/// `1h2m3.5s`, `90s`, `90`, `250ms` in microseconds.
fn duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut sum = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at_checked(letters)?;
        let scale = match unit {
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" | "min" => 60.0,
            "s" | "" => 1.0,
            "ms" => 1e-3,
            "us" => 1e-6,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * scale;
        if tail.len() == rest.len() {
            return None;
        }
        rest = tail;
    }
    (sum < 1e9).then(|| (sum * SECOND as f64).round() as i64)
}

/// `20:43`, `20:43:10`, `20:43:10.25` in microseconds of the day.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let second = parts.next().unwrap_or("0");
    let whole = |s: &str| {
        s.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| s.parse::<i64>().ok())?
    };
    let (hour, minute) = (whole(hour)?, whole(minute)?);
    let plain = second.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let second: f64 = second.parse().ok().filter(|_| plain)?;
    let fits = hour < 24 && minute < 60 && second < 60.0 && parts.next().is_none();
    fits.then(|| (hour * 3600 + minute * 60) * SECOND + (second * SECOND as f64).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2022-11-23T20:40:00.444Z
    const START: i64 = 1_669_236_000_444_000;

    fn time(text: &str) -> Option<i64> {
        match Place::read(text, START)? {
            Place::Time(t) => Some(t - START),
            Place::Row(_) => None,
        }
    }

    #[test]
    fn times_in_every_form() {
        assert_eq!(time("20:40:10.444"), Some(10 * SECOND));
        assert_eq!(time("20:41"), Some(59_556_000));
        assert_eq!(time(" 2022-11-23 20:40:01.444 "), Some(SECOND));
        assert_eq!(time("+90s"), Some(90 * SECOND));
        assert_eq!(time("+1m30.5s"), Some(90_500_000));
        assert_eq!(time("+1h"), Some(3600 * SECOND));
        assert_eq!(time("+250ms"), Some(250_000));
        assert_eq!(time("+90"), Some(90 * SECOND));
        // Half a second before the start is not tomorrow, an hour before is.
        assert_eq!(time("20:40:00"), Some(-444_000));
        assert_eq!(time("19:40:00.444"), Some(23 * 3600 * SECOND));
    }

    #[test]
    fn rows_count_from_one() {
        assert_eq!(Place::read("1", START), Some(Place::Row(0)));
        assert_eq!(Place::read("12,345", START), Some(Place::Row(12_344)));
        assert_eq!(Place::read("0", START), Some(Place::Row(0)));
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        for bad in [
            "", "+", "x", "25:00", "20:60", "20:40:60", "1:2:3:4", "+5x", "+.", "-5", "20:4x",
            "+1e5", "20:40:-1", "+s",
        ] {
            assert_eq!(Place::read(bad, START), None, "{bad:?}");
        }
    }
}
