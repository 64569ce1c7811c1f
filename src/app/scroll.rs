//! Where a cursor goes in a list that is longer than the screen, and what of the list is seen.

use super::action::Action;

/// A list of lines, of which the screen shows some at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    lines: usize,
    page: usize,
}

impl Scroll {
    /// So many lines, of which so many are seen; one at least.
    pub fn new(lines: usize, page: usize) -> Self {
        let page = page.max(1);
        Self { lines, page }
    }

    /// The last line.
    pub fn last(self) -> usize {
        self.lines.saturating_sub(1)
    }

    /// Where a cursor goes; it stays where `action` is no move.
    pub fn moved(self, cursor: usize, action: Action) -> usize {
        self.step(cursor, action).unwrap_or(cursor.min(self.last()))
    }

    /// Where a cursor goes; `None` where `action` is no move. Half a page is at least a line.
    pub fn step(self, cursor: usize, action: Action) -> Option<usize> {
        let half = (self.page / 2).max(1);
        let to = match action {
            Action::Down => cursor.saturating_add(1),
            Action::Up => cursor.saturating_sub(1),
            Action::HalfDown => cursor.saturating_add(half),
            Action::HalfUp => cursor.saturating_sub(half),
            Action::PageDown => cursor.saturating_add(self.page),
            Action::PageUp => cursor.saturating_sub(self.page),
            Action::First => 0,
            Action::Last => self.last(),
            _ => return None,
        };
        Some(to.min(self.last()))
    }

    /// The first line that is seen, if it was `first`: the list moves only as far as the cursor
    /// needs to be in sight, and leaves no blank lines below its last one.
    pub fn first(self, first: usize, cursor: usize) -> usize {
        let lowest = (cursor + 1).saturating_sub(self.page);
        self.top(first).min(cursor).max(lowest)
    }

    /// As [`Scroll::first`] without a cursor.
    pub fn top(self, first: usize) -> usize {
        first.min(self.lines.saturating_sub(self.page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_moves_where_one_line_is_shown_or_none() {
        for page in [0, 1, 2] {
            let scroll = Scroll::new(10, page);
            for action in [Action::Down, Action::HalfDown, Action::PageDown] {
                assert!(scroll.moved(3, action) > 3, "{page} {action:?}");
                assert_eq!(scroll.moved(9, action), 9);
            }
            for action in [Action::Up, Action::HalfUp, Action::PageUp] {
                assert!(scroll.moved(3, action) < 3, "{page} {action:?}");
                assert_eq!(scroll.moved(0, action), 0);
            }
        }
        let scroll = Scroll::new(10, 1);
        assert_eq!(scroll.step(12, Action::Sort), None);
        assert_eq!(scroll.moved(12, Action::Sort), 9);
        assert_eq!(Scroll::new(0, 5).moved(3, Action::Last), 0);
    }

    #[test]
    fn the_cursor_is_in_sight_and_no_line_is_blank() {
        for lines in 1..12 {
            for page in 1..14 {
                let scroll = Scroll::new(lines, page);
                for cursor in 0..lines {
                    for first in 0..14 {
                        let now = scroll.first(first, cursor);
                        assert!((now..now + page).contains(&cursor));
                        assert!(now + page <= lines || now == 0, "{lines} {page} {first}");
                        // What is in sight does not move the list.
                        assert_eq!(scroll.first(now, cursor), now);
                    }
                }
            }
        }
        assert_eq!(Scroll::new(9, 4).first(2, 3), 2);
    }
}
