//! The samples of a run: a table of any length of which a window is in memory.

use std::{ops::Range, sync::Arc};

use super::grid;
use crate::{
    app::{
        action::Action,
        chart::{decimals_for, format_value},
    },
    etl::{catalog::RunDetail, lake::run_file::Window, time},
};

/// Rows read beyond the screen, on either side.
const MARGIN: u64 = 1024;
/// Lines beside the rows: titles, units, and where the cursor is.
const HEADER: usize = 3;

/// How one column of the table is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLayout {
    /// Titles, `time` first.
    pub titles: Vec<String>,
    /// Units, in the same order.
    pub units: Vec<String>,
    /// Characters.
    pub widths: Vec<usize>,
    /// Digits after the point.
    pub decimals: Vec<usize>,
}

/// Where the view is, and what of the table is in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// Rows of the table.
    pub rows: u64,
    /// The row under the cursor.
    pub row: u64,
    /// The first row on the screen.
    pub first_row: u64,
    /// The first scrolled column on the screen; 1 is the first channel.
    pub first_column: usize,
    /// How the columns are shown.
    pub columns: ColumnLayout,
    /// What is in memory.
    pub window: Option<Arc<Window>>,
    /// Why the table cannot be read.
    pub error: Option<String>,
    asked: Option<Range<u64>>,
}

impl Samples {
    /// The table of `detail`, at its first row.
    pub fn new(detail: &RunDetail) -> Self {
        Self {
            rows: detail.row.rows,
            row: 0,
            first_row: 0,
            first_column: 1,
            columns: layout(detail),
            window: None,
            error: None,
            asked: None,
        }
    }

    /// Moves; true when `action` was a move.
    pub fn update(&mut self, action: Action, (width, height): (usize, usize)) -> bool {
        let page = page(height);
        let last = self.rows.saturating_sub(1);
        let last_column = grid::last_first(&self.columns.widths, width);
        match action {
            Action::Down => self.row = (self.row + 1).min(last),
            Action::Up => self.row = self.row.saturating_sub(1),
            Action::PageDown => self.row = (self.row + page).min(last),
            Action::PageUp => self.row = self.row.saturating_sub(page),
            Action::HalfDown => self.row = (self.row + page / 2).min(last),
            Action::HalfUp => self.row = self.row.saturating_sub(page / 2),
            Action::First => self.row = 0,
            Action::Last => self.row = last,
            Action::Right => self.first_column = (self.first_column + 1).min(last_column),
            Action::Left => self.first_column = self.first_column.saturating_sub(1).max(1),
            _ => return false,
        }
        self.show_cursor(height);
        true
    }

    /// The channels that are shown, in their order.
    pub fn channels(&self) -> Vec<String> {
        self.columns.titles.iter().skip(1).cloned().collect()
    }

    /// The rows of the table that are shown; `None`: all.
    pub fn shown_rows(&self) -> Option<Arc<[u64]>> {
        None
    }

    /// Puts the cursor on `row`, in the middle of the screen.
    pub fn go_to(&mut self, row: u64, height: usize) {
        self.row = row.min(self.rows.saturating_sub(1));
        self.first_row = self.row.saturating_sub(page(height) / 2);
        self.show_cursor(height);
    }

    /// Scrolls so far that the cursor is on the screen and no blank lines are.
    pub fn show_cursor(&mut self, height: usize) {
        let page = page(height);
        self.first_row = self
            .first_row
            .min(self.row)
            .max(self.row.saturating_sub(page - 1))
            .min(self.rows.saturating_sub(page));
    }

    /// Which rows to read so that the screen is filled; `None` when it is, or they
    /// are on their way.
    pub fn wanted(&mut self, height: usize) -> Option<Range<u64>> {
        let seen = self.first_row..(self.first_row + page(height)).min(self.rows);
        let covers = |r: &Range<u64>| r.start <= seen.start && r.end >= seen.end;
        let loaded = self
            .window
            .as_ref()
            .map(|w| w.first_row..w.first_row + w.times.len() as u64);
        if seen.is_empty() || self.error.is_some() || loaded.iter().chain(&self.asked).any(covers) {
            return None;
        }
        let wanted = seen.start.saturating_sub(MARGIN)..(seen.end + MARGIN).min(self.rows);
        self.asked = Some(wanted.clone());
        Some(wanted)
    }

    /// Takes the place of an earlier look at the same run.
    pub fn resume(&mut self, earlier: Self, same_file: bool) {
        self.row = earlier.row.min(self.rows.saturating_sub(1));
        self.first_row = earlier.first_row;
        self.first_column = earlier
            .first_column
            .min(self.columns.widths.len().max(2) - 1);
        self.window = earlier.window.filter(|_| same_file);
    }

    /// Takes rows that were read.
    pub fn take(&mut self, window: Window) {
        self.asked = None;
        self.error = None;
        self.window = Some(Arc::new(window));
    }

    /// Takes the news that they could not be read.
    pub fn fail(&mut self, sentence: String) {
        self.asked = None;
        self.error = Some(sentence);
    }

    /// The text of a cell; `None` while it is not in memory.
    pub fn cell(&self, row: u64, column: usize) -> Option<String> {
        let window = self.window.as_ref()?;
        let at = usize::try_from(row.checked_sub(window.first_row)?).ok()?;
        match column.checked_sub(1) {
            None => window.times.get(at).map(|t| clock(*t)),
            Some(c) => {
                let value = *window.columns.get(c)?.get(at)?;
                let decimals = self.columns.decimals.get(column).copied().unwrap_or(3);
                Some(format_value(value, decimals))
            }
        }
    }

    /// The time of the row under the cursor, when it is in memory.
    pub fn time(&self) -> Option<i64> {
        let window = self.window.as_ref()?;
        let at = usize::try_from(self.row.checked_sub(window.first_row)?).ok()?;
        window.times.get(at).copied()
    }
}

/// `20:40:00.444000`: rows may be a microsecond apart.
fn clock(us: i64) -> String {
    let text = time::format(us);
    text.get(11..26).unwrap_or(&text).to_owned()
}

fn page(height: usize) -> u64 {
    height.saturating_sub(HEADER).max(1) as u64
}

fn layout(detail: &RunDetail) -> ColumnLayout {
    let mut out = ColumnLayout {
        titles: vec!["time".into()],
        units: vec!["UTC".into()],
        widths: vec!["20:40:00.444000".len()],
        decimals: vec![0],
    };
    for name in detail.columns.iter().skip(1) {
        let stats = detail.channels.get(name);
        let unit = stats.map(|s| s.unit.clone()).unwrap_or_default();
        let extent = stats.and_then(|s| s.min.zip(s.max));
        let decimals = extent.map_or(2, |(min, max)| decimals_for(min, max));
        let numbers = extent.map_or(1, |(min, max)| {
            let length = |v| format_value(v, decimals).chars().count();
            length(min).max(length(max))
        });
        let width = numbers.max(name.chars().count()).max(unit.chars().count());
        out.titles.push(name.clone());
        out.units.push(unit);
        out.widths.push(width.max(6));
        out.decimals.push(decimals);
    }
    out
}
