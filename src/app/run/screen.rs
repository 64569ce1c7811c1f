//! One run that is open: its tabs, and the way from a key to what is asked of workers.

use super::{
    CountChanges, FilterRows, FindRow, FindSample, Layers, LocateTime, OpenedRun, Path, Quality,
    ReadPaths, ReadRows, ReadRun, Samples, Summary, TableRef,
};
use crate::{
    app::{
        action::Action,
        chart::Marker,
        choice::Choice,
        effect::Effect,
        layout,
        prompt::Purpose,
        query::{Answer, Pending},
        signals::{Signals, SignalsQueries},
    },
    etl::{catalog::RunDetail, run_id::RunId, stats::ChannelStats},
};

/// The views of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// What is known of it.
    Summary,
    /// Its channels as charts.
    Signals,
    /// Its table.
    Samples,
    /// Where its tools went.
    Path,
    /// The layers that its robots formed.
    Layers,
    /// What the checks found.
    Quality,
}

impl Tab {
    /// In the order of the screen.
    pub const ALL: [Self; 6] = [
        Self::Summary,
        Self::Signals,
        Self::Samples,
        Self::Path,
        Self::Layers,
        Self::Quality,
    ];

    /// The word for the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Signals => "Signals",
            Self::Samples => "Samples",
            Self::Path => "Path",
            Self::Layers => "Layers",
            Self::Quality => "Quality",
        }
    }

    /// The tabs with their words, in the order of the screen.
    pub fn titles() -> [(Self, &'static str); Self::ALL.len()] {
        Self::ALL.map(|tab| (tab, tab.title()))
    }

    fn beside(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|t| *t == self).unwrap_or(0);
        Self::ALL
            .get((at + by) % Self::ALL.len())
            .copied()
            .unwrap_or(self)
    }
}

/// The tabs of a run that has a table.
#[derive(Debug, Clone)]
pub struct Views {
    /// The table's place in the lake.
    pub table: TableRef,
    /// See [`Tab::Summary`].
    pub summary: Summary,
    /// See [`Tab::Signals`].
    pub signals: Signals,
    /// See [`Tab::Samples`].
    pub samples: Samples,
    /// See [`Tab::Path`]. Its span of time and its cursor are those of Signals.
    pub path: Path,
    /// See [`Tab::Layers`].
    pub layers: Layers,
    /// See [`Tab::Quality`].
    pub quality: Quality,
}

impl Views {
    /// Why a tab cannot show what it has to.
    pub fn error_of(&self, tab: Tab) -> Option<&str> {
        let error = match tab {
            Tab::Summary | Tab::Layers | Tab::Quality => &None,
            Tab::Signals => &self.signals.error,
            Tab::Samples => &self.samples.error,
            Tab::Path => &self.path.error,
        };
        error.as_deref()
    }
}

/// What the tabs of a run wait for.
#[derive(Debug, Default)]
pub(crate) struct RunQueries {
    pub detail: Pending<ReadRun>,
    pub signals: SignalsQueries,
    pub rows: Pending<ReadRows>,
    pub locate: Pending<LocateTime>,
    pub filter: Pending<FilterRows>,
    pub find: Pending<FindRow>,
    pub sample: Pending<FindSample>,
    pub changes: Pending<CountChanges>,
    pub paths: Pending<ReadPaths>,
}

/// One run that is open.
#[derive(Debug)]
pub struct RunScreen {
    /// The log that it was opened from.
    pub log_key: String,
    /// The run.
    pub run: RunId,
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// What is known of it; `None` until it is read.
    pub detail: Option<Box<RunDetail>>,
    /// Why it cannot be shown.
    pub error: Option<String>,
    /// The tab that is seen.
    pub tab: Tab,
    /// The tabs; `None` until the run is read, and when it has no table.
    pub views: Option<Views>,
    /// What charts are drawn with at first.
    pub marker: Marker,
    /// The channels that have a chart at first, as far as the run has them; none: the usual ones.
    pub channels: Vec<String>,
    pub(super) message: Option<String>,
    /// A place that was typed before the run was read.
    pub(super) place: Option<String>,
    /// The columns of the samples that were chosen, in this run or another.
    pub(super) choice: Choice,
    /// A span of time, in microseconds, and a channel to show in Signals once the run is read.
    pub(super) stretch: Option<((i64, i64), Option<String>)>,
    /// The tab whose row was opened in Signals: the way back leads there.
    pub(super) came_from: Option<Tab>,
    pub(super) queries: RunQueries,
}

impl RunScreen {
    /// Opens a run in a terminal of `size` (columns, lines).
    pub fn open(log_key: &str, run: RunId, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let mut screen = Self {
            log_key: log_key.to_owned(),
            run,
            size,
            detail: None,
            error: None,
            tab: Tab::Summary,
            views: None,
            marker: Marker::default(),
            channels: Vec::new(),
            message: None,
            place: None,
            choice: Choice::default(),
            stretch: None,
            came_from: None,
            queries: RunQueries::default(),
        };
        let effects = screen.reload();
        (screen, effects)
    }

    /// Asks again for what is shown: the lake may have changed.
    pub fn reload(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let query = ReadRun {
            log_key: self.log_key.clone(),
            run: self.run,
        };
        self.queries.detail.ask(query, &mut effects);
        effects
    }

    /// Does `action`. Back, Escape, Quit, Help, Palette and the keys of text fields
    /// never come here.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        let (width, height) = self.body();
        if let Some(effects) = self.jump(action).or_else(|| self.seek(action)) {
            return effects;
        }
        match action {
            Action::NextPane => self.turn(1),
            Action::PreviousPane => self.turn(Tab::ALL.len() - 1),
            Action::Open if self.tab == Tab::Quality => self.open_flag(),
            Action::Open if self.tab == Tab::Layers => self.open_layer(),
            Action::Open if self.tab == Tab::Summary => {
                let mut effects = self.open_statistic();
                effects.extend(self.ask_missing());
                return effects;
            }
            action => {
                let Some(views) = &mut self.views else {
                    return Vec::new();
                };
                match self.tab {
                    Tab::Summary => views.summary.update(action, (width, height)),
                    Tab::Signals => {
                        if let Some(message) = views.signals.update(action, height) {
                            self.message = Some(message);
                        }
                        true
                    }
                    Tab::Samples => views.samples.update(action, (width, height)),
                    Tab::Path => views.path.update(action) || views.signals.update_time(action),
                    Tab::Layers => views.layers.update(action, height),
                    Tab::Quality => views.quality.update(action, height),
                };
            }
        }
        self.ask_missing()
    }

    fn turn(&mut self, by: usize) {
        self.tab = self.tab.beside(by);
        // Escape leads back from any tab to the list whose line was opened.
        self.came_from = self.came_from.filter(|tab| *tab != self.tab);
    }

    /// Applies the answer to one of the run's own queries; any other stays as it is.
    pub fn answer(&mut self, answer: &mut Answer) -> Vec<Effect> {
        let height = self.body().1;
        let mut effects = Vec::new();
        let (queries, asked) = (&mut self.queries, &mut effects);
        match (queries.detail.receive(answer, asked), &mut self.views) {
            (Some(Ok(opened)), _) => self.ingest(opened),
            (Some(Err(sentence)), Some(_)) => self.message = Some(sentence),
            (Some(Err(sentence)), None) => self.error = Some(sentence),
            // Nothing else is asked before the run is read.
            (None, None) => return effects,
            (None, Some(v)) => {
                if let Some(message) = queries.signals.receive(&mut v.signals, answer, asked) {
                    self.message = message.or(self.message.take());
                } else if let Some(result) = queries.rows.receive(answer, asked) {
                    match result {
                        Ok(window) => v.samples.take(window),
                        Err(sentence) => v.samples.fail(sentence),
                    }
                } else if let Some(result) = queries.paths.receive(answer, asked) {
                    v.path.take(result);
                } else if let Some(result) = queries.filter.receive(answer, asked) {
                    match result {
                        Ok((condition, rows)) => v.samples.filter(condition, rows, height),
                        Err(sentence) => {
                            v.samples.filtering = None;
                            self.message = Some(sentence);
                        }
                    }
                } else if let Some(result) = queries.locate.receive(answer, asked) {
                    match result {
                        Ok((query, row)) => self.located(&query, row),
                        Err(sentence) => self.not_located(sentence),
                    }
                } else if let Some(result) = queries.sample.receive(answer, asked) {
                    match result {
                        Ok((query, found)) => self.found_sample(&query, found),
                        Err(sentence) => self.message = Some(sentence),
                    }
                } else if let Some(result) = queries.changes.receive(answer, asked) {
                    // Where it cannot be counted, nothing is told by it.
                    v.samples.all_change = Some(result.unwrap_or_default());
                } else if let Some(result) = queries.find.receive(answer, asked) {
                    match result {
                        Ok((target, row)) => self.found(&target, row),
                        Err(sentence) => self.message = Some(sentence),
                    }
                } else {
                    return effects;
                }
            }
        }
        effects.extend(self.go_to_place());
        effects.extend(self.ask_missing());
        effects
    }

    fn ingest(&mut self, opened: Option<OpenedRun>) {
        let earlier = self.views.take();
        let (width, height) = self.body();
        let Some(OpenedRun {
            detail,
            default_channels,
        }) = opened
        else {
            let run = self.run.short();
            self.queries = RunQueries::default();
            self.detail = None;
            self.error = Some(format!("run {run} is not in the lake any more"));
            return;
        };
        self.error = detail.row.error().map(str::to_owned);
        let signals = Signals::of_run(&detail, &default_channels);
        if let (Some(mut signals), Some(file_name)) = (signals, detail.row.file_name()) {
            let table = TableRef {
                log_key: self.log_key.clone(),
                file_name: file_name.into_owned(),
            };
            signals.view.marker = self.marker;
            signals.choose_named(&self.channels);
            signals.put_on_values();
            let mut summary = Summary::new(&detail);
            let mut samples = Samples::new(&detail);
            if let Some(earlier) = &earlier {
                samples.ticked.clone_from(&earlier.samples.ticked);
            }
            samples.choose(&self.choice, width);
            let mut path = Path::default();
            let mut layers = Layers::new(&detail);
            let mut quality = Quality::new(&detail, signals.view.cursor.time);
            if let Some(earlier) = earlier {
                let same = earlier.table == table;
                if !same {
                    // What was asked of the other table says nothing about this one.
                    self.queries = RunQueries::default();
                }
                signals.resume(earlier.signals);
                (summary.top, summary.first_column) =
                    (earlier.summary.top, earlier.summary.first_column);
                (summary.row, summary.column) = (earlier.summary.row, earlier.summary.column);
                summary.search = earlier.summary.search;
                if !same && !earlier.samples.filter_text().is_empty() {
                    self.message =
                        Some("the run was harvested again: its filter was cleared".into());
                }
                samples.resume(earlier.samples, same);
                path.resume(earlier.path, same);
                layers.resume(earlier.layers);
                quality.resume(earlier.quality);
            }
            self.views = Some(Views {
                table,
                summary,
                signals,
                samples,
                path,
                layers,
                quality,
            });
        } else if self.error.is_none() {
            self.error = Some("the run has no samples".into());
        }
        self.detail = Some(detail);
        if let Some(views) = &mut self.views {
            views.summary.clamp((width, height));
            views.samples.show_cursor(height);
            if let Some((span, channel)) = self.stretch.take() {
                views.signals.show_flag(Some(span), channel.as_deref());
            }
        }
    }

    /// Asks for what the tab that is seen lacks.
    pub(super) fn ask_missing(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.put_charted_first();
        self.share_cursor(&mut effects);
        let ((width, height), queries) = (self.body(), &mut self.queries);
        let Some(Views {
            table,
            signals,
            samples,
            path,
            ..
        }) = &mut self.views
        else {
            return effects;
        };
        let table = || table.clone();
        let names = |s: &Signals| s.channels.iter().map(|c| c.name.clone()).collect();
        match self.tab {
            Tab::Path if path.needs_query() => {
                let channels = self.detail.iter().flat_map(|detail| &detail.channels);
                let interval = |(name, stats): (&String, &ChannelStats)| {
                    Some((name.clone(), stats.interval_median_s?))
                };
                let query = ReadPaths {
                    table: table(),
                    intervals_s: channels.filter_map(interval).collect(),
                };
                queries.paths.ask(query, &mut effects);
            }
            Tab::Summary | Tab::Layers | Tab::Quality | Tab::Path => {}
            Tab::Signals => queries.signals.ask(signals, (width, height), &mut effects),
            Tab::Samples => {
                if let Some(positions) = samples.rows_to_read(height) {
                    let query = ReadRows {
                        table: table(),
                        channels: names(signals),
                        whole: samples.whole.clone(),
                        rows: samples.listed(&positions),
                        positions,
                    };
                    queries.rows.ask(query, &mut effects);
                }
                let uncounted = samples.all_change.is_none() && !queries.changes.is_asked();
                if let Some(detail) = self.detail.as_ref().filter(|_| uncounted) {
                    let query = CountChanges {
                        table: table(),
                        channels: detail.channels.clone(),
                    };
                    queries.changes.ask(query, &mut effects);
                }
            }
        }
        effects
    }

    /// The text field that `action` opens here, if any: `Search`, `GoTo`, `Filter`.
    pub fn prompt(&self, action: Action) -> Option<Purpose> {
        let has_places =
            self.error.is_none() && !matches!(self.tab, Tab::Summary | Tab::Layers | Tab::Quality);
        let can_filter = self.views.is_some() && self.tab == Tab::Samples;
        match action {
            Action::GoTo if has_places => Some(Purpose::GoTo),
            Action::Filter if can_filter => Some(Purpose::Filter),
            _ => None,
        }
    }

    /// Columns and lines that the view of a tab has.
    pub fn body(&self) -> (usize, usize) {
        let (_, body) = layout::headed(self.size, 1);
        (usize::from(body.width), usize::from(body.height))
    }
}

#[cfg(test)]
#[path = "screen_tests.rs"]
mod tests;
