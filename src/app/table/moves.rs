//! What the keys of every list do.

use super::{Action, Row, Table};
use crate::app::scroll::Scroll;

impl<T: Row> Table<T> {
    /// Does an action that every list knows, with `page` lines on the screen; false for
    /// any other.
    pub fn act(&mut self, action: Action, page: usize) -> bool {
        // A hit that is found late must not move the cursor from where it was put.
        self.stop_search();
        if let Some(to) = Scroll::new(self.len(), page).step(self.cursor, action) {
            self.cursor = to;
            return true;
        }
        match action {
            // Not among the rows from before another filter.
            Action::MarkRange | Action::MarkAll if self.is_sorting() => {}
            Action::Mark => self.mark(),
            Action::MarkRange => self.mark_range(),
            Action::MarkAll => self.mark_all(),
            Action::Sort => self.sort_by_cursor(),
            _ => return false,
        }
        self.has_changed = true;
        true
    }

    fn mark(&mut self) {
        if self.anchor.is_some() {
            self.mark_range();
            return;
        }
        if let Some(at) = self.shown.at(self.cursor) {
            self.marks.set(at, !self.marks.has(at));
            self.cursor = (self.cursor + 1).min(self.len().saturating_sub(1));
        }
    }

    fn mark_range(&mut self) {
        let Some(anchor) = self.anchor.take() else {
            self.anchor = (!self.is_empty()).then_some(self.cursor);
            return;
        };
        for position in anchor.min(self.cursor)..=anchor.max(self.cursor) {
            if let Some(at) = self.shown.at(position) {
                self.marks.set(at, true);
            }
        }
    }

    fn mark_all(&mut self) {
        self.anchor = None;
        let rows = || (0..self.shown.len()).filter_map(|position| self.shown.at(position));
        let all = rows().all(|at| self.marks.has(at));
        for at in rows() {
            self.marks.set(at, !all);
        }
    }

    fn sort_by_cursor(&mut self) {
        self.sort = match self.sort {
            Some((column, reverse)) if column == self.column => Some((column, !reverse)),
            _ => Some((self.column, false)),
        };
        self.sort_rows();
    }
}
