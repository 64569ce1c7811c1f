//! Reads windows of a run's table: only the row groups and columns that are asked for.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use polars_arrow::{
    array::{Array, PrimitiveArray},
    datatypes::{ArrowDataType, Field, TimeUnit},
    types::NativeType,
};
use polars_parquet::{
    parquet::{schema::types::PhysicalType, statistics::Statistics},
    read::{FileMetadata, ParquetType},
};

use super::{TIME, deltas};
use crate::{
    Error, Result,
    base::{CancelToken, read_at::ReadAt, small_file},
    chunk::{damaged_column, decode, read_chunk, read_footer, read_levels, read_packed, unpack},
    expression::Steps,
    text,
};

/// Rows that a row group may claim to have: far more than are written.
const MOST_ROWS: usize = 1 << 22;

/// An open table. Only its footer is in memory.
pub struct RunFile {
    pub(super) file: Box<dyn ReadAt>,
    pub(super) path: PathBuf,
    pub(super) metadata: FileMetadata,
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

/// What the statistics of a row group say of a column, without reading it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupRange {
    /// The smallest and the largest cell; `None`: not known, or there is none.
    pub range: Option<(f64, f64)>,
    /// Cells that are null; `None`: not known.
    pub nulls: Option<u64>,
}

impl RunFile {
    /// Opens a table that is a local file; one of the lake is opened by
    /// [`crate::lake::Lake::open_table`].
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Log`] when the file is not such a table.
    pub fn open(path: &Path) -> Result<Self> {
        let (file, _) = small_file::open(path).map_err(|e| Error::io("open", path, e))?;
        Self::of(Box::new(file), path)
    }

    /// A table whose bytes `file` gives; `path` names it in errors.
    ///
    /// # Errors
    /// As [`RunFile::open`].
    pub fn of(file: Box<dyn ReadAt>, path: &Path) -> Result<Self> {
        let metadata = read_footer(&*file, path).map_err(|e| match e {
            Error::Log(why) => not_a_table(path, &why),
            other => other,
        })?;
        let columns: Vec<String> = metadata
            .schema_descr
            .fields()
            .iter()
            .filter(|f| matches!(f, ParquetType::PrimitiveType(_)))
            // Another program may have written it. Columns are read by their place.
            .map(|f| text::visible(f.name()))
            .collect();
        if columns.first().map(String::as_str) != Some(TIME)
            || columns.len() != metadata.schema_descr.columns().len()
        {
            return Err(not_a_table(path, &"its first column is not `time`"));
        }
        let mut starts = vec![0];
        for group in &metadata.row_groups {
            // Room for the rows is made before they are read.
            if group.num_rows() > MOST_ROWS {
                return Err(not_a_table(path, &"a row group is too long"));
            }
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

    /// The rows of each row group: the natural windows for reading all of it.
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
        self.window(columns, rows, true, cancel)
    }

    /// As [`RunFile::read`] for a caller that has the times already: those of the window are
    /// not read, and stay empty.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn read_values(
        &self,
        columns: &[&str],
        rows: Range<u64>,
        cancel: &CancelToken,
    ) -> Result<Window> {
        self.window(columns, rows, false, cancel)
    }

    fn window(
        &self,
        columns: &[&str],
        rows: Range<u64>,
        with_times: bool,
        cancel: &CancelToken,
    ) -> Result<Window> {
        let leaves = columns
            .iter()
            .map(|c| self.leaf(c))
            .collect::<Result<Vec<_>>>()?;
        let rows = rows.start.min(self.rows())..rows.end.min(self.rows());
        let length = (rows.end - rows.start) as usize;
        let mut window = Window {
            first_row: rows.start,
            times: vec![0; if with_times { length } else { 0 }],
            columns: vec![vec![f64::NAN; length]; columns.len()],
        };
        // One piece of the window for each row group: they are decoded in parallel.
        let mut times = window.times.as_mut_slice();
        let mut rest: Vec<&mut [f64]> = window.columns.iter_mut().map(Vec::as_mut_slice).collect();
        let mut pieces = Vec::new();
        for (group, span) in self.starts.windows(2).enumerate() {
            let from = rows.start.max(span[0]);
            let to = rows.end.min(span[1]);
            if from >= to {
                continue;
            }
            let rows = (from - span[0]) as usize..(to - span[0]) as usize;
            let take = rows.len();
            pieces.push(Piece {
                group,
                rows,
                times: times
                    .split_off_mut(..take.min(times.len()))
                    .unwrap_or_default(),
                columns: rest
                    .iter_mut()
                    .map(|c| c.split_off_mut(..take).unwrap_or_default())
                    .collect(),
            });
        }
        let read = |piece| self.piece(columns, &leaves, piece, cancel);
        // Asking for the number of cores reads files of the kernel: only where it matters.
        let threads = match pieces.len() {
            0 | 1 => 1,
            _ => std::thread::available_parallelism().map_or(1, usize::from),
        };
        if threads == 1 {
            pieces.into_iter().try_for_each(read)?;
            return Ok(window);
        }
        // Threads of its own: the shared ones may be busy with a harvest.
        let queue = Mutex::new(pieces);
        let work = || {
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
                match next {
                    Some(piece) => read(piece)?,
                    None => return Ok(()),
                }
            }
        };
        std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mine = work();
            let theirs = helpers.into_iter().map(|helper| match helper.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            theirs.fold(mine, Result::and)
        })?;
        Ok(window)
    }

    /// Reads what a piece of a window is to hold.
    fn piece(
        &self,
        names: &[&str],
        leaves: &[usize],
        piece: Piece,
        cancel: &CancelToken,
    ) -> Result<()> {
        cancel.check()?;
        let Piece {
            group,
            rows,
            times,
            columns,
        } = piece;
        if !times.is_empty() {
            self.times(group, rows.clone(), times)?;
        }
        for ((name, leaf), out) in names.iter().zip(leaves).zip(columns) {
            let field = Field::new((*name).into(), ArrowDataType::Float64, true);
            self.fill(group, *leaf, &field, rows.clone(), (f64::NAN, out))?;
        }
        Ok(())
    }

    /// The cells of a channel in a row group, each once where they are stored so.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown channel, [`Error::Io`], [`Error::Log`].
    pub fn steps(&self, group: usize, channel: &str) -> Result<Steps> {
        let leaf = self.leaf(channel)?;
        let field = Field::new(channel.into(), ArrowDataType::Float64, true);
        let rows = self.groups().nth(group).unwrap_or_default();
        let rows = (rows.end - rows.start) as usize;
        let packed = read_packed(&*self.file, &self.path, &self.metadata, group, leaf, &field)?;
        let pages = packed
            .raw_pages((PhysicalType::Double, 1))
            .map_err(|e| damaged_column(channel, &e))?;
        // A row group has at most `MOST_ROWS`.
        if let Some(steps) = pages.and_then(|pages| Steps::of_pages(&pages, rows as u32)) {
            return Ok(steps);
        }
        let mut cells = vec![f64::NAN; rows];
        let arrays = decode(unpack(packed, &field)?, &field)?;
        self.copy(&arrays, &field, 0..rows, (f64::NAN, &mut cells))?;
        Ok(Steps::of(&cells))
    }

    /// Where the cells of a channel are null in a row group: NaN there, and any number where they are
    /// not. Values are only read where the file does not tell it apart from them.
    ///
    /// # Errors
    /// As [`RunFile::steps`].
    pub fn presence(&self, group: usize, channel: &str) -> Result<Steps> {
        let leaf = self.leaf(channel)?;
        let rows = self.groups().nth(group).unwrap_or_default();
        let levels = read_levels(&*self.file, &self.path, &self.metadata, group, leaf)?;
        let rows = (rows.end - rows.start) as u32;
        match levels.and_then(|levels| Steps::of_levels(&levels, rows)) {
            Some(steps) => Ok(steps),
            None => self.steps(group, channel),
        }
    }

    /// The times of some rows of a row group, ascending; rows beyond it have none.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Log`].
    pub fn times_at(&self, group: usize, rows: &[u32]) -> Result<Vec<i64>> {
        let field = time_field();
        let packed = read_packed(&*self.file, &self.path, &self.metadata, group, 0, &field)?;
        let pages = packed
            .raw_pages((PhysicalType::Int64, 0))
            .map_err(|e| damaged_column(TIME, &e))?;
        if let Some(times) = pages.and_then(|pages| deltas::at_rows(&pages, rows)) {
            return Ok(times);
        }
        let all = self.groups().nth(group).unwrap_or_default();
        let mut times = vec![0; (all.end - all.start) as usize];
        self.times(group, 0..times.len(), &mut times)?;
        let at = rows.iter().filter_map(|row| times.get(*row as usize));
        Ok(at.copied().collect())
    }

    /// The times of the first and the last row; `None` without rows.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn span(&self) -> Result<Option<(i64, i64)>> {
        let rows = self.rows();
        let time = |row: u64| {
            let window = self.read(&[], row..row + 1, &CancelToken::new())?;
            Ok::<_, Error>(window.times.first().copied())
        };
        if rows == 0 {
            return Ok(None);
        }
        Ok(time(0)?.zip(time(rows - 1)?))
    }

    /// The first row whose time is at or after `time_us` (the number of rows when
    /// there is none). Reads at most one row group of `time`.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn row_at(&self, time_us: i64) -> Result<u64> {
        for (group, span) in self.starts.windows(2).enumerate() {
            if self
                .group_times(group)
                .is_some_and(|(_, last)| last < time_us)
            {
                continue;
            }
            let mut times = vec![0; (span[1] - span[0]) as usize];
            self.times(group, 0..times.len(), &mut times)?;
            let at = times.partition_point(|t| *t < time_us);
            if at < times.len() {
                return Ok(span[0] + at as u64);
            }
        }
        Ok(self.rows())
    }

    /// The first and the last time of a row group, from its statistics.
    pub fn group_times(&self, group: usize) -> Option<(i64, i64)> {
        match self.statistics(group, 0)? {
            Statistics::Int64(s) => s.min_value.zip(s.max_value),
            _ => None,
        }
    }

    /// What the statistics of a row group say of a channel; `None` for an unknown one, or without
    /// statistics.
    pub fn group_range(&self, group: usize, channel: &str) -> Option<GroupRange> {
        let leaf = self.leaf(channel).ok()?;
        match self.statistics(group, leaf)? {
            Statistics::Double(s) => Some(GroupRange {
                range: s.min_value.zip(s.max_value),
                nulls: s.null_count.and_then(|n| u64::try_from(n).ok()),
            }),
            _ => None,
        }
    }

    fn statistics(&self, group: usize, leaf: usize) -> Option<Statistics> {
        let group = self.metadata.row_groups.get(group)?;
        let chunk = group.parquet_columns().get(leaf)?;
        chunk.statistics(&self.metadata.footer_buf)?.ok()
    }

    pub(super) fn leaf(&self, name: &str) -> Result<usize> {
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

    fn times(&self, group: usize, rows: Range<usize>, out: &mut [i64]) -> Result<()> {
        self.fill(group, 0, &time_field(), rows, (0, out))
    }

    /// Decodes `rows` of a column of a row group into `out`, which is as long, with
    /// `null` in place of nulls.
    fn fill<T: NativeType>(
        &self,
        group: usize,
        leaf: usize,
        field: &Field,
        rows: Range<usize>,
        out: (T, &mut [T]),
    ) -> Result<()> {
        let arrays = read_chunk(&*self.file, &self.path, &self.metadata, group, leaf, field)?;
        self.copy(&arrays, field, rows, out)
    }

    /// Copies `rows` of a decoded column into `out`, which is as long, with `null` in place of
    /// nulls.
    fn copy<T: NativeType>(
        &self,
        arrays: &[Box<dyn Array>],
        field: &Field,
        rows: Range<usize>,
        (null, mut out): (T, &mut [T]),
    ) -> Result<()> {
        let not_this = |why: &str| {
            let why = format!("column `{}` {why}", field.name);
            not_a_table(&self.path, &why)
        };
        let mut first = 0;
        for array in arrays {
            let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<T>>() else {
                return Err(not_this("has another type"));
            };
            let from = rows.start.clamp(first, first + array.len()) - first;
            let to = rows.end.clamp(first, first + array.len()) - first;
            first += array.len();
            if from >= to {
                continue;
            }
            let array = array.clone().sliced(from, to - from);
            let Some(part) = out.split_off_mut(..array.len()) else {
                return Err(not_this("has more rows than its row group"));
            };
            part.copy_from_slice(array.values());
            if let Some(validity) = array.validity().filter(|_| array.null_count() > 0) {
                for (cell, valid) in part.iter_mut().zip(validity.iter()) {
                    *cell = if valid { *cell } else { null };
                }
            }
        }
        if out.is_empty() {
            Ok(())
        } else {
            Err(not_this("has fewer rows than its row group"))
        }
    }
}

fn time_field() -> Field {
    let dtype = ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
    Field::new(TIME.into(), dtype, false)
}

/// A part of a window that lies in one row group.
struct Piece<'a> {
    group: usize,
    /// Rows within the row group.
    rows: Range<usize>,
    /// Empty where times are not asked for.
    times: &'a mut [i64],
    columns: Vec<&'a mut [f64]>,
}

fn not_a_table(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::Log(format!(
        "{} is not a run's table: {}",
        text::visible_path(path),
        text::quoted(&why.to_string(), 200)
    ))
}
