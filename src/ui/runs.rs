//! Lists of runs: of one log, or of all.

use ratatui::Frame;

use super::{list, panel, theme::Theme};
use crate::{
    app::{Action, layout, runs::Runs, state::State},
    etl::{catalog::LogState, zone},
};

/// Draws the list of runs that is open.
pub fn draw(frame: &mut Frame, state: &State, runs: &Runs, theme: &Theme) {
    let (list, panel) = layout::runs(state.size, runs.panel.panel.has_keys);
    if let Some(area) = panel {
        panel::run::draw(frame, area, runs, theme);
    }
    let Some(area) = list else {
        return;
    };
    if runs.table.is_empty() {
        return empty(frame, area, state, runs, theme);
    }
    let columns = state.placed_columns();
    list::draw(frame, area, &runs.table, &columns, theme, |_, _| None);
}

fn empty(
    frame: &mut Frame,
    area: ratatui::layout::Rect,
    state: &State,
    runs: &Runs,
    theme: &Theme,
) {
    let contexts = state.screen_contexts();
    let key = |action| state.keymap.key_for(&contexts, action).unwrap_or_default();
    let mut style = theme.text;
    let (first, second) = if !runs.table.rows().is_empty() {
        (
            format!("No run passes the filter `{}`.", runs.table.filter()),
            format!("{} changes the filter.", key(Action::Filter)),
        )
    } else if let Some(error) = &runs.error {
        style = theme.error;
        (
            error.clone(),
            format!("{} looks again.", key(Action::Refresh)),
        )
    } else if !runs.loaded {
        ("Reading the runs …".to_owned(), String::new())
    } else if let Some(log) = &runs.log {
        let logs = state.logs.table.rows();
        let at = logs.binary_search_by(|row| row.key.as_str().cmp(log));
        let row = at.ok().and_then(|at| logs.get(at));
        let log_state = row.map(|row| {
            let open = state.jobs.of_log(log).and_then(|entry| entry.log_state());
            open.unwrap_or(row.state)
        });
        let reason = log_state.zip(row).map_or(String::new(), |(state, row)| {
            format!(
                " {}: {}.",
                state.word(),
                zone::in_sentence(&row.reason(), None)
            )
        });
        // Harvesting a log again that failed for good gives the same failure.
        let more = match log_state {
            Some(LogState::Failed) => "",
            _ => "; harvest the log first",
        };
        (
            format!("{log} has no runs in the lake.{reason}"),
            format!("{} goes back{more}.", key(Action::Escape)),
        )
    } else {
        (
            "No log was harvested yet, so there are no runs.".to_owned(),
            format!(
                "{} shows the logs; harvest some there.",
                key(Action::ShowLogs)
            ),
        )
    };
    list::notice(frame, area, &[(&first, style), (&second, theme.muted)]);
}
