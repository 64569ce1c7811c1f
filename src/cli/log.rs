//! The program's own log, for finding the cause of a problem.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::{Mutex, OnceLock, PoisonError},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::etl::lake::Lake;

/// A log that has grown beyond this is started again.
const LARGEST: u64 = 8_000_000;

/// The log file of this process, once there is one to be.
static PATH: OnceLock<PathBuf> = OnceLock::new();

/// Where the program's log is, if it has one.
pub fn path() -> Option<PathBuf> {
    PATH.get().filter(|path| path.is_file()).cloned()
}

/// Sends what the program traces to the lake's log file. `MDTUI_LOG` filters it
/// (`debug`, `mdtui=trace`); without it, warnings and errors are kept.
pub fn start(lake: &Lake) {
    let filter = EnvFilter::try_from_env("MDTUI_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let _ = PATH.set(lake.local().log_path());
    let writer = LazyFile {
        root: lake.root().to_owned(),
        path: lake.local().log_path(),
        file: Mutex::new(None),
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .finish();
    // Set once per process; a second call (in tests) keeps the first.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Sends what a worker process traces to its standard error: its owner puts it into the
/// lake's log.
pub fn to_stderr() {
    let filter = EnvFilter::try_from_env("MDTUI_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .without_time()
        .with_writer(io::stderr)
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// A file that is opened at the first line, and only below a lake that exists: looking at
/// an empty directory leaves nothing behind.
struct LazyFile {
    root: PathBuf,
    path: PathBuf,
    file: Mutex<Option<File>>,
}

impl LazyFile {
    fn open(&self) -> io::Result<File> {
        if !self.root.is_dir() {
            return Err(io::ErrorKind::NotFound.into());
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let too_large = fs::metadata(&self.path).is_ok_and(|m| m.len() > LARGEST);
        if too_large {
            fs::remove_file(&self.path)?;
        }
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
    }
}

impl<'a> MakeWriter<'a> for LazyFile {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self)
    }
}

/// One line to the file. Trouble with the log never becomes trouble of the program.
struct Line<'a>(&'a LazyFile);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = self.0.open().ok();
        }
        if let Some(file) = file.as_mut() {
            let _ = file.write_all(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
