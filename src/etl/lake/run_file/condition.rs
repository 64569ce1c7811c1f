//! Conditions over the rows of a table.

use std::{collections::HashMap, ops::Range};

use super::{RunFile, TIME, Window};
use crate::{
    Result,
    base::CancelToken,
    expression::{Bounds, Cells, Condition, Steps},
};

impl Bounds {
    /// What the statistics of a row group of a table say of a column.
    pub fn in_group(table: &RunFile, group: usize, column: &str) -> Self {
        if column == TIME {
            let times = table.group_times(group);
            return times.map_or(Self::Unknown, |(first, last)| Self::Times(first, last));
        }
        if !table.columns().iter().any(|known| known == column) {
            return Self::Absent;
        }
        let Some(stats) = table.group_range(group, column) else {
            return Self::Unknown;
        };
        let rows = table.groups().nth(group).map(|rows| rows.end - rows.start);
        match stats.range {
            Some((min, max)) => Self::numbers(min, max, stats.nulls != Some(0)),
            None if stats.nulls.is_some() && stats.nulls == rows => Self::Numbers {
                range: None,
                nulls: true,
            },
            None => Self::Unknown,
        }
    }
}

impl Condition {
    /// The rows of a table that fulfil it, ascending, read row group by row group.
    ///
    /// # Errors
    /// Those of [`RunFile::read`]; [`crate::Error::Cancelled`].
    pub fn rows_of(&self, table: &RunFile, cancel: &CancelToken) -> Result<Vec<u64>> {
        let mut rows = Vec::new();
        for (group, span) in table.groups().enumerate() {
            cancel.check()?;
            if self.may_hold(|name| Bounds::in_group(table, group, name)) {
                let mut cells = GroupCells::new(table, group, cancel).with_statistics();
                let found = self.matching(&mut cells)?;
                rows.extend(found.into_iter().flat_map(|part| {
                    span.start + u64::from(part.start)..span.start + u64::from(part.end)
                }));
            }
        }
        Ok(rows)
    }

    /// The rows of the window that fulfil it; it holds [`Condition::channels`].
    pub fn rows(&self, window: &Window, out: &mut Vec<u64>) {
        let names = self.channels().into_iter().map(str::to_owned);
        let channels = names.zip(window.columns.iter().map(|cells| Steps::of(cells)));
        let mut cells = WindowCells {
            channels: channels.collect(),
            times: &window.times,
        };
        // What is in memory can be read.
        for part in self.matching(&mut cells).unwrap_or_default() {
            out.extend(part.map(|row| window.first_row + u64::from(row)));
        }
    }
}

/// The cells of a row group, read when they are asked for.
pub struct GroupCells<'a> {
    table: &'a RunFile,
    group: usize,
    rows: Range<u64>,
    cancel: &'a CancelToken,
    channels: HashMap<String, Option<Steps>>,
    /// Of these only where they are null was read.
    presence: HashMap<String, Steps>,
    with_statistics: bool,
    times: Option<Vec<i64>>,
}

impl<'a> GroupCells<'a> {
    /// Those of row group number `group`.
    pub fn new(table: &'a RunFile, group: usize, cancel: &'a CancelToken) -> Self {
        Self {
            table,
            group,
            rows: table.groups().nth(group).unwrap_or_default(),
            cancel,
            channels: HashMap::new(),
            presence: HashMap::new(),
            with_statistics: false,
            times: None,
        }
    }

    /// With statistics that decide what they can, so that less is read: for what takes them to be
    /// those of the cells.
    #[must_use]
    pub fn with_statistics(self) -> Self {
        Self {
            with_statistics: true,
            ..self
        }
    }
}

impl Cells for GroupCells<'_> {
    fn rows(&self) -> u32 {
        (self.rows.end - self.rows.start) as u32
    }

    fn bounds(&self, column: &str) -> Bounds {
        match self.with_statistics {
            true => Bounds::in_group(self.table, self.group, column),
            false => Bounds::Unknown,
        }
    }

    fn presence(&mut self, channel: &str) -> Result<Option<&Steps>> {
        let is_known = self.channels.contains_key(channel);
        if is_known || !self.table.columns().iter().any(|known| known == channel) {
            return self.steps(channel);
        }
        if !self.presence.contains_key(channel) {
            let steps = self.table.presence(self.group, channel)?;
            self.presence.insert(channel.to_owned(), steps);
        }
        Ok(self.presence.get(channel))
    }

    fn steps(&mut self, channel: &str) -> Result<Option<&Steps>> {
        if !self.channels.contains_key(channel) {
            let has = self.table.columns().iter().any(|known| known == channel);
            let steps = has.then(|| self.table.steps(self.group, channel));
            self.channels.insert(channel.to_owned(), steps.transpose()?);
        }
        Ok(self.channels.get(channel).and_then(Option::as_ref))
    }

    fn times(&mut self) -> Result<&[i64]> {
        if self.times.is_none() {
            let window = self.table.read(&[], self.rows.clone(), self.cancel)?;
            self.times = Some(window.times);
        }
        Ok(self.times.as_deref().unwrap_or_default())
    }

    fn times_at(&mut self, rows: &[u32]) -> Result<Vec<i64>> {
        match &self.times {
            Some(times) => {
                let at = rows.iter().filter_map(|row| times.get(*row as usize));
                Ok(at.copied().collect())
            }
            None => self.table.times_at(self.group, rows),
        }
    }
}

/// Cells that are in memory.
struct WindowCells<'a> {
    channels: Vec<(String, Steps)>,
    times: &'a [i64],
}

impl Cells for WindowCells<'_> {
    fn rows(&self) -> u32 {
        self.times.len() as u32
    }

    fn steps(&mut self, channel: &str) -> Result<Option<&Steps>> {
        let found = self.channels.iter().find(|(name, _)| name == channel);
        Ok(found.map(|(_, steps)| steps))
    }

    fn times(&mut self) -> Result<&[i64]> {
        Ok(self.times)
    }
}
