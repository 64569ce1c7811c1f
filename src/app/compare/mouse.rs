//! The mouse over runs side by side: panes, runs, channels, charts, the table.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{CompareScreen, Pane};
use crate::app::{action::Action, effect::Effect, layout, signals::SignalsHit};

/// Lines that one notch of the wheel scrolls the table by.
const NOTCH: usize = 3;
/// The panes with their titles, in the order of the heading.
pub const PANES: [(Pane, &str); 2] = [(Pane::Overlaid, "Charts"), (Pane::Sheet, "Differences")];

/// What lies under a place of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareHit {
    /// The title of a pane.
    Title(Pane),
    /// A run's line above everything.
    Run(usize),
    /// The list of channels and their charts, at a column and line of theirs.
    Signals(usize, usize, SignalsHit),
    /// The table of differences.
    Sheet,
    /// None of these.
    Nothing,
}

impl CompareScreen {
    /// What lies at a column and line of the terminal.
    pub fn hit(&self, (column, row): (u16, u16)) -> CompareHit {
        let (width, parts) = (self.body().0, self.parts());
        let Some(views) = &self.views else {
            return CompareHit::Nothing;
        };
        let (heading, body) = layout::headed(self.size, 1);
        if heading.contains((column, row).into()) {
            let title = layout::titled_at(&PANES, self.pane, heading.width, column);
            return title.map_or(CompareHit::Nothing, CompareHit::Title);
        }
        if !body.contains((column, row).into()) {
            return CompareHit::Nothing;
        }
        let (x, line) = (usize::from(column - body.x), usize::from(row - body.y));
        if line < parts.legend {
            return CompareHit::Run(line);
        }
        let Some(y) = line.checked_sub(parts.legend + parts.blank) else {
            return CompareHit::Nothing;
        };
        if y >= parts.overlaid {
            let rule = usize::from(parts.overlaid > 0) + parts.blank;
            let inside = (rule..parts.sheet + rule).contains(&(y - parts.overlaid));
            return if inside {
                CompareHit::Sheet
            } else {
                CompareHit::Nothing
            };
        }
        let hit = views.signals.hit((x, y), (width, parts.overlaid));
        CompareHit::Signals(x, y, hit)
    }

    /// The mouse was used.
    pub fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        use MouseEventKind::{Down, ScrollDown, ScrollLeft, ScrollRight, ScrollUp};
        if layout::too_small(self.size) {
            return Vec::new();
        }
        let spot = self.hit((mouse.column, mouse.row));
        let (parts, width) = (self.parts(), self.body().0);
        let Some(views) = &mut self.views else {
            return Vec::new();
        };
        let clicked = mouse.kind == Down(MouseButton::Left);
        match spot {
            CompareHit::Title(pane) if clicked => self.pane = pane,
            CompareHit::Run(run) if clicked => views.signals.set_turn(run),
            CompareHit::Signals(x, y, hit) => {
                if clicked && hit != SignalsHit::Nothing {
                    self.pane = Pane::Overlaid;
                }
                let size = (width, parts.overlaid);
                views.signals.mouse(mouse.kind, (x, y), size);
                self.lay_out_sheet();
            }
            CompareHit::Sheet if clicked => self.pane = Pane::Sheet,
            CompareHit::Sheet => {
                let (action, times) = match mouse.kind {
                    ScrollUp => (Action::Up, NOTCH),
                    ScrollDown => (Action::Down, NOTCH),
                    ScrollLeft => (Action::Left, 1),
                    ScrollRight => (Action::Right, 1),
                    _ => return Vec::new(),
                };
                for _ in 0..times {
                    views.sheet.update(action, (width, parts.sheet));
                }
            }
            _ => return Vec::new(),
        }
        self.ask_missing()
    }
}

#[cfg(test)]
#[path = "mouse_tests.rs"]
mod tests;
