//! Searching: the rows nearby at once, the rest of very many by a worker.

use std::fmt;

use super::{
    Row, Shown, Table,
    arrange::{MANY, MANY_OVERLAID},
};
use crate::etl::{Result, base::CancelToken};

/// Rows between two looks at whether anybody still waits.
const CHUNK: usize = 1 << 14;

/// A text to be found in the rows of a list, from a place on and around its end.
#[derive(Clone)]
pub struct Sought<T> {
    rows: Shown<T>,
    text: String,
    from: usize,
    forward: bool,
    /// So many rows were searched before.
    near: usize,
}

/// Where it is, if anywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    of: Sought<T>,
    at: Option<usize>,
}

/// Whether a worker looks for what is searched for, from where, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Seeking {
    /// None does.
    #[default]
    Done,
    /// One is to be asked.
    Wanted(usize, bool),
    /// One is at it.
    Asked(usize, bool),
}

impl<T> PartialEq for Sought<T> {
    fn eq(&self, other: &Self) -> bool {
        let text = self.text == other.text && self.rows == other.rows;
        text && (self.from, self.forward) == (other.from, other.forward)
    }
}

impl<T> fmt::Debug for Sought<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        let (rows, way) = (self.rows.len(), if self.forward { "on" } else { "back" });
        write!(f, "{:?} in {rows} rows from {} {way}", self.text, self.from)
    }
}

impl<T: Row> Sought<T> {
    /// Positions in the order in which they are looked at.
    fn positions(&self) -> Box<dyn Iterator<Item = usize>> {
        let (from, len) = (self.from.min(self.rows.len()), self.rows.len());
        if self.forward {
            Box::new((from..len).chain(0..from))
        } else {
            Box::new((0..from).rev().chain((from..len).rev()))
        }
    }

    fn is_at(&self, position: usize) -> bool {
        let row = self.rows.now(position);
        row.is_some_and(|row| row.contains(&self.text))
    }

    /// Searches the rows that were not searched at once.
    ///
    /// # Errors
    /// [`crate::etl::Error::Cancelled`].
    pub fn find(&self, cancel: &CancelToken) -> Result<Found<T>> {
        let mut at = None;
        for (n, position) in self.positions().skip(self.near).enumerate() {
            if n % CHUNK == 0 {
                cancel.check()?;
            }
            if self.is_at(position) {
                at = Some(position);
                break;
            }
        }
        Ok(Found {
            of: self.clone(),
            at,
        })
    }
}

impl<T: Row> Table<T> {
    /// What is searched for, in lower case; empty: nothing.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Searches for `text` from position `from` on, around the end; false when it is not
    /// there. Of very many rows, a worker is to be asked whether it is: see
    /// [`Table::seeks`].
    pub fn set_search(&mut self, text: &str, from: usize) -> bool {
        self.search = crate::etl::text::searchable(text);
        self.seeking = Seeking::Done;
        self.cursor = from.min(self.len().saturating_sub(1));
        self.search.is_empty() || self.seek(from, true)
    }

    /// To the next hit, or the previous one, around the ends; as [`Table::set_search`].
    pub fn search_on(&mut self, forward: bool) -> bool {
        if self.search.is_empty() || self.is_empty() {
            return false;
        }
        self.seek(self.cursor + usize::from(forward), forward)
    }

    fn seek(&mut self, from: usize, forward: bool) -> bool {
        let sought = self.sought(from, forward);
        let mut near = sought.positions().take(sought.near);
        let hit = near.find(|position| sought.is_at(*position));
        self.seeking = match hit {
            None if self.len() > sought.near => Seeking::Wanted(from, forward),
            _ => Seeking::Done,
        };
        if let Some(hit) = hit {
            self.cursor = hit;
        }
        hit.is_some() || self.is_seeking()
    }

    fn sought(&self, from: usize, forward: bool) -> Sought<T> {
        let overlaid = self.shown.overlay().is_some();
        Sought {
            rows: self.shown(),
            text: self.search.clone(),
            from,
            forward,
            near: if overlaid { MANY_OVERLAID } else { MANY },
        }
    }

    /// What to ask a worker for, once.
    pub fn seeks(&mut self) -> Option<Sought<T>> {
        let Seeking::Wanted(from, forward) = self.seeking else {
            return None;
        };
        self.seeking = Seeking::Asked(from, forward);
        Some(self.sought(from, forward))
    }

    /// Whether it is not known yet where the next hit is.
    pub fn is_seeking(&self) -> bool {
        self.seeking != Seeking::Done
    }

    /// Nobody waits for the next hit any more.
    pub(super) fn stop_seeking(&mut self) {
        self.seeking = Seeking::Done;
    }

    /// Takes what a worker found; whether there is a hit, if that is still of interest. When
    /// the rows became others meanwhile, it is asked again.
    pub fn found(&mut self, found: Found<T>) -> Option<bool> {
        let Seeking::Asked(from, forward) = self.seeking else {
            return None;
        };
        if found.of != self.sought(from, forward) {
            self.seeking = Seeking::Wanted(from, forward);
            return None;
        }
        self.seeking = Seeking::Done;
        if let Some(at) = found.at {
            self.cursor = at;
        }
        Some(found.at.is_some())
    }
}
