//! Which rows are marked: a bit for each, so that marking all of hundreds of thousands takes
//! no time.

use std::{fmt, sync::Arc};

use super::moved::Moved;

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// Marked rows, by their index among all rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    words: Vec<u64>,
    count: usize,
    /// The first marked rows in the order in which they were marked.
    order: Vec<usize>,
}

/// Rows whose order of marking is remembered: more than a comparison takes.
const ORDERED: usize = 16;

impl Marks {
    /// How many are marked.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether row `at` is marked.
    pub(super) fn has(&self, at: usize) -> bool {
        let word = self.words.get(at / BITS).copied().unwrap_or(0);
        word >> (at % BITS) & 1 == 1
    }

    /// Marks row `at`, or unmarks it.
    pub(super) fn set(&mut self, at: usize, marked: bool) {
        if self.has(at) == marked {
            return;
        }
        if self.words.len() <= at / BITS {
            self.words.resize(at / BITS + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at / BITS) {
            *word ^= 1 << (at % BITS);
            self.count = if marked {
                self.count + 1
            } else {
                self.count - 1
            };
            if !marked {
                self.order.retain(|row| *row != at);
            } else if self.order.len() < ORDERED {
                self.order.push(at);
            }
        }
    }

    /// Unmarks all.
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.order.clear();
        self.count = 0;
    }

    /// The marked rows in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let bits = (0..BITS).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * BITS + bit)
        })
    }

    /// The marked rows, those first whose order of marking is known, in that order.
    pub(super) fn in_order(&self) -> impl Iterator<Item = usize> {
        let rest = self.rows().filter(|row| !self.order.contains(row));
        self.order.iter().copied().chain(rest)
    }

    /// The marks stay with their rows, wherever these went.
    pub(super) fn carry(&mut self, moved: &Moved) {
        if self.count == 0 || *moved == Moved::Nowhere {
            return;
        }
        let mut carried = Self::default();
        for place in self.in_order().filter_map(|at| moved.place(at)) {
            carried.set(place, true);
        }
        *self = carried;
    }
}

/// Marked rows of a list at one moment, for a worker.
#[derive(Clone)]
pub struct Marked<T> {
    rows: Arc<Vec<T>>,
    marks: Marks,
}

impl<T> Marked<T> {
    pub(super) fn new(rows: Arc<Vec<T>>, marks: Marks) -> Self {
        Self { rows, marks }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.marks.count
    }

    /// The rows in the order in which they were read.
    pub fn rows(&self) -> impl Iterator<Item = &T> {
        self.marks.rows().filter_map(|at| self.rows.get(at))
    }
}

impl<T> PartialEq for Marked<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows) && self.marks.words == other.marks.words
    }
}

impl<T> fmt::Debug for Marked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        write!(f, "{} of {} rows", self.marks.count, self.rows.len())
    }
}
