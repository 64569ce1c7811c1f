//! Encodes the columns of one row group into compressed pages.
//!
//! A column of a run repeats each sample until the next one. Its dictionary is therefore
//! known without looking at values: the samples of the row group, in order.

use std::ops::Range;

use polars_arrow::{
    array::PrimitiveArray,
    bitmap::{Bitmap, MutableBitmap},
    datatypes::{ArrowDataType, TimeUnit},
};
use polars_parquet::{
    parquet::{
        CowBuffer,
        encoding::{Encoding, hybrid_rle},
        metadata::Descriptor,
        page::{DataPage, DataPageHeader, DataPageHeaderV1, DictPage},
        statistics::PrimitiveStatistics,
        write::Version,
    },
    write::{
        CompressedPage, CompressionOptions, Nested, Page, StatisticsOptions, WriteOptions,
        ZstdLevel, array_to_page, compress, write_def_levels,
    },
};

use crate::etl::{
    Error, Result,
    transform::{Column, RunTable, clock::NONE, table::Data},
};

/// The pages of one column in one row group.
pub(super) struct Chunk {
    pub(super) pages: Vec<CompressedPage>,
    /// Cells that are not null, by row of the row group; `None`: all of them.
    pub(super) validity: Option<Bitmap>,
}

/// How pages are compressed.
fn compression() -> CompressionOptions {
    CompressionOptions::Zstd(ZstdLevel::try_new(1).ok())
}

/// Encodes times (microseconds, none null).
pub(super) fn encode_times(times: &[i64], descriptor: &Descriptor) -> Result<Chunk> {
    let dtype = ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let array = PrimitiveArray::new(dtype, times.to_vec().into(), None);
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: compression(),
        data_page_size: None,
    };
    let page = array_to_page(
        &array,
        descriptor.primitive_type.clone(),
        &[Nested::primitive(None, false, times.len())],
        options,
        Encoding::DeltaBinaryPacked,
    )
    .map_err(|e| failed(&e))?;
    Ok(Chunk {
        pages: compress_all([page])?,
        validity: None,
    })
}

/// Encodes the cells of a column in `rows`.
pub(super) fn encode_column(
    table: &RunTable,
    column: &Column,
    rows: Range<usize>,
    descriptor: &Descriptor,
) -> Result<Chunk> {
    let mut cells = Vec::new();
    table.fill(column, rows.clone(), &mut cells);
    let validity = validity(&cells);
    let valid: usize = cells.len() - validity.as_ref().map_or(0, Bitmap::unset_bits);
    let statistics = statistics(&cells, cells.len() - valid, descriptor);
    let mut body = Vec::new();
    write_def_levels(&mut body, true, validity.as_ref(), cells.len(), Version::V1)
        .map_err(|e| failed(&e))?;
    let dictionary = match &column.data {
        Data::Sampled { clock, values } => {
            dictionary(&table.clocks[*clock].source[rows], &cells, values, valid)
        }
        Data::Mixed { .. } => None,
    };
    let mut pages = Vec::with_capacity(2);
    let encoding = match dictionary {
        Some(dictionary) => {
            pages.push(Page::Dict(DictPage::new(
                CowBuffer::Owned(plain(dictionary.values.iter().copied())),
                dictionary.values.len(),
                false,
            )));
            body.push(dictionary.bits as u8);
            hybrid_rle::encode::<u32, _, _>(
                &mut body,
                dictionary.keys.into_iter(),
                dictionary.bits,
            )
            .map_err(|e| failed(&e))?;
            Encoding::RleDictionary
        }
        None => {
            body.extend(plain(cells.iter().copied().filter(|c| !c.is_nan())));
            Encoding::Plain
        }
    };
    let header = DataPageHeader::V1(DataPageHeaderV1 {
        num_values: cells.len() as i32,
        encoding: encoding.into(),
        definition_level_encoding: Encoding::Rle.into(),
        repetition_level_encoding: Encoding::Rle.into(),
        statistics: Some(statistics),
    });
    pages.push(Page::Data(DataPage::new(
        header,
        CowBuffer::Owned(body),
        descriptor.clone(),
        cells.len(),
    )));
    Ok(Chunk {
        pages: compress_all(pages)?,
        validity,
    })
}

struct Dictionary<'a> {
    values: &'a [f64],
    keys: Vec<u32>,
    bits: u32,
}

/// The samples in force in these rows, and which of them each cell shows. `None` when
/// plain values take less room.
fn dictionary<'a>(
    source: &[u32],
    cells: &[f64],
    values: &'a [f64],
    valid: usize,
) -> Option<Dictionary<'a>> {
    let mut used = source
        .iter()
        .zip(cells)
        .filter(|(_, c)| !c.is_nan())
        .map(|(i, _)| *i);
    let first = used.next()?;
    // Rows are in time order, so the last index in force is the largest.
    let last = used.next_back().unwrap_or(first);
    let samples = values.get(first as usize..=last as usize)?;
    let bits = u32::BITS - (last - first).leading_zeros();
    if samples.len() * 64 + valid * bits as usize > valid * 57 {
        return None;
    }
    let keys = source
        .iter()
        .zip(cells)
        .filter(|(i, c)| **i != NONE && !c.is_nan())
        .map(|(i, _)| i - first)
        .collect();
    Some(Dictionary {
        values: samples,
        keys,
        bits,
    })
}

fn validity(cells: &[f64]) -> Option<Bitmap> {
    if !cells.iter().any(|c| c.is_nan()) {
        return None;
    }
    Some(MutableBitmap::from_trusted_len_iter(cells.iter().map(|c| !c.is_nan())).into())
}

fn statistics(
    cells: &[f64],
    nulls: usize,
    descriptor: &Descriptor,
) -> polars_parquet::parquet::statistics::ParquetStatistics {
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for cell in cells {
        // NaN is never smaller or larger.
        min = if *cell < min { *cell } else { min };
        max = if *cell > max { *cell } else { max };
    }
    let any = min <= max;
    PrimitiveStatistics::<f64> {
        primitive_type: descriptor.primitive_type.clone(),
        null_count: Some(nulls as i64),
        distinct_count: None,
        min_value: any.then_some(min),
        max_value: any.then_some(max),
    }
    .serialize()
}

fn plain(values: impl Iterator<Item = f64>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.size_hint().0 * 8);
    for value in values {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes
}

fn compress_all(pages: impl IntoIterator<Item = Page>) -> Result<Vec<CompressedPage>> {
    pages
        .into_iter()
        .map(|page| compress(page, Vec::new(), compression()).map_err(|e| failed(&e)))
        .collect()
}

pub(super) fn failed(e: &dyn std::fmt::Display) -> Error {
    Error::Log(format!("its table cannot be encoded: {e}"))
}
