//! Two to six runs side by side: their channels over each other ([`crate::app::signals`]), and
//! the table of their differences.
//!
//! The core calls [`CompareScreen`] as it calls the screen of one run; what it asks of workers
//! is in [`query`].
//!
//! * [`sheet`]: the table of differences as text.
//! * [`layout`]: which part gets how many lines.

#[cfg(test)]
pub(crate) mod fixture;
pub mod layout;
pub mod mouse;
#[cfg(test)]
mod open_tests;
mod picture;
pub mod query;
mod screen;
pub mod sheet;
mod view;

pub use picture::charts;
pub use query::{FindPrevious, ReadRuns};
pub use screen::{CompareScreen, Compared, Pane, Views};
pub use sheet::Sheet;
