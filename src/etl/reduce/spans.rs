//! Equal spans of time.

use super::TimeRange;

/// A time range divided into equal spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    range: TimeRange,
    count: usize,
}

impl Spans {
    /// `count` spans of `range`, at least one.
    pub fn new(range: TimeRange, count: usize) -> Self {
        Self {
            range,
            count: count.max(1),
        }
    }

    /// All of them together.
    pub fn range(self) -> TimeRange {
        self.range
    }

    /// How many.
    pub fn count(self) -> usize {
        self.count
    }

    /// First microsecond of span `at`; of the one after the last it is the microsecond
    /// after the range.
    pub fn begin(self, at: usize) -> i64 {
        self.range.column_start(at, self.count)
    }

    /// The span in which `time` lies; the nearest when it lies outside.
    pub fn of(self, time: i64) -> usize {
        let time = time.clamp(self.range.start(), self.range.end());
        self.range.column_of(time, self.count).unwrap_or(0)
    }
}
