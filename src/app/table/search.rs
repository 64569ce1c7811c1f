//! Searching: the rows nearby at once, the rest of very many by a worker.

use std::fmt;

use super::{
    Row, Shown, Table,
    sort::{MANY, MANY_OVERLAID},
};
use crate::etl::{Result, base::CancelToken};

/// Rows between two checks for cancellation.
const CHUNK: usize = 1 << 14;

/// A text to be found in the rows of a list, from a place on and around its end.
#[derive(Clone)]
pub struct SearchRequest<T> {
    rows: Shown<T>,
    text: String,
    from: usize,
    forward: bool,
    /// So many rows were searched before.
    near: usize,
}

/// Where it is, if anywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResult<T> {
    of: SearchRequest<T>,
    at: Option<usize>,
}

/// Whether a worker searches, from where, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Searching {
    /// None does.
    #[default]
    Done,
    /// One is to be asked.
    Needed(usize, bool),
    /// One is at it.
    Asked(usize, bool),
}

impl<T> PartialEq for SearchRequest<T> {
    fn eq(&self, other: &Self) -> bool {
        let text = self.text == other.text && self.rows == other.rows;
        text && (self.from, self.forward) == (other.from, other.forward)
    }
}

impl<T> fmt::Debug for SearchRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        let (rows, way) = (self.rows.len(), if self.forward { "on" } else { "back" });
        write!(f, "{:?} in {rows} rows from {} {way}", self.text, self.from)
    }
}

impl<T: Row> SearchRequest<T> {
    /// Positions in the order of the search.
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
        row.is_some_and(|row| row.contains(&self.text) || row.has_word(&self.text))
    }

    /// Searches the rows that were not searched at once.
    ///
    /// # Errors
    /// [`crate::etl::Error::Cancelled`].
    pub fn find(&self, cancel: &CancelToken) -> Result<SearchResult<T>> {
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
        Ok(SearchResult {
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
        self.searching = Searching::Done;
        self.cursor = from.min(self.len().saturating_sub(1));
        self.search.is_empty() || self.start_search(from, true)
    }

    /// To the next hit, or the previous one, around the ends; as [`Table::set_search`].
    pub fn search_on(&mut self, forward: bool) -> bool {
        if self.search.is_empty() || self.is_empty() {
            return false;
        }
        self.start_search(self.cursor + usize::from(forward), forward)
    }

    fn start_search(&mut self, from: usize, forward: bool) -> bool {
        let request = self.request(from, forward);
        let mut near = request.positions().take(request.near);
        let hit = near.find(|position| request.is_at(*position));
        self.searching = match hit {
            None if self.len() > request.near => Searching::Needed(from, forward),
            _ => Searching::Done,
        };
        if let Some(hit) = hit {
            self.cursor = hit;
        }
        hit.is_some() || self.is_searching()
    }

    fn request(&self, from: usize, forward: bool) -> SearchRequest<T> {
        let overlaid = self.shown.overlay().is_some();
        SearchRequest {
            rows: self.shown(),
            text: self.search.clone(),
            from,
            forward,
            near: if overlaid { MANY_OVERLAID } else { MANY },
        }
    }

    /// What to ask a worker for, once.
    pub fn take_search_request(&mut self) -> Option<SearchRequest<T>> {
        let Searching::Needed(from, forward) = self.searching else {
            return None;
        };
        self.searching = Searching::Asked(from, forward);
        Some(self.request(from, forward))
    }

    /// Whether it is not known yet where the next hit is.
    pub fn is_searching(&self) -> bool {
        self.searching != Searching::Done
    }

    /// Cancels the search for the next hit.
    pub(super) fn stop_search(&mut self) {
        self.searching = Searching::Done;
    }

    /// Applies what a worker found; returns whether there is a hit, unless the search was cancelled. When
    /// the rows became others meanwhile, it is asked again.
    pub fn apply_search_result(&mut self, found: SearchResult<T>) -> Option<bool> {
        let Searching::Asked(from, forward) = self.searching else {
            return None;
        };
        if found.of != self.request(from, forward) {
            self.searching = Searching::Needed(from, forward);
            return None;
        }
        self.searching = Searching::Done;
        if let Some(at) = found.at {
            self.cursor = at;
        }
        Some(found.at.is_some())
    }
}
