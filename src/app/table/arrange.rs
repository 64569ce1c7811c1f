//! Which rows a list shows, and in which order: found at once for lists of ordinary length,
//! by a worker for those that would keep a key waiting.

use std::{cmp::Ordering, fmt, sync::Arc};

use super::Row;
use crate::etl::{Result, filter::Filter, harvest::CancelToken};

/// Lists of more rows are filtered and sorted by a worker.
pub(super) const MANY: usize = 20_000;
/// Rows between two looks at whether anybody still waits.
const CHUNK: usize = 1 << 14;

/// What a list shows is to be made of.
#[derive(Clone)]
pub struct Wanted<T> {
    pub(super) rows: Arc<Vec<T>>,
    pub(super) filter: Filter,
    /// The column that the rows are sorted by, and whether in reverse.
    pub(super) sort: Option<(usize, bool)>,
}

/// What a list shows: indices of its rows in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Arranged<T> {
    pub(super) of: Wanted<T>,
    pub(super) shown: Vec<usize>,
}

impl<T: Row> Wanted<T> {
    /// The rows that pass, in order.
    ///
    /// # Errors
    /// [`crate::etl::Error::Cancelled`].
    pub fn arrange(&self, cancel: &CancelToken) -> Result<Arranged<T>> {
        let mut shown = Vec::new();
        for (at, chunk) in self.rows.chunks(CHUNK).enumerate() {
            cancel.check()?;
            let passing = chunk
                .iter()
                .enumerate()
                .filter(|(_, r)| self.filter.passes(*r));
            shown.extend(passing.map(|(i, _)| at * CHUNK + i));
        }
        if let Some((column, reverse)) = self.sort {
            let rows = &self.rows;
            shown.sort_by(|a, b| match (rows.get(*a), rows.get(*b)) {
                (Some(a), Some(b)) if reverse => b.compare(a, column),
                (Some(a), Some(b)) => a.compare(b, column),
                _ => Ordering::Equal,
            });
        }
        cancel.check()?;
        Ok(Arranged {
            of: self.clone(),
            shown,
        })
    }
}

impl<T> Wanted<T> {
    /// Whether it is quickly done.
    pub(super) fn is_quick(&self) -> bool {
        let as_they_are = self.sort.is_none() && self.filter.terms().is_empty();
        as_they_are || self.rows.len() <= MANY
    }
}

impl<T> PartialEq for Wanted<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
            && self.filter == other.filter
            && self.sort == other.sort
    }
}

impl<T> fmt::Debug for Wanted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        let (rows, filter) = (self.rows.len(), self.filter.text());
        write!(f, "{rows} rows by {filter:?}, {:?}", self.sort)
    }
}
