//! How long something took, or will take: `0.31 s`, `5 min`.

use crate::time::format_duration;

/// `0.31 s`, `12.3 s`, `2m 05s`: how long something took.
pub fn seconds(s: f64) -> String {
    if s < 9.995 {
        format!("{s:.2} s")
    } else if s < 59.95 {
        format!("{s:.1} s")
    } else {
        format_duration(s)
    }
}

/// `5 s`, `2 min`: how long something will take, coarsely.
pub fn estimate(s: f64) -> String {
    if s < 8.0 {
        format!("{:.0} s", s.ceil().max(1.0))
    } else if s < 55.0 {
        format!("{:.0} s", (s / 5.0).ceil() * 5.0)
    } else {
        format!("{:.0} min", (s / 60.0).ceil())
    }
}
