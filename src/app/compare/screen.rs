//! Runs side by side: the way from a key to what is asked of workers.

use super::{
    FindPrevious, ReadRuns, Sheet,
    layout::{self, Parts},
};
use crate::{
    app::{
        action::Action,
        chart::Marker,
        effect::Effect,
        layout as screen_layout,
        prompt::Purpose,
        query::{Answer, Pending},
        run::OpenedRun,
        signals::{Signals, SignalsQueries, check_form},
    },
    etl::{catalog::RunDetail, compare::Comparison, parse_error::ParseError, run_id::RunId},
};

/// A part of the view that takes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The channels and their charts.
    #[default]
    Overlaid,
    /// The table of differences.
    Sheet,
}

/// One of the runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The log that it stands in.
    pub log_key: String,
    /// Its id.
    pub run: RunId,
    /// What is known of it; `None` until it is read, and when it is gone.
    pub detail: Option<Box<RunDetail>>,
}

impl Compared {
    fn new(log_key: String, run: RunId) -> Self {
        Self {
            log_key,
            run,
            detail: None,
        }
    }
}

impl From<RunDetail> for Compared {
    fn from(detail: RunDetail) -> Self {
        Self {
            log_key: detail.row.log_key().to_owned(),
            run: detail.row.run,
            detail: Some(Box::new(detail)),
        }
    }
}

/// What there is once the runs are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Views {
    /// Their figures. Runs that are gone have none.
    pub comparison: Comparison,
    /// See [`Pane::Overlaid`].
    pub signals: Signals,
    /// See [`Pane::Sheet`].
    pub sheet: Sheet,
}

/// Two to six runs side by side.
#[derive(Debug)]
pub struct CompareScreen {
    /// The runs, the first of which the others are held against.
    pub runs: Vec<Compared>,
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// The part that takes keys.
    pub pane: Pane,
    /// `None` until the runs are read.
    pub views: Option<Views>,
    /// Why they cannot be read.
    pub error: Option<String>,
    pub(super) message: Option<String>,
    /// A place that was typed before the runs were read.
    pub(super) place: Option<String>,
    /// What charts are drawn with at first.
    pub marker: Marker,
    pub(super) details: Pending<ReadRuns>,
    pub(super) previous: Pending<FindPrevious>,
    pub(super) queries: SignalsQueries,
}

impl CompareScreen {
    /// Opens runs (log key, id) in a terminal of `size` (columns, lines).
    pub fn open(runs: Vec<(String, RunId)>, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let mut screen = Self {
            queries: SignalsQueries::default(),
            details: Pending::default(),
            previous: Pending::default(),
            runs: runs
                .into_iter()
                .map(|(key, run)| Compared::new(key, run))
                .collect(),
            size,
            pane: Pane::default(),
            views: None,
            error: None,
            marker: Marker::default(),
            message: None,
            place: None,
        };
        let effects = screen.reload();
        (screen, effects)
    }

    /// Opens a run beside the one of the same machine before it, which is the first: what is new
    /// is held against what was.
    pub fn open_previous(log_key: String, run: RunId, size: (u16, u16)) -> (Self, Vec<Effect>) {
        Self::open(vec![(log_key, run)], size)
    }

    /// Asks again for what is shown: the lake may have changed.
    pub fn reload(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let [alone] = self.runs.as_slice() {
            let query = FindPrevious(alone.log_key.clone(), alone.run);
            self.previous.ask(query, &mut effects);
            return effects;
        }
        let runs = self.runs.iter().map(|r| (r.log_key.clone(), r.run));
        self.details.ask(ReadRuns(runs.collect()), &mut effects);
        effects
    }

    /// Does `action`. Back, Escape, Quit, Help, Palette and the keys of text fields never
    /// come here.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        if matches!(action, Action::NextPane | Action::PreviousPane) {
            // Also before the runs are read.
            self.pane = match self.pane {
                Pane::Overlaid => Pane::Sheet,
                Pane::Sheet => Pane::Overlaid,
            };
            self.fit();
            return self.ask_missing();
        }
        let (parts, width) = (self.parts(), self.body().0);
        let pane = self.pane;
        let Some(views) = &mut self.views else {
            return Vec::new();
        };
        match (action, pane) {
            (action, Pane::Overlaid) => {
                self.message = views.signals.update(action, parts.overlaid);
                if action == Action::Mark {
                    self.lay_out_sheet();
                }
            }
            (Action::ShowAll, Pane::Sheet) => {
                views.sheet.all = !views.sheet.all;
                self.lay_out_sheet();
            }
            (action, Pane::Sheet) => views.sheet.update(action, (width, parts.sheet)),
        }
        self.fit();
        self.ask_missing()
    }

    /// Applies the answer to one of the screen's own queries; any other stays as it is.
    pub fn answer(&mut self, answer: &mut Answer) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self.previous.receive(answer, &mut effects) {
            Some(Ok(Some((log_key, run)))) => {
                self.runs.insert(0, Compared::new(log_key, run));
                self.error = None;
                return self.reload();
            }
            Some(Ok(None)) => {
                let sentence =
                    "no earlier run of this machine (same cell, a robot that moved in both)";
                self.error = Some(sentence.into());
                return effects;
            }
            Some(Err(sentence)) => {
                self.error = Some(sentence);
                return effects;
            }
            None => {}
        }
        match self.details.receive(answer, &mut effects) {
            Some(Ok(details)) => self.ingest(details),
            Some(Err(sentence)) if self.views.is_some() => self.message = Some(sentence),
            Some(Err(sentence)) => self.error = Some(sentence),
            None => {
                let Some(views) = &mut self.views else {
                    return effects;
                };
                match (self.queries).receive(&mut views.signals, answer, &mut effects) {
                    Some(message) => self.message = message.or(self.message.take()),
                    None => return effects,
                }
            }
        }
        effects.extend(self.ask_missing());
        effects
    }

    fn ingest(&mut self, opened: Vec<Option<OpenedRun>>) {
        self.error = None;
        let mut default_channels = Vec::new();
        for (run, opened) in self.runs.iter_mut().zip(opened) {
            run.detail = opened.map(|opened| {
                default_channels.extend(opened.default_channels);
                opened.detail
            });
        }
        let details = self.runs.iter().map(|r| r.detail.as_deref());
        let details: Vec<Option<&RunDetail>> = details.collect();
        let comparison = Comparison::new(&details, &[]);
        let mut signals = Signals::of_runs(&details, &comparison, &default_channels);
        signals.view.marker = self.marker;
        let mut sheet = Sheet::default();
        if let Some(earlier) = self.views.take() {
            signals.resume(earlier.signals);
            sheet = earlier.sheet;
        }
        self.views = Some(Views {
            comparison,
            signals,
            sheet,
        });
        self.lay_out_sheet();
        self.fit();
        if let Some(place) = self.place.take()
            && let Err(mistake) = self.submit(&place)
        {
            self.message = Some(mistake.sentence);
        }
    }

    /// The table shows the channels that have a chart, and all when none has.
    pub(super) fn lay_out_sheet(&mut self) {
        let Some(views) = &mut self.views else { return };
        let shown = |at: usize| is_shown(&views.signals, at);
        let all = views.sheet.all;
        let mut sheet = Sheet::new(self.runs.len(), &views.comparison, all, shown);
        (sheet.top, sheet.first_column) = (views.sheet.top, views.sheet.first_column);
        views.sheet = sheet;
    }

    pub(super) fn fit(&mut self) {
        let (parts, width) = (self.parts(), self.body().0);
        if let Some(views) = &mut self.views {
            views.sheet.clamp((width, parts.sheet));
        }
    }

    /// Asks for what the charts lack.
    pub(super) fn ask_missing(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let parts = self.parts();
        let width = self.body().0;
        let Some(views) = &mut self.views else {
            return effects;
        };
        self.queries
            .ask(&mut views.signals, (width, parts.overlaid), &mut effects);
        effects
    }

    /// The text field that `action` opens here, if any.
    pub fn prompt(&self, action: Action) -> Option<Purpose> {
        let has_places = self.pane == Pane::Overlaid;
        (action == Action::GoTo && has_places).then_some(Purpose::GoTo)
    }

    /// How the runs are aligned, in words.
    pub fn alignment(&self) -> &'static str {
        let views = self.views.as_ref();
        views.map_or("aligned at their starts", |v| v.signals.alignment())
    }

    /// Whether a run's place is set next.
    pub fn is_turn(&self, run: usize) -> bool {
        let views = self.views.as_ref();
        self.pane == Pane::Overlaid && views.is_some_and(|v| v.signals.turn == run)
    }

    /// Takes a line that was typed after [`CompareScreen::prompt`] allowed it.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, text: &str) -> Result<Vec<Effect>, ParseError> {
        let Some(views) = &mut self.views else {
            // Where the runs begin and end is not known yet: only the form is.
            check_form(text, true)?;
            self.message = Some("the cursor goes there once the runs are read".into());
            self.place = Some(text.to_owned());
            return Ok(Vec::new());
        };
        views.signals.submit(text)?;
        Ok(self.ask_missing())
    }

    /// Columns and lines below the heading.
    pub fn body(&self) -> (usize, usize) {
        let (_, body) = screen_layout::headed(self.size, 1);
        (usize::from(body.width), usize::from(body.height))
    }

    /// Lines of the view's parts.
    pub fn parts(&self) -> Parts {
        let rows = self.views.as_ref().map_or(0, |v| v.sheet.rows.len());
        layout::parts(self.body().1, self.runs.len(), rows, self.pane)
    }
}

/// Whether the table shows a channel.
pub(super) fn is_shown(signals: &Signals, channel: usize) -> bool {
    signals.chosen.is_empty() || signals.chosen.contains(&channel)
}

#[cfg(test)]
#[path = "screen_tests.rs"]
mod tests;
