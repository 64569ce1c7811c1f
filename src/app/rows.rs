//! Logs and runs as rows of a list: their columns, filters and searches.

use std::{borrow::Cow, cmp::Ordering};

use super::{
    filter::{Term, Test},
    table::Row,
};
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

/// Seconds from the first sample of a log to the last.
pub fn span_s(row: &LogRow) -> Option<f64> {
    Some(row.stop_us?.saturating_sub(row.start_us?) as f64 / 1e6)
}

fn runs(row: &LogRow) -> Option<u32> {
    Some(row.runs_ok?.saturating_add(row.runs_failed.unwrap_or(0)))
}

impl Row for LogRow {
    const FIELDS: &'static [&'static str] = &[
        "state", "log", "cell", "verdict", "reason", "since", "until", "size", "rows", "runs",
        "failed", "runtime",
    ];

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match LogColumn::ALL.get(column) {
            Some(LogColumn::State) => self.state.cmp(&other.state),
            Some(LogColumn::Cell) => natural(self.cell_id.as_deref(), other.cell_id.as_deref()),
            Some(LogColumn::Size) => self.size.cmp(&other.size),
            Some(LogColumn::Rows) => self.rows.cmp(&other.rows),
            Some(LogColumn::Runs) => runs(self).cmp(&runs(other)),
            Some(LogColumn::Span) => number(span_s(self), span_s(other)),
            Some(LogColumn::Harvested) => self.harvested_at_us.cmp(&other.harvested_at_us),
            Some(LogColumn::Verdict) => self.verdict.cmp(&other.verdict),
            Some(LogColumn::Log) | None => self.key.cmp(&other.key),
        }
    }

    fn holds(&self, term: &Term) -> bool {
        let (field, test) = match term {
            Term::Word(word) => {
                return self.contains(word) || self.reason.to_lowercase().contains(word);
            }
            Term::Field { field, test } => (field.as_str(), test),
        };
        match field {
            "state" => test.word(self.state.word()),
            "log" => test.text(&self.key),
            "cell" => cell_holds(self.cell_id.as_deref(), test),
            "verdict" => self.verdict.is_some_and(|v| test.word(v.word())),
            "reason" => test.text(&self.reason),
            "since" => test.known(self.stop_us.or(self.mtime_us).map(|t| t as f64)),
            "until" => test.known(self.start_us.or(self.mtime_us).map(|t| t as f64)),
            "size" => test.known(self.size.map(|n| n as f64)),
            "rows" => test.known(self.rows.map(|n| n as f64)),
            "runs" => test.known(runs(self).map(f64::from)),
            "failed" => test.known(self.runs_failed.map(f64::from)),
            "runtime" => test.known(span_s(self)),
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        contains(&self.key, text)
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
    /// A small picture of the run; sorts as the run does.
    Spark,
}

impl RunColumn {
    /// All columns in their order.
    pub const ALL: [Self; 10] = [
        Self::Run,
        Self::Log,
        Self::Cell,
        Self::Start,
        Self::Runtime,
        Self::Distance,
        Self::Samples,
        Self::Channels,
        Self::Verdict,
        Self::Spark,
    ];
}

fn distance(row: &RunRow) -> Option<f64> {
    (!row.distance_mm.is_empty()).then(|| row.distance_mm.values().sum())
}

impl Row for RunRow {
    const FIELDS: &'static [&'static str] = &[
        "run", "log", "cell", "verdict", "since", "until", "runtime", "distance", "rows",
        "samples", "channels", "flags",
    ];

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
            Some(RunColumn::Distance) => number(distance(self), distance(other)),
            Some(RunColumn::Samples) => self.samples.cmp(&other.samples),
            Some(RunColumn::Channels) => self.channels.cmp(&other.channels),
            Some(RunColumn::Verdict) => self.verdict.cmp(&other.verdict),
            Some(RunColumn::Run | RunColumn::Spark) | None => self.run.cmp(&other.run),
        }
    }

    fn holds(&self, term: &Term) -> bool {
        let (field, test) = match term {
            Term::Word(word) => return self.contains(word),
            Term::Field { field, test } => (field.as_str(), test),
        };
        match field {
            "run" => match test {
                Test::Has(part) => self.run.matches(part),
                Test::Is(..) => false,
            },
            "log" => test.text(&self.log_key),
            "cell" => cell_holds(self.cell_id.as_deref(), test),
            "verdict" => test.word(self.verdict.word()),
            "since" => test.known(self.stop_us.map(|t| t as f64)),
            "until" => test.known(self.start_us.map(|t| t as f64)),
            "runtime" => test.known(self.runtime_s),
            "distance" => test.known(distance(self)),
            "rows" => test.number(self.rows as f64),
            "samples" => test.number(self.samples as f64),
            "channels" => test.number(f64::from(self.channels)),
            "flags" => test.number(f64::from(self.flags)),
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        contains(&self.log_key, text)
            || may_be_id(text) && self.run.matches(text)
            || self.error.as_deref().is_some_and(|e| contains(e, text))
    }
}

/// Whether a part of an id may look so; to hold a text against an id is slow.
fn may_be_id(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '…') || c.is_whitespace();
    text.chars().all(digit)
}

/// Whether `text` contains `part`, which is in lower case, whatever the case of `text`.
pub(super) fn contains(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        // Without the allocation: this runs over every row at each key press.
        let (text, part) = (text.as_bytes(), part.as_bytes());
        return part.is_empty()
            || text
                .windows(part.len())
                .any(|window| window.eq_ignore_ascii_case(part));
    }
    text.to_lowercase().contains(part)
}

/// `cell:10` means the cell whose name is `10`, and the folder `cell-10` too.
pub(super) fn cell_holds(cell: Option<&str>, test: &Test) -> bool {
    cell.is_some_and(|cell| {
        let bare = cell
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .trim_start_matches('0');
        test.word(cell) || !bare.is_empty() && test.word(bare)
    })
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
