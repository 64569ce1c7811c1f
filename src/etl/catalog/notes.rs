//! Taking notes in, and a run's notes.

use rusqlite::{Connection, params};

use super::{
    Catalog,
    entry::{self, Entry},
    runs::run_id,
    store::run_key,
};
use crate::{
    Error, Result,
    base::CancelToken,
    lake::{
        Context, Disposition, Lake, Note, Notes,
        notes::{self, NewNote},
    },
    run_id::RunId,
};

impl Catalog {
    /// Adds a note to a run of the log `key` and takes it in. Returns all notes of the log.
    ///
    /// # Errors
    /// Those of [`notes::add`].
    pub fn add_note(
        &mut self,
        context: &Context,
        key: &str,
        run: RunId,
        note: NewNote,
        cancel: &CancelToken,
    ) -> Result<Notes> {
        let added = notes::add(&context.lake, key, run, note, cancel)?;
        // The note is written and must not be written twice: a catalog that is busy takes it in at
        // the next look.
        if let Err(error) = self.ingest_notes(context, key) {
            tracing::warn!("a note of {key} is not in the catalog yet: {error}");
        }
        Ok(added.notes)
    }

    /// Takes in the notes of the log `key` as they lie in the lake, unless they are those that are
    /// known. A log that the catalog does not know is passed over: its notes come with its record.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn ingest_notes(&mut self, context: &Context, key: &str) -> Result<()> {
        if self.knows_notes(context, key)? {
            return Ok(());
        }
        let read = || read_or_none(&context.lake, key).0;
        self.write(|tx| match entry::load(tx, "key = ?1", [key])?.pop() {
            // Read while no other process can take notes in: the last one stores the newest.
            Some(Entry { id: Some(id), .. }) => store(tx, id, &read()),
            _ => Ok(()),
        })
    }

    /// Whether the notes that are known of the log `key` are those in the lake, or the log is not
    /// known itself.
    pub(crate) fn knows_notes(&self, context: &Context, key: &str) -> Result<bool> {
        let known = self.sql(|db| entry::load(db, "key = ?1", [key]))?.pop();
        Ok(known.is_none_or(|log| {
            log.notes.as_deref() == read_or_none(&context.lake, key).0.digest().as_deref()
        }))
    }
}

/// The notes of the log `key`; none when they cannot be used, and why: a harvest does not fail for
/// that, and every refresh reports it.
pub(super) fn read_or_none(lake: &Lake, key: &str) -> (Notes, Option<Error>) {
    match Notes::read(lake, key) {
        Ok(notes) => (notes, None),
        Err(error) => {
            tracing::warn!("notes are left out: {error}");
            (Notes::default(), Some(error))
        }
    }
}

/// Replaces the notes of a log, and what they come to for each of its runs.
pub(super) fn store(tx: &Connection, log: i64, notes: &Notes) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM notes WHERE log_id = ?1")?
        .execute([log])?;
    tx.prepare_cached("UPDATE logs SET notes = ?2 WHERE id = ?1")?
        .execute(params![log, notes.digest()])?;
    tx.prepare_cached(
        "UPDATE runs SET disposition = NULL, note = NULL \
         WHERE log_id = ?1 AND (disposition IS NOT NULL OR note IS NOT NULL)",
    )?
    .execute([log])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO notes (log_id, note, run, at_us, author, disposition, reference, part, text) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for note in notes.shown() {
        insert.execute(params![
            log,
            note.id,
            run_key(note.run_uuid),
            note.at,
            note.author,
            note.disposition.map(Disposition::word),
            note.reference,
            note.part,
            note.text,
        ])?;
    }
    let mut update = tx.prepare_cached(
        "UPDATE runs SET disposition = ?3, note = ?4 WHERE log_id = ?1 AND run = ?2",
    )?;
    for (run, current) in notes.current() {
        let disposition = current.disposition.map(Disposition::word);
        update.execute(params![log, run_key(run), disposition, current.text])?;
    }
    Ok(())
}

/// The notes of a run by time.
pub(super) fn of_run(db: &Connection, log_key: &str, run: RunId) -> rusqlite::Result<Vec<Note>> {
    db.prepare_cached(
        "SELECT n.note, n.run, n.at_us, n.author, n.disposition, n.reference, n.part, n.text \
         FROM notes n JOIN logs l ON l.id = n.log_id WHERE l.key = ?1 AND n.run = ?2 \
         ORDER BY n.at_us, n.note",
    )?
    .query_map(params![log_key, run_key(run)], |r| {
        Ok(Note {
            id: r.get(0)?,
            run_uuid: run_id(r, 1)?,
            at: r.get(2)?,
            author: r.get(3)?,
            disposition: disposition(r.get_ref(4)?.as_str_or_null()?),
            reference: r.get(5)?,
            part: r.get(6)?,
            text: r.get(7)?,
        })
    })?
    .collect()
}

pub(super) fn disposition(word: Option<&str>) -> Option<Disposition> {
    word.and_then(Disposition::from_word)
}
