//! One run: its summary, its signals, its samples.

pub mod grid;
mod overview;

pub use overview::{Bucket, Overview, OverviewBuilder};
