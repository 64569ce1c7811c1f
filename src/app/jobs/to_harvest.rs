//! Which logs a key queues.

use std::collections::HashSet;

use crate::{
    app::table::{Marked, Row, Table},
    etl::catalog::{LogRow, MachinePoint, RunRow},
};

/// Logs to be harvested: few by their keys, many as the marked rows of a list, from which a
/// worker collects the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum ToHarvest {
    /// The logs with these keys.
    Keys(Vec<String>),
    /// The marked logs.
    Logs(Marked<LogRow>),
    /// The logs of the marked runs.
    Runs(Marked<RunRow>),
    /// The logs of the marked runs of a machine.
    Points(Marked<MachinePoint>),
}

/// So many marked rows are read at once; those of more are left to a worker.
const FEW_LOGS: usize = 64;

impl ToHarvest {
    /// The logs of the marked rows of a list, or of the row under the cursor, and the number of
    /// marked rows; `many` are the marked rows for a worker.
    pub fn chosen<T: Row>(
        table: &Table<T>,
        key: impl Fn(&T) -> &str,
        many: impl Fn(Marked<T>) -> Self,
    ) -> (Self, usize) {
        let marked = table.marked();
        if marked > FEW_LOGS {
            return (many(table.marked_rows()), marked);
        }
        let keys = table.chosen().into_iter().map(|row| key(row).to_owned());
        (Self::Keys(keys.collect()), marked)
    }

    /// The keys of the logs, each once.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = match self {
            Self::Keys(keys) => keys.iter().map(String::as_str).collect(),
            Self::Logs(marked) => marked.rows().map(|row| row.key.as_str()).collect(),
            Self::Runs(marked) => marked.rows().map(|row| row.log_key()).collect(),
            Self::Points(marked) => marked.rows().map(|row| row.log_key.as_str()).collect(),
        };
        let mut seen = HashSet::with_capacity(keys.len());
        keys.retain(|key| seen.insert(*key));
        keys
    }
}

impl From<Vec<String>> for ToHarvest {
    fn from(keys: Vec<String>) -> Self {
        Self::Keys(keys)
    }
}
