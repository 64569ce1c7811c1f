//! Taking in records that others wrote: other processes, tasks on other machines, harvests of a
//! lake that cannot be written, everything when a catalog is recreated.
//!
//! A record is read when its version, or that of the notes beside it, is not the one that was taken
//! in last; notes that cannot be used are read, and reported, each time. Records are read in
//! parallel while others are stored; the states of their logs are brought up to date by the look
//! at the data directory that follows.

use std::{
    sync::mpsc::sync_channel,
    time::{Duration, Instant},
};

use rayon::prelude::*;
use rusqlite::{Connection, params};

use super::{
    Catalog,
    entry::{self, Entry, Facts},
    notes, store,
};
use crate::{
    Result,
    base::CancelToken,
    lake::{
        Context, Notes, Record, Store,
        store::{Records, StoredRecord, Version},
    },
    source::reserved::{NOTES, RECORD},
    text::visible_path,
};

/// Records that are read together, in parallel. While these are stored, as many are being read.
const TOGETHER: usize = 64;
/// A transaction stores records for about so long: pages that many records change are written once,
/// and no other process waits for much longer.
const TRANSACTION: Duration = Duration::from_secs(1);

/// What was taken in.
#[derive(Debug, Default)]
pub(super) struct TakenIn {
    pub records: usize,
    /// Of these records.
    pub runs: usize,
    /// What cannot be used, one sentence each.
    pub problems: Vec<String>,
}

/// What lies in a folder of the lake.
pub(super) enum Lying {
    Record(Box<Found>),
    /// It went this very moment: the next look misses it.
    Gone,
    Problem(String),
}

/// A record and the notes beside it.
pub(super) struct Found {
    pub record: Record,
    pub notes: Notes,
    /// Why the notes cannot be used.
    pub problem: Option<String>,
    /// See [`version_of`] and [`unusable`].
    pub version: String,
}

impl Catalog {
    /// Takes in each record that is not as it was when it was last taken in. A catalog that stands
    /// in for that of a lake which cannot be written also forgets logs whose record is gone; the
    /// lake's own keeps them, for a record that is lost is a finding of `check`.
    pub(super) fn follow(&mut self, context: &Context, cancel: &CancelToken) -> Result<TakenIn> {
        let mut listed = Records::default();
        let known = rayon::in_place_scope(|scope| {
            scope.spawn(|_| listed = context.lake.results().records());
            self.sql(Followed::load)
        })?;
        cancel.check()?;
        let Records {
            records: mut changed,
            problems,
        } = listed;
        let mut gone = Vec::new();
        let mut known = known.iter().peekable();
        changed.retain(|stored| {
            let key = stored.key.as_str();
            gone.extend(std::iter::from_fn(|| {
                known.next_if(|(folder, _)| *folder < key)
            }));
            let before = known.next_if(|(folder, _)| *folder == key);
            before.is_none_or(|(_, version)| !is_joined(version, &stored.record, &stored.notes))
        });
        gone.extend(known);
        // Below a folder that cannot be read now they may all be there.
        let is_complete = problems.is_empty();
        let mut taken = self.take_in(context, &changed, cancel)?;
        taken.problems.splice(0..0, problems);
        if self.read_only.is_some() && is_complete {
            for (folder, _) in gone {
                let log = "SELECT log FROM followed WHERE folder = ?1";
                let log: String = self.sql(|db| db.query_row(log, [folder], |r| r.get(0)))?;
                self.forget(&log)?;
            }
        }
        Ok(taken)
    }

    /// Takes in these records of the lake, as they are there now. A record that is not what
    /// was written does not replace a good one.
    pub(super) fn take_in(
        &mut self,
        context: &Context,
        records: &[StoredRecord],
        cancel: &CancelToken,
    ) -> Result<TakenIn> {
        let mut taken = TakenIn::default();
        if records.is_empty() {
            return Ok(taken);
        }
        // What a power cut takes away is taken in again. Pages are copied from the WAL seldom. Rows are
        // stored after those that they belong to, and removed with what belongs to them, so that
        // looking for the others at each row would find nothing.
        let lasts = self.lake.is_some();
        self.sql(|db| {
            if lasts {
                db.pragma_update(None, "synchronous", "NORMAL")?;
            }
            db.pragma_update(None, "cache_size", -64_000)?;
            db.pragma_update(None, "wal_autocheckpoint", 16_384)?;
            db.pragma_update(None, "foreign_keys", false)
        })?;
        let done = self.store_all(context, records, cancel, &mut taken);
        if lasts && self.read_only.is_none() {
            self.sql(|db| db.pragma_update(None, "synchronous", "FULL"))?;
        }
        self.sql(|db| {
            db.pragma_update(None, "foreign_keys", true)?;
            db.pragma_update(None, "wal_autocheckpoint", 1_000)?;
            db.pragma_update(None, "cache_size", super::open::CACHE_SIZE)?;
            db.release_memory()
        })?;
        done.map(|()| taken)
    }

    /// Stores `records` while the next ones are read.
    fn store_all(
        &mut self,
        context: &Context,
        records: &[StoredRecord],
        cancel: &CancelToken,
        taken: &mut TakenIn,
    ) -> Result<()> {
        let (sender, read) = sync_channel::<Vec<Lying>>(1);
        // Owned by the scope: its reader ends when this gives up.
        std::thread::scope(move |scope| {
            scope.spawn(move || {
                for records in records.chunks(TOGETHER) {
                    let read = |stored: &StoredRecord| {
                        let notes = stored.notes.as_ref();
                        read_lying(context, &stored.key, notes, notes.is_some())
                    };
                    let lying = records.par_iter().map(read).collect();
                    if sender.send(lying).is_err() {
                        return;
                    }
                }
            });
            let mut chunks = records.chunks(TOGETHER).peekable();
            while chunks.peek().is_some() {
                self.write(|tx| {
                    let began = Instant::now();
                    while began.elapsed() < TRANSACTION && !cancel.is_cancelled() {
                        let Some(records) = chunks.next() else { break };
                        let all = read.recv().unwrap_or_default();
                        for (stored, lying) in records.iter().zip(&all) {
                            match lying {
                                Lying::Record(found) => {
                                    store_one(tx, context, &stored.key, found, taken)?;
                                }
                                Lying::Gone => {}
                                Lying::Problem(problem) => taken.problems.push(problem.clone()),
                            }
                        }
                        // Records have thousands of parts; this thread is the one that is waited for.
                        rayon::spawn(move || drop(all));
                    }
                    Ok(())
                })?;
                cancel.check()?;
            }
            Ok(())
        })
    }
}

/// The folders of records that were taken in, with their versions, in the order of the folders: a
/// hundred thousand of them are two pieces of memory.
#[derive(Default)]
struct Followed {
    /// Folder and version of each, one after the other.
    texts: String,
    /// Where a folder ends and where its version does.
    ends: Vec<(usize, usize)>,
}

impl Followed {
    fn load(db: &Connection) -> rusqlite::Result<Self> {
        let mut all = Self::default();
        let mut statement = db.prepare("SELECT folder, version FROM followed ORDER BY folder")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            all.texts.push_str(row.get_ref(0)?.as_str()?);
            let folder = all.texts.len();
            all.texts.push_str(row.get_ref(1)?.as_str()?);
            all.ends.push((folder, all.texts.len()));
        }
        Ok(all)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.ends.iter().filter_map(move |(folder, end)| {
            let texts = (
                self.texts.get(start..*folder)?,
                self.texts.get(*folder..*end)?,
            );
            start = *end;
            Some(texts)
        })
    }
}

/// The versions of a log's record and of its notes, as one text; `None`: it has no record.
///
/// # Errors
/// [`crate::Error::Io`].
pub(super) fn version_of(results: &dyn Store, key: &str) -> Result<Option<String>> {
    let Some(record) = results.version(key, RECORD)? else {
        return Ok(None);
    };
    Ok(Some(joined(&record, results.version(key, NOTES)?.as_ref())))
}

fn joined(record: &Version, notes: Option<&Version>) -> String {
    let both = [Some(record), notes];
    let both: Vec<&str> = both.into_iter().flatten().map(Version::as_str).collect();
    both.join(" ")
}

/// Whether `version` is that of the record and of its notes.
fn is_joined(version: &str, record: &Version, notes: &Option<Version>) -> bool {
    match (version.strip_prefix(record.as_str()), notes) {
        (Some(rest), None) => rest.is_empty(),
        (Some(rest), Some(notes)) => rest.strip_prefix(' ') == Some(notes.as_str()),
        (None, _) => false,
    }
}

/// Reads what lies in the lake under a log's key.
pub(super) fn lying(context: &Context, key: &str) -> Lying {
    // Before they are read: notes that come meanwhile are read again.
    let of_notes = context.lake.results().version(key, NOTES);
    let has_notes = !matches!(of_notes, Ok(None));
    read_lying(context, key, of_notes.ok().flatten().as_ref(), has_notes)
}

/// As [`lying`]; `of_notes` is the version that the notes had before, if they have one.
fn read_lying(context: &Context, key: &str, of_notes: Option<&Version>, has_notes: bool) -> Lying {
    match Record::read_in_place(&context.lake, key) {
        Ok(Some((record, version))) => {
            let (notes, unread) = match has_notes {
                false => (Notes::default(), None),
                true => notes::read_or_none(&context.lake, key),
            };
            let version = joined(&version, of_notes);
            Lying::Record(Box::new(Found {
                record,
                notes,
                version: match unread {
                    None => version,
                    Some(_) => unusable(&version),
                },
                problem: unread.map(|e| e.to_string()),
            }))
        }
        Ok(None) => Lying::Gone,
        Err(e) => Lying::Problem(e.to_string()),
    }
}

fn store_one(
    tx: &Connection,
    context: &Context,
    folder: &str,
    found: &Found,
    taken: &mut TakenIn,
) -> rusqlite::Result<()> {
    let (record, notes) = (&found.record, &found.notes);
    taken.problems.extend(found.problem.clone());
    let key = record.source_file.as_str();
    let known = entry::load(tx, "key = ?1", [key])?.pop();
    let facts = known.as_ref().and_then(|entry| entry.record.as_ref());
    if record.damaged && facts.is_some() {
        taken.problems.push(format!(
            "{} is not what was written, and what is known of the log stays: mdtui check says more",
            visible_path(&context.lake.record_location(folder))
        ));
        return Ok(());
    }
    if facts.is_some_and(|facts| **facts == Facts::of(record)) {
        if let Some(Entry {
            id: Some(id),
            notes: old,
            ..
        }) = &known
            && old.as_deref() != notes.digest().as_deref()
        {
            notes::store(tx, *id, notes)?;
        }
    } else {
        let had_notes = known.as_ref().is_some_and(|entry| entry.notes.is_some());
        let id = match known {
            Some(entry) => {
                let is_other = entry.record.is_none() && entry.path() != record.source.path;
                let id = match entry.id {
                    Some(id) if !is_other => id,
                    // The catalog gave the key to another log, which gets a new one at the next look.
                    id => {
                        let mut other = store::unknown(key, record);
                        other.id = id;
                        entry::save(tx, &other)?
                    }
                };
                store::store_log(tx, id, record)?;
                id
            }
            None => store::add_log(tx, key, record)?,
        };
        store::store_runs(tx, id, record)?;
        if had_notes || !notes.is_empty() {
            notes::store(tx, id, notes)?;
        }
        taken.records += 1;
        taken.runs += record.run_to_result.len();
    }
    remember(tx, folder, key, &found.version)
}

/// In the place of a version: what was read is no state to stay with, and is read again each time.
pub(super) fn unusable(version: &str) -> String {
    format!("{version} (notes cannot be used)")
}

/// Remembers which version of a record and its notes (see [`version_of`]) the catalog has.
pub(super) fn remember(
    tx: &Connection,
    folder: &str,
    key: &str,
    version: &str,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO followed VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE \
         SET log = excluded.log, version = excluded.version \
         WHERE (log, version) IS NOT (excluded.log, excluded.version)",
    )?
    .execute(params![folder, key, version])
    .map(drop)
}
