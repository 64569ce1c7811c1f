//! Reads windows of a run's table: only the row groups and columns that are asked for.

use std::{
    fs::File,
    ops::Range,
    path::{Path, PathBuf},
};

use polars_arrow::{
    array::{Array, PrimitiveArray},
    datatypes::{ArrowDataType, Field, TimeUnit},
    types::NativeType,
};
use polars_parquet::{
    parquet::statistics::Statistics,
    read::{FileMetadata, ParquetType, read_metadata},
};

use super::TIME;
use crate::etl::{Error, Result, chunk::read_chunk, harvest::CancelToken, text};

/// An open table. Only its footer is in memory.
pub struct RunFile {
    file: File,
    path: PathBuf,
    metadata: FileMetadata,
    columns: Vec<String>,
    /// First row of each row group, and the number of rows at the end.
    starts: Vec<u64>,
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
        let mut file = File::open(path).map_err(|e| Error::io("open", path, e))?;
        let metadata = read_metadata(&mut file).map_err(|e| not_a_table(path, &e))?;
        let columns: Vec<String> = metadata
            .schema_descr
            .fields()
            .iter()
            .filter(|f| matches!(f, ParquetType::PrimitiveType(_)))
            .map(|f| f.name().to_owned())
            .collect();
        if columns.first().map(String::as_str) != Some(TIME)
            || columns.len() != metadata.schema_descr.columns().len()
        {
            return Err(not_a_table(path, &"its first column is not `time`"));
        }
        let mut starts = vec![0];
        for group in &metadata.row_groups {
            starts.push(starts.last().copied().unwrap_or(0) + group.num_rows() as u64);
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            metadata,
            columns,
            starts,
        })
    }

    /// Names of the columns, `time` first.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Rows of the table.
    pub fn rows(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The value of a key of the file's metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        let all = self.metadata.key_value_metadata.as_ref()?;
        all.iter().find(|kv| kv.key == key)?.value.as_deref()
    }

    /// The rows of each row group: the natural windows for whoever reads it all.
    pub fn groups(&self) -> impl Iterator<Item = Range<u64>> {
        self.starts.windows(2).map(|w| w[0]..w[1])
    }

    /// Reads `rows` (clipped to the table) of the named columns and of `time`,
    /// decoding only the row groups that hold them.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown column, [`Error::Io`], [`Error::Log`],
    /// [`Error::Cancelled`] (noticed between row groups).
    pub fn read(&self, columns: &[&str], rows: Range<u64>, cancel: &CancelToken) -> Result<Window> {
        let leaves = columns
            .iter()
            .map(|c| self.leaf(c))
            .collect::<Result<Vec<_>>>()?;
        let rows = rows.start.min(self.rows())..rows.end.min(self.rows());
        let mut window = Window {
            first_row: rows.start,
            times: Vec::new(),
            columns: vec![Vec::new(); columns.len()],
        };
        for (group, span) in self.starts.windows(2).enumerate() {
            let from = rows.start.max(span[0]);
            let to = rows.end.min(span[1]);
            if from >= to {
                continue;
            }
            cancel.check()?;
            let local = (from - span[0]) as usize..(to - span[0]) as usize;
            self.times(group, local.clone(), &mut window.times)?;
            for ((name, leaf), out) in columns.iter().zip(&leaves).zip(&mut window.columns) {
                let field = Field::new((*name).into(), ArrowDataType::Float64, true);
                self.append(group, *leaf, &field, local.clone(), |v: Option<&f64>| {
                    out.push(v.copied().unwrap_or(f64::NAN));
                })?;
            }
        }
        Ok(window)
    }

    /// The first row whose time is at or after `time_us` (the number of rows when
    /// there is none). Reads at most one row group of `time`.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn row_at(&self, time_us: i64) -> Result<u64> {
        for (group, span) in self.starts.windows(2).enumerate() {
            if self.last_time(group).is_some_and(|last| last < time_us) {
                continue;
            }
            let mut times = Vec::new();
            self.times(group, 0..(span[1] - span[0]) as usize, &mut times)?;
            let at = times.partition_point(|t| *t < time_us);
            if at < times.len() {
                return Ok(span[0] + at as u64);
            }
        }
        Ok(self.rows())
    }

    /// The last time of a row group, from its statistics.
    fn last_time(&self, group: usize) -> Option<i64> {
        let chunk = self
            .metadata
            .row_groups
            .get(group)?
            .parquet_columns()
            .first()?;
        match chunk.statistics(&self.metadata.footer_buf)?.ok()? {
            Statistics::Int64(s) => s.max_value,
            _ => None,
        }
    }

    fn leaf(&self, name: &str) -> Result<usize> {
        self.columns
            .iter()
            .skip(1)
            .position(|c| c == name)
            .map(|i| i + 1)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "the run has no channel `{}`",
                    text::quoted(name, 60)
                ))
            })
    }

    fn times(&self, group: usize, rows: Range<usize>, out: &mut Vec<i64>) -> Result<()> {
        let dtype = ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
        let field = Field::new(TIME.into(), dtype, false);
        self.append(group, 0, &field, rows, |v: Option<&i64>| {
            out.push(v.copied().unwrap_or(0))
        })
    }

    fn append<T: NativeType>(
        &self,
        group: usize,
        leaf: usize,
        field: &Field,
        rows: Range<usize>,
        mut push: impl FnMut(Option<&T>),
    ) -> Result<()> {
        let arrays: Vec<Box<dyn Array>> =
            read_chunk(&self.file, &self.path, &self.metadata, group, leaf, field)?;
        let mut first = 0;
        for array in &arrays {
            let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<T>>() else {
                return Err(not_a_table(
                    &self.path,
                    &format!("column `{}` has another type", field.name),
                ));
            };
            let from = rows.start.clamp(first, first + array.len()) - first;
            let to = rows.end.clamp(first, first + array.len()) - first;
            first += array.len();
            if from < to {
                array
                    .clone()
                    .sliced(from, to - from)
                    .iter()
                    .for_each(&mut push);
            }
        }
        Ok(())
    }
}

fn not_a_table(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::Log(format!(
        "{} is not a run's table: {}",
        text::visible_path(path),
        text::quoted(&why.to_string(), 200)
    ))
}
