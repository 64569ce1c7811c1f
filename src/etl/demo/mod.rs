//! Deterministic synthetic logs: what recorders of two-robot sheet forming cells
//! write, and every fault that real logs showed, each in a log named after it.
//!
//! * [`plan`]: which logs there are, with which runs and faults.
//! * [`signal`]: tool paths, forces and the clocks that sample them.
//! * [`rows`]: the samples of a log as columns, in a recorder's order.
//! * [`write`]: the columns as Parquet or CSV.
//!
//! The same options give the same bytes.

mod plan;
mod rows;
mod signal;
mod write;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

pub use plan::DEFAULT_LOGS;

use self::plan::{Content, LogPlan};
use super::{Error, Result, profile::Profile, source::scan::is_lake, text};
use crate::base::CancelToken;

/// Seconds of a run when nothing else is asked for.
pub const SHORT_RUN_SECONDS: f64 = 20.0;
/// Seconds of a full-size run.
pub const FULL_RUN_SECONDS: f64 = 600.0;

/// A file of this name marks a directory that [`write_logs`] may write into.
const MARKER: &str = ".mdtui-demo";

/// What to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Number of logs. The first [`DEFAULT_LOGS`] differ in form and faults; what
    /// comes after them are more ordinary ones.
    pub logs: usize,
    /// Length of each run in seconds.
    pub run_seconds: f64,
    /// Same seed, same bytes.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            logs: DEFAULT_LOGS,
            run_seconds: SHORT_RUN_SECONDS,
            seed: 1,
        }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Logs that were new or other than before.
    pub logs: usize,
    /// Logs that lay there with the same bytes and were left alone.
    pub unchanged: usize,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Writes logs below `dir`, which must be new, empty, or an earlier demo. Each log is
/// reported to `on_log` (its path below `dir`) before it is made.
///
/// # Errors
/// [`Error::Usage`] when `dir` holds other things, [`Error::Io`], [`Error::Cancelled`].
pub fn write_logs(
    dir: &Path,
    profile: &Profile,
    options: &Options,
    cancel: &CancelToken,
    mut on_log: impl FnMut(&str),
) -> Result<Written> {
    claim(dir)?;
    let mut written = Written::default();
    for log in plan::logs(options) {
        cancel.check()?;
        on_log(&log.path);
        let bytes = bytes_of(&log, profile)?;
        written.bytes += bytes.len() as u64;
        if put(&dir.join(&log.path), &bytes)? {
            written.logs += 1;
        } else {
            written.unchanged += 1;
        }
    }
    Ok(written)
}

/// Refuses a folder for a demo whose logs or results would lie among real logs or in a lake: below the data directory or
/// in the cache directory of this call, or in another lake. A demo that they name is one.
///
/// # Errors
/// [`Error::Usage`].
pub fn refuse_among(dir: &Path, data_dir: &Path, cache_dir: &Path) -> Result<()> {
    let dir_now = real(dir);
    let refuse = |what: String| {
        Err(Error::Usage(format!(
            "{} lies in {what}, where synthetic logs must not be: name a folder elsewhere",
            text::visible_path(dir)
        )))
    };
    let (data, cache) = (real(data_dir), real(cache_dir));
    if dir_now.join("data") != data && dir_now.starts_with(&data) {
        return refuse(format!(
            "the data directory {}",
            text::visible_path(data_dir)
        ));
    }
    let mut around = dir_now.ancestors();
    if let Some(lake) = around.find(|folder| *folder == cache || is_lake(folder)) {
        return refuse(format!("the lake {}", text::visible_path(lake)));
    }
    Ok(())
}

/// The path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = path.ancestors().find_map(|above| {
        let below = path.strip_prefix(above).ok()?;
        let above = above.canonicalize().ok()?;
        // Joined with nothing it would end with a slash.
        Some(match below.file_name() {
            Some(_) => above.join(below),
            None => above,
        })
    });
    existing.unwrap_or(path)
}

/// The bytes of one planned log.
fn bytes_of(log: &LogPlan, profile: &Profile) -> Result<Vec<u8>> {
    match &log.content {
        Content::Rows(plan) => {
            let rows = rows::generate(plan, profile);
            write::encode(&rows, log.form, profile)
        }
        Content::Same(other) => bytes_of(other, profile),
        Content::Truncated(other) => {
            // The first three quarters of a log: no footer.
            let mut bytes = bytes_of(other, profile)?;
            bytes.truncate(bytes.len() / 4 * 3);
            Ok(bytes)
        }
    }
}

/// Makes `dir` a demo directory, or finds that it is none.
fn claim(dir: &Path) -> Result<()> {
    let marker = dir.join(MARKER);
    match fs::read_dir(dir) {
        Ok(mut entries) => {
            if entries.next().is_some() && !marker.exists() {
                return Err(Error::Usage(format!(
                    "{} is not empty and no earlier demo wrote it; name another directory",
                    text::visible_path(dir)
                )));
            }
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|e| Error::io("create", dir, e))?;
        }
        Err(e) => return Err(Error::io("read", dir, e)),
    }
    fs::write(&marker, "Synthetic logs of `mdtui demo`; safe to delete.\n")
        .map_err(|e| Error::io("write", &marker, e))
}

/// Writes `bytes` to `path` by rename; false when they are there already, so that a
/// second demo leaves modification times, and thus harvests, as they are.
fn put(path: &Path, bytes: &[u8]) -> Result<bool> {
    let same_size = fs::metadata(path).is_ok_and(|m| m.len() == bytes.len() as u64);
    if same_size && fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let folder: PathBuf = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
    // Not named like a log while it is not whole.
    let mut whole = tempfile::Builder::new()
        .prefix(".demo-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666))
        .tempfile_in(&folder)
        .map_err(|e| Error::io("write", &folder, e))?;
    std::io::Write::write_all(&mut whole, bytes).map_err(|e| Error::io("write", path, e))?;
    whole
        .as_file()
        .set_modified(modified(bytes))
        .map_err(|e| Error::io("date", path, e))?;
    whole
        .persist(path)
        .map_err(|e| Error::io("write", path, e.error))?;
    Ok(true)
}

/// Demo logs are as old as they say, to the day; the rest of the time follows the content,
/// so that other content has another time.
fn modified(bytes: &[u8]) -> SystemTime {
    let hash = blake3::hash(bytes);
    let part = hash
        .as_bytes()
        .iter()
        .take(4)
        .fold(0, |n, b| n << 8 | u64::from(*b));
    let micros = plan::BEGIN.unsigned_abs() + DAY_US + part % DAY_US;
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

const DAY_US: u64 = 86_400_000_000;

#[cfg(test)]
mod tests;
