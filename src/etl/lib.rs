//! From logs to the lake, and from the lake to answers.
//!
//! In the order in which a sample travels:
//!
//! * [`profile`]: what columns, fields and robots a log has (a TOML file).
//! * [`source`]: which files below the data directory are logs, their keys, and
//!   whether they are whole.
//! * [`extract`]: decodes a log, batch by batch, into plain columns.
//! * [`clean`]: every row is kept or dropped for one named reason; the ledger.
//! * [`transform`]: samples of a run to its wide table: derivatives, hold,
//!   magnitudes, distance.
//! * [`stats`]: statistics of channels, runs and machines.
//! * [`quality`]: flags and verdicts.
//! * [`lake`]: the files: layout, run files, records, locks, garbage.
//! * [`overview`]: a run in a few thousand spans, for sparklines and first charts.
//! * [`catalog`]: the SQLite index of the lake and the state of every log.
//! * [`harvest`]: ties them together: one log, or many side by side.
//! * [`worker`]: processes that parse logs, so that a hostile one costs only itself.
//! * [`check`]: lake, catalog and logs held against each other, and mended.
//! * [`export`]: a run's table as CSV, Parquet, NDJSON or Arrow.
//! * [`natural_order`]: the order of cells and robots.
//! * [`filter`], [`position`]: which rows, and where, as an operator types them;
//!   [`parse_error`]: what is wrong with it.
//! * [`compare`]: runs side by side, and how far each is from the first.
//! * [`demo`]: deterministic synthetic logs.
//!
//! Times are microseconds since 1970-01-01T00:00:00Z (`i64`) everywhere inside.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::todo,
        clippy::unimplemented
    )
)]

mod activity;
pub mod catalog;
pub mod check;
mod chunk;
pub mod clean;
pub mod compare;
pub mod demo;
pub mod error;
pub mod export;
pub mod extract;
pub mod filter;
pub mod harvest;
pub mod lake;
pub mod natural_order;
pub mod overview;
pub mod parse_error;
pub mod position;
pub mod profile;
pub mod quality;
pub mod run_id;
pub mod source;
pub mod stats;
pub mod text;
pub mod time;
pub mod toml_place;
pub mod transform;
pub mod worker;

pub use error::{Error, FaultKind, Result};

/// Version of the rules that turn a log into results. Raised only when the same
/// log under the same profile would give other results.
pub const PIPELINE_VERSION: u32 = 3;
