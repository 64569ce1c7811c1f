//! Numbers, spans and lists as the sentences of flags write them.

use super::clusters::Cluster;
use crate::{
    time,
    words::{grouped, thousands},
};

/// `4.212`, `1,402.1`, `0.0123`: enough digits to tell figures apart, no more.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        s if s >= 1000.0 => 1,
        s if s >= 1.0 || s == 0.0 => 3,
        s if s >= 1e-6 => (2 - s.log10().floor() as i32).max(3) as usize,
        _ => return format!("{value:e}"),
    };
    let text = format!("{value:.decimals$}");
    let text = match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (text.as_str(), String::new()),
    };
    format!("{}{fraction}", grouped(whole))
}

/// `1,577,762`.
pub(super) fn count(n: u64) -> String {
    thousands(n)
}

/// Microseconds as `4.212 s`.
pub(super) fn seconds(us: f64) -> String {
    format!("{} s", number(us / 1e6))
}

/// `20:43:26.010 to 20:43:30.222`, or the one time; with dates where they differ.
pub(super) fn span(from: i64, to: i64) -> String {
    let day = |t: i64| t.div_euclid(86_400 * time::SECOND);
    if from == to {
        time::format_clock(from)
    } else if day(from) == day(to) {
        format!("{} to {}", time::format_clock(from), time::format_clock(to))
    } else {
        format!(
            "{} to {}",
            time::format_screen(from),
            time::format_screen(to)
        )
    }
}

/// `x_1`, `x_1 and y_1`, `x_1, y_1 and z_1`.
pub(super) fn list<T: AsRef<str>>(names: &[T]) -> String {
    match names {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `1 sample`, `1,200 samples`.
pub(super) fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// ` (7 times)` for a cluster of several occurrences.
pub(super) fn times_over(cluster: &Cluster) -> String {
    match cluster.count {
        1 => String::new(),
        n => format!(" ({} times)", count(n as u64)),
    }
}

/// ` (7 of them, 3.1 s in all)` for a cluster of several spans of time.
pub(super) fn in_all(cluster: &Cluster) -> String {
    match cluster.count {
        1 => String::new(),
        n => format!(
            " ({} of them, {} in all)",
            count(n as u64),
            seconds(cluster.total * 1e6)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact_enough() {
        let words = [
            (4.212, "4.212"),
            (0.06, "0.06"),
            (0.0, "0"),
            (-1402.149, "-1,402.1"),
            (1_234_567.0, "1,234,567"),
            (0.012_345, "0.0123"),
            (250.0, "250"),
            (-100.0, "-100"),
            (1e-9, "1e-9"),
        ];
        for (value, want) in words {
            assert_eq!(number(value), want);
        }
        assert_eq!(count(1_577_762), "1,577,762");
    }

    #[test]
    fn spans_name_the_day_only_where_it_changes() {
        assert_eq!(span(0, 0), "00:00:00.000");
        assert_eq!(span(0, 1_500_000), "00:00:00.000 to 00:00:01.500");
        assert_eq!(
            span(-1_000_000, 0),
            "1969-12-31 23:59:59.000 to 1970-01-01 00:00:00.000"
        );
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
