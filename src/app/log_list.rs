//! The logs, or runs, as one answer, with what takes a pass over all of them.

use std::collections::BTreeMap;

use super::{
    columns::Meaning,
    top::{Count, Counted},
};
use crate::etl::{
    catalog::{LogRow, LogState, RunRow, best_copies},
    format::{count, count_of, thousands},
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
    /// All runs: those that several logs have once, as are the counts below.
    pub all: usize,
    /// Further copies of these runs that other logs have.
    pub copies: usize,
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
        let best = best_copies(rows);
        let mut counts = Self::default();
        for (row, is_best) in rows.iter().zip(best) {
            if !is_best {
                counts.copies += 1;
                continue;
            }
            counts.all += 1;
            match (row.error(), row.verdict) {
                (Some(_), _) => counts.failed += 1,
                (None, Verdict::Fail) => counts.fail += 1,
                (None, Verdict::Suspect) => counts.suspect += 1,
                (None, Verdict::NotEvaluated) => counts.not_evaluated += 1,
                (None, Verdict::Pass) => {}
            }
        }
        counts
    }

    /// For the top line: `310 runs`, `12 copies`, `4 fail`, `21 suspect`.
    pub fn in_words(self) -> Vec<Count> {
        if self.all == 0 {
            return Vec::new();
        }
        let mut words = vec![Count {
            of: Counted::Runs,
            text: count(self.all as u64, "run"),
            meaning: Meaning::Muted,
        }];
        if self.copies > 0 {
            words.push(Count {
                of: Counted::Copies,
                text: count_of(self.copies as u64, "copy", "copies"),
                meaning: Meaning::Muted,
            });
        }
        let not_evaluated = Verdict::NotEvaluated;
        for (n, word, of, meaning) in [
            (
                self.failed,
                "not harvested",
                Counted::Failed,
                Meaning::Error,
            ),
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
            key_width: key_width(rows.iter().map(|row| row.log_key())),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::fixture::run, etl::catalog::RunFields};

    #[test]
    fn a_run_of_several_logs_counts_once_with_the_verdict_of_the_copy_that_counts() {
        let copy = |log: &str, other: &str, samples: u64, verdict| {
            RunRow::from(RunFields {
                also_in: &[other.to_owned()],
                samples,
                verdict,
                ..run(7, log).fields()
            })
        };
        let mut alone = run(8, "a");
        alone.verdict = Verdict::Suspect;
        let rows = vec![
            copy("a", "b", 5, Verdict::Fail),
            copy("b", "a", 9, Verdict::Pass),
            alone,
        ];
        let counts = RunCounts::of(&rows);
        assert_eq!((counts.all, counts.copies), (2, 1));
        assert_eq!(
            (counts.fail, counts.suspect),
            (0, 1),
            "the fuller copy counts"
        );
        let words: Vec<String> = counts.in_words().into_iter().map(|c| c.text).collect();
        assert_eq!(words, ["2 runs", "1 copy", "1 suspect"]);
        // In the list of one log there is one copy.
        assert_eq!(RunCounts::of(&rows[..1]).copies, 0);
    }
}
