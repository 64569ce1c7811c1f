//! The lake as a database: what a log, a run, a channel, a robot, a flag, a layer and a note is, each
//! in a table of its own.
//!
//! * [`columns`]: the columns of each view: the one definition behind exports, SQL and documents.
//! * [`rows`]: the rows of a view, from the records.
//! * [`plan`]: a view as a file.
//! * [`sql`]: the same views for DuckDB, over the files of the lake.
//!
//! Every row of a view is a JSON object of a record (or of `notes.json`) and a few values beside it.
//! A column is one of these values, or a path into the object: so the two ways to make a view, by
//! this program and by DuckDB, have nothing to disagree about but those few values.

mod columns;
mod plan;
mod rows;
mod sql;

pub use columns::ViewColumn;
pub use plan::ViewPlan;
pub use sql::duckdb_sql;

/// A view of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The logs that have a record.
    Logs,
    /// Each run once.
    Runs,
    /// The channels of these runs.
    Channels,
    /// Their robots.
    Robots,
    /// Their quality flags.
    Flags,
    /// The layers that their robots made.
    Layers,
    /// Their notes.
    Notes,
    /// The rows of their tables.
    TableRows,
}

impl View {
    /// Every view.
    pub const ALL: [Self; 8] = [
        Self::Logs,
        Self::Runs,
        Self::Channels,
        Self::Robots,
        Self::Flags,
        Self::Layers,
        Self::Notes,
        Self::TableRows,
    ];

    /// Its name in commands and in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Runs => "runs",
            Self::Channels => "channels",
            Self::Robots => "robots",
            Self::Flags => "flags",
            Self::Layers => "layers",
            Self::Notes => "notes",
            Self::TableRows => "table_rows",
        }
    }

    /// The inverse of [`View::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }

    /// What a row of it is.
    pub fn row(self) -> &'static str {
        match self {
            Self::Logs => "a log that was harvested, or failed to be",
            Self::Runs => {
                "a run, once: of its copies that did not fail the one with the most kept samples, then of the smallest log key"
            }
            Self::Channels => "a channel of one of these runs, with its statistics",
            Self::Robots => "a robot of one of these runs, with its figures",
            Self::Flags => "a quality flag of one of these runs",
            Self::Layers => "a layer that a robot made in one of these runs",
            Self::Notes => "a note of one of these runs",
            Self::TableRows => "a row of the table of one of these runs, held values included",
        }
    }
}
