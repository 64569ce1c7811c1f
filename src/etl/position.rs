//! Times, durations and positions in a run, as an operator types them: the same forms in
//! `o`, in `--from` and in filters.

use crate::{
    time::{SECOND, parse},
    zone::{self, Zone},
};

const DAY: i64 = 86_400 * SECOND;
const MINUTE: i64 = 60 * SECOND;

/// A position in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Microseconds since 1970.
    Time(i64),
    /// A row, counted from 0.
    Row(u64),
}

/// What times that are not complete count from. Microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A run that starts then: `+90s` counts from it, and a time of day lies in the first
    /// day after it where it comes at or after it.
    Run(i64),
    /// As `Run`, but times that name no offset are UTC, whatever zone times are shown in: for what
    /// must mean the same everywhere.
    UtcRun(i64),
    /// No run, but a list that is read then: a time of day is of that day, and `+90s`
    /// means nothing.
    Now(i64),
}

/// The forms of times, for messages.
pub const TIME_FORMS: &str = "2022-11-23, 2022-11-23 20:43, 2022-11-23T20:43:10.5Z, 20:43:10.5, or +90s from the run's start";

/// The forms of positions, for messages.
pub const FORMS: &str = "20:43:10.5, 2022-11-23 20:43:10, +90s from the start, or a row number";

impl Position {
    /// Reads a time as [`read_time`] does, against the start of a run, or a row number
    /// counted from 1.
    pub fn read(text: &str, start_us: i64) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b',') {
            let row: u64 = text.replace(',', "").parse().ok()?;
            return row.checked_sub(1).map(Self::Row);
        }
        read_time(text, Origin::Run(start_us)).map(Self::Time)
    }
}

/// Reads a time in any form: `2022-11-23` (midnight), `2022-11-23 20:43`, the times of logs
/// ([`parse`]), `20:43`, `20:43:10.5`, `+90s`, `+1m30s`. Where no offset is given, in the zone in
/// which times are shown ([`zone::shown`]).
pub fn read_time(text: &str, origin: Origin) -> Option<i64> {
    read_span(text, origin).map(|(first, _)| first)
}

/// The first and the last microsecond of what a time names: a day, a minute, a second, or
/// one microsecond where it has a fraction or is an offset.
pub fn read_span(text: &str, origin: Origin) -> Option<(i64, i64)> {
    let zone = match origin {
        Origin::UtcRun(_) => &Zone::Utc,
        Origin::Run(_) | Origin::Now(_) => zone::shown(),
    };
    read_span_in(text, origin, zone)
}

fn read_span_in(text: &str, origin: Origin, zone: &Zone) -> Option<(i64, i64)> {
    let text = text.trim();
    let span = |first: i64, length: i64| Some((first, first.checked_add(length - 1)?));
    if let Some(offset) = text.strip_prefix('+') {
        return match origin {
            Origin::Run(start) | Origin::UtcRun(start) => {
                span(start.checked_add(duration(offset)?)?, 1)
            }
            Origin::Now(_) => None,
        };
    }
    // A time that names no offset is what clocks of the zone show.
    let names_offset = |from: usize| {
        text.get(from..)
            .is_some_and(|t| t.contains(['Z', '+', '-']))
    };
    let utc = |clock: i64| match names_offset("2022-11-23 20:43".len()) {
        true => clock,
        false => zone.clock_to_utc(clock),
    };
    let whole_second = if text.contains('.') { 1 } else { SECOND };
    if let Some(time) = parse(text.as_bytes()) {
        return span(utc(time), whole_second);
    }
    if is_date(text) {
        let midnight = parse(format!("{text}T00:00:00").as_bytes())?;
        // A day in which clocks are changed is longer or shorter.
        let next = zone.clock_to_utc(midnight.checked_add(DAY)?);
        return Some((zone.clock_to_utc(midnight), next.checked_sub(1)?));
    }
    // A date and a time without seconds, and perhaps an offset.
    if let Some((minute, zone)) = text.split_at_checked(16)
        && let Some(time) = parse(format!("{minute}:00{zone}").as_bytes())
    {
        return span(utc(time), MINUTE);
    }
    let (clock, length) = clock(text)?;
    let origin_us = match origin {
        Origin::Run(us) | Origin::UtcRun(us) | Origin::Now(us) => us,
    };
    let zone = if text.ends_with('Z') {
        &Zone::Utc
    } else {
        zone
    };
    let day = zone.day(origin_us);
    let at = |day: i64| Some(zone.clock_to_utc(day.checked_mul(DAY)?.checked_add(clock)?));
    let time = at(day)?;
    // The seconds before the start still mean the same day: a second's slack.
    let is_run = !matches!(origin, Origin::Now(_));
    let next_day = is_run && time.saturating_add(SECOND) < origin_us;
    span(
        if next_day {
            at(day.checked_add(1)?)?
        } else {
            time
        },
        length,
    )
}

/// Whether `text` has the form of a date: `2022-11-23`.
pub fn is_date(text: &str) -> bool {
    let form = |(at, b): (usize, u8)| match at {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(form)
}

/// Whether `text` has the form of a time of day, perhaps with an offset: `20:43`.
pub fn is_clock(text: &str) -> bool {
    let begins = text.as_bytes().first_chunk::<5>();
    begins.is_some_and(|[a, b, colon, c, d]| {
        *colon == b':' && [a, b, c, d].iter().all(|digit| digit.is_ascii_digit())
    })
}

/// `1h2m3.5s`, `90s`, `90` (seconds), `250ms` in microseconds, exactly: a fraction of a
/// microsecond is refused. Units are `d`, `h`, `m` or `min`, `s`, `ms`, `us` or `µs`.
pub fn duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut sum: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let (number, tail) = rest.split_at_checked(digits)?;
        let end = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(end)?;
        let unit_us = match unit {
            "d" => DAY,
            "h" => 60 * MINUTE,
            "m" | "min" => MINUTE,
            "s" | "" => SECOND,
            "ms" => 1000,
            "us" | "µs" => 1,
            _ => return None,
        };
        sum = sum.checked_add(scaled(number, unit_us)?)?;
        rest = tail;
    }
    Some(sum)
}

/// `number` of a unit of so many microseconds; `None` where they are not whole.
fn scaled(number: &str, unit_us: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let whole = whole.checked_mul(unit_us)?;
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        return Some(whole);
    }
    // A day has 11 digits of microseconds: a longer fraction of it is never whole.
    let places = u32::try_from(fraction.len()).ok().filter(|n| *n <= 11)?;
    let parts = i128::from(fraction.parse::<i64>().ok()?) * i128::from(unit_us);
    let one = 10_i128.pow(places);
    let part = (parts % one == 0).then_some(parts / one)?;
    whole.checked_add(i64::try_from(part).ok()?)
}

/// `20:43`, `20:43:10`, `20:43:10.25` in microseconds of the day, and how much of it is
/// meant: a minute, a second, a microsecond.
fn clock(text: &str) -> Option<(i64, i64)> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let second = parts.next();
    let whole = |s: &str| {
        s.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| s.parse::<i64>().ok())?
    };
    let (hour, minute) = (whole(hour)?, whole(minute)?);
    let length = match second {
        None => MINUTE,
        Some(second) if second.contains('.') => 1,
        Some(_) => SECOND,
    };
    let second = second.unwrap_or("0");
    let plain = second.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let second: f64 = second.parse().ok().filter(|_| plain)?;
    let fits = hour < 24 && minute < 60 && second < 60.0 && parts.next().is_none();
    let seconds = |second: f64| (second * SECOND as f64).round() as i64;
    fits.then(|| ((hour * 60 + minute) * MINUTE + seconds(second), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2022-11-23T20:40:00.444Z
    const START: i64 = 1_669_236_000_444_000;

    fn time(text: &str) -> Option<i64> {
        match Position::read(text, START)? {
            Position::Time(t) => Some(t - START),
            Position::Row(_) => None,
        }
    }

    #[test]
    fn times_in_every_form() {
        assert_eq!(time("20:40:10.444"), Some(10 * SECOND));
        assert_eq!(time("20:41"), Some(59_556_000));
        assert_eq!(time(" 2022-11-23 20:40:01.444 "), Some(SECOND));
        assert_eq!(time("2022-11-23T20:40:01.444Z"), Some(SECOND));
        assert_eq!(time("2022-11-23T22:41+0200"), Some(59_556_000));
        assert_eq!(time("2022-11-23 20:41"), Some(59_556_000));
        assert_eq!(
            time("2022-11-24"),
            Some(3 * 3600 * SECOND + 20 * MINUTE - 444_000)
        );
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
    fn a_time_names_a_span() {
        let length = |text: &str| {
            let (first, last) = read_span(text, Origin::Run(START)).unwrap();
            last - first + 1
        };
        assert_eq!(length("2022-11-23"), DAY);
        assert_eq!(length("2022-11-23 20:40"), MINUTE);
        assert_eq!(length("20:40"), MINUTE);
        assert_eq!(length("20:40:01"), SECOND);
        assert_eq!(length("2022-11-23T20:40:01Z"), SECOND);
        assert_eq!(length("2022-11-23T20:40:01.5"), 1);
        assert_eq!(length("+1s"), 1);
    }

    #[test]
    fn times_without_an_offset_are_those_of_the_zone() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let read = |text: &str, origin| read_span_in(text, origin, &berlin);
        let run = Origin::Run(START);
        // 20:40 in UTC is 21:40 in Berlin.
        for text in [
            "2022-11-23 21:41:00",
            "2022-11-23T20:41:00Z",
            "2022-11-23T22:41:00+02:00",
            "21:41:00",
            "20:41:00Z",
        ] {
            let first = START + 59_556_000;
            assert_eq!(read(text, run), Some((first, first + SECOND - 1)), "{text}");
        }
        let minute = read("2022-11-23 21:41", run).unwrap();
        assert_eq!(minute, read("2022-11-23 20:41Z", run).unwrap());
        assert_eq!(minute.1 - minute.0 + 1, MINUTE);
        // A day of the zone, and one in which clocks are put back.
        let day = read("2022-11-24", run).unwrap();
        assert_eq!(day.0, START - 444_000 + (2 * 60 + 20) * MINUTE);
        let (first, last) = read("2022-10-30", Origin::Now(START)).unwrap();
        assert_eq!(last - first + 1, 25 * 60 * MINUTE);
        // Half an hour past the midnight of the zone that follows the run's start.
        let late = read("00:30", Origin::Run(day.0 - MINUTE)).unwrap();
        assert_eq!(late.0, day.0 + 30 * MINUTE);
    }

    #[test]
    fn without_a_run_a_time_of_day_is_of_today() {
        let now = Origin::Now(START);
        assert_eq!(
            read_time("06:00", now),
            Some(START - 444_000 - 14 * 60 * MINUTE - 40 * MINUTE)
        );
        assert_eq!(read_time("+90s", now), None);
    }

    #[test]
    fn rows_count_from_one() {
        assert_eq!(Position::read("1", START), Some(Position::Row(0)));
        assert_eq!(Position::read("12,345", START), Some(Position::Row(12_344)));
        assert_eq!(Position::read("0", START), None);
    }

    #[test]
    fn durations_are_exact() {
        for (text, us) in [
            ("10ms", 10_000),
            ("0.5s", 500_000),
            (".5s", 500_000),
            ("1.50m", 90_000_000),
            ("2µs", 2),
            ("0.001ms", 1),
            ("0.5d", DAY / 2),
            ("0.000001h", 3600),
            ("0.00001m", 600),
            ("1h2m3.5s", 3_723_500_000),
            ("9223372036854s", 9_223_372_036_854_000_000),
        ] {
            assert_eq!(duration(text), Some(us), "{text}");
        }
        for bad in [
            "",
            "x",
            "s",
            ".",
            ".s",
            "1x",
            "1 s",
            "0.5us",
            "0.0001ms",
            "1.2.3s",
            "1e5",
            "-1s",
            "9223372036855s",
            "99999999999999999999s",
        ] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_position_is_refused() {
        for bad in [
            "",
            "+",
            "x",
            "25:00",
            "20:60",
            "20:40:60",
            "1:2:3:4",
            "+5x",
            "+.",
            "-5",
            "20:4x",
            "+1e5",
            "20:40:-1",
            "+s",
            "2022-13-01",
            "2022-11-23 25:00",
            "2022-11-23T",
            "9223372036854775807:00",
        ] {
            assert_eq!(Position::read(bad, START), None, "{bad:?}");
        }
        for extreme in [i64::MIN, i64::MAX] {
            let _ = Position::read("23:59", extreme);
            let _ = Position::read("+99999h", extreme);
        }
    }
}
