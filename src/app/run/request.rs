//! What the views of a run ask of workers, and what they are answered.

use std::{io::ErrorKind, ops::Range, sync::Arc};

use crate::{
    app::{
        run::RobotPath,
        signals::{Part, SignalsAnswer, SignalsQuery},
    },
    etl::{
        Error, Result,
        catalog::{RunDetail, RunRow},
        filter::Condition,
        lake::{
            Context,
            run_file::{RunFile, Window},
        },
        run_id::RunId,
        text,
    },
};

/// Which part of the run's views asks. Each has at most one request under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunSlot {
    /// Everything short of samples.
    Detail,
    /// Something for the charts.
    Signals(Part),
    /// The rows on the screen.
    Rows,
    /// The row of a time.
    Locate,
    /// The rows that pass a filter.
    Filter,
    /// A row to jump to.
    Seek,
    /// The paths of the robots.
    Path,
}

impl RunSlot {
    /// Every slot.
    pub const ALL: [Self; 10] = [
        Self::Detail,
        Self::Signals(Part::Overview),
        Self::Signals(Part::Channel),
        Self::Signals(Part::CursorRow),
        Self::Signals(Part::RowTimes),
        Self::Rows,
        Self::Locate,
        Self::Filter,
        Self::Seek,
        Self::Path,
    ];
}

/// The table of a run in the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRef {
    /// The log's key.
    pub log_key: String,
    /// The table's file beside the log's record.
    pub file_name: String,
}

impl TableRef {
    /// The table of a run that has one.
    pub fn of(row: &RunRow) -> Option<Self> {
        Some(Self {
            log_key: row.log_key.clone(),
            file_name: row.file_name.clone()?,
        })
    }

    /// Opens it.
    ///
    /// # Errors
    /// As [`Lake::open_table`](crate::etl::lake::Lake::open_table); where the table is gone the
    /// sentence says how to make it again.
    pub fn open(&self, context: &Context) -> Result<RunFile> {
        match context.lake.open_table(&self.log_key, &self.file_name) {
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                let path = context.lake.location(&self.log_key, &self.file_name);
                Err(Error::Log(format!(
                    "the run's table {} is gone; a harvest of {} (H) makes it again",
                    text::visible_path(&path),
                    self.log_key
                )))
            }
            result => result,
        }
    }
}

/// What to look for in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The column.
    pub channel: String,
    /// A null; else a value beyond the profile's limits.
    pub null: bool,
    /// Towards the end; else towards the start.
    pub forward: bool,
}

/// What a run's views ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum RunRequest {
    /// Everything about a run short of its samples.
    Detail {
        /// The log's key.
        log_key: String,
        /// The run.
        run: RunId,
    },
    /// Something for the charts.
    Signals(SignalsQuery),
    /// Some rows of the table.
    Rows {
        /// Where.
        table: TableRef,
        /// Which channels, in order.
        channels: Vec<String>,
        /// Which rows.
        rows: Range<u64>,
    },
    /// Rows of the table that need not follow each other.
    Listed {
        /// Where.
        table: TableRef,
        /// Which channels, in order.
        channels: Vec<String>,
        /// Which rows, ascending.
        rows: Vec<u64>,
        /// The position of the first among those that are shown.
        position: u64,
    },
    /// The rows that fulfil a condition.
    Filter {
        /// Where.
        table: TableRef,
        /// What they must fulfil.
        condition: Condition,
    },
    /// A row to jump to.
    Seek {
        /// Where.
        table: TableRef,
        /// What is looked for.
        sought: Sought,
        /// The row to begin beside.
        from: u64,
        /// Rows of the table that count, ascending; `None`: all.
        among: Option<Arc<[u64]>>,
    },
    /// The paths of all robots.
    Path {
        /// Where.
        table: TableRef,
    },
    /// The first row at or after a time.
    Locate {
        /// Where.
        table: TableRef,
        /// Microseconds since 1970.
        time: i64,
    },
}

/// What a run's views are answered.
#[derive(Debug, Clone, PartialEq)]
pub enum RunAnswer {
    /// To [`RunRequest::Detail`]; `None`: no such run any more.
    Detail(Option<Box<RunDetail>>),
    /// To [`RunRequest::Signals`].
    Signals(SignalsAnswer),
    /// To [`RunRequest::Rows`] and [`RunRequest::Listed`], whose window begins at its
    /// position.
    Rows(Window),
    /// To [`RunRequest::Filter`].
    Filtered {
        /// What was asked for.
        condition: Condition,
        /// Rows of the table, ascending.
        rows: Vec<u64>,
    },
    /// To [`RunRequest::Seek`]; no row: there is none.
    Found(Sought, Option<u64>),
    /// To [`RunRequest::Locate`].
    Located(u64),
    /// To [`RunRequest::Path`]: the robots of which two axes are known.
    Path(Vec<RobotPath>),
}
