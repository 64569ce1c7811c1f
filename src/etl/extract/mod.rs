//! Decodes a log, batch by batch, into plain columns of codes and numbers.
//!
//! What a cell may hold (text, any number, a timestamp, …) is known here and nowhere
//! else; after this every row is a few machine words, and bad cells are sentinels.

mod columns;
#[cfg(test)]
mod contract_tests;
mod csv;
mod decode;
mod delta;
mod fixed;
mod log_source;
mod open;
mod pages;
mod parquet_log;
mod preview;
mod raw;
mod role;
mod rows;
mod types;
mod wide;
#[cfg(test)]
mod wide_tests;

pub use columns::{Batch, INVALID_TIME, NO_CELL, NO_RUN, UNKNOWN, Vocabulary};
pub use log_source::{LogSource, RowGroups};
pub use open::LogReader;
pub use preview::{PreviewColumn, preview};
pub(crate) use role::list as list_of_columns;
pub use rows::{RawRow, raw_rows};
