//! Everything that the browser shows, as data.

use std::{any::Any, borrow::Cow, path::PathBuf, sync::Arc};

use super::{
    TOP_VIEWS,
    action::Action,
    chart::Marker,
    choice::{Choices, Chooser},
    columns::PlacedColumn,
    config::Config,
    crumbs::Crumb,
    effect::Effect,
    help::HelpScreen,
    history::{History, Recall},
    jobs::Jobs,
    keymap::{Context, Keymap},
    lake_queries::{RefreshLogs, SaveColumns, WriteExport},
    logs::Logs,
    machines::Machines,
    note::{NoteEditor, WriteNotes},
    prompt::{Line, Offered, Purpose},
    query::Pending,
    remembered::Memorizer,
    run::RunScreen,
    runs::Runs,
    saved_view::SavedViews,
    tmux::CopyToTmux,
    view::{Cancel, Occasion, View},
};
use crate::etl::{lake::ReadOnly, parse_error::ParseError, pool::JobId, text::visible_path};

/// What lies over the view and takes all keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The keys of the view.
    Help(HelpScreen),
    /// Every action of the view, by what was typed, and the line under the cursor.
    Palette(Line, usize),
    /// A line that is being typed.
    Prompt(Prompt),
    /// A note that is being typed.
    Note(Box<NoteEditor>),
    /// Whether to quit though harvests run.
    Quit,
    /// Whether to cancel all harvests.
    CancelAll,
    /// How to write the rows that are shown.
    Export,
    /// A headless command.
    Command(String),
    /// The columns of a list, to choose from.
    Columns(Chooser),
}

/// A line that is being typed, and what to go back to.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// The text.
    pub line: Line,
    /// What is wrong with it.
    pub error: Option<ParseError>,
    /// Whether more is to be typed before it is applied.
    pub waits: bool,
    /// The cursor of the list before.
    pub cursor: usize,
    /// The filter of the list before.
    pub filter: String,
    /// The text of the history that is shown.
    pub recall: Recall,
    /// What Tab offers.
    pub offered: Option<Offered>,
}

impl Prompt {
    /// A text field over a list with this cursor and filter; a filter or a condition, which then
    /// stands in the place of the filter, is edited, other text is typed again.
    pub fn new(purpose: Purpose, cursor: usize, filter: &str) -> Self {
        let text = match purpose {
            Purpose::Filter | Purpose::Find => filter,
            Purpose::Search | Purpose::GoTo => "",
        };
        Self {
            purpose,
            line: Line::new(text),
            error: None,
            waits: false,
            cursor,
            filter: filter.to_owned(),
            recall: Recall::default(),
            offered: None,
        }
    }
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something happened.
    Plain,
    /// Something went well.
    Good,
    /// Something failed.
    Error,
}

/// What the browser as a whole waits for.
#[derive(Debug, Default)]
pub struct Queries {
    /// The scan of the data directory.
    pub refresh: Pending<RefreshLogs>,
    /// The export that is being written.
    pub export: Pending<WriteExport>,
    /// The note that is being written.
    pub note: Pending<WriteNotes>,
    /// The columns that are being saved.
    pub columns: Pending<SaveColumns>,
    /// The text that tmux gets.
    pub copy: Pending<CopyToTmux>,
}

/// The whole state of the browser.
#[derive(Debug)]
pub struct State {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// The data directory, as harmless text.
    pub data_dir: String,
    /// The cache directory, as harmless text.
    pub cache_dir: String,
    /// Options of the command line that another call needs, too; see [`Config::options`].
    pub options: Vec<String>,
    /// Who writes notes.
    pub author: String,
    /// A note that is being written, or could not be.
    pub unwritten_note: Option<Box<NoteEditor>>,
    /// Why the lake cannot be written, if it cannot.
    pub read_only: Option<ReadOnly>,
    /// The columns that the operator chose in each view.
    pub choices: Choices,
    /// The file that remembers them, if there is a place for it.
    pub choices_file: Option<PathBuf>,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether tmux stands between the browser and the terminal.
    pub is_in_tmux: bool,
    /// Whether the terminal's background is light, as far as it is known.
    pub light: bool,
    /// What charts are drawn with at first.
    pub marker: Marker,
    /// What they are drawn with in a lake that remembers no other.
    pub(super) default_marker: Marker,
    /// What is remembered for the next start.
    pub memorizer: Memorizer,
    /// Views that were saved under a name.
    pub saved_views: SavedViews,
    /// The key table.
    pub keymap: Arc<Keymap>,
    /// The view of the top level that is shown, by its place in [`TOP_VIEWS`].
    top_view: usize,
    /// The views that are open over it, the innermost last.
    opened: Vec<Box<dyn View>>,
    /// What lies over the view.
    pub overlay: Option<Overlay>,
    /// What was typed in text fields.
    pub history: History,
    /// What just happened, until the next key: see [`State::message_line`].
    pub message: Option<(Tone, String)>,
    /// Whether the operator asked for a look at the data directory and waits for its result.
    pub(super) is_looking: bool,
    /// What the last look noted, so that it is said once.
    pub(super) noted: Option<String>,
    /// The logs.
    pub logs: Logs,
    /// The runs of all logs.
    pub runs: Runs,
    /// The machines.
    pub machines: Machines,
    /// The jobs.
    pub jobs: Jobs,
    /// What is waited for.
    pub queries: Queries,
}

impl State {
    /// The state at start, in a terminal of `size` (columns, lines), and what to do first.
    pub fn new(config: &Config, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let mut state = Self {
            size,
            data_dir: visible_path(&config.data_dir),
            cache_dir: visible_path(&config.cache_dir),
            options: config.options.clone(),
            author: config.author.clone(),
            unwritten_note: None,
            read_only: None,
            choices: config.choices.clone(),
            choices_file: config.choices_file.clone(),
            mouse: config.mouse,
            is_in_tmux: false,
            light: config.light,
            marker: config.memory.remembered.marker.unwrap_or(config.marker),
            default_marker: config.marker,
            memorizer: Memorizer::new(&config.memory),
            saved_views: SavedViews::new(config.views_dir.clone()),
            keymap: config.keymap.clone(),
            top_view: 0,
            opened: Vec::new(),
            overlay: None,
            history: History::default(),
            message: None,
            is_looking: false,
            noted: None,
            logs: Logs::default(),
            runs: Runs::default(),
            machines: Machines::default(),
            jobs: Jobs::default(),
            queries: Queries::default(),
        };
        state.recall(&config.memory);
        let mut effects = Vec::new();
        state.refresh_views(Occasion::Start, &mut effects);
        state.ask_refresh(&mut effects);
        (state, effects)
    }

    /// From now on the lake is only read, and the browser says so.
    pub fn set_read_only(&mut self, read_only: &ReadOnly) {
        self.message = Some((Tone::Plain, read_only.note()));
        self.read_only = Some(read_only.clone());
    }

    /// What the message line says: what just happened, else how the harvests went, until that
    /// was read.
    pub fn message_line(&self) -> Option<(Tone, Cow<'_, str>)> {
        if let Some((tone, text)) = &self.message {
            return Some((*tone, text.into()));
        }
        if self.is_looking {
            return Some((
                Tone::Plain,
                "scanning the data directory for new and changed logs …".into(),
            ));
        }
        let key = || {
            let contexts = self.screen_contexts();
            self.keymap.key_for(&contexts, Action::FirstFailed)
        };
        let (tone, text) = self.jobs.batch.sentence(key)?;
        Some((tone, text.into()))
    }

    /// Whether the message line tells of logs that failed in a harvest.
    pub fn is_failure_unread(&self) -> bool {
        let batch = &self.jobs.batch;
        self.message.is_none() && batch.is_over() && !batch.is_read() && batch.has_failed()
    }

    /// Whether an action can do anything here and now: one that writes cannot in a lake that is
    /// only read, one on a row cannot in an empty list.
    pub fn is_possible(&self, action: Action) -> bool {
        if self.overlay.is_some() {
            return true;
        }
        let writes = matches!(
            action,
            Action::Harvest | Action::CancelJob | Action::CancelAllJobs | Action::Note
        );
        if self.read_only.is_some() && writes {
            return false;
        }
        match action {
            Action::CancelAllJobs => self.jobs.is_busy(),
            Action::CancelJob => self.job_to_cancel().is_some(),
            Action::Harvest if self.is_log_gone() => false,
            // The view that is shown already.
            Action::ShowJobs => self.view::<Jobs>().is_none(),
            _ => self.open_view().is_possible(action),
        }
    }

    /// Whether the open view is of a run whose log is gone.
    fn is_log_gone(&self) -> bool {
        let run = self.view::<RunScreen>();
        run.is_some_and(|run| self.logs.is_gone(&run.log_key))
    }

    /// The harvest that the view means by "cancel", if one waits or runs: its number and the key
    /// of its log.
    pub(super) fn job_to_cancel(&self) -> Option<(JobId, String)> {
        let entry = match self.open_view().to_cancel() {
            Cancel::OfLog(key) => key.and_then(|key| self.jobs.of_log(&key)),
            Cancel::CurrentJob => self.jobs.current(),
        }?;
        Some((entry.open()?, entry.key().to_owned()))
    }

    /// Whether the key that leads back closes something; if not, it quits.
    pub fn can_go_back(&self) -> bool {
        !self.opened.is_empty() || self.open_view().can_step_back()
    }

    /// The views from that of the top level to the open one, as the top line names them.
    pub fn crumbs(&self) -> Vec<Crumb> {
        let top = TOP_VIEWS
            .get(self.top_view)
            .map(|top| Crumb::new(top.title));
        let opened = self.opened.iter().filter_map(|view| view.crumb());
        top.into_iter().chain(opened).collect()
    }

    /// The view of the top level that is open, or was before others were opened over it, by its
    /// place in [`TOP_VIEWS`].
    pub fn top_view(&self) -> usize {
        self.top_view
    }

    /// Which view is open: that of the top level, and how many are open over it.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.top_view, self.opened.len())
    }

    /// The view that is drawn.
    pub fn open_view(&self) -> &(dyn View + 'static) {
        match (self.opened.last(), TOP_VIEWS.get(self.top_view)) {
            (Some(view), _) => view.as_ref(),
            (None, Some(top)) => (top.view)(self),
            (None, None) => &self.logs,
        }
    }

    /// As [`State::open_view`], to change the view.
    pub fn open_view_mut(&mut self) -> &mut (dyn View + 'static) {
        if self.opened.is_empty() {
            return match TOP_VIEWS.get(self.top_view) {
                Some(top) => (top.view_mut)(self),
                None => &mut self.logs,
            };
        }
        match self.opened.last_mut() {
            Some(view) => view.as_mut(),
            None => &mut self.logs,
        }
    }

    /// The view that is drawn, if it is a `V`.
    pub fn view<V: View>(&self) -> Option<&V> {
        let view: &dyn Any = self.open_view();
        view.downcast_ref()
    }

    /// As [`State::view`], to change the view.
    pub fn view_mut<V: View>(&mut self) -> Option<&mut V> {
        let view: &mut dyn Any = self.open_view_mut();
        view.downcast_mut()
    }

    /// Every view: those of the top level, shown or not, then those that are open over one; and
    /// whether it is the one that is drawn.
    pub(super) fn each_view(&mut self, mut visit: impl FnMut(&mut dyn View, bool)) {
        let innermost = self.opened.len();
        for (at, top) in TOP_VIEWS.iter().enumerate() {
            let is_open = innermost == 0 && at == self.top_view;
            visit((top.view_mut)(self), is_open);
        }
        for (at, view) in self.opened.iter_mut().enumerate() {
            visit(view.as_mut(), at + 1 == innermost);
        }
    }

    /// Has every view ask again for what may have changed.
    pub(super) fn refresh_views(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        self.each_view(|view, _| view.refresh(occasion, effects));
    }

    /// Shows a view of the top level, by its place among them, around the end; what was open
    /// over another is closed.
    pub(super) fn show(&mut self, top_view: usize, effects: &mut Vec<Effect>) {
        self.top_view = top_view % TOP_VIEWS.len();
        self.opened.clear();
        self.open_view_mut().refresh(Occasion::Shown, effects);
    }

    /// Shows the logs; what was open over another view is closed.
    pub(super) fn show_logs(&mut self, effects: &mut Vec<Effect>) {
        let logs = TOP_VIEWS
            .iter()
            .position(|top| top.action == Action::ShowLogs);
        self.show(logs.unwrap_or_default(), effects);
    }

    /// Opens a view over the one that is open.
    pub fn open(&mut self, view: Box<dyn View>) {
        self.opened.push(view);
    }

    /// Closes the view that was opened last; false when only one of the top level is open.
    pub(super) fn close(&mut self) -> bool {
        self.opened.pop().is_some()
    }

    /// The key contexts that hold for the view, whatever lies over it.
    pub fn screen_contexts(&self) -> Vec<Context> {
        let mut contexts = self.open_view().contexts();
        contexts.push(Context::Global);
        contexts
    }

    /// The key contexts that hold now, the innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        match &self.overlay {
            None => self.screen_contexts(),
            Some(Overlay::Help(help)) if help.typing => vec![Context::Input, Context::Text],
            Some(Overlay::Help(_)) => vec![Context::Help],
            Some(Overlay::Palette(..)) => vec![Context::Palette, Context::Text],
            Some(Overlay::Prompt(_)) => vec![Context::Input, Context::Text],
            Some(Overlay::Note(editor)) if !editor.asks => vec![Context::Note, Context::Text],
            Some(Overlay::Quit | Overlay::CancelAll | Overlay::Note(_)) => vec![Context::Confirm],
            Some(Overlay::Export) => vec![Context::Export],
            Some(Overlay::Command(_)) => vec![Context::Command],
            Some(Overlay::Columns(_)) => vec![Context::Columns],
        }
    }

    /// Columns of the list on the screen from left to right, by their index.
    pub fn list_columns(&self) -> Vec<usize> {
        self.placed_columns().iter().map(|c| c.index).collect()
    }

    /// The columns of the list on the screen, as they are placed there.
    pub fn placed_columns(&self) -> Vec<PlacedColumn> {
        let view = self.open_view();
        let (width, room) = (view.list_area(self.size).width, view.list_room(self.size));
        let list = view.list();
        list.map_or_else(Vec::new, |list| list.placed(width, room, &self.choices))
    }

    pub(super) fn ask_refresh(&mut self, effects: &mut Vec<Effect>) {
        self.queries.refresh.ask_after(RefreshLogs, effects);
    }
}
