//! Files whose names people or other programs may have given to anything: only regular ones are
//! opened, without waiting, and only so much of them is read.

use std::{
    fs::{self, File, FileType, Metadata, OpenOptions},
    io::{self, ErrorKind, Read},
    os::unix::fs::{FileTypeExt, OpenOptionsExt},
    path::Path,
};

use rustix::{fs::OFlags, io::Errno};

use crate::error::Unfit;

/// Bytes of the longest text that [`read`] reads.
const LONGEST: u64 = 16 << 20;
/// Bytes of the longest document that [`read_document`] reads: the record of a log with 40,000 runs.
const LONGEST_DOCUMENT: u64 = 1 << 30;

/// What a link is that leads to nothing, or to itself.
const NOWHERE: &str = " that leads nowhere";

/// The text of a file. A pipe or device, which may never end, and a file of more than 16 MiB are not read.
///
/// # Errors
/// Those of opening and reading; [`Unfit`] for what is not read.
pub fn read(path: &Path) -> io::Result<String> {
    let (file, meta) = open(path)?;
    text(read_all(&file, meta.len(), LONGEST)?)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    // As the library says it.
    let invalid = |_| io::Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8");
    String::from_utf8(bytes).map_err(invalid)
}

/// As [`read`], of a file that the operator names: it may be a pipe, and `/dev/null` is empty.
///
/// # Errors
/// As [`read`].
pub fn read_named(path: &Path) -> io::Result<String> {
    match is_given(path)? {
        true => text(read_all(&File::open(path)?, 0, LONGEST)?),
        false => read(path),
    }
}

/// As [`read_document`], of a file that the operator names: see [`read_named`].
///
/// # Errors
/// As [`read`].
pub fn read_named_document(path: &Path) -> io::Result<Vec<u8>> {
    match is_given(path)? {
        true => read_all(&File::open(path)?, 0, LONGEST_DOCUMENT),
        false => read_document(path).map(|(bytes, _)| bytes),
    }
}

/// Whether a shell gives it: a pipe, or nothing.
fn is_given(path: &Path) -> io::Result<bool> {
    let kind = fs::metadata(path)?.file_type();
    let is_null = || fs::canonicalize(path).is_ok_and(|path| path == Path::new("/dev/null"));
    Ok(kind.is_fifo() || kind.is_char_device() && is_null())
}

/// The bytes of a file, and what it was when it was opened. As [`read`], but up to 1 GiB. A link is
/// followed; one that leads nowhere is not as good as no file.
///
/// # Errors
/// As [`read`].
pub fn read_document(path: &Path) -> io::Result<(Vec<u8>, Metadata)> {
    let opened = match open_own(path, File::options().read(true)) {
        Err(e) if matches!(Unfit::of(&e), Some(Unfit::Link(_))) => match open(path) {
            Err(e) if is_absent(&e) => Err(Unfit::Link(NOWHERE).into()),
            followed => followed,
        },
        opened => opened,
    };
    let (file, meta) = opened?;
    Ok((read_all(&file, meta.len(), LONGEST_DOCUMENT)?, meta))
}

/// Opens a regular file for reading, wherever links lead.
///
/// # Errors
/// Those of the system; [`Unfit`].
pub fn open(path: &Path) -> io::Result<(File, Metadata)> {
    open_with(path, File::options().read(true), OFlags::empty())
}

/// Opens a regular file of this very name, and no other that a link leads to.
///
/// # Errors
/// Those of the system; [`Unfit`].
pub fn open_own(path: &Path, options: &mut OpenOptions) -> io::Result<(File, Metadata)> {
    open_with(path, options, OFlags::NOFOLLOW)
}

fn open_with(
    path: &Path,
    options: &mut OpenOptions,
    flags: OFlags,
) -> io::Result<(File, Metadata)> {
    // Opening a pipe would wait for its other end.
    let custom = (OFlags::NONBLOCK | flags).bits().cast_signed();
    let opened = match options.custom_flags(custom).open(path) {
        // Another computer has a lease on it, which would be waited for.
        Err(e) if e.kind() == ErrorKind::WouldBlock && path.is_file() => {
            options.custom_flags(flags.bits().cast_signed()).open(path)
        }
        opened => opened,
    };
    let file = match opened {
        Err(e) if is_errno(&e, Errno::LOOP) && is_link(path) => {
            let is_followed = !flags.contains(OFlags::NOFOLLOW);
            let what = [", which is not followed", NOWHERE][usize::from(is_followed)];
            return Err(Unfit::Link(what).into());
        }
        // A pipe that nobody reads, a socket, a folder that was to be written.
        Err(e) if is_errno(&e, Errno::NXIO) || is_errno(&e, Errno::ISDIR) => {
            let found = fs::metadata(path).map(|meta| unfit(meta.file_type()));
            return Err(found.map_or(e, Into::into));
        }
        opened => opened?,
    };
    let meta = file.metadata()?;
    match meta.is_file() {
        true => Ok((file, meta)),
        false => Err(unfit(meta.file_type()).into()),
    }
}

/// What is not a regular file.
pub fn unfit(kind: FileType) -> Unfit {
    Unfit::NotRegular(match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_symlink() => "a link",
        _ => "a device",
    })
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink())
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn is_errno(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}

fn read_all(file: &File, size: u64, longest: u64) -> io::Result<Vec<u8>> {
    let too_long = || io::Error::from(Unfit::TooLong(longest >> 20));
    if size > longest {
        return Err(too_long());
    }
    // One more, so that the first read that comes to the end shows it; without `take` the size would be
    // asked for again.
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size as usize + 1)?;
    file.take(longest + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > longest {
        true => Err(too_long()),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn fifo(path: &Path) {
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
    }

    #[test]
    fn what_a_shell_gives_is_read_where_it_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fifo");
        fifo(&path);
        for read in [read_named, |path: &Path| {
            read_named_document(path).and_then(text)
        }] {
            let given = path.clone();
            let writer = std::thread::spawn(move || fs::write(given, "text"));
            assert_eq!(read(&path).unwrap(), "text");
            writer.join().unwrap().unwrap();
            assert_eq!(read(Path::new("/dev/null")).unwrap(), "");
            assert!(read(Path::new("/dev/zero")).is_err());
        }
    }

    #[test]
    fn only_regular_files_of_some_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "text").unwrap();
        fs::write(path("latin"), b"\xe9").unwrap();
        fs::write(path("full"), vec![b' '; LONGEST as usize]).unwrap();
        assert_eq!(read(&path("a")).unwrap(), "text");
        assert_eq!(read(&path("full")).unwrap().len() as u64, LONGEST);
        assert_eq!(read(&path("b")).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(
            read(&path("latin")).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
        fifo(&path("fifo"));
        for (other, what) in [
            (path("fifo"), "a pipe"),
            ("/dev/zero".into(), "a device"),
            (dir.path().to_owned(), "a folder"),
        ] {
            let said = format!("it is {what}, not a regular file");
            assert_eq!(read(&other).unwrap_err().to_string(), said);
            assert_eq!(read_document(&other).unwrap_err().to_string(), said);
            // Nor opened to be written, where that would wait or fail otherwise.
            let error = open_own(&other, File::options().write(true)).unwrap_err();
            assert_eq!(error.to_string(), said);
        }
        let hole = |name: &str, size| File::create(path(name)).unwrap().set_len(size).unwrap();
        hole("long", LONGEST + 1);
        assert_eq!(
            read(&path("long")).unwrap_err().to_string(),
            "it has more than 16 MiB"
        );
        hole("longer", 15 << 40);
        assert_eq!(
            read_document(&path("longer")).unwrap_err().to_string(),
            "it has more than 1024 MiB"
        );
    }

    #[test]
    fn a_link_is_followed_to_a_document_and_never_to_what_is_opened_as_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "text").unwrap();
        for (to, name) in [("a", "link"), ("gone", "nowhere"), ("loop", "loop")] {
            symlink(to, path(name)).unwrap();
        }
        assert_eq!(read_document(&path("link")).unwrap().0, b"text");
        let none = read_document(&path("gone")).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::NotFound);
        for name in ["nowhere", "loop"] {
            let error = read_document(&path(name)).unwrap_err();
            assert_eq!(error.to_string(), "it is a link that leads nowhere");
        }
        for name in ["link", "nowhere", "loop"] {
            let mut options = File::options();
            let error = open_own(&path(name), options.write(true).create(true)).unwrap_err();
            assert_eq!(error.to_string(), "it is a link, which is not followed");
        }
        assert!(!path("gone").exists());
    }
}
