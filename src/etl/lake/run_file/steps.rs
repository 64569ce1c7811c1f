//! A column as it is written: its samples once each.
//!
//! A column of a run repeats each sample until the next one, and its dictionary is the samples in
//! order. What asks of cells only what they are can do so sample by sample: there are far fewer
//! than rows.

use std::ops::Range;

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
                row = keys.short_runs(samples, row..valid, &mut steps)?;
                if row == valid {
                    continue;
                }
                (key, left) = keys.next()?;
            }
            let here = left.min(valid - row);
            (row, left) = (row + here, left - here);
            steps.push_to(f64::from_le_bytes(*samples.get(key as usize)?), row);
        }
        Some(steps)
    }

    /// Those of a column of which only definition levels are known, 1 at the most: NaN where cells
    /// are null, 0 where they are not. `None` where the levels end before `rows`, and for damaged ones.
    pub(super) fn of_levels(levels: &[u8], rows: u32) -> Option<Self> {
        let mut levels = Hybrid::new(levels, 1)?;
        let mut steps = Self::default();
        while steps.rows() < rows {
            let (level, count) = levels.next()?;
            let value = if level == 0 { f64::NAN } else { 0.0 };
            steps.push(value, count.min(rows - steps.rows()));
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
    fn next(&mut self) -> Option<(u32, u32)> {
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

    /// The steps of short runs of keys of two bytes, which nearly all are, in `rows`. Returns the row
    /// after them: that of a run of another kind, or of one that does not end in `rows`. `None` for a
    /// key without a sample.
    fn short_runs(
        &mut self,
        samples: &[[u8; 8]],
        rows: Range<u32>,
        steps: &mut Steps,
    ) -> Option<u32> {
        let mut row = rows.start;
        if self.left > 0 || !matches!(self.bits, 9..=16) {
            return Some(row);
        }
        // Some at a time, so that growing lists are not looked after at each.
        let (mut values, mut ends) = ([0.0; 64], [0; 64]);
        loop {
            let (runs, _) = self.rest.as_chunks::<3>();
            let mut found = 0;
            for ([head, a, b], (value, end)) in runs.iter().zip(values.iter_mut().zip(&mut ends)) {
                let next = row + u32::from(head >> 1);
                if head & 0x81 != 0 || next == row || next > rows.end {
                    break;
                }
                let sample = samples.get(usize::from(u16::from_le_bytes([*a, *b])))?;
                (row, found) = (next, found + 1);
                (*value, *end) = (f64::from_le_bytes(*sample), next);
            }
            steps.extend(values.get(..found)?, ends.get(..found)?);
            self.rest = self.rest.get(3 * found..)?;
            if found < ends.len() {
                return Some(row);
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
    use std::{
        collections::BTreeMap,
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
    };

    use proptest::prelude::*;

    use super::*;
    use crate::{
        Result,
        base::{CancelToken, read_at::ReadAt},
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
                for (every, from) in [(7, 3), (1000, 999), (1 << 20, times.len() as u32 - 1)] {
                    let some: Vec<u32> = all.iter().copied().filter(|row| row % every == from).collect();
                    let wanted: Vec<i64> = some.iter().map(|row| times[*row as usize]).collect();
                    prop_assert_eq!(file.times_at(group, &some).unwrap(), wanted);
                }
                for name in file.columns().iter().skip(1) {
                    let read = file.read_values(&[name], rows.clone(), &CancelToken::new()).unwrap();
                    let wanted = read.columns[0].iter().map(|v| (!v.is_nan()).then_some(*v));
                    let wanted: Vec<Option<f64>> = wanted.collect();
                    prop_assert_eq!(&cells(&file.steps(group, name).unwrap()), &wanted);
                    let present = cells(&file.presence(group, name).unwrap());
                    let is_some = |cells: &[Option<f64>]| -> Vec<bool> {
                        cells.iter().map(Option::is_some).collect()
                    };
                    prop_assert_eq!(is_some(&present), is_some(&wanted));
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
    fn runs_of_keys_of_two_bytes_are_steps_however_long_they_are() {
        let lengths = [1, 2, 63, 64, 65, 1, 100, 3];
        let slow: Vec<_> = (0..700)
            .map(|i| (10 * lengths[i % lengths.len()], i as f64))
            .collect();
        let rows = slow.iter().map(|(ms, _)| ms / 10).sum::<i64>();
        let fast = (0..rows).map(|_| (10, 1.0)).collect();
        let (_dir, file) = table(&[slow, fast]);
        let rows = file.groups().next().unwrap();
        let steps = file.steps(0, "c_0").unwrap();
        assert_eq!(steps.iter().count(), 700);
        let read = file.read_values(&["c_0"], rows, &CancelToken::new());
        let wanted = read.unwrap().columns[0]
            .iter()
            .map(|v| Some(*v))
            .collect::<Vec<_>>();
        assert_eq!(cells(&steps), wanted);
        // A key without a sample, after many that have one.
        let mut page = Vec::new();
        for key in 0..100u16 {
            page.push(4);
            page.extend(key.to_le_bytes());
        }
        let mut found = Steps::default();
        let samples = [[0; 8]; 99];
        let mut keys = Hybrid::new(&page, 9).unwrap();
        assert_eq!(keys.short_runs(&samples, 0..200, &mut found), None);
        // A run that does not end in these rows is left.
        let mut found = Steps::default();
        let mut keys = Hybrid::new(&page, 9).unwrap();
        assert_eq!(keys.short_runs(&samples, 0..151, &mut found), Some(150));
        assert_eq!((found.rows(), found.iter().count()), (150, 75));
        assert_eq!(keys.next(), Some((75, 2)));
    }

    /// Counts the bytes that are read.
    struct Counted(std::fs::File, Arc<AtomicU64>);

    impl ReadAt for Counted {
        fn size(&self) -> std::io::Result<u64> {
            self.0.size()
        }

        fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
            self.1.fetch_add(buffer.len() as u64, Ordering::Relaxed);
            ReadAt::read_exact_at(&self.0, buffer, offset)
        }
    }

    #[test]
    fn where_cells_are_null_is_known_without_their_values() {
        let value = |i: i32| if i % 500 == 7 { f64::NAN } else { f64::from(i) };
        let slow = (0..2000).map(|i| (20, value(i))).collect();
        let fast = (0..4000).map(|_| (10, 1.0)).collect();
        let (dir, _) = table(&[slow, fast]);
        let path = dir.path().join("run.parquet");
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted(std::fs::File::open(&path).unwrap(), bytes.clone());
        let file = RunFile::of(Box::new(counted), &path).unwrap();
        let read =
            |steps: Result<Steps>| (cells(&steps.unwrap()), bytes.swap(0, Ordering::Relaxed));
        bytes.store(0, Ordering::Relaxed);
        let (all, whole) = read(file.steps(0, "c_0"));
        let (present, few) = read(file.presence(0, "c_0"));
        assert!(whole > 20_000 && few <= 1024, "{few} of {whole} bytes");
        assert_eq!(all.iter().filter(|cell| cell.is_none()).count(), 9);
        assert!(
            present
                .iter()
                .map(Option::is_some)
                .eq(all.iter().map(Option::is_some))
        );
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
