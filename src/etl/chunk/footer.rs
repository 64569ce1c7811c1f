//! A Parquet file's footer, held against what this process may take before it is believed.

use std::{panic::catch_unwind, path::Path};

use polars_buffer::Buffer;
use polars_parquet::{
    parquet::read::deserialize_metadata,
    read::{FileMetadata, RowGroupMetadata},
};

use super::thrift::Thrift;
use crate::format::binary_bytes;
use crate::{
    Error, Result,
    base::{memory::available, panic::panic_sentence, read_at::ReadAt},
    text,
};

/// So many times its bytes does a footer take while a log's columns are found in it: the entry of
/// a column in the schema has some ten bytes in the file.
const LISTED: u64 = 16;
/// A footer in memory takes so many times its bytes, at most: the entry of a column in a row
/// group has some ten bytes in the file and some three hundred in memory.
const UNFOLDED: u64 = 40;
/// A log's columns are flat; others may have columns that are not.
const DEEPEST_SCHEMA: usize = 64;
const MAGIC: [u8; 4] = *b"PAR1";
/// The end of a file whose footer is encrypted.
const ENCRYPTED_MAGIC: [u8; 4] = *b"PARE";

/// Reads the footer of a file.
///
/// # Errors
/// [`Error::Log`] when it is none, or when it claims more than it can hold or this process
/// may take; [`Error::Io`].
pub(crate) fn read_footer(file: &dyn ReadAt, path: &Path) -> Result<FileMetadata> {
    unfold(read_bytes(file, path)?)
}

/// Reads the bytes of a file's footer, and checks that they are one.
pub(super) fn read_bytes(file: &dyn ReadAt, path: &Path) -> Result<Vec<u8>> {
    let io = |e| Error::io("read", path, e);
    let not_whole = |why: &str| Error::Log(format!("it is not a whole Parquet file: {why}"));
    let size = file.size().map_err(io)?;
    if size < 12 {
        return Err(not_whole(&format!("it has {size} bytes")));
    }
    let mut tail = [0; 8];
    file.read_exact_at(&mut tail, size - 8).map_err(io)?;
    let [a, b, c, d, magic @ ..] = tail;
    if magic == ENCRYPTED_MAGIC {
        return Err(Error::Log(
            "it is an encrypted Parquet file, and mdtui reads none: write the log without encryption"
                .into(),
        ));
    }
    if magic != MAGIC {
        let mut head = [0; 4];
        file.read_exact_at(&mut head, 0).map_err(io)?;
        return Err(if head == MAGIC {
            not_whole("it does not end with a footer")
        } else {
            Error::Log("it is not a Parquet file: it neither begins nor ends as one".into())
        });
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if length == 0 || length > size - 12 {
        return Err(not_whole(&format!(
            "its footer should have {length} bytes, the file has {size}"
        )));
    }
    check_room(length, length.saturating_mul(LISTED))?;
    let bytes = file
        .read_vec_at(length as usize, size - 8 - length)
        .map_err(io)?;
    Thrift::new(&bytes)
        .skip_struct()
        .and_then(|()| check_schema(&bytes))
        .map_err(|why| damaged(&why))?;
    Ok(bytes)
}

/// What the bytes of a footer say. The reader panics on some that are damaged.
pub(super) fn unfold(bytes: Vec<u8>) -> Result<FileMetadata> {
    let length = bytes.len() as u64;
    check_room(length, length.saturating_mul(UNFOLDED))?;
    match catch_unwind(|| deserialize_metadata(Buffer::from_vec(bytes))) {
        Ok(Ok(mut metadata)) => {
            metadata.row_groups.retain(|group| !is_empty(group));
            Ok(metadata)
        }
        Ok(Err(e)) => Err(damaged(&e.to_string())),
        Err(panic) => Err(damaged(&panic_sentence(panic.as_ref()))),
    }
}

/// Whether a row group has neither rows nor values: pyarrow writes such groups, with chunks that
/// have a dictionary and no page.
fn is_empty(group: &RowGroupMetadata) -> bool {
    let mut columns = group.parquet_columns().iter();
    group.num_rows() == 0 && columns.all(|chunk| chunk.num_values() == 0)
}

/// The error of a footer that is there but not in order.
pub(super) fn damaged(why: &str) -> Error {
    Error::Log(format!("its footer is damaged: {}", text::quoted(why, 300)))
}

fn check_room(length: u64, needed: u64) -> Result<()> {
    let room = available();
    if needed > room {
        return Err(Error::Log(format!(
            "its footer has {length} bytes and would take {} in memory; the limit is {}",
            binary_bytes(needed),
            binary_bytes(room)
        )));
    }
    Ok(())
}

/// Readers go down a schema by recursion: one that goes too deep would exhaust their stack.
/// The schema is a list of elements, each followed by its children.
fn check_schema(footer: &[u8]) -> Result<(), String> {
    Thrift::new(footer).fields(|thrift, id, _| {
        if id != 2 {
            return Ok(false);
        }
        // Children that each open group still waits for.
        let mut open: Vec<i64> = Vec::new();
        for _ in 0..thrift.list()? {
            let mut children = 0;
            thrift.fields(|thrift, id, _| {
                if id == 5 {
                    children = thrift.number()?;
                }
                Ok(id == 5)
            })?;
            if let Some(waits) = open.last_mut() {
                *waits -= 1;
            }
            if children > 0 {
                open.push(children);
            }
            if open.len() > DEEPEST_SCHEMA {
                return Err(format!("it is nested more than {DEEPEST_SCHEMA} levels"));
            }
            while open.last().is_some_and(|waits| *waits <= 0) {
                open.pop();
            }
        }
        Ok(true)
    })
}

/// Holds a row group's `rows × width` against what this process may take. `width` is the
/// bytes that a row takes while the group is decoded.
///
/// # Errors
/// [`Error::Log`] with the numbers.
pub(crate) fn check_group(rows: u64, columns: usize, width: u64) -> Result<()> {
    let room = available();
    let needed = rows.saturating_mul(width);
    if needed > room {
        return Err(Error::Log(format!(
            "it claims a row group of {rows} rows: {columns} columns of them take {} in memory, and the limit is {}",
            binary_bytes(needed),
            binary_bytes(room)
        )));
    }
    Ok(())
}
