//! The view Logs: the list of logs and the panel beside it.

use std::collections::BTreeMap;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::{
    action::Action,
    command::Command,
    effect::Effect,
    export::{Export, Form, Listed},
    jobs::ToHarvest,
    keymap::Context,
    layout,
    list::{self, List},
    list_queries::ListQueries,
    scroll::Scroll,
    table::Table,
    view::{ActionContext, Cancel, View},
};
use crate::etl::catalog::{LogDetail, LogRow, LogState};

/// The list of logs and the panel beside it.
#[derive(Debug, Default)]
pub struct Logs {
    /// The list.
    pub table: Table<LogRow>,
    /// What it leaves to workers.
    pub queries: ListQueries<LogRow>,
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
    /// The log of the panel.
    pub detail: Option<Box<LogDetail>>,
    /// The log that the panel was asked for: its key.
    pub detail_of: Option<String>,
    /// Whether keys go to the panel.
    pub panel: bool,
    /// The first line of the panel that is shown.
    pub panel_scroll: usize,
}

impl Logs {
    fn current_key(&self) -> Option<String> {
        self.table.current().map(|row| row.key.clone())
    }

    fn act_in_panel(&mut self, action: Action, size: (u16, u16)) {
        if action == Action::NextPane {
            self.panel = false;
            return;
        }
        let page = usize::from(layout::body(size).height).max(1);
        let lines = self.detail.as_deref().map_or(0, panel_lines);
        self.panel_scroll = Scroll::new(lines, page).moved(self.panel_scroll, action);
    }
}

/// Lines of the panel about a log, so that it scrolls no further; the drawing wraps, so
/// this is the least.
fn panel_lines(detail: &LogDetail) -> usize {
    let dropped = detail.ledger.as_ref().map_or(0, |l| l.dropped.len() + 3);
    8 + dropped + detail.errors.len() * 3 + detail.history.len()
}

impl View for Logs {
    fn contexts(&self) -> Vec<Context> {
        if self.panel {
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

    /// Beside the panel, which shows all the rest of the log under the cursor, keys are not cut.
    fn list_room(&self, size: (u16, u16)) -> (u16, Option<&'static str>) {
        let beside_panel = layout::has_panel(size);
        (if beside_panel { self.key_width } else { 0 }, None)
    }

    fn row_nouns(&self) -> Option<(&'static str, &'static str)> {
        Some(("log", "logs"))
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        match action {
            _ if self.panel => self.act_in_panel(action, context.size),
            Action::Open => {
                if let Some(row) = self.table.current() {
                    context.open_runs_of(&row.key);
                }
            }
            Action::NextPane => self.panel = true,
            _ => list::act(&mut self.table, action, context),
        }
    }

    /// A click gives the keys to the list or to the panel.
    fn mouse(&mut self, mouse: MouseEvent, size: (u16, u16)) -> Option<Vec<Effect>> {
        let body = layout::body(size);
        let inside = (body.y..body.bottom()).contains(&mouse.row);
        if mouse.kind != MouseEventKind::Down(MouseButton::Left) || !inside {
            return None;
        }
        let (list, _) = layout::logs(size, self.panel);
        self.panel = list.is_none_or(|list| mouse.column >= list.right());
        self.panel.then(Vec::new)
    }

    fn step_back(&mut self) -> bool {
        std::mem::take(&mut self.panel) || self.table.stop_range()
    }

    fn command(&self) -> Option<Command> {
        Some(if self.panel {
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
        list::export("logs", Listed::of(&self.table, columns), form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        Some(if self.panel {
            (ToHarvest::Keys(self.current_key().into_iter().collect()), 1)
        } else {
            ToHarvest::chosen(&self.table, |row| &row.key, ToHarvest::Logs)
        })
    }

    fn to_cancel(&self) -> Cancel {
        Cancel::OfLog(self.current_key())
    }
}
