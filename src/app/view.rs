//! What every view can do, so that the browser needs not know which one is open.
//!
//! A view implements what it has; everything else does nothing. It changes what views share
//! through an [`ActionContext`].

use crossterm::event::MouseEvent;
use ratatui::layout::Rect;

use super::{
    action::Action,
    chart::Marker,
    choice::{Choices, Chooser},
    command::Command,
    compare::CompareScreen,
    effect::Effect,
    export::{Export, Form},
    jobs::ToHarvest,
    keymap::Context,
    layout,
    list::List,
    prompt::Purpose,
    query::Answer,
    run::RunScreen,
    runs::Runs,
    state::{Overlay, Prompt, Screen, Tone},
};
use crate::etl::{
    catalog::MachineRow,
    compare::{FEWEST, MOST},
    format::count,
    parse_error::ParseError,
    run_id::RunId,
};

/// A view at the top level: `1` to `4`.
#[derive(Debug)]
pub struct TopView {
    /// The key that shows it by default.
    pub number: u8,
    /// What it is called.
    pub title: &'static str,
    /// The action that shows it.
    pub action: Action,
    /// Makes it.
    pub open: fn() -> Screen,
}

/// The views of the top level, in the order of the top line.
pub const TOP_VIEWS: [TopView; 4] = [
    TopView {
        number: 1,
        title: "Logs",
        action: Action::ShowLogs,
        open: || Screen::Logs,
    },
    TopView {
        number: 2,
        title: "Runs",
        action: Action::ShowRuns,
        open: || Screen::Runs,
    },
    TopView {
        number: 3,
        title: "Machines",
        action: Action::ShowMachines,
        open: || Screen::Machines,
    },
    TopView {
        number: 4,
        title: "Jobs",
        action: Action::ShowJobs,
        open: || Screen::Jobs,
    },
];

/// What a view knows of the browser while it handles an action, and what it changes of it.
#[derive(Debug)]
pub struct ActionContext<'a> {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// What charts are drawn with at first.
    pub marker: Marker,
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
    pub open: Option<Screen>,
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

    /// Opens a run.
    pub fn open_run(&mut self, log_key: &str, run: RunId) {
        let (mut screen, asked) = RunScreen::open(log_key, run, self.size);
        screen.marker = self.marker;
        self.effects.extend(asked);
        self.open = Some(Screen::Run(Box::new(screen)));
    }

    /// Opens the runs of a log.
    pub fn open_runs_of(&mut self, log_key: &str) {
        let mut runs = Runs {
            log: Some(log_key.to_owned()),
            ..Runs::default()
        };
        runs.ask(self.effects);
        self.open = Some(Screen::LogRuns(Box::new(runs)));
    }

    /// Compares the marked runs, or says how many marks that takes.
    pub fn compare(&mut self, marked: usize, runs: impl FnOnce() -> Vec<(String, RunId)>) {
        if !(FEWEST..=MOST).contains(&marked) {
            let marked = match marked {
                0 => "none is".to_owned(),
                1 => "1 is".to_owned(),
                n => format!("{n} are"),
            };
            return self.say(format!(
                "mark {FEWEST} to {MOST} runs with Space to compare them: {marked} marked"
            ));
        }
        let runs = runs();
        self.say(format!("comparing {}", count(runs.len() as u64, "run")));
        let (mut screen, asked) = CompareScreen::open(runs, self.size);
        screen.marker = self.marker;
        self.effects.extend(asked);
        self.open = Some(Screen::Compare(Box::new(screen)));
    }
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
pub trait View {
    /// The key contexts of the view, innermost first, without the global one.
    fn contexts(&self) -> Vec<Context>;

    /// What the top line says of the place; `None` at the top level.
    fn title(&self) -> Option<String> {
        None
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

    /// Characters kept for the keys of rows, and a column that is of no use here: see
    /// [`super::columns::Room`].
    fn list_room(&self, _size: (u16, u16)) -> (u16, Option<&'static str>) {
        (0, None)
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

    /// Clears what Escape clears before it closes anything.
    fn clear_filter(&mut self) -> Option<Vec<Effect>> {
        None
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

    /// What `H` harvests, and the number of marked rows; `None`: nothing can be meant.
    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
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

    /// Shows the columns that were chosen, where the view does not read them while drawing.
    fn choose_columns(&mut self, _choices: &Choices) {}

    /// Asks again for what is shown: the lake may have changed.
    fn reload(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// Whether the view reads something of a log by itself, so that [`View::reload`] is due
    /// when the log was harvested.
    fn shows_log(&self, _key: &str) -> bool {
        false
    }

    /// Takes the answer to one of the view's own queries; any other stays as it is.
    fn answer(&mut self, _answer: &mut Answer) -> Vec<Effect> {
        Vec::new()
    }

    /// The machines were read again.
    fn update_machines(&mut self, _machines: &[MachineRow]) {}

    /// What the view wants the message line to say, once.
    fn take_message(&mut self) -> Option<String> {
        None
    }
}
