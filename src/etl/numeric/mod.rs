//! Kernels over plain numbers: percentiles, ranges, sums, slopes, spectra.

mod fourier;
mod intervals;
pub mod percentile;
mod reduce;
mod running_median;
mod theil_sen;

pub use fourier::Fourier;
pub use intervals::SortedIntervals;
pub use reduce::{range, sums};
pub use running_median::RunningMedian;
pub use theil_sen::{TheilSen, theil_sen};
