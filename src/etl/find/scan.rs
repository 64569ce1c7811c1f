//! The stretches of one table.

use std::ops::Range;

use super::{Extreme, Search, Stretch};
use crate::{
    Result,
    base::CancelToken,
    filter::{Bounds, Condition},
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
                self.group(table, condition, rows.clone(), cancel)?;
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
        rows: Range<u64>,
        cancel: &CancelToken,
    ) -> Result<()> {
        let all = condition.channels();
        let has = |name: &&str| table.columns().iter().any(|known| known == name);
        let present: Vec<&str> = all.iter().copied().filter(has).collect();
        let mut window = if condition.names_time() {
            table.read(&present, rows.clone(), cancel)?
        } else {
            table.read_values(&present, rows.clone(), cancel)?
        };
        let mut read = window.columns.iter().map(Vec::as_slice);
        let cells: Vec<Option<&[f64]>> = all
            .iter()
            .map(|name| has(name).then(|| read.next()).flatten())
            .collect();
        let count = (rows.end - rows.start) as usize;
        let mut matches = vec![false; count];
        let mut any = false;
        condition.each_row(&cells, &window.times, count, |row, holds| {
            any |= holds;
            if let Some(cell) = matches.get_mut(row) {
                *cell = holds;
            }
        });
        if !any && self.open.is_none() {
            return Ok(());
        }
        if !condition.names_time() {
            window.times = table.read(&[], rows, cancel)?.times;
        }
        let cells = cells.first().copied().flatten();
        for (row, (time, holds)) in window.times.iter().zip(&matches).enumerate() {
            if !holds {
                self.close(Some(*time));
                continue;
            }
            let value = cells.and_then(|cells| cells.get(row));
            self.extend(*time, value.copied().unwrap_or(f64::NAN));
        }
        Ok(())
    }

    fn extend(&mut self, time: i64, value: f64) {
        let extreme: Extreme = self.search.extreme;
        let open = self.open.get_or_insert(Stretch {
            target: self.target,
            start_us: time,
            stop_us: time,
            extreme: f64::NAN,
        });
        open.extreme = extreme.of_two(open.extreme, value);
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
