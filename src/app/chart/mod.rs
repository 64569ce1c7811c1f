//! What a chart shows, without drawing it: series that reduce to any width in
//! microseconds, the visible span of time, the cursor, ticks and numbers as text.
//! [`TimeView`] is what charts over one axis share, and what keys and mouse change.

mod cursor;
mod geometry;
mod marker;
mod number;
mod range;
mod seen;
mod series;
mod sketch;
mod ticks;
mod view;

pub use cursor::Cursor;
pub use geometry::{NUMBERS, gutter};
pub use marker::Marker;
pub use number::{decimals_for, format_delta, format_fit, format_value, format_whole};
pub use range::TimeRange;
pub use seen::Seen;
pub use series::{Column, Reduced, Sample, Series};
pub use sketch::sketch;
pub use ticks::{format_tick, offset_labels, time_labels, value_ticks};
pub use view::TimeView;
