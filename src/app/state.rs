//! Everything that the browser shows, as data.

use std::{path::PathBuf, sync::Arc};

use super::{
    chart::Marker,
    choice::{Choices, Chooser},
    columns::PlacedColumn,
    compare::CompareScreen,
    config::Config,
    effect::Effect,
    jobs::Jobs,
    keymap::{Context, Keymap},
    lake_queries::{
        CountLogs, ReadHistory, ReadLog, ReadLogs, ReadMachines, RefreshLogs, SaveColumns,
        WriteExport,
    },
    layout,
    logs::Logs,
    machines::{MachineScreen, Machines},
    prompt::{Line, Purpose},
    query::Pending,
    run::RunScreen,
    runs::Runs,
    view::{TOP_VIEWS, TopView, View},
};
use crate::etl::{lake::ReadOnly, parse_error::ParseError, text::visible_path};

/// More than any terminal has lines.
const FIRST_LOGS: usize = 300;

/// A view; the innermost of the stack is drawn.
#[derive(Debug)]
pub enum Screen {
    /// The logs.
    Logs,
    /// The runs of all logs.
    Runs,
    /// The runs of one log.
    LogRuns(Box<Runs>),
    /// The machines.
    Machines,
    /// One machine.
    Machine(Box<MachineScreen>),
    /// The jobs.
    Jobs,
    /// One run.
    Run(Box<RunScreen>),
    /// Several runs side by side.
    Compare(Box<CompareScreen>),
}

impl Screen {
    /// The view, unless it is a list that the browser keeps while other views are open.
    pub(super) fn own_view(&mut self) -> Option<&mut dyn View> {
        match self {
            Self::Logs | Self::Runs | Self::Machines | Self::Jobs => None,
            Self::LogRuns(runs) => Some(runs.as_mut()),
            Self::Machine(machine) => Some(machine.as_mut()),
            Self::Run(run) => Some(run.as_mut()),
            Self::Compare(compared) => Some(compared.as_mut()),
        }
    }
}

/// What lies over the view and takes all keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The keys of the view; the first line that is shown.
    Help(usize),
    /// Every action of the view, by what was typed, and the line under the cursor.
    Palette(Line, usize),
    /// A line that is being typed.
    Prompt(Prompt),
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
    /// The cursor of the list before.
    pub cursor: usize,
    /// The filter of the list before.
    pub filter: String,
}

impl Prompt {
    /// A text field over a list with this cursor and filter; a filter is edited, other text is
    /// typed anew.
    pub fn new(purpose: Purpose, cursor: usize, filter: &str) -> Self {
        let text = if purpose == Purpose::Filter {
            filter
        } else {
            ""
        };
        Self {
            purpose,
            line: Line::new(text),
            error: None,
            cursor,
            filter: filter.to_owned(),
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
    /// The look at the data directory.
    pub refresh: Pending<RefreshLogs>,
    /// The first of the logs, for the first frame.
    pub first_logs: Pending<ReadLogs>,
    /// The list of logs.
    pub logs: Pending<ReadLogs>,
    /// How many logs are in each state.
    pub log_counts: Pending<CountLogs>,
    /// The panel beside the list of logs.
    pub log: Pending<ReadLog>,
    /// The machines.
    pub machines: Pending<ReadMachines>,
    /// Past harvests.
    pub history: Pending<ReadHistory>,
    /// The export that is being written.
    pub export: Pending<WriteExport>,
    /// The columns that are being saved.
    pub columns: Pending<SaveColumns>,
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
    /// Why the lake cannot be written, if it cannot.
    pub read_only: Option<ReadOnly>,
    /// The columns that are wanted in each view.
    pub choices: Choices,
    /// The file that remembers them, if there is a place for it.
    pub choices_file: Option<PathBuf>,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether the terminal's background is light, as far as it is known.
    pub light: bool,
    /// What charts are drawn with at first.
    pub marker: Marker,
    /// The key table.
    pub keymap: Arc<Keymap>,
    /// The views that are open, the innermost last; never empty.
    stack: Vec<Screen>,
    /// What lies over the view.
    pub overlay: Option<Overlay>,
    /// What just happened.
    pub message: Option<(Tone, String)>,
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
    pub fn new(config: &Config, keymap: Arc<Keymap>, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let mut state = Self {
            size,
            data_dir: visible_path(&config.data_dir),
            cache_dir: visible_path(&config.cache_dir),
            read_only: None,
            choices: config.choices.clone(),
            choices_file: config.choices_file.clone(),
            mouse: config.mouse,
            light: config.light,
            marker: config.marker,
            keymap,
            stack: vec![Screen::Logs],
            overlay: None,
            message: None,
            logs: Logs::default(),
            runs: Runs::default(),
            machines: Machines::default(),
            jobs: Jobs::default(),
            queries: Queries::default(),
        };
        // Very many logs take a moment to list: those on the screen are there before.
        let mut effects = Vec::new();
        let first = ReadLogs(Some(FIRST_LOGS));
        state.queries.first_logs.ask(first, &mut effects);
        state.ask_logs(&mut effects);
        state.ask_refresh(&mut effects);
        state.ask_history(&mut effects);
        (state, effects)
    }

    /// From now on the lake is only looked at, and the browser says so.
    pub fn set_read_only(&mut self, read_only: &ReadOnly) {
        self.message = Some((Tone::Plain, read_only.note()));
        self.read_only = Some(read_only.clone());
    }

    /// The view that is drawn.
    pub fn screen(&self) -> &Screen {
        self.stack.last().unwrap_or(&Screen::Logs)
    }

    /// The view that is drawn, to change it.
    pub fn screen_mut(&mut self) -> Option<&mut Screen> {
        self.stack.last_mut()
    }

    /// The views that are open, the outermost first.
    pub fn stack(&self) -> &[Screen] {
        &self.stack
    }

    /// The views that are open, to change them.
    pub(super) fn stack_mut(&mut self) -> &mut Vec<Screen> {
        &mut self.stack
    }

    /// The view of the top level that is open, or was before others were opened over it, by its
    /// place in [`TOP_VIEWS`].
    pub fn top_view(&self) -> usize {
        let first = self.stack.first().map(std::mem::discriminant);
        let is_first = |top: &TopView| Some(std::mem::discriminant(&(top.open)())) == first;
        TOP_VIEWS.iter().position(is_first).unwrap_or_default()
    }

    /// What the open view does.
    pub fn open_view(&self) -> &dyn View {
        match self.screen() {
            Screen::Logs => &self.logs,
            Screen::Runs => &self.runs,
            Screen::LogRuns(runs) => runs.as_ref(),
            Screen::Machines => &self.machines,
            Screen::Machine(machine) => machine.as_ref(),
            Screen::Jobs => &self.jobs,
            Screen::Run(run) => run.as_ref(),
            Screen::Compare(compared) => compared.as_ref(),
        }
    }

    /// As [`State::open_view`], to change the view.
    pub fn open_view_mut(&mut self) -> &mut dyn View {
        match self.stack.last_mut() {
            Some(Screen::Runs) => &mut self.runs,
            Some(Screen::Machines) => &mut self.machines,
            Some(Screen::Jobs) => &mut self.jobs,
            Some(screen) => match screen.own_view() {
                Some(view) => view,
                None => &mut self.logs,
            },
            None => &mut self.logs,
        }
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
            Some(Overlay::Help(_)) => vec![Context::Help],
            Some(Overlay::Palette(..)) => vec![Context::Palette, Context::Text],
            Some(Overlay::Prompt(_)) => vec![Context::Input, Context::Text],
            Some(Overlay::Quit | Overlay::CancelAll) => vec![Context::Confirm],
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

    /// Whether the panel about a log stands on the screen.
    pub fn shows_panel(&self) -> bool {
        self.logs.panel || layout::has_panel(self.size)
    }

    pub(super) fn ask_refresh(&mut self, effects: &mut Vec<Effect>) {
        self.queries.refresh.ask_after(RefreshLogs, effects);
    }

    pub(super) fn ask_logs(&mut self, effects: &mut Vec<Effect>) {
        self.queries.logs.ask_after(ReadLogs(None), effects);
    }

    pub(super) fn ask_history(&mut self, effects: &mut Vec<Effect>) {
        self.queries.history.ask_after(ReadHistory(1000), effects);
    }

    /// Asks for the lists of runs that are open, or were.
    pub(super) fn ask_runs(&mut self, effects: &mut Vec<Effect>) {
        let open = self.stack.iter().any(|s| matches!(s, Screen::Runs));
        if self.runs.loaded || open {
            self.runs.ask(effects);
        }
        if let Some(runs) = self.log_runs_mut() {
            runs.ask(effects);
        }
    }

    /// Asks for the machines when they are open, or were.
    pub(super) fn ask_machines(&mut self, effects: &mut Vec<Effect>) {
        let open = self.stack.iter().any(|s| matches!(s, Screen::Machines));
        if self.machines.loaded || open {
            self.queries.machines.ask_after(ReadMachines, effects);
        }
    }

    /// The list of runs that is drawn, if one is.
    pub fn run_list(&self) -> Option<&Runs> {
        match self.screen() {
            Screen::Runs => Some(&self.runs),
            Screen::LogRuns(runs) => Some(runs),
            _ => None,
        }
    }

    /// The runs of one log, if that list is open.
    pub(crate) fn log_runs_mut(&mut self) -> Option<&mut Runs> {
        self.stack.iter_mut().find_map(|screen| match screen {
            Screen::LogRuns(runs) => Some(runs.as_mut()),
            _ => None,
        })
    }
}
