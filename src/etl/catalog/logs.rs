//! Logs, as lists and the panel beside them show them.

use std::{
    collections::HashMap,
    ffi::OsStr,
    io::ErrorKind,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, Row, params};

use super::{
    Catalog, HarvestRow, LogDetail, LogPath, LogRow, LogState, RuleCount,
    entry::{self, count, unsigned},
    reason::Reason,
};
use crate::{
    Result,
    lake::{
        Context,
        lock::{self, Owner},
        presence::is_own,
    },
    quality::Verdict,
    run_id::RunId,
    source::{FoundLog, scan},
    text,
};

/// A log that never succeeded was not harvested: its record's figures are no results. How many of its runs failed is
/// known where it was read.
const COLUMNS: &str = "key, path, state, reason, leave_alone, size, mtime_ns, rows, \
    CASE WHEN error IS NULL OR runs_failed > 0 THEN runs_ok END, \
    CASE WHEN error IS NULL OR runs_failed > 0 THEN runs_failed END, \
    start_us, stop_us, CASE WHEN error IS NULL THEN harvested_at END, \
    CASE WHEN error IS NULL OR runs_failed > 0 THEN verdict END, \
    CASE WHEN harvested_at IS NULL OR error IS NOT NULL THEN folder ELSE cells END, \
    CASE WHEN error IS NULL THEN flags END";

impl Catalog {
    /// All logs, sorted by key, as the last refresh (of any process) left them.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn logs(&self) -> Result<Vec<LogRow>> {
        self.list("?1 IS NULL", None)
    }

    /// As [`Self::logs`], those in one of these states.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn logs_in(&self, states: &[LogState]) -> Result<Vec<LogRow>> {
        let mut logs = if states.contains(&LogState::Harvesting) {
            // Of no log it is stored that it is being harvested.
            self.logs()?
        } else {
            let words: Vec<&str> = states.iter().map(|state| state.word()).collect();
            let words = serde_json::Value::from(words).to_string();
            self.list("state IN (SELECT value FROM json_each(?1))", Some(&words))?
        };
        logs.retain(|log| states.contains(&log.state));
        Ok(logs)
    }

    fn list(&self, condition: &str, key: Option<&str>) -> Result<Vec<LogRow>> {
        let mut rows: Vec<LogRow> = self.sql(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM logs WHERE {condition} ORDER BY key"
            ))?;
            // A list that grows is twice in memory.
            let many = if key.is_none() { count(db, "logs")? } else { 1 };
            let mut rows = Vec::with_capacity(many);
            let mut found = statement.query(params![key])?;
            let mut cell = None;
            while let Some(row) = found.next()? {
                rows.push(read_row(row, &mut cell)?);
            }
            Ok(rows)
        })?;
        if key.is_none() {
            self.sql(rusqlite::Connection::release_memory)?;
        }
        self.show_held(&mut rows)?;
        Ok(rows)
    }

    /// The first logs by key, at most `limit`: what a screen shows before all are listed.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn first_logs(&self, limit: usize) -> Result<Vec<LogRow>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows: Vec<LogRow> = self.sql(|db| {
            db.prepare_cached(&format!("SELECT {COLUMNS} FROM logs ORDER BY key LIMIT ?1"))?
                .query_map([limit], |row| read_row(row, &mut None))?
                .collect()
        })?;
        self.show_held(&mut rows)?;
        Ok(rows)
    }

    /// Who holds a lock is known only now: it is never stored.
    fn show_held(&self, rows: &mut [LogRow]) -> Result<()> {
        let Some(lake) = &self.lake else {
            return Ok(());
        };
        let held: HashMap<String, Option<Owner>> = lock::held(lake)?
            .into_iter()
            .map(|h| (h.key, h.owner))
            .collect();
        if held.is_empty() {
            return Ok(());
        }
        for row in rows {
            if let Some(owner) = held.get(&row.key) {
                row.state = LogState::Harvesting;
                let reason = match owner {
                    Some(owner) if is_own(&owner.id) => "it is being harvested here".to_owned(),
                    Some(owner) => format!("{} is harvesting it", owner.described()),
                    None => "an earlier version of mdtui is harvesting it".into(),
                };
                row.reason = reason.into();
                row.leave_alone = None;
            }
        }
        Ok(())
    }

    /// One log by its key.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn log(&self, key: &str) -> Result<Option<LogRow>> {
        Ok(self.list("key = ?1", Some(key))?.pop())
    }

    /// One log with its ledger, errors and history.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn log_detail(&self, key: &str) -> Result<Option<LogDetail>> {
        let Some(row) = self.log(key)? else {
            return Ok(None);
        };
        self.sql(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id, ledger, content_hash, program, seconds, error, attempt_error \
                 FROM logs WHERE key = ?1",
            )?;
            let mut rows = statement.query([key])?;
            let Some(r) = rows.next()? else {
                return Ok(None);
            };
            let own: [Option<String>; 2] = [r.get(5)?, r.get(6)?];
            let mut errors: Vec<String> = own.into_iter().flatten().collect();
            // The two are neighbours: the same error twice is told once.
            errors.dedup();
            errors.extend(run_errors(db, r.get(0)?)?);
            let ledger: Option<String> = r.get(1)?;
            Ok(Some(LogDetail {
                row,
                ledger: ledger.and_then(|l| serde_json::from_str(&l).ok()),
                errors,
                content_hash: r.get(2)?,
                program: r.get(3)?,
                seconds: r.get(4)?,
                quality: rule_counts(db, r.get(0)?)?,
                history: history_of(db, Some(key), 50)?,
            }))
        })
    }

    /// Past harvests of all logs, latest first.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn history(&self, limit: usize) -> Result<Vec<HarvestRow>> {
        self.sql(|db| history_of(db, None, limit))
    }

    /// A log by what an operator would call it: its key, its path below the data
    /// directory, or a path that leads to the file from the current directory.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn find_log(&self, context: &Context, name: &str) -> Result<Option<LogRow>> {
        for condition in ["key = ?1", "path = ?1"] {
            if let Some(row) = self.list(condition, Some(name))?.into_iter().next() {
                return Ok(Some(row));
            }
        }
        if let Some(raw) = below_data_dir(&context.data_dir, Path::new(name)) {
            let key: Option<String> = self.sql(|db| {
                let mut statement = db.prepare_cached("SELECT key FROM logs WHERE file = ?1")?;
                let mut rows = statement.query([raw])?;
                rows.next()?.map(|r| r.get(0)).transpose()
            })?;
            if let Some(key) = key {
                return self.log(&key);
            }
        }
        self.log_like(&context.data_dir, name)
    }

    /// The log whose key or path is `name` but for Unicode normalisation: keyboards compose
    /// letters and their accents, and some systems take them apart in file names.
    fn log_like(&self, data_dir: &Path, name: &str) -> Result<Option<LogRow>> {
        let key = self.keys_like(name)?;
        let path = || {
            let absolute = std::path::absolute(name).ok()?;
            let below = absolute.strip_prefix(std::path::absolute(data_dir).ok()?);
            Some(below.ok()?.to_str()?.to_owned())
        };
        let key = match (key, path()) {
            (keys, Some(path)) if keys.is_empty() => self.keys_like(&path)?,
            (keys, _) => keys,
        };
        match key.as_slice() {
            [key] => self.log(key),
            _ => Ok(None),
        }
    }

    /// The keys of the logs whose path is `name`, else whose key or path is so but for Unicode
    /// normalisation.
    pub(super) fn keys_like(&self, name: &str) -> Result<Vec<String>> {
        if name.is_ascii() {
            return Ok(Vec::new());
        }
        let (exact, name) = (name, text::composed(name));
        let mut by_exact_path = Vec::new();
        let mut by_key = Vec::new();
        let mut by_path = Vec::new();
        self.sql(|db| {
            let mut statement = db.prepare_cached("SELECT key, path FROM logs ORDER BY key")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (key, path) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
                if path == exact {
                    by_exact_path.push(key.to_owned());
                } else if text::is_same(key, &name) {
                    by_key.push(key.to_owned());
                } else if text::is_same(path, &name) {
                    by_path.push(key.to_owned());
                }
            }
            Ok(())
        })?;
        let lists = [by_exact_path, by_key, by_path];
        Ok(lists
            .into_iter()
            .find(|keys| !keys.is_empty())
            .unwrap_or_default())
    }

    /// Where the log `key` lies and how it was found; `None` for an unknown key or a
    /// log that is gone.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn source(&self, context: &Context, key: &str) -> Result<Option<FoundLog>> {
        let entry = self.sql(|db| entry::load(db, "key = ?1", [key]))?.pop();
        let Some(entry) = entry else { return Ok(None) };
        let (Some(seen), Some(raw)) = (&entry.seen, entry.raw()) else {
            return Ok(None);
        };
        let (path, seen) = (entry.path().to_owned(), seen.clone());
        Ok(Some(FoundLog {
            path,
            file: scan::real_path(&context.data_dir, raw),
            key: entry.key().to_owned(),
            format: seen.format,
            size: seen.size,
            mtime_ns: seen.mtime_ns,
            inode: seen.inode,
            folder: seen.folder.map(|folder| folder.to_string()),
            trouble: seen.trouble.map(Into::into),
        }))
    }

    /// Whether the log `key` is not in the data directory any more, by a look at it now; `None`
    /// for an unknown key.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`]; [`crate::Error::Io`] when that cannot be told.
    pub fn is_gone(&self, context: &Context, key: &str) -> Result<Option<bool>> {
        let Some(entry) = self.sql(|db| entry::load(db, "key = ?1", [key]))?.pop() else {
            return Ok(None);
        };
        // Also a log below a folder that cannot be read now.
        if entry.seen.is_some() {
            return Ok(Some(false));
        }
        let file = scan::real_path(&context.data_dir, entry.raw_or_path());
        let io = |path: &Path, e| crate::Error::io("look at", path, e);
        match file.symlink_metadata() {
            Ok(_) => Ok(Some(false)),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                // A data directory that went away tells nothing of its logs.
                let data = &context.data_dir;
                data.read_dir().map_err(|e| io(data, e))?;
                Ok(Some(true))
            }
            Err(e) => Err(io(&file, e)),
        }
    }

    /// The other logs whose files had this inode at the last look, by key.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn with_inode(&self, inode: u64, except_key: &str) -> Result<Vec<String>> {
        self.sql(|db| {
            db.prepare_cached(
                "SELECT key FROM logs WHERE inode = ?1 AND size IS NOT NULL AND key <> ?2 ORDER BY key",
            )?
            .query_map(rusqlite::params![inode.cast_signed(), except_key], |r| r.get(0))?
            .collect()
        })
    }

    /// Other harvested logs with this content: `(key, still in the data directory)`.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn with_content(
        &self,
        content_hash: &str,
        except_key: &str,
    ) -> Result<Vec<(String, bool)>> {
        self.sql(|db| {
            db.prepare_cached(
                "SELECT key, size IS NOT NULL FROM logs \
                 WHERE content_hash = ?1 AND key <> ?2 AND error IS NULL ORDER BY first_harvested, key",
            )?
            .query_map([content_hash, except_key], |r| Ok((r.get(0)?, r.get(1)?)))?
            .collect()
        })
    }
}

/// The raw path below the data directory of a file named from the current directory.
/// Its last part is not resolved: a link to a log is a log of its own.
fn below_data_dir(data_dir: &Path, name: &Path) -> Option<Vec<u8>> {
    let Some(Component::Normal(last)) = name.components().next_back() else {
        return None;
    };
    let parent = match name.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let real = || {
        let file: PathBuf = parent.canonicalize().ok()?.join(last);
        let below = file.strip_prefix(data_dir.canonicalize().ok()?).ok()?;
        Some(OsStr::as_bytes(below.as_os_str()).to_vec())
    };
    // Where links are followed, its real path may lie elsewhere.
    let as_named = || {
        let (file, dir) = (std::path::absolute(name), std::path::absolute(data_dir));
        let file = file.ok()?;
        let below = file.strip_prefix(dir.ok()?).ok()?;
        Some(OsStr::as_bytes(below.as_os_str()).to_vec())
    };
    real().or_else(as_named)
}

/// A row of [`COLUMNS`]; `cell` is that of the row before, which nearly always is the same.
fn read_row(r: &Row<'_>, cell: &mut Option<Arc<str>>) -> rusqlite::Result<LogRow> {
    let verdict = r.get_ref(13)?.as_str_or_null()?;
    let (key, path) = (r.get_ref(0)?.as_str()?, r.get_ref(1)?.as_str()?);
    let row = LogRow {
        key: key.to_owned(),
        path: LogPath::of(key, path),
        state: LogState::from_word(r.get_ref(2)?.as_str()?).unwrap_or(LogState::Pending),
        // Made of what follows.
        reason: Reason::NeverHarvested,
        leave_alone: r.get_ref(4)?.as_str_or_null()?.map(Into::into),
        size: r.get::<_, Option<i64>>(5)?.map(unsigned),
        mtime_us: r
            .get::<_, Option<i64>>(6)?
            .filter(|_| {
                r.get_ref(5)
                    .is_ok_and(|v| v != rusqlite::types::ValueRef::Null)
            })
            .map(|ns| ns.div_euclid(1000)),
        rows: r.get::<_, Option<i64>>(7)?.map(unsigned),
        runs_ok: r.get(8)?,
        runs_failed: r.get(9)?,
        start_us: r.get(10)?,
        stop_us: r.get(11)?,
        harvested_at_us: r.get(12)?,
        verdict: verdict.map(Verdict::from_word),
        cell_id: r
            .get_ref(14)?
            .as_str_or_null()?
            .map(|text| entry::shared(text, cell)),
        flags: r.get(15)?,
    };
    let reason = Reason::of(r.get_ref(3)?.as_str()?, row.harvest());
    Ok(LogRow { reason, ..row })
}

/// What the checks found in a log: the worst first, then what stands in most runs.
fn rule_counts(db: &Connection, log: i64) -> rusqlite::Result<Vec<RuleCount>> {
    db.prepare_cached(
        "SELECT f.rule, f.severity, count(*), count(DISTINCT f.run_id) FROM flags f \
         JOIN runs r ON r.id = f.run_id WHERE r.log_id = ?1 GROUP BY f.rule, f.severity \
         ORDER BY f.severity = 'fail' DESC, 4 DESC, 3 DESC, f.rule",
    )?
    .query_map([log], |r| {
        Ok(RuleCount {
            rule: r.get(0)?,
            severity: super::runs::severity(r.get_ref(1)?.as_str()?),
            flags: r.get(2)?,
            runs: r.get(3)?,
        })
    })?
    .collect()
}

fn run_errors(db: &Connection, log: i64) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached(
        "SELECT run, error FROM runs WHERE log_id = ?1 AND error IS NOT NULL ORDER BY run",
    )?
    .query_map([log], |r| {
        let run: RunId = super::runs::run_id(r, 0)?;
        Ok(format!("run {}: {}", run.short(), r.get::<_, String>(1)?))
    })?
    .collect()
}

fn history_of(
    db: &Connection,
    key: Option<&str>,
    limit: usize,
) -> rusqlite::Result<Vec<HarvestRow>> {
    let condition = if key.is_some() {
        "key = ?1"
    } else {
        "?1 IS NULL"
    };
    db.prepare_cached(&format!(
        "SELECT key, at_us, seconds, outcome, message FROM harvests WHERE {condition} \
         ORDER BY at_us DESC, id DESC LIMIT ?2"
    ))?
    .query_map(
        params![key, i64::try_from(limit).unwrap_or(i64::MAX)],
        |r| {
            Ok(HarvestRow {
                key: r.get(0)?,
                at_us: r.get(1)?,
                seconds: r.get(2)?,
                outcome: r.get(3)?,
                message: r.get(4)?,
            })
        },
    )?
    .collect()
}
