//! Reading a log once: its hash, then its rows by run, from a file that must not change
//! meanwhile.

use std::{fs::File, io::Read, os::unix::fs::MetadataExt, path::Path};

use rayon::prelude::*;

use super::{CancelToken, meter::Meter, progress::Stage};
use crate::etl::{
    Error, Result,
    clean::{Ledger, Part, Partition, Reason, RunRows},
    extract::{LogReader, Vocabulary},
    profile::Profile,
    source::FoundLog,
    time,
};

/// What tells one version of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) size: u64,
    pub(super) mtime_ns: i64,
    pub(super) inode: u64,
    /// When its content or anything about it last changed (`ctime`, nanoseconds): nobody can
    /// set it back.
    pub(super) changed_ns: i64,
}

impl Stat {
    /// # Errors
    /// [`Error::Io`] when the log is gone or cannot be looked at.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let meta = std::fs::metadata(path).map_err(|e| Error::of_log("read", path, e))?;
        Ok(Self {
            size: meta.len(),
            mtime_ns: nanoseconds(meta.mtime(), meta.mtime_nsec()),
            inode: meta.ino(),
            changed_ns: nanoseconds(meta.ctime(), meta.ctime_nsec()),
        })
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

/// All rows of a log that break no rule by themselves, and what became of the others.
pub(super) struct Rows {
    pub(super) runs: Vec<RunRows>,
    pub(super) ledger: Ledger,
    pub(super) rejected: Vec<(u64, Reason)>,
    pub(super) vocabulary: Vocabulary,
}

/// BLAKE3 of the whole file, hexadecimal.
///
/// # Errors
/// [`Error::Io`], [`Error::Cancelled`].
pub(super) fn content_hash(path: &Path, cancel: &CancelToken, meter: &Meter<'_>) -> Result<String> {
    let mut file = File::open(path).map_err(|e| Error::of_log("open", path, e))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        cancel.check()?;
        let n = file
            .read(&mut buffer)
            .map_err(|e| Error::io("read", path, e))?;
        if n == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(&buffer[..n]);
        bytes += n as u64;
        meter.update(|p| p.bytes = bytes);
    }
}

/// Decodes and cleans all rows.
///
/// # Errors
/// As [`LogReader`]; [`Error::Log`] for a log without rows; [`Error::Cancelled`].
pub(super) fn rows(
    log: &FoundLog,
    profile: &Profile,
    cancel: &CancelToken,
    meter: &Meter<'_>,
) -> Result<Rows> {
    // A reader may die of the footer already: this stage is its last word then.
    meter.stage(Stage::Reading);
    let mut reader = LogReader::open(&log.file, log.format, profile)?;
    meter.update(|p| {
        p.stage = Stage::Reading;
        p.bytes = 0;
        p.rows_total = reader.rows_total();
    });
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(profile);
    match reader.groups() {
        Some(groups) => {
            let parts: Vec<Result<(Part, Vocabulary)>> = (0..groups)
                .into_par_iter()
                .map(|group| {
                    cancel.check()?;
                    let (batch, words) = reader.batch_of(group)?;
                    meter.update(|p| {
                        p.rows += batch.len() as u64;
                        p.bytes += reader.group_bytes(group);
                    });
                    Ok((partition.rules().part(&batch, words.runs().len()), words))
                })
                .collect();
            for part in parts {
                let (part, words) = part?;
                partition.take_part(part, &words, &mut vocabulary);
            }
        }
        None => {
            while let Some(batch) = reader.next_batch(&mut vocabulary)? {
                cancel.check()?;
                partition.add(&batch, &vocabulary);
                meter.update(|p| {
                    p.rows += batch.len() as u64;
                    p.bytes = reader.bytes_read();
                });
            }
        }
    }
    if partition.is_empty() {
        return Err(Error::Log("the log has no rows".into()));
    }
    let (runs, ledger, rejected) = partition.finish(&vocabulary);
    Ok(Rows {
        runs,
        ledger,
        rejected,
        vocabulary,
    })
}

/// Holds the log against what it was when its harvest began.
///
/// # Errors
/// [`Error::Moving`] when it is another.
pub(super) fn check_unmoved(
    log: &FoundLog,
    before: Stat,
    hash: &str,
    started_us: i64,
    cancel: &CancelToken,
    meter: &Meter<'_>,
) -> Result<()> {
    let moving = || {
        Error::Moving(
            "the log changed while it was read, so nothing of it was kept; \
             harvest it again when its recorder is done"
                .into(),
        )
    };
    let now = Stat::of(&log.file).map_err(|_| moving())?;
    let version = |s: Stat| (s.size, s.mtime_ns, s.inode);
    if version(now) != version(before) {
        return Err(moving());
    }
    // A write within the file system's clock tick leaves the times as they were, and one whose
    // time was set back only the time of the last change tells. A new name or other permissions
    // change that too: the content decides.
    const TICK_US: i64 = 2 * time::SECOND;
    let fresh = before.mtime_ns.max(before.changed_ns) / 1000 > started_us - TICK_US;
    let touched = now.changed_ns != before.changed_ns;
    if (fresh || touched) && content_hash(&log.file, cancel, meter)? != hash {
        return Err(moving());
    }
    Ok(())
}
