//! Where the parts of Signals stand on the screen, and what the mouse does there.

use crossterm::event::{MouseButton, MouseEventKind};

use super::{
    Signals,
    signals::{Channel, MARK},
};
use crate::app::{action::Action, chart::gutter};

/// What lies under a place of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalsHit {
    /// A channel of the list, and whether the place is its mark.
    Channel(usize, bool),
    /// The charts at a time (microseconds since 1970), or the time axis.
    Time(i64),
    /// Neither.
    Nothing,
}

impl Signals {
    /// Characters for the names of channels and for their units.
    pub fn widths(&self) -> (usize, usize) {
        let longest = |of: fn(&Channel) -> &str| {
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

    /// The first channel in a list of `lines` lines: the list moves only as far as the
    /// cursor needs to be in sight.
    pub fn first_row(&self, lines: usize) -> usize {
        let last = self.channels.len().saturating_sub(lines);
        let lowest = (self.row + 1).saturating_sub(lines);
        self.top.min(self.row).max(lowest).min(last)
    }

    /// What lies at column `x` and line `y` of a view of (columns, lines) `size`.
    pub fn hit(&self, (x, y): (usize, usize), size: (usize, usize)) -> SignalsHit {
        let (width, height) = size;
        let layout = self.layout(height);
        // Below the header; a rule between list and charts, the time axis under them.
        if (1..=layout.list).contains(&y) {
            let at = self.first_row(layout.list) + y - 1;
            return if at < self.channels.len() {
                SignalsHit::Channel(at, x < MARK)
            } else {
                SignalsHit::Nothing
            };
        }
        let charts = layout.list + 2..=layout.list + 2 + layout.charts;
        let left = gutter(self.label_width());
        if layout.charts == 0 || !charts.contains(&y) || !(left..width).contains(&x) {
            return SignalsHit::Nothing;
        }
        let (column, columns) = (x - left, width - left);
        SignalsHit::Time(self.view.time_at(column, columns, self.times()))
    }

    /// The mouse was used at a place (column, line) of a view of `size`.
    pub fn mouse(&mut self, kind: MouseEventKind, at: (usize, usize), size: (usize, usize)) {
        use MouseEventKind::{Down, ScrollDown, ScrollLeft, ScrollRight, ScrollUp};
        let spot = self.hit(at, size);
        match (kind, spot) {
            (Down(MouseButton::Left), SignalsHit::Channel(row, mark)) => {
                // What was clicked stays under the mouse.
                self.top = self.first_row(self.layout(size.1).list);
                self.row = row;
                if mark {
                    self.update(Action::Mark, size.1);
                }
            }
            (kind, SignalsHit::Time(time)) => {
                self.view.mouse(kind, time);
            }
            (ScrollLeft, _) => {
                self.update_time(Action::Left);
            }
            (ScrollRight, _) => {
                self.update_time(Action::Right);
            }
            (ScrollUp, SignalsHit::Channel(..)) => {
                self.update(Action::Up, size.1);
            }
            (ScrollDown, SignalsHit::Channel(..)) => {
                self.update(Action::Down, size.1);
            }
            _ => {}
        }
    }
}
