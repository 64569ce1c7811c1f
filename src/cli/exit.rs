//! Exit codes, and standard output that may go away.

use std::{
    io::{self, BufWriter, ErrorKind, Write},
    process::ExitCode,
};

use crate::etl::{Error, ErrorClass, error::Unfit};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All well.
    Ok = 0,
    /// Some logs failed in this call.
    SomeFailed = 1,
    /// Wrong usage.
    Usage = 2,
    /// Nothing could be done.
    Fatal = 3,
    /// With `--manifest --strict`: some logs failed for good.
    FailedForGood = 65,
    /// A transient error: a retry may succeed.
    Transient = 75,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// The code for a command that ended with this error.
    pub fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorClass::Permanent => Self::SomeFailed,
            ErrorClass::Transient if needs_the_operator(error) => Self::Fatal,
            ErrorClass::Transient => Self::Transient,
            ErrorClass::Cancelled => Self::Interrupted,
            ErrorClass::Usage => Self::Usage,
            ErrorClass::Fatal => Self::Fatal,
        }
    }
}

/// Whether the operator has to act first: a file is in the way, access is denied, the file system is mounted read-only,
/// or a name is longer than it allows.
fn needs_the_operator(error: &Error) -> bool {
    use io::ErrorKind as K;
    let Error::Io { source, .. } = error else {
        return false;
    };
    Unfit::of(source).is_some()
        || matches!(
            source.kind(),
            K::PermissionDenied
                | K::ReadOnlyFilesystem
                | K::NotADirectory
                | K::IsADirectory
                | K::AlreadyExists
                | K::InvalidFilename
        )
}

/// Writes a result to standard output. A reader that went away (`| head`) is no error.
///
/// # Errors
/// [`Error::Io`] when standard output cannot be written.
pub fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes a result as indented JSON, piece by piece: it may be larger than memory.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &impl serde::Serialize) -> Result<(), Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut out, value)
        .map_err(io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    unless_closed(written)
}

/// Writes help or a version, which are results too, with the styles of the terminal.
///
/// # Errors
/// As [`print`].
pub fn print_help(answer: &clap::Error) -> Result<(), Error> {
    unless_closed(answer.print().and_then(|()| io::stdout().flush()))
}

/// The reader of standard output may have gone away.
fn unless_closed(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Error::io(
            "write to",
            std::path::Path::new("standard output"),
            e,
        )),
        _ => Ok(()),
    }
}

/// Writes a note to standard error, which may be closed.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn what_the_operator_has_to_change_is_not_worth_a_retry() {
        let exit = |errno: Errno| {
            let error = Error::io("write", std::path::Path::new("x"), errno.into());
            Exit::of(&error)
        };
        for errno in [Errno::ACCESS, Errno::PERM, Errno::ROFS, Errno::NAMETOOLONG] {
            assert_eq!(exit(errno), Exit::Fatal, "{errno}");
        }
        for errno in [Errno::NOSPC, Errno::DQUOT, Errno::IO, Errno::MFILE] {
            assert_eq!(exit(errno), Exit::Transient, "{errno}");
        }
    }
}
