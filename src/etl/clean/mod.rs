//! Cleaning: every row of a log is kept, or dropped for one named reason.
//!
//! [`Partition`] applies the rules that a row breaks alone while rows stream by and
//! sorts what is left by run and channel. [`resolve_conflicts`] then orders each channel by time
//! and finds conflicts and duplicates, run by run.

mod ledger;
mod partition;
mod resolve_conflicts;
#[cfg(test)]
mod tests;
mod time_order;

pub use ledger::{Ledger, Reason};
pub use partition::{ChannelRows, Part, Partition, Piece, RowRules, RunRows};
pub use resolve_conflicts::{Channel, Faults, RowFaults, RunSamples, resolve_conflicts};
pub use time_order::TimeOrder;
