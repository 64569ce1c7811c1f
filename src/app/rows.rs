//! Logs and runs as rows of a list: their columns.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeMap};

use super::table::Row;
use crate::etl::{
    catalog::{LogRow, LogState, RunRow},
    natural_order::compare_names,
};

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

/// The list of logs, with what takes a look at all of them.
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

impl Row for LogRow {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match LogColumn::ALL.get(column) {
            Some(LogColumn::State) => self.state.cmp(&other.state),
            Some(LogColumn::Cell) => names(self.cell_id.as_deref(), other.cell_id.as_deref()),
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

/// Columns of the lists of runs.
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
    /// How far a robot went: the one at this place among the robots of the list.
    Distance(usize),
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
    /// Columns that every list has; those of robots follow them in the order of sorting.
    const FIXED: [Self; 10] = [
        Self::Run,
        Self::Log,
        Self::Cell,
        Self::Start,
        Self::Runtime,
        Self::Samples,
        Self::Channels,
        Self::Verdict,
        Self::Flags,
        Self::Spark,
    ];

    /// All columns of a list with so many robots, from left to right.
    pub fn all(robots: usize) -> Vec<Self> {
        let mut all = Self::FIXED.to_vec();
        let after = all.iter().position(|id| *id == Self::Runtime);
        let at = after.map_or(0, |at| at + 1);
        all.splice(at..at, (0..robots).map(Self::Distance));
        all
    }

    /// Its place in the order of sorting, which does not depend on how many robots there are.
    pub fn index(self) -> usize {
        match self {
            Self::Distance(robot) => Self::FIXED.len() + robot,
            id => Self::FIXED.iter().position(|at| *at == id).unwrap_or(0),
        }
    }

    /// The inverse of [`RunColumn::index`].
    pub fn of_index(index: usize) -> Option<Self> {
        let robot = index.checked_sub(Self::FIXED.len());
        Self::FIXED
            .get(index)
            .copied()
            .or_else(|| robot.map(Self::Distance))
    }
}

impl Row for RunRow {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.log_key, self.run))
    }

    fn same(&self, other: &Self) -> bool {
        self.run == other.run && self.log_key == other.log_key
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match RunColumn::of_index(column) {
            Some(RunColumn::Log) => self.log_key.cmp(&other.log_key),
            Some(RunColumn::Cell) => names(self.cell_id.as_deref(), other.cell_id.as_deref()),
            Some(RunColumn::Start) => self.start_us.cmp(&other.start_us),
            Some(RunColumn::Runtime) => number(self.runtime_s, other.runtime_s),
            Some(RunColumn::Distance(robot)) => {
                number(self.distance_mm.at(robot), other.distance_mm.at(robot))
            }
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

/// Names of cells or robots in their one order; none comes first.
pub(super) fn names(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare_names(a, b),
        _ => a.is_some().cmp(&b.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{fixture, state::Runs},
        etl::catalog::Distances,
    };

    #[test]
    fn each_robot_sorts_by_its_own_distance() {
        let mut runs: Vec<RunRow> = (0..3).map(|n| fixture::run(n, "a")).collect();
        let distances = [&[("1", 3.0), ("2", 1.0)][..], &[("2", 9.0)], &[("1", 2.0)]];
        for (run, distances) in runs.iter_mut().zip(distances) {
            let each = distances
                .iter()
                .map(|(robot, mm)| ((*robot).to_owned(), *mm));
            run.distance_mm = each.collect();
        }
        Distances::align(&mut runs);
        let order = |robot: usize| {
            let column = RunColumn::Distance(robot).index();
            let mut sorted: Vec<(usize, &RunRow)> = runs.iter().enumerate().collect();
            sorted.sort_by(|(_, a), (_, b)| a.compare(b, column));
            sorted.into_iter().map(|(at, _)| at).collect::<Vec<_>>()
        };
        // A run without the distance comes first.
        assert_eq!((order(0), order(1)), (vec![1, 2, 0], vec![2, 0, 1]));
    }

    #[test]
    fn columns_keep_their_places_in_the_order_of_sorting() {
        for robots in 0..4 {
            let all = RunColumn::all(robots);
            assert_eq!(all.len(), RunColumn::FIXED.len() + robots);
            for id in all {
                assert_eq!(RunColumn::of_index(id.index()), Some(id));
            }
        }
    }

    #[test]
    fn order_and_cursor_stay_with_their_robot_when_robots_come_and_go() {
        let of = |robots: &[&str]| {
            let mut run = fixture::run(0, "a");
            run.distance_mm = robots.iter().map(|r| ((*r).to_owned(), 1.0)).collect();
            vec![run]
        };
        let mut runs = Runs::default();
        runs.replace(of(&["2", "left"]));
        let left = |robots: usize| RunColumn::Distance(robots - 1).index();
        runs.table.sort = Some((left(2), true));
        runs.table.column = left(2);
        runs.replace(of(&["1", "2", "left"]));
        assert_eq!(runs.table.sort, Some((left(3), true)));
        assert_eq!(runs.table.column, left(3));
        runs.replace(of(&["1", "2"]));
        assert_eq!((runs.table.sort, runs.table.column), (None, 0));
    }
}
