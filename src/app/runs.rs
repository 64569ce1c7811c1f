//! The view Runs: the runs of all logs, or of one.

use super::{
    action::Action,
    command::Command,
    compare::CompareScreen,
    effect::Effect,
    export::{Export, ExportTable, Form},
    find::FindView,
    jobs::ToHarvest,
    keymap::Context,
    lake_queries::ReadRunList,
    list::{self, List},
    list_queries::ListQueries,
    note::{NotedRun, NotedRuns},
    query::{Answer, Pending},
    run::RunScreen,
    state::Tone,
    table::Table,
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
        match &row.error {
            Some(error) => {
                let text = format!("run {} failed: {error}", row.run.short());
                context.message = Some((Tone::Error, text));
            }
            None => RunScreen::open_over(context, &row.log_key, row.run),
        }
    }
}

impl View for Runs {
    fn contexts(&self) -> Vec<Context> {
        vec![
            Context::Runs,
            Context::Marks,
            Context::Choose,
            Context::List,
        ]
    }

    fn title(&self) -> Option<String> {
        self.log.as_ref().map(|log| format!("Logs › {log}"))
    }

    fn list(&self) -> Option<&dyn List> {
        Some(&self.table)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        Some(&mut self.table)
    }

    /// The log of all rows is named above the list.
    fn list_room(&self, _size: (u16, u16)) -> (u16, Option<&'static str>) {
        (self.key_width, self.log.is_some().then_some("log"))
    }

    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        Some(("run", "runs"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match action {
            Action::Open => self.open_current(context),
            Action::Find => {
                let of_log = |log: &String| format!("log == {}", quote_value(log));
                let scope = self.log.as_ref().map(of_log);
                FindView::open_over(context, scope, self.table.filter());
            }
            Action::Compare => {
                CompareScreen::open_over(context, &self.table, |row| (&row.log_key, row.run));
            }
            Action::ComparePrevious => {
                if let Some(row) = self.table.current() {
                    CompareScreen::open_previous_over(context, &row.log_key, row.run);
                }
            }
            _ => list::act(&mut self.table, action, context),
        }
    }

    fn command(&self) -> Option<Command> {
        let command = Command::new("runs").filter(self.table.filter());
        Some(command.names(self.log.clone()))
    }

    fn copy(&self) -> Option<String> {
        let row = self.table.current()?;
        Some(format!("{}/{}", row.log_key, row.run))
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
        Some(ToHarvest::chosen(
            table,
            |row| &row.log_key,
            ToHarvest::Runs,
        ))
    }

    fn to_note(&self) -> Option<NotedRuns> {
        let run = |row: &RunRow| NotedRun {
            log_key: row.log_key.clone(),
            run: row.run,
            disposition: row.disposition,
        };
        NotedRuns::chosen(&self.table, run, NotedRuns::Runs)
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        let (is_asked, has_failed) = (self.read.is_asked(), self.error.is_some());
        if occasion.asks_for_list(self.loaded, is_asked, has_failed) {
            self.ask(effects);
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        let Some(result) = self.read.receive(answer, context.effects) else {
            self.queries.receive(&mut self.table, answer, context);
            return;
        };
        self.loaded = true;
        match result {
            Ok(list) => {
                self.error = None;
                self.key_width = list.key_width;
                self.table.replace(list.rows);
            }
            Err(sentence) => self.error = Some(sentence),
        }
    }

    fn after_event(&mut self, _: AfterEvent<'_>, effects: &mut Vec<Effect>) {
        self.queries.ask(&mut self.table, effects);
    }
}
