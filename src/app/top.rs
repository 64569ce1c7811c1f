//! The top line: where one is, the views, and counts; drawing and the mouse agree on it.

use unicode_width::UnicodeWidthStr;

use super::{
    action::Action,
    state::{Screen, State},
};
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
        let wanted = place.width().max(if width >= 100 { 40 } else { 0 });
        Self {
            place,
            place_width: left.min(wanted) as u16,
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
    match state.screen() {
        Screen::Logs | Screen::Runs | Screen::Machines | Screen::Jobs => {
            let looking = match state.read_only {
                Some(_) => " (read-only)",
                None => "",
            };
            format!("mdtui{looking}  {}", state.data_dir)
        }
        Screen::Machine(machine) => machine.name(),
        Screen::LogRuns(runs) => format!("Logs › {}", runs.log.as_deref().unwrap_or_default()),
        Screen::Run(run) => run.title(),
        Screen::Compare(compared) => compared.title(),
    }
}

/// The one that is open stands in brackets, so that it is not told by colour alone.
fn views(state: &State) -> Vec<(u8, String, Action)> {
    let jobs = match state.jobs.open_count() {
        0 => "4 Jobs".into(),
        open => format!("4 Jobs ({})", thousands(open as u64)),
    };
    [
        (1, "1 Logs".to_owned(), Action::ShowLogs),
        (2, "2 Runs".into(), Action::ShowRuns),
        (3, "3 Machines".into(), Action::ShowMachines),
        (4, jobs, Action::ShowJobs),
    ]
    .into_iter()
    .map(|(view, title, action)| {
        let title = if state.view() == view {
            format!("[{title}]")
        } else {
            format!(" {title} ")
        };
        (view, title, action)
    })
    .collect()
}

fn counts(state: &State) -> String {
    let counts = &state.logs.counts;
    let total: usize = counts.values().sum();
    if total == 0 {
        return String::new();
    }
    let mut parts = vec![count(total as u64, "log")];
    for shown in [LogState::Pending, LogState::Changed, LogState::Failed] {
        if let Some(n) = counts.get(&shown).filter(|n| **n > 0) {
            parts.push(format!("{} {}", thousands(*n as u64), shown.word()));
        }
    }
    parts.join(" · ")
}
