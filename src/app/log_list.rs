//! The logs as one answer, with what takes a pass over all of them.

use std::collections::BTreeMap;

use crate::etl::catalog::{LogRow, LogState};

/// The list of logs, with what is computed once from all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct LogList {
    /// The logs, by key.
    pub rows: Vec<LogRow>,
    /// Characters that nine keys of ten fit into: a few long ones shall not cost all lines
    /// their columns.
    pub key_width: u16,
    /// How many are in each state.
    pub counts: BTreeMap<LogState, usize>,
}

impl From<Vec<LogRow>> for LogList {
    fn from(rows: Vec<LogRow>) -> Self {
        let mut counts = BTreeMap::new();
        for row in &rows {
            *counts.entry(row.state).or_default() += 1;
        }
        Self {
            key_width: key_width(&rows),
            counts,
            rows,
        }
    }
}

fn key_width(rows: &[LogRow]) -> u16 {
    let mut lengths = [0usize; 257];
    for row in rows {
        let length = row.key.chars().count().min(lengths.len() - 1);
        if let Some(n) = lengths.get_mut(length) {
            *n += 1;
        }
    }
    let mut left = rows.len() / 10;
    for (length, n) in lengths.iter().enumerate().rev() {
        if *n > left {
            return length as u16;
        }
        left -= n;
    }
    0
}
