//! What the views of a run ask of workers, and what they are answered.

use crate::{
    app::{chart::Series, run::RobotPath},
    etl::{
        catalog::RunDetail, filter::Condition, lake::run_file::Window, overview::Overview,
        run_id::RunId,
    },
};
use std::{ops::Range, sync::Arc};

/// Which part of the run's views asks. Each has at most one request under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunSlot {
    /// Everything short of samples.
    Detail,
    /// The sparklines.
    Overview,
    /// A channel for the charts.
    Channel,
    /// Values at the cursor.
    CursorRow,
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
    pub const ALL: [Self; 9] = [
        Self::Detail,
        Self::Overview,
        Self::Channel,
        Self::CursorRow,
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
    /// All channels in a few hundred spans, or a few thousand of a long run.
    Overview {
        /// Where.
        table: TableRef,
        /// Which channels, in order.
        channels: Vec<String>,
        /// First and last time of the run.
        span: (i64, i64),
        /// Rows of the table.
        rows: u64,
        /// Only if it is stored: reading the table takes long.
        stored: bool,
    },
    /// One channel, whole.
    Channel {
        /// Where.
        table: TableRef,
        /// Which.
        channel: String,
        /// Its median interval in microseconds: it decides what is a gap.
        interval_us: Option<f64>,
        /// The times of the table's rows, where another channel brought them already.
        times: Option<Arc<[i64]>>,
    },
    /// The row at or before a time.
    CursorRow {
        /// Where.
        table: TableRef,
        /// Which channels, in order.
        channels: Vec<String>,
        /// Microseconds since 1970.
        time: i64,
    },
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
    /// To [`RunRequest::Overview`]; `None`: it is not stored.
    Overview(Option<Overview>),
    /// To [`RunRequest::Channel`].
    Channel {
        /// Which.
        channel: String,
        /// All of it.
        series: Series,
        /// The profile's limits for it.
        limits: Vec<f64>,
    },
    /// To [`RunRequest::CursorRow`]; one value for each channel asked for.
    CursorRow {
        /// The time that was asked for.
        asked: i64,
        /// NaN where a channel is null.
        values: Vec<f64>,
    },
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
