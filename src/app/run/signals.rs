//! The signals of a run: every channel in one line, the chosen ones as charts that
//! share a span of time and a cursor.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::flags::{Mark, marks};
use crate::{
    app::{
        action::Action,
        chart::{Reduced, Series, TimeRange, TimeView, decimals_for},
        table::step,
    },
    etl::{
        catalog::RunDetail,
        natural_order,
        overview::{self, LONG, Overview},
        reduce::sketch,
        schema::ChannelName,
    },
};

/// Loaded channels are kept up to this many bytes.
const CACHE: usize = 256 << 20;
/// Characters of the list's column of marks.
pub const MARK: usize = 3;

/// One channel as the list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// The table's column.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Smallest and largest sample; `None` without samples.
    pub extent: Option<(f64, f64)>,
    /// Mean of its samples.
    pub mean: Option<f64>,
    /// Root of the mean of their squares.
    pub rms: Option<f64>,
    /// Digits after the point.
    pub decimals: usize,
    /// Median interval of its samples in microseconds.
    pub interval_us: Option<f64>,
}

/// Something that the charts or the list lack.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    /// The sparklines of all channels; only if they are `stored`, or from the table.
    Overview {
        /// Only if they need not be made.
        stored: bool,
    },
    /// A channel, by its index.
    Channel(usize),
    /// The values of all channels at a time.
    CursorRow(i64),
}

/// How far the question for the sparklines has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Asked {
    #[default]
    No,
    /// For those that a harvest stored.
    Stored,
    /// For those, and there are none.
    NoneStored,
    Yes,
}

/// Lines of the parts of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Channels in the list.
    pub list: usize,
    /// Lines of all charts together; 0: no charts and no time axis.
    pub charts: usize,
    /// Lines of the strip of flags below them: the strip, and the words of a flag.
    pub flags: usize,
}

/// Where the view is and what it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Signals {
    /// All channels in the table's order.
    pub channels: Vec<Channel>,
    /// The channel under the list's cursor.
    pub row: usize,
    /// The first channel on the screen, as far as the cursor is in sight then.
    pub(super) top: usize,
    /// Channels that have a chart.
    pub chosen: BTreeSet<usize>,
    /// What the charts show of the run, and their cursor.
    pub view: TimeView,
    /// Whether chosen channels of one unit share a chart.
    pub overlaid: bool,
    /// Rows of the run's table.
    pub rows: u64,
    /// The sparklines; of a long run its charts too, until its table is read.
    pub overview: Option<Arc<Overview>>,
    /// Why there is something missing, by channel.
    pub failed: BTreeMap<usize, String>,
    /// Why there are no sparklines.
    pub error: Option<String>,
    /// Loaded channels, the latest used last.
    loaded: Vec<(usize, Arc<Series>)>,
    loading: Option<usize>,
    /// Limit lines of loaded channels.
    limits: BTreeMap<usize, Vec<f64>>,
    pin_values: Option<(i64, Vec<f64>)>,
    row_values: Option<(i64, Vec<f64>)>,
    row_asked: Option<i64>,
    overview_asked: Asked,
    /// Flags that have a place, by time.
    pub(super) marks: Vec<Mark>,
    /// The flag that was gone to.
    pub(super) at_flag: Option<usize>,
}

impl Signals {
    /// The signals of `detail`; `None` when the run has no span of time (it failed).
    pub fn new(detail: &RunDetail) -> Option<Self> {
        let bounds = TimeRange::new(detail.row.start_us?, detail.row.stop_us?);
        let channels: Vec<Channel> = detail
            .columns
            .iter()
            .skip(1)
            .map(|name| {
                let stats = detail.channels.get(name);
                let extent = stats.and_then(|s| s.min.zip(s.max));
                Channel {
                    name: name.clone(),
                    unit: stats.map(|s| s.unit.clone()).unwrap_or_default(),
                    extent,
                    mean: stats.and_then(|s| s.mean),
                    rms: stats.and_then(|s| s.rms),
                    decimals: extent.map_or(2, |(min, max)| decimals_for(min, max)),
                    interval_us: stats.and_then(|s| s.interval_median_s).map(|s| s * 1e6),
                }
            })
            .collect();
        let robots = natural_order::sorted(&detail.robots).into_iter();
        let chosen = telling(&channels, robots.map(|(robot, _)| robot));
        Some(Self {
            row: chosen.first().copied().unwrap_or(0),
            top: 0,
            chosen,
            channels,
            view: TimeView::new(bounds),
            overlaid: false,
            rows: detail.row.rows,
            overview: None,
            failed: BTreeMap::new(),
            error: None,
            loaded: Vec::new(),
            loading: None,
            limits: BTreeMap::new(),
            pin_values: None,
            row_values: None,
            row_asked: None,
            overview_asked: Asked::default(),
            marks: marks(detail),
            at_flag: None,
        })
    }

    /// Moves, zooms, chooses; true when `action` was one of the view's own.
    pub fn update(&mut self, action: Action, height: usize) -> bool {
        let last = self.channels.len().saturating_sub(1);
        let page = self.layout(height).list;
        match (step(self.row, last, page, action), action) {
            (Some(to), _) => self.row = to,
            (None, Action::Mark) => self.choose(),
            (None, Action::Overlay) => self.overlaid = !self.overlaid,
            (None, action) => return self.update_time(action),
        }
        self.top = self.first_row(self.layout(height).list);
        true
    }

    /// What the path shares with the charts: span of time, cursor, marker.
    pub fn update_time(&mut self, action: Action) -> bool {
        let mut view = self.view;
        let done = view.update(action, self.times());
        self.view = view;
        if action == Action::Pin {
            self.pin_values = self.row_values.clone();
        }
        done
    }

    fn choose(&mut self) {
        if !self.chosen.remove(&self.row) && self.row < self.channels.len() {
            self.chosen.insert(self.row);
        }
    }

    /// Times of the table's rows; empty while no channel is loaded.
    pub fn times(&self) -> &[i64] {
        self.loaded.first().map_or(&[], |(_, s)| s.times())
    }

    /// As [`Signals::times`], to share them with another channel.
    pub fn shared_times(&self) -> Option<Arc<[i64]>> {
        self.loaded.first().map(|(_, s)| s.times().clone())
    }

    /// A loaded channel.
    pub fn series(&self, channel: usize) -> Option<&Arc<Series>> {
        let found = self.loaded.iter().find(|(c, _)| *c == channel);
        found.map(|(_, series)| series)
    }

    /// What is visible of a channel that is not loaded, in `width` columns, from the
    /// overview of a long run.
    pub fn sketch(&self, channel: usize, width: usize) -> Option<Reduced> {
        let buckets = self.overview.as_ref()?.channels.get(channel)?;
        let spans = overview::spans(self.view.bounds.start(), self.view.bounds.end(), self.rows);
        (self.rows >= LONG).then(|| sketch(buckets, spans, self.view.range, width))
    }

    /// Values at which a channel's chart has a limit line.
    pub fn limits(&self, channel: usize) -> &[f64] {
        self.limits.get(&channel).map_or(&[], Vec::as_slice)
    }

    /// The channel's value at the row at or before `time`: NaN for null, `None`
    /// while it is not known.
    pub fn value_at(&self, channel: usize, time: i64) -> Option<f64> {
        if let Some(series) = self.series(channel) {
            let sample = series.at_or_before(time);
            return Some(sample.map_or(f64::NAN, |s| s.value));
        }
        let rows = self.row_values.iter().chain(&self.pin_values);
        let mut at_time = rows.filter(|(at, _)| *at == time);
        at_time.find_map(|(_, values)| values.get(channel).copied())
    }

    /// What changed of a channel from the pinned place to the cursor; `None` when
    /// nothing is pinned or a value is not known, NaN when one is null.
    pub fn since_pin(&self, channel: usize) -> Option<f64> {
        let pinned = self.value_at(channel, self.view.cursor.pin?)?;
        Some(self.value_at(channel, self.view.cursor.time)? - pinned)
    }

    /// How many lines the parts get in a view of `height` lines: a header above the
    /// list; a rule, the time axis and the cursor's line around the charts.
    pub fn layout(&self, height: usize) -> Layout {
        let n = self.channels.len();
        let mut free = height.saturating_sub(4);
        if self.chosen.is_empty() || free < 4 {
            return Layout {
                list: n.min(height.saturating_sub(2)),
                charts: 0,
                flags: 0,
            };
        }
        // Low terminals keep their charts.
        let flags = if free >= 10 && self.flags().next().is_some() {
            2
        } else {
            0
        };
        free -= flags;
        // Charts that need little room leave it to the list.
        let needed = self.chosen.len() * 12;
        let list = n.min((free * 2 / 5).max(free.saturating_sub(needed)).max(1));
        Layout {
            list,
            charts: free - list,
            flags,
        }
    }

    /// The channels of each chart, in order: those of one unit follow each other, and
    /// share a chart when overlaid.
    pub(super) fn groups(&self) -> Vec<Vec<usize>> {
        let unit = |c: usize| self.channels.get(c).map(|c| c.unit.as_str());
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for channel in &self.chosen {
            let same = |g: &&mut Vec<usize>| g.first().is_some_and(|f| unit(*f) == unit(*channel));
            match groups.iter_mut().find(same) {
                Some(group) => group.push(*channel),
                None => groups.push(vec![*channel]),
            }
        }
        if self.overlaid {
            return groups;
        }
        groups.into_iter().flatten().map(|c| vec![c]).collect()
    }

    /// The charts that are seen: their channels and heights. When not all of them fit,
    /// they are those up to the chart of the channel under the list's cursor.
    pub fn charts(&self, lines: usize) -> Vec<(Vec<usize>, usize)> {
        let groups = self.groups();
        let shown = groups.len().min((lines / 3).max(1));
        if shown == 0 || lines == 0 {
            return Vec::new();
        }
        let under = groups.iter().position(|g| g.contains(&self.row));
        let first = under.map_or(0, |at| (at + 1).saturating_sub(shown));
        let (each, more) = (lines / shown, lines % shown);
        groups
            .into_iter()
            .skip(first)
            .take(shown)
            .enumerate()
            .map(|(i, channels)| (channels, each + usize::from(i < more)))
            .collect()
    }

    /// What to ask for next. Each answer is asked for once, a failed one not again.
    pub fn wants(&mut self) -> Vec<Want> {
        let mut wants = Vec::new();
        let missing = self
            .chosen
            .iter()
            .find(|c| self.series(**c).is_none() && !self.failed.contains_key(c));
        let missing = missing.copied();
        // The charts of a long run are there at once when its overview was stored. Its
        // table is read after that, and not beside it.
        if self.rows >= LONG && self.overview_asked == Asked::No {
            self.overview_asked = Asked::Stored;
            wants.push(Want::Overview { stored: true });
        }
        let useful = self.loading.is_some_and(|c| self.chosen.contains(&c));
        if !useful && missing.is_some() && self.overview_asked != Asked::Stored {
            self.loading = missing;
            wants.extend(missing.map(Want::Channel));
        }
        // Charts first: the sparklines of a long run read all of its table.
        let asked = matches!(self.overview_asked, Asked::Stored | Asked::Yes);
        if !asked && missing.is_none() {
            self.overview_asked = Asked::Yes;
            wants.push(Want::Overview { stored: false });
        }
        let time = self.view.cursor.time;
        let unknown = (0..self.channels.len()).any(|c| self.value_at(c, time).is_none());
        if unknown && self.row_asked != Some(time) && self.error.is_none() {
            self.row_asked = Some(time);
            wants.push(Want::CursorRow(time));
        }
        wants
    }

    /// Whether a channel is on its way.
    pub fn is_loading(&self, channel: usize) -> bool {
        self.loading == Some(channel)
    }

    /// Takes the sparklines.
    pub fn take_overview(&mut self, result: Result<Option<Overview>, String>) {
        match result {
            Ok(Some(overview)) => {
                self.overview = Some(Arc::new(overview));
                self.overview_asked = Asked::Yes;
            }
            // Then they are made from the table.
            _ if self.overview_asked == Asked::Stored => {
                self.overview_asked = Asked::NoneStored;
            }
            Ok(None) => {}
            Err(sentence) => self.error = Some(sentence),
        }
    }

    /// Takes a channel that was read, or why it was not.
    pub fn take_channel(&mut self, result: Result<(String, Series, Vec<f64>), String>) {
        let asked = self.loading.take();
        match result {
            Ok((name, mut series, limits)) => {
                let Some(at) = self.channels.iter().position(|c| c.name == name) else {
                    return;
                };
                if let Some((_, first)) = self.loaded.first() {
                    series.share_times(first.times());
                }
                self.limits.insert(at, limits);
                self.loaded.retain(|(c, _)| *c != at);
                self.loaded.push((at, Arc::new(series)));
                self.forget_unused();
            }
            Err(sentence) => {
                if let Some(channel) = asked {
                    self.failed.insert(channel, sentence);
                }
            }
        }
    }

    /// Takes the values at the cursor.
    pub fn take_row(&mut self, asked: i64, values: Vec<f64>) {
        self.row_values = Some((asked, values));
    }

    /// Takes the place of an earlier look at the same run: where it was, and what it
    /// has loaded when the table is the same file.
    pub fn resume(&mut self, earlier: Self, same_file: bool) {
        let of = |c: &usize| earlier.channels.get(*c).map(|c| c.name.clone());
        let names: BTreeSet<String> = earlier.chosen.iter().filter_map(of).collect();
        let index = |name: &String| self.channels.iter().position(|c| c.name == *name);
        self.chosen = names.iter().filter_map(index).collect();
        self.row = earlier.row.min(self.channels.len().saturating_sub(1));
        self.top = earlier.top;
        self.overlaid = earlier.overlaid;
        self.view.resume(&earlier.view);
        if same_file {
            if earlier.overview.is_some() {
                self.overview_asked = Asked::Yes;
            }
            self.overview = earlier.overview;
            self.loaded = earlier.loaded;
            self.limits = earlier.limits;
            self.pin_values = earlier.pin_values;
            self.row_values = earlier.row_values;
        }
    }

    /// Lets go of channels that are not chosen, the longest unused first, until the
    /// rest fits the cache.
    fn forget_unused(&mut self) {
        let bytes = |l: &[(usize, Arc<Series>)]| l.iter().map(|(_, s)| s.bytes()).sum::<usize>();
        while bytes(&self.loaded) > CACHE {
            let Some(at) = self
                .loaded
                .iter()
                .position(|(c, _)| !self.chosen.contains(c))
            else {
                return;
            };
            self.loaded.remove(at);
        }
    }
}

/// What to look at first: force and speed of the first robot that has them, else
/// the first channel with samples.
fn telling<'a>(channels: &[Channel], robots: impl Iterator<Item = &'a String>) -> BTreeSet<usize> {
    let with = |name: String| {
        let found = channels.iter().position(|c| c.name == name);
        found.filter(|c| channels.get(*c).is_some_and(|c| c.extent.is_some()))
    };
    for robot in robots {
        let both: BTreeSet<usize> = [ChannelName::TotalForce(robot), ChannelName::Speed(robot)]
            .into_iter()
            .filter_map(|name| with(name.to_string()))
            .collect();
        if !both.is_empty() {
            return both;
        }
    }
    channels
        .iter()
        .position(|c| c.extent.is_some())
        .into_iter()
        .collect()
}

#[cfg(test)]
#[path = "signals_tests.rs"]
mod tests;
