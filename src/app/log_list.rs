//! The logs, or runs, as one answer, with what takes a pass over all of them.

use std::collections::BTreeMap;

use super::{
    columns::Meaning,
    top::{Count, Counted},
};
use crate::etl::{
    catalog::{LogRow, LogState, RunRow},
    format::{count, thousands},
    quality::Verdict,
};

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
    /// The key of the first that is `failed`.
    pub first_failed: Option<String>,
}

impl From<Vec<LogRow>> for LogList {
    fn from(rows: Vec<LogRow>) -> Self {
        let mut counts = BTreeMap::new();
        for row in &rows {
            *counts.entry(row.state).or_default() += 1;
        }
        let failed = rows.iter().find(|row| row.state == LogState::Failed);
        Self {
            key_width: key_width(rows.iter().map(|row| row.key.as_str())),
            first_failed: failed.map(|row| row.key.clone()),
            counts,
            rows,
        }
    }
}

/// A list of runs, with what is computed once from all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct RunList {
    /// The runs, by log and start.
    pub rows: Vec<RunRow>,
    /// Characters that nine keys of logs of ten fit into.
    pub key_width: u16,
    /// How many have each verdict.
    pub counts: RunCounts,
}

/// How many runs have each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunCounts {
    /// All runs.
    pub all: usize,
    /// Those that could not be harvested, and so have no verdict.
    pub failed: usize,
    /// Runs with the verdict `fail`.
    pub fail: usize,
    /// Runs with the verdict `suspect`.
    pub suspect: usize,
    /// Runs of which nothing was evaluated.
    pub not_evaluated: usize,
}

impl RunCounts {
    fn of(rows: &[RunRow]) -> Self {
        let mut counts = Self {
            all: rows.len(),
            ..Self::default()
        };
        for row in rows {
            match (&row.error, row.verdict) {
                (Some(_), _) => counts.failed += 1,
                (None, Verdict::Fail) => counts.fail += 1,
                (None, Verdict::Suspect) => counts.suspect += 1,
                (None, Verdict::NotEvaluated) => counts.not_evaluated += 1,
                (None, Verdict::Pass) => {}
            }
        }
        counts
    }

    /// For the top line: `310 runs`, `4 fail`, `21 suspect`.
    pub fn in_words(self) -> Vec<Count> {
        if self.all == 0 {
            return Vec::new();
        }
        let mut words = vec![Count {
            of: Counted::Runs,
            text: count(self.all as u64, "run"),
            meaning: Meaning::Muted,
        }];
        let not_evaluated = Verdict::NotEvaluated;
        for (n, word, of, meaning) in [
            (self.failed, "failed", Counted::Failed, Meaning::Error),
            (self.fail, "fail", Counted::Failed, Verdict::Fail.into()),
            (
                self.suspect,
                "suspect",
                Counted::Suspect,
                Verdict::Suspect.into(),
            ),
            (
                self.not_evaluated,
                "not evaluated",
                Counted::NotEvaluated,
                not_evaluated.into(),
            ),
        ] {
            if n > 0 {
                let text = format!("{} {word}", thousands(n as u64));
                words.push(Count { of, text, meaning });
            }
        }
        words
    }
}

impl From<Vec<RunRow>> for RunList {
    fn from(rows: Vec<RunRow>) -> Self {
        Self {
            key_width: key_width(rows.iter().map(|row| row.log_key.as_str())),
            counts: RunCounts::of(&rows),
            rows,
        }
    }
}

impl FromIterator<RunRow> for RunList {
    fn from_iter<I: IntoIterator<Item = RunRow>>(rows: I) -> Self {
        rows.into_iter().collect::<Vec<_>>().into()
    }
}

fn key_width<'a>(keys: impl ExactSizeIterator<Item = &'a str>) -> u16 {
    let mut left = keys.len() / 10;
    let mut lengths = [0usize; 257];
    for key in keys {
        let length = key.chars().count().min(lengths.len() - 1);
        if let Some(n) = lengths.get_mut(length) {
            *n += 1;
        }
    }
    for (length, n) in lengths.iter().enumerate().rev() {
        if *n > left {
            return length as u16;
        }
        left -= n;
    }
    0
}
