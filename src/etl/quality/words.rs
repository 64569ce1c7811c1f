//! Spans, lists and clusters as the sentences of flags write them.

use super::clusters::Cluster;
use crate::{
    format::{figure, thousands},
    time,
};

/// Microseconds as `4.212 s`.
pub(super) fn seconds(us: f64) -> String {
    format!("{} s", figure(us / 1e6))
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

/// ` (7 times)` for a cluster of several occurrences.
pub(super) fn times_over(cluster: &Cluster) -> String {
    match cluster.count {
        1 => String::new(),
        n => format!(" ({} times)", thousands(n as u64)),
    }
}

/// ` (7 of them, 3.1 s in all)` for a cluster of several spans of time.
pub(super) fn in_all(cluster: &Cluster) -> String {
    match cluster.count {
        1 => String::new(),
        n => format!(
            " ({} of them, {} in all)",
            thousands(n as u64),
            seconds(cluster.total * 1e6)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
