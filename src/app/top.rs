//! The top line: where one is, the views, and counts; drawing and the mouse agree on it.

use unicode_width::UnicodeWidthStr;

use super::{
    TOP_VIEWS,
    action::Action,
    columns::Meaning,
    crumbs::{self, Crumb, CrumbPart},
    state::State,
    view::TopView,
};
use crate::etl::{
    catalog::LogState,
    format::{count, thousands},
};

/// What stands in the top line, from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// Where one is: see [`crumbs::line`].
    pub place: Vec<(CrumbPart, String)>,
    /// Characters that the place has; it begins in the second column.
    pub place_width: u16,
    /// The views: number, title as drawn, and the action that shows it.
    pub views: Vec<(u8, String, Action)>,
    /// Counts at the right: how many logs there are, and in the states that ask for something; of
    /// a list of runs how many there are, and with which verdicts.
    pub counts: Vec<Count>,
}

/// One count of the top line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub of: Counted,
    /// As it is drawn: `14 pending`.
    pub text: String,
    /// Its style.
    pub meaning: Meaning,
}

/// What a count of the top line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// All logs.
    Logs,
    /// All runs.
    Runs,
    /// Copies of runs in other logs.
    Copies,
    /// The logs in a state.
    State(LogState),
    /// Runs that failed, or have the verdict `fail`.
    Failed,
    /// Runs with the verdict `suspect`.
    Suspect,
    /// Runs of which nothing was evaluated.
    NotEvaluated,
}

/// States that ask for something, in the order of the line.
const COUNTED: [LogState; 7] = [
    LogState::Pending,
    LogState::Changed,
    LogState::Stale,
    LogState::Writing,
    LogState::Missing,
    LogState::Partial,
    LogState::Failed,
];

/// Which counts go first where there is no room for all.
const LEAVING: [Counted; 10] = [
    Counted::Copies,
    Counted::State(LogState::Missing),
    Counted::State(LogState::Writing),
    Counted::Logs,
    Counted::NotEvaluated,
    Counted::State(LogState::Stale),
    Counted::State(LogState::Changed),
    Counted::State(LogState::Partial),
    Counted::Runs,
    Counted::Suspect,
];

/// So many of them go before titles of views are shortened.
const LEAVING_FIRST: usize = 4;

/// Between two counts.
pub const BETWEEN: &str = " · ";

/// At least so many characters of the place stand, if it has as many.
const LEAST_PLACE: usize = 16;

/// What the place of an opened view leaves to the rest where there is room: a title, two counts
/// and the blanks between.
const BESIDE_PLACE: usize = 34;

/// How much is said of the views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Titles {
    /// All have their titles.
    All,
    /// The others than the open one have only their numbers.
    Numbers,
    /// Only the open one stands there.
    Open,
}

impl Top {
    /// The top line of `state`. What is pending and what failed is counted at every width: the
    /// titles of views are shortened and other counts are left out for it.
    pub fn of(state: &State) -> Self {
        let width = usize::from(state.size.0);
        let (place, all) = (place(state), counts(state));
        let wide = |place: &[(CrumbPart, String)]| {
            place.iter().map(|(_, text)| text.width()).sum::<usize>()
        };
        let whole = wide(&crumbs::line(&place, usize::MAX));
        let most = match place.len() {
            2.. => width.saturating_sub(BESIDE_PLACE).max(LEAST_PLACE),
            _ => LEAST_PLACE,
        };
        let least = whole.min(most);
        let steps = [
            (Titles::All, LEAVING_FIRST),
            (Titles::Numbers, LEAVING.len()),
            (Titles::Open, LEAVING.len()),
        ];
        let steps = steps
            .into_iter()
            .flat_map(|(titles, most)| (0..=most).map(move |leaving| (titles, leaving)));
        let steps = steps.map(|(titles, leaving)| {
            let gone = LEAVING.get(..leaving).unwrap_or_default();
            let mut counts = all.clone();
            counts.retain(|count| !gone.contains(&count.of));
            (views(state, titles), counts)
        });
        let mut last = (Vec::new(), Vec::new());
        for (views, counts) in steps {
            let needed = least + views_width(&views) + counts_width(&counts) + 5;
            last = (views, counts);
            if needed <= width {
                break;
            }
        }
        let (shown, mut counts) = last;
        if width < views_width(&shown) + counts_width(&counts) + 5 {
            counts.retain(|count| {
                matches!(count.of, Counted::State(LogState::Failed) | Counted::Failed)
            });
        }
        let left = width.saturating_sub(views_width(&shown) + counts_width(&counts) + 5);
        // The titles stand where they stood when another view is shown, whatever it counts.
        let needed = whole.max(if width >= 140 { 40 } else { 0 });
        let place_width = left.min(needed);
        Self {
            place: crumbs::line(&place, place_width),
            place_width: place_width as u16,
            views: shown,
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

fn views_width(views: &[(u8, String, Action)]) -> usize {
    views.iter().map(|(_, title, _)| title.width()).sum()
}

fn counts_width(counts: &[Count]) -> usize {
    let texts: usize = counts.iter().map(|count| count.text.width()).sum();
    texts + BETWEEN.width() * counts.len().saturating_sub(1)
}

/// The views that are open over one of the top level, else the program and the data directory.
fn place(state: &State) -> Vec<Crumb> {
    let crumbs = state.crumbs();
    if crumbs.len() > 1 {
        return crumbs;
    }
    let mut program = Crumb::new("mdtui");
    if state.read_only.is_some() {
        program = program.about("read-only");
    }
    vec![program.about(state.data_dir.clone())]
}

/// The title of the open view stands in brackets, so that it differs not by colour alone.
fn views(state: &State, titles: Titles) -> Vec<(u8, String, Action)> {
    let open = state.top_view();
    let title = |(at, top): (usize, &TopView)| {
        let is_open = at == open;
        let mut title = match titles {
            Titles::Open if !is_open => return None,
            Titles::Numbers if !is_open => top.number.to_string(),
            _ => format!("{} {}", top.number, top.title),
        };
        let badge = (top.view)(state).badge();
        if badge > 0 {
            title.push_str(&format!(" ({})", thousands(badge)));
        }
        let title = if is_open {
            format!("[{title}]")
        } else {
            format!(" {title} ")
        };
        Some((top.number, title, top.action))
    };
    TOP_VIEWS.iter().enumerate().filter_map(title).collect()
}

fn counts(state: &State) -> Vec<Count> {
    if let Some(counts) = state.open_view().counts() {
        return counts;
    }
    let counts = &state.logs.counts;
    let total: usize = counts.values().sum();
    if total == 0 {
        return Vec::new();
    }
    let mut shown = vec![Count {
        of: Counted::Logs,
        text: count(total as u64, "log"),
        meaning: Meaning::Muted,
    }];
    for state in COUNTED {
        if let Some(n) = counts.get(&state).filter(|n| **n > 0) {
            let text = format!("{} {}", thousands(*n as u64), state.word());
            let meaning = match state {
                LogState::Failed | LogState::Partial => Meaning::Error,
                _ => Meaning::Muted,
            };
            let of = Counted::State(state);
            shown.push(Count { of, text, meaning });
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{
        fixture::{bare, harvesting, keys, populated},
        log_list::RunCounts,
    };

    /// The top line in so many columns, with these counts of logs.
    fn top(width: u16, counts: &[(LogState, usize)], key: &str) -> Top {
        let (mut state, _) = bare((width, 24));
        harvesting(&mut state);
        keys(&mut state, &[key]);
        state.logs.counts = counts.iter().copied().collect();
        Top::of(&state)
    }

    #[test]
    fn pending_and_failed_logs_are_counted_at_every_width() {
        let counts = [
            (LogState::Harvested, 30),
            (LogState::Pending, 9_912),
            (LogState::Failed, 1),
            (LogState::Partial, 2),
            (LogState::Stale, 4_000),
            (LogState::Missing, 12),
        ];
        for width in 40..220 {
            for key in ["1", "3", "4"] {
                let top = top(width, &counts, key);
                let texts: Vec<&str> = top.counts.iter().map(|c| c.text.as_str()).collect();
                let has_pending = texts.contains(&"9,912 pending");
                assert!(has_pending || width < 44, "{width}: {texts:?}");
                assert!(texts.contains(&"1 failed"), "{width}: {texts:?}");
                let used = usize::from(top.place_width)
                    + views_width(&top.views)
                    + counts_width(&top.counts);
                // A blank at both ends, two before the views, one before the counts.
                assert!(used + 5 <= usize::from(width), "{width}: {top:?}");
                assert!(top.views.iter().any(|(_, title, _)| title.starts_with('[')));
            }
        }
        assert_eq!(top(200, &counts, "1").counts.len(), 6);
    }

    #[test]
    fn runs_are_counted_by_verdict_in_their_view() {
        let counts = RunCounts {
            all: 310,
            fail: 4,
            suspect: 21,
            ..RunCounts::default()
        };
        let words = |width: u16, counts: RunCounts| {
            let mut state = populated((width, 24));
            keys(&mut state, &["2"]);
            state.runs.counts = counts;
            let top = Top::of(&state);
            let texts: Vec<String> = top.counts.iter().map(|c| c.text.clone()).collect();
            texts.join(BETWEEN)
        };
        assert_eq!(words(80, counts), "310 runs · 4 fail · 21 suspect");
        assert_eq!(words(60, counts), "4 fail · 21 suspect");
        assert!(words(40, counts).contains("4 fail"));
        assert_eq!(words(80, RunCounts::default()), "");
        let failed = RunCounts {
            all: 1,
            failed: 1,
            ..RunCounts::default()
        };
        assert_eq!(words(80, failed), "1 run · 1 not harvested");
    }

    #[test]
    fn a_click_shows_the_view_whose_title_stands_there() {
        for width in [60, 80, 200] {
            let mut state = populated((width, 24));
            harvesting(&mut state);
            let top = Top::of(&state);
            let mut x = top.place_width + 3;
            for (_, title, action) in &top.views {
                assert_eq!(top.action_at(x), Some(*action), "{width}");
                x += title.width() as u16;
            }
            assert_eq!(top.action_at(x), None);
        }
    }
}
