//! Encodes the columns of one row group into pages.
//!
//! A column of a run repeats each sample until the next one. Its dictionary is therefore
//! known without looking at values: the samples of the row group, in order. They are
//! written from where they lie. And which sample stands in which row is the same for every
//! column of a clock, so that is encoded once for all of them.

use std::{cell::Cell, ops::Range};

use polars_arrow::array::PrimitiveArray;
use polars_buffer::Buffer;
use polars_parquet::{
    parquet::{
        CowBuffer,
        compression::Compression,
        encoding::Encoding,
        metadata::Descriptor,
        page::{CompressedDataPage, CompressedDictPage, DataPageHeader, DataPageHeaderV1},
        statistics::PrimitiveStatistics,
        write::Version,
    },
    write::{
        CompressedPage, CompressionOptions, Nested, StatisticsOptions, WriteOptions, array_to_page,
        compress,
    },
};

use zstd::bulk::Compressor;

use super::keys::Keys;
use crate::{
    Error, Result,
    numeric::range,
    parquet::time_type,
    transform::{Column, RunTable, clock::Clock},
};

/// The pages of one column in one row group.
pub(super) struct Chunk {
    pub(super) pages: Vec<CompressedPage>,
    /// Rows of the row group without a value, ascending and apart.
    pub(super) nulls: Vec<Range<u32>>,
    /// Whether the first row has a value that is held from the row group before.
    pub(super) begins_held: bool,
}

/// Level of Zstandard at which what is written plain is compressed: it repeats itself.
const LEVEL: i32 = 1;

thread_local! {
    /// Making one takes longer than compressing a page of a short run.
    static COMPRESSOR: Cell<Option<Compressor<'static>>> = const { Cell::new(None) };
}

/// Times, dictionaries and runs are not compressed: they say once what repeats, and of the
/// rest a compressor makes little for the time it takes.
const NO_COMPRESSION: CompressionOptions = CompressionOptions::Uncompressed;

/// Encodes times (microseconds, none null).
pub(super) fn encode_times(times: &[i64], descriptor: &Descriptor) -> Result<Chunk> {
    let array = PrimitiveArray::new(time_type(), times.to_vec().into(), None);
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: NO_COMPRESSION,
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
    // Differences, packed: there is little left in them for a compressor.
    let page = compress(page, Vec::new(), NO_COMPRESSION).map_err(|e| failed(&e))?;
    Ok(Chunk {
        pages: vec![page],
        nulls: Vec::new(),
        begins_held: false,
    })
}

/// What the columns of a clock share in a row group.
pub(super) struct Shared {
    /// The samples in force.
    samples: Range<usize>,
    keys: Keys,
    /// The keys' page; `None` where plain values take less room.
    page: Option<Buffer<u8>>,
}

impl Shared {
    pub(super) fn of(clock: &Clock, rows: Range<usize>) -> Result<Self> {
        let samples = clock.in_force(rows.clone());
        let keys = Keys::of(clock.spans(rows), |_| true, samples.len());
        let page = keys.page()?.map(Buffer::from_vec);
        Ok(Self {
            samples,
            keys,
            page,
        })
    }
}

/// Encodes the cells of a column in `rows`; `shared` by clock.
pub(super) fn encode_column(
    table: &RunTable,
    column: &Column,
    rows: Range<usize>,
    shared: &[Shared],
    descriptor: &Descriptor,
) -> Result<Chunk> {
    let nothing = || Error::Log("its table cannot be encoded: a clock is missing".into());
    let shared = shared.get(column.clock).ok_or_else(nothing)?;
    let first = shared.samples.start;
    let begins = |row: &u32| (*row as usize) < rows.start;
    let begins_held = !shared.samples.is_empty()
        && table.clocks[column.clock]
            .rows()
            .get(first)
            .is_some_and(begins)
        && column
            .values
            .get(first)
            .is_some_and(|value| !value.is_nan());
    let chunk = encode_cells(table, column, rows, shared, descriptor)?;
    Ok(Chunk {
        begins_held,
        ..chunk
    })
}

fn encode_cells(
    table: &RunTable,
    column: &Column,
    rows: Range<usize>,
    shared: &Shared,
    descriptor: &Descriptor,
) -> Result<Chunk> {
    let values = column.values.clone().sliced(shared.samples.clone());
    if !values.iter().any(|v| v.is_nan()) {
        return match &shared.page {
            Some(page) => Ok(by_dictionary(
                values,
                page.clone(),
                &shared.keys,
                descriptor,
            )),
            None => plain(table, column, rows, &shared.keys, descriptor),
        };
    }
    // Samples without a value leave rows without one: keys of the column's own.
    let clock = &table.clocks[column.clock];
    let has_value = |i: usize| !column.values[i].is_nan();
    let keys = Keys::of(clock.spans(rows.clone()), has_value, shared.samples.len());
    match keys.page()? {
        Some(page) => {
            let some: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            Ok(by_dictionary(some.into(), page.into(), &keys, descriptor))
        }
        None => plain(table, column, rows, &keys, descriptor),
    }
}

/// A dictionary of `values` in order, and the page of keys to it.
fn by_dictionary(
    values: Buffer<f64>,
    page: Buffer<u8>,
    keys: &Keys,
    descriptor: &Descriptor,
) -> Chunk {
    let header = header(
        keys.rows,
        Encoding::RleDictionary,
        (&values, keys.null_count()),
        descriptor,
    );
    let count = values.len();
    let values = little_endian(values);
    let size = (values.len(), page.len());
    let codec = NO_COMPRESSION.into();
    let dictionary =
        CompressedDictPage::new(CowBuffer::Borrowed(values), codec, size.0, count, false);
    let page = CowBuffer::Borrowed(page);
    let page = CompressedDataPage::new(header, page, codec, size.1, descriptor.clone(), keys.rows);
    Chunk {
        pages: vec![CompressedPage::Dict(dictionary), CompressedPage::Data(page)],
        nulls: keys.nulls.clone(),
        begins_held: false,
    }
}

/// A page of the cells themselves.
fn plain(
    table: &RunTable,
    column: &Column,
    rows: Range<usize>,
    keys: &Keys,
    descriptor: &Descriptor,
) -> Result<Chunk> {
    let mut cells = Vec::new();
    table.fill(column, rows, &mut cells);
    let header = header(
        cells.len(),
        Encoding::Plain,
        (&cells, keys.null_count()),
        descriptor,
    );
    let mut body = keys.levels();
    body.reserve(cells.len() * 8);
    for cell in cells.iter().filter(|c| !c.is_nan()) {
        body.extend_from_slice(&cell.to_le_bytes());
    }
    let page = CompressedDataPage::new(
        header,
        CowBuffer::Owned(compressed(&body)?),
        Compression::Zstd,
        body.len(),
        descriptor.clone(),
        cells.len(),
    );
    Ok(Chunk {
        pages: vec![CompressedPage::Data(page)],
        nulls: keys.nulls.clone(),
        begins_held: false,
    })
}

/// The bytes of values as Parquet wants them: where they lie, if the machine agrees.
fn little_endian(values: Buffer<f64>) -> Buffer<u8> {
    let copied = |values: &[f64]| -> Buffer<u8> {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        bytes.into()
    };
    if cfg!(target_endian = "little") {
        values.try_transmute().unwrap_or_else(|v| copied(&v))
    } else {
        copied(&values)
    }
}

/// `statistics`: the values (NaN counts as none) and the number of nulls.
fn header(
    rows: usize,
    encoding: Encoding,
    (values, nulls): (&[f64], usize),
    descriptor: &Descriptor,
) -> DataPageHeader {
    let (min, max) = range(values);
    let any = min <= max;
    let statistics = PrimitiveStatistics::<f64> {
        primitive_type: descriptor.primitive_type.clone(),
        null_count: Some(nulls as i64),
        distinct_count: None,
        min_value: any.then_some(min),
        max_value: any.then_some(max),
    };
    DataPageHeader::V1(DataPageHeaderV1 {
        num_values: rows as i32,
        encoding: encoding.into(),
        definition_level_encoding: Encoding::Rle.into(),
        repetition_level_encoding: Encoding::Rle.into(),
        statistics: Some(statistics.serialize()),
    })
}

fn compressed(body: &[u8]) -> Result<Vec<u8>> {
    let kept = COMPRESSOR.take().map_or_else(|| Compressor::new(LEVEL), Ok);
    let mut compressor = kept.map_err(|e| failed(&e))?;
    let bytes = compressor.compress(body).map_err(|e| failed(&e))?;
    COMPRESSOR.set(Some(compressor));
    Ok(bytes)
}

pub(super) fn failed(e: &dyn std::fmt::Display) -> Error {
    Error::Log(format!("its table cannot be encoded: {e}"))
}
