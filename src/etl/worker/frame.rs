//! Frames: how bytes of a pipe become messages. A length of four bytes (little-endian),
//! then so many bytes. The other end may be faulty: no length is believed
//! beyond [`LARGEST`], and nothing is set aside before it is there.

use std::io::{self, Write};

/// The most bytes that a message may have: an answer that lists ten thousand failed runs.
pub const LARGEST: usize = 8 << 20;

/// Bytes that arrived, cut into frames.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    /// Bytes at the front that were taken already.
    taken: usize,
}

/// What came is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message of {0} bytes was announced; {LARGEST} are allowed")]
pub struct TooLarge(pub usize);

impl Frames {
    /// Takes in what a read gave.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame; `None` until more bytes come.
    ///
    /// # Errors
    /// [`TooLarge`]; what follows cannot be read either.
    pub fn pop(&mut self) -> Result<Option<&[u8]>, TooLarge> {
        let Some((head, rest)) = self.bytes[self.taken..].split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*head) as usize;
        if length > LARGEST {
            return Err(TooLarge(length));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let start = self.taken + 4;
        self.taken = start + length;
        Ok(Some(&self.bytes[start..start + length]))
    }
}

/// A message as the bytes of its frame.
///
/// # Errors
/// When it is too large.
pub fn framed(message: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(message.len())
        .ok()
        .filter(|n| *n as usize <= LARGEST)
        .ok_or_else(|| io::Error::other(TooLarge(message.len()).to_string()))?;
    let mut bytes = Vec::with_capacity(4 + message.len());
    bytes.write_all(&length.to_le_bytes())?;
    bytes.write_all(message)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_its_bytes_come() {
        let mut frames = Frames::default();
        frames.push(&u32::MAX.to_le_bytes());
        assert_eq!(frames.pop(), Err(TooLarge(u32::MAX as usize)));
        assert!(framed(&vec![0; LARGEST + 1]).is_err());
    }

    proptest! {
        #[test]
        fn frames_come_out_as_they_went_in_however_the_pipe_cuts_them(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
            cuts in prop::collection::vec(1usize..9, 1..20),
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|m| framed(m).unwrap()).collect();
            let mut frames = Frames::default();
            let mut out = Vec::new();
            let (mut rest, mut cuts) = (stream.as_slice(), cuts.into_iter().cycle());
            while !rest.is_empty() {
                let (piece, later) = rest.split_at(cuts.next().unwrap().min(rest.len()));
                frames.push(piece);
                rest = later;
                while let Some(frame) = frames.pop().unwrap() {
                    out.push(frame.to_vec());
                }
            }
            prop_assert_eq!(out, messages);
        }

        #[test]
        fn any_bytes_are_frames_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut frames = Frames::default();
            frames.push(&bytes);
            let mut got = 0;
            while let Ok(Some(frame)) = frames.pop() {
                got += 4 + frame.len();
            }
            prop_assert!(got <= bytes.len());
        }
    }
}
