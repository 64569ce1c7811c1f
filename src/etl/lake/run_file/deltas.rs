//! Times at some rows of a row group, without the others: differences, packed in blocks
//! (DELTA_BINARY_PACKED of
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md>).

use crate::chunk::{PageKind, RawPage};

/// The values at `rows` (ascending) of one page without levels, as this program writes times;
/// rows beyond its end have none. `None` for other pages, and for damaged ones.
pub(super) fn at_rows(pages: &[RawPage<'_>], rows: &[u32]) -> Option<Vec<i64>> {
    let [page] = pages else {
        return None;
    };
    if page.kind != PageKind::Deltas {
        return None;
    }
    let mut rest = page.content;
    let block = usize::try_from(varint(&mut rest)?).ok()?;
    let parts = usize::try_from(varint(&mut rest)?).ok()?;
    let count = u32::try_from(varint(&mut rest)?).ok()?;
    let mut value = zigzag(varint(&mut rest)?);
    let length = block.checked_div(parts).filter(|length| length % 8 == 0)?;
    let step = u32::try_from(length).ok()?;
    let mut wanted = rows
        .iter()
        .copied()
        .take_while(|row| *row < count)
        .peekable();
    let mut found = Vec::with_capacity(rows.len());
    let mut row = 0;
    while wanted.next_if_eq(&row).is_some() {
        found.push(value);
    }
    while wanted.peek().is_some() {
        let least = zigzag(varint(&mut rest)?);
        let (widths, bodies) = rest.split_at_checked(parts)?;
        rest = bodies;
        for width in widths {
            // What is not needed for the last values is left out.
            if wanted.peek().is_none() || row + 1 >= count {
                break;
            }
            let (body, after) = rest.split_at_checked(length / 8 * usize::from(*width))?;
            rest = after;
            let end = row.checked_add(step)?;
            let is_passed = wanted.peek().is_some_and(|next| *next > end);
            if let Some(sum) = is_passed.then(|| packed_sum(body, *width)).flatten() {
                let least = least.wrapping_mul(i64::from(step));
                value = value.wrapping_add(least).wrapping_add(sum);
                row = end;
                continue;
            }
            let mut packed = Packed::new(body, *width)?;
            for _ in 0..length {
                value = value.wrapping_add(least).wrapping_add(packed.next());
                row += 1;
                if wanted.next_if_eq(&row).is_some() {
                    found.push(value);
                    if wanted.peek().is_none() {
                        break;
                    }
                }
            }
        }
    }
    Some(found)
}

/// Numbers of some bits each, one after the other.
struct Packed<'a> {
    bytes: &'a [u8],
    width: usize,
    at: usize,
    mask: u64,
}

impl<'a> Packed<'a> {
    /// `None` for numbers that may lie in nine bytes.
    fn new(bytes: &'a [u8], width: u8) -> Option<Self> {
        (width <= 56).then_some(Self {
            bytes,
            width: usize::from(width),
            at: 0,
            mask: (1 << width) - 1,
        })
    }

    /// The next; 0 beyond the end.
    #[inline]
    fn next(&mut self) -> i64 {
        let from = self.at / 8;
        let word = match self.bytes.get(from..from + 8).and_then(|b| b.first_chunk()) {
            Some(eight) => u64::from_le_bytes(*eight),
            None => {
                let rest = self.bytes.get(from..).unwrap_or_default();
                rest.iter()
                    .rev()
                    .fold(0, |n, byte| n << 8 | u64::from(*byte))
            }
        };
        let number = word >> (self.at % 8) & self.mask;
        self.at += self.width;
        number.cast_signed()
    }
}

/// The sum of numbers of `width` bits each, in groups of eight. `None` for a width for which this does
/// not work, and for so many of them that their sums might not fit.
///
/// Eight numbers lie in one word of 128 bits. Those in odd places are added to their neighbours, so that
/// four sums with room for twice as many bits lie in it, and all words are added up as if they were
/// numbers themselves.
fn packed_sum(bytes: &[u8], width: u8) -> Option<i64> {
    const WORD: usize = 16;
    let width = usize::from(width);
    if !(6..=WORD).contains(&width) || bytes.len() > 32 * width {
        return None;
    }
    let lane = 2 * width;
    let number = (1u128 << width) - 1;
    let even = (0..4).fold(0, |mask, at| mask | number << (at * lane));
    let mut sums = 0u128;
    for at in (0..bytes.len()).step_by(width) {
        let word = match bytes.get(at..at + WORD).and_then(|b| b.first_chunk()) {
            Some(word) => u128::from_le_bytes(*word),
            None => {
                let mut word = [0; WORD];
                let rest = bytes.get(at..)?;
                word.get_mut(..rest.len())?.copy_from_slice(rest);
                u128::from_le_bytes(word)
            }
        };
        sums += (word & even) + (word >> width & even);
    }
    let sum = |at: usize| (sums >> (at * lane)) & ((1 << lane) - 1);
    i64::try_from((0..4).map(sum).sum::<u128>()).ok()
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the format's document: 7, 5, 3, 1, 2, 3, 4, 5 in one block of eight values.
    fn page() -> Vec<u8> {
        // Block of 8 in 1 part, 8 values, first 7; least difference -2; width 2; differences
        // above the least: 0, 0, 0, 3, 3, 3, 3.
        vec![8, 1, 8, 14, 3, 2, 0b1100_0000, 0b0011_1111]
    }

    fn read(content: &[u8], rows: &[u32]) -> Option<Vec<i64>> {
        let kind = PageKind::Deltas;
        at_rows(&[RawPage { kind, content }], rows)
    }

    #[test]
    fn values_of_the_example() {
        let all: Vec<u32> = (0..8).collect();
        assert_eq!(read(&page(), &all).unwrap(), [7, 5, 3, 1, 2, 3, 4, 5]);
        assert_eq!(read(&page(), &[0]).unwrap(), [7]);
        assert_eq!(read(&page(), &[3, 7, 8, 20]).unwrap(), [1, 5]);
        assert_eq!(read(&page(), &[]).unwrap(), [0; 0]);
    }

    #[test]
    fn sums_are_those_of_all_numbers() {
        let random = (0..64u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8);
        let bytes: Vec<u8> = random.flat_map(u64::to_le_bytes).collect();
        for width in 0..=20u8 {
            // Of 8 to 256 numbers, and as large as they can be.
            for groups in [1, 2, 7, 32] {
                let length = groups * usize::from(width);
                for body in [&bytes[..length.min(512)], &[0xff; 512][..length.min(512)]] {
                    let mut packed = Packed::new(body, width).unwrap();
                    let sum = (0..8 * groups).map(|_| packed.next()).sum::<i64>();
                    let wanted = (6..=16).contains(&width).then_some(sum);
                    assert_eq!(packed_sum(body, width), wanted, "{groups} of {width} bits");
                }
            }
        }
        assert_eq!(packed_sum(&[0xff; 33 * 6], 6), None, "too many");
    }

    #[test]
    fn damaged_pages_have_none() {
        for length in 0..page().len() {
            assert_eq!(read(&page()[..length], &[7]), None, "{length}");
        }
        let mut wide = page();
        wide[5] = 57;
        assert_eq!(read(&wide, &[7]), None);
        let mut odd = page();
        odd[1] = 0;
        assert_eq!(read(&odd, &[7]), None, "no parts");
        let content = &page()[..];
        let kind = PageKind::Keys;
        assert_eq!(at_rows(&[RawPage { kind, content }], &[0]), None);
        assert_eq!(at_rows(&[], &[0]), None);
    }
}
