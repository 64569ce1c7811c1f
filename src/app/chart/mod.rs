//! What a chart shows, without drawing it: the visible span of time, the cursor, ticks and
//! numbers on its axes. What lines are made of comes from [`crate::etl::reduce`].
//! [`TimeView`] is what charts over one axis share, and what keys and mouse change.

mod axis_labels;
mod cursor;
mod geometry;
mod marker;
mod ticks;
mod time_axis_labels;
mod value_scale;
mod view;

pub use axis_labels::AxisLabels;
pub use cursor::Cursor;
pub use geometry::{NUMBERS, StackedChart, gutter};
pub use marker::Marker;
pub use ticks::{offset_labels, time_labels};
pub use time_axis_labels::{
    TimeAxisLabels, layer_axis_labels, offset_axis_labels, time_axis_labels,
};
pub use value_scale::{ValueScale, share_below, shrink};
pub use view::TimeView;

use ticks::{format_tick, value_ticks};

pub use crate::etl::reduce::{Column, Reduced, Series, TimeRange};
