//! Reduction of a channel to what a picture of it can show: smallest, largest, first and last
//! value of equal spans of time. Overviews, sparklines, charts and pictures all come from here,
//! so that none of them loses a spike of one sample.
//!
//! * [`TimeRange`], [`Spans`]: a span of time, and its division into equal ones.
//! * [`Bucket`]: a channel in one span; [`Column`], [`Reduced`]: a visible span of it.
//! * [`heights`]: a channel as a row of small bars.
//! * [`Series`]: rows in memory; any span of them reduces in microseconds.
//! * [`Reducer`]: the same result from rows that pass by once and are not kept.
//! * [`WindowStats`]: mean, RMS and extremes of a span.
//! * [`sketch`]: a coarse [`Reduced`] from the buckets of an overview.

mod bucket;
mod columns;
mod heights;
mod range;
mod reducer;
mod series;
mod sketch;
mod spans;
mod window_stats;

pub use bucket::Bucket;
pub use columns::{Column, Reduced};
pub use heights::{heights, heights_of_values};
pub use range::TimeRange;
pub use reducer::Reducer;
pub use series::{Sample, Series};
pub use sketch::sketch;
pub use spans::Spans;
pub use window_stats::WindowStats;
