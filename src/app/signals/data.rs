//! What is in memory of the channels that have charts, within a budget.
//!
//! Of each channel there may be the buckets of an overview, and either rows of the table (all,
//! or those around what is visible) or, where even the visible rows would not fit, their exact
//! reduction to the columns of the screen. What is drawn shares the budget equally; what is not
//! drawn is kept while there is room, and dropped in the order in which it was last drawn.

use std::{collections::BTreeMap, sync::Arc};

use super::query::{ChannelRead, Rows};
use crate::{
    app::chart::{Reduced, Series, TimeRange},
    etl::reduce::{Bucket, WindowStats},
};

/// Bytes that charts hold at most, however many runs and channels are open.
pub const CHART_MEMORY: usize = 256 << 20;

/// Bytes of one row of a channel at most: its time, its value, its part of the pyramid and of
/// the sums, and a break of the line at every second row.
const ROW_BYTES: usize = 26;

/// A channel of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Index of the run.
    pub run: usize,
    /// Index of the channel.
    pub channel: usize,
}

/// Rows of a table in memory.
#[derive(Debug, Clone, PartialEq)]
struct Window {
    rows: Rows,
    /// Within this span the rows give what all rows of the table would give.
    covers: TimeRange,
}

/// The reduction of one visible span.
#[derive(Debug, Clone, PartialEq)]
struct Exact {
    range: TimeRange,
    reduced: Reduced,
    stats: Option<WindowStats>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Entry {
    overview: Vec<Option<Bucket>>,
    window: Option<Window>,
    exact: Option<Exact>,
    limits: Vec<f64>,
    failed: Option<String>,
    /// When it was drawn last; see [`ChartData::draw`].
    drawn: u64,
}

/// All that is in memory for charts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChartData {
    budget: usize,
    entries: BTreeMap<Key, Entry>,
    draws: u64,
    /// Rows that each drawn channel may have in memory.
    share: u64,
    /// Overviews of what is not drawn are needed too: for sparklines.
    keeps_overviews: bool,
}

impl Default for ChartData {
    fn default() -> Self {
        Self {
            budget: CHART_MEMORY,
            entries: BTreeMap::new(),
            draws: 0,
            share: 0,
            keeps_overviews: true,
        }
    }
}

impl ChartData {
    /// May hold this number of bytes.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
    }

    /// Overviews of channels that are not drawn may be dropped.
    pub fn drop_overviews(&mut self) {
        self.keeps_overviews = false;
    }

    fn window(&self, key: Key) -> Option<&Window> {
        self.entries.get(&key)?.window.as_ref()
    }

    /// Rows that give exactly what is within `range`.
    pub fn series(&self, key: Key, range: TimeRange) -> Option<&Arc<Series>> {
        let window = self.window(key)?;
        let covered = window.covers.contains(range.start()) && window.covers.contains(range.end());
        covered.then_some(&window.rows.series)
    }

    /// The exact reduction of `range` to `columns`.
    pub fn reduced(&self, key: Key, range: TimeRange, columns: usize) -> Option<Reduced> {
        if let Some(series) = self.series(key, range) {
            return Some(series.reduce(range, columns));
        }
        let exact = self.entries.get(&key)?.exact.as_ref()?;
        let same = exact.range == range && exact.reduced.columns.len() == columns;
        same.then(|| exact.reduced.clone())
    }

    /// Whether [`ChartData::reduced`] has an answer.
    pub fn is_exact(&self, key: Key, range: TimeRange, columns: usize) -> bool {
        let same = |e: &Exact| e.range == range && e.reduced.columns.len() == columns;
        let exact = || self.entries.get(&key)?.exact.as_ref();
        self.series(key, range).is_some() || exact().is_some_and(same)
    }

    /// Statistics of what is within `range`: `None` when not known, `Some(None)` without a
    /// value there.
    pub fn stats(&self, key: Key, range: TimeRange) -> Option<Option<WindowStats>> {
        if let Some(series) = self.series(key, range) {
            return Some(series.stats(range));
        }
        let exact = self.entries.get(&key)?.exact.as_ref()?;
        (exact.range == range).then_some(exact.stats)
    }

    /// The value in the row at or before `time`: NaN for null and before the first row.
    pub fn value_at(&self, key: Key, time: i64) -> Option<f64> {
        let series = self.series(key, TimeRange::new(time, time))?;
        let sample = series.at_or_before(time);
        Some(sample.map_or(f64::NAN, |s| s.value))
    }

    /// Times of the rows of a run's table from one time to another, with those around.
    pub fn times(&self, run: usize, range: TimeRange) -> &[i64] {
        let keys = self.entries.keys().filter(|k| k.run == run);
        let mut found = keys.filter_map(|k| self.series(*k, range));
        found.next().map_or(&[], |series| series.times())
    }

    /// The time of a row of a run's table.
    pub fn time_of_row(&self, run: usize, row: u64) -> Option<i64> {
        self.windows(run).find_map(|rows| {
            let at = usize::try_from(row.checked_sub(rows.first_row)?).ok()?;
            rows.series.times().get(at).copied()
        })
    }

    /// Rows of the run that are in memory, whose times others may share.
    pub fn windows(&self, run: usize) -> impl Iterator<Item = &Rows> {
        let of_run = self.entries.iter().filter(move |(k, _)| k.run == run);
        of_run.filter_map(|(_, entry)| Some(&entry.window.as_ref()?.rows))
    }

    /// The channel in the spans of its run's overview.
    pub fn overview(&self, key: Key) -> Option<&[Option<Bucket>]> {
        let overview = &self.entries.get(&key)?.overview;
        (!overview.is_empty()).then_some(overview)
    }

    /// Keeps the channel's part of an overview.
    pub fn set_overview(&mut self, key: Key, overview: Vec<Option<Bucket>>) {
        self.entries.entry(key).or_default().overview = overview;
        self.make_room(0);
    }

    /// Values at which the channel has a limit line.
    pub fn limits(&self, key: Key) -> &[f64] {
        self.entries.get(&key).map_or(&[], |e| &e.limits)
    }

    /// Why the channel cannot be read.
    pub fn failure(&self, key: Key) -> Option<&str> {
        self.entries.get(&key)?.failed.as_deref()
    }

    /// Why some channel of a run cannot be read.
    pub fn failure_of(&self, run: usize) -> Option<&str> {
        let mut keys = self.entries.keys().filter(|k| k.run == run);
        keys.find_map(|k| self.failure(*k))
    }

    /// The channel cannot be read; it is not asked for again.
    pub fn fail(&mut self, key: Key, sentence: String) {
        self.entries.entry(key).or_default().failed = Some(sentence);
    }

    /// Keeps what was read of a channel, in place of what was there.
    pub fn insert(&mut self, key: Key, read: ChannelRead) {
        let drawn = self.draws;
        let entry = self.entries.entry(key).or_default();
        entry.drawn = entry.drawn.max(drawn);
        (entry.window, entry.exact) = (None, None);
        match read {
            ChannelRead::Rows {
                rows,
                covers,
                limits,
            } => {
                entry.limits = limits;
                entry.window = Some(Window { rows, covers });
            }
            ChannelRead::Reduced {
                range,
                reduced,
                stats,
                limits,
            } => {
                entry.limits = limits;
                entry.exact = Some(Exact {
                    range,
                    reduced,
                    stats,
                });
            }
        }
        self.make_room(0);
    }

    /// Drops the rows of a channel, before others take their place.
    pub fn forget(&mut self, key: Key) {
        if let Some(entry) = self.entries.get_mut(&key) {
            (entry.window, entry.exact) = (None, None);
        }
    }

    /// These are drawn now, and overviews take so many bytes: what is left is shared.
    pub fn draw(&mut self, keys: &[Key], overviews: usize) {
        self.draws += 1;
        for key in keys {
            self.entries.entry(*key).or_default().drawn = self.draws;
        }
        // Overviews of very many channels must not take everything.
        let rest = self.budget.saturating_sub(overviews).max(self.budget / 4);
        self.share = (rest / (keys.len().max(1) * ROW_BYTES)) as u64;
    }

    /// Rows that each drawn channel may have in memory.
    pub fn share(&self) -> u64 {
        self.share
    }

    /// Makes room for so many rows more: first goes what is not drawn, the longest ago first,
    /// then what has more than its share.
    pub fn make_room(&mut self, rows: u64) {
        let needed = usize::try_from(rows).map_or(usize::MAX, |r| r.saturating_mul(ROW_BYTES));
        let budget = self.budget.saturating_sub(needed);
        while self.bytes() > budget {
            let held = self.entries.iter_mut().filter(|(_, e)| {
                let rows = e.window.as_ref().map_or(0, |w| w.rows.series.len());
                let overview = !self.keeps_overviews && !e.overview.is_empty();
                let any = rows > 0 || e.exact.is_some() || overview;
                rows as u64 > self.share || e.drawn < self.draws && any
            });
            let Some((_, entry)) = held.min_by_key(|(_, e)| e.drawn) else {
                return;
            };
            (entry.window, entry.exact) = (None, None);
            if !self.keeps_overviews && entry.drawn < self.draws {
                entry.overview = Vec::new();
            }
        }
    }

    /// Bytes in memory; times that channels share count once.
    pub fn bytes(&self) -> usize {
        let mut clocks: Vec<*const i64> = Vec::new();
        let mut bytes = 0;
        for entry in self.entries.values() {
            bytes += entry.overview.len() * size_of::<Option<Bucket>>();
            bytes += entry.exact.as_ref().map_or(0, |e| e.reduced.bytes());
            let Some(window) = &entry.window else {
                continue;
            };
            let series = &window.rows.series;
            bytes += series.bytes();
            let clock = series.times().as_ptr();
            if !clocks.contains(&clock) {
                clocks.push(clock);
                bytes += series.times().len() * size_of::<i64>();
            }
        }
        bytes
    }

    /// Keeps from an earlier view what `new` gives a key here; what failed may work now.
    pub fn resume(&mut self, earlier: Self, new: impl Fn(Key) -> Option<Key>) {
        self.budget = earlier.budget;
        let kept = earlier.entries.into_iter().filter_map(|(key, entry)| {
            let entry = Entry {
                failed: None,
                drawn: 0,
                ..entry
            };
            Some((new(key)?, entry))
        });
        self.entries = kept.collect();
    }
}
