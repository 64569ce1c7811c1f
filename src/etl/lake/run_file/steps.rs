//! A column as it is written: its samples once each.
//!
//! A column of a run repeats each sample until the next one, and its dictionary is the samples in
//! order. What asks of cells only what they are can do so sample by sample: there are far fewer
//! than rows.

use crate::{
    chunk::{PageKind, RawPage},
    expression::Steps,
};

impl Steps {
    /// Those of a chunk as this program writes it: a dictionary of doubles and one page of keys
    /// to it, of an optional column, not compressed. `None` for other pages, and for damaged ones:
    /// whoever decodes the chunk says what is wrong with it.
    pub(super) fn of_pages(pages: &[RawPage<'_>], rows: u32) -> Option<Self> {
        let [dictionary, data] = pages else {
            return None;
        };
        if (dictionary.kind, data.kind) != (PageKind::Dictionary, PageKind::Keys) {
            return None;
        }
        let (samples, rest) = dictionary.content.as_chunks::<8>();
        if !rest.is_empty() {
            return None;
        }
        let (length, rest) = data.content.split_first_chunk::<4>()?;
        let (levels, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let (bits, keys) = rest.split_first()?;
        let mut levels = Hybrid::new(levels, 1)?;
        let mut keys = Hybrid::new(keys, *bits)?;
        let mut steps = Self::with_capacity(samples.len() + 1);
        // The row to which cells have values, and what is left of the key that was begun.
        let (mut row, mut valid) = (0, 0);
        let (mut key, mut left) = (0, 0);
        while row < rows {
            if row == valid {
                let (level, count) = levels.next()?;
                valid = row + count.min(rows - row);
                if level == 0 {
                    steps.push_to(f64::NAN, valid);
                    row = valid;
                    continue;
                }
            }
            if left == 0 {
                (key, left) = keys.next()?;
            }
            let here = left.min(valid - row);
            (row, left) = (row + here, left - here);
            steps.push_to(f64::from_le_bytes(*samples.get(key as usize)?), row);
        }
        Some(steps)
    }
}

/// Parquet's hybrid of runs and packed bits, as runs.
struct Hybrid<'a> {
    rest: &'a [u8],
    bits: u32,
    /// What is packed: bytes, and the values in them that were not read.
    packed: &'a [u8],
    at: usize,
    left: usize,
}

impl<'a> Hybrid<'a> {
    /// `None` for values that are too wide.
    fn new(bytes: &'a [u8], bits: u8) -> Option<Self> {
        (bits <= 32).then_some(Self {
            rest: bytes,
            bits: u32::from(bits),
            packed: &[],
            at: 0,
            left: 0,
        })
    }

    /// The next value and how often it stands, at least once; `None` at the end, and where the
    /// bytes are damaged.
    #[inline]
    fn next(&mut self) -> Option<(u32, u32)> {
        // Nearly all are short runs of keys of two bytes.
        if let ([head, a, b, rest @ ..], 9..=16, 0) = (self.rest, self.bits, self.left)
            && head & 0x81 == 0
            && *head != 0
        {
            self.rest = rest;
            let key = u16::from_le_bytes([*a, *b]);
            return Some((u32::from(key), u32::from(head >> 1)));
        }
        self.next_of_any()
    }

    fn next_of_any(&mut self) -> Option<(u32, u32)> {
        loop {
            if self.left > 0 {
                return Some((self.unpacked()?, 1));
            }
            let mut head = 0u64;
            for shift in (0..35).step_by(7) {
                let (byte, rest) = self.rest.split_first()?;
                self.rest = rest;
                head |= u64::from(byte & 0x7f) << shift;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let count = usize::try_from(head >> 1).ok()?;
            if head & 1 == 1 {
                let bytes = count.checked_mul(self.bits as usize)?;
                (self.packed, self.rest) = self.rest.split_at_checked(bytes)?;
                (self.at, self.left) = (0, count * 8);
                continue;
            }
            let (value, rest) = self.rest.split_at_checked(self.bits.div_ceil(8) as usize)?;
            self.rest = rest;
            if count > 0 {
                let value = value
                    .iter()
                    .rev()
                    .fold(0, |n, byte| n << 8 | u32::from(*byte));
                return Some((value, u32::try_from(count).ok()?));
            }
        }
    }

    fn unpacked(&mut self) -> Option<u32> {
        let bits = self.bits as usize;
        let (first, shift) = (self.at / 8, self.at % 8);
        let bytes = self.packed.get(first..(self.at + bits).div_ceil(8))?;
        let word = bytes
            .iter()
            .rev()
            .fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        (self.at, self.left) = (self.at + bits, self.left - 1);
        let mask = (1u64 << bits) - 1;
        u32::try_from(word >> shift & mask).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        base::CancelToken,
        lake::run_file::{RunFile, write_run_file},
        schema::Hold,
        transform::{Column, RunTable, clock::align},
    };

    /// A table of channels with samples of their own: milliseconds since the sample before, and a
    /// value.
    fn table(channels: &[Vec<(i64, f64)>]) -> (tempfile::TempDir, RunFile) {
        let times = channels.iter().map(|samples| {
            let mut ms = 0;
            let times = samples.iter().map(|(step, _)| {
                ms += step;
                ms * 1000
            });
            Arc::new(times.collect::<Vec<i64>>())
        });
        let (rows, clocks) = align(times.collect(), Hold::Intervals(10.0));
        let columns = channels.iter().enumerate().map(|(clock, samples)| Column {
            name: format!("c_{clock}"),
            unit: "N".into(),
            clock,
            values: samples.iter().map(|(_, v)| *v).collect::<Vec<_>>().into(),
        });
        let table = RunTable {
            times: rows,
            clocks,
            columns: columns.collect(),
            distance_mm: BTreeMap::new(),
            samples: channels.iter().map(|s| s.len() as u64).sum(),
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.parquet");
        write_run_file(&path, &table, &CancelToken::new(), |_| "{}".into()).unwrap();
        let file = RunFile::open(&path).unwrap();
        (dir, file)
    }

    fn cells(steps: &Steps) -> Vec<Option<f64>> {
        let mut cells = Vec::new();
        for (value, end) in steps.iter() {
            cells.resize(end as usize, (!value.is_nan()).then_some(value));
        }
        cells
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn steps_are_the_cells(
            channels in prop::collection::vec(
                prop::collection::vec((
                    prop_oneof![8 => 1..60i64, 1 => 400..3000i64],
                    prop_oneof![5 => (-3i32..4).prop_map(f64::from), 1 => Just(f64::NAN)],
                ), 1..300),
                1..4,
            ),
        ) {
            let (_dir, file) = table(&channels);
            for (group, rows) in file.groups().enumerate() {
                let times = file.read(&[], rows.clone(), &CancelToken::new()).unwrap().times;
                let all: Vec<u32> = (0..times.len() as u32).collect();
                prop_assert_eq!(&file.times_at(group, &all).unwrap(), &times);
                let some: Vec<u32> = all.iter().copied().filter(|row| row % 7 == 3).collect();
                let wanted: Vec<i64> = some.iter().map(|row| times[*row as usize]).collect();
                prop_assert_eq!(file.times_at(group, &some).unwrap(), wanted);
                for name in file.columns().iter().skip(1) {
                    let read = file.read_values(&[name], rows.clone(), &CancelToken::new()).unwrap();
                    let wanted = read.columns[0].iter().map(|v| (!v.is_nan()).then_some(*v));
                    prop_assert_eq!(
                        cells(&file.steps(group, name).unwrap()),
                        wanted.collect::<Vec<_>>()
                    );
                }
            }
        }
    }

    /// Not a step for each row: the slow channel's samples, though its neighbours are equal.
    #[test]
    fn samples_are_steps() {
        let slow = (0..50).map(|i| (100, f64::from(i % 2))).collect();
        let fast = (0..500).map(|_| (10, 1.0)).collect();
        let (_dir, file) = table(&[slow, fast]);
        let steps = file.steps(0, "c_0").unwrap();
        assert_eq!((steps.rows(), steps.iter().count()), (500, 51));
        assert!(steps.values_in(0, 1)[0].is_nan());
    }

    #[test]
    fn runs_and_packed_bits() {
        // Seven times 300, then eight packed values of three bits: the example of the format.
        let bytes = [7 << 1, 0x2c, 0x01];
        assert_eq!(Hybrid::new(&bytes, 9).unwrap().next(), Some((300, 7)));
        let bytes = [1 << 1 | 1, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let mut packed = Hybrid::new(&bytes, 3).unwrap();
        for value in 0..8 {
            assert_eq!(packed.next(), Some((value, 1)));
        }
        assert_eq!(packed.next(), None);
        assert_eq!(Hybrid::new(&bytes[..3], 3).unwrap().next(), None);
        assert!(Hybrid::new(&bytes, 33).is_none());
    }

    #[test]
    fn damaged_pages_have_no_steps() {
        let sample = 2.5f64.to_le_bytes();
        let page = |kind, content| RawPage { kind, content };
        // Levels: five rows with a value. Keys of one bit: five times 0.
        let keys = [2, 0, 0, 0, 10, 1, 1, 10, 0];
        let pages = [
            page(PageKind::Dictionary, &sample[..]),
            page(PageKind::Keys, &keys[..]),
        ];
        let steps = Steps::of_pages(&pages, 5).unwrap();
        assert_eq!(steps, Steps::of(&[2.5; 5]));
        assert_eq!(Steps::of_pages(&pages, 6), None, "too few rows");
        assert_eq!(Steps::of_pages(&pages[1..], 5), None);
        let mut beyond = keys;
        beyond[8] = 1;
        let beyond = [pages[0], page(PageKind::Keys, &beyond[..])];
        assert_eq!(Steps::of_pages(&beyond, 5), None, "no such sample");
        for length in 0..keys.len() {
            let cut = [pages[0], page(PageKind::Keys, &keys[..length])];
            assert_eq!(Steps::of_pages(&cut, 5), None, "{length}");
        }
    }
}
