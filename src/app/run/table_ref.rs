//! Where the table of a run lies.

use crate::etl::{
    Error, Result,
    catalog::RunRow,
    lake::{Context, run_file::RunFile},
    text,
};

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

    /// Opens the table.
    ///
    /// # Errors
    /// [`Error::Log`] that says what to do when it is gone; whatever else the lake refuses.
    pub fn open(&self, lake: &Context) -> Result<RunFile> {
        match lake.lake.open_table(&self.log_key, &self.file_name) {
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                let path = lake.lake.location(&self.log_key, &self.file_name);
                Err(Error::Log(format!(
                    "the run's table {} is gone; a harvest of {} (H) recreates it",
                    text::visible_path(&path),
                    self.log_key
                )))
            }
            result => result,
        }
    }
}

/// Names of columns as a table is asked for them.
pub(super) fn names(channels: &[String]) -> Vec<&str> {
    channels.iter().map(String::as_str).collect()
}
