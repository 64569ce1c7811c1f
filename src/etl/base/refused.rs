//! The error of the operating system behind a library's: writers of Parquet and Arrow only keep
//! its text.

use std::{
    fmt::Display,
    io::{Error, Result, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// The last error of an output.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refused(Arc<Mutex<Option<Error>>>);

impl Refused {
    /// The output, whose errors are remembered from now on.
    pub(crate) fn watch<W>(&self, out: W) -> Watched<W> {
        let refused = self.clone();
        Watched { out, refused }
    }

    /// What the system said; otherwise it is an error of the library's own.
    pub(crate) fn take(&self, error: &dyn Display) -> Error {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        refused.unwrap_or_else(|| Error::other(error.to_string()))
    }

    fn note(&self, error: &Error) {
        let kept = match error.raw_os_error() {
            Some(code) => Error::from_raw_os_error(code),
            None => Error::new(error.kind(), error.to_string()),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

/// An output whose errors are remembered.
pub(crate) struct Watched<W> {
    out: W,
    refused: Refused,
}

impl<W> Watched<W> {
    /// The output itself.
    pub(crate) fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let done = self.out.write(bytes);
        done.inspect_err(|error| self.refused.note(error))
    }

    fn flush(&mut self) -> Result<()> {
        let done = self.out.flush();
        done.inspect_err(|error| self.refused.note(error))
    }
}
