//! A run's table on disk: written in one go, read window by window.

mod condition;
mod encode;
mod keys;
mod read;
mod steps;
mod write;

pub use condition::GroupCells;
pub use read::{GroupRange, RunFile, Window};
pub use write::{Written, write_run_file};

/// Name of the table's first column.
pub const TIME: &str = "time";
/// Key of the Parquet metadata under which the run's result stands as JSON.
pub const RESULT_KEY: &str = "mdtui.run";
/// Key of the Parquet metadata under which it says what made the file.
pub const MADE_BY_KEY: &str = "mdtui.made_by";
/// Key of the Parquet metadata for the units by column, as JSON.
pub const UNITS_KEY: &str = "mdtui.units";
