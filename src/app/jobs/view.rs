//! The view Jobs.

use ratatui::layout::Rect;

use super::{Entry, Jobs, PAST, ToHarvest};
use crate::app::{
    action::Action,
    command::Command,
    effect::Effect,
    export::{Export, Form, lists},
    hits::{next_hit, previous_hit},
    keymap::Context,
    lake_queries::ReadHistory,
    layout,
    list::{self, List, ListPosition},
    query::Answer,
    runs::Runs,
    scroll::Scroll,
    view::{ActionContext, AnswerContext, Occasion, View},
};
use crate::etl::{filter::contains, text::searchable};

impl View for Jobs {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Jobs]
    }

    fn badge(&self) -> u64 {
        self.open_count() as u64
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

    /// Where there were more than are listed, the last line says so.
    fn list_lines(&self, size: (u16, u16)) -> usize {
        let lines = usize::from(self.list_area(size).height);
        lines.saturating_sub(1 + usize::from(self.cut_to().is_some()))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match (action, self.current()) {
            (Action::Open, Some(entry)) => Runs::open_over(context, entry.key()),
            (Action::Open, None) => {}
            (Action::Search | Action::Next | Action::Previous, _) => {
                list::act(self, action, context);
            }
            _ => List::apply(self, action, context.lines),
        }
    }

    fn is_possible(&self, action: Action) -> bool {
        match action {
            // A log that failed has no runs.
            Action::Open => self.current().is_some_and(|entry| entry.has_runs()),
            _ => list::is_possible(self, action),
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
        Some((ToHarvest::Keys(self.copy().into_iter().collect()), 0))
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        if matches!(occasion, Occasion::Start | Occasion::Harvested(_)) {
            self.read.ask_after(ReadHistory(PAST), effects);
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        if let Some(Ok(rows)) = self.read.receive(answer, context.effects) {
            self.set_history(rows);
        }
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
        self.is_on_job = at > 0;
    }

    fn keep_cursor_visible(&mut self, lines: usize) {
        let scroll = Scroll::new(self.len(), lines);
        self.cursor = self.cursor.min(scroll.last());
        self.offset = scroll.first(self.offset, self.cursor);
    }

    fn apply(&mut self, action: Action, lines: usize) {
        self.put_cursor(Scroll::new(self.len(), lines.max(1)).moved(self.cursor, action));
    }

    fn search(&mut self, text: &str, from: usize) -> bool {
        self.search = searchable(text);
        if self.search.is_empty() {
            self.put_cursor(from);
            return true;
        }
        let hit = next_hit(self.hits(), from);
        self.go_to(hit)
    }

    fn search_on(&mut self, forward: bool) -> bool {
        let hit = match forward {
            true => next_hit(self.hits(), self.cursor + 1),
            false => previous_hit(self.hits(), self.cursor),
        };
        self.go_to(hit)
    }

    fn searched(&self) -> &str {
        &self.search
    }
}

impl Jobs {
    /// The lines whose log, outcome or sentence has the text that is searched for.
    fn hits(&self) -> impl Iterator<Item = usize> {
        let has = |text: &str| contains(text, &self.search);
        let is_hit = move |entry: &Entry<'_>| {
            let mut texts = [entry.outcome(), entry.message()].into_iter().flatten();
            has(entry.key()) || texts.any(has)
        };
        let entries = self.entries().enumerate();
        entries.filter_map(move |(line, entry)| is_hit(&entry).then_some(line))
    }

    fn go_to(&mut self, line: Option<usize>) -> bool {
        if let Some(line) = line {
            self.put_cursor(line);
        }
        line.is_some()
    }
}
