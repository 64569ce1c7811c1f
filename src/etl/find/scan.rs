//! The stretches of one table.

use std::ops::Range;

use super::{Search, Stretch};
use crate::{
    Result,
    base::CancelToken,
    filter::{Bounds, Cells, Condition, GroupCells},
    lake::run_file::RunFile,
};

/// The search of one table: its row groups in order.
pub(super) struct Scan<'a> {
    /// Those found so far, by time.
    pub stretches: Vec<Stretch>,
    search: &'a Search,
    target: u32,
    /// The stretch that goes on.
    open: Option<Stretch>,
}

impl<'a> Scan<'a> {
    pub fn new(search: &'a Search, target: u32) -> Self {
        Self {
            stretches: Vec::new(),
            search,
            target,
            open: None,
        }
    }

    /// Reads the columns that the condition names, and times only where a row matches.
    pub fn table(
        &mut self,
        table: &RunFile,
        condition: &Condition,
        cancel: &CancelToken,
    ) -> Result<()> {
        let mut last = None;
        for (group, rows) in table.groups().enumerate() {
            cancel.check()?;
            if rows.is_empty() {
                continue;
            }
            let bounds = |name: &str| Bounds::in_group(table, group, name);
            if self.search.skips && !condition.may_hold(bounds) {
                if self.open.is_some() {
                    let first = match table.group_times(group) {
                        Some((first, _)) => Some(first),
                        None => time_of(table, rows.start, cancel)?,
                    };
                    self.close(first);
                }
            } else {
                self.group(table, condition, group, cancel)?;
            }
            last = Some(rows.end - 1);
        }
        if let (Some(_), Some(row)) = (&self.open, last) {
            let time = time_of(table, row, cancel)?;
            self.close(time);
        }
        Ok(())
    }

    fn group(
        &mut self,
        table: &RunFile,
        condition: &Condition,
        group: usize,
        cancel: &CancelToken,
    ) -> Result<()> {
        let mut cells = GroupCells::new(table, group, cancel);
        let found = condition.matching(&mut cells)?;
        if found.is_empty() && self.open.is_none() {
            return Ok(());
        }
        let rows = cells.rows();
        let steps = match condition.channels().first() {
            Some(channel) => cells.steps(channel)?,
            None => None,
        };
        let extreme = self.search.extreme;
        let extreme_of = |part: &Range<u32>| {
            let values = steps.map_or(&[][..], |steps| steps.values_in(part.start, part.end));
            values.iter().fold(f64::NAN, |a, b| extreme.of_two(a, *b))
        };
        let extremes: Vec<f64> = found.iter().map(extreme_of).collect();
        let times = cells.times()?;
        let time = |row: u32| times.get(row as usize).copied();
        if found.first().is_none_or(|first| first.start > 0) {
            self.close(time(0));
        }
        for (part, extreme) in found.into_iter().zip(extremes) {
            self.extend(time(part.start), extreme);
            if part.end < rows {
                self.close(time(part.end));
            }
        }
        Ok(())
    }

    /// Begins a stretch at `time` unless one goes on; `value` is its next extreme, NaN for none.
    fn extend(&mut self, time: Option<i64>, value: f64) {
        let time = time.unwrap_or_default();
        let open = self.open.get_or_insert(Stretch {
            target: self.target,
            start_us: time,
            stop_us: time,
            extreme: f64::NAN,
        });
        open.extreme = self.search.extreme.of_two(open.extreme, value);
    }

    /// Ends the stretch that goes on, if one does, and keeps it if it is long enough.
    fn close(&mut self, stop_us: Option<i64>) {
        let Some(mut stretch) = self.open.take() else {
            return;
        };
        stretch.stop_us = stop_us.unwrap_or(stretch.start_us);
        if stretch.stop_us.saturating_sub(stretch.start_us) >= self.search.at_least_us {
            self.stretches.push(stretch);
        }
    }
}

fn time_of(table: &RunFile, row: u64, cancel: &CancelToken) -> Result<Option<i64>> {
    Ok(table
        .read(&[], row..row + 1, cancel)?
        .times
        .first()
        .copied())
}
