//! From logs to the lake, and from the lake to answers.
//!
//! Each module imports only from those before it (`module_order.rs` holds that):
//!
//! * [`text`]: text of logs and file names, made harmless.
//! * [`error`]: what can go wrong, and how it is to be treated.
//! * [`base`]: what work of any length needs: cancelling, progress, memory, mounts, panics.
//! * [`time`]: times as text and as microseconds.
//! * [`zone`]: the time zone in which people are shown times, and type them.
//! * [`format`]: numbers as sentences, tables and screens write them.
//! * [`natural_order`]: the order of cells and robots.
//! * [`numeric`]: kernels over plain numbers.
//! * [`reduce`]: a channel reduced to the columns of a chart: overviews, sparklines, charts.
//! * [`run_id`]: the id of a run.
//! * [`parse_error`]: what is wrong with a text that was typed, and where.
//! * [`suggest`]: the name that a mistyped one was meant to be.
//! * [`toml_place`]: what is wrong with a TOML file, and where.
//! * [`position`]: times, durations and rows as an operator types them.
//! * [`expression`]: the language of filters, conditions and user rules.
//! * [`activity`]: which column is being decoded, for when a worker dies of it.
//! * [`schema`]: what columns, fields and robots a log has.
//! * [`source`]: which files below the data directory are logs, their keys, and
//!   whether they are complete.
//! * [`chunk`]: column chunks of Parquet files, checked before a library believes them.
//! * [`parquet`]: Parquet files of plain columns, written and read.
//! * [`extract`]: decodes a log, batch by batch, into plain columns.
//! * [`clean`]: every row is kept or dropped for one named reason; the ledger.
//! * [`transform`]: samples of a run to its wide table: derivatives, hold,
//!   magnitudes, distance.
//! * [`stats`]: statistics of channels, runs and machines.
//! * [`insight`]: what a run's numbers mean: states, biases, contact, layers.
//! * [`quality`]: flags and verdicts.
//! * [`profile`]: schema and thresholds as a TOML file.
//! * [`infer`]: a profile for a log that nobody has described.
//! * [`lake`]: the files: layout, run files, records, locks, garbage.
//! * [`overview`]: a run in a few thousand spans, for sparklines and first charts.
//! * [`held`]: which cells of a run's table are samples.
//! * [`catalog`]: the SQLite index of the lake and the state of every log.
//! * [`harvest`]: one log, from its bytes to its record.
//! * [`worker`]: processes that parse logs, so that a hostile one costs only itself.
//! * [`pool`]: many harvests in parallel.
//! * [`manifest`]: backfills in parts, without a catalog.
//! * [`check`]: lake, catalog and logs held against each other, and repaired.
//! * [`filter`]: which rows of a list or of a table, as an operator types it.
//! * [`export`]: a run's table as CSV, Parquet, NDJSON or Arrow.
//! * [`views`]: the lake as tables: logs, runs, channels, robots, flags, layers, notes.
//! * [`find`]: stretches of runs in which a condition holds.
//! * [`compare`]: runs against the first of them.
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
pub mod base;
pub mod catalog;
pub mod check;
mod chunk;
pub mod clean;
pub mod compare;
pub mod demo;
pub mod error;
pub mod export;
pub mod expression;
pub mod extract;
pub mod filter;
pub mod find;
pub mod format;
pub mod harvest;
pub mod held;
pub mod infer;
pub mod insight;
pub mod lake;
pub mod manifest;
#[cfg(test)]
mod module_order;
pub mod natural_order;
pub mod numeric;
pub mod overview;
pub mod parquet;
pub mod parse_error;
pub mod pool;
pub mod position;
pub mod profile;
pub mod quality;
pub mod reduce;
pub mod run_id;
pub mod schema;
pub mod source;
pub mod stats;
pub mod suggest;
pub mod text;
pub mod time;
pub mod toml_place;
pub mod transform;
pub mod views;
pub mod worker;
pub mod zone;

pub use error::{Error, ErrorClass, Result};

/// Version of the rules that turn a log into results. Raised only when the same
/// log under the same profile would give other results.
pub const PIPELINE_VERSION: u32 = 7;
