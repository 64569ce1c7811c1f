//! The view Runs: the runs of all logs, or of one.

use crossterm::event::MouseEvent;
use ratatui::layout::Rect;

use super::{
    action::Action,
    command::{Command, run_name},
    compare::CompareScreen,
    crumbs::Crumb,
    effect::Effect,
    export::{Export, ExportTable, Form},
    find::FindView,
    jobs::ToHarvest,
    keymap::Context,
    lake_queries::ReadRunList,
    layout,
    list::{self, List},
    list_queries::ListQueries,
    log_list::RunCounts,
    note::{NotedRun, NotedRuns},
    query::{Answer, Pending},
    run::RunScreen,
    run_panel::RunPanel,
    state::Tone,
    table::Table,
    top::Count,
    view::{ActionContext, AfterEvent, AnswerContext, Occasion, View},
};
use crate::etl::{catalog::RunRow, filter::quote_value};

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
    /// Characters that most keys of logs fit into.
    pub key_width: u16,
    /// Whether the list was read.
    pub loaded: bool,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// How many runs have each verdict.
    pub counts: RunCounts,
    /// The panel about the run under the cursor.
    pub panel: RunPanel,
}

impl Runs {
    /// Opens the runs of a log over the view that handles a key.
    pub fn open_over(context: &mut ActionContext<'_>, log_key: &str) {
        let mut runs = Self {
            log: Some(log_key.to_owned()),
            ..Self::default()
        };
        let mut asked = Vec::new();
        runs.ask(&mut asked);
        context.open(runs, asked);
    }

    fn ask(&mut self, effects: &mut Vec<Effect>) {
        self.read.ask_after(ReadRunList(self.log.clone()), effects);
    }

    fn open_current(&self, context: &mut ActionContext<'_>) {
        let Some(row) = self.table.current() else {
            return;
        };
        match row.error() {
            Some(error) => {
                let text = format!("run {} failed: {error}", row.run.short());
                context.message = Some((Tone::Error, text));
            }
            None => RunScreen::open_over(context, row.log_key(), row.run),
        }
    }
}

impl View for Runs {
    fn contexts(&self) -> Vec<Context> {
        if self.panel.panel.has_keys {
            return vec![Context::Panel];
        }
        vec![
            Context::Runs,
            Context::Marks,
            Context::Choose,
            Context::List,
        ]
    }

    fn crumb(&self) -> Option<Crumb> {
        self.log.as_deref().map(Crumb::new)
    }

    fn counts(&self) -> Option<Vec<Count>> {
        Some(self.counts.in_words())
    }

    fn list(&self) -> Option<&dyn List> {
        Some(&self.table)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        Some(&mut self.table)
    }

    fn list_area(&self, size: (u16, u16)) -> Rect {
        let (list, _) = layout::runs(size, false);
        list.unwrap_or_default()
    }

    /// The log of all rows is named above the list.
    fn list_room(&self, _size: (u16, u16)) -> (u16, &'static [&'static str]) {
        let without: &[&str] = match self.log {
            Some(_) => &["log"],
            None => &[],
        };
        (self.key_width, without)
    }

    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        Some(("run", "runs"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match action {
            _ if self.panel.panel.has_keys => {
                let lines = self.panel.lines();
                self.panel.panel.act(action, lines, context.size);
            }
            Action::NextPane => self.panel.panel.has_keys = true,
            Action::Open => self.open_current(context),
            Action::Find => {
                let of_log = |log: &String| format!("log == {}", quote_value(log));
                let scope = self.log.as_ref().map(of_log);
                FindView::open_over(context, scope, self.table.filter());
            }
            Action::Compare => {
                CompareScreen::open_over(context, &self.table, |row| (row.log_key(), row.run));
            }
            Action::ComparePrevious => {
                if let Some(row) = self.table.current() {
                    CompareScreen::open_previous_over(context, row.log_key(), row.run);
                }
            }
            _ => list::act(&mut self.table, action, context),
        }
    }

    /// A click gives the keys to the list or to the panel.
    fn mouse(&mut self, mouse: MouseEvent, size: (u16, u16)) -> Option<Vec<Effect>> {
        let (list, _) = layout::runs(size, self.panel.panel.has_keys);
        self.panel.panel.click(mouse, list, size).then(Vec::new)
    }

    fn clear_filter(&mut self) -> Option<Vec<Effect>> {
        (!self.panel.panel.has_keys && list::clear(&mut self.table)).then(Vec::new)
    }

    fn can_step_back(&self) -> bool {
        self.panel.panel.has_keys || self.table.anchor.is_some()
    }

    fn is_possible(&self, action: Action) -> bool {
        match action {
            Action::NextPane => !self.table.is_empty(),
            _ => list::is_possible(&self.table, action),
        }
    }

    fn step_back(&mut self) -> bool {
        std::mem::take(&mut self.panel.panel.has_keys) || self.table.stop_range()
    }

    fn command(&self) -> Option<Command> {
        if self.panel.panel.has_keys {
            return Some(Command::new("show").names(self.copy()));
        }
        let command = Command::new("runs").filter(self.table.filter());
        Some(command.names(self.log.clone()))
    }

    fn copy(&self) -> Option<String> {
        let row = self.table.current()?;
        Some(run_name(row.log_key(), row.run))
    }

    fn export(&self, columns: &[usize], form: Form) -> Result<Export, String> {
        let name = match &self.log {
            Some(log) => format!("runs_{log}"),
            None => "runs".into(),
        };
        list::export(name, ExportTable::of(&self.table, columns), form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        let table = &self.table;
        if self.panel.panel.has_keys {
            let log = table.current().map(|row| row.log_key().to_owned());
            return Some((ToHarvest::Keys(log.into_iter().collect()), 0));
        }
        Some(ToHarvest::chosen(table, RunRow::log_key, ToHarvest::Runs))
    }

    fn to_note(&self) -> Option<NotedRuns> {
        let run = |row: &RunRow| NotedRun {
            log_key: row.log_key().to_owned(),
            run: row.run,
            disposition: row.disposition,
        };
        NotedRuns::chosen(&self.table, run, NotedRuns::Runs)
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        if let Occasion::Shown = occasion {
            self.panel.panel.has_keys = false;
        }
        let log = self.table.current().map(|row| row.log_key());
        if occasion.concerns(log.into_iter()) {
            self.panel.set_stale();
        }
        let (is_asked, has_failed) = (self.read.is_asked(), self.error.is_some());
        if occasion.asks_for_list(self.loaded, is_asked, has_failed) {
            self.ask(effects);
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        if self.panel.receive(answer, context.effects) {
            return;
        }
        let Some(result) = self.read.receive(answer, context.effects) else {
            self.queries.receive(&mut self.table, answer, context);
            return;
        };
        self.loaded = true;
        match result {
            Ok(list) => {
                self.error = None;
                self.key_width = list.key_width;
                self.counts = list.counts;
                self.table.replace(list.rows);
            }
            Err(sentence) => self.error = Some(sentence),
        }
    }

    fn after_event(&mut self, event: AfterEvent<'_>, effects: &mut Vec<Effect>) {
        self.panel.panel.has_keys &= !self.table.is_empty();
        self.queries.ask(&mut self.table, effects);
        if event.is_open && (self.panel.panel.has_keys || layout::has_panel(event.size)) {
            self.panel.ask(self.table.current(), effects);
        }
    }
}
