//! A panel beside a list, or in its place on a narrow screen: whether it has the keys, and how
//! far it is scrolled.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::{action::Action, layout, scroll::Scroll};

/// See the [module](self).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SidePanel {
    /// Whether keys go to the panel; never while the list has no row that it could be about.
    pub has_keys: bool,
    /// The first line that is shown.
    pub scroll: usize,
}

impl SidePanel {
    /// Handles a key of a panel that has at most so many lines, in a terminal of `size`.
    pub fn act(&mut self, action: Action, lines: usize, size: (u16, u16)) {
        if action == Action::NextPane {
            self.has_keys = false;
            return;
        }
        let page = usize::from(layout::body(size).height).max(1);
        self.scroll = Scroll::new(lines, page).moved(self.scroll, action);
    }

    /// A click gives the keys to the list, which has the place `list` if it is on the screen, or
    /// to the panel. True when the panel has taken it.
    pub fn click(&mut self, mouse: MouseEvent, list: Option<Rect>, size: (u16, u16)) -> bool {
        let body = layout::body(size);
        let inside = (body.y..body.bottom()).contains(&mouse.row);
        if mouse.kind != MouseEventKind::Down(MouseButton::Left) || !inside {
            return false;
        }
        self.has_keys = list.is_none_or(|list| mouse.column >= list.right());
        self.has_keys
    }
}
