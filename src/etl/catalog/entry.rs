//! A row of `logs` as the catalog itself sees it: what the last look saw, and what the
//! record says.

use std::{borrow::Cow, sync::Arc};

use rusqlite::{Connection, Row, params};

use super::{
    packed::{ContentHash, RecordTime},
    reason::{Harvest, Reason},
    rows::LogState,
};
use crate::{
    lake::{Record, record::Attempt},
    source::{
        Format,
        scan::{Found, cell_of},
    },
    time,
};

/// What is known of one log. A look has one for each log of the data directory, so that what is
/// nearly always the same in all of them, or the same as something else, is not stored again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// `None` until it is stored.
    pub id: Option<i64>,
    /// Its path below the data directory as harmless text.
    path: Box<str>,
    key: Key,
    raw: RawPath,
    /// `None` when the log is gone.
    pub seen: Option<Seen>,
    /// `None` when it has no record. Apart: lists of logs that were never harvested are long.
    pub record: Option<Box<Facts>>,
    /// A hash of its notes; `None` when it has none.
    pub notes: Option<Box<str>>,
    pub verdict: Assessment,
    /// Whether it differs from what is stored.
    pub dirty: bool,
}

/// The key of a log.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    /// So many bytes from the start of [`Entry::path`].
    StartOfPath(usize),
    Other(Box<str>),
}

/// The real path of a log below the data directory.
#[derive(Debug, Clone, PartialEq)]
enum RawPath {
    /// Only the lake knows the log.
    Unknown,
    /// The bytes of [`Entry::path`].
    AsText,
    Bytes(Box<[u8]>),
}

impl Entry {
    /// A log of which nothing else is known. `path` is harmless text.
    pub(super) fn new(key: &str, path: &str, verdict: Assessment) -> Self {
        Self {
            id: None,
            path: path.into(),
            key: match path.starts_with(key) {
                true => Key::StartOfPath(key.len()),
                false => Key::Other(key.into()),
            },
            raw: RawPath::Unknown,
            seen: None,
            record: None,
            notes: None,
            verdict,
            dirty: true,
        }
    }

    /// The log's key.
    pub(super) fn key(&self) -> &str {
        match &self.key {
            Key::StartOfPath(length) => self.path.get(..*length).unwrap_or_default(),
            Key::Other(key) => key,
        }
    }

    /// Its path below the data directory as harmless text.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Its real path below the data directory; `None` when only the lake knows the log.
    pub(super) fn raw(&self) -> Option<&[u8]> {
        match &self.raw {
            RawPath::Unknown => None,
            RawPath::AsText => Some(self.path().as_bytes()),
            RawPath::Bytes(bytes) => Some(bytes),
        }
    }

    /// Its real path, or what is known of it.
    pub(super) fn raw_or_path(&self) -> &[u8] {
        self.raw().unwrap_or(self.path().as_bytes())
    }

    /// Why it is in its state, in one sentence.
    pub(super) fn reason(&self) -> Cow<'_, str> {
        let harvest = self.record.as_deref().map(Facts::harvest);
        self.verdict.reason.sentence(harvest)
    }

    /// See [`Entry::raw`].
    pub(super) fn set_raw(&mut self, raw: &[u8]) {
        self.raw = match raw == self.path().as_bytes() {
            true => RawPath::AsText,
            false => RawPath::Bytes(raw.into()),
        };
    }

    /// Takes the log, which cannot be looked at, to be as it was when it was harvested.
    pub(super) fn presume_unchanged(&mut self) {
        let path = self.path().as_bytes();
        let (Some(record), Some(format)) = (&self.record, Format::of_name(path)) else {
            return;
        };
        self.seen = Some(Seen {
            format,
            size: record.size,
            mtime_ns: record.mtime_ns,
            inode: record.inode,
            folder: cell_of(path).map(Into::into),
            trouble: None,
            footer: format.has_footer().then_some(true),
            moved_us: None,
        });
        self.dirty = true;
    }
}

/// State, reason, and why a harvest without names leaves it alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assessment {
    pub state: LogState,
    pub reason: Reason,
    pub leave_alone: Option<Box<str>>,
}

/// What the last look at the data directory saw.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub format: Format,
    pub size: u64,
    pub mtime_ns: i64,
    pub inode: u64,
    pub folder: Option<Arc<str>>,
    pub trouble: Option<Box<str>>,
    /// Whether a Parquet log ends in a whole footer; `None` when that is not known.
    pub footer: Option<bool>,
    /// When a look saw its size or modification time change.
    pub moved_us: Option<i64>,
}

impl Seen {
    pub(super) fn new(found: &Found, folder: Option<String>) -> Self {
        Self {
            format: found.format,
            size: found.size,
            mtime_ns: found.mtime_ns,
            inode: found.inode,
            folder: folder.map(Into::into),
            trouble: found.trouble.as_deref().map(Into::into),
            footer: None,
            moved_us: None,
        }
    }

    /// Whether a footer has to be looked at.
    pub(super) fn wants_footer(&self) -> bool {
        self.format.has_footer() && self.footer.is_none() && self.trouble.is_none()
    }
}

/// What decides the state of a log that has a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facts {
    pub harvested_at_us: i64,
    pub first_harvested: RecordTime,
    pub error: Option<Box<str>>,
    pub size: u64,
    pub mtime_ns: i64,
    pub inode: u64,
    pub content_hash: Option<ContentHash>,
    pub rules: Arc<str>,
    pub pipeline_version: u32,
    pub rows: Option<u64>,
    pub runs_ok: u32,
    pub runs_failed: u32,
    /// Few have one.
    pub attempt: Option<Box<Attempt>>,
}

impl Facts {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            harvested_at_us: micros(&record.harvested_at),
            first_harvested: record.first_harvested_at.as_str().into(),
            error: record.error.as_deref().map(Into::into),
            size: record.source.size,
            mtime_ns: record.source.mtime_ns,
            inode: record.source.inode,
            content_hash: record.source.content_hash.as_deref().map(Into::into),
            rules: record.rules.as_str().into(),
            pipeline_version: record.pipeline_version,
            rows: record.source.rows,
            runs_ok: record.file_stats.run_success_count,
            runs_failed: record.file_stats.run_error_count,
            attempt: record.last_attempt.clone().map(Box::new),
        }
    }
}

impl Facts {
    fn harvest(&self) -> Harvest {
        Harvest {
            at_us: self.harvested_at_us,
            rows: self.rows,
            runs: self.runs_ok + self.runs_failed,
        }
    }
}

/// A time of a record in microseconds; the start of 1970 when it is none.
pub(super) fn micros(text: &str) -> i64 {
    time::parse(text.as_bytes()).unwrap_or(0)
}

/// SQLite's integers are signed: counts and sizes never come near the limit.
pub(super) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The inverse of [`signed`].
pub(super) fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

const COLUMNS: &str = "id, key, path, state, reason, leave_alone, file, format, size, mtime_ns, \
    inode, folder, trouble, footer, moved_us, harvested_at, first_harvested, error, rec_size, \
    rec_mtime_ns, rec_inode, content_hash, rules, pipeline_version, rows, runs_ok, runs_failed, \
    attempt_at, attempt_error, attempt_lasting, attempt_size, attempt_mtime_ns, attempt_rules, notes";

/// Entries that meet `condition` (SQL after `WHERE`), in no order.
pub(super) fn load(
    db: &Connection,
    condition: &str,
    params: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    each(db, condition, params, |entry| entries.push(entry))?;
    Ok(entries)
}

/// All entries, in no order. Many are counted first: a list that grows is twice in memory.
pub(super) fn load_all(db: &Connection) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(count(db, "logs")?);
    each(db, "1", [], |entry| entries.push(entry))?;
    Ok(entries)
}

/// Rows of a table.
pub(super) fn count(db: &Connection, table: &str) -> rusqlite::Result<usize> {
    let sql = format!("SELECT count(*) FROM {table}");
    let count: i64 = db.prepare_cached(&sql)?.query_row([], |r| r.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Passes each of the entries that meet `condition` on.
pub(super) fn each(
    db: &Connection,
    condition: &str,
    params: impl rusqlite::Params,
    mut take: impl FnMut(Entry),
) -> rusqlite::Result<()> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM logs WHERE {condition}"))?;
    let mut rows = statement.query(params)?;
    let mut before = Before::default();
    while let Some(row) = rows.next()? {
        take(read(row, &mut before)?);
    }
    Ok(())
}

/// Texts of the row before: nearly every row has the same.
#[derive(Default)]
struct Before {
    folder: Option<Arc<str>>,
    rules: Option<Arc<str>>,
}

/// `text`, which is stored once where `before` is the same.
pub(super) fn shared(text: &str, before: &mut Option<Arc<str>>) -> Arc<str> {
    match before {
        Some(before) if **before == *text => before.clone(),
        _ => before.insert(text.into()).clone(),
    }
}

fn read(r: &Row<'_>, before: &mut Before) -> rusqlite::Result<Entry> {
    let seen = match r.get::<_, Option<i64>>(8)? {
        None => None,
        Some(size) => Some(Seen {
            format: r
                .get_ref(7)?
                .as_str_or_null()?
                .and_then(Format::from_word)
                .unwrap_or(Format::Parquet),
            size: unsigned(size),
            mtime_ns: r.get(9)?,
            // Inodes use all 64 bits on some file systems: the bits are kept.
            inode: r.get::<_, i64>(10)?.cast_unsigned(),
            folder: r
                .get_ref(11)?
                .as_str_or_null()?
                .map(|folder| shared(folder, &mut before.folder)),
            trouble: text(r, 12)?,
            footer: r.get(13)?,
            moved_us: r.get(14)?,
        }),
    };
    let record = read_facts(r, &mut before.rules)?;
    let verdict = Assessment {
        state: LogState::from_word(r.get_ref(3)?.as_str()?).unwrap_or(LogState::Pending),
        reason: Reason::of(
            r.get_ref(4)?.as_str()?,
            record.as_deref().map(Facts::harvest),
        ),
        leave_alone: text(r, 5)?,
    };
    let (key, path) = (r.get_ref(1)?.as_str()?, r.get_ref(2)?.as_str()?);
    let mut entry = Entry {
        id: r.get(0)?,
        seen,
        record,
        notes: text(r, 33)?,
        dirty: false,
        ..Entry::new(key, path, verdict)
    };
    if let Some(raw) = r.get_ref(6)?.as_blob_or_null()? {
        entry.set_raw(raw);
    }
    Ok(entry)
}

fn text(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Box<str>>> {
    Ok(r.get_ref(column)?.as_str_or_null()?.map(Into::into))
}

fn read_facts(r: &Row<'_>, rules: &mut Option<Arc<str>>) -> rusqlite::Result<Option<Box<Facts>>> {
    let Some(harvested_at_us) = r.get(15)? else {
        return Ok(None);
    };
    let attempt = match r.get::<_, Option<i64>>(27)? {
        None => None,
        Some(at) => Some(Box::new(Attempt {
            at: time::format(at),
            error: r.get(28)?,
            permanent: r.get(29)?,
            size: unsigned(r.get(30)?),
            mtime_ns: r.get(31)?,
            rules: r.get(32)?,
        })),
    };
    Ok(Some(Box::new(Facts {
        harvested_at_us,
        first_harvested: r.get_ref(16)?.as_str()?.into(),
        error: text(r, 17)?,
        size: unsigned(r.get(18)?),
        mtime_ns: r.get(19)?,
        inode: r.get::<_, i64>(20)?.cast_unsigned(),
        content_hash: r.get_ref(21)?.as_str_or_null()?.map(Into::into),
        rules: shared(r.get_ref(22)?.as_str()?, rules),
        pipeline_version: r.get(23)?,
        rows: r.get::<_, Option<i64>>(24)?.map(unsigned),
        runs_ok: r.get(25)?,
        runs_failed: r.get(26)?,
        attempt,
    })))
}

/// Writes what a look decides: everything but the columns of record and notes.
pub(super) fn save(db: &Connection, entry: &Entry) -> rusqlite::Result<i64> {
    let seen = entry.seen.as_ref();
    let mut statement = db.prepare_cached(
        "INSERT INTO logs (id, key, path, state, reason, leave_alone, file, format, size, mtime_ns, \
         inode, folder, trouble, footer, moved_us) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
         ON CONFLICT (key) DO UPDATE SET path = ?3, state = ?4, reason = ?5, leave_alone = ?6, \
         file = ?7, format = ?8, size = ?9, mtime_ns = ?10, inode = ?11, folder = ?12, trouble = ?13, \
         footer = ?14, moved_us = ?15 RETURNING id",
    )?;
    statement.query_row(
        params![
            entry.id,
            entry.key(),
            entry.path(),
            entry.verdict.state.word(),
            entry.reason(),
            entry.verdict.leave_alone,
            entry.raw(),
            seen.map(|s| s.format.word()),
            seen.map(|s| signed(s.size)),
            seen.map(|s| s.mtime_ns),
            seen.map(|s| s.inode.cast_signed()),
            seen.and_then(|s| s.folder.as_deref()),
            seen.and_then(|s| s.trouble.as_deref()),
            seen.and_then(|s| s.footer),
            seen.and_then(|s| s.moved_us),
        ],
        |r| r.get(0),
    )
}
