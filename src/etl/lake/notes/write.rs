//! Writing notes: read, merge and replace, while no other process does.
//!
//! The lock is that of a log whose key would be the path of the file. No log has such a key
//! ([`crate::source::reserved::is_lake_file`]), so nothing that harvests waits for it.

use std::{
    fs::File,
    io::Write,
    time::{Duration, Instant},
};

use super::{Disposition, Note, Notes};
use crate::{
    Error, Result,
    base::CancelToken,
    lake::{
        Lake, LogLock,
        access::require_write,
        files::TempPath,
        presence::random_id,
        store::{If, Replaced, Version},
    },
    run_id::RunId,
    source::reserved::{NOTES, RECORD},
    text, time,
};

/// How long other writers of the same file are waited for; each takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// Characters that a note may have.
const LONGEST_TEXT: usize = 10_000;
/// Characters that an author or a part may have.
const LONGEST_NAME: usize = 200;

/// A note to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewNote {
    /// Who writes it.
    pub author: String,
    /// What it says of the run.
    pub disposition: Option<Disposition>,
    /// Makes the run the one that later runs are compared with.
    pub reference: Option<bool>,
    /// Which part was made.
    pub part: Option<String>,
    /// One or more lines.
    pub text: Option<String>,
}

impl NewNote {
    /// The note as it is written: harmless text without blanks around it.
    ///
    /// # Errors
    /// [`Error::Usage`] when it says nothing, has no author or is too long.
    pub fn checked(self) -> Result<Self> {
        let lines = |typed: String| text::visible_lines(typed.trim());
        let line = |typed: String| text::visible(typed.trim());
        let some = |typed: String| Some(typed).filter(|t| !t.is_empty());
        let note = Self {
            author: line(self.author),
            part: self.part.map(line).and_then(some),
            text: self.text.map(lines).and_then(some),
            ..self
        };
        let says_something = note.disposition.is_some()
            || note.reference.is_some()
            || note.part.is_some()
            || note.text.is_some();
        if !says_something {
            return Err(Error::Usage(
                "the note is empty: give it a text or a disposition".into(),
            ));
        }
        if note.author.is_empty() {
            return Err(Error::Usage("the note has no author".into()));
        }
        for (what, value, most) in [
            ("author", Some(&note.author), LONGEST_NAME),
            ("part", note.part.as_ref(), LONGEST_NAME),
            ("text", note.text.as_ref(), LONGEST_TEXT),
        ] {
            let length = value.map_or(0, |value| value.chars().count());
            if length > most {
                return Err(Error::Usage(format!(
                    "the note's {what} has {length} characters, and at most {most} are kept"
                )));
            }
        }
        Ok(note)
    }
}

/// A note that was written, and the lock under which it was: whoever sees the lock go, as an open
/// browser does, expects that the catalog knows the note.
#[derive(Debug)]
#[must_use = "the catalog has to take the note in before the lock goes"]
pub struct Added {
    /// All notes of the log.
    pub notes: Notes,
    _lock: LogLock,
}

/// Adds a note to a run of the log `key`, which the catalog does not know yet:
/// [`crate::catalog::Catalog::add_note`] does both.
///
/// # Errors
/// [`Error::Usage`] for a note that says nothing or is too long; [`Error::Fatal`] when the lake
/// cannot be written; [`Error::Log`] when the file is damaged or of a newer mdtui;
/// [`Error::Moving`] when the log has no results any more; [`Error::Busy`], [`Error::Io`],
/// [`Error::Cancelled`].
pub fn add(
    lake: &Lake,
    key: &str,
    run: RunId,
    note: NewNote,
    cancel: &CancelToken,
) -> Result<Added> {
    require_write(lake, "write a note")?;
    let note = note.checked()?;
    let id = random_id();
    let lock = lock(lake, key, cancel)?;
    // Under the lock: a rename moves the notes after it took the record away.
    if lake.results().version(key, RECORD)?.is_none() {
        return Err(Error::Moving(format!(
            "the results of {} are not there any more: they were renamed or removed just now",
            text::quoted(key, 200)
        )));
    }
    let notes = update(lake, key, |known| {
        let (at, id) = place_after(known.last(run), time::now(), &id);
        let new = Note {
            at,
            id,
            run_uuid: run,
            author: note.author.clone(),
            disposition: note.disposition,
            reference: note.reference,
            part: note.part.clone(),
            text: note.text.clone(),
        };
        known.merge(Notes { notes: vec![new] })
    })?;
    Ok(Added { notes, _lock: lock })
}

/// The time and id of a note that is to be the last of its run, at `now` or as soon after the last
/// one as needed. Behind a note of [`time::LAST`], which only a wrong clock gives, no later time
/// can be read back: there the id decides.
fn place_after(last: Option<&Note>, now: i64, random: &str) -> (i64, String) {
    let now = now.min(time::LAST);
    match last {
        None => (now, random.to_owned()),
        Some(last) if last.at < time::LAST => (now.max(last.at + 1), random.to_owned()),
        Some(last) => (time::LAST, id_after(&last.id, random)),
    }
}

/// An id that is greater than `last`, with the second half of the 32 random digits at its end. Its
/// first half counts up, so that many such notes do not make ids longer.
fn id_after(last: &str, random: &str) -> String {
    const HALF: usize = 16;
    let low = random.get(HALF..).unwrap_or(random);
    let counted = last.len().checked_sub(2 * HALF).and_then(|at| {
        let (head, tail) = last.split_at_checked(at)?;
        let count = u64::from_str_radix(tail.get(..HALF)?, 16).ok()?;
        Some(format!("{head}{:016x}{low}", count.checked_add(1)?))
    });
    match counted.filter(|id| id.as_str() > last) {
        Some(id) => id,
        None => format!("{last}{:016x}{low}", 0),
    }
}

/// Merges `notes` into those of the log `key`. Returns all of them.
///
/// # Errors
/// As [`add`], but for what a single note may be.
pub fn merge_into(lake: &Lake, key: &str, notes: &Notes, cancel: &CancelToken) -> Result<Notes> {
    let _lock = lock(lake, key, cancel)?;
    update(lake, key, |known| known.merge(notes.clone()))
}

/// Makes the notes of the log `from` those of `to`, too, and with `moves` of `to` alone. Notes that
/// cannot be read are carried as they are where `to` has none, and else stay.
///
/// # Errors
/// [`Error::Busy`], [`Error::Io`], [`Error::Cancelled`].
pub fn carry(lake: &Lake, from: &str, to: &str, moves: bool, cancel: &CancelToken) -> Result<()> {
    let results = lake.results();
    if from == to || results.version(from, NOTES)?.is_none() {
        return Ok(());
    }
    let _lock = lock(lake, from, cancel)?;
    let carried = match Notes::read(lake, from) {
        Ok(notes) => merge_into(lake, to, &notes, cancel).map(drop),
        Err(Error::Log(_))
            if results.version(to, NOTES)?.is_none()
                // A folder, pipe or device holds no notes, and cannot be copied.
                && matches!(results.size(from, NOTES), Ok(Some(_))) =>
        {
            results.copy(from, to, NOTES)
        }
        // They were carried before the record moved.
        Err(Error::Log(_)) if is_copy(lake, from, to)? => Ok(()),
        Err(e) => Err(e),
    };
    match carried {
        Ok(()) if moves => {
            results.remove(from, NOTES)?;
            results.commit_removals(from)
        }
        Err(Error::Log(sentence)) => {
            tracing::warn!("the notes of {from} were not carried to {to}: {sentence}");
            Ok(())
        }
        carried => carried,
    }
}

/// Whether the notes of both logs are the same bytes.
fn is_copy(lake: &Lake, from: &str, to: &str) -> Result<bool> {
    let bytes = |key: &str| {
        let read = lake.results().read(key, NOTES).map_err(Error::of_document);
        match read {
            Err(Error::Log(_)) => Ok(None),
            read => Ok(read?.map(|(bytes, _)| bytes)),
        }
    };
    let (a, b) = (bytes(from)?, bytes(to)?);
    Ok(a.is_some() && a == b)
}

/// Deletes the notes of the log `key`; says how many there were. A file that cannot be read
/// counts as none, and goes too.
///
/// # Errors
/// [`Error::Busy`], [`Error::Io`], [`Error::Cancelled`].
pub fn remove(lake: &Lake, key: &str, cancel: &CancelToken) -> Result<usize> {
    let _lock = lock_with(lake, key, cancel, LogLock::acquire_to_free)?;
    let notes = match Notes::read(lake, key) {
        Err(Error::Log(_)) => 0,
        read => read?.len(),
    };
    lake.results().remove(key, NOTES)?;
    lake.results().commit_removals(key)?;
    Ok(notes)
}

fn lock(lake: &Lake, key: &str, cancel: &CancelToken) -> Result<LogLock> {
    lock_with(lake, key, cancel, LogLock::acquire)
}

fn lock_with(
    lake: &Lake,
    key: &str,
    cancel: &CancelToken,
    acquire: fn(&Lake, &str, &CancelToken) -> Result<Option<LogLock>>,
) -> Result<LogLock> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(lock) = acquire(lake, &format!("{key}/{NOTES}"), cancel)? {
            return Ok(lock);
        }
        if Instant::now() >= until {
            return Err(Error::Busy(format!(
                "another mdtui is writing the notes of {}; try again",
                text::quoted(key, 200)
            )));
        }
    }
}

/// Replaces the notes of the log `key` by what `change` makes of them, unless that is the same.
/// The lock must be held; writers of another machine that do not share it are noticed by the
/// version.
pub(super) fn update(lake: &Lake, key: &str, change: impl Fn(Notes) -> Notes) -> Result<Notes> {
    let results = lake.results();
    let origin = text::visible_path(&lake.location(key, NOTES));
    loop {
        let (known, version) = match results.read(key, NOTES).map_err(Error::of_document)? {
            Some((bytes, version)) => (Notes::parse(&bytes, &origin)?, Some(version)),
            None => (Notes::default(), None),
        };
        let notes = change(known.clone());
        if notes == known || replace(lake, key, &notes, version.as_ref())? == Replaced::Done {
            return Ok(notes);
        }
    }
}

fn replace(lake: &Lake, key: &str, notes: &Notes, version: Option<&Version>) -> Result<Replaced> {
    let temp = TempPath::new(lake)?;
    let io = |e| Error::io("write", temp.path(), e);
    let text = notes.to_text().map_err(|e| io(e.into()))?;
    let mut file = File::create_new(temp.path()).map_err(io)?;
    file.write_all(&text).map_err(io)?;
    file.sync_all()
        .map_err(|e| Error::io("sync", temp.path(), e))?;
    let results = lake.results();
    let replaced = results.replace(temp.path(), key, NOTES, If::Version(version))?;
    if replaced == Replaced::Done {
        results.settle(&[key])?;
    }
    Ok(replaced)
}
