//! Kernels over plain numbers: percentiles, ranges, sums.

pub mod percentile;
mod reduce;

pub use reduce::{range, sums};
