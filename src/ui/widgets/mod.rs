//! Parts that views are made of.

pub mod chart;
mod chart_canvas;
pub mod sparkline;
pub mod table;
