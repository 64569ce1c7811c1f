//! What the keys of every list do.

use super::{Action, Row, Table};

impl<T: Row> Table<T> {
    /// Does an action that every list knows, with `page` lines on the screen; false for
    /// any other.
    pub fn act(&mut self, action: Action, page: usize) -> bool {
        let page = page.max(1);
        let half = (page / 2).max(1);
        let last = self.len().saturating_sub(1);
        // A hit that is found late must not take the cursor from where it was put.
        self.stop_seeking();
        match action {
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::HalfDown => self.cursor = (self.cursor + half).min(last),
            Action::HalfUp => self.cursor = self.cursor.saturating_sub(half),
            Action::PageDown => self.cursor = (self.cursor + page).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(page),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            // Not among the rows from before another filter.
            Action::MarkRange | Action::MarkAll if self.is_arranging() => {}
            Action::Mark => self.mark(),
            Action::MarkRange => self.mark_range(),
            Action::MarkAll => self.mark_all(),
            Action::Sort => self.sort_by_cursor(),
            _ => return false,
        }
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
        self.arrange();
    }
}

/// Where a cursor goes within `0..=last`.
pub fn moved(at: usize, last: usize, page: usize, action: Action) -> usize {
    let half = (page / 2).max(1);
    match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        Action::HalfDown => at + half,
        Action::HalfUp => at.saturating_sub(half),
        Action::PageDown => at + page,
        Action::PageUp => at.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => at,
    }
    .min(last)
}
