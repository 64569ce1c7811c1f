//! Backfills on an existing engine: what is outstanding is planned into parts, each of which a task
//! harvests on whatever machine the engine starts it.
//!
//! * [`plan`]: which logs, and in which part.
//! * [`line`]: a manifest, one line of JSON for each log.
//! * [`retry`]: when a task tries a log again.
//! * [`standing`]: how a log stands at the end of a task.
//!
//! Nothing here opens a catalog: SQLite in WAL mode does not work on a network file system. The
//! lake is all that tasks share, locks decide who harvests a log, and records are the commit.

mod line;
mod plan;
mod retry;
mod standing;

pub use line::{Line, Manifest};
pub use plan::{Plan, Which, unread};
pub use retry::Retry;
pub use standing::{Standing, is_gone, standing_of};

use crate::{
    Result,
    lake::{Lake, gc::remove_leftovers, readme},
};

/// What a task does before its first log and after its last: a new lake says what it is, and what
/// dead tasks left goes.
///
/// # Errors
/// [`crate::Error::Io`].
pub fn tidy(lake: &Lake) -> Result<()> {
    readme::ensure(lake)?;
    remove_leftovers(lake)
}
