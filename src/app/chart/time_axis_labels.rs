//! Labels of an axis of time: what all of them share is told once, left of the axis, and each of
//! them says what is new since the one before it.

use super::{
    TimeRange,
    ticks::{LABEL, format_offset, number_labels, time_ticks},
};
use crate::etl::{
    time::{SECOND, format},
    zone::{self, Zone},
};

const DAY: i64 = 86_400 * SECOND;
/// Characters of the axis for each label at least; where labels would touch, more, up to a number.
const NARROWEST: usize = 10;
const WIDEST: usize = 48;

/// What stands at an axis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimeAxisLabels {
    /// What the labels share, or what they count; it may be blank.
    pub common: String,
    /// Places on the axis, ascending, each with its text.
    pub ticks: Vec<(i64, String)>,
}

/// Labels for a span of times of day in the zone that is shown, on an axis `width` characters
/// wide with `room` characters left of it.
pub fn time_axis_labels(range: TimeRange, width: usize, room: usize) -> TimeAxisLabels {
    in_zone(zone::shown(), range, width, room)
}

/// Labels for times counted from where runs are aligned; see [`time_axis_labels`].
pub fn offset_axis_labels(range: TimeRange, width: usize, _: usize) -> TimeAxisLabels {
    let (ticks, step) = time_ticks(range, (width / LABEL).max(1));
    let ticks = ticks.into_iter().map(|t| (t, format_offset(t, step)));
    TimeAxisLabels {
        common: "seconds".into(),
        ticks: ticks.collect(),
    }
}

/// Labels for numbers of layers; see [`time_axis_labels`].
pub fn layer_axis_labels(range: TimeRange, width: usize, _: usize) -> TimeAxisLabels {
    TimeAxisLabels {
        common: "layer".into(),
        ticks: number_labels(range, width),
    }
}

/// What is known to a reader of the next label: the date, and hours and minutes.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    date: String,
    minute: Option<String>,
}

fn in_zone(zone: &Zone, range: TimeRange, width: usize, room: usize) -> TimeAxisLabels {
    let clocks = TimeRange::new(zone.to_clock(range.start()), zone.to_clock(range.end()));
    let mut spacing = NARROWEST;
    loop {
        let (ticks, step) = time_ticks(clocks, (width / spacing).max(1));
        let (common, texts) = texts(clocks.start(), &ticks, step, room);
        let longest = texts.iter().map(|t| t.chars().count()).max().unwrap_or(0);
        let span = clocks.span().max(1) as f64;
        let apart = step as f64 / span * width as f64;
        if longest as f64 + 1.0 < apart || ticks.len() < 2 || spacing >= WIDEST {
            let times = ticks.iter().map(|clock| zone.clock_to_utc(*clock));
            let inside = |(time, _): &(i64, String)| range.contains(*time);
            return TimeAxisLabels {
                common,
                ticks: times.zip(texts).filter(inside).collect(),
            };
        }
        spacing += 2;
    }
}

/// What the labels of round clock times share, and their texts.
fn texts(start: i64, ticks: &[i64], step: i64, room: usize) -> (String, Vec<String>) {
    let first = Clock::new(start);
    let date = first.date.clone();
    let short_date = date.get(5..).unwrap_or_default().to_owned();
    let commons: Vec<String> = if step >= DAY {
        vec![first.year().to_owned()]
    } else if step >= 60 * SECOND {
        vec![date.clone(), short_date]
    } else {
        let minute = &first.minute;
        vec![
            format!("{date} {minute}"),
            format!("{short_date} {minute}"),
            minute.clone(),
        ]
    };
    let common = commons.into_iter().find(|c| c.chars().count() <= room);
    let minute = common.as_ref().map(|_| first.minute.clone());
    let mut told = Told { date, minute };
    let known_year = common.is_some();
    let texts = ticks.iter().enumerate().map(|(at, tick)| {
        let clock = Clock::new(*tick);
        let text = if step >= DAY {
            let same_year = clock.year() == told.date.get(..4).unwrap_or_default();
            match same_year && (known_year || at > 0) {
                true => clock.date.get(5..).unwrap_or_default().to_owned(),
                false => clock.date.clone(),
            }
        } else {
            let same_day = clock.date == told.date;
            let same_minute = same_day && told.minute.as_ref() == Some(&clock.minute);
            let time = match (step >= 60 * SECOND, same_minute) {
                (true, _) => clock.minute.clone(),
                (false, true) => format!(":{}", clock.second(step)),
                (false, false) => format!("{}:{}", clock.minute, clock.second(step)),
            };
            match same_day {
                true => time,
                false => format!("{} {time}", clock.date.get(5..).unwrap_or_default()),
            }
        };
        told = Told {
            date: clock.date,
            minute: Some(clock.minute),
        };
        text
    });
    let texts = texts.collect();
    (common.unwrap_or_default(), texts)
}

/// A time in parts.
struct Clock {
    /// `2022-11-23`
    date: String,
    /// `20:43`
    minute: String,
    /// `10.250000`
    seconds: String,
}

impl Clock {
    fn new(time: i64) -> Self {
        let text = format(time);
        let (date, clock) = text.split_once('T').unwrap_or((&text, ""));
        let part = |from: usize, to: usize| clock.get(from..to).unwrap_or_default().to_owned();
        Self {
            date: date.to_owned(),
            minute: part(0, 5),
            seconds: part(6, 15),
        }
    }

    fn year(&self) -> &str {
        self.date.get(..4).unwrap_or_default()
    }

    /// Seconds with the digits that multiples of `step` have.
    fn second(&self, step: i64) -> &str {
        let digits = (1..=6).find(|d| step % 10i64.pow(6 - d) == 0).unwrap_or(6);
        let length = if step >= SECOND {
            2
        } else {
            3 + digits as usize
        };
        self.seconds.get(..length).unwrap_or(&self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::time::parse;

    fn labels(from: &str, to: &str, (width, room): (usize, usize)) -> (String, Vec<String>) {
        let time = |text: &str| parse(text.as_bytes()).unwrap();
        let range = TimeRange::new(time(from), time(to));
        let labels = in_zone(&Zone::parse("UTC").unwrap(), range, width, room);
        let texts = labels.ticks.into_iter().map(|(_, text)| text).collect();
        (labels.common, texts)
    }

    #[test]
    fn what_labels_share_is_told_once() {
        let (common, texts) = labels("2022-11-23T20:43:07Z", "2022-11-23T20:44:12Z", (80, 18));
        assert_eq!(common, "2022-11-23 20:43");
        assert_eq!(
            texts,
            [":10", ":20", ":30", ":40", ":50", "20:44:00", ":10"]
        );
        let (common, texts) = labels("2022-11-23T20:43:07Z", "2022-11-23T20:43:08Z", (80, 12));
        assert_eq!(common, "11-23 20:43");
        assert_eq!(
            texts,
            [":07.0", ":07.2", ":07.4", ":07.6", ":07.8", ":08.0"]
        );
        let (common, texts) = labels("2022-11-23T20:00:00Z", "2022-11-24T04:00:00Z", (80, 18));
        assert_eq!(common, "2022-11-23");
        assert_eq!(texts, ["20:00", "22:00", "11-24 00:00", "02:00", "04:00"]);
        let (common, texts) = labels("2022-12-30T20:00:00Z", "2023-01-03T04:00:00Z", (62, 18));
        assert_eq!(
            (common.as_str(), texts.join(" ")),
            ("2022", "12-31 2023-01-01 01-02 01-03".into())
        );
    }

    #[test]
    fn without_room_beside_the_axis_the_first_label_tells_it() {
        let (common, texts) = labels("2022-11-23T20:43:07Z", "2022-11-23T20:43:40Z", (60, 3));
        assert_eq!(common, "");
        assert_eq!(texts, ["20:43:10", ":20", ":30", ":40"]);
    }
}
