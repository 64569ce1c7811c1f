//! Where rows went when a list was read again.

use std::collections::HashMap;

use super::Row;

/// A row that is no more.
const GONE: u32 = u32::MAX;

/// For each row from before, its place among the rows of now.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moved {
    /// Each is where it was.
    Nowhere,
    /// To these places.
    To(Vec<u32>),
}

impl Moved {
    /// Finds the rows of `old` among `new`. Lists that are read again are nearly what they
    /// were: a row is searched for near where it was, and only what is not there by its key.
    pub(super) fn between<T: Row>(old: &[T], new: &[T]) -> Self {
        /// Rows beside the place where one is expected.
        const NEAR: usize = 16;
        if old.is_empty() {
            return Self::Nowhere;
        }
        let mut to = vec![GONE; old.len()];
        let mut come = Vec::new();
        let mut expected = 0_usize;
        for (place, row) in new.iter().enumerate() {
            let before = (expected.saturating_sub(NEAR)..expected).rev();
            let mut near = (expected..expected + NEAR).chain(before);
            let found = near.find(|at| {
                let free = to.get(*at) == Some(&GONE);
                free && old.get(*at).is_some_and(|r| r.same(row))
            });
            match found.and_then(|at| Some((at, to.get_mut(at)?))) {
                Some((at, to)) => {
                    *to = u32::try_from(place).unwrap_or(GONE);
                    expected = at + 1;
                }
                None => come.push(place),
            }
        }
        // New rows need no search, unless rows were lost that they may be.
        if !come.is_empty() && to.contains(&GONE) {
            let keys = come
                .iter()
                .filter_map(|at| Some((new.get(*at)?.key(), *at)));
            let come: HashMap<_, usize> = keys.collect();
            for (row, to) in old.iter().zip(&mut to).filter(|(_, to)| **to == GONE) {
                if let Some(place) = come.get(&row.key()) {
                    *to = u32::try_from(*place).unwrap_or(GONE);
                }
            }
        }
        let stayed = |(at, to): (usize, &u32)| *to as usize == at;
        if to.iter().enumerate().all(stayed) {
            Self::Nowhere
        } else {
            Self::To(to)
        }
    }

    /// The place of a row from before.
    pub(super) fn place(&self, at: usize) -> Option<usize> {
        match self {
            Self::Nowhere => Some(at),
            Self::To(to) => to.get(at).filter(|to| **to != GONE).map(|to| *to as usize),
        }
    }
}
