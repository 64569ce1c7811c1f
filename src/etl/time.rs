//! Times as text: what a log may write, and the one form that mdtui writes.

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// 9999-12-31T23:59:59.999999Z in microseconds since 1970: the last time that [`parse`] reads.
pub const LAST: i64 = 253_402_300_800 * SECOND - 1;

/// Parses the times of a log to microseconds since 1970-01-01T00:00:00Z.
///
/// `2022-11-23T20:40:00` (or a space for `T`), a fraction of any length or none, then
/// `Z`, `±hh:mm`, `±hhmm`, `±hh` or nothing (UTC). Finer than a microsecond is cut off. A
/// date alone, a time without seconds, or a date that does not exist is `None`.
pub fn parse(text: &[u8]) -> Option<i64> {
    if text.len() < 19 {
        return None;
    }
    let (head, mut rest) = text.split_at(19);
    let fixed = head[4] == b'-'
        && head[7] == b'-'
        && (head[10] == b'T' || head[10] == b' ')
        && head[13] == b':'
        && head[16] == b':';
    if !fixed {
        return None;
    }
    let year = digits(&head[0..4])?;
    let month = digits(&head[5..7])?;
    let day = digits(&head[8..10])?;
    let hour = digits(&head[11..13])?;
    let minute = digits(&head[14..16])?;
    let second = digits(&head[17..19])?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = 0;
    if let [b'.', tail @ ..] = rest {
        let n = tail.iter().take_while(|b| b.is_ascii_digit()).count();
        if n == 0 {
            return None;
        }
        // Six digits: zeros where there are fewer, and what is finer is cut off.
        let digits = tail[..n].iter().map(|b| i64::from(b - b'0'));
        micros = digits
            .chain(std::iter::repeat(0))
            .take(6)
            .fold(0, |us, d| us * 10 + d);
        rest = &tail[n..];
    }
    let offset_minutes = match rest {
        [] | [b'Z'] => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let (h, m) = match zone {
                [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => {
                    (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?)
                }
                [h1, h2] => (digits(&[*h1, *h2])?, 0),
                _ => return None,
            };
            if h > 23 || m > 59 {
                return None;
            }
            (h * 60 + m) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let minutes = hour * 60 + minute - offset_minutes;
    let us = days_from_civil(year, month, day) * DAY + (minutes * 60 + second) * SECOND + micros;
    // An offset may lead out of the years that can be written.
    let writable = days_from_civil(0, 1, 1) * DAY..=LAST;
    writable.contains(&us).then_some(us)
}

/// Parses times as [`parse`] does, and remembers the minute of the last one: the times of
/// a log share theirs with many neighbours.
#[derive(Debug, Clone, Default)]
pub struct Parser {
    /// `2022-11-23T20:40:`, of a time without an offset.
    minute: [u8; MINUTE_TEXT],
    /// Microseconds since 1970 at which it begins; `None` before the first.
    begins: Option<i64>,
}

/// Length of a time's text up to its seconds.
const MINUTE_TEXT: usize = 17;

impl Parser {
    /// As [`parse`].
    pub fn parse(&mut self, text: &[u8]) -> Option<i64> {
        let (minute, rest) = text.split_first_chunk::<MINUTE_TEXT>()?;
        if let Some(begins) = self.begins.filter(|_| *minute == self.minute)
            && let Some(offset) = within_minute(rest)
        {
            return Some(begins + offset);
        }
        let time = parse(text)?;
        if let Some(offset) = within_minute(rest) {
            self.minute = *minute;
            self.begins = Some(time - offset);
        }
        Some(time)
    }
}

/// Microseconds of `07.035Z`: seconds, a fraction of up to six digits or none, `Z` or
/// nothing. `None` for every other form, right or wrong.
fn within_minute(text: &[u8]) -> Option<i64> {
    let text = text.strip_suffix(b"Z").unwrap_or(text);
    let (seconds, fraction) = match text {
        [a, b] => ([a, b], &[][..]),
        [a, b, b'.', fraction @ ..] if (1..=6).contains(&fraction.len()) => ([a, b], fraction),
        _ => return None,
    };
    let digit = |b: &u8| b.is_ascii_digit().then(|| i64::from(b - b'0'));
    let seconds = digit(seconds[0])? * 10 + digit(seconds[1])?;
    if seconds > 59 {
        return None;
    }
    let mut us = 0;
    for b in fraction {
        us = us * 10 + digit(b)?;
    }
    const SCALE: [i64; 7] = [1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
    Some(seconds * SECOND + us * SCALE[fraction.len()])
}

/// `2022-11-23T20:40:00.035000Z`: always six digits of fraction, always UTC.
pub fn format(us: i64) -> String {
    let (date, clock) = (us.div_euclid(DAY), us.rem_euclid(DAY));
    let (y, m, d) = civil_from_days(date);
    let s = clock / SECOND;
    // A year outside 0000–9999 keeps its digits: such times only come from timestamps.
    let mut text = String::with_capacity(27);
    match y {
        0..=9999 => push_digits(&mut text, y, 4),
        _ => text.push_str(&format!("{y:04}")),
    }
    let parts = [
        ('-', m, 2),
        ('-', d, 2),
        ('T', s / 3600, 2),
        (':', s / 60 % 60, 2),
        (':', s % 60, 2),
        ('.', clock % SECOND, 6),
    ];
    for (mark, number, digits) in parts {
        text.push(mark);
        push_digits(&mut text, number, digits);
    }
    text.push('Z');
    text
}

/// Adds the last `digits` decimal digits of a number that is not negative: records have dozens of
/// times, and `format!` takes ten times as long.
fn push_digits(text: &mut String, number: i64, digits: u32) {
    for at in (0..digits).rev() {
        let digit = number / 10_i64.pow(at) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// `2022-11-23 20:40:00.035`, for screens.
pub fn format_screen(us: i64) -> String {
    let text = format(us);
    text[..text.len() - 4].replacen('T', " ", 1)
}

/// `2022-11-23 20:40`, for lists.
pub fn format_minute(us: i64) -> String {
    let text = format_screen(us);
    text.rsplit_once(':')
        .map_or_else(String::new, |(head, _)| head.to_owned())
}

/// `20:40:00.035`, for screens.
pub fn format_clock(us: i64) -> String {
    let text = format(us);
    text.split_once('T')
        .map_or_else(String::new, |(_, c)| c[..c.len() - 4].to_owned())
}

/// Microseconds since 1970 now.
pub fn now() -> i64 {
    use std::time::{SystemTime, UNIX_EPOCH};
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(d) => i64::try_from(d.as_micros()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}

/// `9m 59s`, `6h 58m`, `12.3s`: a duration in seconds, for screens.
pub fn format_duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "·".into();
    }
    let s = seconds.max(0.0);
    if s < 60.0 {
        // 59.96 would print as 60.0s.
        return if s < 59.95 {
            format!("{s:.1}s")
        } else {
            "1m 00s".into()
        };
    }
    let whole = s.round() as u64;
    if whole < 3600 {
        format!("{}m {:02}s", whole / 60, whole % 60)
    } else {
        format!("{}h {:02}m", whole / 3600, whole / 60 % 60)
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |n, b| {
        b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0'))
    })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian date.
/// H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// The inverse of [`days_from_civil`] (same source, `civil_from_days`).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn p(text: &str) -> Option<i64> {
        parse(text.as_bytes())
    }

    #[test]
    fn all_forms_of_a_log() {
        let t = 1_669_236_000_000_000;
        assert_eq!(p("2022-11-23T20:40:00Z"), Some(t));
        assert_eq!(p("2022-11-23 20:40:00"), Some(t));
        assert_eq!(p("2022-11-23T20:40:00.0350009Z"), Some(t + 35_000));
        assert_eq!(p("2022-11-23T20:40:00.9999999999999999"), Some(t + 999_999));
        assert_eq!(p("2022-11-23T22:10:00.5+01:30"), Some(t + 500_000));
        assert_eq!(p("2022-11-23T20:10:00-0030"), Some(t));
        assert_eq!(p("2022-11-23 22:40:00.000123+02"), Some(t + 123));
        assert_eq!(p("2022-11-23T17:40:00-03"), Some(t));
        assert_eq!(
            p("2024-02-29T00:00:00Z").map(format),
            Some("2024-02-29T00:00:00.000000Z".into())
        );
        assert_eq!(p("1969-12-31T23:59:59.9999999Z"), Some(-1));
        assert_eq!(p("0000-01-01T00:00:00+00:01"), None);
        assert_eq!(p("9999-12-31T23:59:59-00:01"), None);
        assert!(p("9999-12-31T23:59:59+00:01").is_some());
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "2022-11-23",
            "2022-11-23T20:40",
            "2022-11-23T20:40:00.",
            "2022-11-23T20:40:00.Z",
            "2022-13-01T00:00:00",
            "2022-02-29T00:00:00",
            "2022-11-23T24:00:00",
            "2022-11-23T20:60:00",
            "2022-11-23T20:40:60",
            "2022-11-23t20:40:00",
            "2022-11-23T20:40:00z",
            "2022-11-23T20:40:00+1",
            "2022-11-23T20:40:00+",
            "2022-11-23T20:40:00+01:",
            "2022-11-23T20:40:00+011",
            "2022-11-23T20:40:00+24",
            "2022-11-23T20:40:00+24:00",
            " 2022-11-23T20:40:00",
            "2022-11-23T20:40:00 Z",
            "x022-11-23T20:40:00",
            "2022-11-23T20:40:00Zx",
        ] {
            assert_eq!(p(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn durations_for_screens() {
        assert_eq!(format_duration(599.971), "10m 00s");
        assert_eq!(format_duration(12.34), "12.3s");
        assert_eq!(format_duration(59.97), "1m 00s");
        assert_eq!(format_duration(25_080.0), "6h 58m");
    }

    #[test]
    fn a_parser_that_remembers_the_minute_agrees_with_one_that_does_not() {
        let texts = [
            "2022-11-23T20:40:00Z",
            "2022-11-23T20:40:59.9Z",
            "2022-11-23T20:40:59.123456",
            "2022-11-23T20:40:59.1234567Z",
            "2022-11-23T20:40:60Z",
            "2022-11-23T20:40:5Z",
            "2022-11-23T20:40:05ZZ",
            "2022-11-23T20:40:05.Z",
            "2022-11-23T20:40:05.1+01:00",
            "2022-11-23T20:40:05.1+01",
            "2022-11-23T20:40:05.2",
            "2022-11-23 20:40:05.2",
            "2022-11-23T20:41:05x",
            "2022-11-23T20:41:05.12x",
            "2022-13-23T20:40:00Z",
            "2022-13-23T20:40:01Z",
            "2022-11-23T20:40:",
            "",
        ];
        let mut parser = Parser::default();
        for first in texts {
            for second in texts {
                assert_eq!(parser.parse(first.as_bytes()), p(first), "{first}");
                assert_eq!(parser.parse(second.as_bytes()), p(second), "{second}");
            }
        }
    }

    proptest! {
        // jiff is the independent computation.
        #[test]
        fn agrees_with_jiff(us in -62_135_596_800_000_000i64..253_402_207_200_000_000) {
            let text = jiff::Timestamp::from_microsecond(us).unwrap().to_string();
            prop_assert_eq!(p(&text), Some(us));
            let back: jiff::Timestamp = format(us).parse().unwrap();
            prop_assert_eq!(back.as_microsecond(), us);
        }
    }
}
