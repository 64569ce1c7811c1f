//! The rows of a list and which of them it shows, in which order: cheap to clone, so that a
//! worker may read them while the list goes on.

use std::{borrow::Cow, fmt, sync::Arc};

/// What a row shows in the place of what was read; `None`: the row as it was read. It is
/// called for single rows as they are needed, so that laying it over a list of any length
/// takes no time.
pub type Overlay<T> = Arc<dyn Fn(&T) -> Option<T> + Send + Sync>;

/// The rows that a list shows, in their order.
pub struct Shown<T> {
    rows: Arc<Vec<T>>,
    overlay: Option<Overlay<T>>,
    order: Order,
}

impl<T> fmt::Debug for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        write!(f, "{} of {} rows", self.len(), self.rows.len())
    }
}

/// Indices of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Order {
    /// So many, as they are.
    All(usize),
    /// These, so.
    These(Arc<Vec<u32>>),
}

impl Order {
    fn len(&self) -> usize {
        match self {
            Self::All(n) => *n,
            Self::These(rows) => rows.len(),
        }
    }

    fn row(&self, position: usize) -> Option<usize> {
        match self {
            Self::All(n) => (position < *n).then_some(position),
            Self::These(rows) => rows.get(position).map(|row| *row as usize),
        }
    }

    fn position(&self, row: usize) -> Option<usize> {
        match self {
            Self::All(n) => (row < *n).then_some(row),
            Self::These(rows) => rows.iter().position(|at| *at as usize == row),
        }
    }
}

impl<T> Default for Shown<T> {
    fn default() -> Self {
        Self::all(Arc::default())
    }
}

// Derived, it would want rows that can be cloned.
impl<T> Clone for Shown<T> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows.clone(),
            overlay: self.overlay.clone(),
            order: self.order.clone(),
        }
    }
}

/// Whether these are the same rows in the same order: found without reading them. What lies
/// over them does not count: it may change with every event, and work that was begun with
/// another overlay is still of use.
impl<T> PartialEq for Shown<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
            && match (&self.order, &other.order) {
                (Order::These(a), Order::These(b)) => Arc::ptr_eq(a, b),
                (a, b) => a == b,
            }
    }
}

impl<T> Shown<T> {
    /// All rows as they are.
    pub(super) fn all(rows: Arc<Vec<T>>) -> Self {
        Self {
            order: Order::All(rows.len()),
            rows,
            overlay: None,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a position of the list, as it was read.
    pub fn get(&self, position: usize) -> Option<&T> {
        self.row(self.at(position)?)
    }

    /// All rows as they were read.
    pub fn read(&self) -> &[T] {
        &self.rows
    }

    /// All rows as they were read, to share.
    pub(super) fn rows(&self) -> &Arc<Vec<T>> {
        &self.rows
    }

    /// One of all rows as it was read.
    pub(super) fn row(&self, at: usize) -> Option<&T> {
        self.rows.get(at)
    }

    /// What lies over the rows.
    pub(super) fn overlay(&self) -> Option<&Overlay<T>> {
        self.overlay.as_ref()
    }

    /// Sets `overlay`.
    pub(super) fn set_overlay(&mut self, overlay: Option<Overlay<T>>) {
        self.overlay = overlay;
    }

    /// Which of all rows stands at a position of the list.
    pub(super) fn at(&self, position: usize) -> Option<usize> {
        self.order.row(position)
    }

    /// Where the list shows one of all rows.
    pub(super) fn position(&self, at: usize) -> Option<usize> {
        self.order.position(at)
    }

    /// The rows, if they have no other owner.
    pub(super) fn into_rows(self) -> Option<Vec<T>> {
        Arc::into_inner(self.rows)
    }

    /// Shows these.
    pub(super) fn sort_rows(&mut self, order: Order) {
        self.order = order;
    }
}

impl<T: Clone> Shown<T> {
    /// The row at a position of the list, with what lies over it.
    pub fn now(&self, position: usize) -> Option<Cow<'_, T>> {
        let row = self.get(position)?;
        let over = self.overlay.as_ref().and_then(|overlay| overlay(row));
        Some(over.map_or(Cow::Borrowed(row), Cow::Owned))
    }
}
