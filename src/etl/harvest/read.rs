//! Reading a log once: its hash, then its rows by run, from a file that must not change
//! meanwhile.

use std::{fs::File, io::Read, os::unix::fs::MetadataExt, path::Path};

use rayon::prelude::*;

use super::{
    Options,
    meter::Meter,
    spill::{Extent, Spill},
};
use crate::{
    Error, Result,
    base::{CancelToken, Stage},
    clean::{Ledger, Part, Partition, Reason, RunRows},
    extract::{LogReader, RowGroups, Vocabulary},
    format::count,
    lake::{Context, files::room_for},
    run_id::RunId,
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

/// All rows of a log that break no rule by themselves, and the ledger of the others.
pub(super) struct Rows {
    pub(super) runs: Vec<HeldRun>,
    pub(super) ledger: Ledger,
    pub(super) rejected: Vec<(u64, Reason)>,
    pub(super) vocabulary: Vocabulary,
    /// What memory had no room for.
    pub(super) spill: Spill,
    /// Lines of the log: as many as it has rows, but in a wide log.
    pub(super) lines: u64,
}

/// Rows of one run, in memory and spilled.
pub(super) struct HeldRun {
    pub(super) rows: RunRows,
    /// Earlier rows, in their order.
    spilled: Vec<Extent>,
}

impl HeldRun {
    /// All rows of the run, in memory.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn whole(self, spill: &Spill) -> Result<RunRows> {
        let mut rows = self.rows;
        if !self.spilled.is_empty() {
            let mut pieces = Vec::new();
            for extent in &self.spilled {
                pieces.extend(spill.get(extent)?);
            }
            pieces.append(&mut rows.pieces);
            rows.pieces = pieces;
        }
        Ok(rows)
    }
}

/// Takes rows in while they fit `room` bytes of memory, and spills the others to a file.
struct Intake {
    partition: Partition,
    vocabulary: Vocabulary,
    spill: Spill,
    /// By run.
    spilled: Vec<Vec<Extent>>,
    room: u64,
}

impl Intake {
    /// Spills rows if there are too many.
    fn make_room(&mut self) -> Result<()> {
        if self.partition.bytes() <= self.room {
            return Ok(());
        }
        self.spilled
            .resize(self.vocabulary.runs().len(), Vec::new());
        let (spill, spilled) = (&mut self.spill, &mut self.spilled);
        // More than is needed now: few large pieces rather than many small ones.
        self.partition.shrink(self.room / 2, |run, pieces| {
            spilled[run].push(spill.put(pieces)?);
            Ok(())
        })
    }

    fn finish(mut self, lines: u64) -> Rows {
        let (runs, ledger, rejected) = self.partition.finish(&self.vocabulary);
        self.spilled.resize(runs.len(), Vec::new());
        let held = runs.into_iter().zip(self.spilled);
        Rows {
            // A run of which a wide log has nothing but empty cells has no samples, and is none.
            runs: held
                .filter(|(rows, _)| rows.ledger.rows_in > 0)
                .map(|(rows, spilled)| HeldRun { rows, spilled })
                .collect(),
            ledger,
            rejected,
            vocabulary: self.vocabulary,
            spill: self.spill,
            lines,
        }
    }
}

/// BLAKE3 of the whole file, hexadecimal.
///
/// # Errors
/// [`Error::Io`], [`Error::Cancelled`].
pub(super) fn content_hash(path: &Path, cancel: &CancelToken, meter: &Meter<'_>) -> Result<String> {
    let file = File::open(path).map_err(|e| Error::of_log("open", path, e))?;
    let size = file.metadata().map_or(u64::MAX, |meta| meta.len());
    let mut hasher = blake3::Hasher::new();
    // A log that may have changed while it was read is hashed once more.
    let read = |bytes| meter.update(|p| p.bytes = p.bytes.max(bytes));
    hash_on(&mut hasher, file, (path, size), cancel, read)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// BLAKE3 of the first `start` bytes of a file, hexadecimal.
///
/// # Errors
/// [`Error::Io`], [`Error::Cancelled`].
pub(super) fn hash_of_start(path: &Path, start: u64, cancel: &CancelToken) -> Result<String> {
    let file = File::open(path).map_err(|e| Error::of_log("open", path, e))?;
    let mut hasher = blake3::Hasher::new();
    hash_on(&mut hasher, file.take(start), (path, start), cancel, |_| ())?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Hashes what is left of a file of about so many bytes, and tells how many it has read.
fn hash_on(
    hasher: &mut blake3::Hasher,
    mut file: impl Read + Send,
    (path, size): (&Path, u64),
    cancel: &CancelToken,
    told: impl Fn(u64) + Send + Sync,
) -> Result<()> {
    let mut bytes = 0;
    let mut read = |buffer: &mut [u8]| {
        cancel.check()?;
        let n = file.read(buffer).map_err(|e| Error::io("read", path, e))?;
        bytes += n as u64;
        told(bytes);
        Ok::<_, Error>(n)
    };
    // Two of them stay in a processor's cache.
    let mut now = room_for(size, 1 << 19);
    let mut length = read(&mut now)?;
    if (length as u64) < size {
        // One thread reads while others hash; in the pool, which is entered once.
        rayon::scope(|_| {
            let mut next = vec![0; now.len()];
            while length > 0 {
                let hash = || {
                    hasher.update_rayon(&now[..length]);
                };
                let (more, ()) = rayon::join(|| read(&mut next), hash);
                length = more?;
                std::mem::swap(&mut now, &mut next);
            }
            Ok::<_, Error>(())
        })?;
    } else {
        while length > 0 {
            hasher.update(&now[..length]);
            length = read(&mut now)?;
        }
    }
    Ok(())
}

/// A row takes so many bytes while its row group is decoded and sorted: the pages, packed and
/// not, the batch, and what is made of it.
const DECODING_BYTES: u64 = 96;

/// Decodes and cleans all rows of the log with this content; no more than about [`Options::room`] bytes of them stay in memory.
///
/// # Errors
/// As [`LogReader`]; [`Error::Log`] for a log without rows; [`Error::Io`];
/// [`Error::Cancelled`].
pub(super) fn rows(
    (log, hash): (&FoundLog, &str),
    (context, options): (&Context, Options),
    cancel: &CancelToken,
    meter: &Meter<'_>,
) -> Result<Rows> {
    let profile = &context.profile;
    // A reader may crash on the footer: this stage is then the last that it reports.
    meter.stage(Stage::Reading);
    let mut reader = LogReader::open(&log.file, log.format, profile)?;
    meter.update(|p| p.rows_total = reader.rows_total());
    let mut intake = Intake {
        partition: Partition::new(profile),
        vocabulary: Vocabulary::default(),
        spill: Spill::new(&context.lake, options.spilled(log.size)),
        spilled: Vec::new(),
        room: options.room(),
    };
    let rows = reader.rows_total().unwrap_or(0);
    match reader.row_groups() {
        Some(groups) => row_groups(groups, rows, &mut intake, cancel, meter)?,
        None => {
            while let Some(batch) = reader.next_batch(&mut intake.vocabulary)? {
                cancel.check()?;
                intake.partition.add(&batch, &intake.vocabulary);
                intake.make_room()?;
                meter.update(|p| {
                    p.rows += batch.len() as u64;
                    p.bytes = reader.bytes_read();
                });
            }
        }
    }
    if intake.partition.is_empty() {
        return Err(Error::Log(match reader.lines_read() {
            0 => "the log has no rows".into(),
            lines => format!(
                "the log has {}, and none has a value in a column of the profile's signals",
                count(lines, "line")
            ),
        }));
    }
    if intake.spill.bytes() > 0 {
        tracing::info!("{} bytes of rows were spilled", intake.spill.bytes());
    }
    let mut rows = intake.finish(reader.lines_read());
    if profile.is_one_run() {
        for run in &mut rows.runs {
            run.rows.run.id = RunId::of_content(hash);
        }
    }
    Ok(rows)
}

/// Row groups in parallel, as many as there is room for, taken in in their order.
fn row_groups(
    groups: &dyn RowGroups,
    rows: u64,
    intake: &mut Intake,
    cancel: &CancelToken,
    meter: &Meter<'_>,
) -> Result<()> {
    let all_fit = rows.saturating_mul(size_of::<[u64; 3]>() as u64) <= intake.room;
    let mut next = 0;
    while next < groups.count() {
        let wave = if all_fit {
            groups.count() - next
        } else {
            let each = groups.rows(next).saturating_mul(DECODING_BYTES).max(1);
            ((intake.room / each) as usize).clamp(1, rayon::current_num_threads())
        };
        let rules = intake.partition.rules();
        let parts: Vec<Result<(Part, Vocabulary)>> = (next..groups.count().min(next + wave))
            .into_par_iter()
            // Else the last ones may all be those of one thread.
            .with_max_len(1)
            .map(|group| {
                cancel.check()?;
                let (batch, words) = groups.batch(group)?;
                meter.update(|p| {
                    p.rows += batch.len() as u64;
                    p.bytes += groups.bytes(group);
                });
                Ok((rules.part(&batch, words.runs().len()), words))
            })
            .collect();
        // The first error in the order of the file, whatever came first.
        for part in parts {
            let (part, words) = part?;
            intake
                .partition
                .take_part(part, &words, &mut intake.vocabulary);
        }
        intake.make_room()?;
        next += wave;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::NoProgress;

    #[test]
    fn a_hash_does_not_depend_on_the_pieces_in_which_a_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let cancel = CancelToken::new();
        let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        for size in [0, 1, (1 << 19) - 1, 1 << 19, (1 << 19) + 1, 3_000_001] {
            let content: Vec<u8> = (0..size).map(|i: usize| (i / 251 + i) as u8).collect();
            std::fs::write(&path, &content).unwrap();
            let meter = Meter::new(&NoProgress, "log", size as u64);
            let whole = hash(&content);
            assert_eq!(content_hash(&path, &cancel, &meter).unwrap(), whole);
            let start = size / 2;
            let of_start = hash_of_start(&path, start as u64, &cancel).unwrap();
            assert_eq!(of_start, hash(&content[..start]), "{size}");
        }
        cancel.cancel();
        let meter = Meter::new(&NoProgress, "log", 0);
        let cancelled = content_hash(&path, &cancel, &meter);
        assert!(matches!(cancelled, Err(Error::Cancelled)));
    }
}
