//! Writes a note on runs, one after the other, on a worker's thread.

use std::collections::BTreeSet;

use super::NotedRuns;
use crate::{
    app::query::{Query, QueryContext},
    etl::{Error, Result, lake::notes::NewNote, run_id::RunId, text},
};

/// Writes the note on each of the runs.
#[derive(Debug, PartialEq)]
pub struct WriteNotes {
    /// The runs.
    pub runs: NotedRuns,
    /// The note.
    pub note: NewNote,
}

/// The result of [`WriteNotes`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotesWritten {
    /// How many runs have the note now.
    pub written: usize,
    /// The keys of their logs, each once.
    pub logs: Vec<String>,
    /// The runs that do not have it, with the keys of their logs.
    pub left: Vec<(String, RunId)>,
    /// Why the first of these does not.
    pub error: Option<String>,
}

impl Query for WriteNotes {
    type Answer = NotesWritten;

    // What was saved is written though the browser ends.
    const OUTLIVES_VIEW: bool = true;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let mut done = NotesWritten::default();
        let mut logs = BTreeSet::new();
        let mut runs = self.runs.runs().into_iter();
        for (key, run) in runs.by_ref() {
            let (lake, cancel, note) = (on.lake, on.cancel, self.note.clone());
            let added = on
                .catalog()
                .and_then(|catalog| catalog.add_note(lake, &key, run, note, cancel));
            let Err(error) = added else {
                done.written += 1;
                logs.insert(key);
                continue;
            };
            let sentence = format!(
                "the note on run {} of {} was not written: {error}",
                run.short(),
                text::quoted(&key, 100)
            );
            done.error.get_or_insert(sentence);
            done.left.push((key, run));
            // What is wrong with one log's notes is no reason to leave out those of others.
            if !matches!(error, Error::Log(_) | Error::Moving(_)) {
                break;
            }
        }
        done.left.extend(runs);
        done.logs = logs.into_iter().collect();
        Ok(done)
    }
}
