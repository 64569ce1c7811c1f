//! The time zone in which people are shown times, and in which times that name none are read.
//! What programs read (JSON, exports, records) is always UTC.

use std::{borrow::Cow, sync::OnceLock};

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};

use crate::time::{self, SECOND};

const DAY: i64 = 86_400 * SECOND;

/// A time zone. Zones other than UTC come from the time zone database of the system.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Zone {
    /// UTC.
    #[default]
    Utc,
    /// The one of this machine, or one by name.
    Other(TimeZone),
}

/// That of this process: set once, before anything is shown.
static SHOWN: OnceLock<Zone> = OnceLock::new();

/// Sets the zone of this process; only the first call counts.
pub fn set_shown(zone: Zone) {
    let _ = SHOWN.set(zone);
}

/// The zone of this process; UTC unless [`set_shown`] said otherwise.
pub fn shown() -> &'static Zone {
    static UTC: Zone = Zone::Utc;
    SHOWN.get().unwrap_or(&UTC)
}

/// [`Zone::format`] in the zone of this process.
pub fn format(us: i64) -> String {
    shown().format(us)
}

/// [`Zone::format_screen`] in the zone of this process.
pub fn format_screen(us: i64) -> String {
    shown().format_screen(us)
}

/// [`Zone::format_minute`] in the zone of this process.
pub fn format_minute(us: i64) -> String {
    shown().format_minute(us)
}

/// [`Zone::format_clock`] in the zone of this process.
pub fn format_clock(us: i64) -> String {
    shown().format_clock(us)
}

/// [`Zone::format_clock_within`] in the zone of this process.
pub fn format_clock_within(us: i64, span: (i64, i64)) -> String {
    shown().format_clock_within(us, span)
}

/// The heading of a column of times: `start (UTC)`.
pub fn heading(title: &str) -> String {
    format!("{title} ({})", shown().name())
}

/// [`Zone::crosses_midnight`] in the zone of this process.
pub fn crosses_midnight(span: (i64, i64)) -> bool {
    shown().crosses_midnight(span)
}

/// [`Zone::in_sentence`] in the zone of this process.
pub fn in_sentence(sentence: &str, near: Option<i64>) -> Cow<'_, str> {
    shown().in_sentence(sentence, near)
}

impl Zone {
    /// The zone that a setting names: `UTC`, `local`, or a name of the time zone database such as
    /// `Europe/Berlin`.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn parse(name: &str) -> Result<Self, String> {
        match name {
            "UTC" => Ok(Self::Utc),
            "local" => TimeZone::try_system()
                .map(Self::Other)
                .map_err(|_| "the time zone of this machine cannot be read from TZ or /etc/localtime".into()),
            _ => TimeZone::get(name).map(Self::Other).map_err(|_| {
                format!(
                    "there is no time zone \"{}\" in /usr/share/zoneinfo: allowed are \"UTC\", \"local\" \
                     and names such as \"Europe/Berlin\" (of the system's package tzdata)",
                    crate::text::quoted(name, 60)
                )
            }),
        }
    }

    /// What screens call it: `UTC`, `Europe/Berlin`, `local time`.
    pub fn name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Other(zone) => zone.iana_name().unwrap_or("local time"),
        }
    }

    /// [`Zone::name`] without its region: `Berlin`.
    pub fn short_name(&self) -> &str {
        let name = self.name();
        name.rsplit_once('/').map_or(name, |(_, city)| city)
    }

    /// Microseconds that clocks of the zone are ahead of UTC then.
    fn ahead(&self, us: i64) -> i64 {
        match (self, Timestamp::from_microsecond(us)) {
            (Self::Other(zone), Ok(at)) => i64::from(zone.to_offset(at).seconds()) * SECOND,
            _ => 0,
        }
    }

    /// What clocks show then, as if they were of UTC.
    pub fn to_clock(&self, us: i64) -> i64 {
        us.saturating_add(self.ahead(us))
    }

    /// When clocks show that. Of a time that clocks skip, or show twice, the usual choice: the
    /// later, or the earlier one.
    pub fn clock_to_utc(&self, clock: i64) -> i64 {
        let Self::Other(zone) = self else {
            return clock;
        };
        let Ok(at) = Timestamp::from_microsecond(clock) else {
            return clock;
        };
        let civil = Offset::UTC.to_datetime(at);
        let found = zone.to_ambiguous_timestamp(civil).compatible();
        found.map_or(clock, Timestamp::as_microsecond)
    }

    /// The day of a time, counted from 1970-01-01.
    pub fn day(&self, us: i64) -> i64 {
        self.to_clock(us).div_euclid(DAY)
    }

    /// `2022-11-23T20:40:00.035000Z`, `2022-11-23T21:40:00.035000+01:00`: exact, with its offset.
    pub fn format(&self, us: i64) -> String {
        let ahead = self.ahead(us) / (60 * SECOND);
        let mut text = time::format(self.to_clock(us));
        if let Self::Other(_) = self {
            text.pop();
            let sign = if ahead < 0 { '-' } else { '+' };
            let ahead = ahead.abs();
            text.push_str(&format!("{sign}{:02}:{:02}", ahead / 60, ahead % 60));
        }
        text
    }

    /// `2022-11-23 20:40:00.035`, for screens that name the zone.
    pub fn format_screen(&self, us: i64) -> String {
        time::format_screen(self.to_clock(us))
    }

    /// `2022-11-23 20:40`, for lists.
    pub fn format_minute(&self, us: i64) -> String {
        time::format_minute(self.to_clock(us))
    }

    /// `20:40:00.035`, for screens that name the day.
    pub fn format_clock(&self, us: i64) -> String {
        time::format_clock(self.to_clock(us))
    }

    /// As [`Zone::format_clock`], and the day (`11-24 00:10:00.035`) where the span from the first
    /// to the last of two times crosses midnight.
    pub fn format_clock_within(&self, us: i64, (from, to): (i64, i64)) -> String {
        if self.crosses_midnight((from, to)) {
            // Without the year.
            return self.format_screen(us).split_off("2022-".len());
        }
        self.format_clock(us)
    }

    /// Whether the days of two times differ.
    pub fn crosses_midnight(&self, (from, to): (i64, i64)) -> bool {
        self.day(from) != self.day(to)
    }

    /// A sentence of a record, in which times are UTC, with the times of this zone in their places.
    /// Times without a day are those nearest to `near`; where that is not known, they stay, and the
    /// sentence says that they are UTC.
    pub fn in_sentence<'a>(&self, sentence: &'a str, near: Option<i64>) -> Cow<'a, str> {
        if *self == Self::Utc {
            return sentence.into();
        }
        let (mut told, mut from, mut is_utc) = (String::new(), 0, false);
        for place in UtcTime::all(sentence) {
            match place.at(near) {
                Some(at) => {
                    told.push_str(&sentence[from..place.start]);
                    told.push_str(&self.as_written(at, &place));
                    from = place.seconds_end();
                }
                None => is_utc = true,
            }
        }
        if from == 0 && !is_utc {
            return sentence.into();
        }
        told.push_str(&sentence[from..]);
        if is_utc {
            told.push_str(" (times in UTC)");
        }
        told.into()
    }

    /// A time down to its seconds, with the day where one was written. (Offsets are whole seconds:
    /// a fraction stays as it is.)
    fn as_written(&self, at: i64, place: &UtcTime) -> String {
        let mut text = self.format_screen(at);
        text.truncate("2022-11-23 20:40:00".len());
        match place.day {
            Some(_) => text,
            None => text.split_off("2022-11-23 ".len()),
        }
    }
}

/// A time in a sentence: `20:40:00`, or `2022-11-23 20:40:00`.
struct UtcTime {
    start: usize,
    /// `2022-11-23`
    day: Option<String>,
    /// `20:40:00`
    clock: String,
}

impl UtcTime {
    /// Those of a sentence; not those that name their zone (`…Z`).
    fn all(sentence: &str) -> Vec<Self> {
        let bytes = sentence.as_bytes();
        let has_form = |at: usize, form: &[u8]| {
            let text = bytes.get(at..at + form.len());
            text.is_some_and(|text| {
                text.iter().zip(form).all(|(c, f)| match f {
                    b'0' => c.is_ascii_digit(),
                    _ => c == f,
                })
            })
        };
        let is_digit = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_digit)
        };
        let mut times = Vec::new();
        for at in 0..bytes.len() {
            let begins = has_form(at, b"00:00:00") && !is_digit(at.checked_sub(1));
            if !begins || is_digit(Some(at + 8)) {
                continue;
            }
            let rest =
                sentence[at + 8..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            if rest.starts_with('Z') {
                continue;
            }
            let start = at.checked_sub("2022-11-23 ".len());
            let start = start.filter(|start| has_form(*start, b"0000-00-00 "));
            times.push(Self {
                start: start.unwrap_or(at),
                day: start.map(|start| sentence[start..at - 1].to_owned()),
                clock: sentence[at..at + 8].to_owned(),
            });
        }
        times
    }

    /// The place after its seconds.
    fn seconds_end(&self) -> usize {
        let day = self.day.as_ref().map_or(0, |day| day.len() + 1);
        self.start + day + self.clock.len()
    }

    /// In microseconds since 1970; `None` for a time of day without `near`, and for a time that does not
    /// exist, such as 25:00:00.
    fn at(&self, near: Option<i64>) -> Option<i64> {
        if let Some(day) = &self.day {
            return time::parse(format!("{day} {}", self.clock).as_bytes());
        }
        let near = near?;
        let day = time::format_screen(near).split(' ').next()?.to_owned();
        let at = time::parse(format!("{day} {}", self.clock).as_bytes())?;
        // The night may lie between the two.
        [at - DAY, at, at + DAY]
            .into_iter()
            .min_by_key(|at| at.abs_diff(near))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2022-11-23T23:40:00.035Z
    const LATE: i64 = 1_669_246_800_035_000;
    const HOUR: i64 = 3600 * SECOND;

    fn berlin() -> Zone {
        Zone::parse("Europe/Berlin").unwrap()
    }

    #[test]
    fn times_are_shown_in_the_zone() {
        let zone = berlin();
        assert_eq!(zone.format_screen(LATE), "2022-11-24 00:40:00.035");
        assert_eq!(zone.format_minute(LATE), "2022-11-24 00:40");
        assert_eq!(zone.format_clock(LATE), "00:40:00.035");
        assert_eq!(zone.format(LATE), "2022-11-24T00:40:00.035000+01:00");
        assert_eq!(
            (zone.name(), zone.short_name()),
            ("Europe/Berlin", "Berlin")
        );
        let west = Zone::parse("America/St_Johns").unwrap();
        assert_eq!(west.format(LATE), "2022-11-23T20:10:00.035000-03:30");
        assert_eq!(Zone::Utc.format(LATE), time::format(LATE));
        assert_eq!((Zone::Utc.name(), Zone::Utc.short_name()), ("UTC", "UTC"));
    }

    #[test]
    fn clocks_lead_back_to_times_in_summer_and_winter() {
        let zone = berlin();
        // Every hour of a year but for the one that clocks show twice.
        let hours = (0..8760).map(|hour| 1_640_995_200 * SECOND + hour * HOUR);
        let others = hours.filter(|us| zone.clock_to_utc(zone.to_clock(*us)) != *us);
        assert_eq!(others.collect::<Vec<_>>(), [1_667_091_600 * SECOND]);
        assert_eq!(zone.clock_to_utc(zone.to_clock(LATE)), LATE);
        // Skipped: 2022-03-27 02:30 is 03:30 in summer time, 01:30 UTC.
        let skipped = 1_648_348_200 * SECOND;
        assert_eq!(zone.to_clock(zone.clock_to_utc(skipped)), skipped + HOUR);
        for extreme in [i64::MIN, i64::MAX] {
            zone.format(zone.clock_to_utc(zone.to_clock(extreme)));
        }
    }

    #[test]
    fn the_day_stands_where_a_span_crosses_midnight_of_the_zone() {
        let zone = berlin();
        // From 23:40 to 01:40 in UTC, 00:40 to 02:40 in Berlin.
        let span = (LATE, LATE + 2 * HOUR);
        assert_eq!(zone.format_clock_within(LATE, span), "00:40:00.035");
        assert_eq!(
            Zone::Utc.format_clock_within(LATE, span),
            "11-23 23:40:00.035"
        );
        let later = Zone::Utc.format_clock_within(LATE + HOUR, span);
        assert_eq!(later, "11-24 00:40:00.035");
    }

    #[test]
    fn a_sentence_of_a_record_has_the_times_of_the_zone() {
        let berlin = berlin();
        let near = |sentence: &str| berlin.in_sentence(sentence, Some(LATE)).into_owned();
        let frozen = "fx_1: frozen from 22:43:10.000 to 22:44:00.000";
        assert_eq!(Zone::Utc.in_sentence(frozen, Some(LATE)), frozen);
        assert_eq!(
            near(frozen),
            "fx_1: frozen from 23:43:10.000 to 23:44:00.000"
        );
        // After midnight, in UTC and in Berlin.
        assert_eq!(near("a gap at 00:10:00"), "a gap at 01:10:00");
        assert_eq!(near("a gap at 23:50:00.123456"), "a gap at 00:50:00.123456");
        assert_eq!(
            near("unchanged since 2022-11-23 23:10:00.5, for ever"),
            "unchanged since 2022-11-24 00:10:00.5, for ever"
        );
        for same in [
            "run 1:2",
            "at 2022-11-23T20:40:00.035Z",
            "12345:10:10",
            "–°",
        ] {
            assert_eq!(near(same), same);
        }
        let said = berlin.in_sentence(frozen, None);
        assert_eq!(said, format!("{frozen} (times in UTC)"));
    }

    #[test]
    fn an_unknown_zone_says_what_is_allowed() {
        assert_eq!(Zone::parse("UTC"), Ok(Zone::Utc));
        for bad in [
            "",
            "utc+1",
            "Europe/Berln",
            "../../etc/passwd",
            "x\u{1b}[2J",
        ] {
            let error = Zone::parse(bad).unwrap_err();
            assert!(error.contains("\"local\""), "{error}");
            assert!(!error.chars().any(crate::text::is_unsafe), "{error}");
        }
    }
}
