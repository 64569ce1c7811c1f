//! What the catalog answers with.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    RunRow,
    reason::{Harvest, Reason},
};
use crate::{
    clean::Ledger,
    lake::Note,
    quality::{Flag, NotEvaluated, Severity, Verdict},
    run_id::RunId,
    schema::Layout,
    source::key::DROPPED,
    stats::{ChannelStats, RobotState, RobotStats},
};

/// The state of a log; SPEC section 8 in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogState {
    /// Someone holds its lock.
    Harvesting,
    /// It waits for a harvest.
    Queued,
    /// Harvested; the log is gone; the results stay.
    Missing,
    /// Parquet without a valid footer that changed within the last minute.
    Writing,
    /// Differs from what was harvested.
    Changed,
    /// The last attempt failed, or it is no log at all.
    Failed,
    /// Harvested under other rules or an older pipeline version.
    Stale,
    /// Some runs failed.
    Partial,
    /// Same content as another log.
    Duplicate,
    /// Harvested and current.
    Harvested,
    /// Never harvested.
    Pending,
}

impl LogState {
    /// All states in the order in which the first that applies counts.
    pub const ALL: [Self; 11] = [
        Self::Harvesting,
        Self::Queued,
        Self::Missing,
        Self::Writing,
        Self::Changed,
        Self::Failed,
        Self::Stale,
        Self::Partial,
        Self::Duplicate,
        Self::Harvested,
        Self::Pending,
    ];

    /// The word for screens and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Harvesting => "harvesting",
            Self::Queued => "queued",
            Self::Missing => "missing",
            Self::Writing => "writing",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::Stale => "stale",
            Self::Partial => "partial",
            Self::Duplicate => "duplicate",
            Self::Harvested => "harvested",
            Self::Pending => "pending",
        }
    }

    /// What it means, in one line: for help, the panel of a log and the documents.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Harvesting => "it is being harvested now",
            Self::Queued => "it waits for its turn to be harvested",
            Self::Missing => "the log is gone; its results are kept",
            Self::Writing => "a recorder is still writing it",
            Self::Changed => "it changed after it was harvested: harvest it again",
            Self::Failed => "the log could not be harvested; the reason says why",
            Self::Stale => "harvested with another profile or an older program: harvest it again",
            Self::Partial => "harvested, but some of its runs failed",
            Self::Duplicate => "another log has the same content",
            Self::Harvested => "its results are in the lake and up to date",
            Self::Pending => "not harvested yet",
        }
    }

    /// The inverse of [`LogState::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// One log, as lists show it. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// The log key: unique, harmless text.
    pub key: String,
    /// Where it lies: see [`LogRow::path`].
    pub path: LogPath,
    /// See [`LogState`].
    pub state: LogState,
    /// Why this state: see [`LogRow::reason`].
    pub reason: Reason,
    /// Cells of its runs when harvested (the one, or `3 cells`), else the folder.
    pub cell_id: Option<Arc<str>>,
    /// Bytes; `None` when the log is gone.
    pub size: Option<u64>,
    /// Modification time.
    pub mtime_us: Option<i64>,
    /// Rows in the log, when harvested.
    pub rows: Option<u64>,
    /// Runs stored.
    pub runs_ok: Option<u32>,
    /// Runs that failed.
    pub runs_failed: Option<u32>,
    /// First sample.
    pub start_us: Option<i64>,
    /// Last sample.
    pub stop_us: Option<i64>,
    /// When it was harvested.
    pub harvested_at_us: Option<i64>,
    /// The worst of its runs; `None` when it was never harvested.
    pub verdict: Option<Verdict>,
    /// Flags of its runs together; `None` when it was never harvested.
    pub flags: Option<u32>,
    /// Whether a harvest without names leaves it alone (`writing`; failed for a
    /// permanent error and unchanged since) and why, as one sentence.
    pub leave_alone: Option<Box<str>>,
}

/// The path of a log, as it follows from its key: lists have a hundred thousand logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPath {
    /// The key, and the ending that keys do not carry.
    KeyWithEnding,
    /// As it is.
    Other(Box<str>),
}

impl LogPath {
    /// Of the log `key` at `path`.
    pub fn of(key: &str, path: &str) -> Self {
        match path.strip_suffix(DROPPED) == Some(key) {
            true => Self::KeyWithEnding,
            false => Self::Other(path.into()),
        }
    }
}

/// How a log is laid out, from its lines and its ledger: that of a wide log counts samples, of
/// which a line holds several.
pub(super) fn layout_of(lines: Option<u64>, counted: Option<u64>) -> Layout {
    match lines.zip(counted) {
        Some((lines, counted)) if lines != counted => Layout::Wide,
        _ => Layout::Long,
    }
}

impl LogDetail {
    /// How the log is laid out: what its ledger counts.
    pub fn layout(&self) -> Layout {
        layout_of(self.row.rows, self.ledger.as_ref().map(|l| l.rows_in))
    }
}

impl LogRow {
    /// Its path below the data directory, harmless text.
    pub fn path(&self) -> Cow<'_, str> {
        match &self.path {
            LogPath::KeyWithEnding => format!("{}{DROPPED}", self.key).into(),
            LogPath::Other(path) => Cow::Borrowed(path),
        }
    }

    /// One sentence: why it is in its state.
    pub fn reason(&self) -> Cow<'_, str> {
        self.reason.sentence(self.harvest())
    }

    /// What is told of its harvest.
    pub(super) fn harvest(&self) -> Option<Harvest> {
        Some(Harvest {
            at_us: self.harvested_at_us?,
            rows: self.rows,
            runs: self.runs()?,
        })
    }

    /// The cell of all its runs; `None` when it is unknown or there are several.
    pub fn only_cell(&self) -> Option<&str> {
        let several = |c: &str| {
            c.strip_suffix(" cells")
                .is_some_and(|n| n.parse::<u64>().is_ok())
        };
        self.cell_id.as_deref().filter(|c| !several(c))
    }

    /// See [`is_due`].
    pub fn is_due(&self) -> bool {
        is_due(self.state, self.leave_alone.as_deref())
    }
}

/// Whether a harvest without names (`--all`) takes a log in this state: not current, not left
/// alone, not gone, not being harvested. `partial` is current: its runs failed for reasons that only
/// another log would change.
pub(super) fn is_due(state: LogState, leave_alone: Option<&str>) -> bool {
    leave_alone.is_none()
        && matches!(
            state,
            LogState::Changed | LogState::Failed | LogState::Stale | LogState::Pending
        )
}

/// What stands beside the list for the log under the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct LogDetail {
    /// The list's row.
    pub row: LogRow,
    /// Every row of the log, when harvested.
    pub ledger: Option<Ledger>,
    /// The log's error and the errors of its runs, one sentence each.
    pub errors: Vec<String>,
    /// BLAKE3 of the content, hexadecimal.
    pub content_hash: Option<String>,
    /// The program that harvested it.
    pub program: Option<String>,
    /// How long the harvest took, in seconds.
    pub seconds: Option<f64>,
    /// What the checks found, the worst first.
    pub quality: Vec<RuleCount>,
    /// Past harvests, latest first.
    pub history: Vec<HarvestRow>,
}

/// Flags of one rule and severity over the runs of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule's name.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// Flags.
    pub flags: u32,
    /// Runs that have such a flag.
    pub runs: u32,
}

/// One past harvest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HarvestRow {
    /// The log.
    pub key: String,
    /// When it ended.
    pub at_us: i64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// `harvested`, `partial`, `failed`, `cancelled`, `renamed`, `removed`.
    pub outcome: String,
    /// One sentence: rows and runs, or the error.
    pub message: String,
}

/// Everything about one run short of its samples.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetail {
    /// The list's row.
    pub row: RunRow,
    /// The table's columns in order, `time` first.
    pub columns: Vec<String>,
    /// Statistics by column.
    pub channels: BTreeMap<String, ChannelStats>,
    /// The rows that bear the run's id.
    pub ledger: Ledger,
    /// How its log is laid out: what the ledger counts.
    pub layout: Layout,
    /// Flags, the worst first.
    pub flags: Vec<Flag>,
    /// Checks that could not be made, and why.
    pub not_evaluated: Vec<NotEvaluated>,
    /// Verdict by column.
    pub verdicts: BTreeMap<String, Verdict>,
    /// Cells that its rows name.
    pub cells_seen: Vec<String>,
    /// See [`crate::lake::record::RunResult::source_lost_precision`].
    pub source_lost_precision: bool,
    /// Per robot.
    pub robots: BTreeMap<String, RobotStats>,
    /// Its notes by time.
    pub notes: Vec<Note>,
}

/// One machine over its runs. A run that several logs have counts once: the copy with the
/// most kept samples, then that of the smallest key.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineRow {
    /// Its cell.
    pub cell_id: Option<String>,
    /// The robot.
    pub robot: String,
    /// Number of runs.
    pub runs: u64,
    /// Sum of runtimes in seconds.
    pub runtime_s: f64,
    /// Sum of distances in mm; `None` when no run has one.
    pub distance_mm: Option<f64>,
    /// Largest of the runs' 99.9th percentiles of speed, in mm/s.
    pub speed_peak: Option<f64>,
    /// Maximum of speed over all runs, in mm/s.
    pub speed_max: Option<f64>,
    /// Largest of the 99.9th percentiles of force as recorded, in N, of the runs in which it was
    /// in contact; so are the figures of force below.
    pub force_peak: Option<f64>,
    /// Maximum of force over all runs, in N.
    pub force_max: Option<f64>,
    /// Mean over all samples of all runs, in N.
    pub force_mean: Option<f64>,
    /// Largest of the 99.9th percentiles of force less bias in contact, in N; `None` where no run
    /// has one: its bias is unknown, or it touched nothing.
    pub forming_peak: Option<f64>,
    /// Slope of peak force (99.9th percentile) over runs, in N a day; see
    /// [`crate::stats::slope_per_day`].
    pub slope: Option<f64>,
    /// Runs by verdict word.
    pub verdicts: BTreeMap<String, u64>,
    /// Runs by what the robot did; those of records before version 4 are left out.
    pub states: BTreeMap<RobotState, u64>,
    /// Start of the first run.
    pub first_seen_us: i64,
    /// Stop of the last run.
    pub last_seen_us: i64,
    /// Each run in order of start.
    pub series: Vec<MachinePoint>,
}

/// One run in a machine's series.
#[derive(Debug, Clone, PartialEq)]
pub struct MachinePoint {
    /// The log's key.
    pub log_key: String,
    /// The run.
    pub run: RunId,
    /// Start of the run.
    pub start_us: i64,
    /// In seconds.
    pub runtime_s: f64,
    /// The run's figures without layers, biases and shares: see [`RunDetail::robots`].
    pub stats: RobotStats,
    /// The run's verdict.
    pub verdict: Verdict,
}
