//! Searching the statistics of a run's summary for a channel, as lists are searched.

use super::Summary;
use crate::{
    app::{
        action::Action,
        hits::{next_hit, previous_hit},
        list::{List, ListPosition},
    },
    etl::{filter::contains, text::searchable},
};

impl Summary {
    /// The rows of the channels that have the text in their names.
    fn hits(&self) -> impl Iterator<Item = usize> {
        self.channels().filter(|row| {
            let name = self.page.rows.get(*row).and_then(|row| row.first());
            name.is_some_and(|name| contains(name, &self.search))
        })
    }

    fn go_to(&mut self, row: Option<usize>) -> bool {
        if let Some(row) = row {
            (self.row, self.must_show) = (row, true);
        }
        row.is_some()
    }

    /// Where the cursor is among the channels, from 1 on, and how many there are.
    pub fn position(&self) -> (usize, usize) {
        let before = self.channels().take_while(|row| *row <= self.row).count();
        (before, self.channels().count())
    }
}

impl List for Summary {
    fn position(&self) -> ListPosition {
        ListPosition {
            cursor: self.row,
            offset: 0,
            len: self.page.rows.len(),
        }
    }

    fn put_cursor(&mut self, at: usize) {
        (self.row, self.must_show) = (self.page.channel_at(at, true), true);
    }

    /// The page is scrolled by the run: see [`Summary::show_found`].
    fn keep_cursor_visible(&mut self, _: usize) {}

    /// Keys are handled by [`Summary::update`].
    fn apply(&mut self, _: Action, _: usize) {}

    fn search(&mut self, text: &str, from: usize) -> bool {
        self.search = searchable(text);
        if self.search.is_empty() {
            self.put_cursor(from);
            return true;
        }
        let hit = next_hit(self.hits(), from);
        self.go_to(hit)
    }

    fn search_on(&mut self, forward: bool) -> bool {
        let hit = match forward {
            true => next_hit(self.hits(), self.row + 1),
            false => previous_hit(self.hits(), self.row),
        };
        self.go_to(hit)
    }

    fn searched(&self) -> &str {
        &self.search
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    #[test]
    fn channels_are_found_by_a_part_of_their_name_and_come_into_sight() {
        let size = (80, 18);
        let mut summary = Summary::new(&fixture::detail());
        let name = |summary: &Summary| summary.page.rows[summary.row][0].clone();
        let first = summary.row;
        assert!(List::search(&mut summary, "FZ", first));
        assert_eq!(name(&summary), "fz_1");
        summary.show_found(size);
        let (at, of) = Summary::position(&summary);
        assert!(at > 1 && at <= of, "{at} of {of}");
        assert_eq!(of, fixture::detail().columns.len() - 1);
        assert!(summary.top > 0, "it is scrolled to");
        assert!(!summary.search("nothing", first));
        // Every hit once, around the ends.
        assert!(List::search(&mut summary, "_1", first));
        let begin = name(&summary);
        let mut seen = 1;
        while summary.search_on(true) && name(&summary) != begin {
            assert!(name(&summary).contains("_1"));
            seen += 1;
        }
        assert!(seen > 3, "{seen}");
        assert!(summary.search_on(false) && name(&summary) != begin);
    }
}
