//! What the channels of a run did over the whole of it: smallest, largest, first and last
//! value in equal spans of time. Sparklines are drawn from it, and the charts of a very
//! long run until its table is read.
//!
//! * [`Overview`]: the spans of all channels; [`spans`]: where they begin and end.
//! * [`of_table`]: from a table in memory, at harvest; [`Builder`]: from a stored one,
//!   window by window.
//! * [`store`], [`stored`]: the overview of a long run has a file of its own.

mod build;
mod file;

pub use build::{Builder, of_table};
pub use file::{Of, store, stored};

use crate::reduce::{Bucket, Spans, TimeRange};

/// Spans of a run that is short enough to be read at once: more than any sparkline has
/// characters.
pub const SHORT_SPANS: usize = 512;
/// Spans of a long run: its charts are drawn from them at first, so that there are several
/// for each dot of a wide terminal.
pub const LONG_SPANS: usize = 4096;
/// From so many rows on a run is long: its overview is stored at harvest. A shorter table
/// is read before anybody notices.
pub const LONG: u64 = 1 << 20;

/// Per channel, in the order of the table or of the question: its spans in the order of
/// time. `None`: a span without a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overview {
    /// All channels have equally many spans.
    pub channels: Vec<Vec<Option<Bucket>>>,
}

/// The spans of the overview of a run of so many rows, from its first to its last time.
pub fn spans(start: i64, stop: i64, rows: u64) -> Spans {
    let count = if rows >= LONG {
        LONG_SPANS
    } else {
        SHORT_SPANS
    };
    Spans::new(TimeRange::new(start, stop), count)
}
