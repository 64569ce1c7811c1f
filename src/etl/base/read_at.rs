//! Bytes that are read by their place: of a local file, or of an object far away.

use std::{fs::File, io, os::unix::fs::FileExt};

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
}

impl ReadAt for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, buffer, offset)
    }
}
