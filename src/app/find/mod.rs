//! The view Find: the stretches of runs in which a condition holds, as they are found.
//!
//! * [`queries`]: prepares the search, then reads tables, a moment's worth at a time.
//! * [`stretch_row`]: one stretch of the list.

#[cfg(test)]
pub mod fixture;
pub mod queries;
pub mod stretch_row;
#[cfg(test)]
mod tests;

use ratatui::layout::Rect;

use queries::{FindPlan, FoundStretches, ListColumns, PrepareFind, SearchTables};
use stretch_row::StretchRow;

use super::{
    action::Action,
    command::{Command, run_name},
    crumbs::Crumb,
    effect::Effect,
    export::{Export, ExportTable, Form},
    keymap::Context,
    layout,
    list::{self, List},
    list_queries::ListQueries,
    note::NotedRuns,
    prompt::Purpose,
    query::{Answer, Pending},
    run::RunScreen,
    table::Table,
    view::{ActionContext, AfterEvent, AnswerContext, Occasion, View},
};
use crate::etl::{
    catalog::RunRow,
    filter::{self, Completion, Filter},
    parse_error::ParseError,
    time,
};

/// More stretches are not listed: the command prints all.
pub const MOST: usize = 100_000;

/// Lines above the list: the condition, and how far the search is.
pub const HEADING: u16 = 2;

/// A condition, and the stretches in which it holds.
#[derive(Debug, Default)]
pub struct FindView {
    /// As it was typed; empty: none yet.
    pub condition: String,
    /// The filter of the runs that are searched; empty: all.
    pub filter: String,
    /// The stretches that were found so far.
    pub table: Table<StretchRow>,
    /// What is searched; `None` until it is known.
    pub plan: Option<FindPlan>,
    /// Tables that are read, or could not be.
    pub read: usize,
    /// Tables that could not be read.
    pub unreadable: usize,
    /// Runs in which a stretch was found.
    pub in_runs: usize,
    /// Whether there are more than [`MOST`] stretches.
    pub cut: bool,
    /// Why nothing can be searched.
    pub error: Option<String>,
    /// What a condition may name, as far as it is known.
    columns: Vec<String>,
    list_columns: Pending<ListColumns>,
    prepare: Pending<PrepareFind>,
    search: Pending<SearchTables>,
    queries: ListQueries<StretchRow>,
}

impl FindView {
    /// Opens it over the view that handles a key, and asks for the condition. The runs of `scope`,
    /// a filter of runs (`None`: all), are searched; of them those that pass the filter of the list,
    /// where it is one of runs too.
    pub fn open_over(context: &mut ActionContext<'_>, scope: Option<String>, filter: &str) {
        let is_of_runs = Filter::<RunRow>::parse(filter).is_ok();
        if !is_of_runs {
            context.say("the list's filter asks for what runs do not have: it is left out");
        }
        let filter = Some(filter.trim()).filter(|filter| is_of_runs && !filter.is_empty());
        let mut view = Self {
            filter: match (scope, filter) {
                (Some(scope), Some(filter)) => format!("{scope} and ({filter})"),
                (Some(scope), None) => scope,
                (None, filter) => filter.unwrap_or_default().to_owned(),
            },
            ..Self::default()
        };
        context.ask_text(Purpose::Find, 0, "");
        let mut effects = Vec::new();
        view.list_columns.ask(ListColumns, &mut effects);
        context.open(view, effects);
    }

    /// Whether no condition was given yet.
    pub fn is_new(&self) -> bool {
        self.condition.is_empty()
    }

    /// Whether the search goes on.
    pub fn is_searching(&self) -> bool {
        self.prepare.is_asked() || self.search.is_asked()
    }

    /// Starts again. What was found stays until there is something else to show.
    fn begin(&mut self, effects: &mut Vec<Effect>) {
        (self.plan, self.error) = (None, None);
        (self.read, self.unreadable, self.in_runs, self.cut) = (0, 0, 0, false);
        self.search.cancel();
        let query = PrepareFind {
            condition: self.condition.clone(),
            filter: self.filter.clone(),
        };
        self.prepare.ask(query, effects);
    }

    /// Asks for the next tables, until all are read.
    fn go_on(&mut self, effects: &mut Vec<Effect>) {
        let Some(plan) = &self.plan else { return };
        if self.read < plan.tables && !self.cut {
            let query = SearchTables {
                plan: plan.clone(),
                from: self.read,
            };
            self.search.ask(query, effects);
        }
    }

    fn add(&mut self, found: FoundStretches) {
        self.read = found.read;
        self.unreadable += found.unreadable.len();
        self.in_runs += found.in_runs;
        if found.rows.is_empty() {
            return;
        }
        let mut rows = [self.table.rows(), &found.rows].concat();
        rows.sort_by(|a, b| a.place().cmp(&b.place()));
        self.cut = rows.len() > MOST;
        rows.truncate(MOST);
        self.table.replace(rows);
    }

    fn open_current(&self, context: &mut ActionContext<'_>) {
        if let Some(row) = self.table.current() {
            let channel = self.plan.as_ref().and_then(|plan| plan.channel.clone());
            let span = (row.start_us, row.stop_us);
            RunScreen::open_stretch(context, &row.of.log_key, row.of.run, span, channel);
        }
    }
}

impl View for FindView {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Find, Context::Choose, Context::List]
    }

    fn crumb(&self) -> Option<Crumb> {
        Some(Crumb::new("stretches"))
    }

    fn list(&self) -> Option<&dyn List> {
        Some(&self.table)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        Some(&mut self.table)
    }

    fn list_area(&self, size: (u16, u16)) -> Rect {
        layout::headed(size, HEADING).1
    }

    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        Some(("stretch", "stretches"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match action {
            Action::Open => self.open_current(context),
            Action::Find => {
                context.ask_text(Purpose::Find, self.table.cursor, &self.condition);
            }
            _ => list::act(&mut self.table, action, context),
        }
    }

    fn completion(&self, purpose: Purpose, before: &str) -> Completion {
        match purpose {
            Purpose::Find => filter::complete_columns(before, &self.columns),
            Purpose::Filter => self.table.completion(before),
            Purpose::Search | Purpose::GoTo => Completion::default(),
        }
    }

    fn submit(&mut self, purpose: Purpose, text: &str) -> Option<Result<Vec<Effect>, ParseError>> {
        if purpose != Purpose::Find {
            return None;
        }
        match filter::parse(text) {
            Err(error) => return Some(Err(error)),
            Ok(None) => {
                let sentence = "type a condition, such as fz_1 < -2500 and v1 > 10";
                return Some(Err(sentence.into()));
            }
            Ok(Some(_)) => {}
        }
        let mut effects = Vec::new();
        self.condition = text.trim().to_owned();
        self.table = Table::default();
        self.begin(&mut effects);
        Some(Ok(effects))
    }

    fn command(&self) -> Option<Command> {
        let condition = Some(&self.condition).filter(|condition| !condition.is_empty());
        Some(match condition {
            Some(condition) => Command::new("find")
                .filter(&self.filter)
                .names([condition.clone()]),
            None => Command::new("runs").filter(&self.filter),
        })
    }

    fn copy(&self) -> Option<String> {
        let row = self.table.current()?;
        let (from, to) = (time::format(row.start_us), time::format(row.stop_us));
        let run = run_name(&row.of.log_key, row.of.run);
        Some(format!("{run} {from}..{to}"))
    }

    fn export(&self, columns: &[usize], form: Form) -> Result<Export, String> {
        list::export("find", ExportTable::of(&self.table, columns), form)
    }

    fn to_note(&self) -> Option<NotedRuns> {
        let row = self.table.current()?;
        Some(NotedRuns::one(&row.of.log_key, row.of.run, None))
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        if occasion != Occasion::Look {
            return;
        }
        self.list_columns.ask(ListColumns, effects);
        if !self.condition.is_empty() {
            self.table.replace(Vec::new());
            self.begin(effects);
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        if let Some(result) = self.list_columns.receive(answer, context.effects) {
            // What cannot be listed is not completed; the search itself says what is wrong.
            self.columns = result.unwrap_or_default();
            return;
        }
        if let Some(result) = self.prepare.receive(answer, context.effects) {
            match result {
                Ok(plan) => self.plan = Some(plan),
                Err(sentence) => self.error = Some(sentence),
            }
        } else if let Some(result) = self.search.receive(answer, context.effects) {
            match result {
                Ok(found) => {
                    if let Some(sentence) = found.unreadable.first() {
                        context.fail(sentence.clone());
                    }
                    self.add(found);
                }
                Err(sentence) => {
                    self.error = Some(sentence);
                    return;
                }
            }
        } else {
            self.queries.receive(&mut self.table, answer, context);
            return;
        }
        self.go_on(context.effects);
    }

    fn after_event(&mut self, _: AfterEvent<'_>, effects: &mut Vec<Effect>) {
        self.queries.ask(&mut self.table, effects);
    }
}
