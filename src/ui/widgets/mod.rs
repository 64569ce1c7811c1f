//! Parts that views are made of.

pub mod chart;
pub mod chart_axis;
mod chart_canvas;
pub mod chart_path;
pub mod chart_points;
pub mod grid;
pub mod path_scales;
pub mod scroll_mark;
