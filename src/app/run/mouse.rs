//! The mouse in a run: tabs, and what each tab does with it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{RunScreen, Samples, Tab};
use crate::app::{action::Action, effect::Effect, layout};

/// Rows that the wheel scrolls by.
const WHEEL: u64 = 3;
/// Lines of a table above its rows.
const HEADER: usize = 2;

impl RunScreen {
    /// The mouse was used.
    pub fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let (heading, area) = layout::headed(self.size, 1);
        let Some(views) = &mut self.views else {
            return Vec::new();
        };
        let at = (mouse.column, mouse.row).into();
        if layout::too_small(self.size) {
            return Vec::new();
        }
        if heading.contains(at) {
            let clicked = mouse.kind == MouseEventKind::Down(MouseButton::Left);
            let titled = layout::titled_at(&Tab::titles(), self.tab, heading.width, mouse.column);
            if let Some(tab) = titled.filter(|_| clicked) {
                self.tab = tab;
                self.came_from = None;
            }
            return self.ask_missing();
        }
        if !area.contains(at) {
            return Vec::new();
        }
        let size = (usize::from(area.width), usize::from(area.height));
        let (x, y) = (
            usize::from(mouse.column - area.x),
            usize::from(mouse.row - area.y),
        );
        let wheel = |back: Action, on: Action| match mouse.kind {
            MouseEventKind::ScrollUp => Some(back),
            MouseEventKind::ScrollDown => Some(on),
            _ => None,
        };
        match self.tab {
            Tab::Summary => {
                if let Some(action) = wheel(Action::Up, Action::Down) {
                    views.summary.update(action, size);
                } else if mouse.kind == MouseEventKind::Down(MouseButton::Left)
                    && views.summary.click((x, y), size)
                {
                    let mut effects = self.open_statistic();
                    effects.extend(self.ask_missing());
                    return effects;
                }
            }
            Tab::Signals => views.signals.mouse(mouse.kind, (x, y), size),
            Tab::Layers => {
                if views.layers.mouse(mouse.kind, (x, y), size) {
                    self.open_layer();
                }
            }
            Tab::Quality => {
                if views.quality.mouse(mouse.kind, (x, y), size) {
                    self.open_flag();
                }
            }
            Tab::Samples => samples(&mut views.samples, mouse.kind, y, size),
            Tab::Path => {
                if let Some(action) = wheel(Action::ZoomIn, Action::ZoomOut) {
                    views.signals.update_time(action);
                }
            }
        }
        self.ask_missing()
    }
}

/// The wheel scrolls the table under the cursor, which stays in sight; a click puts it.
fn samples(samples: &mut Samples, kind: MouseEventKind, line: usize, size: (usize, usize)) {
    let (_, height) = size;
    // The last line says where the cursor is.
    let page = height.saturating_sub(HEADER + 1).max(1) as u64;
    let last = samples.rows.saturating_sub(1);
    match kind {
        MouseEventKind::ScrollUp => {
            samples.first_row = samples.first_row.saturating_sub(WHEEL);
        }
        MouseEventKind::ScrollDown => {
            let lowest = samples.rows.saturating_sub(page);
            samples.first_row = (samples.first_row + WHEEL).min(lowest);
        }
        MouseEventKind::ScrollLeft => {
            samples.update(Action::Left, size);
        }
        MouseEventKind::ScrollRight => {
            samples.update(Action::Right, size);
        }
        MouseEventKind::Down(MouseButton::Left) if line >= HEADER => {
            let row = samples.first_row + (line - HEADER) as u64;
            if row < samples.rows && line + 1 < height {
                samples.row = row;
            }
        }
        _ => {}
    }
    let seen = samples.first_row..=(samples.first_row + page - 1).min(last);
    samples.row = samples.row.clamp(*seen.start(), *seen.end());
}

#[cfg(test)]
#[path = "mouse_tests.rs"]
mod tests;
