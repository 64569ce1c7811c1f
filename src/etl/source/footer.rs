//! Whether a Parquet file ends in a whole footer. Reads twelve bytes.

use std::{
    fs::File,
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

/// The smallest whole Parquet file: magic, an empty footer's length, magic.
const SMALLEST: u64 = 12;

/// True when the file begins and ends with Parquet's magic (`PARE` where the footer is encrypted) and
/// the footer's length fits between them. A file that a recorder still writes has no footer yet.
///
/// # Errors
/// When the file cannot be opened or read.
pub fn is_whole(path: &Path) -> io::Result<bool> {
    // Without O_NONBLOCK, a file replaced by a FIFO after it was listed would block here.
    let file = File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() < SMALLEST {
        return Ok(false);
    }
    let mut head = [0; 4];
    let mut tail = [0; 8];
    match (
        file.read_exact_at(&mut head, 0),
        file.read_exact_at(&mut tail, meta.len() - 8),
    ) {
        (Ok(()), Ok(())) => {}
        // It shrank between the two looks.
        (Err(e), _) | (_, Err(e)) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        (Err(e), _) | (_, Err(e)) => return Err(e),
    }
    let [a, b, c, d, magic @ ..] = tail;
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    let is_magic = head == magic && matches!(&magic, b"PAR1" | b"PARE");
    Ok(is_magic && length > 0 && length <= meta.len() - SMALLEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(bytes: &[u8]) -> bool {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        std::fs::write(&path, bytes).unwrap();
        is_whole(&path).unwrap()
    }

    #[test]
    fn only_a_footer_that_fits_is_whole() {
        assert!(verdict(b"PAR1dataFOOT\x04\0\0\0PAR1"));
        assert!(
            verdict(b"PAREdataFOOT\x04\0\0\0PARE"),
            "encrypted, but whole"
        );
        assert!(!verdict(b"PAR1dataFOOT\x04\0\0\0PARE"));
        assert!(!verdict(b""));
        assert!(!verdict(b"PAR1"));
        assert!(!verdict(b"PAR1dataFOOT\x04\0\0\0PAR"), "cut off by a byte");
        assert!(
            !verdict(b"PAR1dataFOOT\x0c\0\0\0PAR1"),
            "footer longer than the file"
        );
        assert!(!verdict(b"PAR1\xff\xff\xff\xffPAR1"));
        assert!(!verdict(b"PAR1\0\0\0\0PAR1"), "an empty footer is none");
        assert!(!verdict(b"XXXXdataFOOT\x04\0\0\0PAR1"));
    }

    #[test]
    fn a_directory_is_no_file_and_nothing_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_whole(dir.path()).unwrap());
        assert!(is_whole(&dir.path().join("none")).is_err());
    }
}
