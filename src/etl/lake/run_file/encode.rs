//! Encodes the columns of one row group into compressed pages.
//!
//! A column of a run repeats each sample until the next one. Its dictionary is therefore
//! known without looking at values: the samples of the row group, in order. And which
//! sample stands in which row is the same for every column of a clock, so that is
//! encoded and compressed once for all of them.

use std::ops::Range;

use polars_arrow::{
    array::PrimitiveArray,
    bitmap::{Bitmap, MutableBitmap},
    datatypes::{ArrowDataType, TimeUnit},
};
use polars_buffer::Buffer;
use polars_parquet::{
    parquet::{
        CowBuffer, compression,
        encoding::{Encoding, hybrid_rle},
        metadata::Descriptor,
        page::{CompressedDataPage, DataPage, DataPageHeader, DataPageHeaderV1, DictPage},
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
    transform::{
        Column, RunTable,
        clock::{Clock, NONE},
    },
};

/// The pages of one column in one row group.
pub(super) struct Chunk {
    pub(super) pages: Vec<CompressedPage>,
    /// Cells that are not null, by row of the row group; `None`: all of them.
    pub(super) validity: Option<Bitmap>,
}

/// How pages are compressed: for these doubles zstd's lowest level is smaller than LZ4
/// and Snappy and costs little more.
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
        pages: vec![compressed(page)?],
        validity: None,
    })
}

/// Which sample of a clock stands in which row of a row group, encoded and compressed.
pub(super) struct Keys {
    /// Indices of the first and the last sample in force.
    samples: Range<usize>,
    validity: Option<Bitmap>,
    rows: usize,
    /// The data page, compressed; shared by the columns.
    page: Buffer<u8>,
    /// Its bytes before compression.
    size: usize,
}

impl Keys {
    /// The keys of `clock` in `rows`; `None` when no sample is in force there, or when
    /// there are so many that plain values take less room.
    pub(super) fn of(clock: &Clock, rows: Range<usize>) -> Result<Option<Self>> {
        let source = &clock.source[rows];
        let mut used = source.iter().filter(|i| **i != NONE);
        // Rows are in time order, so the last index in force is the largest.
        let Some(first) = used.next().copied() else {
            return Ok(None);
        };
        let last = used.next_back().copied().unwrap_or(first);
        let samples = first as usize..last as usize + 1;
        let bits = u32::BITS - (last - first).leading_zeros();
        let validity = bitmap(source.iter().map(|i| *i != NONE));
        let valid = source.len() - validity.as_ref().map_or(0, Bitmap::unset_bits);
        if samples.len() * 64 + valid * bits as usize > valid * 57 {
            return Ok(None);
        }
        let mut body = levels(validity.as_ref(), source.len())?;
        body.push(bits as u8);
        let keys = source.iter().filter(|i| **i != NONE).map(|i| i - first);
        hybrid_rle::encode::<u32, _, _>(&mut body, keys, bits).map_err(|e| failed(&e))?;
        let mut page = Vec::new();
        compression::compress(compression(), &body, &mut page).map_err(|e| failed(&e))?;
        let (rows, size, page) = (source.len(), body.len(), Buffer::from_vec(page));
        Ok(Some(Self {
            samples,
            validity,
            rows,
            page,
            size,
        }))
    }

    /// The chunk of a column of this clock; `None` when a sample in force has no value.
    fn chunk(&self, values: &[f64], descriptor: &Descriptor) -> Result<Option<Chunk>> {
        let Some(samples) = values.get(self.samples.clone()) else {
            return Ok(None);
        };
        if samples.iter().any(|v| v.is_nan()) {
            return Ok(None);
        }
        let nulls = self.validity.as_ref().map_or(0, Bitmap::unset_bits);
        let header = header(
            self.rows,
            Encoding::RleDictionary,
            Some((samples, nulls)),
            descriptor,
        );
        let dictionary = DictPage::new(
            CowBuffer::Owned(plain(samples.iter())),
            samples.len(),
            false,
        );
        let keys = CompressedDataPage::new(
            header,
            CowBuffer::Borrowed(self.page.clone()),
            compression().into(),
            self.size,
            descriptor.clone(),
            self.rows,
        );
        Ok(Some(Chunk {
            pages: vec![
                compressed(Page::Dict(dictionary))?,
                CompressedPage::Data(keys),
            ],
            validity: self.validity.clone(),
        }))
    }
}

/// Encodes the cells of a column in `rows`; `keys` by clock.
pub(super) fn encode_column(
    table: &RunTable,
    column: &Column,
    rows: Range<usize>,
    keys: &[Option<Keys>],
    descriptor: &Descriptor,
) -> Result<Chunk> {
    if let Some(Some(keys)) = keys.get(column.clock)
        && let Some(chunk) = keys.chunk(&column.values, descriptor)?
    {
        return Ok(chunk);
    }
    let mut cells = Vec::new();
    table.fill(column, rows, &mut cells);
    let validity = bitmap(cells.iter().map(|c| !c.is_nan()));
    let nulls = validity.as_ref().map_or(0, Bitmap::unset_bits);
    let mut body = levels(validity.as_ref(), cells.len())?;
    body.extend(plain(cells.iter().filter(|c| !c.is_nan())));
    let page = data_page(
        body,
        cells.len(),
        Encoding::Plain,
        Some((&cells, nulls)),
        descriptor,
    );
    Ok(Chunk {
        pages: vec![compressed(page)?],
        validity,
    })
}

/// A bitmap of flags; `None` when all are set.
fn bitmap(flags: impl Iterator<Item = bool> + Clone) -> Option<Bitmap> {
    if flags.clone().all(|f| f) {
        return None;
    }
    Some(flags.collect::<MutableBitmap>().into())
}

/// Definition levels of a nullable column: what is null.
fn levels(validity: Option<&Bitmap>, rows: usize) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    write_def_levels(&mut body, true, validity, rows, Version::V1).map_err(|e| failed(&e))?;
    Ok(body)
}

fn data_page(
    body: Vec<u8>,
    rows: usize,
    encoding: Encoding,
    statistics: Option<(&[f64], usize)>,
    descriptor: &Descriptor,
) -> Page {
    let header = header(rows, encoding, statistics, descriptor);
    Page::Data(DataPage::new(
        header,
        CowBuffer::Owned(body),
        descriptor.clone(),
        rows,
    ))
}

/// `statistics`: the values (NaN counts as none) and the number of nulls.
fn header(
    rows: usize,
    encoding: Encoding,
    statistics: Option<(&[f64], usize)>,
    descriptor: &Descriptor,
) -> DataPageHeader {
    let statistics = statistics.map(|(values, nulls)| {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            // NaN is never smaller or larger.
            min = if *value < min { *value } else { min };
            max = if *value > max { *value } else { max };
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
    });
    DataPageHeader::V1(DataPageHeaderV1 {
        num_values: rows as i32,
        encoding: encoding.into(),
        definition_level_encoding: Encoding::Rle.into(),
        repetition_level_encoding: Encoding::Rle.into(),
        statistics,
    })
}

fn plain<'a>(values: impl Iterator<Item = &'a f64>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.size_hint().0 * 8);
    for value in values {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes
}

fn compressed(page: Page) -> Result<CompressedPage> {
    compress(page, Vec::new(), compression()).map_err(|e| failed(&e))
}

pub(super) fn failed(e: &dyn std::fmt::Display) -> Error {
    Error::Log(format!("its table cannot be encoded: {e}"))
}
