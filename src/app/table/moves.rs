//! What the keys of every list do.

use super::{Action, Row, Table};

impl<T: Row> Table<T> {
    /// Does an action that every list knows, with `page` lines on the screen; false for
    /// any other.
    pub fn act(&mut self, action: Action, page: usize) -> bool {
        let last = self.len().saturating_sub(1);
        // A hit that is found late must not take the cursor from where it was put.
        self.stop_seeking();
        if let Some(to) = step(self.cursor, last, page, action) {
            self.cursor = to;
            return true;
        }
        match action {
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

/// Where a cursor goes within `0..=last`, with `page` lines on the screen; it stays where
/// `action` is no move.
pub fn moved(at: usize, last: usize, page: usize, action: Action) -> usize {
    step(at, last, page, action).unwrap_or(at.min(last))
}

/// Where a cursor goes within `0..=last`, with `page` lines on the screen; `None` where
/// `action` is no move. A page, or half of one, is at least a line.
pub fn step(at: usize, last: usize, page: usize, action: Action) -> Option<usize> {
    let page = page.max(1);
    let half = (page / 2).max(1);
    let to = match action {
        Action::Down => at.saturating_add(1),
        Action::Up => at.saturating_sub(1),
        Action::HalfDown => at.saturating_add(half),
        Action::HalfUp => at.saturating_sub(half),
        Action::PageDown => at.saturating_add(page),
        Action::PageUp => at.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => return None,
    };
    Some(to.min(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_moves_where_one_line_is_shown_or_none() {
        for page in [0, 1, 2] {
            for action in [Action::Down, Action::HalfDown, Action::PageDown] {
                assert!(moved(3, 9, page, action) > 3, "{page} {action:?}");
                assert_eq!(moved(9, 9, page, action), 9);
            }
            for action in [Action::Up, Action::HalfUp, Action::PageUp] {
                assert!(moved(3, 9, page, action) < 3, "{page} {action:?}");
                assert_eq!(moved(0, 9, page, action), 0);
            }
        }
        assert_eq!(step(12, 9, 1, Action::Sort), None);
        assert_eq!(moved(12, 9, 1, Action::Sort), 9);
    }
}
