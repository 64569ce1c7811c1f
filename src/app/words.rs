//! Numbers and counts as sentences and screens write them.

pub use crate::etl::words::{count_of as count, thousands};

/// `0.31 s`, `12.3 s`, `2m 05s`: how long something took.
pub fn seconds(s: f64) -> String {
    if s < 9.995 {
        format!("{s:.2} s")
    } else if s < 59.95 {
        format!("{s:.1} s")
    } else {
        crate::etl::time::format_duration(s)
    }
}

/// `about 5 s`, `about 2 min`: how long something will take, coarsely.
pub fn eta(s: f64) -> String {
    if s < 8.0 {
        format!("{:.0} s", s.ceil().max(1.0))
    } else if s < 55.0 {
        format!("{:.0} s", (s / 5.0).ceil() * 5.0)
    } else {
        format!("{:.0} min", (s / 60.0).ceil())
    }
}

/// `14.8 MB`: powers of 1000, three digits.
pub fn bytes(n: u64) -> String {
    scaled(
        n,
        &[
            ("B", 1),
            ("kB", 1_000),
            ("MB", 1_000_000),
            ("GB", 1_000_000_000),
            ("TB", 1_000_000_000_000),
        ],
    )
}

/// `1.58 M`, `15.2 k`, `361`: a count, three digits.
pub fn short(n: u64) -> String {
    scaled(
        n,
        &[
            ("", 1),
            ("k", 1_000),
            ("M", 1_000_000),
            ("G", 1_000_000_000),
        ],
    )
}

fn scaled(n: u64, units: &[(&str, u64)]) -> String {
    let unit = units.iter().rev().find(|(_, size)| n >= *size && *size > 1);
    let Some((name, size)) = unit else {
        let name = units.first().map_or("", |u| u.0);
        return format!("{n} {name}").trim_end().to_owned();
    };
    let value = n as f64 / *size as f64;
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.digits$} {name}")
}

/// `4.012 s`, `39 samples`: what a check measured, with its unit.
pub fn measured(value: f64, unit: &str) -> String {
    let number = match value.abs() {
        v if v == v.trunc() && v < 1e15 => {
            let sign = if value < 0.0 { "−" } else { "" };
            format!("{sign}{}", thousands(v as u64))
        }
        v if v >= 0.001 => super::chart::format_value(value, if v < 1000.0 { 3 } else { 1 }),
        _ => format!("{value:.1e}"),
    };
    format!("{number} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_577_762), "1,577,762");
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(
            (bytes(999), bytes(14_800_000)),
            ("999 B".into(), "14.8 MB".into())
        );
        assert_eq!(
            (short(361), short(1_577_762), short(0)),
            ("361".into(), "1.58 M".into(), "0".into())
        );
        assert_eq!(short(15_162), "15.2 k");
        assert_eq!(
            (seconds(0.314), seconds(12.34), seconds(125.0)),
            ("0.31 s".into(), "12.3 s".into(), "2m 05s".into())
        );
        assert_eq!(
            (eta(0.2), eta(7.1), eta(21.0), eta(61.0)),
            ("1 s".into(), "8 s".into(), "25 s".into(), "2 min".into())
        );
        assert_eq!(count(1, "run", "runs"), "1 run");
    }
}
