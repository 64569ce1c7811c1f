//! What harvests tell the catalog: any number of them in one transaction.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{
    Catalog, HarvestRow,
    assess::ProfileRules,
    entry::{self, Entry},
    follow::{Lying, lying},
    notes, store,
};
use crate::{Result, lake::Context};

/// What the catalog is to be told of a harvest. The lake has it already: an update that is lost
/// (the process is killed) is found by the next look at the data directory, but for the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// The log has a new record, which is read from the lake.
    Record {
        /// The log's key.
        key: String,
        /// A line for the history, if the record is that of a harvest.
        outcome: Option<HarvestRow>,
    },
    /// A line for the history alone.
    Attempt(HarvestRow),
    /// The notes of a log changed.
    Notes {
        /// The log's key.
        key: String,
    },
    /// The results of a log were taken over by another key.
    Forget {
        /// The log's key.
        key: String,
    },
}

impl Catalog {
    /// Takes `updates` in, in their order and in one transaction: all of them or none.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn apply(&mut self, context: &Context, updates: &[Update]) -> Result<()> {
        if updates.is_empty() {
            return Ok(());
        }
        // Read before other processes are kept from writing. What is written meanwhile has another
        // version and is taken in by the next look.
        let read: Vec<Option<Lying>> = updates
            .iter()
            .map(|update| match update {
                Update::Record { key, .. } => Some(lying(context, key)),
                _ => None,
            })
            .collect();
        self.write(|tx| {
            let mut stored = Vec::new();
            for (update, lying) in updates.iter().zip(&read) {
                match update {
                    Update::Record { key, outcome } => {
                        if let Some(lying) = lying {
                            stored.extend(store_lying(tx, key, lying)?);
                        }
                        if let Some(outcome) = outcome {
                            store::store_outcome(tx, outcome)?;
                        }
                    }
                    Update::Attempt(outcome) => store::store_outcome(tx, outcome)?,
                    Update::Notes { key } => {
                        if let Some(Entry { id: Some(id), .. }) =
                            entry::load(tx, "key = ?1", [key])?.pop()
                        {
                            notes::store(tx, id, &notes::read_or_none(&context.lake, key).0)?;
                        }
                    }
                    Update::Forget { key } => store::forget(tx, key)?,
                }
            }
            if stored.is_empty() {
                return Ok(());
            }
            let rules = ProfileRules::load(tx, context)?;
            for (key, old_content) in &stored {
                store::reassess(tx, context, &rules, key, old_content.as_deref())?;
            }
            Ok(())
        })
    }
}

/// Stores what lies in the lake under `key`. Returns the key and the hash of the content that the
/// log had before; `None` when nothing was stored.
fn store_lying<'a>(
    tx: &Connection,
    key: &'a str,
    lying: &Lying,
) -> rusqlite::Result<Option<(&'a str, Option<String>)>> {
    match lying {
        Lying::Record(found) => {
            let version = Some(found.version.as_str());
            store::replace_record(tx, key, &found.record, &found.notes, version)
                .map(|old_content| Some((key, old_content)))
        }
        // Removed since: the next look misses it.
        Lying::Gone => Ok(None),
        Lying::Problem(problem) => {
            tracing::warn!("{problem}");
            Ok(None)
        }
    }
}
