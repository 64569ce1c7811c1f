//! How far a harvest is.

use serde::{Deserialize, Serialize};

/// What a harvest is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waiting for a free place.
    Queued,
    /// Hashing the log's content.
    Hashing,
    /// Decoding and cleaning rows.
    Reading,
    /// Making tables and statistics, writing runs.
    Transforming,
    /// Writing rejected rows and the record.
    Committing,
}

impl Stage {
    /// The word for screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Hashing => "hashing",
            Self::Reading => "reading",
            Self::Transforming => "transforming",
            Self::Committing => "committing",
        }
    }
}

/// How far a harvest is. Counters never go back within a stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// Rows decoded.
    pub rows: u64,
    /// Rows in the log, when its footer tells.
    pub rows_total: Option<u64>,
    /// Bytes of the log read.
    pub bytes: u64,
    /// The log's size.
    pub bytes_total: u64,
    /// Runs stored or failed.
    pub runs: u32,
    /// Runs found; `None` until all rows are read.
    pub runs_total: Option<u32>,
    /// Kept rows of the largest run; `None` until all rows are read.
    #[serde(default)]
    pub largest_run: Option<u64>,
}

impl Progress {
    /// At the start of a log of `bytes_total` bytes.
    pub fn start(bytes_total: u64) -> Self {
        Self {
            stage: Stage::Queued,
            rows: 0,
            rows_total: None,
            bytes: 0,
            bytes_total,
            runs: 0,
            runs_total: None,
            largest_run: None,
        }
    }

    /// Coarse share done, from 0 to 1: reading counts for half, runs for the rest.
    pub fn share(&self) -> f64 {
        let part = |a: u64, b: u64| {
            if b == 0 {
                0.0
            } else {
                (a as f64 / b as f64).min(1.0)
            }
        };
        match self.stage {
            Stage::Queued => 0.0,
            Stage::Hashing => 0.05 * part(self.bytes, self.bytes_total),
            Stage::Reading => {
                let read = match self.rows_total {
                    Some(total) => part(self.rows, total),
                    None => part(self.bytes, self.bytes_total),
                };
                0.05 + 0.4 * read
            }
            Stage::Transforming => {
                0.45 + 0.5 * part(self.runs.into(), self.runs_total.unwrap_or(0).into())
            }
            Stage::Committing => 0.97,
        }
    }
}

/// Told how far a harvest is; called from its threads, a few hundred times a log.
pub trait ProgressSink: Send + Sync {
    /// The new state.
    fn report(&self, progress: &Progress);
}

/// Drops all reports.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl ProgressSink for NoProgress {
    fn report(&self, _: &Progress) {}
}
