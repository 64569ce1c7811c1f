//! Whole numbers as DELTA_BINARY_PACKED: blocks of differences, each block with a smallest
//! difference, in parts of equal width. The lengths of DELTA_BYTE_ARRAY are stored so.
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md>

/// Reads exactly `wanted` numbers off the front of `bytes`; returns them and what follows.
///
/// # Errors
/// What is wrong, as a clause.
pub(super) fn numbers(bytes: &[u8], wanted: usize) -> Result<(Vec<i64>, &[u8]), &'static str> {
    const SHORT: &str = "a page is shorter than its lengths";
    let mut rest = bytes;
    let mut varint = || varint(&mut rest).ok_or(SHORT);
    let (block, parts, count) = (varint()?, varint()?, varint()?);
    let mut last = unzigzag(varint()?);
    let per_part = block.checked_div(parts).unwrap_or(0);
    // What the format demands: blocks of a multiple of 128, parts of a multiple of 32.
    if block > 1 << 20 || per_part == 0 || per_part % 32 != 0 || per_part * parts != block {
        return Err("its lengths lie in blocks of an impossible size");
    }
    if count != wanted as u64 {
        return Err("a page has not as many lengths as values");
    }
    let mut out = Vec::with_capacity(wanted);
    if wanted > 0 {
        out.push(last);
    }
    while out.len() < wanted {
        let smallest = unzigzag(self::varint(&mut rest).ok_or(SHORT)?);
        let (widths, below) = rest.split_at_checked(parts as usize).ok_or(SHORT)?;
        rest = below;
        for width in widths.iter().map(|width| u32::from(*width)) {
            if out.len() == wanted {
                break;
            }
            if width > 64 {
                return Err("a length has more than 64 bits");
            }
            let size = per_part as usize * width as usize / 8;
            let (part, below) = rest.split_at_checked(size).ok_or(SHORT)?;
            rest = below;
            let here = (per_part as usize).min(wanted - out.len());
            for index in 0..here {
                let difference = bits(part, index * width as usize, width);
                last = last
                    .wrapping_add(smallest)
                    .wrapping_add(difference.cast_signed());
                out.push(last);
            }
        }
    }
    Ok((out, rest))
}

/// A number of `width` bits that begins at a bit, the lowest bit first.
fn bits(bytes: &[u8], from: usize, width: u32) -> u64 {
    let mut number = 0u128;
    let end = (from + width as usize).div_ceil(8);
    for (index, byte) in bytes[from / 8..end].iter().enumerate() {
        number |= u128::from(*byte) << (8 * index);
    }
    (number >> (from % 8) & ((1u128 << width) - 1)) as u64
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, below) = rest.split_first()?;
        *rest = below;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

#[cfg(test)]
pub(super) use tests::packed;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The numbers in blocks of 128, in 4 parts.
    pub(in super::super) fn packed(numbers: &[i64]) -> Vec<u8> {
        let mut out = Vec::new();
        let varint = |out: &mut Vec<u8>, mut n: u64| {
            while n >= 0x80 {
                out.push(n as u8 | 0x80);
                n >>= 7;
            }
            out.push(n as u8);
        };
        let zigzag = |n: i64| ((n << 1) ^ (n >> 63)).cast_unsigned();
        for n in [128, 4, numbers.len() as u64] {
            varint(&mut out, n);
        }
        varint(&mut out, zigzag(numbers.first().copied().unwrap_or(0)));
        let steps: Vec<i64> = numbers
            .windows(2)
            .map(|pair| pair[1].wrapping_sub(pair[0]))
            .collect();
        for block in steps.chunks(128) {
            let smallest = block.iter().copied().min().unwrap();
            varint(&mut out, zigzag(smallest));
            let over: Vec<u64> = block
                .iter()
                .map(|step| step.wrapping_sub(smallest).cast_unsigned())
                .collect();
            let parts: Vec<&[u64]> = over.chunks(32).collect();
            let width = |part: &&[u64]| part.iter().map(|n| 64 - n.leading_zeros()).max();
            for index in 0..4 {
                out.push(parts.get(index).and_then(width).unwrap_or(0) as u8);
            }
            for part in parts {
                let width = width(&part).unwrap() as usize;
                let mut bytes = vec![0u8; 32 * width / 8];
                for (index, number) in part.iter().enumerate() {
                    for bit in 0..width {
                        let at = index * width + bit;
                        bytes[at / 8] |= ((number >> bit & 1) as u8) << (at % 8);
                    }
                }
                out.extend(bytes);
            }
        }
        out
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(
            list in prop::collection::vec(prop_oneof![any::<i64>(), -3..300i64], 0..400)
        ) {
            let bytes = [packed(&list), b"rest".to_vec()].concat();
            let (found, rest) = numbers(&bytes, list.len()).unwrap();
            prop_assert_eq!(found, list);
            prop_assert_eq!(rest, b"rest");
        }

        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..100), wanted in 0..300usize
        ) {
            let _ = numbers(&bytes, wanted);
        }
    }

    #[test]
    fn a_width_of_nothing_needs_no_bytes_and_blocks_of_nothing_are_refused() {
        assert_eq!(numbers(&packed(&[7; 300]), 300).unwrap().0, [7; 300]);
        assert!(numbers(&[0, 0, 2, 0], 2).is_err());
        assert!(numbers(&[0x80, 1, 0, 2, 0], 2).is_err());
    }
}
