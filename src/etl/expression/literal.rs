//! Numbers with units, as an operator types them: `50k`, `1.5MiB`, `9m`, `1h30m`, `2kN`.

use crate::{position, time};

/// What a number counts; a number without a unit is in the first of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A whole number: how many.
    Count,
    /// A number without a unit, or with one of its own for each row.
    Plain,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Millimetres.
    Millimetres,
    /// Metres.
    Metres,
    /// Millimetres per second.
    MillimetresPerSecond,
    /// Newtons.
    Newtons,
    /// Newtons a day: how fast a force grows.
    NewtonsPerDay,
}

type Scale = (&'static str, f64);

const COUNT: &[Scale] = &[("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9)];
const BYTES: &[Scale] = &[
    ("", 1.0),
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
];
const MILLIMETRES: &[Scale] = &[
    ("", 1.0),
    ("mm", 1.0),
    ("cm", 10.0),
    ("m", 1e3),
    ("km", 1e6),
];
const METRES: &[Scale] = &[
    ("", 1.0),
    ("mm", 1e-3),
    ("cm", 1e-2),
    ("m", 1.0),
    ("km", 1e3),
];
const SPEED: &[Scale] = &[("", 1.0), ("mm/s", 1.0), ("m/s", 1e3)];
const NEWTONS: &[Scale] = &[("", 1.0), ("N", 1.0), ("kN", 1e3), ("k", 1e3)];

impl Unit {
    fn scales(self) -> &'static [Scale] {
        match self {
            Self::Count | Self::Plain => COUNT,
            Self::Bytes => BYTES,
            Self::Seconds => &[("", 1.0)],
            Self::Millimetres => MILLIMETRES,
            Self::Metres => METRES,
            Self::MillimetresPerSecond => SPEED,
            Self::Newtons => NEWTONS,
            Self::NewtonsPerDay => &[("", 1.0), ("N/day", 1.0)],
        }
    }

    /// The unit of a number that is written without one.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Count | Self::Plain => "",
            Self::Bytes => "bytes",
            Self::Seconds => "s",
            Self::Millimetres => "mm",
            Self::Metres => "m",
            Self::MillimetresPerSecond => "mm/s",
            Self::Newtons => "N",
            Self::NewtonsPerDay => "N/day",
        }
    }

    /// Whether such a number never has a fraction.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Count | Self::Bytes)
    }

    /// What such a number is called, and how it may be written.
    pub(super) fn forms(self) -> (&'static str, &'static str) {
        match self {
            Self::Count | Self::Plain => ("number", "1500, 1,500, 1.5k or 2M"),
            Self::Bytes => ("size", "1500000, 1.5MB, 20kB or 1MiB"),
            Self::Seconds => ("duration", "500 (seconds), 90s, 9m, 1h30m or 2d"),
            Self::Millimetres => ("length", "1500 (mm), 1.5m or 2km"),
            Self::Metres => ("length", "1.5 (m), 1500mm or 2km"),
            Self::MillimetresPerSecond => ("speed", "150 (mm/s) or 0.15m/s"),
            Self::Newtons => ("force", "2000 (N), 2kN or 2000N"),
            Self::NewtonsPerDay => ("slope", "2.5 (N a day) or 2.5N/day"),
        }
    }

    /// Reads a number in this unit.
    pub(super) fn read(self, text: &str) -> Option<f64> {
        let text = text.trim().replace('−', "-");
        let scaled = |(suffix, scale): &Scale| {
            let (number, unit) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
            // `m` alone would be minutes elsewhere.
            let same = if suffix.ends_with('B') || *suffix == "k" {
                unit.eq_ignore_ascii_case(suffix)
            } else {
                unit == *suffix
            };
            same.then(|| plain(number.trim_end()))?.map(|n| n * scale)
        };
        let number = self.scales().iter().find_map(scaled);
        number.or_else(|| match self {
            Self::Seconds => position::duration(&text).map(|us| us as f64 / time::SECOND as f64),
            _ => None,
        })
    }
}

/// `-1500`, `1,500.25`, `2e3`: commas part thousands and nothing else, so that a decimal
/// comma is refused instead of misread.
fn plain(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let whole = digits.split('.').next().unwrap_or(digits);
    if digits.contains(',') {
        let mut groups = whole.split(',');
        let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()));
        let rest = groups.all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()));
        if !first || !rest || digits.len() > whole.len() && digits[whole.len()..].contains(',') {
            return None;
        }
    }
    let number: f64 = text.replace(',', "").parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_units_of_their_fields() {
        for (unit, text, value) in [
            (Unit::Count, "1,500", 1500.0),
            (Unit::Count, "50k", 50_000.0),
            (Unit::Count, "50K", 50_000.0),
            (Unit::Count, "−1,234,567.25", -1_234_567.25),
            (Unit::Count, "2e3", 2000.0),
            (Unit::Count, ".5M", 500_000.0),
            (Unit::Bytes, "1MB", 1e6),
            (Unit::Bytes, "1mb", 1e6),
            (Unit::Bytes, "1 MiB", 1_048_576.0),
            (Unit::Bytes, "12B", 12.0),
            (Unit::Bytes, "1.5k", 1500.0),
            (Unit::Seconds, "9m", 540.0),
            (Unit::Seconds, "1h30m", 5400.0),
            (Unit::Seconds, "500.1", 500.1),
            (Unit::Seconds, "250ms", 0.25),
            (Unit::Seconds, "2d", 172_800.0),
            (Unit::Millimetres, "1.5m", 1500.0),
            (Unit::Metres, "250mm", 0.25),
            (Unit::MillimetresPerSecond, "0.15m/s", 150.0),
            (Unit::Newtons, "2kN", 2000.0),
            (Unit::Newtons, "-250N", -250.0),
        ] {
            assert_eq!(unit.read(text), Some(value), "{unit:?} {text}");
        }
        for (unit, text) in [
            (Unit::Count, "1,5"),
            (Unit::Count, "1.5,000"),
            (Unit::Count, "1,5000"),
            (Unit::Count, "3x"),
            (Unit::Count, "1e999"),
            (Unit::Count, "inf"),
            (Unit::Count, "NaN"),
            (Unit::Count, ""),
            (Unit::Count, "k"),
            (Unit::Count, "9m"),
            (Unit::Bytes, "9m3"),
            (Unit::Seconds, "9MB"),
            (Unit::Newtons, "9mm"),
        ] {
            assert_eq!(unit.read(text), None, "{unit:?} {text}");
        }
    }
}
