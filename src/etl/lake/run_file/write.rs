//! Writes a run's table: row group by row group, hashed on the way.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    ops::Range,
    path::{Path, PathBuf},
};

use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_parquet::{
    parquet::{
        error::ParquetError,
        metadata::SchemaDescriptor,
        write::{FileWriter, Version, WriteOptions},
    },
    write::{
        CompressedPage, DynIter, DynStreamingIterator, FallibleStreamingIterator, KeyValue,
        schema_to_metadata_key, to_parquet_type,
    },
};
use rayon::prelude::*;

use super::{
    HELD_KEY, MADE_BY_KEY, RESULT_KEY, TIME, UNITS_KEY,
    encode::{Chunk, Shared, encode_column, encode_times, failed},
    field_metadata,
};
use crate::{
    Error, PIPELINE_VERSION, Result,
    base::{
        CancelToken,
        refused::{Refused, Watched},
    },
    parquet::time_type,
    transform::RunTable,
};

/// Rows of a row group: at most this many, and at least half as many when the table has
/// more than one.
const MAX_GROUP_ROWS: usize = 65_536;

/// What writing a table found out about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Per column without `time`: cells that are not null.
    pub filled_cells: Vec<u64>,
    /// Rows in which no column is null.
    pub complete_rows: u64,
    /// Bytes of the file.
    pub size: u64,
    /// BLAKE3 of the file, hexadecimal.
    pub hash: String,
}

/// Writes `table` to the new file `path` and syncs it. `result` is asked, once all cells
/// are counted, for the JSON that the file's metadata keeps.
///
/// # Errors
/// [`Error::Io`], [`Error::Cancelled`] (noticed between row groups).
pub fn write_run_file(
    path: &Path,
    table: &RunTable,
    cancel: &CancelToken,
    result: impl FnOnce(&Written) -> String,
) -> Result<Written> {
    let (written, file) = write_unsynced(path, table, cancel, result)?;
    file.sync()?;
    Ok(written)
}

/// A table's file that is written, and may be lost in a power cut until it is synced.
#[derive(Debug)]
#[must_use = "it is to be synced"]
pub struct Unsynced {
    file: File,
    path: PathBuf,
}

impl Unsynced {
    /// Makes the content of the file last.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn sync(&self) -> Result<()> {
        let io = |e| Error::io("sync", &self.path, e);
        self.file.sync_all().map_err(io)
    }
}

/// As [`write_run_file`], but leaves it to the caller to sync the file.
///
/// # Errors
/// As [`write_run_file`].
pub fn write_unsynced(
    path: &Path,
    table: &RunTable,
    cancel: &CancelToken,
    result: impl FnOnce(&Written) -> String,
) -> Result<(Written, Unsynced)> {
    let rows = write_rows(path, table, &|_| String::new(), cancel)?;
    let result = result(rows.written());
    rows.finish(result)
}

/// A table's file that has all rows and lacks its metadata: without them nothing can read it.
#[must_use = "it is to be finished"]
pub struct UnfinishedTable {
    writer: FileWriter<Output>,
    written: Written,
    /// All but the result.
    metadata: Vec<KeyValue>,
    refused: Refused,
    path: PathBuf,
}

/// Writes the rows of `table` to the new file `path`; `describe` says in words what a column holds,
/// for the metadata of its field. Empty: nothing is said.
///
/// # Errors
/// As [`write_run_file`].
pub fn write_rows(
    path: &Path,
    table: &RunTable,
    describe: &dyn Fn(&str) -> String,
    cancel: &CancelToken,
) -> Result<UnfinishedTable> {
    let file = File::create_new(path).map_err(|e| Error::io("write", path, e))?;
    let schema = arrow_schema(table, describe);
    let fields = schema
        .iter_values()
        .map(to_parquet_type)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| failed(&e))?;
    let descriptor = SchemaDescriptor::new("schema".into(), fields);
    let refused = Refused::default();
    let output = refused.watch(BufWriter::with_capacity(1 << 18, Hashed::new(file)));
    let options = WriteOptions {
        write_statistics: true,
        version: Version::V1,
    };
    let made_by = format!("mdtui pipeline {PIPELINE_VERSION}");
    let mut writer = FileWriter::new(output, descriptor.clone(), options, Some(made_by.clone()));
    let mut written = Written {
        filled_cells: vec![0; table.columns.len()],
        complete_rows: 0,
        size: 0,
        hash: String::new(),
    };
    let mut held = vec![String::new(); table.columns.len()];
    let groups: Vec<Range<usize>> = row_groups(table.times.len()).collect();
    let encode = |index: usize| {
        let rows = groups.get(index).cloned();
        rows.map(|rows| {
            cancel.check()?;
            let chunks = encode_group(table, rows.clone(), &descriptor)?;
            Ok::<_, Error>((rows.len(), chunks))
        })
        .transpose()
    };
    let (mut index, mut encoded) = (0, encode(0)?);
    while let Some((rows, chunks)) = encoded {
        written.count(&chunks, rows);
        for (digits, chunk) in held.iter_mut().zip(chunks.iter().skip(1)) {
            digits.push(if chunk.begins_held { '1' } else { '0' });
        }
        index += 1;
        // A thread that has nothing else to do encodes the next row group meanwhile.
        let (done, next) = rayon::join(|| write_group(&mut writer, rows, chunks), || encode(index));
        done.map_err(|e| Error::io("write", path, refused.take(&e)))?;
        encoded = next?;
    }
    let units: BTreeMap<&str, &str> = table
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.unit.as_str()))
        .collect();
    let names = table.columns.iter().map(|c| c.name.as_str());
    let held: BTreeMap<&str, String> = names
        .zip(held)
        .filter(|(_, digits)| digits.contains('1'))
        .collect();
    let metadata = vec![
        schema_key(&schema),
        key_value(MADE_BY_KEY, made_by),
        key_value(
            UNITS_KEY,
            serde_json::to_string(&units).map_err(|e| failed(&e))?,
        ),
        key_value(
            HELD_KEY,
            serde_json::to_string(&held).map_err(|e| failed(&e))?,
        ),
    ];
    Ok(UnfinishedTable {
        writer,
        written,
        metadata,
        refused,
        path: path.to_owned(),
    })
}

impl UnfinishedTable {
    /// What writing the rows found out: neither size nor hash yet.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// Writes the metadata, with `result` as JSON.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(mut self, result: String) -> Result<(Written, Unsynced)> {
        let (mut written, path) = (self.written, self.path);
        self.metadata.push(key_value(RESULT_KEY, result));
        written.size = self
            .writer
            .end(Some(self.metadata))
            .map_err(|e| Error::io("write", &path, self.refused.take(&e)))?;
        let hashed = self
            .writer
            .into_inner()
            .into_inner()
            .into_inner()
            .map_err(|e| Error::io("write", &path, e.into_error()))?;
        written.hash = hashed.hasher.finalize().to_hex().to_string();
        let file = hashed.file;
        Ok((written, Unsynced { file, path }))
    }
}

impl Written {
    fn count(&mut self, chunks: &[Chunk], rows: usize) {
        let mut incomplete: Vec<Range<u32>> = Vec::new();
        // The first chunk is `time`, which is never null.
        for (chunk, filled) in chunks.iter().skip(1).zip(&mut self.filled_cells) {
            let nulls: usize = chunk.nulls.iter().map(Range::len).sum();
            *filled += (rows - nulls) as u64;
            incomplete.extend_from_slice(&chunk.nulls);
        }
        incomplete.sort_unstable_by_key(|r| r.start);
        let (mut missing, mut end) = (0, 0);
        for range in incomplete {
            missing += range.end.saturating_sub(range.start.max(end));
            end = end.max(range.end);
        }
        self.complete_rows += rows as u64 - u64::from(missing);
    }
}

fn write_group(
    writer: &mut FileWriter<Output>,
    rows: usize,
    chunks: Vec<Chunk>,
) -> Result<(), ParquetError> {
    let columns = chunks.into_iter().map(|chunk| {
        let pages = Pages {
            rest: chunk.pages.into_iter(),
            current: None,
        };
        Ok(DynStreamingIterator::new(pages))
    });
    let columns: Vec<_> = columns.collect();
    writer.write::<ParquetError>(rows as u64, DynIter::new(columns.into_iter()))
}

fn encode_group(
    table: &RunTable,
    rows: Range<usize>,
    schema: &SchemaDescriptor,
) -> Result<Vec<Chunk>> {
    let shared = table
        .clocks
        .par_iter()
        .map(|clock| Shared::of(clock, rows.clone()))
        .collect::<Result<Vec<_>>>()?;
    schema
        .columns()
        .par_iter()
        .enumerate()
        .map(|(index, column)| match index.checked_sub(1) {
            None => encode_times(&table.times[rows.clone()], &column.descriptor),
            Some(i) => encode_column(
                table,
                &table.columns[i],
                rows.clone(),
                &shared,
                &column.descriptor,
            ),
        })
        .collect()
}

/// Equal row groups of at most [`MAX_GROUP_ROWS`] rows; none without rows.
fn row_groups(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let groups = rows.div_ceil(MAX_GROUP_ROWS);
    (0..groups).map(move |g| g * rows / groups..(g + 1) * rows / groups)
}

/// The schema as Arrow writes it into the metadata. The tables of logs that follow each other have the
/// same, and to make it takes as long as a small row group.
fn schema_key(schema: &ArrowSchema) -> KeyValue {
    thread_local! {
        static LAST: RefCell<Option<(ArrowSchema, KeyValue)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| match last {
        Some((of, key)) if of == schema => key.clone(),
        _ => {
            let key = schema_to_metadata_key(schema);
            *last = Some((schema.clone(), key.clone()));
            key
        }
    })
}

fn arrow_schema(table: &RunTable, describe: &dyn Fn(&str) -> String) -> ArrowSchema {
    let time = Field::new(TIME.into(), time_type(), false);
    let fields = table.columns.iter().map(|column| {
        let metadata = field_metadata(&column.unit, &describe(&column.name));
        Field::new(column.name.as_str().into(), ArrowDataType::Float64, true)
            .with_metadata(metadata)
    });
    std::iter::once(time)
        .chain(fields)
        .map(|f| (f.name.clone(), f))
        .collect()
}

fn key_value(key: &str, value: String) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(value),
    }
}

/// Executor finished pages to the writer.
struct Pages {
    rest: std::vec::IntoIter<CompressedPage>,
    current: Option<CompressedPage>,
}

impl FallibleStreamingIterator for Pages {
    type Item = CompressedPage;
    type Error = ParquetError;

    fn advance(&mut self) -> Result<(), ParquetError> {
        self.current = self.rest.next();
        Ok(())
    }

    fn get(&self) -> Option<&CompressedPage> {
        self.current.as_ref()
    }
}

/// Where a table's file is written to.
type Output = Watched<BufWriter<Hashed>>;

/// Hashes what goes by.
struct Hashed {
    file: File,
    hasher: blake3::Hasher,
    /// Bytes that were written, and to which of them the disk was told to write.
    bytes: u64,
    sent: u64,
}

impl Hashed {
    fn new(file: File) -> Self {
        Self {
            file,
            hasher: blake3::Hasher::new(),
            bytes: 0,
            sent: 0,
        }
    }

    /// Lets the disk begin with what was written, so that little is left to wait for when the file
    /// is synced. Only speed depends on it.
    fn send(&mut self) {
        /// Bytes that are sent at a time, from a multiple of it on.
        const PIECE: u64 = 1 << 20;
        let to = self.bytes - self.bytes % PIECE;
        #[cfg(target_os = "linux")]
        if let Some(length) = std::num::NonZeroU64::new(to - self.sent) {
            // Linux begins to write what is not on the disk before it would drop the rest, of which
            // there is none: these pages are new.
            let advice = rustix::fs::Advice::DontNeed;
            let _ = rustix::fs::fadvise(&self.file, self.sent, Some(length), advice);
        }
        self.sent = to;
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let (hasher, file) = (&mut self.hasher, &mut self.file);
        // The hash is only used when the whole file was written.
        let (done, _) = rayon::join(|| file.write_all(bytes), || hasher.update(bytes));
        done?;
        self.bytes += bytes.len() as u64;
        self.send();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        lake::run_file::RunFile,
        schema::Hold,
        transform::{Column, clock::align},
    };

    #[test]
    fn every_schema_has_its_own_key_whichever_came_before() {
        let schema = |name: &str, unit: &str| -> ArrowSchema {
            let field = Field::new(name.into(), ArrowDataType::Float64, true);
            std::iter::once(field.with_metadata(field_metadata(unit, ""))).collect()
        };
        let (force, other, unit) = (schema("f1", "N"), schema("f2", "N"), schema("f1", "kN"));
        for of in [&force, &force, &other, &force, &unit, &force] {
            assert_eq!(schema_key(of), schema_to_metadata_key(of));
        }
    }

    /// Several row groups, of several MiB: encoded, hashed and written by as many threads as there are.
    #[test]
    fn a_large_table_is_what_was_written_and_hashed() {
        const ROWS: usize = 150_000;
        let times: Vec<i64> = (0..ROWS as i64).map(|i| i * 1000 + i % 7).collect();
        let every_fifth = times.iter().copied().step_by(5).collect();
        let (times, clocks) = align(
            vec![Arc::new(times), Arc::new(every_fifth)],
            Hold::Unlimited,
        );
        let values = |column: usize, samples: usize| -> Vec<f64> {
            let value = |i: usize| ((i * (column + 3)) as f64).sin() * 1e3;
            (0..samples).map(value).collect()
        };
        let columns = (0..4).map(|column| Column {
            name: format!("c_{column}"),
            unit: "N".to_owned(),
            clock: column % 2,
            values: values(column, clocks[column % 2].times.len()).into(),
        });
        let table = RunTable {
            columns: columns.collect(),
            times,
            clocks,
            ..RunTable::default()
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.parquet");
        let cancel = CancelToken::new();
        let written = write_run_file(&path, &table, &cancel, |_| "{}".into()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.len() > 2 << 20, "{}", bytes.len());
        assert_eq!(written.size, bytes.len() as u64);
        assert_eq!(written.hash, blake3::hash(&bytes).to_hex().to_string());
        assert_eq!(written.complete_rows, ROWS as u64);
        let file = RunFile::open(&path).unwrap();
        for column in &table.columns {
            let name = column.name.as_str();
            let read = file.read_values(&[name], 0..ROWS as u64, &cancel).unwrap();
            let mut cells = Vec::new();
            table.fill(column, 0..ROWS, &mut cells);
            assert!(read.columns[0] == cells, "{name}");
        }
    }

    #[test]
    fn row_groups_hold_32_to_64_thousand_rows() {
        for rows in [0usize, 1, 40_000, 65_536, 65_537, 131_073, 1_000_000] {
            let groups: Vec<_> = row_groups(rows).collect();
            assert_eq!(groups.iter().map(Range::len).sum::<usize>(), rows);
            assert!(groups.iter().all(|g| g.len() <= MAX_GROUP_ROWS));
            assert!(groups.len() <= 1 || groups.iter().all(|g| g.len() >= MAX_GROUP_ROWS / 2));
        }
    }
}
