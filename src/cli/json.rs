//! The JSON that commands print. `docs/json.md` says what each key means.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;

use super::rejected::RejectedJson;
use crate::etl::{
    Result,
    catalog::{
        Distances, HarvestRow, LogDetail, LogRow, MachineRow, RobotStates, RuleCount, RunDetail,
        RunRow,
    },
    check,
    clean::Ledger,
    harvest::{RejectedRows, Results},
    lake::{Disposition, Note, gc, notes::CurrentNote},
    quality::{Flag, NotEvaluated, Severity, Verdict},
    stats::{ChannelStats, Forming, RobotState, RobotStats},
    text, time,
};

/// Version of a shape; raised when a key changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// Version of what `show` and `machines` print: their figures of robots have other names
/// than in version 1.
pub const FIGURES_VERSION: u32 = 2;

fn time_text(us: Option<i64>) -> Option<String> {
    us.map(time::format)
}

/// A log of `list`.
#[derive(Debug, Serialize)]
pub struct LogJson<'a> {
    key: &'a str,
    state: &'static str,
    reason: Cow<'a, str>,
    path: Cow<'a, str>,
    cell_id: Option<&'a str>,
    size: Option<u64>,
    mtime: Option<String>,
    rows: Option<u64>,
    runs_ok: Option<u32>,
    runs_failed: Option<u32>,
    start_time: Option<String>,
    stop_time: Option<String>,
    harvested_at: Option<String>,
    verdict: Option<&'static str>,
}

impl<'a> From<&'a LogRow> for LogJson<'a> {
    fn from(log: &'a LogRow) -> Self {
        Self {
            key: &log.key,
            state: log.state.word(),
            reason: log.reason(),
            path: log.path(),
            cell_id: log.only_cell(),
            size: log.size,
            mtime: time_text(log.mtime_us),
            rows: log.rows,
            runs_ok: log.runs_ok,
            runs_failed: log.runs_failed,
            start_time: time_text(log.start_us),
            stop_time: time_text(log.stop_us),
            harvested_at: time_text(log.harvested_at_us),
            verdict: log.verdict.map(|v| v.word()),
        }
    }
}

/// `list --json`, and `harvest --dry-run --json`.
#[derive(Debug, Serialize)]
pub struct LogsJson<'a> {
    version: u32,
    logs: Vec<LogJson<'a>>,
}

impl<'a> LogsJson<'a> {
    /// Of these logs.
    pub fn new(logs: impl IntoIterator<Item = &'a LogRow>) -> Self {
        Self {
            version: VERSION,
            logs: logs.into_iter().map(LogJson::from).collect(),
        }
    }
}

/// A run of `runs`.
#[derive(Debug, Serialize)]
pub struct RunJson<'a> {
    run_uuid: String,
    log: &'a str,
    cell_id: Option<&'a str>,
    error: Option<&'a str>,
    start_time: Option<String>,
    stop_time: Option<String>,
    total_runtime_seconds: Option<f64>,
    total_distance_mm: Distances,
    rows: u64,
    samples: u64,
    complete_rows: u64,
    channels: u32,
    verdict: &'static str,
    flags: u32,
    disposition: Option<&'static str>,
    note: Option<&'a str>,
    robot_states: RobotStates,
    also_in: &'a [String],
    file_name: Option<Cow<'a, str>>,
}

impl<'a> From<&'a RunRow> for RunJson<'a> {
    fn from(run: &'a RunRow) -> Self {
        Self {
            run_uuid: run.run.to_string(),
            log: run.log_key(),
            cell_id: run.cell_id(),
            error: run.error(),
            start_time: time_text(run.start_us()),
            stop_time: time_text(run.stop_us()),
            total_runtime_seconds: run.runtime_s(),
            total_distance_mm: run.distance_mm(),
            rows: run.rows(),
            samples: run.samples(),
            complete_rows: run.complete_rows(),
            channels: run.channels(),
            verdict: run.verdict.word(),
            flags: run.flags(),
            disposition: run.disposition.map(Disposition::word),
            note: run.note(),
            robot_states: run.states(),
            also_in: run.also_in(),
            file_name: run.file_name(),
        }
    }
}

/// `runs --json`.
#[derive(Debug, Serialize)]
pub struct RunsJson<'a> {
    version: u32,
    runs: Vec<RunJson<'a>>,
}

impl<'a> RunsJson<'a> {
    /// Of these runs.
    pub fn new(runs: &'a [RunRow]) -> Self {
        Self {
            version: VERSION,
            runs: runs.iter().map(RunJson::from).collect(),
        }
    }
}

/// A run of `show`: what `runs` says of it, and section by section the rest.
#[derive(Debug, Serialize)]
pub struct RunDetailJson<'a> {
    run_uuid: String,
    log: &'a str,
    cell_id: Option<&'a str>,
    cells_seen: &'a [String],
    error: Option<&'a str>,
    start_time: Option<String>,
    stop_time: Option<String>,
    total_runtime_seconds: Option<f64>,
    total_distance_mm: Distances,
    available_channels: &'a [String],
    rows: u64,
    samples: u64,
    complete_rows: u64,
    ledger: &'a Ledger,
    channels: &'a BTreeMap<String, ChannelStats>,
    robots: &'a BTreeMap<String, RobotStats>,
    quality: &'a [Flag],
    verdict: &'static str,
    channel_verdicts: &'a BTreeMap<String, Verdict>,
    not_evaluated: &'a [NotEvaluated],
    source_lost_precision: bool,
    disposition: Option<&'static str>,
    note: Option<&'a str>,
    notes: Vec<NoteJson<'a>>,
    also_in: &'a [String],
    file_name: Option<Cow<'a, str>>,
}

impl<'a> From<&'a RunDetail> for RunDetailJson<'a> {
    fn from(detail: &'a RunDetail) -> Self {
        let run = &detail.row;
        Self {
            run_uuid: run.run.to_string(),
            log: run.log_key(),
            cell_id: run.cell_id(),
            cells_seen: &detail.cells_seen,
            error: run.error(),
            start_time: time_text(run.start_us()),
            stop_time: time_text(run.stop_us()),
            total_runtime_seconds: run.runtime_s(),
            total_distance_mm: run.distance_mm(),
            available_channels: &detail.columns,
            rows: run.rows(),
            samples: run.samples(),
            complete_rows: run.complete_rows(),
            ledger: &detail.ledger,
            channels: &detail.channels,
            robots: &detail.robots,
            quality: &detail.flags,
            verdict: run.verdict.word(),
            channel_verdicts: &detail.verdicts,
            not_evaluated: &detail.not_evaluated,
            source_lost_precision: detail.source_lost_precision,
            disposition: run.disposition.map(Disposition::word),
            note: run.note(),
            notes: detail.notes.iter().map(NoteJson::from).collect(),
            also_in: run.also_in(),
            file_name: run.file_name(),
        }
    }
}

/// `show RUN --json`.
#[derive(Debug, Serialize)]
pub struct ShowRunJson<'a> {
    version: u32,
    run: RunDetailJson<'a>,
}

impl<'a> ShowRunJson<'a> {
    /// Of this run.
    pub fn new(run: &'a RunDetail) -> Self {
        Self {
            version: FIGURES_VERSION,
            run: run.into(),
        }
    }
}

/// A note of a run.
#[derive(Debug, Serialize)]
struct NoteJson<'a> {
    id: &'a str,
    at: String,
    author: &'a str,
    disposition: Option<&'static str>,
    reference: Option<bool>,
    part: Option<&'a str>,
    text: Option<&'a str>,
}

impl<'a> From<&'a Note> for NoteJson<'a> {
    fn from(note: &'a Note) -> Self {
        Self {
            id: &note.id,
            at: time::format(note.at),
            author: &note.author,
            disposition: note.disposition.map(Disposition::word),
            reference: note.reference,
            part: note.part.as_deref(),
            text: note.text.as_deref(),
        }
    }
}

/// `note RUN --json`.
#[derive(Debug, Serialize)]
pub struct NotesJson<'a> {
    version: u32,
    run_uuid: String,
    log: &'a str,
    disposition: Option<&'static str>,
    note: Option<String>,
    notes: Vec<NoteJson<'a>>,
}

impl<'a> NotesJson<'a> {
    /// Of the notes of this run.
    pub fn new(run: &'a RunRow, notes: &'a [Note]) -> Self {
        let current = CurrentNote::of(notes);
        Self {
            version: VERSION,
            run_uuid: run.run.to_string(),
            log: run.log_key(),
            disposition: current.disposition.map(Disposition::word),
            note: current.text,
            notes: notes.iter().map(NoteJson::from).collect(),
        }
    }
}

/// A past harvest of a log.
#[derive(Debug, Serialize)]
struct HarvestJson<'a> {
    at: String,
    seconds: f64,
    outcome: &'a str,
    message: &'a str,
}

impl<'a> From<&'a HarvestRow> for HarvestJson<'a> {
    fn from(row: &'a HarvestRow) -> Self {
        Self {
            at: time::format(row.at_us),
            seconds: row.seconds,
            outcome: &row.outcome,
            message: &row.message,
        }
    }
}

/// Flags of one rule over the runs of a log.
#[derive(Debug, Serialize)]
struct RuleCountJson<'a> {
    rule: &'a str,
    severity: Severity,
    flags: u32,
    runs: u32,
}

impl<'a> From<&'a RuleCount> for RuleCountJson<'a> {
    fn from(count: &'a RuleCount) -> Self {
        Self {
            rule: &count.rule,
            severity: count.severity,
            flags: count.flags,
            runs: count.runs,
        }
    }
}

/// A log of `show`: what `list` says of it, and the rest.
#[derive(Debug, Serialize)]
struct LogDetailJson<'a> {
    #[serde(flatten)]
    row: LogJson<'a>,
    ledger: Option<&'a Ledger>,
    rejected: Option<RejectedJson<'a>>,
    errors: Vec<String>,
    content_hash: Option<&'a str>,
    program: Option<&'a str>,
    seconds: Option<f64>,
    quality: Vec<RuleCountJson<'a>>,
    history: Vec<HarvestJson<'a>>,
    runs: Vec<RunDetailJson<'a>>,
}

/// `show LOG --json`.
#[derive(Debug, Serialize)]
pub struct ShowLogJson<'a> {
    version: u32,
    log: LogDetailJson<'a>,
}

impl<'a> ShowLogJson<'a> {
    /// Of this log and its runs.
    pub fn new(
        log: &'a LogDetail,
        rejected: &'a Result<Option<RejectedRows>>,
        runs: &'a [RunDetail],
    ) -> Self {
        let unreadable = rejected.as_ref().err().map(ToString::to_string);
        let errors = log.errors.iter().cloned().chain(unreadable);
        let rejected = rejected.as_ref().ok().and_then(Option::as_ref);
        let log = LogDetailJson {
            row: (&log.row).into(),
            ledger: log.ledger.as_ref(),
            rejected: rejected.map(RejectedJson::from),
            errors: errors.collect(),
            content_hash: log.content_hash.as_deref(),
            program: log.program.as_deref(),
            seconds: log.seconds,
            quality: log.quality.iter().map(RuleCountJson::from).collect(),
            history: log.history.iter().map(HarvestJson::from).collect(),
            runs: runs.iter().map(RunDetailJson::from).collect(),
        };
        Self {
            version: FIGURES_VERSION,
            log,
        }
    }
}

/// One run in a machine's series.
#[derive(Debug, Serialize)]
struct MachinePointJson<'a> {
    log: &'a str,
    run_uuid: String,
    start_time: String,
    total_runtime_seconds: f64,
    verdict: &'static str,
    #[serde(flatten)]
    stats: PointStatsJson<'a>,
}

/// Figures of a robot in one run, by the names of the record; `show` has the rest of them.
#[derive(Debug, Serialize)]
struct PointStatsJson<'a> {
    state: Option<&'static str>,
    distance_mm: Option<f64>,
    speed_peak: Option<f64>,
    speed_max: Option<f64>,
    force_peak: Option<f64>,
    force_max: Option<f64>,
    force_mean: Option<f64>,
    force_samples: u64,
    forming: &'a Forming,
}

impl<'a> From<&'a RobotStats> for PointStatsJson<'a> {
    fn from(stats: &'a RobotStats) -> Self {
        Self {
            state: stats.state.map(RobotState::word),
            distance_mm: stats.distance_mm,
            speed_peak: stats.speed_peak,
            speed_max: stats.speed_max,
            force_peak: stats.force_peak,
            force_max: stats.force_max,
            force_mean: stats.force_mean,
            force_samples: stats.force_samples,
            forming: &stats.forming,
        }
    }
}

/// A machine of `machines`.
#[derive(Debug, Serialize)]
struct MachineJson<'a> {
    cell_id: Option<&'a str>,
    robot: &'a str,
    runs: u64,
    runtime_seconds: f64,
    distance_mm: Option<f64>,
    speed_peak: Option<f64>,
    speed_max: Option<f64>,
    force_peak: Option<f64>,
    force_max: Option<f64>,
    force_mean: Option<f64>,
    forming_peak: Option<f64>,
    states: BTreeMap<&'static str, u64>,
    verdicts: &'a BTreeMap<String, u64>,
    first_seen: String,
    last_seen: String,
    series: Vec<MachinePointJson<'a>>,
}

impl<'a> From<&'a MachineRow> for MachineJson<'a> {
    fn from(machine: &'a MachineRow) -> Self {
        let point = |p: &'a crate::etl::catalog::MachinePoint| MachinePointJson {
            log: &p.log_key,
            run_uuid: p.run.to_string(),
            start_time: time::format(p.start_us),
            total_runtime_seconds: p.runtime_s,
            verdict: p.verdict.word(),
            stats: (&p.stats).into(),
        };
        Self {
            cell_id: machine.cell_id.as_deref(),
            robot: &machine.robot,
            runs: machine.runs,
            runtime_seconds: machine.runtime_s,
            distance_mm: machine.distance_mm,
            speed_peak: machine.speed_peak,
            speed_max: machine.speed_max,
            force_peak: machine.force_peak,
            force_max: machine.force_max,
            force_mean: machine.force_mean,
            forming_peak: machine.forming_peak,
            states: machine
                .states
                .iter()
                .map(|(state, runs)| (state.word(), *runs))
                .collect(),
            verdicts: &machine.verdicts,
            first_seen: time::format(machine.first_seen_us),
            last_seen: time::format(machine.last_seen_us),
            series: machine.series.iter().map(point).collect(),
        }
    }
}

/// `machines --json`.
#[derive(Debug, Serialize)]
pub struct MachinesJson<'a> {
    version: u32,
    machines: Vec<MachineJson<'a>>,
}

impl<'a> MachinesJson<'a> {
    /// Of these machines.
    pub fn new(machines: &'a [MachineRow]) -> Self {
        Self {
            version: FIGURES_VERSION,
            machines: machines.iter().map(MachineJson::from).collect(),
        }
    }
}

/// One finding of `check --json`.
#[derive(Debug, Serialize)]
struct FindingJson<'a> {
    kind: &'static str,
    log: Option<&'a str>,
    path: String,
    message: &'a str,
    remedy: &'a str,
    mended: Option<&'a str>,
}

/// `check --json`.
#[derive(Debug, Serialize)]
pub struct CheckJson<'a> {
    version: u32,
    repair: bool,
    records: u64,
    old_records: u64,
    files: u64,
    file_bytes: u64,
    logs: u64,
    log_bytes: u64,
    findings: Vec<FindingJson<'a>>,
    remaining: u64,
    notes: &'a [String],
}

impl<'a> CheckJson<'a> {
    /// Of this check.
    pub fn new(report: &'a check::Report, repair: bool) -> Self {
        let finding = |f: &'a check::Finding| FindingJson {
            kind: f.kind.word(),
            log: f.log.as_deref(),
            path: text::visible_path(&f.path),
            message: &f.message,
            remedy: &f.remedy,
            mended: f.mended.as_deref(),
        };
        Self {
            version: VERSION,
            repair,
            records: report.records,
            old_records: report.old_records,
            files: report.files,
            file_bytes: report.file_bytes,
            logs: report.logs,
            log_bytes: report.log_bytes,
            findings: report.findings.iter().map(finding).collect(),
            remaining: report.remaining().count() as u64,
            notes: &report.notes,
        }
    }
}

/// `gc --json`. Paths are below the lake.
#[derive(Debug, Serialize)]
pub struct GcJson {
    version: u32,
    dry_run: bool,
    removed: Vec<String>,
    bytes: u64,
    foreign: Vec<String>,
    skipped: Vec<String>,
}

impl GcJson {
    /// Of this collection.
    pub fn new(report: &gc::Report, dry_run: bool) -> Self {
        Self {
            version: VERSION,
            dry_run,
            removed: report
                .removed
                .iter()
                .map(|p| text::visible_path(p))
                .collect(),
            bytes: report.bytes,
            foreign: report.foreign_text().collect(),
            skipped: report
                .skipped
                .iter()
                .cloned()
                .chain(report.orphan_sentences())
                .collect(),
        }
    }
}

/// `remove --json`.
#[derive(Debug, Serialize)]
pub struct RemoveJson<'a> {
    version: u32,
    dry_run: bool,
    removed: Vec<RemovedJson<'a>>,
}

#[derive(Debug, Serialize)]
struct RemovedJson<'a> {
    log: &'a str,
    runs: u64,
    files: u64,
    bytes: u64,
    notes: u64,
}

impl<'a> RemoveJson<'a> {
    /// Of the logs whose results were deleted, or would be, also their notes or not.
    pub fn new(dry_run: bool, with_notes: bool, removed: &'a [(String, Results)]) -> Self {
        let removed = removed.iter().map(|(log, results)| RemovedJson {
            log,
            runs: results.runs,
            files: results.files,
            bytes: results.bytes,
            notes: if with_notes { results.notes } else { 0 },
        });
        Self {
            version: VERSION,
            dry_run,
            removed: removed.collect(),
        }
    }
}
