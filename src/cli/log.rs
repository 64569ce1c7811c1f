//! The program's own log, for finding the cause of a problem.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use super::exit;
use crate::etl::{base::small_file, lake::Lake, text};

/// A file that has grown beyond this many bytes is moved to `mdtui.log.1`, whose predecessor goes.
const LARGEST: u64 = 8_000_000;
/// The file's size is looked at whenever this process has written so many bytes, and when it opens it.
const LOOK: u64 = 100_000;

/// What is logged without `MDTUI_LOG`.
const DEFAULT: &str = "warn";

/// The log file of this process, once there is one to be.
static PATH: OnceLock<PathBuf> = OnceLock::new();

/// Where the program's log is, if it has one.
pub fn path() -> Option<PathBuf> {
    PATH.get().filter(|path| path.is_file()).cloned()
}

/// Sends what the program traces to the lake's log file. `MDTUI_LOG` filters it
/// (`debug`, `mdtui=trace`); without it, warnings and errors are kept.
pub fn start(lake: &Lake) {
    let filter = match filter(std::env::var_os("MDTUI_LOG").as_deref()) {
        Ok(filter) => filter,
        Err(why) => {
            exit::note(&format!("mdtui: {why}"));
            EnvFilter::new(DEFAULT)
        }
    };
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

/// The filter that `MDTUI_LOG` asks for.
///
/// # Errors
/// A sentence that quotes what cannot be read.
fn filter(wanted: Option<&OsStr>) -> Result<EnvFilter, String> {
    let Some(wanted) = wanted.filter(|w| !w.is_empty()) else {
        return Ok(EnvFilter::new(DEFAULT));
    };
    // A lone word that is not a level would be taken for the name of a module, and silence all.
    let text = wanted.to_str();
    let is_level = |word: &str| {
        let word = word.trim().to_ascii_lowercase();
        ["off", "error", "warn", "info", "debug", "trace"].contains(&word.as_str())
    };
    let is_sound = |part: &str| part.contains('=') || part.contains('[') || is_level(part);
    text.filter(|t| t.split(',').all(is_sound))
        .and_then(|t| EnvFilter::builder().parse(t).ok())
        .ok_or_else(|| {
            format!(
                "MDTUI_LOG is {}: write error, warn, info, debug or trace, or MODULE=LEVEL such as \
                 mdtui_etl=debug; warnings are logged",
                text::quoted(&text::visible_os(wanted), 40)
            )
        })
}

/// Sends what a worker process traces to its standard error: its owner puts it into the
/// lake's log.
pub fn to_stderr() {
    // Its owner has said what is wrong with the filter.
    let filter = filter(std::env::var_os("MDTUI_LOG").as_deref());
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(DEFAULT));
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
    file: Mutex<Option<Opened>>,
}

/// The open file, and how many bytes may be written before its size is looked at again.
struct Opened {
    file: File,
    left: u64,
}

impl LazyFile {
    fn open(&self) -> io::Result<Opened> {
        if !self.root.is_dir() {
            return Err(io::ErrorKind::NotFound.into());
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::metadata(&self.path).is_ok_and(|m| m.len() > LARGEST) {
            // Another process may have done so since: then a small file takes the place of the
            // older part, which is all that can be lost.
            fs::rename(&self.path, older(&self.path))?;
        }
        let mut options = File::options();
        let (file, _) = small_file::open_own(&self.path, options.create(true).append(true))?;
        Ok(Opened { file, left: LOOK })
    }

    fn write(&self, bytes: &[u8]) {
        let mut opened = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.as_ref().is_none_or(|o| o.left < bytes.len() as u64) {
            // Also where another process has moved the file: this one must follow.
            *opened = self.open().ok();
        }
        if let Some(opened) = opened.as_mut() {
            opened.left = opened.left.saturating_sub(bytes.len() as u64);
            let _ = opened.file.write_all(bytes);
        }
    }
}

/// Where the older part of a log is.
fn older(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    name.into()
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
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_below(root: &Path) -> LazyFile {
        LazyFile {
            root: root.to_owned(),
            path: root.join("private/mdtui.log"),
            file: Mutex::new(None),
        }
    }

    #[test]
    fn two_parts_hold_the_latest_lines_and_no_more_than_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        // Two processes that write into one file.
        let (one, two) = (log_below(dir.path()), log_below(dir.path()));
        let mut number = 0_u64;
        let mut line = || {
            number += 1;
            format!("{number:>9} {}\n", "x".repeat(989))
        };
        for _ in 0..10_000 {
            one.write(line().as_bytes());
            two.write(line().as_bytes());
        }
        let now = fs::read_to_string(&one.path).unwrap();
        let older = fs::read_to_string(older(&one.path)).unwrap();
        let slack = 2 * LOOK + 1_000;
        assert!(now.len() as u64 <= LARGEST + slack, "{}", now.len());
        assert!(older.len() as u64 <= LARGEST + slack, "{}", older.len());
        let mut numbers: Vec<u64> = (older + &now)
            .lines()
            .map(|l| l[..9].trim().parse().unwrap())
            .collect();
        numbers.sort_unstable();
        // Around a move the two write into different parts, so only the latest are surely all there.
        let latest: Vec<u64> = numbers.into_iter().filter(|n| *n > 12_500).collect();
        let missing = (12_501..=20_000).find(|n| latest.binary_search(n).is_err());
        assert_eq!((latest.len(), missing), (7_500, None));
    }

    #[test]
    fn nothing_is_made_where_there_is_no_lake() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("no-lake");
        log_below(&root).write(b"line\n");
        assert!(!root.exists());
    }

    #[test]
    fn a_misspelt_filter_is_refused() {
        for good in [
            "debug",
            "WARN",
            "warn,mdtui_etl=trace",
            "",
            "mdtui_etl::lake=debug",
        ] {
            assert!(filter(Some(OsStr::new(good))).is_ok(), "{good}");
        }
        for bad in ["debgu", "mdtui=verbose", "warn,,=x", "1 2"] {
            let why = filter(Some(OsStr::new(bad))).unwrap_err();
            assert!(why.contains(bad) && why.contains("debug"), "{why}");
        }
    }
}
