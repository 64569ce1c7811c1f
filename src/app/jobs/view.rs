//! The view Jobs.

use ratatui::layout::Rect;

use super::{Jobs, ToHarvest};
use crate::app::{
    action::Action,
    command::Command,
    export::{Export, Form, lists},
    keymap::Context,
    layout,
    list::{self, List, ListPosition},
    scroll::Scroll,
    view::{ActionContext, View},
};

impl View for Jobs {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Jobs]
    }

    fn list(&self) -> Option<&dyn List> {
        Some(self)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        Some(self)
    }

    fn list_area(&self, size: (u16, u16)) -> Rect {
        layout::jobs(size).0
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match (action, self.current()) {
            (Action::Open, Some(entry)) => context.open_runs_of(entry.key()),
            (Action::Open, None) => {}
            _ => List::apply(self, action, context.lines),
        }
    }

    fn command(&self) -> Option<Command> {
        let mut keys: Vec<String> = self.open().map(|entry| entry.key().to_owned()).collect();
        if keys.is_empty() {
            keys.extend(self.current().map(|entry| entry.key().to_owned()));
        }
        // Without a name it would harvest every log.
        (!keys.is_empty()).then(|| Command::new("harvest").names(keys))
    }

    fn copy(&self) -> Option<String> {
        self.current().map(|entry| entry.key().to_owned())
    }

    fn export(&self, _columns: &[usize], form: Form) -> Result<Export, String> {
        list::export("jobs", lists::jobs(self), form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        Some((ToHarvest::Keys(self.copy().into_iter().collect()), 1))
    }
}

impl List for Jobs {
    fn position(&self) -> ListPosition {
        ListPosition {
            cursor: self.cursor,
            offset: self.offset,
            len: self.len(),
        }
    }

    fn put_cursor(&mut self, at: usize) {
        self.cursor = at;
    }

    fn keep_cursor_visible(&mut self, lines: usize) {
        let scroll = Scroll::new(self.len(), lines);
        self.cursor = self.cursor.min(scroll.last());
        self.offset = scroll.first(self.offset, self.cursor);
    }

    fn apply(&mut self, action: Action, lines: usize) {
        self.cursor = Scroll::new(self.len(), lines.max(1)).moved(self.cursor, action);
    }
}
