//! Parts that views are made of.

pub mod chart;
mod chart_canvas;
pub mod chart_path;
pub mod sparkline;
pub mod table;
