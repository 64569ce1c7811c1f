//! Which rows of the samples are shown: all, or those that pass a filter.

use std::{ops::Range, sync::Arc};

use super::Samples;
use crate::etl::filter::Condition;

/// A filter and the rows of the table that pass it.
#[derive(Debug, Clone, PartialEq)]
pub struct Filtered {
    /// What was asked for.
    pub condition: Condition,
    /// Rows of the table, ascending.
    pub rows: Arc<[u64]>,
}

impl Samples {
    /// Shows only the rows that pass; the cursor goes to the first at or after its row.
    pub fn filter(&mut self, condition: Condition, rows: Vec<u64>, height: usize) {
        let row = self.table_row(self.row);
        self.filtering = None;
        self.rows = rows.len() as u64;
        self.filtered = Some(Filtered {
            condition,
            rows: rows.into(),
        });
        self.forget_window();
        self.go_to_table_row(row, height);
    }

    /// Shows all rows; the cursor stays with its row. False when all were shown before.
    pub fn clear_filter(&mut self, height: usize) -> bool {
        let row = self.table_row(self.row);
        let had = self.filtering.take().is_some();
        if self.filtered.take().is_none() {
            return had;
        }
        self.rows = self.total;
        self.forget_window();
        self.go_to_table_row(row, height);
        true
    }

    /// The filter as it was typed, that which is being evaluated first.
    pub fn filter_text(&self) -> &str {
        let filtered = self.filtered.as_ref().map(|f| &f.condition);
        let condition = self.filtering.as_ref().or(filtered);
        condition.map_or("", |c| c.text.as_str())
    }

    /// How many columns are not shown.
    pub fn hidden(&self) -> usize {
        self.all.titles.len().saturating_sub(self.shown.len())
    }

    /// The rows of the table that are shown; `None`: all.
    pub fn shown_rows(&self) -> Option<Arc<[u64]>> {
        self.filtered.as_ref().map(|f| f.rows.clone())
    }

    /// The row of the table at a position of what is shown; the number of rows behind
    /// the last.
    pub fn table_row(&self, position: u64) -> u64 {
        match &self.filtered {
            None => position,
            Some(filtered) => usize::try_from(position)
                .ok()
                .and_then(|p| filtered.rows.get(p).copied())
                .unwrap_or(self.total),
        }
    }

    /// The rows of the table at some positions, when they are not all in a row.
    pub fn listed(&self, positions: &Range<u64>) -> Option<Vec<u64>> {
        let rows = &self.filtered.as_ref()?.rows;
        let range = positions.start as usize..(positions.end as usize).min(rows.len());
        Some(rows.get(range).unwrap_or_default().to_vec())
    }

    /// Puts the cursor on a row of the table, or on the next one that is shown.
    pub fn go_to_table_row(&mut self, row: u64, height: usize) {
        let position = match &self.filtered {
            None => row,
            Some(filtered) => filtered.rows.partition_point(|r| *r < row) as u64,
        };
        self.go_to(position, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    #[test]
    fn the_cursor_keeps_its_row_through_filters() {
        let mut samples = Samples::new(&fixture::detail());
        let condition = Condition::parse("x_1 > 0", &samples.channels(), 0).unwrap();
        samples.go_to(500, 20);
        samples.filter(condition.clone(), vec![3, 400, 600, 700], 20);
        assert_eq!((samples.rows, samples.row), (4, 2));
        assert_eq!(samples.table_row(samples.row), 600);
        assert_eq!(samples.listed(&(1..9)), Some(vec![400, 600, 700]));
        assert_eq!(samples.filter_text(), "x_1 > 0");
        samples.go_to_table_row(650, 20);
        assert_eq!(samples.row, 3);
        assert!(samples.clear_filter(20) && !samples.clear_filter(20));
        assert_eq!((samples.rows, samples.row), (samples.total, 700));
        samples.filter(condition, vec![], 20);
        assert_eq!((samples.rows, samples.row), (0, 0));
        assert!(samples.clear_filter(20));
        assert_eq!(samples.row, samples.total - 1, "it was behind all");
    }
}
