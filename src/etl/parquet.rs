//! Parquet files of plain columns: rejected rows, exports, synthetic logs. The tables of runs have a
//! writer and a reader of their own, which know what their columns share: [`crate::lake::run_file`].

use std::{
    fs::File,
    io::{Error as IoError, Result as IoResult, Write},
    path::{Path, PathBuf},
};

use polars_arrow::{
    array::{Array, MutableBinaryViewArray, PrimitiveArray, Utf8ViewArray},
    compute::concatenate::concatenate,
    datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit},
    types::NativeType,
};
use polars_parquet::{
    parquet::{
        error::ParquetError,
        metadata::SchemaDescriptor,
        write::{Compressor, FileWriter, WriteOptions as FileOptions},
    },
    read::{FileMetadata, ParquetType, RowGroupMetadata, schema::parquet_to_arrow_schema},
    write::{
        CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, StatisticsOptions,
        Version, WriteOptions, array_to_columns, get_dtype_encoding, schema_to_metadata_key,
        to_parquet_type,
    },
};
use rayon::prelude::*;

use crate::{
    Error, Result,
    base::refused::{Refused, Watched},
    chunk::{read_chunk, read_footer},
    format::{count, thousands},
};

/// Who wrote the files, as their footers say: whose code it is. Logs and lakes that are there say so,
/// and another name would make every file another one.
const WRITER: &str = "Polars";

/// A column's cells.
pub type Cells = Box<dyn Array>;

/// Writes a Parquet file, a row group at a time. Statistics are written; text and numbers by
/// dictionary where that takes less room; the schema once more in Arrow's form.
pub struct ParquetWriter<W: Write> {
    writer: FileWriter<Watched<W>>,
    schema: ArrowSchema,
    options: WriteOptions,
    refused: Refused,
}

impl<W: Write> ParquetWriter<W> {
    /// Begins a file of flat columns.
    ///
    /// # Errors
    /// Fields that Parquet cannot hold, or two of the same name.
    pub fn new(out: W, fields: Vec<Field>, compression: CompressionOptions) -> IoResult<Self> {
        let columns = fields.len();
        let named = fields.into_iter().map(|field| (field.name.clone(), field));
        let schema: ArrowSchema = named.collect();
        if schema.len() < columns {
            return Err(IoError::other("two of its columns have the same name"));
        }
        let types = schema.iter_values().map(to_parquet_type);
        let types = types.collect::<Result<_, _>>().map_err(other)?;
        let options = WriteOptions {
            statistics: StatisticsOptions::default(),
            version: Version::V1,
            compression,
            data_page_size: None,
        };
        let file_options = FileOptions {
            version: options.version,
            write_statistics: options.has_statistics(),
        };
        let refused = Refused::default();
        let writer = FileWriter::new(
            refused.watch(out),
            SchemaDescriptor::new("root".into(), types),
            file_options,
            Some(WRITER.to_owned()),
        );
        Ok(Self {
            writer,
            schema,
            options,
            refused,
        })
    }

    /// Writes a row group: the cells of each column, all of the same number; nothing for no rows.
    ///
    /// # Errors
    /// Those of the output; columns that are not those of the file.
    pub fn write(&mut self, columns: &[Cells]) -> IoResult<()> {
        let rows = columns.first().map_or(0, |cells| cells.len());
        let types = self.writer.schema().fields();
        if columns.len() != types.len() || columns.iter().any(|cells| cells.len() != rows) {
            return Err(IoError::other("its columns are of different lengths"));
        }
        if rows == 0 {
            return Ok(());
        }
        let encoded = columns.par_iter().zip(types);
        let encoded = encoded.map(|(cells, of)| pages(cells, of, self.options));
        let encoded = encoded.collect::<Result<Vec<_>, _>>().map_err(other)?;
        let group = DynIter::new(encoded.into_iter().flatten().map(Ok));
        let done = self.writer.write::<ParquetError>(rows as u64, group);
        done.map_err(|e| self.refused.take(&e))
    }

    /// Writes the footer.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(&mut self) -> IoResult<()> {
        let schema = schema_to_metadata_key(&self.schema);
        let done = self.writer.end(Some(vec![schema]));
        done.map(drop).map_err(|e| self.refused.take(&e))
    }
}

type Pages = DynStreamingIterator<'static, CompressedPage, ParquetError>;

/// The pages of a column, compressed when they are written.
fn pages(cells: &Cells, of: &ParquetType, how: WriteOptions) -> Result<Vec<Pages>, ParquetError> {
    let own = |e: &dyn std::fmt::Display| ParquetError::OutOfSpec(e.to_string());
    let encoding = get_dtype_encoding(cells.dtype());
    let leaves = array_to_columns(cells, of.clone(), how, &encoding).map_err(|e| own(&e))?;
    let leaves = leaves.into_iter().map(|pages| {
        let pages = pages.map(move |page| page.map_err(|e| own(&e)));
        DynStreamingIterator::new(Compressor::new(pages, how.compression, Vec::new()))
    });
    Ok(leaves.collect())
}

/// Writes a whole file: named columns in row groups of so many rows, or of up to twice as many.
///
/// # Errors
/// As [`ParquetWriter::new`] and [`ParquetWriter::write`].
pub fn write_columns(
    out: impl Write,
    columns: &[(&str, Cells)],
    compression: CompressionOptions,
    group_rows: usize,
) -> IoResult<()> {
    let fields = columns.iter().map(|(name, cells)| {
        let name: &str = name;
        Field::new(name.into(), cells.dtype().clone(), true)
    });
    let mut writer = ParquetWriter::new(out, fields.collect(), compression)?;
    let rows = columns.first().map_or(0, |(_, cells)| cells.len());
    if columns.iter().any(|(_, cells)| cells.len() != rows) {
        return Err(IoError::other("its columns are of different lengths"));
    }
    let groups = (rows / group_rows.max(1)).max(1);
    let each = rows / groups;
    for group in 0..groups {
        let from = group * each;
        let length = if group + 1 == groups {
            rows - from
        } else {
            each
        };
        let part = columns.iter().map(|(_, cells)| cells.sliced(from, length));
        writer.write(&part.collect::<Vec<_>>())?;
    }
    writer.finish()
}

/// A column of text; `None` is null.
pub fn texts<T: AsRef<str>>(cells: impl Iterator<Item = Option<T>>) -> Cells {
    MutableBinaryViewArray::<str>::from_iterator(cells)
        .freeze()
        .boxed()
}

/// The cells of a column of numbers or times; `None`: it is not of this type.
pub fn as_numbers<T: NativeType>(cells: &Cells) -> Option<&PrimitiveArray<T>> {
    cells.as_any().downcast_ref()
}

/// The cells of a column of text; `None`: it is none.
pub fn as_texts(cells: &Cells) -> Option<&Utf8ViewArray> {
    cells.as_any().downcast_ref()
}

/// The type of times: microseconds since 1970, UTC.
pub fn time_type() -> ArrowDataType {
    ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Rows of a row group, at most: mdtui writes a quarter of it.
const MOST_ROWS: usize = 1 << 20;

/// A Parquet file of flat columns, read row group by row group. Its footer alone is in memory.
pub struct ParquetReader {
    file: File,
    path: PathBuf,
    metadata: FileMetadata,
    fields: Vec<Field>,
}

impl ParquetReader {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`], also for what is no such file.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let metadata = read_footer(&file, path).map_err(|e| named(path, e))?;
        // A decoder makes room for as many rows as a footer claims.
        if let Some(group) = metadata
            .row_groups
            .iter()
            .find(|g| g.num_rows() > MOST_ROWS)
        {
            let rows = count(group.num_rows() as u64, "row");
            let most = thousands(MOST_ROWS as u64);
            let why = format!("one of its row groups has {rows}, and the most is {most}");
            return Err(Error::io("read", path, other(why)));
        }
        let types = metadata.schema_descr.fields();
        let is_flat = |of: &ParquetType| matches!(of, ParquetType::PrimitiveType(_));
        if !types.iter().all(is_flat) {
            return Err(Error::io(
                "read",
                path,
                other("one of its columns is nested"),
            ));
        }
        let fields = parquet_to_arrow_schema(types);
        let fields = fields.into_iter().map(|(_, field)| in_utc(field)).collect();
        Ok(Self {
            file,
            path: path.to_owned(),
            metadata,
            fields,
        })
    }

    /// The columns.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The number of rows of each row group.
    pub fn groups(&self) -> impl Iterator<Item = usize> {
        let groups = self.metadata.row_groups.iter();
        groups.map(RowGroupMetadata::num_rows)
    }

    /// The cells of a column in row group number `group`; `None`: there is no such column.
    ///
    /// # Errors
    /// [`Error::Io`], also for what is damaged.
    pub fn read(&self, group: usize, column: &str) -> Result<Option<Cells>> {
        let named_so = |field: &Field| field.name.as_str() == column;
        let Some(leaf) = self.fields.iter().position(named_so) else {
            return Ok(None);
        };
        let (path, field) = (&self.path, &self.fields[leaf]);
        let parts = read_chunk(&self.file, path, &self.metadata, group, leaf, field);
        let mut parts = parts.map_err(|e| named(path, e))?;
        if parts.len() == 1 {
            return Ok(parts.pop());
        }
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        let whole = concatenate(&parts);
        let whole = whole.map_err(|e| Error::io("read", path, other(e)))?;
        Ok(Some(whole))
    }
}

/// Parquet says whether times are UTC, and nothing of a zone: they are named as [`time_type`] does.
fn in_utc(mut field: Field) -> Field {
    if let ArrowDataType::Timestamp(_, Some(zone)) = &mut field.dtype {
        *zone = "UTC".into();
    }
    field
}

/// Of what is wrong with a file, where it lies.
fn named(path: &Path, error: Error) -> Error {
    match error {
        Error::Log(why) => Error::io("read", path, other(why)),
        other => other,
    }
}

fn other(error: impl std::fmt::Display) -> IoError {
    IoError::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZSTD: CompressionOptions = CompressionOptions::Zstd(None);

    fn columns(rows: usize) -> Vec<(&'static str, Cells)> {
        let known = |i: &usize| !i.is_multiple_of(3);
        let numbers = (0..rows).map(|i| Some(i as f64).filter(|_| known(&i)));
        let numbers: PrimitiveArray<f64> = numbers.collect();
        let times = PrimitiveArray::<i64>::from_vec((0..rows as i64).collect());
        let words = (0..rows).map(|i| Some(format!("word {}", i % 5)).filter(|_| known(&i)));
        vec![
            ("time", times.to(time_type()).boxed()),
            ("number", numbers.boxed()),
            ("word", texts(words)),
        ]
    }

    /// An output that takes so many bytes; then the disk is full.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 && !bytes.is_empty() {
                return Err(rustix::io::Errno::NOSPC.into());
            }
            Ok(taken)
        }

        fn flush(&mut self) -> IoResult<()> {
            Ok(())
        }
    }

    #[test]
    fn a_row_group_of_impossible_length_is_refused_before_it_is_decoded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        let rows = MOST_ROWS + 1;
        let ones = PrimitiveArray::<i64>::from_vec(vec![1; rows]).boxed();
        let file = File::create(&path).unwrap();
        write_columns(file, &[("n", ones)], ZSTD, rows).unwrap();
        let error = ParquetReader::open(&path)
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(error.contains("1,048,577 rows, and the most is"), "{error}");
    }

    #[test]
    fn cells_come_back_from_row_groups_of_about_the_length() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        for (rows, group_rows, groups) in [
            (0, 10, vec![]),
            (9, 10, vec![9]),
            (19, 10, vec![19]),
            (35, 10, vec![11, 11, 13]),
            (4, 0, vec![1, 1, 1, 1]),
        ] {
            let made = columns(rows);
            write_columns(File::create(&path).unwrap(), &made, ZSTD, group_rows).unwrap();
            let file = ParquetReader::open(&path).unwrap();
            assert_eq!(file.groups().collect::<Vec<_>>(), groups);
            let types = file.fields().iter().map(|field| &field.dtype);
            let expected = made.iter().map(|(_, cells)| cells.dtype());
            assert!(types.eq(expected), "{:?}", file.fields());
            let mut from = 0;
            for (group, length) in groups.into_iter().enumerate() {
                for (name, cells) in &made {
                    let read = file.read(group, name).unwrap().unwrap();
                    assert_eq!(read, cells.sliced(from, length), "{name}");
                }
                from += length;
            }
            assert!(file.groups().count() == 0 || file.read(0, "other").unwrap().is_none());
        }
    }

    #[test]
    fn a_full_disk_is_told_as_the_system_told_it() {
        let mut whole = Vec::new();
        write_columns(&mut whole, &columns(40), ZSTD, 10).unwrap();
        for room in (0..whole.len()).step_by(7) {
            let error = write_columns(Full(room), &columns(40), ZSTD, 10).unwrap_err();
            let full = rustix::io::Errno::NOSPC.raw_os_error();
            assert_eq!(error.raw_os_error(), Some(full), "{room}: {error}");
        }
    }

    #[test]
    fn columns_that_make_no_table_are_refused() {
        let refused = |columns: &[(&str, Cells)]| {
            let error = write_columns(Vec::new(), columns, ZSTD, 10).unwrap_err();
            error.to_string()
        };
        let named = |name, rows: usize| (name, texts((0..rows).map(|_| Some("a"))));
        assert!(refused(&[named("a", 1), named("a", 1)]).contains("same name"));
        assert!(refused(&[named("a", 1), named("b", 2)]).contains("different lengths"));
    }

    #[test]
    fn what_is_no_such_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        std::fs::write(&path, "time,value\n1,2\n").unwrap();
        let Err(error) = ParquetReader::open(&path) else {
            panic!("it was opened");
        };
        assert!(matches!(error, Error::Io { .. }));
        let told = error.to_string();
        assert!(
            told.contains("a.parquet") && told.contains("not a Parquet file"),
            "{told}"
        );
        let made = columns(3);
        write_columns(File::create(&path).unwrap(), &made, ZSTD, 10).unwrap();
        let file = ParquetReader::open(&path).unwrap();
        let words = file.read(0, "word").unwrap().unwrap();
        assert_eq!(as_texts(&words).unwrap().get(1), Some("word 1"));
        assert!(as_numbers::<f64>(&words).is_none());
    }
}
