//! Signals of one run, or of several over each other: every channel in one line, the chosen
//! ones as charts that share a span of time and a cursor. A run is a comparison of one.
//!
//! * [`Channel`]: the channels to choose from.
//! * [`align`](self): where several runs lie over each other.
//! * [`CHART_MEMORY`]: what is in memory, within a budget ([`data`]).
//! * [`missing`](self): what charts lack, as queries to workers; [`query`]: their answers; [`SignalsQueries`]: those
//!   that are under way.
//! * [`Distribution`]: the histogram of a channel; [`contact`](self): of its samples in contact.
//! * [`layout`](self): which part gets how many lines and columns, and what the mouse points at.
//! * [`bands`](self): layers below the charts; [`flags`]: flags in the charts; [`position`](self): what is typed to go somewhere.
//! * [`text`](self): the cursor in words; [`picture`](self): the charts as a file.

mod align;
mod bands;
mod channel;
mod contact;
mod data;
mod distribution;
#[cfg(test)]
pub(crate) mod fixture;
pub mod flags;
mod layout;
mod missing;
mod pending;
mod picture;
mod position;
pub mod query;
mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use bands::{Band, RobotLayers};
pub use channel::Channel;
pub use data::{CHART_MEMORY, Key};
pub use distribution::{Distribution, PERCENTILES, ReadDistribution, RunPart, bin_of};
pub use layout::{LOWEST_CHART, Layout, MARK, SignalsHit};
pub use missing::Line;
pub use pending::SignalsQueries;
pub use position::{check_form, read_position};
pub use query::{Part, SignalsAnswer, SignalsQuery};
pub use text::copied_values;

use self::{
    data::ChartData,
    flags::{Mark, marks},
    missing::Loading,
};
use crate::{
    app::{
        action::Action,
        chart::{TimeRange, TimeView},
        run::TableRef,
        scroll::Scroll,
    },
    etl::{catalog::RunDetail, compare::Comparison, held::never_held},
};

/// A run whose signals are shown.
#[derive(Debug, Clone, PartialEq)]
struct Run {
    /// Its table; `None`: it is gone, or failed.
    table: Option<TableRef>,
    /// First and last sample in microseconds since 1970.
    span: Option<(i64, i64)>,
    /// Where it is aligned, in microseconds since 1970; else at its start.
    place: Option<i64>,
    /// Rows of its table.
    rows: u64,
    /// What is asked of it.
    loading: Loading,
    /// The values at the cursor, and those at the pinned one.
    row: Option<CursorRow>,
    pinned_row: Option<CursorRow>,
}

/// The values of channels at a time.
#[derive(Debug, Clone, PartialEq)]
struct CursorRow {
    /// Microseconds since 1970.
    time: i64,
    /// By channel; NaN for null.
    values: BTreeMap<usize, f64>,
}

impl Run {
    fn of(detail: Option<&RunDetail>) -> Self {
        let row = detail.map(|d| &d.row);
        Self {
            table: row.and_then(TableRef::of),
            span: row.and_then(|r| r.start_us().zip(r.stop_us())),
            place: None,
            rows: row.map_or(0, |r| r.rows()),
            loading: Loading::default(),
            row: None,
            pinned_row: None,
        }
    }
}

/// Where the view is and what it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Signals {
    /// The channels to choose from: all of a single run, else those that runs share.
    pub channels: Vec<Channel>,
    /// The channel under the list's cursor.
    pub row: usize,
    /// The first channel on the screen, as far as the cursor is in sight then.
    top: usize,
    /// Channels that have a chart.
    pub chosen: BTreeSet<usize>,
    /// Whether the operator chose others since [`Signals::take_chosen`].
    has_chosen: bool,
    /// What the charts show, and their cursor. Times are microseconds, of a single run since
    /// 1970, else from where the runs are aligned.
    pub view: TimeView,
    /// Whether chosen channels of one unit share a chart.
    pub overlaid: bool,
    /// Whether the histogram of the channel under the cursor is shown.
    pub has_distribution: bool,
    /// Whether it counts samples in contact only, where contact is known.
    pub only_contact: bool,
    work: contact::WorkByChannel,
    /// The histogram, or why it cannot be made, and the query that it answers.
    counted: Option<(ReadDistribution, Result<Option<Distribution>, String>)>,
    /// Channels of a single run that hold no value.
    whole: BTreeSet<String>,
    /// The run whose place is set next.
    pub turn: usize,
    /// Why there are no sparklines.
    pub error: Option<String>,
    runs: Vec<Run>,
    data: ChartData,
    /// Flags of a single run that have a place, by time.
    marks: Vec<Mark>,
    /// Layers of a single run.
    layers: Vec<RobotLayers>,
    /// The flag that was gone to.
    at_flag: Option<usize>,
    /// A position that was typed, and waits for the times of rows that it names.
    typed: Option<position::Typed>,
}

impl Signals {
    /// The signals of one run; `None` when it has no table or no span of time (it failed). The
    /// `default_channels` have a chart at first; without any the first that has samples.
    pub fn of_run(detail: &RunDetail, default_channels: &[String]) -> Option<Self> {
        let run = Run::of(Some(detail));
        if run.table.is_none() || run.span.is_none() {
            return None;
        }
        let channels = Channel::of_run(detail);
        let chosen = channel::charted_at_first(&channels, default_channels, usize::MAX);
        let mut signals = Self::new(vec![run], channels, chosen);
        signals.marks = marks(detail);
        signals.layers = bands::robot_layers(detail, &signals.channels);
        signals.whole = never_held(&detail.channels);
        signals.work = contact::by_channel(detail, &signals.channels);
        Some(signals)
    }

    /// The signals that runs (`None`: gone) share, from what was found out of them. The first of
    /// the `default_channels` that they share has a chart at first.
    pub fn of_runs(
        details: &[Option<&RunDetail>],
        comparison: &Comparison,
        default_channels: &[String],
    ) -> Self {
        let channels = Channel::of_runs(details, &comparison.channels);
        let chosen = channel::charted_at_first(&channels, default_channels, 1);
        let runs = details.iter().map(|detail| Run::of(*detail)).collect();
        Self::new(runs, channels, chosen)
    }

    fn new(runs: Vec<Run>, channels: Vec<Channel>, chosen: BTreeSet<usize>) -> Self {
        // What has a chart is in sight.
        let first = chosen.first().copied().unwrap_or(0);
        let mut signals = Self {
            row: first,
            top: first,
            chosen,
            has_chosen: false,
            channels,
            view: TimeView::new(TimeRange::new(0, 0)),
            overlaid: false,
            has_distribution: false,
            only_contact: false,
            work: BTreeMap::new(),
            counted: None,
            whole: BTreeSet::new(),
            turn: runs.iter().position(|r| r.span.is_some()).unwrap_or(0),
            error: None,
            runs,
            data: ChartData::default(),
            marks: Vec::new(),
            layers: Vec::new(),
            at_flag: None,
            typed: None,
        };
        signals.view = TimeView::new(signals.bounds());
        if signals.is_aligned() {
            signals.data.drop_overviews();
        }
        signals.put_on_values();
        signals
    }

    /// Puts the cursor at the first time at which every channel with a chart has had a sample in
    /// every run that has the channel: no chart's value is still to come there.
    pub fn put_on_values(&mut self) {
        let charted = || self.chosen.iter().filter_map(|c| self.channels.get(*c));
        let first = |run: usize| {
            let origin = self.origin(run);
            charted().filter_map(move |channel| Some(channel.first_us(run)? - origin))
        };
        if let Some(time) = (0..self.runs.len()).flat_map(first).max() {
            self.view.put(time);
        }
    }

    /// Lets charts hold another number of bytes than [`CHART_MEMORY`].
    #[must_use]
    pub fn with_memory(mut self, bytes: usize) -> Self {
        self.data.set_budget(bytes);
        self
    }

    /// The table of a run that has one.
    pub(crate) fn table(&self, run: usize) -> Option<&TableRef> {
        self.runs.get(run)?.table.as_ref()
    }

    /// Bytes that are in memory for charts.
    pub fn bytes(&self) -> usize {
        self.data.bytes()
    }

    /// Moves, zooms, chooses, in a view of `height` lines; a sentence on what else happened.
    pub fn update(&mut self, action: Action, height: usize) -> Option<String> {
        let scroll = Scroll::new(self.channels.len(), self.layout(height).list);
        let several = self.is_aligned();
        match (scroll.step(self.row, action), action) {
            (Some(to), _) => self.row = to,
            (None, Action::Mark) => self.choose(),
            (None, Action::NextRun) if several => self.next_run(),
            (None, Action::AlignHere) if several => return Some(self.align_here()),
            (None, Action::AlignStart) if several => return Some(self.align_at_start()),
            (None, Action::Overlay) if !several => self.overlaid = !self.overlaid,
            (None, Action::Distribution) if !several => {
                self.has_distribution = !self.has_distribution;
                if self.has_distribution && self.layout(height).distribution == 0 {
                    self.has_distribution = false;
                    let sentence = match self.chosen.is_empty() {
                        true => {
                            "choose a channel with Space first: the histogram shares the charts' room"
                        }
                        false => "the terminal is too low for a histogram",
                    };
                    return Some(sentence.into());
                }
            }
            (None, Action::OnlyContact) if !several => return self.toggle_contact(height),
            (None, Action::Next | Action::Previous) if !several => {
                return Some(self.step_flag(action == Action::Next));
            }
            (None, action) => {
                self.update_time(action);
            }
        }
        self.top = self.first_row(self.layout(height).list);
        None
    }

    /// What a path shares with the charts: span of time, cursor, marker. False for other
    /// actions.
    pub fn update_time(&mut self, action: Action) -> bool {
        let mut view = self.view;
        let done = view.update(action, self.times());
        self.view = view;
        if action == Action::Pin {
            for run in &mut self.runs {
                run.pinned_row = run.row.clone();
            }
        }
        done
    }

    /// Gives charts to the channels of these names that there are, instead of the usual ones;
    /// nothing where there is none.
    pub fn choose_named(&mut self, names: &[String]) {
        let at = |name: &String| self.channels.iter().position(|c| c.name == *name);
        let found: BTreeSet<usize> = names.iter().filter_map(at).collect();
        if let Some(first) = found.first() {
            (self.row, self.chosen) = (*first, found);
        }
    }

    /// The names of the channels that have a chart, once after the operator chose others.
    pub fn take_chosen(&mut self) -> Option<Vec<String>> {
        std::mem::take(&mut self.has_chosen)
            .then(|| self.chosen_names().map(str::to_owned).collect())
    }

    fn choose(&mut self) {
        self.has_chosen = true;
        if !self.chosen.remove(&self.row) && self.row < self.channels.len() {
            self.chosen.insert(self.row);
        }
    }

    /// The times that a step of the cursor of a single run may lead to; empty while they are
    /// not in memory, and of several runs, whose rows lie anywhere.
    fn times(&self) -> &[i64] {
        let (cursor, step) = (self.view.cursor.time, self.view.range.span() / 64 + 1);
        self.times_within(TimeRange::new(
            cursor.saturating_sub(step),
            cursor.saturating_add(step),
        ))
    }

    /// Times of the rows of a single run within `range`, and some around; empty as above.
    fn times_within(&self, range: TimeRange) -> &[i64] {
        if self.is_aligned() {
            return &[];
        }
        self.data.times(0, range)
    }

    /// The time of the row that the cursor stands on, as far as rows are known.
    pub fn cursor_time(&self) -> i64 {
        let time = self.view.cursor.time;
        let times = self.times_within(TimeRange::new(time, time));
        self.view.cursor.snap(times)
    }

    /// The channel's value in a run at the row at or before a time on the axis: NaN for null
    /// and outside of the run, `None` while it is not known.
    pub fn value_at(&self, run: usize, channel: usize, time: i64) -> Option<f64> {
        let time = time.saturating_add(self.origin(run));
        let inside = |(start, stop)| (start..=stop).contains(&time);
        if self.is_aligned() && !self.span(run).is_some_and(inside) {
            let has = self.channels.get(channel).is_some_and(|c| c.is_in(run));
            return has.then_some(f64::NAN);
        }
        if let Some(value) = self.data.value_at(Key { run, channel }, time) {
            return Some(value);
        }
        let run = self.runs.get(run)?;
        let rows = run.row.iter().chain(&run.pinned_row);
        let mut at_time = rows.filter(|row| row.time == time);
        at_time.find_map(|row| row.values.get(&channel).copied())
    }

    /// Whether the cursor stands before the channel's first sample in a run.
    pub fn is_before_first(&self, run: usize, channel: usize) -> bool {
        let time = self.view.cursor.time.saturating_add(self.origin(run));
        let channel = self.channels.get(channel);
        channel.is_some_and(|channel| channel.is_before_first(run, time))
    }

    /// The histogram of the channel under the cursor over what is visible, or why there is none;
    /// of what was visible before, while that is counted. `None`: nothing is counted yet.
    pub fn distribution(&self) -> Option<Result<Option<&Distribution>, &str>> {
        let channel = self.channels.get(self.row)?;
        let (query, result) = self.counted.as_ref()?;
        let result = result.as_ref().map(Option::as_ref);
        (query.channel == channel.name).then_some(result.map_err(String::as_str))
    }

    /// How many samples of the channel under the cursor are visible, once the histogram has counted
    /// them; `None` also where some of them may be held values.
    pub fn samples_seen(&self) -> Option<u64> {
        let (query, _) = self.counted.as_ref()?;
        let found = self.distribution()?.ok()??;
        let is_all_of_it = found.part.is_none() && query.range == self.view.range;
        (is_all_of_it && found.uncertain == 0).then_some(found.samples)
    }

    /// What changed of a channel of a run from the pinned place to the cursor; `None` when
    /// nothing is pinned or a value is not known, NaN when one is null.
    pub fn since_pin(&self, run: usize, channel: usize) -> Option<f64> {
        let pinned = self.value_at(run, channel, self.view.cursor.pin?)?;
        Some(self.value_at(run, channel, self.view.cursor.time)? - pinned)
    }

    /// Replaces an earlier view of the same runs: where it was, and what it has in
    /// memory of the runs whose table is the same file.
    pub fn resume(&mut self, earlier: Self) {
        let find = |channel: usize| {
            let old = earlier.channels.get(channel)?;
            let same = |c: &Channel| (&c.name, &c.unit) == (&old.name, &old.unit);
            self.channels.iter().position(same)
        };
        self.chosen = earlier.chosen.iter().filter_map(|c| find(*c)).collect();
        self.row = find(earlier.row).unwrap_or(0);
        let same_file = |run: usize| {
            let table = |signals: &Self| signals.runs.get(run).and_then(|r| r.table.clone());
            table(self).is_some_and(|t| table(&earlier) == Some(t))
        };
        let found: BTreeMap<usize, usize> = (0..earlier.channels.len())
            .filter_map(|c| Some((c, find(c)?)))
            .collect();
        let same_file: Vec<bool> = (0..self.runs.len()).map(same_file).collect();
        self.data.resume(earlier.data, |key| {
            let channel = *found.get(&key.channel)?;
            let same = same_file.get(key.run).copied().unwrap_or(false);
            same.then_some(Key { channel, ..key })
        });
        let rows = |row: Option<CursorRow>| {
            let mut row = row?;
            let values = row.values.iter();
            row.values = values
                .filter_map(|(c, v)| Some((*found.get(c)?, *v)))
                .collect();
            Some(row)
        };
        for (at, (run, old)) in self.runs.iter_mut().zip(earlier.runs).enumerate() {
            let inside = |(start, stop)| old.place.filter(|p| (start..=stop).contains(p));
            run.place = run.span.and_then(inside);
            if same_file.get(at).copied().unwrap_or(false) {
                (run.row, run.pinned_row) = (rows(old.row), rows(old.pinned_row));
                let overview = |channel| self.data.overview(Key { run: at, channel });
                let known = (0..self.channels.len()).any(|c| overview(c).is_some());
                run.loading.resume(known);
            }
        }
        (self.top, self.overlaid) = (earlier.top, earlier.overlaid);
        self.has_distribution = earlier.has_distribution;
        self.only_contact = earlier.only_contact;
        self.view.bounds = self.bounds();
        self.view.resume(&earlier.view);
        self.set_turn(earlier.turn);
    }
}

#[cfg(test)]
mod memory_tests;
#[cfg(test)]
#[path = "tests.rs"]
mod tests;
