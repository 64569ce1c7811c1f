//! The pages of a column chunk, looked at before a library unpacks and decodes them: whether
//! they hold no more than they may, and whether their checksums are right.

use super::thrift::{Thrift, Trouble};

/// What the pages of a chunk claim, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Claims {
    /// Values in data pages.
    pub(super) values: u64,
    /// Bytes of all pages, unpacked.
    pub(super) unpacked: u64,
    /// Pages with a checksum, which was right.
    pub(super) checked: u64,
}

#[derive(Debug, Default)]
struct Header {
    kind: i64,
    unpacked: i64,
    packed: i64,
    crc: Option<i64>,
    values: Option<i64>,
    entries: Option<i64>,
    /// How its values and its definition levels are encoded.
    encodings: [Option<i64>; 2],
    /// Bytes of a second version's levels, which are never packed.
    levels: [i64; 2],
}

const DATA: i64 = 0;
const DICTIONARY: i64 = 2;
const DATA_V2: i64 = 3;

/// Encodings.
const PLAIN: i64 = 0;
const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
const DELTA_BINARY_PACKED: i64 = 5;
const RLE_DICTIONARY: i64 = 8;

impl Header {
    fn page_kind(&self) -> PageKind {
        let [values, levels] = self.encodings;
        match (self.kind, values) {
            (DICTIONARY, Some(PLAIN | PLAIN_DICTIONARY)) => PageKind::Dictionary,
            (DATA, Some(RLE_DICTIONARY | PLAIN_DICTIONARY)) if levels == Some(RLE) => {
                PageKind::Keys
            }
            (DATA, Some(DELTA_BINARY_PACKED)) => PageKind::Deltas,
            _ => PageKind::Other,
        }
    }
}

/// What a page holds, as far as it matters to who reads pages as they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageKind {
    /// Values one after the other.
    Dictionary,
    /// Levels and keys to a dictionary, both as runs or packed bits; of the first version.
    Keys,
    /// Differences of whole numbers, packed in blocks (and levels before them, if there are any).
    Deltas,
    /// Something else.
    Other,
}

/// A page as it lies in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawPage<'a> {
    pub(crate) kind: PageKind,
    pub(crate) content: &'a [u8],
}

/// Walks over the pages of a chunk of `rows` values.
///
/// # Errors
/// What is wrong, as a clause.
pub(super) fn read_claims(bytes: &[u8], rows: u64) -> Result<Claims, Trouble> {
    walk(bytes, rows, |_, _| ())
}

/// The pages of a chunk of `rows` values; as they are in the file.
///
/// # Errors
/// As [`read_claims`].
pub(super) fn raw_pages(bytes: &[u8], rows: u64) -> Result<Vec<RawPage<'_>>, Trouble> {
    let mut pages = Vec::new();
    walk(bytes, rows, |header, content| {
        let kind = header.page_kind();
        pages.push(RawPage { kind, content });
    })?;
    Ok(pages)
}

/// The definition levels with which the first page of `bytes` begins, if it has all `rows` values of
/// its chunk and no checksum, which would be that of the whole page. `None`: it is another page, or
/// its levels are not in `bytes`.
pub(super) fn levels(bytes: &[u8], rows: u64) -> Option<&[u8]> {
    let mut thrift = Thrift::new(bytes);
    let header = header(&mut thrift).ok()?;
    let is_whole = header.values.and_then(|n| u64::try_from(n).ok()) == Some(rows);
    if header.page_kind() != PageKind::Keys || !is_whole || header.crc.is_some() {
        return None;
    }
    let (length, rest) = thrift.rest().split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length);
    let fits = i64::from(length) + 4 <= header.packed;
    rest.get(..length as usize).filter(|_| fits)
}

fn walk<'a>(
    bytes: &'a [u8],
    rows: u64,
    mut each: impl FnMut(&Header, &'a [u8]),
) -> Result<Claims, Trouble> {
    let mut claims = Claims::default();
    let mut rest = bytes;
    let mut number = 0;
    // What follows the last value is padding.
    while claims.values < rows {
        if rest.is_empty() {
            return Err(format!(
                "its pages end after {} of {rows} values",
                claims.values
            ));
        }
        let page = |trouble: Trouble| format!("page {number}: {trouble}");
        let mut thrift = Thrift::new(rest);
        let header =
            header(&mut thrift).map_err(|e| page(format!("its header is damaged ({e})")))?;
        let body = thrift.rest();
        let size = usize::try_from(header.packed).map_err(|_| page(negative(header.packed)))?;
        let content = body.get(..size).ok_or_else(|| {
            page(format!(
                "it claims {size} bytes, but {} are left",
                body.len()
            ))
        })?;
        let unpacked =
            u64::try_from(header.unpacked).map_err(|_| page(negative(header.unpacked)))?;
        check_levels(&header, size as u64, unpacked).map_err(page)?;
        if let Some(crc) = header.crc {
            check_sum(content, crc).map_err(page)?;
            claims.checked += 1;
        }
        // Any sum that is too large for its type is too large for the memory, too.
        claims.unpacked = claims.unpacked.saturating_add(unpacked);
        let values = values(&header, unpacked).map_err(page)?;
        claims.values = claims.values.saturating_add(values);
        each(&header, content);
        rest = &body[size..];
        number += 1;
    }
    if claims.values > rows {
        return Err(format!(
            "its pages claim {} values, its row group has {rows} rows",
            claims.values
        ));
    }
    Ok(claims)
}

fn header(thrift: &mut Thrift<'_>) -> Result<Header, Trouble> {
    let mut header = Header::default();
    thrift.fields(|thrift, id, _| {
        match id {
            1 => header.kind = thrift.number()?,
            2 => header.unpacked = thrift.number()?,
            3 => header.packed = thrift.number()?,
            4 => header.crc = Some(thrift.number()?),
            5 | 8 => thrift.fields(|thrift, inner, _| {
                match (id, inner) {
                    (_, 1) => header.values = Some(thrift.number()?),
                    (5, 2) => header.encodings[0] = Some(thrift.number()?),
                    (5, 3) => header.encodings[1] = Some(thrift.number()?),
                    (8, 5) => header.levels[0] = thrift.number()?,
                    (8, 6) => header.levels[1] = thrift.number()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?,
            7 => thrift.fields(|thrift, inner, _| {
                match inner {
                    1 => header.entries = Some(thrift.number()?),
                    2 => header.encodings[0] = Some(thrift.number()?),
                    _ => return Ok(false),
                }
                Ok(true)
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(header)
}

fn negative(size: i64) -> Trouble {
    format!("it claims {size} bytes")
}

/// Levels lie before the values, within the page, packed or not.
fn check_levels(header: &Header, packed: u64, unpacked: u64) -> Result<(), Trouble> {
    if header.kind != DATA_V2 {
        return Ok(());
    }
    let [definition, repetition] = header.levels;
    let sum = definition.checked_add(repetition);
    let fits = |sum: u64| sum <= packed && sum <= unpacked;
    match sum.and_then(|s| u64::try_from(s).ok()) {
        Some(sum) if definition >= 0 && repetition >= 0 && fits(sum) => Ok(()),
        _ => Err(format!(
            "it claims {definition} and {repetition} bytes of levels in {packed}"
        )),
    }
}

fn values(header: &Header, unpacked: u64) -> Result<u64, Trouble> {
    match header.kind {
        DATA | DATA_V2 => {
            let n = header
                .values
                .ok_or("it does not say how many values it has")?;
            u64::try_from(n).map_err(|_| format!("it claims {n} values"))
        }
        DICTIONARY => {
            let n = header
                .entries
                .ok_or("it does not say how many entries it has")?;
            // Every entry takes at least a byte.
            if u64::try_from(n).is_ok_and(|n| n <= unpacked) {
                return Ok(0);
            }
            Err(format!(
                "it claims a dictionary of {n} entries in {unpacked} bytes"
            ))
        }
        _ => Ok(0),
    }
}

/// The checksum is that of the page as it lies in the file. Thrift's number is signed.
fn check_sum(content: &[u8], stored: i64) -> Result<(), Trouble> {
    let found = crc32fast::hash(content);
    let stored = (stored & 0xffff_ffff) as u32;
    if found == stored {
        return Ok(());
    }
    Err(format!(
        "its checksum is {stored:08x}, its content's {found:08x}: it was damaged after it was written"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of `content` with these numbers, as Thrift.
    fn page(kind: i64, values: i64, unpacked: i64, content: &[u8], crc: Option<u32>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let number = |bytes: &mut Vec<u8>, n: i64| {
            let mut z = ((n << 1) ^ (n >> 63)).cast_unsigned();
            while z >= 0x80 {
                bytes.push(z as u8 | 0x80);
                z >>= 7;
            }
            bytes.push(z as u8);
        };
        for n in [kind, unpacked, content.len() as i64] {
            bytes.push(0x15);
            number(&mut bytes, n);
        }
        let mut last = 3;
        if let Some(crc) = crc {
            bytes.push(0x15);
            number(&mut bytes, i64::from(crc.cast_signed()));
            last = 4;
        }
        let inner = if kind == DICTIONARY { 7 } else { 5 };
        bytes.push((inner - last) << 4 | 12);
        bytes.push(0x15);
        number(&mut bytes, values);
        bytes.extend([0, 0]);
        bytes.extend(content);
        bytes
    }

    #[test]
    fn pages_are_counted_and_their_checksums_verified() {
        // CRC-32 of "123456789" is the check value of the polynomial.
        let dictionary = page(DICTIONARY, 2, 9, b"123456789", Some(0xcbf4_3926));
        let data = page(DATA, 7, 100, b"abc", None);
        let bytes = [dictionary, data.clone(), data, vec![0xff; 3]].concat();
        let claims = read_claims(&bytes, 14).unwrap();
        assert_eq!(
            claims,
            Claims {
                values: 14,
                unpacked: 209,
                checked: 1
            }
        );
        let bad = page(DATA, 7, 9, b"123456780", Some(0xcbf4_3926));
        let trouble = read_claims(&bad, 7).unwrap_err();
        assert!(
            trouble.starts_with("page 0: its checksum is cbf43926"),
            "{trouble}"
        );
    }

    #[test]
    fn claims_beyond_what_is_there_are_refused() {
        let refused = |bytes: &[u8], rows| read_claims(bytes, rows).unwrap_err();
        let many = page(DATA, 1 << 31, 9, b"x", None);
        assert!(refused(&many, 10).contains("2147483648 values"));
        assert!(refused(&page(DATA, -1, 9, b"x", None), 10).contains("-1 values"));
        assert!(refused(&page(DATA, 5, -9, b"x", None), 10).contains("-9 bytes"));
        let words = page(DICTIONARY, 1 << 30, 9, b"x", None);
        assert!(refused(&words, 10).contains("1073741824 entries in 9 bytes"));
        let short = page(DATA, 5, 9, b"x", None);
        assert!(refused(&short, 10).contains("5 of 10 values"));
        assert!(refused(&short[..short.len() - 1], 10).contains("1 bytes, but 0 are left"));
        assert!(refused(&[0x15], 10).contains("damaged"));
    }

    #[test]
    fn claims_whose_sum_no_number_holds_are_refused() {
        let huge = page(DATA, 1, i64::MAX, b"x", None);
        let claims = read_claims(&huge.repeat(3), 3).unwrap();
        assert_eq!(
            claims.unpacked,
            u64::MAX,
            "refused: no process has that much"
        );
        let many = page(DATA, i64::MAX, 9, b"x", None);
        let claims = read_claims(&many.repeat(3), u64::MAX).unwrap();
        assert_eq!(claims.values, u64::MAX);
    }
}
