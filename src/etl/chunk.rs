//! One column chunk of one row group of a Parquet file: read, never mapped, and decoded.

use std::{fs::File, io::Cursor, os::unix::fs::FileExt, path::Path};

use polars_arrow::{array::Array, datatypes::Field};
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, PageReader, column_iter_to_arrays,
};

use super::{Error, Result, activity, text};

/// Reads and decodes one column chunk: its bytes are read, never mapped.
pub(super) fn read_chunk(
    file: &File,
    path: &Path,
    metadata: &FileMetadata,
    group: usize,
    leaf: usize,
    field: &Field,
) -> Result<Vec<Box<dyn Array>>> {
    let chunk: &ColumnChunkMetadata = metadata
        .row_groups
        .get(group)
        .and_then(|g| g.parquet_columns().get(leaf))
        .ok_or_else(|| Error::Log("the footer lists fewer columns than the schema".into()))?;
    let range = chunk.byte_range();
    let size = file
        .metadata()
        .map_err(|e| Error::io("read", path, e))?
        .len();
    if range.end > size || range.start > range.end {
        return Err(Error::Log(format!(
            "the footer places column `{}` at bytes {} to {}, but the file has {size}",
            text::quoted(&field.name, 60),
            range.start,
            range.end
        )));
    }
    let unpacked = chunk.uncompressed_size().max(0).cast_unsigned();
    let _decoding = activity::decoding(&field.name, unpacked.max(range.end - range.start));
    let mut bytes = vec![0; (range.end - range.start) as usize];
    file.read_exact_at(&mut bytes, range.start)
        .map_err(|e| Error::io("read", path, e))?;
    let limit = max_page_size(chunk);
    let reader = PageReader::new(
        Cursor::new(Buffer::from_vec(bytes)),
        chunk,
        Vec::new(),
        limit,
    );
    let primitive = &chunk.descriptor().descriptor.primitive_type;
    let (arrays, _) = column_iter_to_arrays(
        vec![BasicDecompressor::new(reader, Vec::new())],
        vec![primitive],
        field.clone(),
        None,
    )
    .map_err(|e| damaged_column(&field.name, &e))?;
    Ok(arrays)
}

/// No page of a chunk can be larger than the chunk says it is unpacked.
fn max_page_size(chunk: &ColumnChunkMetadata) -> usize {
    let unpacked = chunk
        .uncompressed_size()
        .max(chunk.compressed_size())
        .max(0);
    usize::try_from(unpacked).unwrap_or(usize::MAX).max(1 << 16)
}

fn damaged_column(name: &str, e: &dyn std::fmt::Display) -> Error {
    Error::Log(format!(
        "column `{}` is damaged: {}",
        text::quoted(name, 60),
        text::quoted(&e.to_string(), 300)
    ))
}
