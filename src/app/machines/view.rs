//! The views Machines and one machine.

use crossterm::event::MouseEvent;
use ratatui::layout::Rect;

use super::{MachineScreen, Machines, Pane};
use crate::{
    app::{
        action::Action,
        chart::Marker,
        command::{Command, run_name},
        compare::CompareScreen,
        crumbs::Crumb,
        effect::Effect,
        export::{Export, ExportTable, Form},
        find::FindView,
        jobs::ToHarvest,
        keymap::Context,
        lake_queries::ReadMachines,
        layout,
        list::{self, List, ListPosition, ListStatus},
        note::{NotedRun, NotedRuns},
        prompt::Purpose,
        query::Answer,
        run::RunScreen,
        view::{ActionContext, AnswerContext, Occasion, View},
    },
    etl::{
        catalog::{MachinePoint, MachineRow, cell_title},
        filter::quote_value,
        parse_error::ParseError,
    },
};

impl View for Machines {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Machines, Context::Choose, Context::List]
    }

    fn list(&self) -> Option<&dyn List> {
        Some(self)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        Some(self)
    }

    fn list_area(&self, size: (u16, u16)) -> Rect {
        layout::machines(size).0
    }

    fn list_room(&self, _size: (u16, u16)) -> (u16, &'static [&'static str]) {
        (self.name_width(), &[])
    }

    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        Some(("machine", "machines"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match (action, self.current()) {
            (Action::Open, Some(machine)) => {
                let mut screen = MachineScreen::open(machine);
                screen.view.marker = context.marker;
                context.open(screen, Vec::new());
            }
            (Action::Open, None) | (Action::Fold, _) => self.fold(),
            _ => list::act(self, action, context),
        }
    }

    fn command(&self) -> Option<Command> {
        Some(Command::new("machines").filter(self.table().filter()))
    }

    fn copy(&self) -> Option<String> {
        match self.current() {
            Some(machine) => Some(machine.name()),
            None => Some(cell_title(self.current_cell()?.as_deref())),
        }
    }

    fn export(&self, columns: &[usize], form: Form) -> Result<Export, String> {
        let list = ExportTable::ordered(self.table(), columns, self.in_order());
        list::export("machines", list, form)
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        let (is_asked, has_failed) = (self.read.is_asked(), self.error.is_some());
        // A note changes no figure of a machine.
        let is_note = matches!(occasion, Occasion::Noted(_));
        if !is_note && occasion.asks_for_list(self.loaded, is_asked, has_failed) {
            self.read.ask_after(ReadMachines, effects);
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        let Some(result) = self.read.receive(answer, context.effects) else {
            return;
        };
        self.loaded = true;
        match result {
            Ok(machines) => context.machines = Some(machines),
            Err(sentence) => {
                // What was read before still stands: the list has no room for the sentence.
                if !self.lines().is_empty() {
                    context.fail(sentence.clone());
                }
                self.error = Some(sentence);
            }
        }
    }
}

impl View for MachineScreen {
    fn marker(&self) -> Option<Marker> {
        Some(self.view.marker)
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = match self.pane {
            Pane::Trends => vec![Context::Trends],
            Pane::Runs => Vec::new(),
        };
        contexts.extend([Context::Machine, Context::Runs, Context::Marks]);
        if self.pane == Pane::Runs {
            contexts.extend([Context::Choose, Context::List]);
        }
        contexts
    }

    fn crumb(&self) -> Option<Crumb> {
        Some(Crumb::new(self.name()))
    }

    fn is_possible(&self, action: Action) -> bool {
        let has_runs = !self.table.is_empty();
        match action {
            Action::NextPane
            | Action::ZoomIn
            | Action::ZoomOut
            | Action::ZoomFit
            | Action::CursorLeft
            | Action::CursorRight
            | Action::Pin
            | Action::GoTo => has_runs,
            // The next chart, the span of time.
            _ if self.pane == Pane::Trends => has_runs,
            _ => list::is_possible(self, action),
        }
    }

    fn list(&self) -> Option<&dyn List> {
        Some(self)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        Some(self)
    }

    fn list_area(&self, size: (u16, u16)) -> Rect {
        self.parts(size).list
    }

    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        Some(("run", "runs"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match action {
            Action::Compare => {
                CompareScreen::open_over(context, &self.table, |point| (&point.log_key, point.run));
            }
            Action::ComparePrevious => {
                if let Some(point) = self.table.current() {
                    CompareScreen::open_previous_over(context, &point.log_key, point.run);
                }
            }
            Action::Open => {
                if let Some(point) = self.table.current() {
                    RunScreen::open_over(context, &point.log_key, point.run);
                }
            }
            Action::Find => {
                let scope = match &self.cell {
                    Some(cell) => format!("cell == {}", quote_value(cell)),
                    None => "cell is null".into(),
                };
                FindView::open_over(context, Some(scope), self.table.filter());
            }
            Action::GoTo => context.ask_text(Purpose::GoTo, self.table.cursor, ""),
            _ if Self::act(self, action) => {}
            _ => {
                list::act(self, action, context);
                self.follow();
            }
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, size: (u16, u16)) -> Option<Vec<Effect>> {
        Self::mouse(self, mouse, size).then(Vec::new)
    }

    fn submit(&mut self, purpose: Purpose, text: &str) -> Option<Result<Vec<Effect>, ParseError>> {
        (purpose == Purpose::GoTo).then(|| match Self::submit(self, text) {
            Ok(()) => Ok(Vec::new()),
            Err(sentence) => Err(sentence.into()),
        })
    }

    fn command(&self) -> Option<Command> {
        let command = Command::new("machines")
            .option("--cell", self.cell.clone().unwrap_or_default())
            .option("--robot", self.robot.clone());
        Some(command.flag("--json"))
    }

    fn copy(&self) -> Option<String> {
        let point = self.table.current()?;
        Some(run_name(&point.log_key, point.run))
    }

    fn export(&self, columns: &[usize], form: Form) -> Result<Export, String> {
        if self.pane == Pane::Trends {
            return self.picture();
        }
        let name = format!("machine_{}", self.name());
        list::export(name, ExportTable::of(&self.table, columns), form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        let table = &self.table;
        Some(ToHarvest::chosen(
            table,
            |point| &point.log_key,
            ToHarvest::Points,
        ))
    }

    fn to_note(&self) -> Option<NotedRuns> {
        let run = |point: &MachinePoint| NotedRun {
            log_key: point.log_key.clone(),
            run: point.run,
            disposition: None,
        };
        NotedRuns::chosen(&self.table, run, NotedRuns::Points)
    }

    fn update_machines(&mut self, machines: &[MachineRow]) {
        self.update(machines);
    }
}

/// The list of the machine's runs; the charts' cursor follows that of the list.
impl List for MachineScreen {
    fn inner(&self) -> Option<&dyn List> {
        Some(&self.table)
    }

    fn inner_mut(&mut self) -> Option<&mut dyn List> {
        Some(&mut self.table)
    }

    fn position(&self) -> ListPosition {
        self.table.position()
    }

    fn put_cursor(&mut self, at: usize) {
        self.table.put_cursor(at);
        self.follow();
    }

    fn keep_cursor_visible(&mut self, lines: usize) {
        self.table.keep_cursor_visible(lines);
    }

    fn apply(&mut self, action: Action, lines: usize) {
        self.table.apply(action, lines);
    }

    fn search(&mut self, text: &str, from: usize) -> bool {
        let found = self.table.set_search(text, from);
        self.follow();
        found
    }

    fn filter(&mut self, text: &str) -> Result<(), ParseError> {
        let set = self.table.set_filter(text);
        self.trace();
        set
    }

    fn status(&self) -> ListStatus {
        ListStatus {
            waiting: false,
            ..self.table.status()
        }
    }
}
