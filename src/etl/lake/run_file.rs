//! A run's table on disk: written in one go, read window by window.

use std::{ops::Range, path::Path};

use crate::etl::{Error, Result, harvest::CancelToken};

/// An open table. Only its footer is in memory.
pub struct RunFile {
    columns: Vec<String>,
    rows: u64,
}

/// One window of a table. `columns[i]` belongs to the `i`-th requested column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// First row of the window within the table.
    pub first_row: u64,
    /// Times in microseconds.
    pub times: Vec<i64>,
    /// Values; `NaN` stands for null.
    pub columns: Vec<Vec<f64>>,
}

impl RunFile {
    /// Opens a table by its path.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Log`] when the file is not such a table.
    pub fn open(path: &Path) -> Result<Self> {
        Err(Error::Log(format!("{} is not a table", path.display())))
    }

    /// Names of the columns, `time` first.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Rows of the table.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Reads `rows` (clipped to the table) of the named columns and of `time`,
    /// decoding only the row groups that hold them.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown column, [`Error::Io`], [`Error::Log`],
    /// [`Error::Cancelled`] (noticed between row groups).
    pub fn read(
        &self,
        _columns: &[&str],
        _rows: Range<u64>,
        _cancel: &CancelToken,
    ) -> Result<Window> {
        Ok(Window::default())
    }

    /// The first row whose time is at or after `time_us` (the number of rows when
    /// there is none). Reads at most one row group of `time`.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn row_at(&self, _time_us: i64) -> Result<u64> {
        Ok(0)
    }
}
