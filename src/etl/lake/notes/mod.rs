//! `notes.json`: what people say of a log's runs: accepted or rejected, and why.
//!
//! Notes are only ever added. The notes of two places are merged by union of their ids, so that
//! any number of writers, in any order and any number of times, come to the same set. Notes are
//! no results: harvesting, renaming and rebuilding keep them.
//!
//! * [`add`], [`merge_into`], [`carry`]: writing, under a lock of its own.

mod write;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, btree_map::Entry};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Lake;
use crate::{
    Error, Result,
    run_id::RunId,
    source::reserved::{NOTES, PRIVATE},
    text, time,
};

pub use write::{Added, NewNote, add, carry, merge_into, remove};

/// Version of the file's shape; raised with every key that is added.
pub const NOTES_VERSION: u32 = 1;

/// What a note says of its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Disposition {
    /// The part is good.
    Accept,
    /// An expert should look at it.
    Review,
    /// The part is bad.
    Reject,
    /// What earlier notes said of the run holds no longer.
    Clear,
}

impl Disposition {
    /// Those that a run can have.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Review, Self::Reject];

    /// The word for screens, filters and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Review => "review",
            Self::Reject => "reject",
            Self::Clear => "clear",
        }
    }

    /// The inverse of [`Disposition::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        let all = Self::ALL.into_iter().chain([Self::Clear]);
        all.into_iter().find(|d| d.word() == word)
    }
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// When, in microseconds since 1970 (UTC text in the file). Later than every note of the run
    /// that its writer knew, but at most [`time::LAST`]: then the id is greater than theirs.
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    pub at: i64,
    /// Random, and in no other note.
    pub id: String,
    /// The run.
    pub run_uuid: RunId,
    /// Who wrote it.
    pub author: String,
    /// What it says of the run; `None`: nothing.
    pub disposition: Option<Disposition>,
    /// `Some(true)`: the run is the one that later runs are compared with.
    pub reference: Option<bool>,
    /// Which part was made.
    pub part: Option<String>,
    /// What was written, lines divided by `\n`.
    pub text: Option<String>,
}

fn write_time<S: Serializer>(us: &i64, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&time::format(*us))
}

fn read_time<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    let written = <std::borrow::Cow<'de, str>>::deserialize(d)?;
    time::parse(written.as_bytes()).ok_or_else(|| {
        serde::de::Error::custom(format!("`{}` is not a time", text::quoted(&written, 60)))
    })
}

/// The notes of a log's runs, by time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    notes: Vec<Note>,
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotesFile {
    version: u32,
    notes: Vec<Note>,
}

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unusable {
    /// A clause whose subject is the file.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) remedy: &'static str,
}

/// What the notes of one run come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CurrentNote {
    /// That of the last note that has one; `None` when there is none or it was cleared.
    pub disposition: Option<Disposition>,
    /// The text of the last note that has one.
    pub text: Option<String>,
}

/// A recording whose notes wait: another log has taken its name, and it was not harvested under its
/// own since. Its log may have grown: what was harvested is its start then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// BLAKE3 of what was harvested, hexadecimal.
    pub content_hash: String,
    /// Its bytes.
    pub size: u64,
    /// That of the file.
    pub inode: u64,
}

impl Waiting {
    /// In the place of a log's key: where the notes wait. Lists of logs with notes pass it over.
    pub fn place(&self) -> String {
        let places = waiting_places();
        format!(
            "{places}/{}.{}.{}",
            self.content_hash, self.size, self.inode
        )
    }

    fn from_place(place: &str) -> Option<Self> {
        let (_, name) = place.rsplit_once('/')?;
        let mut parts = name.split('.');
        let waiting = Self {
            content_hash: parts.next()?.to_owned(),
            size: parts.next()?.parse().ok()?,
            inode: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(waiting)
    }

    /// All of a lake.
    pub fn all(lake: &Lake) -> Vec<Self> {
        let keys = lake.results().keys_with(NOTES, &waiting_places()).keys;
        keys.iter()
            .filter_map(|key| Self::from_place(key))
            .collect()
    }
}

fn waiting_places() -> String {
    format!("{PRIVATE}/notes")
}

impl Notes {
    /// The notes of the log `key`; none when it has no file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Log`] when the file is damaged or of a newer mdtui.
    pub fn read(lake: &Lake, key: &str) -> Result<Self> {
        let read = lake.results().read(key, NOTES);
        let read = read.map_err(Error::of_document)?;
        read.map_or_else(
            || Ok(Self::default()),
            |(bytes, _)| Self::parse(&bytes, &text::visible_path(&lake.location(key, NOTES))),
        )
    }

    /// Parses the file's text; `origin` names it in errors.
    ///
    /// # Errors
    /// [`Error::Log`] with the place, the trouble and the remedy.
    fn parse(bytes: &[u8], origin: &str) -> Result<Self> {
        Self::parse_text(bytes).map_err(|Unusable { what, remedy }| {
            Error::Log(format!("{origin} {what}, and is left as it is: {remedy}"))
        })
    }

    /// Parses the file's text.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub(crate) fn parse_text(bytes: &[u8]) -> Result<Self, Unusable> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let damaged = |e: serde_json::Error| Unusable {
            what: format!(
                "does not hold notes as mdtui writes them ({})",
                text::quoted(&e.to_string(), 200)
            ),
            remedy: "put it back from a backup, or move it away to begin without notes",
        };
        let Versioned { version } = serde_json::from_slice(bytes).map_err(damaged)?;
        if version != NOTES_VERSION {
            return Err(Unusable {
                what: format!(
                    "holds notes of version {version}, and this mdtui knows version {NOTES_VERSION}"
                ),
                remedy: "use the mdtui that wrote it",
            });
        }
        let file: NotesFile = serde_json::from_slice(bytes).map_err(damaged)?;
        Ok(Self::of(file.notes))
    }

    /// The union of both, by id. The order of the two does not matter, nor what was merged before.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let mut notes = self.notes;
        notes.extend(other.notes);
        Self::of(notes)
    }

    fn of(notes: Vec<Note>) -> Self {
        let mut by_id: BTreeMap<String, Note> = BTreeMap::new();
        for note in notes {
            match by_id.entry(note.id.clone()) {
                Entry::Vacant(place) => {
                    place.insert(note);
                }
                // Ids are random: only an edited file has one twice. The same one of both is
                // kept everywhere.
                Entry::Occupied(mut place) => {
                    if *place.get() < note {
                        place.insert(note);
                    }
                }
            }
        }
        let mut notes: Vec<Note> = by_id.into_values().collect();
        notes.sort();
        Self { notes }
    }

    /// As the text of the file.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn to_text(&self) -> serde_json::Result<Vec<u8>> {
        let file = NotesFile {
            version: NOTES_VERSION,
            notes: self.notes.clone(),
        };
        let mut text = serde_json::to_vec_pretty(&file)?;
        text.push(b'\n');
        Ok(text)
    }

    /// What tells two sets of notes apart; `None` of no notes.
    pub fn digest(&self) -> Option<String> {
        let text = self.to_text().ok().filter(|_| !self.is_empty())?;
        Some(blake3::hash(&text).to_hex()[..32].to_owned())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.notes.len()
    }

    /// All notes by time, as harmless text: another program may have written them.
    pub fn shown(&self) -> impl Iterator<Item = Note> {
        self.notes.iter().cloned().map(Note::harmless)
    }

    /// Those of one run by time, as harmless text.
    pub fn of_run(&self, run: RunId) -> Vec<Note> {
        let own = self.notes.iter().filter(|note| note.run_uuid == run);
        own.cloned().map(Note::harmless).collect()
    }

    /// What the notes of each run come to.
    pub fn current(&self) -> BTreeMap<RunId, CurrentNote> {
        let mut current: BTreeMap<RunId, CurrentNote> = BTreeMap::new();
        for note in self.shown() {
            current.entry(note.run_uuid).or_default().follow(note);
        }
        current
    }

    /// The last note of a run: that with the greatest (`at`, `id`).
    fn last(&self, run: RunId) -> Option<&Note> {
        self.notes.iter().rfind(|note| note.run_uuid == run)
    }
}

impl CurrentNote {
    /// What these notes of one run come to; they are in order of time.
    pub fn of(notes: &[Note]) -> Self {
        let mut current = Self::default();
        for note in notes {
            current.follow(note.clone());
        }
        current
    }

    fn follow(&mut self, note: Note) {
        if let Some(disposition) = note.disposition {
            self.disposition = Some(disposition).filter(|d| *d != Disposition::Clear);
        }
        self.text = note.text.or(self.text.take());
    }
}

impl Note {
    fn harmless(self) -> Self {
        Self {
            id: text::visible(&self.id),
            author: text::visible(&self.author),
            part: self.part.map(|part| text::visible(&part)),
            text: self.text.map(|text| text::visible_lines(&text)),
            ..self
        }
    }
}
