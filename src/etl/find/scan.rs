//! The stretches of one table.

use super::{Search, Stretch};
use crate::{
    Result,
    base::CancelToken,
    expression::{Bounds, Condition, Stretches},
    lake::run_file::{GroupCells, RunFile},
};

/// The search of one table: its row groups in order.
pub(super) struct Scan<'a> {
    search: &'a Search,
    target: u32,
    stretches: Stretches,
}

impl<'a> Scan<'a> {
    pub fn new(search: &'a Search, target: u32) -> Self {
        Self {
            search,
            target,
            stretches: Stretches::new(search.extreme, search.at_least_us),
        }
    }

    /// The stretches of a table, by time. Reads the columns that the condition names, and times only
    /// where a row matches.
    pub fn table(
        &mut self,
        table: &RunFile,
        condition: &Condition,
        cancel: &CancelToken,
    ) -> Result<Vec<Stretch>> {
        let mut last = None;
        for (group, rows) in table.groups().enumerate() {
            cancel.check()?;
            if rows.is_empty() {
                continue;
            }
            let bounds = |name: &str| Bounds::in_group(table, group, name);
            if self.search.skips && !condition.may_hold(bounds) {
                if self.stretches.is_open() {
                    let first = match table.group_times(group) {
                        Some((first, _)) => first,
                        None => time_of(table, rows.start, cancel)?,
                    };
                    self.stretches.close(first);
                }
            } else {
                let cells = GroupCells::new(table, group, cancel);
                let mut cells = match self.search.skips {
                    true => cells.with_statistics(),
                    false => cells,
                };
                self.stretches.rows(condition, &mut cells)?;
            }
            last = Some(rows.end - 1);
        }
        if let (true, Some(row)) = (self.stretches.is_open(), last) {
            self.stretches.close(time_of(table, row, cancel)?);
        }
        let found = self.stretches.take().into_iter();
        let stretches = found.map(|found| Stretch {
            target: self.target,
            start_us: found.start_us,
            stop_us: found.stop_us,
            extreme: found.extreme,
        });
        Ok(stretches.collect())
    }
}

/// The time of a row; 0 where there is none.
fn time_of(table: &RunFile, row: u64, cancel: &CancelToken) -> Result<i64> {
    Ok(table
        .read(&[], row..row + 1, cancel)?
        .times
        .first()
        .copied()
        .unwrap_or_default())
}
