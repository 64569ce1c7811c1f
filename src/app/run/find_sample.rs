//! The sample of a channel with the largest or smallest value, or nearest to one.

use std::sync::Arc;

use super::TableRef;
use crate::{
    app::query::{Query, QueryContext},
    etl::{Result, lake::run_file::RunFile},
};

/// Which sample of a channel is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The largest value.
    Largest,
    /// The smallest value.
    Smallest,
    /// The value nearest to this one.
    Nearest(f64),
}

impl Goal {
    /// How good a value is: the larger, the better.
    fn worth(self, value: f64) -> f64 {
        match self {
            Self::Largest => value,
            Self::Smallest => -value,
            Self::Nearest(wanted) => -(value - wanted).abs(),
        }
    }
}

/// The first sample of a channel with the largest or the smallest value, or the one nearest to a
/// value. Reads the whole column, row group by row group.
#[derive(Debug, Clone, PartialEq)]
pub struct FindSample {
    /// Where.
    pub table: TableRef,
    /// The channel.
    pub channel: String,
    /// Which.
    pub goal: Goal,
    /// What is looked for, in words: `largest`, `p99`.
    pub title: String,
    /// Rows of the table that count, ascending; `None`: all.
    pub among: Option<Arc<[u64]>>,
    /// Whether the answer opens Signals.
    pub opens: bool,
}

/// A row in which a channel has a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundSample {
    /// The row of the table.
    pub row: u64,
    /// Its time in microseconds since 1970.
    pub time: i64,
    /// The channel's value there.
    pub value: f64,
}

impl Query for FindSample {
    /// The query, and what was found; `None`: the channel has no value.
    type Answer = (FindSample, Option<FoundSample>);

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let file = self.table.open(on.lake)?;
        let found = self.in_table(&file, on)?;
        Ok((self, found))
    }
}

impl FindSample {
    fn in_table(&self, file: &RunFile, on: &QueryContext<'_>) -> Result<Option<FoundSample>> {
        let mut best: Option<(u64, f64)> = None;
        for group in file.groups() {
            on.cancel.check()?;
            let window = file.read_values(&[&self.channel], group, on.cancel)?;
            let values = window.columns.first().map_or(&[][..], Vec::as_slice);
            for (row, value) in (window.first_row..).zip(values) {
                // Of equal ones the first: the others may hold it.
                let better = best.is_none_or(|(_, b)| self.goal.worth(*value) > self.goal.worth(b));
                if value.is_finite() && better && self.counts(row) {
                    best = Some((row, *value));
                }
            }
        }
        let Some((row, value)) = best else {
            return Ok(None);
        };
        let times = file.read(&[], row..row + 1, on.cancel)?.times;
        let found = |time: &i64| FoundSample {
            row,
            time: *time,
            value,
        };
        Ok(times.first().map(found))
    }

    fn counts(&self, row: u64) -> bool {
        let among = self.among.as_deref();
        among.is_none_or(|rows| rows.binary_search(&row).is_ok())
    }
}
