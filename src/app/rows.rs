//! Logs and runs as rows of a list: their columns.

use std::{borrow::Cow, cmp::Ordering};

use super::table::Row;
use crate::etl::catalog::{LogRow, RunRow};

/// Columns of the list of logs, by their place in the order of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogColumn {
    /// State, in SPEC's order.
    State,
    /// Key.
    Log,
    /// Cell.
    Cell,
    /// Bytes.
    Size,
    /// Rows.
    Rows,
    /// Runs.
    Runs,
    /// From the first sample to the last.
    Span,
    /// When it was harvested.
    Harvested,
    /// The worst of its runs.
    Verdict,
}

impl LogColumn {
    /// All columns in their order.
    pub const ALL: [Self; 9] = [
        Self::State,
        Self::Log,
        Self::Cell,
        Self::Size,
        Self::Rows,
        Self::Runs,
        Self::Span,
        Self::Harvested,
        Self::Verdict,
    ];
}

impl Row for LogRow {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match LogColumn::ALL.get(column) {
            Some(LogColumn::State) => self.state.cmp(&other.state),
            Some(LogColumn::Cell) => natural(self.cell_id.as_deref(), other.cell_id.as_deref()),
            Some(LogColumn::Size) => self.size.cmp(&other.size),
            Some(LogColumn::Rows) => self.rows.cmp(&other.rows),
            Some(LogColumn::Runs) => self.runs().cmp(&other.runs()),
            Some(LogColumn::Span) => number(self.span_s(), other.span_s()),
            Some(LogColumn::Harvested) => self.harvested_at_us.cmp(&other.harvested_at_us),
            Some(LogColumn::Verdict) => self.verdict.cmp(&other.verdict),
            Some(LogColumn::Log) | None => self.key.cmp(&other.key),
        }
    }
}

/// Columns of the lists of runs, by their place in the order of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunColumn {
    /// The run.
    Run,
    /// The log that it stands in.
    Log,
    /// Its cell.
    Cell,
    /// First sample.
    Start,
    /// How long.
    Runtime,
    /// How far its first robot went.
    Distance,
    /// Kept samples.
    Samples,
    /// Columns of its table.
    Channels,
    /// Worst flag.
    Verdict,
    /// Number of flags.
    Flags,
    /// A small picture of the run; sorts as the run does.
    Spark,
}

impl RunColumn {
    /// All columns in their order.
    pub const ALL: [Self; 11] = [
        Self::Run,
        Self::Log,
        Self::Cell,
        Self::Start,
        Self::Runtime,
        Self::Distance,
        Self::Samples,
        Self::Channels,
        Self::Verdict,
        Self::Flags,
        Self::Spark,
    ];
}

impl Row for RunRow {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.log_key, self.run))
    }

    fn is(&self, key: &str) -> bool {
        // Without making every row's key: hundreds of thousands are asked in a row.
        let rest = key.strip_prefix(self.log_key.as_str());
        rest.and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|run| self.run.to_string() == run)
    }

    fn same(&self, other: &Self) -> bool {
        self.run == other.run && self.log_key == other.log_key
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match RunColumn::ALL.get(column) {
            Some(RunColumn::Log) => self.log_key.cmp(&other.log_key),
            Some(RunColumn::Cell) => natural(self.cell_id.as_deref(), other.cell_id.as_deref()),
            Some(RunColumn::Start) => self.start_us.cmp(&other.start_us),
            Some(RunColumn::Runtime) => number(self.runtime_s, other.runtime_s),
            Some(RunColumn::Distance) => number(self.distance(), other.distance()),
            Some(RunColumn::Samples) => self.samples.cmp(&other.samples),
            Some(RunColumn::Channels) => self.channels.cmp(&other.channels),
            Some(RunColumn::Verdict) => self.verdict.cmp(&other.verdict),
            Some(RunColumn::Flags) => self.flags.cmp(&other.flags),
            Some(RunColumn::Run | RunColumn::Spark) | None => self.run.cmp(&other.run),
        }
    }
}

pub(super) fn number(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.is_some().cmp(&b.is_some()),
    }
}

/// Numbers as numbers, so that cell 2 comes before cell 10.
pub(super) fn natural(a: Option<&str>, b: Option<&str>) -> Ordering {
    let parsed = |s: Option<&str>| s.and_then(|s| s.parse::<u64>().ok());
    match (parsed(a), parsed(b)) {
        (Some(x), Some(y)) => x.cmp(&y),
        _ => a.cmp(&b),
    }
}
