//! The ledger: rows in = rows kept + rows dropped, by reason, always.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why a row was dropped, in the order in which the rules are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The incomplete last line of a CSV log.
    TruncatedRow,
    /// Not a time of the forms that a log may write.
    InvalidTime,
    /// Not a number, NaN or infinite.
    InvalidValue,
    /// Not a run id.
    InvalidRun,
    /// A field that the profile does not know.
    UnknownField,
    /// A robot that the profile does not allow.
    UnknownRobot,
    /// Another sensor type than the profile's for that field.
    SensorMismatch,
    /// The key (run, time, robot, field) of an earlier kept row, with another value.
    Conflict,
    /// The key of an earlier kept row, with the same value.
    Duplicate,
}

impl Reason {
    /// All reasons in the order of the rules.
    pub const ALL: [Self; 9] = [
        Self::TruncatedRow,
        Self::InvalidTime,
        Self::InvalidValue,
        Self::InvalidRun,
        Self::UnknownField,
        Self::UnknownRobot,
        Self::SensorMismatch,
        Self::Conflict,
        Self::Duplicate,
    ];

    /// The reason's name in files and on screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::TruncatedRow => "truncated_row",
            Self::InvalidTime => "invalid_time",
            Self::InvalidValue => "invalid_value",
            Self::InvalidRun => "invalid_run",
            Self::UnknownField => "unknown_field",
            Self::UnknownRobot => "unknown_robot",
            Self::SensorMismatch => "sensor_mismatch",
            Self::Conflict => "conflict",
            Self::Duplicate => "duplicate",
        }
    }
}

/// Counts of rows: in, kept, and dropped by reason (reasons without rows are absent).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Rows read.
    pub rows_in: u64,
    /// Rows that became samples.
    pub rows_kept: u64,
    /// Rows dropped, by reason.
    pub dropped: BTreeMap<Reason, u64>,
}

impl Ledger {
    /// Counts one more row of `reason`, which must have been counted in `rows_in`.
    pub fn drop_rows(&mut self, reason: Reason, rows: u64) {
        if rows > 0 {
            *self.dropped.entry(reason).or_default() += rows;
        }
    }

    /// All dropped rows.
    pub fn rows_dropped(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Whether every row is accounted for.
    pub fn balances(&self) -> bool {
        self.rows_in == self.rows_kept + self.rows_dropped()
    }

    /// Adds another ledger's rows.
    pub fn add(&mut self, other: &Self) {
        self.rows_in += other.rows_in;
        self.rows_kept += other.rows_kept;
        for (reason, rows) in &other.dropped {
            self.drop_rows(*reason, *rows);
        }
    }
}
