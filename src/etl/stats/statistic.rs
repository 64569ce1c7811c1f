//! The statistics of a channel, in one table: everything that stores, lists, compares or
//! documents them reads it.

use serde::{Deserialize, Serialize};

use StatisticUnit::{Channel, Hertz, Samples, Seconds, Share, Time};

/// One statistic of a channel: a key of `record.json`, a column of the catalog's table
/// `channels`, and a column or row wherever statistics are listed.
#[derive(Debug)]
pub struct ChannelStatistic {
    /// The key in records, JSON and exports, and the name of the catalog's column.
    pub key: &'static str,
    /// What texts and comparisons call it, without its unit.
    pub title: &'static str,
    /// What the Summary view calls it, without its unit.
    pub heading: &'static str,
    /// What its values are measured in.
    pub unit: StatisticUnit,
    /// Whether a difference between runs says something.
    pub is_compared: bool,
    /// What it is, in one sentence.
    meaning: &'static str,
    /// Its value.
    pub of: fn(&ChannelStats) -> Value<'_>,
    /// Where its value is kept.
    pub slot: fn(&mut ChannelStats) -> Slot<'_>,
}

/// What a statistic is measured in. The order is that of lists: values before sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatisticUnit {
    /// A number of samples.
    Samples,
    /// The channel's own unit.
    Channel,
    /// Samples per second.
    Hertz,
    /// Seconds between samples.
    Seconds,
    /// From 0 to 1.
    Share,
    /// UTC.
    Time,
}

/// The value of a statistic; `None` where there are too few samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// A number of samples.
    Count(u64),
    /// In the statistic's unit.
    Number(Option<f64>),
    /// UTC text.
    Time(Option<&'a str>),
}

/// A [`Value`] that can be set.
#[derive(Debug)]
pub enum Slot<'a> {
    /// A number of samples.
    Count(&'a mut u64),
    /// In the statistic's unit.
    Number(&'a mut Option<f64>),
    /// UTC text.
    Time(&'a mut Option<String>),
}

impl Value<'_> {
    /// As a number; a time is none.
    pub fn number(self) -> Option<f64> {
        match self {
            Value::Count(n) => Some(n as f64),
            Value::Number(n) => n,
            Value::Time(_) => None,
        }
    }
}

/// A type that a statistic may have.
trait Kept {
    fn value(&self) -> Value<'_>;
    fn slot(&mut self) -> Slot<'_>;
}

impl Kept for u64 {
    fn value(&self) -> Value<'_> {
        Value::Count(*self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Count(self)
    }
}

impl Kept for Option<f64> {
    fn value(&self) -> Value<'_> {
        Value::Number(*self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Number(self)
    }
}

impl Kept for Option<String> {
    fn value(&self) -> Value<'_> {
        Value::Time(self.as_deref())
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Time(self)
    }
}

/// Makes [`ChannelStats`] and [`CHANNEL_STATISTICS`] from one list, so that neither can lack
/// what the other has. The comment of an entry is its documentation everywhere.
macro_rules! channel_statistics {
    ($(
        #[doc = $meaning:literal]
        $key:ident: $kept:ty => {
            unit: $unit:ident, title: $title:literal, heading: $heading:literal, compared: $compared:literal
        }
    )+) => {
        /// Statistics of one column of a run's table over its samples, never over held cells.
        /// Percentiles interpolate linearly. `null` where there are too few samples.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        pub struct ChannelStats {
            $(
                #[doc = $meaning]
                pub $key: $kept,
            )+
            /// The unit of the values.
            pub unit: String,
        }

        /// Every statistic of a channel, in the order of a record's keys.
        pub static CHANNEL_STATISTICS: &[ChannelStatistic] = &[$(
            ChannelStatistic {
                key: stringify!($key),
                title: $title,
                heading: $heading,
                unit: $unit,
                is_compared: $compared,
                meaning: $meaning,
                of: |stats| stats.$key.value(),
                slot: |stats| stats.$key.slot(),
            },
        )+];
    };
}

channel_statistics! {
    /// Number of samples.
    count: u64 => { unit: Samples, title: "count", heading: "samples", compared: true }
    /// Time of the first sample.
    first_time: Option<String> => { unit: Time, title: "first", heading: "first", compared: false }
    /// Time of the last sample.
    last_time: Option<String> => { unit: Time, title: "last", heading: "last", compared: false }
    /// 1 ÷ median interval.
    rate_hz: Option<f64> => { unit: Hertz, title: "rate", heading: "rate", compared: true }
    /// Median of the intervals between samples.
    interval_median_s: Option<f64> => { unit: Seconds, title: "interval median", heading: "interval", compared: false }
    /// 95th percentile of the intervals.
    interval_p95_s: Option<f64> => { unit: Seconds, title: "p95", heading: "p95", compared: false }
    /// 99th percentile of the intervals.
    interval_p99_s: Option<f64> => { unit: Seconds, title: "p99", heading: "p99", compared: false }
    /// Longest interval.
    interval_max_s: Option<f64> => { unit: Seconds, title: "max", heading: "longest", compared: false }
    /// Smallest value.
    min: Option<f64> => { unit: Channel, title: "min", heading: "min", compared: true }
    /// Largest value, which one bad sample decides.
    max: Option<f64> => { unit: Channel, title: "max", heading: "max", compared: true }
    /// Arithmetic mean.
    mean: Option<f64> => { unit: Channel, title: "mean", heading: "mean", compared: true }
    /// Standard deviation with n − 1.
    std: Option<f64> => { unit: Channel, title: "std", heading: "std", compared: true }
    /// Root of the mean square.
    rms: Option<f64> => { unit: Channel, title: "rms", heading: "rms", compared: true }
    /// 1st percentile.
    p1: Option<f64> => { unit: Channel, title: "p1", heading: "p1", compared: true }
    /// 50th percentile.
    median: Option<f64> => { unit: Channel, title: "median", heading: "median", compared: true }
    /// 99th percentile.
    p99: Option<f64> => { unit: Channel, title: "p99", heading: "p99", compared: true }
    /// 99.9th percentile, which one bad sample among thousands does not move; `null` in results of a record of version 1.
    peak: Option<f64> => { unit: Channel, title: "peak", heading: "peak", compared: true }
    /// `max` − `min`.
    peak_to_peak: Option<f64> => { unit: Channel, title: "peak to peak", heading: "peak to peak", compared: true }
    /// Held cells ÷ non-null cells of the table's column.
    fill_share: Option<f64> => { unit: Share, title: "fill share", heading: "held", compared: false }
}

impl ChannelStatistic {
    /// The statistic with this key.
    pub fn from_key(key: &str) -> Option<&'static Self> {
        CHANNEL_STATISTICS.iter().find(|s| s.key == key)
    }

    /// Those that are compared between runs, in the order of records.
    pub fn compared() -> impl Iterator<Item = &'static Self> {
        CHANNEL_STATISTICS.iter().filter(|s| s.is_compared)
    }

    /// All of them, those of values before those of sampling.
    pub fn by_unit() -> Vec<&'static Self> {
        let mut all: Vec<&Self> = CHANNEL_STATISTICS.iter().collect();
        all.sort_by_key(|s| s.unit);
        all
    }

    /// What it is, in one sentence.
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim_start().trim_end_matches('.')
    }
}

impl StatisticUnit {
    /// Its symbol, for a channel measured in `channel`; empty for what has none.
    pub fn symbol(self, channel: &str) -> &str {
        match self {
            Samples | Share | Time => "",
            Channel => channel,
            Hertz => "Hz",
            Seconds => "s",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_key_of_a_record_in_its_order() {
        let record = serde_json::to_string(&ChannelStats::default()).unwrap();
        let mut from = 0;
        for statistic in CHANNEL_STATISTICS {
            let key = format!("\"{}\":", statistic.key);
            from += record[from..].find(&key).unwrap() + key.len();
            assert!(!statistic.meaning().is_empty(), "{statistic:?}");
        }
        let keys = record.matches("\":").count();
        assert_eq!(keys, CHANNEL_STATISTICS.len() + 1, "and `unit`: {record}");
    }

    #[test]
    fn each_statistic_has_a_place_of_its_own() {
        let mut stats = ChannelStats::default();
        for (at, statistic) in CHANNEL_STATISTICS.iter().enumerate() {
            match (statistic.slot)(&mut stats) {
                Slot::Count(count) => *count = at as u64,
                Slot::Number(number) => *number = Some(at as f64),
                Slot::Time(text) => *text = Some(at.to_string()),
            }
        }
        for (at, statistic) in CHANNEL_STATISTICS.iter().enumerate() {
            let text = at.to_string();
            let value = match statistic.unit {
                Samples => Value::Count(at as u64),
                Time => Value::Time(Some(&text)),
                _ => Value::Number(Some(at as f64)),
            };
            assert_eq!((statistic.of)(&stats), value, "{statistic:?}");
        }
    }

    #[test]
    fn those_with_other_units_follow_the_values() {
        let keys: Vec<&str> = ChannelStatistic::by_unit().iter().map(|s| s.key).collect();
        assert_eq!(keys[..3], ["count", "min", "max"]);
        assert_eq!(
            keys[keys.len() - 3..],
            ["fill_share", "first_time", "last_time"]
        );
    }
}
