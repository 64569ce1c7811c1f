//! Cells of a fixed width (INT96 times, UUIDs, decimals, halves) in every encoding that the
//! format allows for them, as their bytes stand in the file. What follows the last value of a page
//! is padding.

use polars_arrow::{array::FixedSizeBinaryArray, bitmap::Bitmap, datatypes::ArrowDataType};
use polars_buffer::Buffer;
use polars_parquet::parquet::{
    encoding::{
        Encoding,
        hybrid_rle::{HybridRleChunk, HybridRleDecoder},
    },
    metadata::Descriptor,
    page::{DataPage, split_buffer},
    schema::types::PhysicalType,
};

use super::{
    delta,
    pages::{Trouble, levels, trouble},
};
use crate::{
    Result,
    chunk::{OpenChunk, damaged_column},
};

const SHORT: &str = "a page is shorter than its values";

/// Bytes of a cell of this column, if [`read`] can read it.
pub(super) fn width(column: &Descriptor) -> Option<usize> {
    if column.max_rep_level > 0 || column.max_def_level > 1 {
        return None;
    }
    match column.primitive_type.physical_type {
        PhysicalType::Int96 => Some(12),
        PhysicalType::FixedLenByteArray(width) => Some(width).filter(|width| *width > 0),
        _ => None,
    }
}

/// Reads a chunk of at most `rows` cells of `width` bytes each.
///
/// # Errors
/// [`crate::Error::Log`] when a page is damaged.
pub(super) fn read(
    chunk: &mut OpenChunk<'_>,
    name: &str,
    width: usize,
    rows: usize,
) -> Result<FixedSizeBinaryArray> {
    let damaged = |e: &dyn std::fmt::Display| damaged_column(name, e);
    let mut cells = Cells {
        width,
        rows,
        dictionary: Vec::new(),
        bytes: Vec::new(),
        present: Vec::new(),
    };
    if let Some(page) = chunk.pages.read_dict_page().map_err(|e| damaged(&e))? {
        cells.dictionary = page.buffer.to_vec();
    }
    while let Some(item) = chunk.pages.next() {
        let page = item
            .and_then(|item| item.decompress(&mut chunk.pages))
            .map_err(|e| damaged(&e))?;
        cells.page(&page).map_err(|e| damaged(&e))?;
        chunk.pages.reuse_page_buffer(page);
    }
    let Cells { bytes, present, .. } = cells;
    let validity = Some(Bitmap::from_iter(present)).filter(|bits| bits.unset_bits() > 0);
    let dtype = ArrowDataType::FixedSizeBinary(width);
    FixedSizeBinaryArray::try_new(dtype, Buffer::from_vec(bytes), validity).map_err(|e| damaged(&e))
}

struct Cells {
    width: usize,
    /// Rows that the row group has: no page may give more.
    rows: usize,
    /// The dictionary's bytes.
    dictionary: Vec<u8>,
    /// Of all rows up to here; zeros for a null.
    bytes: Vec<u8>,
    present: Vec<bool>,
}

impl Cells {
    fn page(&mut self, page: &DataPage) -> Result<(), Trouble> {
        let cells = page.num_values();
        if cells > self.rows - self.present.len() {
            return trouble("its pages have more values than its row group has rows");
        }
        let parts = split_buffer(page).or_else(trouble)?;
        let levels = match page.descriptor.max_def_level {
            0 => None,
            _ => levels(parts.def, cells)?,
        };
        let Some(levels) = levels else {
            self.values(page.encoding(), parts.values, cells)?;
            self.present.resize(self.present.len() + cells, true);
            return Ok(());
        };
        let from = self.bytes.len();
        let some = levels.iter().filter(|level| **level == 1).count();
        self.values(page.encoding(), parts.values, some)?;
        let values = self.bytes.split_off(from);
        let mut values = values.chunks_exact(self.width);
        for level in levels {
            let value = if level == 1 { values.next() } else { None };
            self.present.push(value.is_some());
            match value {
                Some(value) => self.bytes.extend_from_slice(value),
                None => self.bytes.resize(self.bytes.len() + self.width, 0),
            }
        }
        Ok(())
    }

    /// Appends `cells` values that are there.
    fn values(&mut self, encoding: Encoding, bytes: &[u8], cells: usize) -> Result<(), Trouble> {
        match encoding {
            Encoding::Plain => {
                let values = bytes.get(..cells * self.width);
                self.bytes
                    .extend_from_slice(values.ok_or(SHORT).or_else(trouble)?);
                Ok(())
            }
            Encoding::PlainDictionary | Encoding::RleDictionary => self.by_keys(bytes, cells),
            Encoding::ByteStreamSplit => self.split(bytes, cells),
            Encoding::DeltaByteArray => self.by_prefixes(bytes, cells),
            other => trouble(format!("{other:?} is not an encoding of its type")),
        }
    }

    fn by_keys(&mut self, bytes: &[u8], cells: usize) -> Result<(), Trouble> {
        if cells == 0 {
            return Ok(());
        }
        let (bits, bytes) = bytes.split_first().ok_or(SHORT).or_else(trouble)?;
        if *bits > 32 {
            return trouble(format!("its keys have {bits} bits"));
        }
        let mut keys = Vec::with_capacity(cells);
        for chunk in HybridRleDecoder::new(bytes, u32::from(*bits), cells).into_chunk_iter() {
            match chunk.or_else(trouble)? {
                HybridRleChunk::Rle(key, n) => keys.resize(keys.len() + n, key),
                HybridRleChunk::Bitpacked(packed) => packed.collect_into(&mut keys),
            }
        }
        if keys.len() != cells {
            return trouble("a page has fewer keys than values");
        }
        for key in keys {
            let from = (key as usize).saturating_mul(self.width);
            match self.dictionary.get(from..from.saturating_add(self.width)) {
                Some(value) => self.bytes.extend_from_slice(value),
                None => return trouble(format!("key {key} is not in its dictionary")),
            }
        }
        Ok(())
    }

    /// The first bytes of all values, then the second ones, and so on.
    fn split(&mut self, bytes: &[u8], cells: usize) -> Result<(), Trouble> {
        // The streams have the length of the page, which may be padded by whole values only.
        let stream = bytes.len() / self.width;
        if stream < cells {
            return trouble(SHORT);
        }
        for cell in 0..cells {
            let value = bytes.iter().skip(cell).step_by(stream).take(self.width);
            self.bytes.extend(value);
        }
        Ok(())
    }

    /// How many bytes each value has in common with the one before, and the rest of it.
    fn by_prefixes(&mut self, bytes: &[u8], cells: usize) -> Result<(), Trouble> {
        let (prefixes, bytes) = delta::numbers(bytes, cells).or_else(trouble)?;
        let (suffixes, mut bytes) = delta::numbers(bytes, cells).or_else(trouble)?;
        let mut last: Vec<u8> = Vec::with_capacity(self.width);
        for (prefix, suffix) in prefixes.into_iter().zip(suffixes) {
            let prefix = usize::try_from(prefix).ok().filter(|n| *n <= last.len());
            let suffix = usize::try_from(suffix).ok();
            let parts = prefix.zip(suffix.and_then(|n| bytes.split_at_checked(n)));
            let Some((prefix, (suffix, rest))) = parts else {
                return trouble("a value is longer than its page");
            };
            last.truncate(prefix);
            last.extend_from_slice(suffix);
            if last.len() != self.width {
                return trouble(format!("a value has {} bytes", last.len()));
            }
            self.bytes.extend_from_slice(&last);
            bytes = rest;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(width: usize) -> Cells {
        Cells {
            width,
            rows: 100,
            dictionary: b"aaabbb".to_vec(),
            bytes: Vec::new(),
            present: Vec::new(),
        }
    }

    #[test]
    fn every_encoding_gives_the_same_bytes_and_padding_is_ignored() {
        let prefixes = [delta::packed(&[0, 0]), delta::packed(&[3, 3])].concat();
        let prefixed = [prefixes, b"aaabbb".to_vec(), vec![9, 9]].concat();
        let pages: [(Encoding, Vec<u8>); 4] = [
            (Encoding::Plain, b"aaabbb?".to_vec()),
            (Encoding::RleDictionary, vec![1, 0b11, 0b10, 9]),
            (Encoding::ByteStreamSplit, b"ababab".to_vec()),
            (Encoding::DeltaByteArray, prefixed),
        ];
        for (encoding, page) in pages {
            let mut cells = cells(3);
            cells
                .values(encoding, &page, 2)
                .unwrap_or_else(|e| panic!("{encoding:?}: {e}"));
            assert_eq!(cells.bytes, b"aaabbb", "{encoding:?}");
            if encoding != Encoding::RleDictionary {
                let short = self::cells(3).values(encoding, &page, 3);
                assert!(short.is_err(), "{encoding:?}");
            }
        }
    }
}
