//! The samples of a run: a table of any length of which a window is in memory.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use super::{SampleRows, grid, samples_rows::Filtered};
use crate::{
    app::{action::Action, scroll::Scroll, signals::copied_values},
    etl::{
        catalog::RunDetail,
        filter::Condition,
        format::{decimals_for, format_value},
        held::{CellKind, never_held},
        zone,
    },
};

/// Rows read beyond the screen, on either side.
const MARGIN: u64 = 1024;
/// The same where rows lie far apart: each may cost a row group.
const MARGIN_LISTED: u64 = 64;
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
    /// Whether times have their day: the run crosses midnight.
    pub dated: bool,
}

impl ColumnLayout {
    /// Some of the columns, by their places.
    pub fn only(&self, places: &[usize]) -> Self {
        fn pick<T: Clone>(of: &[T], places: &[usize]) -> Vec<T> {
            places.iter().filter_map(|p| of.get(*p).cloned()).collect()
        }
        Self {
            titles: pick(&self.titles, places),
            units: pick(&self.units, places),
            widths: pick(&self.widths, places),
            decimals: pick(&self.decimals, places),
            dated: self.dated,
        }
    }
}

/// Where the view is, and what of the table is in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// Rows of the table.
    pub total: u64,
    /// Rows that are shown; positions below count these.
    pub rows: u64,
    /// Position of the row under the cursor.
    pub row: u64,
    /// Position of the first row on the screen.
    pub first_row: u64,
    /// The first scrolled column on the screen; 1 is the first channel.
    pub first_column: usize,
    /// The current column, among those that are shown; 1 is the first channel.
    pub column: usize,
    /// How the columns are shown, those that are.
    pub columns: ColumnLayout,
    /// How all columns would be shown.
    pub(super) all: ColumnLayout,
    /// Which of all columns are shown, in order; 0 is the time.
    pub(super) shown: Vec<usize>,
    /// Channels that have a chart: they are shown first.
    pub(super) ticked: Vec<String>,
    /// Whether the operator chose the order of the columns.
    pub(super) is_ordered: bool,
    /// The filter, if only some rows are shown.
    pub filtered: Option<Filtered>,
    /// The filter that is being evaluated.
    pub filtering: Option<Condition>,
    /// What is in memory.
    pub window: Option<Arc<SampleRows>>,
    /// Channels that hold no value.
    pub(super) whole: BTreeSet<String>,
    /// Channels whose cells that repeat a value are held; `None` until they are counted.
    pub(super) all_change: Option<BTreeSet<String>>,
    /// The time of the charts' cursor, and the row of the table that stands for it here; `None`:
    /// the row is to be found.
    pub(super) shared: Option<(i64, u64)>,
    /// Why the table cannot be read.
    pub error: Option<String>,
    asked: Option<Range<u64>>,
}

impl Samples {
    /// The table of `detail`, at its first row.
    pub fn new(detail: &RunDetail) -> Self {
        let all = layout(detail);
        Self {
            total: detail.row.rows(),
            rows: detail.row.rows(),
            row: 0,
            first_row: 0,
            first_column: 1,
            column: 1,
            columns: all.clone(),
            shown: (0..all.titles.len()).collect(),
            all,
            ticked: Vec::new(),
            is_ordered: false,
            filtered: None,
            filtering: None,
            window: None,
            whole: never_held(&detail.channels),
            all_change: None,
            shared: detail.row.start_us().map(|start| (start, 0)),
            error: None,
            asked: None,
        }
    }

    fn scroll(&self, height: usize) -> Scroll {
        Scroll::new(index(self.rows), index(page(height)))
    }

    /// Moves; true when `action` was a move.
    pub fn update(&mut self, action: Action, (width, height): (usize, usize)) -> bool {
        if let Some(to) = self.scroll(height).step(index(self.row), action) {
            self.row = to as u64;
            self.show_cursor(height);
            return true;
        }
        match action {
            Action::Right | Action::Left => self.step_column(action == Action::Right, width),
            _ => return false,
        }
        self.show_cursor(height);
        true
    }

    /// Puts the cursor on `row`, in the middle of the screen.
    pub fn go_to(&mut self, row: u64, height: usize) {
        self.row = row.min(self.rows.saturating_sub(1));
        self.first_row = self.row.saturating_sub(page(height) / 2);
        self.show_cursor(height);
    }

    /// Scrolls so far that the cursor is on the screen and no blank lines are.
    pub fn show_cursor(&mut self, height: usize) {
        let first = self
            .scroll(height)
            .first(index(self.first_row), index(self.row));
        self.first_row = first as u64;
    }

    /// Which rows to read so that the screen is filled; `None` when it is, or they
    /// are on their way.
    pub fn rows_to_read(&mut self, height: usize) -> Option<Range<u64>> {
        let seen = self.first_row..(self.first_row + page(height)).min(self.rows);
        let covers = |r: &Range<u64>| r.start <= seen.start && r.end >= seen.end;
        let loaded = self
            .window
            .as_ref()
            .map(|r| &r.window)
            .map(|w| w.first_row..w.first_row + w.times.len() as u64);
        if seen.is_empty() || self.error.is_some() || loaded.iter().chain(&self.asked).any(covers) {
            return None;
        }
        let margin = if self.filtered.is_some() {
            MARGIN_LISTED
        } else {
            MARGIN
        };
        let needed = seen.start.saturating_sub(margin)..(seen.end + margin).min(self.rows);
        self.asked = Some(needed.clone());
        Some(needed)
    }

    /// Replaces an earlier view of the same run.
    pub fn resume(&mut self, earlier: Self, same_file: bool) {
        let row = earlier.table_row(earlier.row);
        let column = earlier.current().map(str::to_owned);
        let place = column.and_then(|name| self.columns.titles.iter().position(|t| *t == name));
        self.column = place.unwrap_or(1);
        if same_file {
            self.row = earlier.row;
            self.first_row = earlier.first_row;
            self.rows = earlier.rows;
            self.filtered = earlier.filtered;
            self.filtering = earlier.filtering;
            self.window = earlier.window;
            self.all_change = earlier.all_change;
            self.shared = earlier.shared;
        } else {
            // A filter belongs to the rows that it was evaluated over.
            self.row = row.min(self.rows.saturating_sub(1));
            self.first_row = earlier.first_row;
            self.shared = None;
        }
    }

    /// Drops the rows in memory: other ones are shown now.
    pub(super) fn forget_window(&mut self) {
        self.window = None;
        self.asked = None;
        self.error = None;
    }

    /// Takes rows that were read.
    pub fn take(&mut self, rows: SampleRows) {
        self.asked = None;
        self.error = None;
        self.window = Some(Arc::new(rows));
    }

    /// Records that they could not be read.
    pub fn fail(&mut self, sentence: String) {
        self.asked = None;
        self.error = Some(sentence);
    }

    /// The text of a cell; `None` while it is not in memory.
    pub fn cell(&self, row: u64, column: usize) -> Option<String> {
        let window = &self.window.as_ref()?.window;
        let at = usize::try_from(row.checked_sub(window.first_row)?).ok()?;
        match column.checked_sub(1) {
            None => window.times.get(at).map(|t| clock(*t, self.columns.dated)),
            Some(c) => {
                let channel = self.shown.get(c + 1)?.checked_sub(1)?;
                let value = *window.columns.get(channel)?.get(at)?;
                let decimals = self.columns.decimals.get(column).copied().unwrap_or(3);
                Some(format_value(value, decimals))
            }
        }
    }

    /// The row under the cursor, to copy: all columns that are shown; `None` while it is not in memory.
    pub fn copy(&self) -> Option<String> {
        let window = &self.window.as_ref()?.window;
        let at = usize::try_from(self.row.checked_sub(window.first_row)?).ok()?;
        let time = *window.times.get(at)?;
        let values = self.shown.iter().filter_map(|column| {
            let value = *window.columns.get(column.checked_sub(1)?)?.get(at)?;
            let name = self.all.titles.get(*column)?;
            Some((name.as_str(), value, self.all.units.get(*column)?.as_str()))
        });
        Some(copied_values(time, values))
    }

    /// What the cell of a channel is; `None` for the time, and while it is not in memory.
    pub fn kind(&self, row: u64, column: usize) -> Option<CellKind> {
        let rows = self.window.as_ref()?;
        let at = usize::try_from(row.checked_sub(rows.window.first_row)?).ok()?;
        let channel = self.shown.get(column)?.checked_sub(1)?;
        let kind = *rows.kinds.get(channel)?.get(at)?;
        let all_change = || {
            let name = self.columns.titles.get(column);
            let counted = self.all_change.as_ref();
            name.zip(counted)
                .is_some_and(|(name, all)| all.contains(name))
        };
        Some(match kind {
            CellKind::Unknown if all_change() => CellKind::Held,
            kind => kind,
        })
    }

    /// Whether a held cell, and one that may be held, is on a screen of this size (columns, lines).
    pub fn held_in_sight(&self, (width, height): (usize, usize)) -> (bool, bool) {
        let columns = grid::visible_columns(&self.columns.widths, self.first_column, width);
        let columns = self.first_column..self.first_column + columns;
        let rows = self.first_row..(self.first_row + page(height)).min(self.rows);
        let kinds = rows.flat_map(|row| columns.clone().map(move |column| (row, column)));
        let kinds = kinds.filter_map(|(row, column)| self.kind(row, column));
        kinds.fold((false, false), |(held, unknown), kind| {
            let is = |other| kind == other;
            (held || is(CellKind::Held), unknown || is(CellKind::Unknown))
        })
    }

    /// The time of the row under the cursor, when it is in memory.
    pub fn time(&self) -> Option<i64> {
        let window = &self.window.as_ref()?.window;
        let at = usize::try_from(self.row.checked_sub(window.first_row)?).ok()?;
        window.times.get(at).copied()
    }
}

/// `20:40:00.444000`, or with its day `11-24 00:10:00.444000`: rows may be a microsecond apart.
fn clock(us: i64, dated: bool) -> String {
    let text = zone::format(us).replacen('T', " ", 1);
    let from = if dated {
        "2022-".len()
    } else {
        "2022-11-23 ".len()
    };
    let to = "2022-11-23 20:40:00.444000".len();
    text.get(from..to).unwrap_or(&text).to_owned()
}

fn index(row: u64) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

fn page(height: usize) -> u64 {
    height.saturating_sub(HEADER).max(1) as u64
}

fn layout(detail: &RunDetail) -> ColumnLayout {
    let span = detail.row.start_us().zip(detail.row.stop_us());
    let dated = span.is_some_and(zone::crosses_midnight);
    let mut out = ColumnLayout {
        titles: vec!["time".into()],
        units: vec![zone::shown().short_name().into()],
        widths: vec![clock(0, dated).len()],
        decimals: vec![0],
        dated,
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
