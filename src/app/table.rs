//! A list of any length: its order, filter, cursor, marks and search, whatever its rows.

mod arrange;
mod marks;
mod moves;

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

pub use arrange::{Arranged, Wanted};
pub use moves::moved;

use marks::Marks;

use super::{action::Action, discard::discard};
use crate::etl::{
    filter::{Filter, Filtered},
    harvest::CancelToken,
    mistake::Mistake,
};

/// What a list needs to know of its rows.
pub trait Row: Filtered + Send + Sync + Clone + 'static {
    /// Names the row; survives a refresh.
    fn key(&self) -> Cow<'_, str>;
    /// Whether the row has this key.
    fn is(&self, key: &str) -> bool {
        self.key() == key
    }
    /// Whether this is `other`, as it was or as it is now.
    fn same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
    /// How this row stands to another in a column.
    fn compare(&self, other: &Self, column: usize) -> Ordering;
}

/// Rows with their order, filter, cursor, marks and search.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Arc<Vec<T>>,
    /// Indices of the rows that are shown, in order.
    shown: Arc<Vec<usize>>,
    /// Position of the cursor among the rows that are shown.
    pub cursor: usize,
    /// Position of the first row on the screen.
    pub offset: usize,
    /// The column under the cursor.
    pub column: usize,
    /// The column that the rows are sorted by, and whether in reverse.
    pub sort: Option<(usize, bool)>,
    /// Where a range of marks began.
    pub anchor: Option<usize>,
    marks: Marks,
    filter: Filter,
    search: String,
    arranging: Arranging,
    /// Where the cursor goes once the rows are arranged, unless it stays with its row.
    landing: Option<usize>,
}

/// The rows that a list showed, in their order.
#[derive(Debug, Clone)]
pub struct Shown<T> {
    rows: Arc<Vec<T>>,
    shown: Arc<Vec<usize>>,
}

impl<T> Shown<T> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The row at a position of the list.
    pub fn get(&self, position: usize) -> Option<&T> {
        self.rows.get(*self.shown.get(position)?)
    }
}

/// Whether what is shown is what filter and order ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Arranging {
    /// It is.
    #[default]
    Done,
    /// A worker is to be asked.
    Wanted,
    /// A worker is at it.
    Asked,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Arc::default(),
            shown: Arc::default(),
            cursor: 0,
            offset: 0,
            column: 0,
            sort: None,
            anchor: None,
            marks: Marks::default(),
            filter: Filter::default(),
            search: String::new(),
            arranging: Arranging::Done,
            landing: None,
        }
    }
}

impl<T: Row> Table<T> {
    /// All rows, shown or not.
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// All rows, to bring them up to date in place. Follow with [`Table::arrange`] when
    /// order or filter may be touched.
    pub fn rows_mut(&mut self) -> &mut [T] {
        // Copies them while a worker holds them: then its answer is about other rows.
        Arc::<Vec<T>>::make_mut(&mut self.rows).as_mut_slice()
    }

    /// Number of rows that are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether no row is shown.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The row at a position of the list.
    pub fn get(&self, position: usize) -> Option<&T> {
        self.rows.get(*self.shown.get(position)?)
    }

    /// The rows that are shown, for a worker: what becomes of the list is nothing to them.
    pub fn shown(&self) -> Shown<T> {
        Shown {
            rows: self.rows.clone(),
            shown: self.shown.clone(),
        }
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&T> {
        self.get(self.cursor)
    }

    /// Other rows; cursor and marks stay with their keys.
    pub fn replace(&mut self, rows: Vec<T>) {
        let key = self.current().map(|row| row.key().into_owned());
        let old = std::mem::replace(&mut self.rows, Arc::new(rows));
        self.marks = self.marks.carry(&old, &self.rows);
        if let Ok(old) = Arc::try_unwrap(old) {
            discard(old);
        }
        self.arrange_now(key);
    }

    /// Filters and sorts anew; the cursor stays with its key. Very many rows are left to a
    /// worker: see [`Table::wants`].
    pub fn arrange(&mut self) {
        if self.wanted().is_quick() {
            let key = self.current().map(|row| row.key().into_owned());
            self.arrange_now(key);
        } else {
            self.arranging = Arranging::Wanted;
        }
    }

    fn arrange_now(&mut self, key: Option<String>) {
        // Nobody cancels it.
        if let Ok(arranged) = self.wanted().arrange(&CancelToken::new()) {
            self.show(arranged.shown, key);
        }
    }

    fn wanted(&self) -> Wanted<T> {
        Wanted {
            rows: self.rows.clone(),
            filter: self.filter.clone(),
            sort: self.sort,
        }
    }

    /// What to ask a worker for, once.
    pub fn wants(&mut self) -> Option<Wanted<T>> {
        if self.arranging != Arranging::Wanted {
            return None;
        }
        self.arranging = Arranging::Asked;
        Some(self.wanted())
    }

    /// Whether a worker is filtering or sorting; until it answers, the rows from before are
    /// shown.
    pub fn is_arranging(&self) -> bool {
        self.arranging != Arranging::Done
    }

    /// Takes what a worker found; if it is about other rows, another filter or another order
    /// than those of now, and nobody was asked for these yet, it is asked again.
    pub fn take(&mut self, arranged: Arranged<T>) {
        if self.arranging != Arranging::Asked {
            return;
        }
        if arranged.of != self.wanted() {
            self.arranging = Arranging::Wanted;
            return;
        }
        let key = self.current().map(|row| row.key().into_owned());
        self.show(arranged.shown, key);
    }

    /// Shows these rows; the cursor goes to its landing place, or stays with its key.
    fn show(&mut self, shown: Vec<usize>, key: Option<String>) {
        self.shown = Arc::new(shown);
        self.arranging = Arranging::Done;
        self.anchor = None;
        if let Some(at) = self.landing.take() {
            self.cursor = at;
        } else if let Some(key) = key
            && let Some(at) = (0..self.len()).find(|i| self.get(*i).is_some_and(|r| r.is(&key)))
        {
            self.cursor = at;
        }
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    /// Puts the cursor at a position, now and once the rows are arranged.
    pub fn put_cursor(&mut self, at: usize) {
        self.landing = self.is_arranging().then_some(at);
        self.cursor = at.min(self.len().saturating_sub(1));
    }

    /// What the rows are filtered by, as it was typed.
    pub fn filter(&self) -> &str {
        self.filter.text()
    }

    /// Filters by `text`; nothing shows all.
    ///
    /// # Errors
    /// One sentence on the term that makes no sense; the filter stays as it was.
    pub fn set_filter(&mut self, text: &str) -> Result<(), Mistake> {
        let filter = Filter::parse(text, T::FIELDS)?;
        if filter != self.filter {
            self.filter = filter;
            self.arrange();
        }
        Ok(())
    }

    /// What is searched for, in lower case; empty: nothing.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Searches for `text` from position `from` on, around the end; whether it is there.
    pub fn set_search(&mut self, text: &str, from: usize) -> bool {
        self.search = text.to_lowercase();
        if self.search.is_empty() {
            self.cursor = from.min(self.len().saturating_sub(1));
            return true;
        }
        let hit = self.hit((from..self.len()).chain(0..from.min(self.len())));
        self.cursor = hit.unwrap_or(from).min(self.len().saturating_sub(1));
        hit.is_some()
    }

    /// To the next hit, or the previous one, around the ends; whether there is one.
    pub fn search_on(&mut self, forward: bool) -> bool {
        let (at, len) = (self.cursor, self.len());
        let hit = if self.search.is_empty() || len == 0 {
            None
        } else if forward {
            self.hit((at + 1..len).chain(0..=at))
        } else {
            self.hit((0..at).rev().chain((at..len).rev()))
        };
        if let Some(hit) = hit {
            self.cursor = hit;
        }
        hit.is_some()
    }

    fn hit(&self, mut positions: impl Iterator<Item = usize>) -> Option<usize> {
        positions.find(|i| self.get(*i).is_some_and(|row| row.contains(&self.search)))
    }

    /// Whether a row is marked, or within the range that is being marked.
    pub fn is_marked(&self, position: usize) -> bool {
        let in_range = self.anchor.is_some_and(|anchor| {
            (anchor.min(self.cursor)..=anchor.max(self.cursor)).contains(&position)
        });
        in_range
            || self
                .shown
                .get(position)
                .is_some_and(|at| self.marks.has(*at))
    }

    /// Number of marked rows, shown or not.
    pub fn marked(&self) -> usize {
        self.marks.count()
    }

    /// The marked rows in the order of all rows; the one under the cursor when none is.
    pub fn chosen(&self) -> Vec<&T> {
        if self.marks.count() == 0 {
            return self.current().into_iter().collect();
        }
        let rows = self.marks.rows();
        rows.filter_map(|at| self.rows.get(at)).collect()
    }

    /// Unmarks everything.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
        self.anchor = None;
    }

    /// Scrolls so that the cursor is among the `lines` on the screen.
    pub fn settle(&mut self, lines: usize) {
        let lines = lines.max(1);
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
        let last = self.len().saturating_sub(lines);
        self.offset = self
            .offset
            .min(last)
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(lines));
    }
}

#[cfg(test)]
mod tests;
