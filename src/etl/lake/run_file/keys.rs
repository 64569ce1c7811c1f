//! Which sample of a column stands in which row of a row group, as Parquet's dictionary
//! indices and definition levels.
//!
//! A sample stands until the next one, so both are written as runs: as many as there are
//! samples, whatever the number of rows.

use std::ops::Range;

use polars_parquet::parquet::encoding::hybrid_rle;

use crate::{Result, transform::clock::Span};

use super::encode::failed;

/// The rows of a column in a row group by the sample in force.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Length of each run; consecutive runs have consecutive samples.
    runs: Vec<u32>,
    /// Rows without a value, ascending and apart.
    pub(super) nulls: Vec<Range<u32>>,
    /// Rows.
    pub(super) rows: usize,
}

impl Keys {
    /// From the spans of a row group. `has_value` says whether a sample has one: those
    /// without are left out, and the keys count the others.
    pub(super) fn of(
        spans: impl Iterator<Item = Span>,
        has_value: impl Fn(usize) -> bool,
        samples: usize,
    ) -> Self {
        let mut keys = Self {
            runs: Vec::with_capacity(samples),
            ..Self::default()
        };
        for span in spans {
            let rows = span.rows.len();
            if span.sample.is_some_and(&has_value) {
                keys.runs.push(rows as u32);
            } else {
                let (from, to) = (keys.rows as u32, (keys.rows + rows) as u32);
                match keys.nulls.last_mut() {
                    Some(last) if last.end == from => last.end = to,
                    _ => keys.nulls.push(from..to),
                }
            }
            keys.rows += rows;
        }
        keys
    }

    /// Rows without a value.
    pub(super) fn null_count(&self) -> usize {
        self.nulls.iter().map(Range::len).sum()
    }

    /// The page's definition levels and keys. `None` when every row that has a value has a sample of
    /// its own: then the values themselves take less room. Otherwise only the keys tell samples
    /// from what is held.
    pub(super) fn page(&self) -> Result<Option<Vec<u8>>> {
        let valid = self.rows - self.null_count();
        let bits = u32::BITS - (self.runs.len() as u32).saturating_sub(1).leading_zeros();
        let bytes = bits.div_ceil(8) as usize;
        let as_runs = self.runs.len() * (1 + bytes);
        let packed = valid * bits as usize / 8;
        if self.runs.len() == valid {
            return Ok(None);
        }
        let mut page = self.levels();
        page.push(bits as u8);
        if as_runs <= packed {
            page.reserve(as_runs);
            for (key, rows) in self.runs.iter().enumerate() {
                run(&mut page, *rows, &(key as u32).to_le_bytes()[..bytes]);
            }
        } else {
            let keys = self.runs.iter().enumerate();
            let keys: Vec<u32> = keys
                .flat_map(|(key, rows)| std::iter::repeat_n(key as u32, *rows as usize))
                .collect();
            hybrid_rle::encode::<u32, _, _>(&mut page, keys.into_iter(), bits)
                .map_err(|e| failed(&e))?;
        }
        Ok(Some(page))
    }

    /// The definition levels of a version 1 page, with their length before them.
    pub(super) fn levels(&self) -> Vec<u8> {
        let mut levels = vec![0; 4];
        let mut at = 0;
        for null in &self.nulls {
            if at < null.start {
                run(&mut levels, null.start - at, &[1]);
            }
            run(&mut levels, null.end - null.start, &[0]);
            at = null.end;
        }
        if at < self.rows as u32 {
            run(&mut levels, self.rows as u32 - at, &[1]);
        }
        let length = (levels.len() - 4) as u32;
        levels[..4].copy_from_slice(&length.to_le_bytes());
        levels
    }
}

/// One run of Parquet's RLE hybrid: its length as ULEB128, shifted to make room for the
/// bit that says it is one, and the value.
fn run(out: &mut Vec<u8>, length: u32, value: &[u8]) {
    // Nearly all are short runs of keys of two bytes.
    if let (0..0x40, [a, b]) = (length, value) {
        return out.extend_from_slice(&[(length << 1) as u8, *a, *b]);
    }
    let mut header = u64::from(length) << 1;
    while header >= 0x80 {
        out.push(header as u8 | 0x80);
        header >>= 7;
    }
    out.push(header as u8);
    out.extend_from_slice(value);
}
