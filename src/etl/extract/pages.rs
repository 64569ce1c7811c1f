//! Decodes the common forms of a column straight from its pages: each entry of a
//! dictionary once, whatever the number of its rows, and runs of equal keys as runs.
//!
//! What is not common (a delta encoding, decimals, …) is left to [`super::fixed`] and the general reader.

use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
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
    raw::{LONGEST_TEXT, Raw},
    types::to_micros,
};
use crate::{
    Result,
    chunk::{OpenChunk, damaged_column},
};

/// How the cells of a column lie in its pages.
#[derive(Clone, Copy)]
enum Form {
    /// Length and bytes; whether they must be UTF-8.
    Bytes {
        text: bool,
    },
    I32(fn(i32) -> Raw<'static>),
    I64(fn(i64) -> Raw<'static>),
    F64,
}

impl Form {
    fn of(descriptor: &Descriptor, dtype: &ArrowDataType) -> Option<Self> {
        use ArrowDataType as T;
        if descriptor.max_rep_level > 0 || descriptor.max_def_level > 1 {
            return None;
        }
        Some(match (descriptor.primitive_type.physical_type, dtype) {
            (PhysicalType::ByteArray, T::Utf8View) => Self::Bytes { text: true },
            (PhysicalType::ByteArray, T::BinaryView) => Self::Bytes { text: false },
            (PhysicalType::Int32, T::Int32) => Self::I32(|n| Raw::Int(n.into())),
            (PhysicalType::Int32, T::UInt32) => Self::I32(|n| Raw::Int(n.cast_unsigned().into())),
            (PhysicalType::Int64, T::Int64) => Self::I64(|n| Raw::Int(n.into())),
            (PhysicalType::Int64, T::UInt64) => Self::I64(|n| Raw::Int(n.cast_unsigned().into())),
            (PhysicalType::Int64, T::Timestamp(TimeUnit::Microsecond, _)) => Self::I64(Raw::Time),
            (PhysicalType::Int64, T::Timestamp(TimeUnit::Millisecond, _)) => {
                Self::I64(|n| Raw::Time(to_micros(n, TimeUnit::Millisecond)))
            }
            (PhysicalType::Int64, T::Timestamp(TimeUnit::Nanosecond, _)) => {
                Self::I64(|n| Raw::Time(to_micros(n, TimeUnit::Nanosecond)))
            }
            (PhysicalType::Double, T::Float64) => Self::F64,
            _ => return None,
        })
    }

    /// Takes the next cell off `bytes`.
    #[inline]
    fn take<'b>(self, bytes: &mut &'b [u8]) -> Result<Raw<'b>, &'static str> {
        const SHORT: &str = "a page is shorter than its values";
        Ok(match self {
            Self::Bytes { .. } => {
                let (length, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
                let length = u32::from_le_bytes(*length) as usize;
                let (text, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
                *bytes = rest;
                if text.len() > LONGEST_TEXT {
                    return Ok(Raw::TooLong);
                }
                Raw::Text(text)
            }
            Self::I32(raw) => {
                let (value, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
                *bytes = rest;
                raw(i32::from_le_bytes(*value))
            }
            Self::I64(raw) => {
                let (value, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
                *bytes = rest;
                raw(i64::from_le_bytes(*value))
            }
            Self::F64 => {
                let (value, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
                *bytes = rest;
                Raw::Float(f64::from_le_bytes(*value))
            }
        })
    }

    /// Text must be text.
    fn check(self, raw: Raw<'_>) -> Result<(), &'static str> {
        match (self, raw) {
            (Self::Bytes { text: true }, Raw::Text(bytes))
                if std::str::from_utf8(bytes).is_err() =>
            {
                Err("a text is not UTF-8")
            }
            _ => Ok(()),
        }
    }
}

/// One distinct cell: where it begins in the dictionary's bytes, and its code once a row
/// asked for it.
struct Entry<T> {
    at: usize,
    code: Option<T>,
}

/// Decodes the `rows` cells of a chunk to codes, in order. `None` when it has a form that is
/// not known here: then whatever `code` did is to be undone. `code` is asked about a cell of
/// a dictionary when the first row shows it.
///
/// # Errors
/// [`crate::Error::Log`] when a page is damaged.
pub(super) fn decode<T: Copy>(
    chunk: &mut OpenChunk<'_>,
    (name, dtype): (&str, &ArrowDataType),
    rows: usize,
    code: impl FnMut(Raw<'_>) -> T,
) -> Result<Option<Vec<T>>> {
    let Some(form) = Form::of(chunk.descriptor, dtype) else {
        return Ok(None);
    };
    let mut column = Column {
        form,
        rows,
        code,
        out: Vec::with_capacity(rows),
        dictionary: Vec::new(),
        entries: Vec::new(),
        keys: Vec::new(),
    };
    let damaged = |e: &dyn std::fmt::Display| damaged_column(name, e);
    if let Some(page) = chunk.pages.read_dict_page().map_err(|e| damaged(&e))? {
        column
            .read_dictionary(page.buffer.to_vec(), page.num_values)
            .map_err(|e| damaged(&e))?;
    }
    while let Some(item) = chunk.pages.next() {
        let page = item
            .and_then(|item| item.decompress(&mut chunk.pages))
            .map_err(|e| damaged(&e))?;
        let known = column.page(&page).map_err(|e| damaged(&e))?;
        chunk.pages.reuse_page_buffer(page);
        if !known {
            return Ok(None);
        }
    }
    Ok(Some(column.out))
}

/// The levels of a page's cells: 1 is a value, 0 a null. `None` when there is no null.
pub(super) fn levels(bytes: &[u8], cells: usize) -> Result<Option<Vec<u32>>, Trouble> {
    let mut levels = Vec::new();
    let mut all = true;
    for chunk in HybridRleDecoder::new(bytes, 1, cells).into_chunk_iter() {
        match chunk.or_else(trouble)? {
            HybridRleChunk::Rle(level, n) => {
                all &= level == 1;
                levels.resize(levels.len() + n, level);
            }
            HybridRleChunk::Bitpacked(packed) => {
                let from = levels.len();
                packed.collect_into(&mut levels);
                all &= levels[from..].iter().all(|level| *level == 1);
            }
        }
    }
    if levels.len() != cells {
        return trouble("a page has fewer levels than values");
    }
    Ok(Some(levels).filter(|_| !all))
}

struct Column<T, F> {
    form: Form,
    /// Rows that the row group has: no page may give more.
    rows: usize,
    code: F,
    out: Vec<T>,
    /// The dictionary's bytes.
    dictionary: Vec<u8>,
    entries: Vec<Entry<T>>,
    /// Room for keys.
    keys: Vec<u32>,
}

/// What is wrong with a page, as a clause.
pub(super) type Trouble = Box<dyn std::fmt::Display>;

pub(super) fn trouble<T>(e: impl std::fmt::Display + 'static) -> Result<T, Trouble> {
    Err(Box::new(e))
}

impl<T: Copy, F: FnMut(Raw<'_>) -> T> Column<T, F> {
    /// Takes in the dictionary.
    fn read_dictionary(&mut self, bytes: Vec<u8>, entries: usize) -> Result<(), &'static str> {
        let mut rest = bytes.as_slice();
        for _ in 0..entries {
            let at = bytes.len() - rest.len();
            let raw = self.form.take(&mut rest)?;
            self.form.check(raw)?;
            self.entries.push(Entry { at, code: None });
        }
        self.dictionary = bytes;
        Ok(())
    }

    /// Takes in a page; false when it has an encoding that is not known here.
    fn page(&mut self, page: &DataPage) -> Result<bool, Trouble> {
        let by_keys = match page.encoding() {
            Encoding::Plain => false,
            Encoding::PlainDictionary | Encoding::RleDictionary => true,
            _ => return Ok(false),
        };
        let cells = page.num_values();
        if cells > self.rows - self.out.len() {
            return trouble("its pages have more values than its row group has rows");
        }
        let parts = split_buffer(page).or_else(trouble)?;
        if page.descriptor.max_def_level == 0 {
            self.values(parts.values, cells, by_keys)?;
            return Ok(true);
        }
        match levels(parts.def, cells)? {
            None => self.values(parts.values, cells, by_keys)?,
            Some(levels) => self.with_nulls(parts.values, &levels, by_keys)?,
        }
        Ok(true)
    }

    /// Decodes values, then moves them apart to make room for nulls.
    fn with_nulls(&mut self, bytes: &[u8], levels: &[u32], by_keys: bool) -> Result<(), Trouble> {
        let from = self.out.len();
        let some = levels.iter().filter(|level| **level == 1).count();
        self.values(bytes, some, by_keys)?;
        let values = self.out.split_off(from);
        let null = (self.code)(Raw::Null);
        let mut values = values.into_iter();
        for level in levels {
            let value = if *level == 1 { values.next() } else { None };
            self.out.push(value.unwrap_or(null));
        }
        Ok(())
    }

    fn values(&mut self, bytes: &[u8], cells: usize, by_keys: bool) -> Result<(), Trouble> {
        if by_keys {
            return self.keys(bytes, cells);
        }
        // What is all ASCII, the lengths too, is text: looked at once for the whole page.
        let check = matches!(self.form, Form::Bytes { text: true }) && !bytes.is_ascii();
        let mut rest = bytes;
        for _ in 0..cells {
            let raw = self.form.take(&mut rest).or_else(trouble)?;
            if check {
                self.form.check(raw).or_else(trouble)?;
            }
            self.out.push((self.code)(raw));
        }
        Ok(())
    }

    fn keys(&mut self, bytes: &[u8], cells: usize) -> Result<(), Trouble> {
        if cells == 0 {
            return Ok(());
        }
        let Some((bits, bytes)) = bytes.split_first() else {
            return trouble("a page of keys is empty");
        };
        if *bits > 32 {
            return trouble(format!("its keys have {bits} bits"));
        }
        let end = self.out.len() + cells;
        for chunk in HybridRleDecoder::new(bytes, u32::from(*bits), cells).into_chunk_iter() {
            match chunk.or_else(trouble)? {
                HybridRleChunk::Rle(key, n) => {
                    let code = self.code_of(key)?;
                    self.out.resize(self.out.len() + n, code);
                }
                HybridRleChunk::Bitpacked(packed) => {
                    let mut keys = std::mem::take(&mut self.keys);
                    keys.clear();
                    packed.collect_into(&mut keys);
                    for key in &keys {
                        let code = match self.entries.get(*key as usize) {
                            Some(Entry {
                                code: Some(code), ..
                            }) => *code,
                            _ => self.code_of(*key)?,
                        };
                        self.out.push(code);
                    }
                    self.keys = keys;
                }
            }
        }
        if self.out.len() == end {
            Ok(())
        } else {
            trouble("a page has fewer keys than values")
        }
    }

    fn code_of(&mut self, key: u32) -> Result<T, Trouble> {
        let Some(entry) = self.entries.get_mut(key as usize) else {
            return trouble(format!("key {key} is not in its dictionary"));
        };
        if let Some(code) = entry.code {
            return Ok(code);
        }
        let mut bytes = self.dictionary.get(entry.at..).unwrap_or_default();
        let raw = self.form.take(&mut bytes).or_else(trouble)?;
        let code = (self.code)(raw);
        entry.code = Some(code);
        Ok(code)
    }
}
