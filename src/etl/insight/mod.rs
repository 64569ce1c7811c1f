//! What the numbers of one run mean, from its samples: what each robot did, what its load cells
//! read without a force, when it was in contact, and the layers that it formed. `docs/insight.md`
//! has every formula with its unit and source.
//!
//! * [`InsightThresholds`]: the `[insight]` table of a profile.
//! * [`Rest`]: the time at rest, which the quality rules use too.
//! * [`run_insight`]: everything about the robots of one run. The cost grows with the samples and
//!   not with what they say.
//! * `signals`, `force`, `path`: samples of one robot, put together once.
//! * `state`, `bias`, `contact`, `duty`, `layers`, `spiral`, `layer_figures`, `spectrum`: a
//!   figure each.

mod bias;
mod contact;
mod duty;
mod force;
mod layer_figures;
mod layers;
mod path;
#[cfg(test)]
mod planted_tests;
mod rest;
mod robot;
mod signals;
mod spectrum;
mod spiral;
mod state;
mod stretch;
#[cfg(test)]
mod tests;
mod thresholds;

pub use contact::{ContactFinder, ContactForces};
pub use rest::{Axis, Offset, Rest};
pub use robot::{LayerStretch, RobotInsight, RunInsight, Travel, run_insight};
pub use stretch::Stretch;
pub use thresholds::InsightThresholds;
