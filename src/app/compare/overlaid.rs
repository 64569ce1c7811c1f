//! Channels of several runs over each other, against the time from where the runs are
//! aligned.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    app::{
        action::Action,
        chart::{Reduced, Series, TimeRange, TimeView, decimals_for},
    },
    etl::{catalog::RunDetail, compare::Comparison, schema::ChannelName},
};

/// Loaded channels of all runs are kept up to this many bytes.
const CACHE: usize = 256 << 20;

/// A channel that at least two of the runs have.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The tables' column.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Digits after the point.
    pub decimals: usize,
    /// For each run: whether it has the channel, and then its median interval in
    /// microseconds.
    pub runs: Vec<Option<Option<f64>>>,
}

/// A channel that a run must be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// The run's index.
    pub run: usize,
    /// The channel's index.
    pub channel: usize,
}

/// Where the charts are and what they have. All times are microseconds from where the
/// runs are aligned.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlaid {
    /// The channels to choose from.
    pub channels: Vec<Shared>,
    /// The channel under the list's cursor.
    pub row: usize,
    /// The first channel on the screen, as far as the cursor is in sight then.
    top: usize,
    /// Channels that have a chart.
    pub chosen: BTreeSet<usize>,
    /// What the charts show, from the first sample of all runs to the last, and their cursor.
    pub view: TimeView,
    /// The run whose place is set next.
    pub turn: usize,
    /// First and last sample of each run that has any, in microseconds since 1970.
    spans: Vec<Option<(i64, i64)>>,
    /// Where in each run it is aligned, in microseconds since 1970; else at its start.
    places: Vec<Option<i64>>,
    loaded: Vec<(Want, Arc<Series>)>,
    loading: BTreeMap<usize, usize>,
    failed: BTreeMap<(usize, usize), String>,
}

impl Overlaid {
    /// Of runs that were read (`None`: gone) and what they share.
    pub fn new(runs: &[Option<&RunDetail>], comparison: &Comparison) -> Self {
        let spans: Vec<Option<(i64, i64)>> = runs
            .iter()
            .map(|run| run.and_then(|r| r.row.start_us.zip(r.row.stop_us)))
            .collect();
        let channels: Vec<Shared> = comparison
            .channels
            .iter()
            .map(|channel| shared(channel, runs))
            .collect();
        let robots = runs.iter().flatten().flat_map(|run| run.robots.keys());
        let chosen = default_channels(&channels, &robots.collect::<Vec<_>>());
        let places = vec![None; runs.len()];
        Self {
            row: chosen.first().copied().unwrap_or(0),
            top: 0,
            chosen,
            channels,
            view: TimeView::new(bounds(&spans, &places)),
            turn: spans.iter().position(Option::is_some).unwrap_or(0),
            spans,
            places,
            loaded: Vec::new(),
            loading: BTreeMap::new(),
            failed: BTreeMap::new(),
        }
    }

    /// Moves, zooms, chooses; a sentence on what else happened.
    pub fn update(&mut self, action: Action, page: usize) -> Option<String> {
        let last = self.channels.len().saturating_sub(1);
        let half = (page / 2).max(1);
        match action {
            Action::Down => self.row = (self.row + 1).min(last),
            Action::Up => self.row = self.row.saturating_sub(1),
            Action::PageDown => self.row = (self.row + page).min(last),
            Action::PageUp => self.row = self.row.saturating_sub(page),
            Action::HalfDown => self.row = (self.row + half).min(last),
            Action::HalfUp => self.row = self.row.saturating_sub(half),
            Action::First => self.row = 0,
            Action::Last => self.row = last,
            Action::Mark => self.choose(),
            Action::NextRun => self.next_run(),
            Action::AlignHere => return Some(self.align_here()),
            Action::AlignStart => return Some(self.align_at_start()),
            // Rows of several runs lie anywhere: the cursor moves freely.
            _ => {
                self.view.update(action, &[]);
            }
        }
        self.top = self.first_row(page);
        None
    }

    fn choose(&mut self) {
        if !self.chosen.remove(&self.row) && self.row < self.channels.len() {
            self.chosen.insert(self.row);
        }
    }

    fn next_run(&mut self) {
        let n = self.spans.len().max(1);
        let mut after = (1..=n).map(|by| (self.turn + by) % n);
        if let Some(run) = after.find(|run| self.span(*run).is_some()) {
            self.turn = run;
        }
    }

    fn align_here(&mut self) -> String {
        let run = self.turn;
        let letter = crate::etl::compare::letter(run);
        let Some((start, stop)) = self.span(run) else {
            return "no run has samples to align".into();
        };
        let place = self.origin(run).saturating_add(self.view.cursor.time);
        let place = place.clamp(start, stop);
        if let Some(own) = self.places.get_mut(run) {
            *own = Some(place);
        }
        // What lies under the cursor stays where it is on the screen.
        let (by, range) = (self.view.cursor.time, self.view.range);
        if range != self.view.bounds {
            self.view.range = TimeRange::new(range.start() - by, range.end() - by);
        }
        self.aligned(0);
        self.next_run();
        let offset = super::sheet::offset(place - start);
        let next = crate::etl::compare::letter(self.turn);
        format!("run {letter} is aligned at {offset} of it; a sets the place of run {next} next")
    }

    fn align_at_start(&mut self) -> String {
        self.places.fill(None);
        self.aligned(self.view.cursor.time);
        "the runs are aligned at their starts".into()
    }

    /// Other places: the same is seen where there still is something to see, and the
    /// whole when it was the whole.
    fn aligned(&mut self, cursor: i64) {
        self.view.cursor.pin = None;
        self.view.rebound(bounds(&self.spans, &self.places), cursor);
    }

    fn span(&self, run: usize) -> Option<(i64, i64)> {
        self.spans.get(run).copied().flatten()
    }

    /// The time in a run, in microseconds since 1970, at which it is aligned.
    fn origin(&self, run: usize) -> i64 {
        let place = self.places.get(run).copied().flatten();
        place
            .or_else(|| self.span(run).map(|s| s.0))
            .unwrap_or_default()
    }

    /// How far into a run its place lies, in microseconds; `None`: at its start.
    pub fn place(&self, run: usize) -> Option<i64> {
        let place = self.places.get(run).copied().flatten()?;
        Some(place - self.span(run)?.0)
    }

    /// Whether any run has a place of its own.
    pub fn has_places(&self) -> bool {
        self.places.iter().any(Option::is_some)
    }

    /// A loaded channel of a run.
    fn series(&self, want: Want) -> Option<&Arc<Series>> {
        let found = self.loaded.iter().find(|(w, _)| *w == want);
        found.map(|(_, series)| series)
    }

    /// A loaded channel of a run, and the time in it at which the run is aligned.
    pub(super) fn drawn(&self, run: usize, channel: usize) -> Option<(Arc<Series>, i64)> {
        let series = self.series(Want { run, channel })?;
        Some((series.clone(), self.origin(run)))
    }

    /// What is visible of a channel of a run, in `width` columns; `None` while it is not
    /// loaded.
    pub fn reduce(&self, run: usize, channel: usize, width: usize) -> Option<Reduced> {
        let origin = self.origin(run);
        let (from, to) = (self.view.range.start(), self.view.range.end());
        let range = TimeRange::new(from.saturating_add(origin), to.saturating_add(origin));
        Some(self.series(Want { run, channel })?.reduce(range, width))
    }

    /// The value of a channel of a run at or before `time`: NaN for null and outside of
    /// the run, `None` while it is not known.
    pub fn value_at(&self, run: usize, channel: usize, time: i64) -> Option<f64> {
        let series = self.series(Want { run, channel })?;
        let time = self.origin(run).saturating_add(time);
        let inside = self.span(run).is_some_and(|(_, stop)| time <= stop);
        let sample = series.at_or_before(time).filter(|_| inside);
        Some(sample.map_or(f64::NAN, |s| s.value))
    }

    /// Why a channel of a run cannot be shown.
    pub fn failure(&self, run: usize, channel: usize) -> Option<&str> {
        self.failed.get(&(run, channel)).map(String::as_str)
    }

    /// Why any channel of a run cannot be shown.
    pub fn failure_of(&self, run: usize) -> Option<&str> {
        let mut failed = self.failed.iter().filter(|((r, _), _)| *r == run);
        failed.next().map(|(_, sentence)| sentence.as_str())
    }

    /// Chosen channels whose charts are seen in so many lines, with their heights: those
    /// up to the one under the list's cursor, when not all of them fit.
    pub fn charts(&self, lines: usize) -> Vec<(usize, usize)> {
        let lowest = super::layout::LOWEST_CHART;
        let shown = self.chosen.len().min((lines / lowest).max(1));
        if shown == 0 || lines == 0 {
            return Vec::new();
        }
        let under = self.chosen.iter().filter(|c| **c <= self.row).count();
        let first = under.saturating_sub(shown);
        let (each, more) = (lines / shown, lines % shown);
        let seen = self.chosen.iter().skip(first).take(shown);
        seen.enumerate()
            .map(|(i, channel)| (*channel, each + usize::from(i < more)))
            .collect()
    }

    /// The first channel in a list of `lines` lines: the list moves only as far as the
    /// cursor needs to be in sight.
    pub fn first_row(&self, lines: usize) -> usize {
        let last = self.channels.len().saturating_sub(lines);
        let lowest = (self.row + 1).saturating_sub(lines);
        self.top.min(self.row).max(lowest).min(last)
    }

    /// Puts the list's cursor on a channel; of `lines` lines none moves.
    pub fn point(&mut self, row: usize, lines: usize) {
        self.top = self.first_row(lines);
        self.row = row.min(self.channels.len().saturating_sub(1));
    }

    /// Chooses the run whose place is set next, if it has samples.
    pub fn set_turn(&mut self, run: usize) {
        if self.span(run).is_some() {
            self.turn = run;
        }
    }

    /// What to ask for next: of each run one channel at a time, a failed one not again.
    pub fn wants(&mut self) -> Vec<Want> {
        let mut wants = Vec::new();
        for run in 0..self.spans.len() {
            let busy = self.loading.get(&run);
            if busy.is_some_and(|c| self.chosen.contains(c)) {
                continue;
            }
            let lacks = |channel: &&usize| {
                let channel = **channel;
                let has = self.channels.get(channel).and_then(|c| c.runs.get(run));
                has.is_some_and(Option::is_some)
                    && self.series(Want { run, channel }).is_none()
                    && self.failure(run, channel).is_none()
            };
            if let Some(channel) = self.chosen.iter().find(lacks).copied() {
                self.loading.insert(run, channel);
                wants.push(Want { run, channel });
            }
        }
        wants
    }

    /// Takes a channel of a run that was read, or why it was not.
    pub fn take(&mut self, run: usize, result: Result<(String, Series), String>) {
        let asked = self.loading.remove(&run);
        match result {
            Ok((name, mut series)) => {
                let found = self.channels.iter().position(|c| c.name == name);
                // Of two channels of one name and different units the one that was asked for.
                let same = |c: &usize| self.channels.get(*c).is_some_and(|c| c.name == name);
                let Some(channel) = asked.filter(same).or(found) else {
                    return;
                };
                let other = self.loaded.iter().find(|(w, _)| w.run == run);
                if let Some((_, other)) = other {
                    series.share_times(other.times());
                }
                let want = Want { run, channel };
                self.loaded.retain(|(w, _)| *w != want);
                self.loaded.push((want, Arc::new(series)));
                self.forget_unused();
            }
            Err(sentence) => {
                if let Some(channel) = asked {
                    self.failed.insert((run, channel), sentence);
                }
            }
        }
    }

    /// Takes the place of an earlier look at the same runs: where it was, and what it has
    /// loaded of the runs whose table is the same file.
    pub fn resume(&mut self, earlier: Self, same_file: &[bool]) {
        let find = |channel: usize| {
            let old = earlier.channels.get(channel)?;
            let same = |c: &Shared| (&c.name, &c.unit) == (&old.name, &old.unit);
            self.channels.iter().position(same)
        };
        self.chosen = earlier.chosen.iter().filter_map(|c| find(*c)).collect();
        self.row = find(earlier.row).unwrap_or(0);
        self.top = earlier.top;
        let kept = earlier.loaded.iter().filter_map(|(want, series)| {
            let channel = find(want.channel)?;
            let same = same_file.get(want.run).copied().unwrap_or(false);
            same.then(|| (Want { channel, ..*want }, series.clone()))
        });
        self.loaded = kept.collect();
        for (run, place) in earlier.places.iter().enumerate() {
            let inside = |(start, stop)| place.filter(|p| (start..=stop).contains(p));
            let place = self.span(run).and_then(inside);
            if let Some(own) = self.places.get_mut(run) {
                *own = place;
            }
        }
        self.view.bounds = bounds(&self.spans, &self.places);
        self.view.resume(&earlier.view);
        let turn = Some(earlier.turn).filter(|run| self.span(*run).is_some());
        self.turn = turn.unwrap_or(self.turn);
    }

    /// Lets go of channels that are not chosen until the rest fits the cache.
    fn forget_unused(&mut self) {
        let bytes = |l: &[(Want, Arc<Series>)]| l.iter().map(|(_, s)| s.bytes()).sum::<usize>();
        while bytes(&self.loaded) > CACHE {
            let unused = |(w, _): &(Want, _)| !self.chosen.contains(&w.channel);
            let Some(at) = self.loaded.iter().position(unused) else {
                return;
            };
            self.loaded.remove(at);
        }
    }
}

fn shared(channel: &crate::etl::compare::Channel, runs: &[Option<&RunDetail>]) -> Shared {
    let stats = |run: usize| runs.get(run)?.as_ref()?.channels.get(&channel.name);
    let extents = channel.runs.iter().filter_map(|run| {
        let stats = stats(*run)?;
        stats.min.zip(stats.max)
    });
    let extent = extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let has = |run: usize| {
        let interval = |run| stats(run)?.interval_median_s.map(|s| s * 1e6);
        channel.runs.contains(&run).then(|| interval(run))
    };
    Shared {
        name: channel.name.clone(),
        unit: channel.unit.clone(),
        decimals: extent.map_or(2, |(min, max)| decimals_for(min, max)),
        runs: (0..runs.len()).map(has).collect(),
    }
}

/// What to look at first: the magnitude of force, else of speed, else the first channel.
fn default_channels<'r>(channels: &[Shared], robots: &[&'r String]) -> BTreeSet<usize> {
    let magnitude = |of: fn(&'r str) -> ChannelName<'r>| {
        let names: Vec<String> = robots.iter().map(|r| of(r).to_string()).collect();
        channels.iter().position(|c| names.contains(&c.name))
    };
    magnitude(ChannelName::TotalForce)
        .or_else(|| magnitude(ChannelName::Speed))
        .or_else(|| (!channels.is_empty()).then_some(0))
        .into_iter()
        .collect()
}

fn bounds(spans: &[Option<(i64, i64)>], places: &[Option<i64>]) -> TimeRange {
    let ends = spans.iter().zip(places).filter_map(|(span, place)| {
        let (start, stop) = (*span)?;
        let origin = place.unwrap_or(start);
        Some((start - origin, stop - origin))
    });
    let whole = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    whole.map_or(TimeRange::new(0, 0), |(a, b)| TimeRange::new(a, b))
}

#[cfg(test)]
#[path = "overlaid_tests.rs"]
mod tests;
