//! A list of any length: its order, filter, cursor, marks and search, whatever its rows.

mod marks;
mod moved;
mod moves;
mod recall;
mod search;
mod shown;
mod sort;

use std::{borrow::Cow, sync::Arc};

pub use marks::Marked;
pub use recall::ListState;
pub use search::{SearchRequest, SearchResult};
pub use shown::{Overlay, Shown};
pub use sort::{SortRequest, SortedRows};

use marks::Marks;
use recall::MarksToCome;
use search::Searching;

use super::{
    action::Action,
    columns::{Column, Needs, PlacedColumn, Room, fit},
    discard::discard,
    scroll::Scroll,
};
use crate::etl::{
    base::CancelToken,
    filter::{Filter, Filtered},
    parse_error::ParseError,
};

/// What a list needs to know of its rows.
pub trait Row: Filtered + Send + Sync + Clone + 'static {
    /// What the list is called in the file that remembers chosen columns.
    const LIST: &'static str;
    /// Fields that an export has after its columns.
    const ALSO_EXPORTED: &'static [&'static str] = &[];

    /// Names the row; survives a refresh.
    fn key(&self) -> Cow<'_, str>;
    /// Whether this is `other`, as it was or as it is now.
    fn same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
    /// The columns of a list of these rows, from left to right.
    fn columns(rows: &[Self]) -> Vec<Column<Self>>;
}

/// Rows with their order, filter, cursor, marks and search.
#[derive(Debug, Clone)]
pub struct Table<T: 'static> {
    shown: Shown<T>,
    /// Rows that were read again, until a worker has found out where the old ones went.
    incoming: Option<Arc<Vec<T>>>,
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
    /// What the rows need of the columns; those in which no row has anything are not shown.
    needs: Needs,
    /// Marks from the last time whose rows have not come.
    marks_to_come: MarksToCome,
    /// Whether filter, order or marks were changed and are to be remembered.
    has_changed: bool,
    filter: Filter<T>,
    search: String,
    searching: Searching,
    sorting: Sorting,
    /// Whether another filter or order is being applied, not rows that were read again.
    reordering: bool,
    /// Whether the overlay was replaced since a worker was asked.
    overlay_changed: bool,
    /// Where the cursor goes once the rows are sorted, unless it stays with its row.
    landing: Option<Landing>,
}

/// Where the cursor goes once the rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Landing {
    /// To this position of the list.
    Position(usize),
    /// To one of all rows, by its index.
    Row(usize),
}

/// Whether what is shown is what filter and order ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sorting {
    /// It is.
    #[default]
    Done,
    /// A worker is to be asked.
    Needed,
    /// A worker is at it.
    Asked,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            shown: Shown::default(),
            incoming: None,
            cursor: 0,
            offset: 0,
            column: 0,
            sort: None,
            anchor: None,
            marks: Marks::default(),
            needs: Needs::default(),
            marks_to_come: MarksToCome::default(),
            has_changed: false,
            filter: Filter::default(),
            search: String::new(),
            searching: Searching::default(),
            sorting: Sorting::Done,
            reordering: false,
            overlay_changed: false,
            landing: None,
        }
    }
}

impl<T: Row> Table<T> {
    /// All rows as they were read, shown or not.
    pub fn rows(&self) -> &[T] {
        self.shown.rows()
    }

    /// Sets `overlay`: what rows show from now on. Where filter or order may
    /// depend on it the rows are sorted again, very many of them by a worker; one that is at
    /// it already is asked again afterwards.
    pub fn set_overlay(&mut self, overlay: Option<Overlay<T>>) {
        if overlay.is_none() && self.shown.overlay().is_none() {
            return;
        }
        self.shown.set_overlay(overlay);
        if self.sort_request().keeps_all() {
            return;
        }
        if self.sorting == Sorting::Asked {
            self.overlay_changed = true;
        } else {
            self.request_sort();
        }
    }

    /// Number of rows that are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether no row is shown.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The row at a position of the list, as it was read.
    pub fn get(&self, position: usize) -> Option<&T> {
        self.shown.get(position)
    }

    /// The row at a position of the list, with what lies over it.
    pub fn now(&self, position: usize) -> Option<Cow<'_, T>> {
        self.shown.now(position)
    }

    /// The rows that are shown, for a worker: what becomes of the list is nothing to them.
    pub fn shown(&self) -> Shown<T> {
        self.shown.clone()
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&T> {
        self.get(self.cursor)
    }

    /// Other rows; cursor and marks stay with their keys. Of very many, a worker finds out
    /// first where they went: see [`Table::wants`].
    pub fn replace(&mut self, rows: Vec<T>) {
        self.rename_columns(&rows);
        let waiting = self.incoming.replace(Arc::new(rows));
        discard(waiting.and_then(Arc::into_inner));
        self.request_sort();
    }

    /// Other rows may have other columns: order and cursor stay with those of the same name.
    fn rename_columns(&mut self, rows: &[T]) {
        let old = self.incoming.as_ref().map_or(self.rows(), |rows| rows);
        let (old, new) = (T::columns(old), T::columns(rows));
        let same = |index: usize| {
            let name = old.get(index)?.name();
            new.iter().position(|column| column.name() == name)
        };
        let sort = self
            .sort
            .and_then(|(index, reverse)| Some((same(index)?, reverse)));
        let column = same(self.column).unwrap_or_default();
        (self.sort, self.column) = (sort, column);
    }

    /// The columns of the list that have room.
    pub fn fit(&self, room: Room<'_>) -> Vec<PlacedColumn> {
        fit(&T::columns(self.rows()), room, &self.needs)
    }

    /// The columns in which no row has anything, by their index.
    pub fn empty_columns(&self) -> &[usize] {
        &self.needs.empty
    }

    /// Filters and sorts again; the cursor stays with its key. Very many rows are left to a
    /// worker: see [`Table::wants`].
    pub fn sort_rows(&mut self) {
        self.reordering = true;
        self.request_sort();
    }

    fn request_sort(&mut self) {
        let request = self.sort_request();
        if !request.is_quick() {
            self.sorting = Sorting::Needed;
        } else if let Ok(sorted) = request.sort_rows(&CancelToken::new()) {
            // It cannot be cancelled.
            drop(request);
            self.show(sorted);
        }
    }

    fn sort_request(&self) -> SortRequest<T> {
        let (of, before) = match &self.incoming {
            Some(rows) => {
                let mut of = Shown::all(rows.clone());
                of.set_overlay(self.shown.overlay().cloned());
                (of, Some(self.shown.rows().clone()))
            }
            None => (self.shown.clone(), None),
        };
        SortRequest {
            of,
            before,
            filter: self.filter.clone(),
            sort: self.sort,
            marks_to_come: self.marks_to_come.clone(),
        }
    }

    /// What to ask a worker for, once.
    pub fn take_sort_request(&mut self) -> Option<SortRequest<T>> {
        if self.sorting != Sorting::Needed {
            return None;
        }
        self.sorting = Sorting::Asked;
        self.overlay_changed = false;
        Some(self.sort_request())
    }

    /// Whether a worker is filtering or sorting; until it answers, the rows from before are
    /// shown.
    pub fn is_sorting(&self) -> bool {
        self.reordering && self.sorting != Sorting::Done
    }

    /// Whether the operator waits for a worker: for a filter, an order, or the next hit.
    pub fn is_waiting(&self) -> bool {
        self.is_sorting() || self.is_searching()
    }

    /// Shows what a worker sorted; if it is about other rows, another filter or another order
    /// than those of now, and these were not requested yet, they are requested.
    pub fn apply_sorted(&mut self, sorted: SortedRows<T>) {
        if self.sorting != Sorting::Asked {
            sorted.discard();
        } else if sorted.of != self.sort_request() {
            sorted.discard();
            self.sorting = Sorting::Needed;
        } else {
            self.show(sorted);
            if std::mem::take(&mut self.overlay_changed) {
                self.request_sort();
            }
        }
    }

    /// Shows the sorted rows; the cursor goes to its landing place, or stays with its row.
    fn show(&mut self, sorted: SortedRows<T>) {
        let SortedRows {
            of,
            order,
            moved,
            found,
            needs,
        } = sorted;
        let mut row = self.shown.at(self.cursor);
        let mut anchor = None;
        if let Some(moved) = moved {
            row = row.and_then(|at| moved.place(at));
            if let Some(Landing::Row(at)) = self.landing {
                self.landing = moved.place(at).map(Landing::Row);
            }
            // A refresh ends no range.
            anchor = self.anchor.and_then(|a| moved.place(self.shown.at(a)?));
            self.marks.carry(&moved);
            self.incoming = None;
            let old = std::mem::replace(&mut self.shown, of.of);
            self.shown.set_overlay(old.overlay().cloned());
            drop(of.before);
            discard(old.into_rows());
            self.mark_found(&found);
            if needs.empty.contains(&self.column) {
                self.column = 0;
            }
            self.needs = needs;
        }
        self.shown.sort_rows(order);
        self.sorting = Sorting::Done;
        self.reordering = false;
        self.anchor = anchor.and_then(|at| self.shown.position(at));
        let place = match self.landing.take() {
            Some(Landing::Position(at)) => Some(at),
            Some(Landing::Row(at)) => self.shown.position(at),
            None => row.and_then(|at| self.shown.position(at)),
        };
        self.cursor = place.unwrap_or(self.cursor);
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    /// Puts the cursor at a position, now and once the rows are sorted.
    pub fn put_cursor(&mut self, at: usize) {
        self.stop_search();
        self.landing = self.is_sorting().then_some(Landing::Position(at));
        self.cursor = at.min(self.len().saturating_sub(1));
    }

    /// Puts the cursor on one of all rows, by its index among [`Table::rows`]; true when the
    /// filter hid it and was cleared.
    pub fn put_cursor_on(&mut self, row: usize) -> bool {
        self.stop_search();
        let is_hidden = self.shown.position(row).is_none();
        self.landing = Some(Landing::Row(row));
        if is_hidden {
            self.filter = Filter::default();
            self.sort_rows();
        }
        if self.sorting == Sorting::Done {
            self.landing = None;
        }
        if let Some(at) = self.shown.position(row) {
            self.cursor = at;
        }
        is_hidden
    }

    /// What the rows are filtered by, as it was typed.
    pub fn filter(&self) -> &str {
        self.filter.text()
    }

    /// Filters by `text`; nothing shows all.
    ///
    /// # Errors
    /// One sentence on the term that makes no sense; the filter stays as it was.
    pub fn set_filter(&mut self, text: &str) -> Result<(), ParseError> {
        let filter = Filter::parse(text)?;
        filter.check_robots(self.rows(), std::iter::empty())?;
        if filter != self.filter {
            self.filter = filter;
            self.has_changed = true;
            self.sort_rows();
        }
        Ok(())
    }

    /// Whether a row is marked, or within the range that is being marked.
    pub fn is_marked(&self, position: usize) -> bool {
        let in_range = self.anchor.is_some_and(|anchor| {
            (anchor.min(self.cursor)..=anchor.max(self.cursor)).contains(&position)
        });
        in_range || self.shown.at(position).is_some_and(|at| self.marks.has(at))
    }

    /// Number of marked rows, shown or not.
    pub fn marked(&self) -> usize {
        self.marks.count()
    }

    /// Number of marked rows that the filter hides.
    pub fn hidden_marks(&self) -> usize {
        if self.filter().is_empty() || self.marks.count() == 0 {
            return 0;
        }
        let shown = (0..self.len()).filter_map(|position| self.shown.at(position));
        self.marks.count() - shown.filter(|at| self.marks.has(*at)).count()
    }

    /// The marked rows in the order of all rows; the one under the cursor when none is.
    pub fn chosen(&self) -> Vec<&T> {
        if self.marks.count() == 0 {
            return self.current().into_iter().collect();
        }
        let rows = self.marks.rows();
        rows.filter_map(|at| self.shown.row(at)).collect()
    }

    /// The marked rows, as far as they are few in the order in which they were marked.
    pub fn marked_in_order(&self) -> Vec<&T> {
        let rows = self.marks.in_order();
        rows.filter_map(|at| self.shown.row(at)).collect()
    }

    /// The marked rows, for a worker: see [`Table::chosen`].
    pub fn marked_rows(&self) -> Marked<T> {
        Marked::new(self.shown.rows().clone(), self.marks.clone())
    }

    /// Unmarks everything.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
        self.marks_to_come = MarksToCome::default();
        self.has_changed = true;
        self.anchor = None;
    }

    /// Scrolls so that the cursor is among the `lines` on the screen.
    pub fn keep_cursor_visible(&mut self, lines: usize) {
        let scroll = Scroll::new(self.len(), lines);
        self.cursor = self.cursor.min(scroll.last());
        self.offset = scroll.first(self.offset, self.cursor);
    }
}

#[cfg(test)]
mod tests;
