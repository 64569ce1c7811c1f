//! One column chunk of one row group of a Parquet file: read, never mapped, and decoded.
//!
//! * [`footer`]: what a file claims, held against what this process may take.
//! * [`needed`]: a log's footer, without the columns that are ignored.
//! * [`pages`]: the same for the pages of a chunk, and their checksums.
//! * [`thrift`]: how both are written.

use std::{
    io::Cursor,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use polars_arrow::{array::Array, datatypes::Field};
use polars_buffer::Buffer;
use polars_parquet::{
    parquet::{compression::Compression, metadata::Descriptor, schema::types::PhysicalType},
    read::{
        BasicDecompressor, ColumnChunkMetadata, FileMetadata, PageReader, column_iter_to_arrays,
    },
};

mod footer;
mod needed;
mod pages;
mod thrift;

pub(super) use footer::{check_group, read_footer};
pub(super) use needed::read_needed;
pub(super) use pages::{PageKind, RawPage};

use super::{
    Error, Result,
    activity::{self, Decoding},
    text,
};
use crate::base::{memory::available, panic::panic_words, read_at::ReadAt};
use crate::format::binary_bytes;

/// The pages of one column chunk, still packed.
pub(super) struct OpenChunk<'a> {
    pub(super) pages: BasicDecompressor,
    pub(super) descriptor: &'a Descriptor,
    _decoding: Decoding<'a>,
}

/// Reads and decodes one column chunk: its bytes are read, never mapped.
pub(super) fn read_chunk(
    file: &dyn ReadAt,
    path: &Path,
    metadata: &FileMetadata,
    group: usize,
    leaf: usize,
    field: &Field,
) -> Result<Vec<Box<dyn Array>>> {
    decode(open_chunk(file, path, metadata, group, leaf, field)?, field)
}

/// Decodes a chunk.
pub(super) fn decode(chunk: OpenChunk<'_>, field: &Field) -> Result<Vec<Box<dyn Array>>> {
    let decoded = guarded(&field.name, || {
        Ok(column_iter_to_arrays(
            vec![chunk.pages],
            vec![&chunk.descriptor.primitive_type],
            field.clone(),
            None,
        ))
    })?;
    let (arrays, _) = decoded.map_err(|e| damaged_column(&field.name, &e))?;
    Ok(arrays)
}

/// Decodes: readers panic on some damaged pages.
pub(super) fn guarded<T>(name: &str, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|panic| Err(damaged_column(name, &panic_words(panic.as_ref()))))
}

/// The bytes of one column chunk, and what its footer says of it.
pub(super) struct PackedChunk<'a> {
    bytes: Vec<u8>,
    chunk: &'a ColumnChunkMetadata,
    rows: u64,
    decoding: Decoding<'a>,
}

impl PackedChunk<'_> {
    /// The pages as they lie; `None` where they are compressed or their column is not flat, of this
    /// type and of this greatest definition level.
    ///
    /// # Errors
    /// What is wrong with them, as a clause.
    pub(super) fn raw_pages(
        &self,
        of: (PhysicalType, i16),
    ) -> Result<Option<Vec<RawPage<'_>>>, String> {
        let pages = is_plain(self.chunk, of).then(|| pages::raw_pages(&self.bytes, self.rows));
        pages.transpose()
    }
}

/// Reads one column chunk for the decoder of its pages.
pub(super) fn open_chunk<'a>(
    file: &dyn ReadAt,
    path: &Path,
    metadata: &'a FileMetadata,
    group: usize,
    leaf: usize,
    field: &'a Field,
) -> Result<OpenChunk<'a>> {
    let packed = read_packed(file, path, metadata, group, leaf, field)?;
    unpack(packed, field)
}

/// A chunk that was read, for the decoder of its pages.
pub(super) fn unpack<'a>(packed: PackedChunk<'a>, field: &Field) -> Result<OpenChunk<'a>> {
    let PackedChunk {
        bytes,
        chunk,
        rows,
        decoding,
    } = packed;
    let claims = pages::read_claims(&bytes, rows).map_err(|e| damaged_column(&field.name, &e))?;
    check_room(&field.name, "unpacks to", claims.unpacked)?;
    // What the pages claim was checked: no page is larger.
    let limit = bytes.len().max(claims.unpacked as usize).max(1 << 16);
    let reader = PageReader::new(
        Cursor::new(Buffer::from_vec(bytes)),
        chunk,
        Vec::new(),
        limit,
    );
    Ok(OpenChunk {
        pages: BasicDecompressor::new(reader, Vec::new()),
        descriptor: &chunk.descriptor().descriptor,
        _decoding: decoding,
    })
}

/// Reads the bytes of one column chunk.
pub(super) fn read_packed<'a>(
    file: &dyn ReadAt,
    path: &Path,
    metadata: &'a FileMetadata,
    group: usize,
    leaf: usize,
    field: &'a Field,
) -> Result<PackedChunk<'a>> {
    let group = metadata.row_groups.get(group);
    let chunk: &ColumnChunkMetadata = group
        .and_then(|g| g.parquet_columns().get(leaf))
        .ok_or_else(|| Error::Log("the footer lists fewer columns than the schema".into()))?;
    let rows = group.map_or(0, |g| g.num_rows()) as u64;
    if u64::try_from(chunk.num_values()) != Ok(rows) {
        return Err(damaged_column(
            &field.name,
            &format!(
                "it claims {} values, its row group has {rows} rows",
                chunk.num_values()
            ),
        ));
    }
    let range = byte_range(chunk)
        .ok_or_else(|| damaged_column(&field.name, &"its position in the file is impossible"))?;
    let size = file.size().map_err(|e| Error::io("read", path, e))?;
    if range.end > size || range.start > range.end {
        return Err(Error::Log(format!(
            "the footer places column `{}` at bytes {} to {}, but the file has {size}",
            text::quoted(&field.name, 60),
            range.start,
            range.end
        )));
    }
    let unpacked = chunk.uncompressed_size().max(0).cast_unsigned();
    let decoding = activity::decoding(&field.name, unpacked.max(range.end - range.start));
    check_room(&field.name, "has", range.end - range.start)?;
    let bytes = file.read_vec_at((range.end - range.start) as usize, range.start);
    Ok(PackedChunk {
        bytes: bytes.map_err(|e| Error::io("read", path, e))?,
        chunk,
        rows,
        decoding,
    })
}

/// The definition levels of a chunk of doubles that may be null, without its values: of one page
/// that is not compressed and begins with them. `None` for other chunks, and for damaged ones: whoever
/// reads the whole chunk says what is wrong with it.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn read_levels(
    file: &dyn ReadAt,
    path: &Path,
    metadata: &FileMetadata,
    group: usize,
    leaf: usize,
) -> Result<Option<Vec<u8>>> {
    /// A page's header with its statistics and some runs of levels are a hundred.
    const BEGINNING: u64 = 1 << 10;
    let group = metadata.row_groups.get(group);
    let Some((group, chunk)) = group.and_then(|g| Some((g, g.parquet_columns().get(leaf)?))) else {
        return Ok(None);
    };
    let page = u64::try_from(chunk.data_page_offset()).ok();
    let range = byte_range(chunk).filter(|_| is_plain(chunk, (PhysicalType::Double, 1)));
    let (Some(page), Some(range)) = (page, range) else {
        return Ok(None);
    };
    let io = |e| Error::io("read", path, e);
    let end = range.end.min(file.size().map_err(io)?);
    let length = end.saturating_sub(page).min(BEGINNING);
    let bytes = file.read_vec_at(length as usize, page).map_err(io)?;
    let levels = pages::levels(&bytes, group.num_rows() as u64);
    Ok(levels.map(<[u8]>::to_vec))
}

/// Whether the pages of a chunk are not compressed, and its column is flat, of this type and of this
/// greatest definition level.
fn is_plain(chunk: &ColumnChunkMetadata, (kind, level): (PhysicalType, i16)) -> bool {
    let descriptor = &chunk.descriptor().descriptor;
    chunk.compression() == Compression::Uncompressed
        && descriptor.primitive_type.physical_type == kind
        && (descriptor.max_def_level, descriptor.max_rep_level) == (level, 0)
}

/// Where a column chunk lies; `None` when it begins before the file or ends nowhere. Some
/// writers give 0 as the place of a dictionary that is not there.
fn byte_range(chunk: &ColumnChunkMetadata) -> Option<Range<u64>> {
    let first_page = chunk.data_page_offset();
    let start = match chunk.dictionary_page_offset() {
        Some(at) if at != 0 => at.min(first_page),
        _ => first_page,
    };
    let start = u64::try_from(start).ok()?;
    let length = u64::try_from(chunk.compressed_size()).ok()?;
    Some(start..start.checked_add(length)?)
}

/// Refuses what this process cannot take in.
fn check_room(name: &str, verb: &str, bytes: u64) -> Result<()> {
    let room = available();
    if bytes > room {
        return Err(Error::Log(format!(
            "column `{}` {verb} {} in one row group, and the limit is {}",
            text::quoted(name, 60),
            binary_bytes(bytes),
            binary_bytes(room)
        )));
    }
    Ok(())
}

pub(super) fn damaged_column(name: &str, e: &dyn std::fmt::Display) -> Error {
    Error::Log(format!(
        "column `{}` is damaged: {}",
        text::quoted(name, 60),
        text::quoted(&e.to_string(), 300)
    ))
}
