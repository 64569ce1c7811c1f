//! Several runs as one view of the browser.

use crossterm::event::MouseEvent;

use super::CompareScreen;
use crate::{
    app::{
        action::Action,
        command::Command,
        effect::Effect,
        export::{Export, Form},
        jobs::ToHarvest,
        keymap::Context,
        prompt::Purpose,
        query::Answer,
        view::{ActionContext, View},
    },
    etl::parse_error::ParseError,
};

impl View for CompareScreen {
    fn contexts(&self) -> Vec<Context> {
        Self::contexts(self).to_vec()
    }

    fn title(&self) -> Option<String> {
        Some(Self::title(self))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        if let Some(purpose) = self.prompt(action) {
            context.ask_text(purpose, 0, "");
        } else {
            context.effects.extend(self.update(action));
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, _size: (u16, u16)) -> Option<Vec<Effect>> {
        Some(Self::mouse(self, mouse))
    }

    fn submit(&mut self, _: Purpose, text: &str) -> Option<Result<Vec<Effect>, ParseError>> {
        Some(Self::submit(self, text))
    }

    fn command(&self) -> Option<Command> {
        Some(Self::command(self))
    }

    fn copy(&self) -> Option<String> {
        Self::copy(self)
    }

    fn copy_name(&self) -> Option<&'static str> {
        Some("the table of differences")
    }

    fn export(&self, _columns: &[usize], form: Form) -> Result<Export, String> {
        Self::export(self, form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        let keys = self.runs.iter().map(|run| run.log_key.clone());
        Some((ToHarvest::Keys(keys.collect()), self.runs.len()))
    }

    fn resize(&mut self, size: (u16, u16)) -> Vec<Effect> {
        Self::resize(self, size)
    }

    fn reload(&mut self) -> Vec<Effect> {
        Self::reload(self)
    }

    fn shows_log(&self, key: &str) -> bool {
        self.runs.iter().any(|run| run.log_key == key)
    }

    fn answer(&mut self, answer: &mut Answer) -> Vec<Effect> {
        Self::answer(self, answer)
    }

    fn take_message(&mut self) -> Option<String> {
        Self::take_message(self)
    }
}
