//! Harvesting one log: from its bytes to its record.

mod commit;
#[cfg(test)]
mod folding_tests;
mod index;
mod meter;
#[cfg(test)]
mod newer_record_tests;
mod none_kept;
mod one;
mod publish;
mod read;
pub mod rejected;
mod rejected_examples;
mod remove;
mod rename_detection;
#[cfg(test)]
mod rotation_tests;
mod run;
mod seal;
mod session;
mod spill;
mod threads;
pub(crate) mod worker_crash;

use serde::{Deserialize, Serialize};

pub use index::LogRef;
pub use none_kept::NONE_KEPT;
pub use rejected_examples::{RejectedRow, RejectedRows};
pub use remove::{Results, check_gone, is_left, remove_log};
pub(crate) use seal::MAKING_BYTES;
pub use session::{Harvested, Session, harvest_log};
pub use worker_crash::MAX_WORKER_CRASHES;

use crate::{base::memory::available, schema::Layout};

/// Bytes of the program before it reads a row, and of what its threads keep for later.
pub(crate) const PROGRAM: u64 = 64 << 20;

/// How a harvest is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Options {
    /// Do it even when the log is harvested and current.
    pub force: bool,
    /// So many bytes of a log's rows stay in memory until their run's turn comes, the others
    /// are spilled to a file; unset: a quarter of what the process may have beside the
    /// program itself, 256 MiB at most, so that memory does not grow with the log. Results
    /// do not depend on it.
    #[serde(default)]
    pub room: Option<u64>,
    /// No more bytes than this are spilled, else the log is given up; unset: a hundred times
    /// the log's size, at least 1 GiB.
    #[serde(default)]
    pub spilled: Option<u64>,
}

impl Options {
    fn room(self) -> u64 {
        /// Some 13 million rows.
        const MOST: u64 = 256 << 20;
        self.room
            .unwrap_or_else(|| (available().saturating_sub(PROGRAM) / 4).min(MOST))
    }

    fn spilled(self, log_bytes: u64) -> u64 {
        self.spilled.unwrap_or_else(|| spill::usual_most(log_bytes))
    }
}

/// What a harvest did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The log was harvested; some of its runs may have failed.
    Harvested(Summary),
    /// There was nothing to do: harvested and current.
    Current,
    /// The log is another one's renamed file: its results were taken over.
    Renamed {
        /// The log key that the results had.
        from: String,
    },
}

/// What a harvest stored, for messages and `--json`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// That of the log: the rows of a wide one are its samples.
    pub layout: Layout,
    /// Rows of the log.
    pub rows_in: u64,
    /// Rows kept.
    pub rows_kept: u64,
    /// Rows dropped.
    pub rows_dropped: u64,
    /// Runs stored.
    pub runs_ok: u32,
    /// Runs that failed, with their errors, as `run <short id>: <sentence>`.
    pub run_errors: Vec<String>,
    /// Runs whose tables an interrupted harvest had finished.
    pub runs_resumed: u32,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Bytes read from the log.
    pub bytes_in: u64,
    /// Bytes of the stored tables.
    pub bytes_out: u64,
}
