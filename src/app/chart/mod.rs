//! What a chart shows, without drawing it: the visible span of time, the cursor, ticks and
//! numbers as text. What lines are made of comes from [`crate::etl::reduce`].
//! [`TimeView`] is what charts over one axis share, and what keys and mouse change.

mod cursor;
mod geometry;
mod marker;
mod number;
mod ticks;
mod view;

pub use cursor::Cursor;
pub use geometry::{NUMBERS, gutter};
pub use marker::Marker;
pub use number::{decimals_for, format_delta, format_fit, format_value, format_whole};
pub use ticks::{format_tick, offset_labels, time_labels, value_ticks};
pub use view::TimeView;

pub use crate::etl::reduce::{Column, Reduced, Series, TimeRange};
