//! UTF-16 as UTF-8, in pieces.

use std::io::{self, ErrorKind, Read};

const BUFFER: usize = 1 << 15;

/// Turns UTF-16 into UTF-8. An unpaired surrogate becomes U+FFFD; half a code unit at the end
/// of the file is left out, as if the file had been cut off before it.
pub(super) struct Utf16<R> {
    inner: R,
    big_endian: bool,
    raw: Vec<u8>,
    /// Bytes of `raw` that are waiting for the rest of their character.
    pending: usize,
    text: String,
    /// Bytes of `text` that were given out.
    given: usize,
    units: Vec<u16>,
}

impl<R: Read> Utf16<R> {
    /// Of a stream after its byte order mark.
    pub(super) fn new(inner: R, big_endian: bool) -> Self {
        Self {
            inner,
            big_endian,
            raw: vec![0; BUFFER],
            pending: 0,
            text: String::new(),
            given: 0,
            units: Vec::with_capacity(BUFFER / 2),
        }
    }

    /// Decodes the next piece; false at the end of the file.
    fn decode(&mut self) -> io::Result<bool> {
        let n = loop {
            match self.inner.read(&mut self.raw[self.pending..]) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                n => break n?,
            }
        };
        let filled = self.pending + n;
        let unit = if self.big_endian {
            u16::from_be_bytes
        } else {
            u16::from_le_bytes
        };
        self.units.clear();
        let pairs = self.raw[..filled].as_chunks::<2>().0;
        self.units.extend(pairs.iter().map(|pair| unit(*pair)));
        // The second half of a character may come with the next piece.
        let is_high = |unit: &u16| (0xd800..0xdc00).contains(unit);
        if n > 0 && self.units.last().is_some_and(is_high) {
            self.units.pop();
        }
        self.text.clear();
        self.given = 0;
        let units = self.units.iter().copied();
        let chars = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        self.text.extend(chars);
        let decoded = self.units.len() * 2;
        self.raw.copy_within(decoded..filled, 0);
        self.pending = if n > 0 { filled - decoded } else { 0 };
        Ok(n > 0)
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.decode()? && self.text.is_empty() {
                return Ok(0);
            }
        }
        let n = (&self.text.as_bytes()[self.given..]).read(buffer)?;
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives `1` or `n` bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(self.1);
            self.0.read(&mut buffer[..n])
        }
    }

    fn decoded(bytes: &[u8], big_endian: bool, step: usize) -> String {
        let mut text = String::new();
        Utf16::new(Slow(bytes, step), big_endian)
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn every_character_comes_through_in_pieces_of_any_size() {
        let text = "time;Zürich 加工 🦾\r\n".repeat(3);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for step in [1, 2, 3, 5, 4096] {
            assert_eq!(decoded(&little, false, step), text, "{step}");
            assert_eq!(decoded(&big, true, step), text, "{step}");
        }
    }

    #[test]
    fn a_cut_character_ends_the_text() {
        let bytes: Vec<u8> = "ab".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&bytes[..3], false, 1), "a");
        // An unpaired surrogate, in the middle and at the end.
        let bytes = [0x00, 0xd8, b'a', 0, 0x00, 0xd8];
        assert_eq!(decoded(&bytes, false, 6), "\u{fffd}a\u{fffd}");
    }
}
