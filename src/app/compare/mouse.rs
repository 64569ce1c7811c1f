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
    /// What lies at column `x` and line `y` of the view.
    pub fn hit(&self, (x, y): (usize, usize)) -> CompareHit {
        let (width, parts) = (self.body().0, self.parts());
        let Some(views) = &self.views else {
            return CompareHit::Nothing;
        };
        if y == 0 {
            let (x, width) = (
                u16::try_from(x).unwrap_or(u16::MAX),
                layout::body(self.size).width,
            );
            let title = layout::titled_at(&PANES, width, x);
            return title.map_or(CompareHit::Nothing, CompareHit::Title);
        }
        let Some(y) = (y - 1).checked_sub(parts.legend) else {
            return CompareHit::Run(y - 1);
        };
        if y >= parts.overlaid {
            let rule = usize::from(parts.overlaid > 0);
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
        let area = layout::body(self.size);
        let inside = area.contains((mouse.column, mouse.row).into());
        if layout::too_small(self.size) || !inside {
            return Vec::new();
        }
        let at = (mouse.column - area.x, mouse.row - area.y);
        let spot = self.hit((usize::from(at.0), usize::from(at.1)));
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
