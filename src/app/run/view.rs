//! One run as a view of the browser.

use crossterm::event::MouseEvent;

use super::{RunScreen, Tab};
use crate::{
    app::{
        action::Action,
        choice::{Choices, Chooser},
        command::Command,
        effect::Effect,
        export::{Export, Form},
        jobs::ToHarvest,
        keymap::Context,
        list::{self, List},
        prompt::Purpose,
        query::Answer,
        view::{ActionContext, AfterEvent, AnswerContext, Occasion, View},
    },
    etl::{parse_error::ParseError, run_id::RunId},
};

impl RunScreen {
    /// Opens a run over the view that handles a key.
    pub fn open_over(context: &mut ActionContext<'_>, log_key: &str, run: RunId) {
        let (mut screen, asked) = Self::open(log_key, run, context.size);
        screen.marker = context.marker;
        context.open(screen, asked);
    }
}

impl View for RunScreen {
    fn contexts(&self) -> Vec<Context> {
        Self::contexts(self).to_vec()
    }

    fn title(&self) -> Option<String> {
        Some(Self::title(self))
    }

    /// The list of flags, while it is seen.
    fn list(&self) -> Option<&dyn List> {
        self.flags().map(|quality| &quality.table as _)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        self.flags_mut().map(|quality| &mut quality.table as _)
    }

    fn list_lines(&self, _size: (u16, u16)) -> usize {
        let height = self.body().1;
        self.flags().map_or(0, |quality| quality.lines(height))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        use Action::{Filter, Left, Next, Previous, Right, Search};
        if let Some(quality) = self.flags_mut()
            && matches!(action, Search | Filter | Next | Previous | Left | Right)
        {
            list::act(&mut quality.table, action, context);
        } else if let Some(purpose) = self.prompt(action) {
            context.ask_text(purpose, 0, self.filter_text());
        } else {
            context.effects.extend(self.update(action));
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, _size: (u16, u16)) -> Option<Vec<Effect>> {
        Some(Self::mouse(self, mouse))
    }

    fn submit(&mut self, purpose: Purpose, text: &str) -> Option<Result<Vec<Effect>, ParseError>> {
        // Flags were searched and filtered while the text was typed.
        let typed = self.flags().is_none();
        typed.then(|| Self::submit(self, purpose, text))
    }

    fn clear_filter(&mut self) -> Option<Vec<Effect>> {
        Self::clear_filter(self)
    }

    fn step_back(&mut self) -> bool {
        Self::step_back(self)
    }

    fn chooser(&self, choices: &Choices) -> Option<Chooser> {
        if let Some(list) = self.list() {
            return list.chooser(choices);
        }
        let names = self.column_names();
        let has_columns = self.tab == Tab::Samples && !names.is_empty();
        has_columns.then(|| Chooser::new("samples", names, &choices.of("samples")))
    }

    fn command(&self) -> Option<Command> {
        Some(Self::command(self))
    }

    fn copy(&self) -> Option<String> {
        Some(Self::copy(self))
    }

    fn export(&self, _columns: &[usize], form: Form) -> Result<Export, String> {
        Self::export(self, form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        Some((ToHarvest::Keys(vec![self.log_key.clone()]), 1))
    }

    fn resize(&mut self, size: (u16, u16)) -> Vec<Effect> {
        Self::resize(self, size)
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        if occasion.concerns([&self.log_key].into_iter()) {
            effects.extend(self.reload());
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        context.effects.extend(Self::answer(self, answer));
    }

    fn after_event(&mut self, event: AfterEvent<'_>, _: &mut Vec<Effect>) {
        self.choose_columns(&event.choices.of("samples"));
        self.choose_flag_columns(&event.choices.of("flags"));
    }

    fn take_message(&mut self) -> Option<String> {
        Self::take_message(self)
    }
}
