//! What the channels of a run did over the whole of it: smallest, largest, first and last
//! value in equal spans of time. Sparklines are drawn from it, and the charts of a very
//! long run until its table is read.
//!
//! * [`Overview`]: the spans of all channels; [`Spans`]: where they begin and end.
//! * [`of_table`]: from a table in memory, at harvest; [`Builder`]: from a stored one,
//!   window by window.
//! * [`store`], [`stored`]: the overview of a long run has a file of its own.

mod build;
mod file;

pub use build::{Builder, of_table};
pub use file::{Of, store, stored};

/// Spans of a run that is short enough to be read at once: more than any sparkline has
/// characters.
pub const SHORT_SPANS: usize = 512;
/// Spans of a long run: its charts are drawn from them at first, so that there are several
/// for each dot of a wide terminal.
pub const LONG_SPANS: usize = 4096;
/// From so many rows on a run is long: its overview is stored at harvest. A shorter table
/// is read before anybody notices.
pub const LONG: u64 = 1 << 20;

/// What a channel did in a span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Earliest value.
    pub first: f64,
    /// Latest value.
    pub last: f64,
}

impl Bucket {
    /// Of a single value.
    pub fn at(value: f64) -> Self {
        Self {
            min: value,
            max: value,
            first: value,
            last: value,
        }
    }

    /// Of this span and a later one.
    #[must_use]
    pub fn merge(self, later: Self) -> Self {
        Self {
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            first: self.first,
            last: later.last,
        }
    }

    /// Of values in the order of time; NaN stands for null. `None` when all are null.
    pub fn of(values: &[f64]) -> Option<Self> {
        let some = |v: &&f64| v.is_finite();
        let first = *values.iter().find(some)?;
        let last = *values.iter().rfind(some)?;
        let (mut min, mut max) = (first, first);
        for value in values.iter().filter(some) {
            // Single instructions, other than `f64::min` and `f64::max`.
            min = if *value < min { *value } else { min };
            max = if *value > max { *value } else { max };
        }
        Some(Self {
            min,
            max,
            first,
            last,
        })
    }
}

/// Per channel, in the order of the table or of the question: its spans in the order of
/// time. `None`: a span without a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overview {
    /// All channels have equally many spans.
    pub channels: Vec<Vec<Option<Bucket>>>,
}

/// Equal spans of time from the first to the last row of a run, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    start: i64,
    stop: i64,
    count: usize,
}

impl Spans {
    /// `count` spans from `start` to `stop`, both inside.
    pub fn new(start: i64, stop: i64, count: usize) -> Self {
        Self {
            start: start.min(stop),
            stop: start.max(stop),
            count: count.max(1),
        }
    }

    /// For a run of so many rows.
    pub fn for_rows(start: i64, stop: i64, rows: u64) -> Self {
        let count = if rows >= LONG {
            LONG_SPANS
        } else {
            SHORT_SPANS
        };
        Self::new(start, stop, count)
    }

    /// How many.
    pub fn count(self) -> usize {
        self.count
    }

    /// First microsecond of span `at`; of the one after the last it is the microsecond
    /// after the run.
    pub fn begin(self, at: usize) -> i64 {
        let length = i128::from(self.stop) - i128::from(self.start) + 1;
        let count = self.count as i128;
        let offset = (length * at as i128 + count - 1) / count;
        i64::try_from(i128::from(self.start) + offset).unwrap_or(i64::MAX)
    }

    /// The span in which `time` lies; the nearest when it lies outside.
    pub fn of(self, time: i64) -> usize {
        let length = i128::from(self.stop) - i128::from(self.start) + 1;
        let time = time.clamp(self.start, self.stop);
        let offset = i128::from(time) - i128::from(self.start);
        usize::try_from(offset * self.count as i128 / length).map_or(0, |at| at.min(self.count - 1))
    }
}
