//! Small text files that people or other programs may have put there.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use rustix::fs::OFlags;

/// Bytes of the longest file that is read.
const LONGEST: u64 = 16 << 20;

/// The text of a file. A pipe or device, which may never end, and a file of more than 16 MiB are not read.
///
/// # Errors
/// Those of opening and reading; [`ErrorKind::InvalidInput`] for what is not read.
pub fn read(path: &Path) -> io::Result<String> {
    let refused = |why: &str| io::Error::new(ErrorKind::InvalidInput, why.to_owned());
    // Opening a pipe would wait for a writer.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let mut options = File::options();
    let mut file = options.read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(refused("it is not a regular file"));
    }
    let mut text = String::new();
    (&mut file).take(LONGEST).read_to_string(&mut text)?;
    if text.len() as u64 == LONGEST {
        return Err(refused("it has more than 16 MiB"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_some_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::write(path("a"), "text").unwrap();
        assert_eq!(read(&path("a")).unwrap(), "text");
        assert_eq!(read(&path("b")).unwrap_err().kind(), ErrorKind::NotFound);
        let made = std::process::Command::new("mkfifo")
            .arg(path("fifo"))
            .status();
        assert!(made.unwrap().success());
        let endless = [path("fifo"), "/dev/zero".into(), dir.path().to_owned()];
        for other in endless {
            let error = read(&other).unwrap_err();
            assert_eq!(error.to_string(), "it is not a regular file", "{other:?}");
        }
        File::create(path("long"))
            .unwrap()
            .set_len(LONGEST + 1)
            .unwrap();
        assert_eq!(
            read(&path("long")).unwrap_err().to_string(),
            "it has more than 16 MiB"
        );
    }
}
