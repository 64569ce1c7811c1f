//! What every view can do, so that the browser needs not know which one is open.
//!
//! A view implements what it has; everything else does nothing. It changes what views share
//! through an [`ActionContext`].

use std::{any::Any, fmt::Debug};

use crossterm::event::MouseEvent;
use ratatui::layout::Rect;

use super::{
    action::Action,
    chart::Marker,
    choice::{Choices, Chooser},
    command::Command,
    crumbs::Crumb,
    effect::Effect,
    export::{Export, Form},
    jobs::ToHarvest,
    keymap::Context,
    layout,
    list::{self, List},
    note::NotedRuns,
    prompt::Purpose,
    query::Answer,
    state::{Overlay, Prompt, State, Tone},
    top::Count,
};
use crate::etl::{catalog::MachineRow, filter::Completion, parse_error::ParseError};

/// A view at the top level: `1` to `4`. The state keeps it while others are shown.
#[derive(Debug)]
pub struct TopView {
    /// The key that shows it by default.
    pub number: u8,
    /// What it is called.
    pub title: &'static str,
    /// The action that shows it.
    pub action: Action,
    /// Where the state has it.
    pub view: fn(&State) -> &(dyn View + 'static),
    /// As `view`, to change it.
    pub view_mut: fn(&mut State) -> &mut (dyn View + 'static),
}

/// A view that a key opens, whichever view is open.
#[derive(Debug)]
pub struct OpenedView {
    /// The action that opens it over the open one.
    pub action: Action,
    /// Opens it.
    pub open: fn(&mut ActionContext<'_>),
}

/// What a view knows of the browser while it handles an action, and what it changes of it.
#[derive(Debug)]
pub struct ActionContext<'a> {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// What charts are drawn with at first.
    pub marker: Marker,
    /// The channels that were last chosen for the charts of a run; none: the usual ones.
    pub channels: Vec<String>,
    /// Lines of the view's list on the screen.
    pub lines: usize,
    /// Columns of the view's list on the screen, by their index.
    pub columns: Vec<usize>,
    /// What workers are to do.
    pub effects: &'a mut Vec<Effect>,
    /// What the message line shall say.
    pub message: Option<(Tone, String)>,
    /// What shall lie over the view.
    pub overlay: Option<Overlay>,
    /// The view to open over this one.
    pub open: Option<Box<dyn View>>,
}

impl ActionContext<'_> {
    /// Shows a message that is neither a success nor an error.
    pub fn say(&mut self, text: impl Into<String>) {
        self.message = Some((Tone::Plain, text.into()));
    }

    /// Opens a text field; Escape restores `cursor` and `filter`.
    pub fn ask_text(&mut self, purpose: Purpose, cursor: usize, filter: &str) {
        self.overlay = Some(Overlay::Prompt(Prompt::new(purpose, cursor, filter)));
    }

    /// Opens a view over this one; `asked` is what it asks of workers.
    pub fn open(&mut self, view: impl View, asked: Vec<Effect>) {
        self.effects.extend(asked);
        self.open = Some(Box::new(view));
    }
}

/// Why a view may have to read again what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion<'a> {
    /// The browser was started.
    Start,
    /// The view, one of the top level, is shown.
    Shown,
    /// The operator asked for a look at the data directory.
    Look,
    /// A look found that logs have changed.
    LogsChanged,
    /// The log with this key was harvested, or its harvest ended otherwise.
    Harvested(&'a str),
    /// Notes were written on runs of the logs with these keys.
    Noted(&'a [String]),
}

impl Occasion<'_> {
    /// Whether a list is to be read that is read when it is first shown. A look that finds
    /// nothing new changes no list: one that failed would stay so.
    pub fn asks_for_list(self, is_loaded: bool, is_asked: bool, has_failed: bool) -> bool {
        match self {
            Self::Start => false,
            Self::Shown => !is_loaded,
            Self::Look => has_failed,
            Self::LogsChanged | Self::Harvested(_) | Self::Noted(_) => is_loaded || is_asked,
        }
    }

    /// Whether what was read of these logs, by their keys, may have changed.
    pub fn concerns(self, mut logs: impl Iterator<Item = impl AsRef<str>>) -> bool {
        match self {
            Self::Start | Self::Shown => false,
            Self::Look | Self::LogsChanged => true,
            Self::Harvested(key) => logs.any(|log| log.as_ref() == key),
            Self::Noted(keys) => logs.any(|log| keys.iter().any(|key| key == log.as_ref())),
        }
    }
}

/// What a view does with an answer besides changing itself.
#[derive(Debug)]
pub struct AnswerContext<'a> {
    /// What workers are to do.
    pub effects: &'a mut Vec<Effect>,
    /// What the message line shall say.
    pub message: Option<(Tone, String)>,
    /// What a search says that found nothing: beside the text while it is typed.
    pub not_found: Option<String>,
    /// The machines, when they were read: for all views that show some.
    pub machines: Option<Vec<MachineRow>>,
    /// Whether the view closes, for the answer leaves it nothing to show. One that lies below
    /// another stays, and says so itself.
    pub closes: bool,
}

impl AnswerContext<'_> {
    /// Shows an error in the message line.
    pub fn fail(&mut self, sentence: String) {
        self.message = Some((Tone::Error, sentence));
    }
}

/// What a view gets after every event.
#[derive(Debug, Clone, Copy)]
pub struct AfterEvent<'a> {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// The columns that the operator chose in each view.
    pub choices: &'a Choices,
    /// Whether the view is the one that is drawn.
    pub is_open: bool,
}

/// The harvest that a view means by "cancel".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancel {
    /// The one under the cursor of Jobs.
    CurrentJob,
    /// That of a log; `None`: no log is under the cursor.
    OfLog(Option<String>),
}

/// What is specific to a view. The default methods do nothing.
pub trait View: Any + Debug {
    /// The key contexts of the view, innermost first, without the global one.
    fn contexts(&self) -> Vec<Context>;

    /// What the top line calls the view that is open over another; `None` at the top level.
    fn crumb(&self) -> Option<Crumb> {
        None
    }

    /// What the top line counts; `None`: the logs, by state.
    fn counts(&self) -> Option<Vec<Count>> {
        None
    }

    /// A number beside the name of a view of the top level; 0: none.
    fn badge(&self) -> u64 {
        0
    }

    /// The list that has the keys, if one has.
    fn list(&self) -> Option<&dyn List> {
        None
    }

    /// As [`View::list`], to change it.
    fn list_mut(&mut self) -> Option<&mut dyn List> {
        None
    }

    /// Where the list with its header is, in a terminal of `size`.
    fn list_area(&self, size: (u16, u16)) -> Rect {
        layout::body(size)
    }

    /// Lines of the list on the screen.
    fn list_lines(&self, size: (u16, u16)) -> usize {
        usize::from(self.list_area(size).height).saturating_sub(1)
    }

    /// Characters kept for the keys of rows, and columns that are of no use here: see
    /// [`super::columns::Room`].
    fn list_room(&self, _size: (u16, u16)) -> (u16, &'static [&'static str]) {
        (0, &[])
    }

    /// The line of the cursor, from 1 on, and the number of lines of what has the keys, where the
    /// view does not say it itself.
    fn position(&self) -> Option<(usize, usize)> {
        let position = self.list()?.position();
        (position.len > 0).then(|| (position.cursor + 1, position.len))
    }

    /// What one row of the list and many are called; `None` where the message line says
    /// nothing of marks and filter.
    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Handles an action that is not the same in every view.
    fn act(&mut self, action: Action, context: &mut ActionContext<'_>);

    /// The mouse was used below the top line; `None`: the list, if there is one, handles it.
    fn mouse(&mut self, _mouse: MouseEvent, _size: (u16, u16)) -> Option<Vec<Effect>> {
        None
    }

    /// Takes a text that was typed; `None`: it was applied while it was typed.
    ///
    /// # Errors
    /// What is wrong with the text; the text field stays open.
    fn submit(&mut self, _: Purpose, _text: &str) -> Option<Result<Vec<Effect>, ParseError>> {
        None
    }

    /// What the word before the cursor of a text field can be completed to.
    fn completion(&self, purpose: Purpose, before: &str) -> Completion {
        match (self.list(), purpose) {
            (Some(list), Purpose::Filter) => list.completion(before),
            _ => Completion::default(),
        }
    }

    /// Clears what Escape clears before it closes anything: a range that is being marked, the
    /// filter, the search.
    fn clear_filter(&mut self) -> Option<Vec<Effect>> {
        let list = self.list_mut()?;
        list::clear(list).then(Vec::new)
    }

    /// Whether [`View::step_back`] would close something.
    fn can_step_back(&self) -> bool {
        self.list().is_some_and(|list| list.status().range)
    }

    /// Whether an action can do something in the view as it is now: the bottom line names the
    /// keys of those that can.
    fn is_possible(&self, action: Action) -> bool {
        self.list()
            .is_none_or(|list| list::is_possible(list, action))
    }

    /// Closes the innermost part of the view; false when nothing but the view is open.
    fn step_back(&mut self) -> bool {
        self.list_mut().is_some_and(List::stop_range)
    }

    /// The columns of the list, to choose from.
    fn chooser(&self, choices: &Choices) -> Option<Chooser> {
        self.list()?.chooser(choices)
    }

    /// The `mdtui` command that does what the view shows, if there is one.
    fn command(&self) -> Option<Command>;

    /// What `y` copies.
    fn copy(&self) -> Option<String>;

    /// What the message calls the copy; `None`: its text.
    fn copy_name(&self) -> Option<&'static str> {
        None
    }

    /// What `e` writes; `columns` are those of the list on the screen.
    ///
    /// # Errors
    /// One sentence: why there is nothing to write.
    fn export(&self, columns: &[usize], form: Form) -> Result<Export, String>;

    /// What `H` harvests, and how many marked rows of the list that is (0: other than those);
    /// `None`: nothing can be meant.
    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        None
    }

    /// The runs that a note is written on; `None`: no run is shown.
    fn to_note(&self) -> Option<NotedRuns> {
        None
    }

    /// The harvest that `x` cancels.
    fn to_cancel(&self) -> Cancel {
        Cancel::CurrentJob
    }

    /// The terminal has another size.
    fn resize(&mut self, _size: (u16, u16)) -> Vec<Effect> {
        Vec::new()
    }

    /// Asks again for what may have changed.
    fn refresh(&mut self, _occasion: Occasion<'_>, _effects: &mut Vec<Effect>) {}

    /// Applies the answer to one of the view's own queries; any other stays as it is.
    fn answer(&mut self, _answer: &mut Answer, _context: &mut AnswerContext<'_>) {}

    /// Does what is due after every event: asks workers for what the view now lacks.
    fn after_event(&mut self, _event: AfterEvent<'_>, _effects: &mut Vec<Effect>) {}

    /// The machines were read again.
    fn update_machines(&mut self, _machines: &[MachineRow]) {}

    /// What its charts are drawn with.
    fn marker(&self) -> Option<Marker> {
        None
    }

    /// The channels that have a chart, once after the operator chose others.
    fn take_chosen_channels(&mut self) -> Option<Vec<String>> {
        None
    }

    /// The error that stands in the view in place of what it has to show.
    fn error(&self) -> Option<&str> {
        None
    }

    /// What the view wants the message line to say, once.
    fn take_message(&mut self) -> Option<String> {
        None
    }
}
