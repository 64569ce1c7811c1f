//! The members of a gzip file, one after the other, and the padding after them.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// The first byte of every gzip member.
const MEMBER: u8 = 0x1f;

/// Unpacks all members of a gzip file. Zero bytes between and after them are padding, as
/// block devices and tape archives leave it; other bytes are an error.
pub(super) struct Gzip<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gzip<R> {
    pub(super) fn new(packed: R) -> Self {
        Self {
            member: Some(GzDecoder::new(packed)),
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let n = member.read(buffer)?;
            if n > 0 {
                return Ok(n);
            }
            let Some(done) = self.member.take() else {
                break;
            };
            self.member = next_member(done.into_inner())?;
        }
        Ok(0)
    }
}

/// The member after the padding, if there is one.
fn next_member<R: BufRead>(mut packed: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let bytes = match packed.fill_buf() {
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        let zeros = bytes.iter().take_while(|b| **b == 0).count();
        match bytes.get(zeros) {
            None => packed.consume(zeros),
            Some(&MEMBER) => {
                packed.consume(zeros);
                return Ok(Some(GzDecoder::new(packed)));
            }
            Some(_) => {
                return Err(io::Error::new(
                    ErrorKind::InvalidData,
                    "bytes that are not gzip follow its last member",
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    /// Read through a buffer so small that every boundary is met.
    fn unpacked(packed: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Gzip::new(io::BufReader::with_capacity(3, packed)).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn zero_bytes_after_a_member_are_padding() {
        let zeros = vec![0; 256];
        let packed = [member(b"one,"), member(b""), member(b"two")].concat();
        assert_eq!(unpacked(&packed).unwrap(), "one,two");
        let padded = [packed.clone(), zeros.clone()].concat();
        assert_eq!(unpacked(&padded).unwrap(), "one,two");
        let again = [padded, member(b",three"), zeros].concat();
        assert_eq!(unpacked(&again).unwrap(), "one,two,three");
    }

    #[test]
    fn other_bytes_after_a_member_and_cut_members_are_errors() {
        let packed = member(b"one");
        let foreign = [&packed[..], b"\0\0x"].concat();
        let words = unpacked(&foreign).unwrap_err().to_string();
        assert!(words.contains("not gzip"), "{words}");
        for cut in 1..packed.len() {
            assert!(unpacked(&packed[..cut]).is_err(), "{cut}");
        }
    }
}
