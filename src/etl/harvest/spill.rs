//! Rows that memory has no room for, until their run's turn comes: in one file below the
//! cache that has no name, so that it is gone with the process however that ends.

use std::{fs::File, io::Write, ops::Range, os::unix::fs::FileExt, path::PathBuf, sync::Arc};

use crate::format::binary_bytes;
use crate::{
    Error, Result,
    clean::Piece,
    lake::{Lake, Presence},
    text::visible_path,
};

/// Pieces of one run in the file: its bytes.
pub(super) type Extent = Range<u64>;

/// The file, made when it is first needed.
pub(super) struct Spill {
    lake: Lake,
    dir: PathBuf,
    file: Option<File>,
    /// Where the file system does not know files without a name, it has one for a moment.
    presence: Option<Arc<Presence>>,
    end: u64,
    most: u64,
}

/// Rows take some bytes in a log however well it is packed, and 24 here. A log that takes more
/// than this for each of its own bytes was made to fill the disk.
const MOST_PER_BYTE: u64 = 100;
/// A small log may take this.
const SMALL: u64 = 1 << 30;

/// Bytes that the rows of a log of so many bytes may take.
pub(super) fn usual_most(log_bytes: u64) -> u64 {
    log_bytes.saturating_mul(MOST_PER_BYTE).max(SMALL)
}

impl Spill {
    /// For at most so many bytes of rows.
    pub(super) fn new(lake: &Lake, most: u64) -> Self {
        Self {
            lake: lake.clone(),
            dir: lake.local().tmp(),
            file: None,
            presence: None,
            end: 0,
            most,
        }
    }

    /// Bytes in the file.
    pub(super) fn bytes(&self) -> u64 {
        self.end
    }

    /// Spills pieces of one run.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Log`] when there is more than the log can hold by rights.
    pub(super) fn put(&mut self, pieces: &[Piece]) -> Result<Extent> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let presence = self.presence.insert(Presence::in_lake(&self.lake)?);
                none.insert(nameless(presence)?)
            }
        };
        let mut bytes = Vec::new();
        let begin = self.end;
        for piece in pieces {
            bytes.clear();
            write(piece, &mut bytes);
            let end = self.end + bytes.len() as u64;
            if end > self.most {
                return Err(Error::Log(format!(
                    "its rows would take more than {} spilled in {}: no log of its size should, so the harvest was stopped",
                    binary_bytes(self.most),
                    visible_path(&self.dir)
                )));
            }
            file.write_all(&bytes)
                .map_err(|e| Error::io("write rows spilled to", &self.dir, e))?;
            self.end = end;
        }
        Ok(begin..self.end)
    }

    /// Takes pieces back.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn get(&self, extent: &Extent) -> Result<Vec<Piece>> {
        let io = |e| Error::io("read rows put spilled in", &self.dir, e);
        let short = || io(std::io::ErrorKind::UnexpectedEof.into());
        let mut bytes = vec![0; (extent.end - extent.start) as usize];
        let file = self.file.as_ref().ok_or_else(short)?;
        file.read_exact_at(&mut bytes, extent.start).map_err(io)?;
        let mut rest = bytes.as_slice();
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            pieces.push(read(&mut rest).ok_or_else(short)?);
        }
        Ok(pieces)
    }
}

fn nameless(presence: &Presence) -> Result<File> {
    let dir = presence.dir()?;
    tempfile::tempfile_in(dir).map_err(|e| Error::io("put rows spilled in", dir, e))
}

/// First row, number of channels, number of rows, then the columns; all little-endian.
fn write(piece: &Piece, out: &mut Vec<u8>) {
    out.extend(piece.first_row.to_le_bytes());
    out.extend((piece.ends.len() as u64).to_le_bytes());
    out.extend((piece.times.len() as u64).to_le_bytes());
    out.extend(piece.ends.iter().flat_map(|v| v.to_le_bytes()));
    out.extend(piece.times.iter().flat_map(|v| v.to_le_bytes()));
    out.extend(piece.values.iter().flat_map(|v| v.to_le_bytes()));
    out.extend(piece.rows.iter().flat_map(|v| v.to_le_bytes()));
}

fn read(bytes: &mut &[u8]) -> Option<Piece> {
    let first_row = number(bytes)?;
    let channels = number(bytes)? as usize;
    let rows = number(bytes)? as usize;
    Some(Piece {
        first_row,
        ends: column(bytes, channels, u32::from_le_bytes)?,
        times: column(bytes, rows, i64::from_le_bytes)?,
        values: column(bytes, rows, f64::from_le_bytes)?,
        rows: column(bytes, rows, u32::from_le_bytes)?,
    })
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

fn column<T, const N: usize>(
    bytes: &mut &[u8],
    count: usize,
    value: impl Fn([u8; N]) -> T,
) -> Option<Vec<T>> {
    let (column, rest) = bytes.split_at_checked(count.checked_mul(N)?)?;
    *bytes = rest;
    Some(column.as_chunks().0.iter().map(|v| value(*v)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(n: u32) -> Piece {
        Piece {
            first_row: u64::from(n) << 40,
            ends: vec![1, 1, n],
            times: (0..i64::from(n)).map(|i| -i).collect(),
            values: (0..n).map(|i| f64::from(i) / 3.0).collect(),
            rows: (0..n).rev().collect(),
        }
    }

    #[test]
    fn spilled_rows_come_back_unchanged() {
        let dir = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(&Lake::new(dir.path()), usual_most(0));
        let first = spill.put(&[piece(3), piece(70)]).unwrap();
        let second = spill.put(&[piece(5)]).unwrap();
        assert_eq!(spill.get(&second).unwrap(), [piece(5)]);
        assert_eq!(spill.get(&first).unwrap(), [piece(3), piece(70)]);
        // It has no name: nothing is left to remove.
        drop(spill);
        let tmp = Lake::new(dir.path()).local().tmp();
        assert_eq!(std::fs::read_dir(tmp).unwrap().count(), 0);
    }

    #[test]
    fn a_log_that_would_take_too_much_is_given_up_before_it_does() {
        let mut first = Vec::new();
        write(&piece(70), &mut first);
        let dir = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(&Lake::new(dir.path()), first.len() as u64);
        let extent = spill.put(&[piece(70)]).unwrap();
        let error = spill.put(&[piece(0)]).unwrap_err();
        assert!(matches!(error, Error::Log(_)), "{error:?}");
        let path = Lake::new(dir.path()).local().tmp().display().to_string();
        let sentence = error.to_string();
        assert!(
            sentence.contains("more than 1.4 KiB") && sentence.contains(&path),
            "{sentence}"
        );
        assert_eq!(spill.bytes(), first.len() as u64);
        assert_eq!(spill.get(&extent).unwrap(), [piece(70)]);
    }

    #[test]
    fn a_log_may_take_a_hundred_times_its_size_and_a_small_one_a_gibibyte() {
        assert_eq!(usual_most(0), 1 << 30);
        assert_eq!(usual_most(1 << 30), 100 << 30);
        assert_eq!(usual_most(u64::MAX), u64::MAX);
    }
}
