//! What the samples of a run ask.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use super::{TableRef, table_ref::names};
use crate::{
    app::query::{Query, QueryContext},
    etl::{
        Error, Result,
        filter::Condition,
        held::{self, CellKind, CellKinds},
        lake::run_file::Window,
        profile::Profile,
        schema::Field,
        stats::ChannelStats,
    },
};

/// Rows of the samples in memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SampleRows {
    /// Their times and values.
    pub window: Window,
    /// What each cell is, by the window's columns and rows.
    pub kinds: Vec<Vec<CellKind>>,
}

/// The rows of the table at some positions of what is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRows {
    /// Where.
    pub table: TableRef,
    /// Which channels, in order.
    pub channels: Vec<String>,
    /// Those of them that hold no value.
    pub whole: BTreeSet<String>,
    /// Positions among the rows that are shown.
    pub positions: Range<u64>,
    /// The rows at these positions, ascending, where a filter shows not all rows of the table.
    pub rows: Option<Vec<u64>>,
}

impl Query for ReadRows {
    /// Rows whose window begins at the first position.
    type Answer = SampleRows;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let (file, channels) = (self.table.open(on.lake)?, names(&self.channels));
        let kinds = CellKinds::new(&on.lake.profile, &channels, &self.whole);
        let mut out = SampleRows {
            window: Window {
                first_row: self.positions.start,
                times: Vec::new(),
                columns: vec![Vec::new(); channels.len()],
            },
            kinds: vec![Vec::new(); channels.len()],
        };
        let mut add = |rows: Range<u64>, wanted: &mut dyn Iterator<Item = u64>| {
            // What a cell is shows beside the one above it.
            let read = rows.start.saturating_sub(1)..rows.end;
            let window = file.read(&channels, read, on.cancel)?;
            for row in wanted {
                let at = (row - window.first_row) as usize;
                if at < window.times.len() {
                    out.add(&window, at, &kinds);
                }
            }
            Ok::<_, Error>(())
        };
        match self.rows {
            None => add(self.positions.clone(), &mut self.positions.clone())?,
            Some(rows) => {
                for group in file.groups() {
                    let from = rows.partition_point(|r| *r < group.start);
                    let to = rows.partition_point(|r| *r < group.end);
                    let inside = rows.get(from..to).unwrap_or_default();
                    if let Some((first, last)) = inside.first().zip(inside.last()) {
                        add(*first..last + 1, &mut inside.iter().copied())?;
                    }
                }
            }
        }
        Ok(out)
    }
}

impl SampleRows {
    /// Adds a row of a window that also has the row before it.
    pub(super) fn add(&mut self, window: &Window, at: usize, kinds: &CellKinds) {
        self.window.times.extend(window.times.get(at));
        let columns = self.window.columns.iter_mut().zip(&mut self.kinds);
        for (column, ((values, out), from)) in columns.zip(&window.columns).enumerate() {
            values.extend(from.get(at));
            out.push(kinds.of(window, column, at));
        }
    }
}

/// The channels whose samples all differ from the one before: their cells that repeat a value
/// are held. Reads whole columns.
#[derive(Debug, Clone, PartialEq)]
pub struct CountChanges {
    /// Where.
    pub table: TableRef,
    /// Statistics of the run's channels.
    pub channels: BTreeMap<String, ChannelStats>,
}

impl Query for CountChanges {
    type Answer = BTreeSet<String>;

    const SLOW: bool = true;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let (file, profile) = (self.table.open(on.lake)?, &on.lake.profile);
        let mut names = held::without_derivative(profile, &self.channels);
        names.retain(|name| file.columns().contains(name));
        if names.is_empty() {
            return Ok(BTreeSet::new());
        }
        held::changes(&file, profile, &names, &self.channels, on.cancel)
    }
}

/// The rows of the table that fulfil a condition, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterRows {
    /// Where.
    pub table: TableRef,
    /// What they must fulfil.
    pub condition: Condition,
}

impl Query for FilterRows {
    type Answer = (Condition, Vec<u64>);

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let rows = self
            .condition
            .rows_of(&self.table.open(on.lake)?, on.cancel)?;
        Ok((self.condition, rows))
    }
}

/// What to search for in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The column.
    pub channel: String,
    /// A null; else a value beyond the profile's limits.
    pub null: bool,
    /// Towards the end; else towards the start.
    pub forward: bool,
}

/// The next row whose value matches; `None`: there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct FindRow {
    /// Where.
    pub table: TableRef,
    /// What is searched for.
    pub target: Target,
    /// The row to begin beside.
    pub from: u64,
    /// Rows of the table that count, ascending; `None`: all.
    pub among: Option<Arc<[u64]>>,
}

impl Query for FindRow {
    type Answer = (Target, Option<u64>);

    /// Reads row group by row group.
    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let file = self.table.open(on.lake)?;
        let Self {
            target,
            from,
            among,
            ..
        } = self;
        let (low, high) = limits(&on.lake.profile, &target.channel);
        if !target.null && low.is_none() && high.is_none() {
            return Err(Error::Usage(format!(
                "{} has no limits: the profile gives its field neither min nor max",
                target.channel
            )));
        }
        let is_it = |v: f64| {
            if target.null {
                v.is_nan()
            } else {
                low.is_some_and(|l| v < l) || high.is_some_and(|h| v > h)
            }
        };
        let counts = |row: u64| {
            let among = among.as_deref();
            among.is_none_or(|rows| rows.binary_search(&row).is_ok())
        };
        let mut groups: Vec<_> = file.groups().collect();
        if !target.forward {
            groups.reverse();
        }
        for group in groups {
            on.cancel.check()?;
            let rows = if target.forward {
                group.start.max(from.saturating_add(1))..group.end
            } else {
                group.start..group.end.min(from)
            };
            if rows.is_empty() {
                continue;
            }
            let window = file.read(&[&target.channel], rows, on.cancel)?;
            let values = window.columns.first().map_or(&[][..], Vec::as_slice);
            let mut hits = (window.first_row..)
                .zip(values)
                .filter(|(row, v)| is_it(**v) && counts(*row))
                .map(|(row, _)| row);
            let hit = if target.forward {
                hits.next()
            } else {
                hits.last()
            };
            if hit.is_some() {
                return Ok((target, hit));
            }
        }
        Ok((target, None))
    }
}

/// The limits of the field behind a channel: below the first or above the second is
/// beyond. Derived channels have none.
pub(super) fn limits(profile: &Profile, channel: &str) -> (Option<f64>, Option<f64>) {
    let field = profile.field_of(channel);
    field.map(Field::limits).unwrap_or_default()
}

/// The row of the table at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct LocateTime {
    /// Where.
    pub table: TableRef,
    /// Microseconds since 1970.
    pub time: i64,
    /// The row that a chart's cursor reads at this time: the last at or before it. Else, of a
    /// time that was typed, the first at or after it.
    pub cursor: bool,
}

impl Query for LocateTime {
    /// The query, and the row.
    type Answer = (LocateTime, u64);

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let file = self.table.open(on.lake)?;
        let row = if self.cursor {
            file.row_at(self.time.saturating_add(1))?.saturating_sub(1)
        } else {
            file.row_at(self.time)?
        };
        Ok((self, row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            run::{ReadPaths, ReadRun},
            signals::fixture::{START, harvested},
        },
        etl::{base::CancelToken, lake::Context, run_id::RunId},
    };

    fn run<Q: Query>(context: &Context, query: Q) -> Result<Q::Answer> {
        query.run(&mut QueryContext::new(
            context,
            &mut None,
            &CancelToken::new(),
        ))
    }

    #[test]
    fn a_harvested_run_answers_what_its_tabs_ask() {
        let dir = tempfile::tempdir().unwrap();
        let (context, table) = harvested(dir.path());
        let query = ReadRun {
            log_key: "a.csv".into(),
            run: RunId(7),
        };
        let detail = run(&context, query).unwrap().unwrap().detail;
        assert_eq!(TableRef::of(&detail.row).as_ref(), Some(&table));
        assert_eq!(detail.row.rows(), 700);

        let rows = ReadRows {
            table: table.clone(),
            channels: vec!["fx_1".to_owned(), "x_1".to_owned()],
            whole: BTreeSet::new(),
            positions: 690..2000,
            rows: None,
        };
        let window = run(&context, rows).unwrap().window;
        assert_eq!((window.first_row, window.times.len()), (690, 10));
        assert_eq!(
            window.columns[1],
            (40..50).map(f64::from).collect::<Vec<_>>()
        );
        // One axis is no path.
        let paths = ReadPaths {
            table: table.clone(),
            intervals_s: BTreeMap::new(),
        };
        assert_eq!(run(&context, paths).unwrap(), []);
        let locate = |cursor| LocateTime {
            table: table.clone(),
            time: START + 5_001_000,
            cursor,
        };
        assert_eq!(run(&context, locate(false)).unwrap().1, 501);
        assert_eq!(run(&context, locate(true)).unwrap().1, 500);
    }

    #[test]
    fn a_table_that_was_deleted_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let (context, table) = harvested(dir.path());
        std::fs::remove_file(context.lake.location("a.csv", &table.file_name)).unwrap();
        let query = LocateTime {
            table,
            time: 0,
            cursor: false,
        };
        let error = run(&context, query.clone());
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("is gone; a harvest of a.csv recreates it"),
            "{error}"
        );
        std::fs::remove_file(context.data_dir.join("a.csv")).unwrap();
        let error = run(&context, query).unwrap_err().to_string();
        assert!(
            error.contains("is gone, and so is the log a.csv: it cannot be made again"),
            "{error}"
        );
    }
}
