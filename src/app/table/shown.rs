//! The rows of a list and which of them it shows, in which order: cheap to clone, so that a
//! worker may look at them while the list goes on.

use std::{collections::HashMap, sync::Arc};

/// The rows that a list shows, in their order.
#[derive(Debug)]
pub struct Shown<T> {
    rows: Arc<Vec<T>>,
    /// Rows that are otherwise than they were read, by their index: few.
    touched: Arc<HashMap<usize, T>>,
    order: Order,
}

/// Indices of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Order {
    /// So many, as they are.
    All(usize),
    /// These, so.
    These(Arc<Vec<usize>>),
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
            Self::These(rows) => rows.get(position).copied(),
        }
    }

    fn position(&self, row: usize) -> Option<usize> {
        match self {
            Self::All(n) => (row < *n).then_some(row),
            Self::These(rows) => rows.iter().position(|at| *at == row),
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
            touched: self.touched.clone(),
            order: self.order.clone(),
        }
    }
}

/// Whether these are the same rows in the same order: told without looking at them.
impl<T> PartialEq for Shown<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
            && (Arc::ptr_eq(&self.touched, &other.touched)
                || self.touched.is_empty() && other.touched.is_empty())
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
            touched: Arc::default(),
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

    /// The row at a position of the list.
    pub fn get(&self, position: usize) -> Option<&T> {
        self.row(self.at(position)?)
    }

    /// All rows as they were read.
    pub(super) fn rows(&self) -> &Arc<Vec<T>> {
        &self.rows
    }

    /// One of all rows as it is now.
    pub(super) fn row(&self, at: usize) -> Option<&T> {
        let touched = (!self.touched.is_empty()).then(|| self.touched.get(&at));
        touched.flatten().or_else(|| self.rows.get(at))
    }

    /// Which of all rows stands at a position of the list.
    pub(super) fn at(&self, position: usize) -> Option<usize> {
        self.order.row(position)
    }

    /// Where the list shows one of all rows.
    pub(super) fn position(&self, at: usize) -> Option<usize> {
        self.order.position(at)
    }

    /// The rows, if nobody else has them.
    pub(super) fn into_rows(self) -> Option<Vec<T>> {
        Arc::into_inner(self.rows)
    }

    /// Shows these.
    pub(super) fn arrange(&mut self, order: Order) {
        self.order = order;
    }
}

impl<T: Clone> Shown<T> {
    /// Another row in the place of one that was read.
    pub(super) fn touch(&mut self, at: usize, row: T) {
        Arc::make_mut(&mut self.touched).insert(at, row);
    }

    /// What was touched, with what was read.
    pub(super) fn touched(&self) -> impl Iterator<Item = (&T, &T)> {
        let rows = self.touched.iter();
        rows.filter_map(|(at, row)| Some((self.rows.get(*at)?, row)))
    }
}
