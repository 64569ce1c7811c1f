//! Which rows are marked: a bit for each, so that marking all of hundreds of thousands takes
//! no time.

use std::collections::HashSet;

use super::Row;

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// Marked rows, by their index among all rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    words: Vec<u64>,
    count: usize,
}

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
        }
    }

    /// Unmarks all.
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.count = 0;
    }

    /// The marked rows in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let bits = (0..BITS).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * BITS + bit)
        })
    }

    /// The marks of `old` rows on those of `new` rows that are the same. Lists that are read
    /// again are nearly what they were: a row is looked for near where it was, and only
    /// what is not there by its key.
    pub(super) fn carry<T: Row>(&self, old: &[T], new: &[T]) -> Self {
        /// Rows after the place where one is expected.
        const NEAR: usize = 16;
        let mut carried = Self::default();
        let mut lost = HashSet::new();
        let mut shift = 0isize;
        for at in self.rows() {
            let Some(row) = old.get(at) else { break };
            let expected = at.saturating_add_signed(shift);
            let near =
                (expected..expected + NEAR).chain((expected.saturating_sub(NEAR)..expected).rev());
            let found = near
                .into_iter()
                .find(|to| new.get(*to).is_some_and(|r| r.same(row)));
            match found {
                Some(to) => {
                    carried.set(to, true);
                    shift = to as isize - at as isize;
                }
                None => {
                    lost.insert(row.key());
                }
            }
        }
        if !lost.is_empty() {
            for (at, row) in new.iter().enumerate() {
                if !carried.has(at) && lost.contains(&row.key()) {
                    carried.set(at, true);
                }
            }
        }
        carried
    }
}
