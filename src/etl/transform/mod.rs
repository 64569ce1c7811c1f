//! From the samples of a run to its wide table, SPEC section 4.
//!
//! * [`clock`]: the times of the table, and which sample is in force at each.
//! * [`derive`]: velocity and acceleration over a channel's own samples.
//! * [`magnitude`]: lengths of vectors from their components.
//! * [`distance`]: the length of a robot's path.
//! * [`table`]: the table itself: columns that are filled range by range.

pub mod clock;
pub mod derive;
pub mod distance;
pub mod magnitude;
pub mod table;

pub use table::{Column, RunTable, transform};
