//! Everything that the browser shows, as data.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::{
    chart::Marker,
    choice::{Choices, Chooser},
    columns::{PlacedColumn, Places, Room, places},
    compare::CompareScreen,
    config::Config,
    effect::Effect,
    jobs::Jobs,
    keymap::{Context, Keymap},
    lake_queries::{
        CountLogs, ReadHistory, ReadLog, ReadLogs, ReadMachines, ReadRunList, RefreshLogs,
        SaveColumns, WriteExport,
    },
    layout,
    list_queries::ListQueries,
    machines::{MachineScreen, Machines, Pane},
    prompt::{Line, Purpose},
    query::Pending,
    run::RunScreen,
    table::{Row, Table},
};
use crate::etl::{
    catalog::{LogDetail, LogRow, LogState, RunRow},
    lake::ReadOnly,
    parse_error::ParseError,
    text::visible_path,
};

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

/// The list of logs and the panel beside it.
#[derive(Debug, Default)]
pub struct Logs {
    /// The list.
    pub table: Table<LogRow>,
    /// What it leaves to workers.
    pub queries: ListQueries<LogRow>,
    /// Characters that most keys fit into.
    pub key_width: u16,
    /// Whether the list was read.
    pub loaded: bool,
    /// Why the list cannot be read, or the data directory not be looked at.
    pub error: Option<String>,
    /// How many logs were in each state when they were read.
    pub counts_read: BTreeMap<LogState, usize>,
    /// How many are in each state now.
    pub counts: BTreeMap<LogState, usize>,
    /// The log of the panel.
    pub detail: Option<Box<LogDetail>>,
    /// The log that the panel was asked for: its key.
    pub detail_of: Option<String>,
    /// Whether keys go to the panel.
    pub panel: bool,
    /// The first line of the panel that is shown.
    pub panel_scroll: usize,
}

/// A list of runs.
#[derive(Debug, Default)]
pub struct Runs {
    /// The log; `None`: all.
    pub log: Option<String>,
    /// The list.
    pub table: Table<RunRow>,
    /// What it leaves to workers.
    pub queries: ListQueries<RunRow>,
    /// Reads the list.
    pub read: Pending<ReadRunList>,
    /// Whether the list was read.
    pub loaded: bool,
    /// Why it cannot be read.
    pub error: Option<String>,
}

impl Runs {
    /// Asks for the list.
    pub(super) fn ask(&mut self, effects: &mut Vec<Effect>) {
        self.read.ask_after(ReadRunList(self.log.clone()), effects);
    }
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

    /// The number of the view of the outermost screen: 1 logs, 2 runs, 3 machines,
    /// 4 jobs.
    pub fn view(&self) -> u8 {
        match self.stack.first() {
            Some(Screen::Runs) => 2,
            Some(Screen::Machines) => 3,
            Some(Screen::Jobs) => 4,
            _ => 1,
        }
    }

    /// The key contexts that hold for the view, whatever lies over it.
    pub fn screen_contexts(&self) -> Vec<Context> {
        let mut contexts = match self.screen() {
            Screen::Logs if self.logs.panel => vec![Context::Panel],
            Screen::Logs => vec![
                Context::Logs,
                Context::Marks,
                Context::Choose,
                Context::List,
            ],
            Screen::Runs | Screen::LogRuns(_) => {
                vec![
                    Context::Runs,
                    Context::Marks,
                    Context::Choose,
                    Context::List,
                ]
            }
            Screen::Machines => vec![Context::Machines, Context::Choose, Context::List],
            Screen::Machine(machine) if machine.pane == Pane::Trends => {
                vec![
                    Context::Trends,
                    Context::Machine,
                    Context::Runs,
                    Context::Marks,
                ]
            }
            Screen::Machine(_) => {
                vec![
                    Context::Machine,
                    Context::Runs,
                    Context::Marks,
                    Context::Choose,
                    Context::List,
                ]
            }
            Screen::Jobs => vec![Context::Jobs],
            Screen::Run(run) => run.contexts().to_vec(),
            Screen::Compare(compared) => compared.contexts().to_vec(),
        };
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

    /// Lines of a list on the screen.
    pub fn list_lines(&self) -> usize {
        let area = match self.screen() {
            Screen::Machine(machine) => machine.parts(self.size).list,
            _ => layout::body(self.size),
        };
        usize::from(area.height).saturating_sub(1)
    }

    /// Columns of the list on the screen from left to right, by their place in the order
    /// of sorting.
    pub fn list_columns(&self) -> Vec<usize> {
        self.list_places().iter().map(|(index, _)| *index).collect()
    }

    /// Where the columns of the list on the screen stand.
    pub fn list_places(&self) -> Places {
        match self.screen() {
            Screen::Logs => {
                let (list, _) = layout::logs(self.size, false);
                places(&self.log_columns(list.map_or(0, |list| list.width)))
            }
            Screen::Machines => places(&self.machine_columns(self.size.0)),
            Screen::Machine(machine) => places(&self.point_columns(machine, self.size.0)),
            _ => places(&self.run_columns(self.size.0)),
        }
    }

    /// Columns of the list of logs in `width` characters. Beside the panel, which tells all
    /// the rest of the log under the cursor, keys are not cut.
    pub fn log_columns(&self, width: u16) -> Vec<PlacedColumn> {
        let panel = layout::has_panel(self.size);
        let key = if panel { self.logs.key_width } else { 0 };
        self.columns_of(&self.logs.table, (width, key), None)
    }

    /// Columns of the list of runs that is open, in `width` characters. The log of all of them
    /// is named above the list.
    pub fn run_columns(&self, width: u16) -> Vec<PlacedColumn> {
        let without = matches!(self.screen(), Screen::LogRuns(_)).then_some("log");
        let runs = self.run_list().unwrap_or(&self.runs);
        self.columns_of(&runs.table, (width, 0), without)
    }

    /// Columns of the list of machines in `width` characters.
    pub fn machine_columns(&self, width: u16) -> Vec<PlacedColumn> {
        let name = self.machines.name_width();
        self.columns_of(self.machines.table(), (width, name), None)
    }

    fn columns_of<R: Row>(
        &self,
        table: &Table<R>,
        (width, key): (u16, u16),
        without: Option<&'static str>,
    ) -> Vec<PlacedColumn> {
        table.fit(Room {
            width,
            key,
            without,
            choice: &self.choices.of(R::LIST),
        })
    }

    /// Columns of the list of a machine's runs in `width` characters.
    pub fn point_columns(&self, machine: &MachineScreen, width: u16) -> Vec<PlacedColumn> {
        self.columns_of(&machine.table, (width, 0), None)
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

    /// The list of runs that is drawn, to change it.
    pub(super) fn run_list_mut(&mut self) -> Option<&mut Runs> {
        match self.stack.last_mut() {
            Some(Screen::Runs) => Some(&mut self.runs),
            Some(Screen::LogRuns(runs)) => Some(runs),
            _ => None,
        }
    }
}
