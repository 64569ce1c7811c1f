//! The mouse over runs side by side: panes, runs, channels, charts, the table.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{CompareScreen, Overlaid, Pane, overlaid::Shared};
use crate::app::{action::Action, chart::gutter, effect::Effect, layout};

/// Lines that one notch of the wheel scrolls the table by.
const NOTCH: usize = 3;
/// Characters of the list's column of marks.
pub const MARK: usize = 3;

/// The panes with their titles, in the order of the heading.
pub const PANES: [(Pane, &str); 2] = [(Pane::Overlaid, "Charts"), (Pane::Sheet, "Differences")];

/// What lies under a place of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareHit {
    /// The title of a pane.
    Title(Pane),
    /// A run's line above everything.
    Run(usize),
    /// A channel of the list, and whether the place is its mark.
    Channel(usize, bool),
    /// The charts, or the axis of time, at a time from where the runs are aligned.
    Time(i64),
    /// The table of differences.
    Sheet,
    /// None of these.
    Nothing,
}

impl Overlaid {
    /// Characters for the names of channels and for their units.
    pub fn widths(&self) -> (usize, usize) {
        let longest = |of: fn(&Shared) -> &str| {
            let lengths = self.channels.iter().map(|c| of(c).chars().count());
            lengths.max().unwrap_or(0)
        };
        let label = longest(|c| &c.name).clamp(7, 24);
        let unit = longest(|c| &c.unit).clamp(4, 8);
        (label, unit)
    }

    /// Characters for names and units left of the charts.
    pub fn label_width(&self) -> usize {
        let (label, unit) = self.widths();
        label.max(unit + 2)
    }
}

impl CompareScreen {
    /// Where the titles of the panes begin in a heading of `width` columns.
    pub fn pane_bar(width: usize) -> usize {
        let titles = PANES.iter().map(|(_, title)| title.len() + 2);
        width.saturating_sub(titles.sum::<usize>() + 1)
    }

    /// What lies at column `x` and line `y` of the view.
    pub fn hit(&self, (x, y): (usize, usize)) -> CompareHit {
        let (width, parts) = (self.body().0, self.parts());
        let Some(views) = &self.views else {
            return CompareHit::Nothing;
        };
        if y == 0 {
            let mut left = Self::pane_bar(width);
            let title = PANES.into_iter().find(|(_, title)| {
                let from = left;
                left += title.len() + 2;
                (from..left).contains(&x)
            });
            return title.map_or(CompareHit::Nothing, |(pane, _)| CompareHit::Title(pane));
        }
        let Some(y) = (y - 1).checked_sub(parts.legend) else {
            return CompareHit::Run(y - 1);
        };
        let overlaid = &views.overlaid;
        if y >= parts.overlaid {
            let rule = usize::from(parts.overlaid > 0);
            let inside = (rule..parts.sheet + rule).contains(&(y - parts.overlaid));
            return if inside {
                CompareHit::Sheet
            } else {
                CompareHit::Nothing
            };
        }
        // Below the header; a rule between list and charts, the axis of time under them.
        if (1..=parts.list).contains(&y) {
            let at = overlaid.first_row(parts.list) + y - 1;
            return match overlaid.channels.get(at) {
                Some(_) => CompareHit::Channel(at, x < MARK),
                None => CompareHit::Nothing,
            };
        }
        let charts = parts.list + 2..=parts.list + 2 + parts.charts;
        let left = gutter(overlaid.label_width());
        let drawn = parts.charts > 0 && !overlaid.chosen.is_empty();
        if !drawn || !charts.contains(&y) || !(left..width).contains(&x) {
            return CompareHit::Nothing;
        }
        // Rows of several runs lie anywhere: the cursor moves freely.
        CompareHit::Time(overlaid.view.time_at(x - left, width - left, &[]))
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
            CompareHit::Run(run) if clicked => views.overlaid.set_turn(run),
            CompareHit::Channel(row, mark) if clicked => {
                self.pane = Pane::Overlaid;
                // What was clicked stays under the mouse.
                views.overlaid.point(row, parts.list);
                if mark {
                    return self.update(Action::Mark);
                }
            }
            CompareHit::Channel(..) => {
                let action = match mouse.kind {
                    ScrollUp => Action::Up,
                    ScrollDown => Action::Down,
                    _ => return Vec::new(),
                };
                views.overlaid.update(action, parts.list.max(1));
            }
            CompareHit::Time(time) => {
                if clicked {
                    self.pane = Pane::Overlaid;
                }
                views.overlaid.view.mouse(mouse.kind, time);
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
        self.want()
    }
}

#[cfg(test)]
#[path = "mouse_tests.rs"]
mod tests;
