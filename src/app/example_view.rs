//! A view as one adds it: what it costs is in docs/architecture.md. Only tests have it.

use super::{
    action::Action,
    command::Command,
    crumbs::Crumb,
    effect::Effect,
    export::{Export, ExportTable, Form, sheet::ExportColumn},
    keymap::Context,
    lake_queries::ReadMachines,
    list,
    query::{Answer, Pending},
    view::{ActionContext, AnswerContext, Occasion, View},
};

/// The view's keys, as they would stand in the key table.
pub const KEYS: &str = r#"
[[global]]
keys = ["ctrl-e"]
do = "open-example"
help = "open the example"

[[example]]
keys = ["a"]
do = "count-example"
hint = "count"
help = "count one more"

[[example]]
keys = ["e"]
do = "export"
help = "write the count to a file"
"#;

/// Counts, and says how many machines there are.
#[derive(Debug, Default)]
pub struct ExampleView {
    /// How often its key was pressed.
    pub count: usize,
    /// Number of machines, once they are read.
    pub machines: Option<usize>,
    /// Reads the machines.
    pub read: Pending<ReadMachines>,
}

impl ExampleView {
    /// Opens it over the view that handles a key.
    pub fn open_over(context: &mut ActionContext<'_>) {
        let (mut view, mut asked) = (Self::default(), Vec::new());
        view.read.ask(ReadMachines, &mut asked);
        context.open(view, asked);
    }
}

impl View for ExampleView {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Example]
    }

    fn crumb(&self) -> Option<Crumb> {
        Some(Crumb::new("example"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        if action == Action::CountExample {
            self.count += 1;
            context.say(format!("counted to {}", self.count));
        }
    }

    fn command(&self) -> Option<Command> {
        Some(Command::new("machines"))
    }

    fn copy(&self) -> Option<String> {
        Some(self.count.to_string())
    }

    fn export(&self, _columns: &[usize], form: Form) -> Result<Export, String> {
        let columns = [ExportColumn::whole("count", |view: &Self| Some(view.count))];
        list::export(
            "example",
            ExportTable::few(&columns, [self].into_iter()),
            form,
        )
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        if occasion == Occasion::LogsChanged {
            self.read.ask_after(ReadMachines, effects);
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        match self.read.receive(answer, context.effects) {
            Some(Ok(machines)) => self.machines = Some(machines.len()),
            Some(Err(sentence)) => context.fail(sentence),
            None => {}
        }
    }
}
