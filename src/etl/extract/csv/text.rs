//! From the bytes of a CSV file to UTF-8: unpacked, without a byte order mark, and with the
//! name of what it is where it cannot be read.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, ErrorKind, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{gzip::Gzip, utf16::Utf16};
use crate::{Error, Result};

/// A stream of bytes that a log can hold on to.
pub(super) type Input = Box<dyn Read + Send + Sync>;

const BUFFER: usize = 1 << 16;
/// Bytes that are looked at to tell the encoding.
const HEAD: usize = 4096;

/// Counts the bytes that come from the file, before they are unpacked.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// The text of a CSV file as UTF-8, without a byte order mark. `bytes` counts what is read of
/// the file.
///
/// # Errors
/// [`Error::Log`] that names the encoding or the kind of file where it is not text that can be
/// read; [`Error::Io`].
pub(super) fn open(file: File, path: &Path, gzipped: bool, bytes: Arc<AtomicU64>) -> Result<Input> {
    let counted = Counted { inner: file, bytes };
    let mut input: Input = if gzipped {
        let mut packed = BufReader::with_capacity(BUFFER, counted);
        let head = packed.fill_buf().map_err(|e| trouble(path, e))?;
        if !head.is_empty() && !head.starts_with(GZIP) {
            return Err(Error::Log(format!(
                "its name ends in .gz, but it is not gzip: it is {}",
                kind_of_file(head).unwrap_or("not compressed")
            )));
        }
        Box::new(Gzip::new(packed))
    } else {
        Box::new(counted)
    };
    let mut head = Vec::with_capacity(HEAD);
    (&mut input)
        .take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(|e| trouble(path, e))?;
    let (encoding, mark) = encoding(&head)?;
    head.drain(..mark);
    let text = io::Cursor::new(head).chain(input);
    Ok(match encoding {
        Encoding::Utf8 => Box::new(text),
        Encoding::Utf16 { big_endian } => Box::new(Utf16::new(text, big_endian)),
    })
}

fn trouble(path: &Path, error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            Error::Log(format!("it cannot be unpacked: {error}"))
        }
        _ => Error::io("read", path, error),
    }
}

#[derive(Debug, PartialEq)]
enum Encoding {
    Utf8,
    Utf16 { big_endian: bool },
}

/// The encoding of a text that begins so, and the length of its byte order mark.
fn encoding(head: &[u8]) -> Result<(Encoding, usize)> {
    let refused = |what: &str| Error::Log(format!("it is {what}; save it as UTF-8"));
    match head {
        [] => return Err(Error::Log("the file is empty: it has no header".into())),
        [0xef, 0xbb, 0xbf, ..] => return Ok((Encoding::Utf8, 3)),
        // Before UTF-16, whose mark it begins with: no text begins with U+0000.
        [0xff, 0xfe, 0, 0, ..] => return Err(refused("UTF-32 (little-endian)")),
        [0, 0, 0xfe, 0xff, ..] => return Err(refused("UTF-32 (big-endian)")),
        [0xff, 0xfe, ..] => return Ok((Encoding::Utf16 { big_endian: false }, 2)),
        [0xfe, 0xff, ..] => return Ok((Encoding::Utf16 { big_endian: true }, 2)),
        _ => {}
    }
    if head.starts_with(GZIP) {
        return Err(Error::Log(
            "it is compressed with gzip: give it a name that ends in .csv.gz".into(),
        ));
    }
    if let Some(kind) = kind_of_file(head) {
        return Err(Error::Log(format!("it is {kind}, not CSV")));
    }
    // Zero bytes in the first line: in the rows they are merely bad cells.
    let line = head.split(|b| *b == b'\n').next().unwrap_or(head);
    if line.contains(&0) {
        return Err(match without_mark(head) {
            Some(encoding) => refused(&format!("{encoding} without a byte order mark")),
            None => Error::Log("it is a binary file, not CSV".into()),
        });
    }
    Ok((Encoding::Utf8, 0))
}

/// The encoding of a text whose first characters are ASCII, in two or four bytes each.
fn without_mark(head: &[u8]) -> Option<&'static str> {
    /// Name, bytes of a character, and which of them is not zero.
    const WIDE: [(&str, usize, usize); 4] = [
        ("UTF-32 (little-endian)", 4, 0),
        ("UTF-32 (big-endian)", 4, 3),
        ("UTF-16 (little-endian)", 2, 0),
        ("UTF-16 (big-endian)", 2, 1),
    ];
    let first = &head[..head.len().min(16)];
    WIDE.iter().find_map(|(name, bytes, letter)| {
        let mut places = first.iter().enumerate();
        let is = places.all(|(i, b)| (*b != 0) == (i % bytes == *letter));
        is.then_some(*name)
    })
}

const GZIP: &[u8] = &[0x1f, 0x8b];

/// What a file that begins so is, where that is plain and it is neither text nor gzip.
fn kind_of_file(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (b"PAR1", "a Parquet file"),
        (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
        (b"\xfd7zXZ\0", "compressed with xz"),
        (b"BZh", "compressed with bzip2"),
        (b"\x04\x22\x4d\x18", "compressed with LZ4"),
        (b"ARROW1\0\0", "an Arrow file"),
        (b"SQLite format 3\0", "an SQLite database"),
    ];
    KINDS
        .iter()
        .find_map(|(magic, kind)| head.starts_with(magic).then_some(*kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "time,value,field,robot_id,run_uuid,sensor_type\n";

    fn wide<const N: usize>(encode: impl Fn(u32) -> [u8; N]) -> Vec<u8> {
        TEXT.chars().flat_map(|c| encode(c as u32)).collect()
    }

    #[test]
    fn byte_order_marks_tell_the_encoding() {
        let utf8 = encoding(TEXT.as_bytes()).unwrap();
        assert_eq!(utf8, (Encoding::Utf8, 0));
        let marked = encoding(b"\xef\xbb\xbftime").unwrap();
        assert_eq!(marked, (Encoding::Utf8, 3));
        let little = encoding(b"\xff\xfet\0").unwrap();
        assert_eq!(little, (Encoding::Utf16 { big_endian: false }, 2));
        let big = encoding(b"\xfe\xff\0t").unwrap();
        assert_eq!(big, (Encoding::Utf16 { big_endian: true }, 2));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
        let utf32_le = wide(u32::to_le_bytes);
        let utf32_be = wide(u32::to_be_bytes);
        let cases: [(Vec<u8>, &str); 10] = [
            (Vec::new(), "no header"),
            (
                wide(|c| (c as u16).to_le_bytes()),
                "UTF-16 (little-endian) without",
            ),
            (
                wide(|c| (c as u16).to_be_bytes()),
                "UTF-16 (big-endian) without",
            ),
            (utf32_le.clone(), "UTF-32 (little-endian) without"),
            (utf32_be.clone(), "UTF-32 (big-endian) without"),
            (marked(b"\xff\xfe\0\0", utf32_le), "UTF-32 (little-endian);"),
            (marked(b"\0\0\xfe\xff", utf32_be), "UTF-32 (big-endian);"),
            (b"PK\x03\x04abc".to_vec(), "an Excel workbook"),
            (b"\x1f\x8b\x08\0".to_vec(), ".csv.gz"),
            (b"\x7fELF\x02\x01\x01\0\0\0".to_vec(), "a binary file"),
        ];
        for (bytes, words) in cases {
            let error = encoding(&bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        // A bad row does not condemn the file.
        let row = [TEXT.as_bytes(), b"\0\0\0"].concat();
        assert!(encoding(&row).is_ok());
    }
}
