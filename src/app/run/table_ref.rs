//! Where the table of a run lies.

use crate::etl::{
    Error, Result,
    catalog::RunRow,
    lake::{Context, record::Record, run_file::RunFile},
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
            log_key: row.log_key().to_owned(),
            file_name: row.file_name()?.into_owned(),
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
                let path = text::visible_path(&path);
                let log = &self.log_key;
                Err(Error::Log(match self.is_log_gone(lake) {
                    true => format!(
                        "the run's table {path} is gone, and so is the log {log}: it cannot be made again"
                    ),
                    false => {
                        format!("the run's table {path} is gone; a harvest of {log} recreates it")
                    }
                }))
            }
            result => result,
        }
    }

    /// Whether the log that it was harvested from is known not to be there.
    fn is_log_gone(&self, lake: &Context) -> bool {
        let Ok(Some(record)) = Record::read(&lake.lake, &self.log_key) else {
            return false;
        };
        // A name that is not plain text stands in the record with escapes: not looked for.
        let path = &record.source.path;
        let is_plain = !path.contains(['\\', char::REPLACEMENT_CHARACTER]);
        is_plain && matches!(lake.data_dir.join(path).try_exists(), Ok(false))
    }
}

/// Names of columns as a table is asked for them.
pub(super) fn names(channels: &[String]) -> Vec<&str> {
    channels.iter().map(String::as_str).collect()
}
