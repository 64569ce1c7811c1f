//! One run: its screens, what they ask for, and how that is answered.
//!
//! The core calls [`RunScreen`] with actions, sizes and answers, and draws it with
//! `ui::run::draw`. What a run's views ask of the world goes through
//! [`RunRequest`], which [`perform`] answers on a worker's thread.
//!
//! * [`summary`], [`samples`], [`path`], [`quality`]: where each tab is and what it has; its charts
//!   are [`crate::app::signals`].
//! * [`samples_columns`], [`samples_rows`], [`condition`]: which of the samples are shown.
//! * [`grid`]: which columns of a table fit.
//! * [`Position`]: what an operator types to go somewhere.

#[cfg(test)]
pub(crate) mod fixture;
pub mod grid;
mod mouse;
pub mod path;
mod perform;
mod perform_samples;
pub mod quality;
mod request;
pub mod samples;
pub mod samples_columns;
pub mod samples_rows;
mod screen;
mod screen_export;
mod screen_places;
mod screen_quality;
mod screen_samples;
mod screen_words;
pub mod summary;

pub use path::{Path, RobotPath};
pub use perform::perform;
pub use quality::Quality;
pub use request::{RunAnswer, RunRequest, RunSlot, Sought, TableRef};
pub use samples::Samples;
pub use screen::{RunScreen, Tab, Views};
pub use summary::Summary;
