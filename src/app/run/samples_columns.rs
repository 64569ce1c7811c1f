//! Which columns of the samples are shown, and in which order.

use super::{Samples, grid};
use crate::app::choice::Choice;

impl Samples {
    /// All channels, in the table's order.
    pub fn names(&self) -> Vec<String> {
        self.all.titles.iter().skip(1).cloned().collect()
    }

    /// Shows the channels that have a chart (`ticked`) first, where the operator chose no order of
    /// columns.
    pub fn put_first(&mut self, ticked: Vec<String>, choice: &Choice, width: usize) {
        if self.ticked == ticked {
            return;
        }
        // A cursor that was not moved stays on the first channel.
        let is_first = self.column == 1;
        self.ticked = ticked;
        self.choose(choice, width);
        if is_first {
            (self.column, self.first_column) = (1, 1);
        }
    }

    /// Shows the chosen columns; all of them where none that is chosen is there.
    pub fn choose(&mut self, choice: &Choice, width: usize) {
        let name = self.columns.titles.get(self.column).cloned();
        let all = self.all.titles.iter().enumerate().skip(1);
        let mut columns: Vec<(usize, &String)> = all.filter(|(_, t)| !choice.hides(t)).collect();
        if choice.order.is_empty() {
            let place = |title: &String| self.ticked.iter().position(|ticked| ticked == title);
            columns.sort_by_key(|(_, title)| place(title).unwrap_or(usize::MAX));
        } else {
            choice.sort(&mut columns, |(_, title)| title.as_str().into());
        }
        let mut shown: Vec<usize> = columns.into_iter().map(|(at, _)| at).collect();
        if shown.is_empty() {
            shown = (1..self.all.titles.len()).collect();
        }
        shown.insert(0, 0);
        self.is_ordered = !choice.order.is_empty();
        self.columns = self.all.only(&shown);
        self.shown = shown;
        let at = name.and_then(|name| self.columns.titles.iter().position(|t| *t == name));
        self.column = at.unwrap_or(1);
        self.show_column(width);
    }

    /// One column to the right, or to the left.
    pub(super) fn step_column(&mut self, right: bool, width: usize) {
        let last = self.columns.widths.len().saturating_sub(1).max(1);
        self.column = if right {
            (self.column + 1).min(last)
        } else {
            self.column.saturating_sub(1).max(1)
        };
        self.show_column(width);
    }

    /// Scrolls so far that the current column is on the screen.
    pub fn show_column(&mut self, width: usize) {
        let widths = &self.columns.widths;
        self.first_column = grid::first_showing(widths, self.first_column, self.column, width);
    }

    /// The name of the current column.
    pub fn current(&self) -> Option<&str> {
        self.columns.titles.get(self.column).map(String::as_str)
    }

    /// The channels that are shown, in the order for files; `None`: all, as the table has them.
    pub fn ordered(&self) -> Option<Vec<String>> {
        let usual = self.shown.len() == self.all.titles.len();
        let channels = self.channels();
        (!usual || channels != self.names()).then_some(channels)
    }

    /// The channels that are shown, in the order for files: as the operator ordered them, else as
    /// the table has them, whichever have charts.
    pub fn channels(&self) -> Vec<String> {
        let mut places: Vec<usize> = self.shown.iter().copied().skip(1).collect();
        if !self.is_ordered {
            places.sort_unstable();
        }
        let title = |at: usize| self.all.titles.get(at).cloned();
        places.into_iter().filter_map(title).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn the_current_column_keeps_its_name_and_stays_on_the_screen() {
        let mut samples = Samples::new(&fixture::detail());
        for _ in 0..4 {
            samples.step_column(true, 40);
        }
        assert_eq!(samples.current(), Some("v1"));
        let choice = Choice {
            order: names(&["v1", "x_2"]),
            hidden: names(&["x_1", "z_1", "fx_1", "fz_1", "f1", "vx_2"]),
        };
        samples.choose(&choice, 40);
        assert_eq!(samples.channels(), ["v1", "x_2"]);
        assert_eq!((samples.column, samples.first_column), (1, 1));
        samples.choose(&Choice::default(), 20);
        for right in [true, false] {
            for _ in 0..20 {
                samples.step_column(right, 20);
                let seen = grid::visible_columns(&samples.columns.widths, samples.first_column, 20);
                let seen = samples.first_column..samples.first_column + seen;
                assert!(seen.contains(&samples.column), "{seen:?}");
            }
        }
    }
}
