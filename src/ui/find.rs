//! The stretches of runs in which a condition holds.

use ratatui::Frame;

use super::{
    lines::{put, take},
    list,
    theme::Theme,
};
use crate::{
    app::{
        Action,
        find::{FindView, HEADING},
        layout,
        state::State,
        view::View,
    },
    etl::{
        find::Tally,
        format::{count, count_of, thousands},
    },
};

/// Draws the condition, how far the search is, and the stretches.
pub fn draw(frame: &mut Frame, state: &State, view: &FindView, theme: &Theme) {
    let (heading, _) = layout::headed(state.size, HEADING);
    let mut rest = heading.intersection(frame.area());
    let buf = frame.buffer_mut();
    let mut parts = Vec::new();
    if !view.condition.is_empty() {
        parts.push(view.condition.clone());
    }
    if !view.filter.is_empty() {
        parts.push(format!("in runs: {}", view.filter));
    }
    let first = format!(" {}", parts.join("   "));
    put(take(&mut rest, 1), buf, &first, theme.title);
    let told = format!(" {}", status(view));
    put(take(&mut rest, 1), buf, &told, theme.muted);
    let area = view.list_area(state.size);
    if !view.table.is_empty() {
        let columns = state.placed_columns();
        return list::draw(frame, area, &view.table, &columns, theme, |_, _| None);
    }
    let contexts = state.screen_contexts();
    let key = |action| state.keymap.key_for(&contexts, action).unwrap_or_default();
    let find = key(Action::Find);
    let (first, second, style) = if view.condition.is_empty() {
        let second = format!("{find} types one, such as fz_1 < -2500 and v1 > 10.");
        ("There is no condition yet.".to_owned(), second, theme.text)
    } else if let Some(error) = &view.error {
        let second = format!("{find} changes the condition.");
        (error.clone(), second, theme.error)
    } else if !view.table.rows().is_empty() {
        let first = format!("No stretch passes the filter `{}`.", view.table.filter());
        let second = format!("{} changes the filter.", key(Action::Filter));
        (first, second, theme.text)
    } else if view.is_searching() {
        ("Searching …".to_owned(), String::new(), theme.text)
    } else if view.plan.as_ref().is_some_and(|plan| plan.runs == 0) {
        let (first, second) = nothing_to_search(view, key);
        (first, second, theme.text)
    } else {
        let second = format!("{find} changes the condition.");
        (
            "The condition holds nowhere.".to_owned(),
            second,
            theme.text,
        )
    };
    list::notice(frame, area, &[(&first, style), (&second, theme.muted)]);
}

/// Why there is no run to search, and what to do.
fn nothing_to_search(view: &FindView, key: impl Fn(Action) -> String) -> (String, String) {
    if view.filter.is_empty() {
        let first = "There is no run to search: no log was harvested yet, or all runs failed.";
        let logs = key(Action::ShowLogs);
        return (
            first.to_owned(),
            format!("{logs} shows the logs; harvest some there."),
        );
    }
    (
        format!(
            "No run passes the filter `{}`, so none was searched.",
            view.filter
        ),
        format!(
            "{} goes back to the list, whose filter it is.",
            key(Action::Escape)
        ),
    )
}

/// How far the search is, or what it found.
fn status(view: &FindView) -> String {
    let Some(plan) = &view.plan else {
        return String::new();
    };
    let found = view.table.rows().len();
    let stretches = count_of(found as u64, "stretch", "stretches");
    if view.cut {
        return format!(
            "the first {stretches}: narrow the condition, or let `mdtui find` print all"
        );
    }
    if !view.is_searching() {
        let tally = Tally {
            stretches: found,
            in_runs: view.in_runs,
            unreadable: view.unreadable,
        };
        return tally.sentence(plan.runs, plan.tables);
    }
    let (read, tables) = (view.read as u64, plan.tables as u64);
    let (read, tables) = (thousands(read), count(tables, "table"));
    let mut text = format!("{stretches} so far; {read} of {tables} read");
    if view.unreadable > 0 {
        let tables = count(view.unreadable as u64, "table");
        text.push_str(&format!("; {tables} cannot be read"));
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::{
        app::fixture::{answer_queries, keys, populated, press, type_in},
        ui::{
            screen_snapshots::{drawn, text},
            theme::Theme,
        },
    };

    /// What Find shows of a search for which there is no run.
    fn nothing_searched(filter: &str) -> String {
        let mut state = populated((80, 24));
        press(&mut state, &["2", "f"]);
        type_in(&mut state, filter);
        press(&mut state, &["enter", "F"]);
        type_in(&mut state, "v9 > 3");
        let asked = keys(&mut state, &["enter"]);
        answer_queries(&mut state, asked);
        text(&drawn(&state, &Theme::named("dark", true).unwrap()))
    }

    #[test]
    fn a_search_of_no_run_says_why_there_is_none_and_what_to_do() {
        let shown = nothing_searched("");
        assert!(shown.contains("no log was harvested yet"), "{shown}");
        assert!(
            shown.contains("1 shows the logs; harvest some there."),
            "{shown}"
        );
        assert!(!shown.contains("holds nowhere"), "{shown}");
        let shown = nothing_searched("cell:10");
        assert!(
            shown.contains("No run passes the filter `cell:10`"),
            "{shown}"
        );
    }
}
