//! Bytes that are read by their place: of a local file, or of an object far away.

use std::{fs::File, io, os::unix::fs::FileExt};

use rustix::{buffer::spare_capacity, io::Errno};

/// Something of fixed content whose byte ranges can be read, from many threads at once.
///
/// Reads are large (a footer, a column chunk), so a call through the vtable costs nothing.
pub trait ReadAt: Send + Sync {
    /// Bytes in all.
    ///
    /// # Errors
    /// Those of the storage.
    fn size(&self) -> io::Result<u64>;

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] where there are fewer; those of the storage.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// `length` bytes from `offset` on.
    ///
    /// # Errors
    /// As [`ReadAt::read_exact_at`].
    fn read_vec_at(&self, length: usize, offset: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }
}

impl ReadAt for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, buffer, offset)
    }

    /// Into memory that was not cleared before.
    fn read_vec_at(&self, length: usize, offset: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let at = offset + bytes.len() as u64;
            match rustix::io::pread(self, spare_capacity(&mut bytes), at) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) | Err(Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
        // There may have been room for more.
        bytes.truncate(length);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_by_their_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "0123456789").unwrap();
        let file = File::open(path).unwrap();
        assert_eq!(file.size().unwrap(), 10);
        assert_eq!(file.read_vec_at(4, 3).unwrap(), b"3456");
        assert_eq!(file.read_vec_at(0, 3).unwrap(), b"");
        let beyond = file.read_vec_at(4, 7).unwrap_err();
        assert_eq!(beyond.kind(), io::ErrorKind::UnexpectedEof);
    }
}
