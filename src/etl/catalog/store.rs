//! Taking records in: one transaction for each.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use rusqlite::{Connection, Statement, ToSql, params};

use super::{
    Catalog, HarvestRow,
    assess::{ProfileRules, changed_states},
    entry::{self, Assessment, Entry, Facts, Seen, micros, signed},
    follow::{remember, unusable, version_of},
    notes,
    reason::Reason,
    rows::LogState,
    statistics,
};
use crate::{
    Result,
    lake::{Context, Notes, Record, record::RunResult},
    run_id::RunId,
    source::{footer, scan},
    stats::{RobotState, Sparkline},
    time,
};

impl Catalog {
    /// Takes a record and the log's notes in, replacing what was known of the log, in one
    /// transaction. `outcome` goes to the history, if it is that of a harvest. The log's lock must be held.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn store_record(
        &mut self,
        context: &Context,
        key: &str,
        record: &Record,
        outcome: Option<&HarvestRow>,
    ) -> Result<()> {
        // The log's lock is held: this is the version of `record`.
        let version = version_of(context.lake.results(), key).ok().flatten();
        self.write(|tx| {
            let (notes, unread) = notes::read_or_none(&context.lake, key);
            let version = match unread {
                None => version.clone(),
                Some(_) => version.as_deref().map(unusable),
            };
            let old_content = replace_record(tx, key, record, &notes, version.as_deref())?;
            if let Some(outcome) = outcome {
                store_outcome(tx, outcome)?;
            }
            let rules = ProfileRules::load(tx, context)?;
            reassess(tx, context, &rules, key, old_content.as_deref())
        })
    }

    /// Takes in a record and notes that lie in the lake, unless they are those that are known: the
    /// process that wrote it may have been killed before it updated the catalog.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn ingest_record(&mut self, context: &Context, key: &str, record: &Record) -> Result<()> {
        if self.knows(key, record)? {
            return self.ingest_notes(context, key);
        }
        self.store_record(context, key, record, None)
    }

    /// Whether the record that is known of the log is this one.
    pub(crate) fn knows(&self, key: &str, record: &Record) -> Result<bool> {
        let known = self.sql(|db| entry::load(db, "key = ?1", [key]))?.pop();
        let facts = known.and_then(|entry| entry.record);
        Ok(facts.is_some_and(|facts| *facts == Facts::of(record)))
    }

    /// Drops everything known of a log (its results were taken over by another key).
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn forget(&mut self, key: &str) -> Result<()> {
        self.write(|tx| forget(tx, key))
    }
}

/// Replaces what is known of the log `key` by its record and notes. Returns the hash of the content
/// that it had before. `version` is that of [`version_of`].
pub(super) fn replace_record(
    tx: &Connection,
    key: &str,
    record: &Record,
    notes: &Notes,
    version: Option<&str>,
) -> rusqlite::Result<Option<String>> {
    let old = entry::load(tx, "key = ?1", [key])?.pop();
    let old_content = old
        .as_ref()
        .and_then(|e| Some(e.record.as_ref()?.content_hash.as_ref()?.to_string()));
    let id = match &old {
        Some(Entry { id: Some(id), .. }) => {
            store_log(tx, *id, record)?;
            *id
        }
        _ => add_log(tx, key, record)?,
    };
    store_runs(tx, id, record)?;
    if !notes.is_empty() || old.is_some_and(|e| e.notes.is_some()) {
        notes::store(tx, id, notes)?;
    }
    if let Some(version) = version {
        remember(tx, key, key, version)?;
    }
    Ok(old_content)
}

pub(super) fn forget(tx: &Connection, key: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM logs WHERE key = ?1")?
        .execute([key])?;
    tx.prepare_cached("DELETE FROM followed WHERE log = ?1")?
        .execute([key])
        .map(drop)
}

/// A log that no look has seen yet.
pub(super) fn unknown(key: &str, record: &Record) -> Entry {
    let verdict = Assessment {
        state: LogState::Missing,
        reason: Reason::Other("".into()),
        leave_alone: None,
    };
    Entry::new(key, &record.source.path, verdict)
}

/// The state of a log whose record is new, and of those that hang together with it.
pub(super) fn reassess(
    tx: &Connection,
    context: &Context,
    rules: &ProfileRules,
    key: &str,
    old_hash: Option<&str>,
) -> rusqlite::Result<()> {
    let Some(mut own) = entry::load(tx, "key = ?1", [key])?.pop() else {
        return Ok(());
    };
    let looks = |entry: &Entry| (entry.seen.clone(), entry.raw().map(<[u8]>::to_vec));
    let before = looks(&own);
    see(context, &mut own);
    own.dirty = looks(&own) != before;
    let facts = own.record.as_ref();
    let inode = facts.map_or(0, |r| r.inode).cast_signed();
    let hash = facts.and_then(|r| r.content_hash.as_ref());
    let hash = hash.map(ToString::to_string);
    let hash = hash.as_deref();
    let mut near = entry::load(
        tx,
        "key = ?1 OR content_hash = ?2 OR content_hash = ?3 OR inode = ?4 OR rec_inode = ?4",
        params![key, hash, old_hash, inode],
    )?;
    if let Some(stored) = near.iter_mut().find(|entry| entry.key() == key) {
        *stored = own;
    }
    for (at, verdict) in changed_states(&near, rules, time::now()) {
        if let Some(entry) = near.get_mut(at)
            && depends(entry, key, [hash, old_hash], inode)
        {
            entry.verdict = verdict;
            entry.dirty = true;
        }
    }
    for entry in near.iter().filter(|entry| entry.dirty) {
        entry::save(tx, entry)?;
    }
    Ok(())
}

/// Whether all that decides this log's state is among the logs that were loaded: logs of
/// these contents decide on duplicates, logs of this inode on renamed ones.
fn depends(entry: &Entry, key: &str, contents: [Option<&str>; 2], inode: i64) -> bool {
    let (seen, record) = (entry.seen.as_ref(), entry.record.as_ref());
    match (seen, record) {
        (Some(_), Some(record)) => {
            let content = record.content_hash.as_ref().map(ToString::to_string);
            entry.key() == key || (content.is_some() && contents.contains(&content.as_deref()))
        }
        (Some(seen), None) => seen.inode.cast_signed() == inode,
        (None, Some(record)) => entry.key() == key || record.inode.cast_signed() == inode,
        (None, None) => false,
    }
}

/// Looks at the log's file now, so that its state is that of this moment.
fn see(context: &Context, entry: &mut Entry) {
    let raw = entry.raw_or_path().to_owned();
    let Some(found) = scan::stat_log(&context.data_dir, context.lake.root(), context.links, &raw)
    else {
        entry.seen = None;
        return;
    };
    let mut seen = Seen::new(&found, scan::cell_of(&raw));
    let old = entry
        .seen
        .as_ref()
        .filter(|o| (o.size, o.mtime_ns, o.inode) == (seen.size, seen.mtime_ns, seen.inode));
    seen.footer = old.and_then(|o| o.footer);
    seen.moved_us = match (&entry.seen, old) {
        (Some(_), None) => Some(time::now()),
        (_, same) => same.and_then(|o| o.moved_us),
    };
    if seen.wants_footer() {
        seen.footer = footer::is_whole(&scan::real_path(&context.data_dir, &raw)).ok();
    }
    entry.seen = Some(seen);
    entry.set_raw(&raw);
}

/// Columns of `logs` that a record decides, in the order of [`bind_record`].
const RECORD_COLUMNS: [&str; 26] = [
    "harvested_at",
    "first_harvested",
    "error",
    "rec_size",
    "rec_mtime_ns",
    "rec_inode",
    "content_hash",
    "rules",
    "pipeline_version",
    "program",
    "seconds",
    "rows",
    "runs_ok",
    "runs_failed",
    "start_us",
    "stop_us",
    "verdict",
    "cells",
    "ledger",
    "attempt_at",
    "attempt_error",
    "attempt_lasting",
    "attempt_size",
    "attempt_mtime_ns",
    "attempt_rules",
    "flags",
];

/// Stores what a record says of the log `id`.
pub(super) fn store_log(tx: &Connection, id: i64, record: &Record) -> rusqlite::Result<()> {
    static UPDATE: LazyLock<String> = LazyLock::new(|| {
        let columns = (1..).zip(RECORD_COLUMNS);
        let columns: Vec<String> = columns
            .map(|(at, name)| format!("{name} = ?{at}"))
            .collect();
        let id = columns.len() + 1;
        format!("UPDATE logs SET {} WHERE id = ?{id}", columns.join(", "))
    });
    store_profile(tx, record)?;
    let mut statement = tx.prepare_cached(&UPDATE)?;
    bind_record(&mut statement, record, params![id])?;
    statement.raw_execute()?;
    Ok(())
}

/// Adds the log `key`, of which only the record is known. Returns its id.
pub(super) fn add_log(tx: &Connection, key: &str, record: &Record) -> rusqlite::Result<i64> {
    static INSERT: LazyLock<String> = LazyLock::new(|| {
        let own = ["key", "path", "state", "reason"];
        let columns: Vec<&str> = RECORD_COLUMNS.into_iter().chain(own).collect();
        let places: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
        let (columns, places) = (columns.join(", "), places.join(", "));
        format!("INSERT INTO logs ({columns}) VALUES ({places})")
    });
    store_profile(tx, record)?;
    let log = unknown(key, record);
    let own = params![key, log.path(), log.verdict.state.word(), log.reason()];
    let mut statement = tx.prepare_cached(&INSERT)?;
    bind_record(&mut statement, record, own)?;
    statement.raw_execute()?;
    Ok(tx.last_insert_rowid())
}

fn store_profile(tx: &Connection, record: &Record) -> rusqlite::Result<()> {
    let mut known = tx.prepare_cached("SELECT 1 FROM profiles WHERE rules = ?1")?;
    if !known.exists([&record.rules])? {
        tx.prepare_cached("INSERT INTO profiles (rules, profile) VALUES (?1, ?2)")?
            .execute(params![record.rules, json(record.profile.as_ref())?])?;
    }
    Ok(())
}

/// Binds the values of [`RECORD_COLUMNS`], and `more` after them.
fn bind_record(
    statement: &mut Statement<'_>,
    record: &Record,
    more: &[&dyn ToSql],
) -> rusqlite::Result<()> {
    let facts = Facts::of(record);
    let span = record.span();
    let attempt = facts.attempt.as_ref();
    let runs = record.run_to_result.values();
    let values = params![
        facts.harvested_at_us,
        record.first_harvested_at,
        facts.error,
        signed(facts.size),
        facts.mtime_ns,
        facts.inode.cast_signed(),
        record.source.content_hash,
        facts.rules,
        facts.pipeline_version,
        record.program,
        record.seconds,
        facts.rows.map(signed),
        facts.runs_ok,
        facts.runs_failed,
        span.map(|s| s.0),
        span.map(|s| s.1),
        record.verdict.word(),
        cells(record),
        json(&record.ledger)?,
        attempt.map(|a| micros(&a.at)),
        attempt.map(|a| a.error.as_str()),
        attempt.map(|a| a.permanent),
        attempt.map(|a| signed(a.size)),
        attempt.map(|a| a.mtime_ns),
        attempt.map(|a| a.rules.as_str()),
        runs.map(|r| r.quality.len() as i64).sum::<i64>(),
    ];
    for (place, value) in (1..).zip(values.iter().chain(more)) {
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

/// The cells of a log's runs: the one, or how many.
fn cells(record: &Record) -> Option<String> {
    let cells: BTreeSet<&str> = record
        .run_to_result
        .values()
        .filter_map(|r| r.cell_id.as_deref())
        .collect();
    match cells.len() {
        0 | 1 => cells.first().map(|c| (*c).to_owned()),
        n => Some(format!("{n} cells")),
    }
}

pub(super) fn store_runs(tx: &Connection, log: i64, record: &Record) -> rusqlite::Result<()> {
    remove_runs(tx, log)?;
    let mut statement = tx.prepare_cached(
        "INSERT INTO runs (log_id, run, cell_id, error, start_us, stop_us, runtime_s, distance_mm, rows, \
         samples, complete_rows, verdict, flags, file_name, spark_channel, spark, columns, channels, ledger, \
         cells_seen, lost_precision, not_evaluated, states) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, \
         ?21, ?22, ?23)",
    )?;
    for (run, result) in &record.run_to_result {
        // A failed run has neither, whatever readers of its record are given to open.
        let harvested = result.error.is_none();
        let stats = result.run_stats.as_ref().filter(|_| harvested);
        let columns = stats
            .map(|s| s.available_channels.as_slice())
            .unwrap_or_default();
        let spark = result.sparkline.as_ref();
        statement.execute(params![
            log,
            run_key(*run),
            result.cell_id,
            result.error,
            stats.map(|s| micros(&s.start_time)),
            stats.map(|s| micros(&s.stop_time)),
            stats.map(|s| s.total_runtime_seconds),
            match stats {
                Some(s) => json(&s.total_distance_mm)?,
                None => "{}".into(),
            },
            signed(result.rows),
            signed(result.samples),
            signed(result.complete_rows),
            result.verdict.word(),
            result.quality.len() as i64,
            result.file_name.as_ref().filter(|_| harvested),
            spark.map(|s| s.channel.as_str()),
            spark.map(spark_bytes).unwrap_or_default(),
            json(&columns)?,
            columns.len().saturating_sub(1) as i64,
            json(&result.ledger)?,
            json(&result.cells_seen)?,
            result.source_lost_precision,
            json(&result.not_evaluated)?,
            json(&states(result))?,
        ])?;
        store_parts(tx, tx.last_insert_rowid(), result)?;
    }
    Ok(())
}

/// Removes the runs of a log and what belongs to them, whether or not the database does so itself.
fn remove_runs(tx: &Connection, log: i64) -> rusqlite::Result<()> {
    let mut known = tx.prepare_cached("SELECT 1 FROM runs WHERE log_id = ?1")?;
    if !known.exists([log])? {
        return Ok(());
    }
    for parts in ["channels", "flags", "robots"] {
        let own = "SELECT id FROM runs WHERE log_id = ?1";
        let sql = format!("DELETE FROM {parts} WHERE run_id IN ({own})");
        tx.prepare_cached(&sql)?.execute([log])?;
    }
    tx.prepare_cached("DELETE FROM runs WHERE log_id = ?1")?
        .execute([log])
        .map(drop)
}

/// What each robot of a run did, as far as its record says so.
fn states(result: &RunResult) -> BTreeMap<&str, RobotState> {
    let robots = result.robots.iter();
    let states = robots.filter_map(|(robot, stats)| Some((robot.as_str(), stats.state?)));
    states.collect()
}

fn store_parts(tx: &Connection, run: i64, result: &RunResult) -> rusqlite::Result<()> {
    let mut robots = tx.prepare_cached(
        "INSERT INTO robots (run_id, robot, distance_mm, speed_peak, speed_max, force_peak, force_max, \
         force_mean, force_samples, state, forming_peak, forming_max, forming_median, forming_mean, \
         figures) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    for (robot, stats) in &result.robots {
        robots.execute(params![
            run,
            robot,
            stats.distance_mm,
            stats.speed_peak,
            stats.speed_max,
            stats.force_peak,
            stats.force_max,
            stats.force_mean,
            signed(stats.force_samples),
            stats.state.map(RobotState::word),
            stats.forming.force_peak_n,
            stats.forming.force_max_n,
            stats.forming.force_median_n,
            stats.forming.force_mean_n,
            json(stats)?,
        ])?;
    }
    tx.prepare_cached("INSERT INTO channels (run_id, statistics) VALUES (?1, ?2)")?
        .execute(params![run, statistics::encode(result)])?;
    let mut flag = tx.prepare_cached(
        "INSERT INTO flags (run_id, position, rule, severity, channel, start_time, stop_time, value, \
         threshold, message, unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for (position, f) in result.quality.iter().enumerate() {
        flag.execute(params![
            run,
            position as i64,
            f.rule,
            f.severity.word(),
            f.channel,
            f.start_time,
            f.stop_time,
            f.value,
            f.threshold,
            f.message,
            f.unit,
        ])?;
    }
    Ok(())
}

pub(super) fn store_outcome(tx: &Connection, outcome: &HarvestRow) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO harvests (key, at_us, seconds, outcome, message) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        outcome.key,
        outcome.at_us,
        outcome.seconds,
        outcome.outcome,
        outcome.message
    ])?;
    Ok(())
}

/// A run's id as the catalog stores it: sixteen bytes that sort as the number does.
pub(super) fn run_key(run: RunId) -> [u8; 16] {
    run.0.to_be_bytes()
}

fn spark_bytes(spark: &Sparkline) -> Vec<u8> {
    spark
        .values
        .iter()
        .flat_map(|v| v.unwrap_or(f64::NAN).to_le_bytes())
        .collect()
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}
