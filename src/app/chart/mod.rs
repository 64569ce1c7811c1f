//! What a chart shows, without drawing it: the visible span of time, the cursor, ticks and
//! numbers on its axes. What lines are made of comes from [`crate::etl::reduce`].
//! [`TimeView`] is what charts over one axis share, and what keys and mouse change.

mod cursor;
mod geometry;
mod marker;
mod ticks;
mod view;

pub use cursor::Cursor;
pub use geometry::{NUMBERS, gutter};
pub use marker::Marker;
pub use ticks::{format_tick, number_labels, offset_labels, time_labels, value_ticks};
pub use view::TimeView;

pub use crate::etl::reduce::{Column, Reduced, Series, TimeRange};
