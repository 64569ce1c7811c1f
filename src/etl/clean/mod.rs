//! Cleaning: every row of a log is kept, or dropped for one named reason.

mod ledger;

pub use ledger::{Ledger, Reason};
