//! The view Logs: the list of logs and the panel beside it.

use std::collections::BTreeMap;

use crossterm::event::MouseEvent;
use ratatui::layout::Rect;

use super::{
    action::Action,
    command::Command,
    effect::Effect,
    export::{Export, ExportTable, Form},
    find::FindView,
    jobs::{OpenLogs, ToHarvest},
    keymap::Context,
    lake_queries::{CountLogs, LogPanel, ReadLog, ReadLogs},
    layout,
    list::{self, List},
    list_queries::ListQueries,
    log_list::LogList,
    query::{Answer, Pending},
    runs::Runs,
    side_panel::SidePanel,
    state::Tone,
    table::Table,
    view::{ActionContext, AfterEvent, AnswerContext, Cancel, Occasion, View},
};
use crate::etl::catalog::{LogRow, LogState};

/// More than any terminal has lines.
const FIRST_LOGS: usize = 300;

/// So few logs that this process harvests are counted at once; more are left to a worker.
const COUNTED_AT_ONCE: usize = 64;

/// The list of logs and the panel beside it.
#[derive(Debug, Default)]
pub struct Logs {
    /// The list.
    pub table: Table<LogRow>,
    /// What it leaves to workers.
    pub queries: ListQueries<LogRow>,
    /// Reads the first of the logs, for the first frame.
    pub read_first: Pending<ReadLogs>,
    /// Reads the list.
    pub read: Pending<ReadLogs>,
    /// Counts how many logs are in each state.
    pub count: Pending<CountLogs>,
    /// Reads the log of the panel.
    pub read_detail: Pending<ReadLog>,
    /// The logs that this process harvests.
    open: OpenLogs,
    /// Characters that most keys fit into.
    pub key_width: u16,
    /// Whether the list was read.
    pub loaded: bool,
    /// Why the list or the data directory cannot be read.
    pub error: Option<String>,
    /// How many logs were in each state when they were read.
    pub counts_read: BTreeMap<LogState, usize>,
    /// How many are in each state now.
    pub counts: BTreeMap<LogState, usize>,
    /// The key of the first log that is `failed`.
    pub first_failed: Option<String>,
    /// The log of the panel.
    pub detail: Option<Box<LogPanel>>,
    /// The log that the panel was asked for: its key.
    pub detail_of: Option<String>,
    /// The panel.
    pub panel: SidePanel,
}

impl Logs {
    fn current_key(&self) -> Option<String> {
        self.table.current().map(|row| row.key.clone())
    }

    /// Whether a log is gone, as far as it is listed: nothing can be harvested of it.
    pub(super) fn is_gone(&self, key: &str) -> bool {
        let rows = self.table.rows();
        let row = rows.binary_search_by(|row| row.key.as_str().cmp(key));
        let row = row.ok().and_then(|at| rows.get(at));
        row.is_some_and(|row| row.state == LogState::Missing)
    }

    /// Shows the logs that this process harvests so, whatever the catalog knows yet.
    pub(super) fn show_jobs(&mut self, open: OpenLogs, effects: &mut Vec<Effect>) {
        self.table.set_overlay(open.clone().overlay());
        self.open = open;
        self.count_logs(effects);
    }

    /// Counts the logs by state with what jobs make of it: adjusts the counts of all logs, for
    /// there may be a hundred thousand.
    fn count_logs(&mut self, effects: &mut Vec<Effect>) {
        if self.open.len() <= COUNTED_AT_ONCE {
            self.counts = self.open.count(self.table.rows(), &self.counts_read);
            return;
        }
        let query = CountLogs {
            rows: self.table.shown(),
            read: self.counts_read.clone(),
            open: self.open.clone(),
        };
        self.count.ask_after(query, effects);
    }

    fn take(&mut self, list: LogList, effects: &mut Vec<Effect>) {
        self.loaded = true;
        self.key_width = list.key_width;
        self.counts_read = list.counts;
        self.first_failed = list.first_failed;
        self.table.replace(list.rows);
        self.count_logs(effects);
        self.detail_of = None;
    }

    /// Puts the cursor on a log, with the panel about it, in a terminal of `size`; whether the
    /// filter hid it and was cleared. `None`: it is not listed.
    pub(super) fn show_log(&mut self, key: &str, size: (u16, u16)) -> Option<bool> {
        let rows = self.table.rows();
        let row = rows
            .binary_search_by(|row| row.key.as_str().cmp(key))
            .ok()?;
        self.panel.has_keys = !layout::has_log_panel(size);
        Some(self.table.put_cursor_on(row))
    }

    /// The list or the data directory cannot be read. What was listed before still stands: the
    /// list has no room for the sentence, which then is the message that is given back.
    pub(super) fn fail(&mut self, sentence: String) -> Option<(Tone, String)> {
        let has_rows = !self.table.rows().is_empty();
        let message = has_rows.then(|| (Tone::Error, sentence.clone()));
        self.error = Some(sentence);
        message
    }

    /// Asks for what the panel shows of the log under the cursor.
    fn ask_detail(&mut self, effects: &mut Vec<Effect>) {
        let key = self.current_key();
        if key == self.detail_of {
            return;
        }
        self.panel.scroll = 0;
        match &key {
            Some(key) => self.read_detail.ask(ReadLog(key.clone()), effects),
            None => self.detail = None,
        }
        self.detail_of = key;
    }

    fn act_in_panel(&mut self, action: Action, size: (u16, u16)) {
        let lines = self.detail.as_deref().map_or(0, panel_lines);
        self.panel.act(action, lines, size);
    }
}

/// Lines of the panel about a log, at most: the drawing wraps, and shows the last page at the end.
fn panel_lines(panel: &LogPanel) -> usize {
    const WRAPPED: usize = 4;
    let detail = &panel.detail;
    let dropped = detail.ledger.as_ref().map_or(0, |l| l.dropped.len() + 3);
    let rejected = panel.rejected.as_ref().ok().and_then(Option::as_ref);
    let examples = rejected.map_or(0, |r| r.examples.values().map(Vec::len).sum());
    let sentences = 4 + detail.errors.len() + detail.quality.len() + detail.history.len();
    20 + detail.row.key.len() / 10 + dropped + examples + sentences * WRAPPED
}

impl View for Logs {
    fn contexts(&self) -> Vec<Context> {
        if self.panel.has_keys {
            return vec![Context::Panel];
        }
        vec![
            Context::Logs,
            Context::Marks,
            Context::Choose,
            Context::List,
        ]
    }

    fn list(&self) -> Option<&dyn List> {
        Some(&self.table)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        Some(&mut self.table)
    }

    fn list_area(&self, size: (u16, u16)) -> Rect {
        let (list, _) = layout::logs(size, false);
        list.unwrap_or_default()
    }

    /// Keys are not cut to make room for figures.
    fn list_room(&self, _size: (u16, u16)) -> (u16, &'static [&'static str]) {
        (self.key_width, &[])
    }

    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        Some(("log", "logs"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match action {
            _ if self.panel.has_keys => self.act_in_panel(action, context.size),
            Action::Open => {
                if let Some(row) = self.table.current() {
                    Runs::open_over(context, &row.key);
                }
            }
            Action::NextPane => self.panel.has_keys = true,
            Action::Find => FindView::open_over(context, None, self.table.filter()),
            _ => list::act(&mut self.table, action, context),
        }
    }

    /// A click gives the keys to the list or to the panel.
    fn mouse(&mut self, mouse: MouseEvent, size: (u16, u16)) -> Option<Vec<Effect>> {
        let (list, _) = layout::logs(size, self.panel.has_keys);
        self.panel.click(mouse, list, size).then(Vec::new)
    }

    fn clear_filter(&mut self) -> Option<Vec<Effect>> {
        (!self.panel.has_keys && list::clear(&mut self.table)).then(Vec::new)
    }

    fn can_step_back(&self) -> bool {
        self.panel.has_keys || self.table.anchor.is_some()
    }

    fn is_possible(&self, action: Action) -> bool {
        let row = self.table.now(self.table.cursor);
        match (action, row) {
            (Action::NextPane, None) => false,
            // A pending log has none.
            (Action::Open, Some(row)) => row.runs().is_some_and(|runs| runs > 0),
            (Action::Harvest, Some(row)) if self.table.marked() == 0 => !matches!(
                row.state,
                LogState::Missing | LogState::Harvesting | LogState::Queued
            ),
            _ => list::is_possible(&self.table, action),
        }
    }

    fn step_back(&mut self) -> bool {
        std::mem::take(&mut self.panel.has_keys) || self.table.stop_range()
    }

    fn command(&self) -> Option<Command> {
        Some(if self.panel.has_keys {
            Command::new("show").names(self.current_key())
        } else if self.table.marked() > 0 {
            let chosen = self.table.chosen().into_iter();
            Command::new("harvest").names(chosen.map(|row| row.key.clone()))
        } else {
            Command::new("list").filter(self.table.filter())
        })
    }

    fn copy(&self) -> Option<String> {
        self.current_key()
    }

    fn export(&self, columns: &[usize], form: Form) -> Result<Export, String> {
        list::export("logs", ExportTable::of(&self.table, columns), form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        Some(if self.panel.has_keys {
            (ToHarvest::Keys(self.current_key().into_iter().collect()), 0)
        } else {
            ToHarvest::chosen(&self.table, |row| &row.key, ToHarvest::Logs)
        })
    }

    fn to_cancel(&self) -> Cancel {
        Cancel::OfLog(self.current_key())
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        match occasion {
            Occasion::Start => {
                // Very many logs take a moment to list: those on the screen are there before.
                self.read_first.ask(ReadLogs(Some(FIRST_LOGS)), effects);
                self.read.ask(ReadLogs(None), effects);
            }
            Occasion::Shown => self.panel.has_keys = false,
            Occasion::Look | Occasion::Noted(_) => {}
            Occasion::LogsChanged => {
                self.read.ask_after(ReadLogs(None), effects);
                self.detail_of = None;
            }
            Occasion::Harvested(key) => {
                self.read.ask_after(ReadLogs(None), effects);
                self.detail_of.take_if(|shown| shown == key);
            }
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        if let Some(result) = self.read_first.receive(answer, context.effects) {
            if let (Ok(list), false) = (result, self.loaded) {
                self.key_width = list.key_width;
                self.table.replace(list.rows);
            }
        } else if let Some(result) = self.read.receive(answer, context.effects) {
            match result {
                Ok(list) => self.take(list, context.effects),
                Err(sentence) => {
                    let message = self.fail(sentence);
                    context.message = message.or(context.message.take());
                }
            }
        } else if let Some(result) = self.count.receive(answer, context.effects) {
            if let Ok(counts) = result
                && self.open.len() > COUNTED_AT_ONCE
            {
                self.counts = counts;
            }
        } else if let Some(result) = self.read_detail.receive(answer, context.effects) {
            match result {
                Ok(detail) => self.detail = detail,
                Err(sentence) => {
                    self.detail = None;
                    context.fail(sentence);
                }
            }
        } else if self.queries.receive(&mut self.table, answer, context) {
            // The rows that are sorted may have been read again.
            self.count_logs(context.effects);
        }
    }

    fn after_event(&mut self, event: AfterEvent<'_>, effects: &mut Vec<Effect>) {
        self.panel.has_keys &= !self.table.is_empty();
        self.queries.ask(&mut self.table, effects);
        if event.is_open && (self.panel.has_keys || layout::has_log_panel(event.size)) {
            self.ask_detail(effects);
        }
    }
}
