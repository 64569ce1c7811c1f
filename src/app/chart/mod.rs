//! What a chart shows, without drawing it: series that reduce to any width in
//! microseconds, the visible span of time, the cursor, ticks and numbers as text.

mod cursor;
mod geometry;
mod number;
mod range;
mod seen;
mod series;
mod sketch;
mod ticks;

pub use cursor::Cursor;
pub use geometry::{NUMBERS, gutter};
pub use number::{decimals_for, format_delta, format_fit, format_value, format_whole};
pub use range::TimeRange;
pub use seen::Seen;
pub use series::{Column, Reduced, Sample, Series};
pub use sketch::sketch;
pub use ticks::{format_offset_tick, format_tick, format_time_tick, time_ticks, value_ticks};
