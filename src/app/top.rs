//! The top line: where one is, the views, and counts; drawing and the mouse agree on it.

use unicode_width::UnicodeWidthStr;

use super::{TOP_VIEWS, action::Action, state::State, view::TopView};
use crate::etl::{
    catalog::LogState,
    format::{count, thousands},
};

/// What stands in the top line, from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// Where one is.
    pub place: String,
    /// Characters that the place has; it begins in the second column.
    pub place_width: u16,
    /// The views: number, title as drawn, and the action that shows it.
    pub views: Vec<(u8, String, Action)>,
    /// Counts at the right; empty where there is no room for them.
    pub counts: String,
}

impl Top {
    /// The top line of `state`.
    pub fn of(state: &State) -> Self {
        let width = usize::from(state.size.0);
        let views = views(state);
        let views_width: usize = views.iter().map(|(_, title, _)| title.width()).sum();
        let (place, counts) = (place(state), counts(state));
        // The views always stand; the place is cut before the counts are left out.
        let least = place.width().min(16);
        let counts_fit = width >= views_width + counts.width() + least + 5;
        let counts = if counts_fit { counts } else { String::new() };
        let left = width.saturating_sub(views_width + counts.width() + 3);
        let needed = place.width().max(if width >= 100 { 40 } else { 0 });
        Self {
            place,
            place_width: left.min(needed) as u16,
            views,
            counts,
        }
    }

    /// What a click on column `x` of the top line shows.
    pub fn action_at(&self, x: u16) -> Option<Action> {
        let mut left = self.place_width + 3;
        for (_, title, action) in &self.views {
            let right = left + title.width() as u16;
            if (left..right).contains(&x) {
                return Some(*action);
            }
            left = right;
        }
        None
    }
}

fn place(state: &State) -> String {
    state.open_view().title().unwrap_or_else(|| {
        let read_only = match state.read_only {
            Some(_) => " (read-only)",
            None => "",
        };
        format!("mdtui{read_only}  {}", state.data_dir)
    })
}

/// The title of the open view stands in brackets, so that it differs not by colour alone.
fn views(state: &State) -> Vec<(u8, String, Action)> {
    let open = state.top_view();
    let title = |(at, top): (usize, &TopView)| {
        let mut title = format!("{} {}", top.number, top.title);
        let badge = (top.view)(state).badge();
        if badge > 0 {
            title.push_str(&format!(" ({})", thousands(badge)));
        }
        let title = if at == open {
            format!("[{title}]")
        } else {
            format!(" {title} ")
        };
        (top.number, title, top.action)
    };
    TOP_VIEWS.iter().enumerate().map(title).collect()
}

fn counts(state: &State) -> String {
    let counts = &state.logs.counts;
    let total: usize = counts.values().sum();
    if total == 0 {
        return String::new();
    }
    let mut parts = vec![count(total as u64, "log")];
    // Without a current record, then what needs a look.
    for shown in [
        LogState::Pending,
        LogState::Changed,
        LogState::Stale,
        LogState::Failed,
    ] {
        if let Some(n) = counts.get(&shown).filter(|n| **n > 0) {
            parts.push(format!("{} {}", thousands(*n as u64), shown.word()));
        }
    }
    parts.join(" · ")
}
