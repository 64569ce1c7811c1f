//! The list of logs.

use ratatui::Frame;

use super::{list, panel, theme::Theme};
use crate::{
    app::{
        Action,
        columns::{Column, ListCell, Meaning},
        layout,
        logs::Logs,
        state::State,
    },
    etl::{
        catalog::{LogRow, LogState},
        format::short,
    },
};

/// Draws the list, the panel beside it, or both.
pub fn draw(frame: &mut Frame, state: &State, logs: &Logs, theme: &Theme) {
    let (list, panel) = layout::logs(state.size, logs.panel.has_keys);
    if let Some(area) = panel {
        panel::log::draw(frame, area, logs, theme);
    }
    let Some(area) = list else {
        return;
    };
    if logs.table.is_empty() {
        return empty(frame, area, state, logs, theme);
    }
    let columns = state.placed_columns();
    list::draw(frame, area, &logs.table, &columns, theme, |row, column| {
        running(state, row, column)
    });
}

fn empty(
    frame: &mut Frame,
    area: ratatui::layout::Rect,
    state: &State,
    logs: &Logs,
    theme: &Theme,
) {
    let contexts = state.screen_contexts();
    let key = |action| state.keymap.key_for(&contexts, action).unwrap_or_default();
    let (first, second) = if !logs.table.rows().is_empty() {
        (
            format!("No log passes the filter `{}`.", logs.table.filter()),
            format!("{} changes the filter.", key(Action::Filter)),
        )
    } else if let Some(error) = &logs.error {
        (
            error.clone(),
            format!("{} looks again.", key(Action::Refresh)),
        )
    } else if !logs.loaded || state.queries.refresh.is_asked() {
        (
            format!("Looking for logs in {} …", state.data_dir),
            String::new(),
        )
    } else {
        (
            format!("There are no logs in {}.", state.data_dir),
            format!(
                "A log is a file that ends in .parquet, .pq, .csv or .csv.gz. Logs that arrive \
                 appear by themselves; {} looks again.",
                key(Action::Refresh)
            ),
        )
    };
    let style = if logs.error.is_some() {
        theme.error
    } else {
        theme.text
    };
    list::notice(frame, area, &[(&first, style), (&second, theme.muted)]);
}

/// What a running harvest says in the columns of its log.
fn running(state: &State, row: &LogRow, column: &Column<LogRow>) -> Option<ListCell> {
    // What was started: the others have no progress.
    if row.state != LogState::Harvesting {
        return None;
    }
    let entry = state.jobs.of_log(&row.key)?;
    let job = entry.job()?;
    let busy = |text: String| Some(ListCell::new(text, Meaning::Busy));
    match column.name() {
        "state" => busy(format!("◐ {:3.0} %", job.share() * 100.0)),
        "verdict" => busy(job.stage().word().to_owned()),
        "rows" => Some(ListCell::text(short(job.progress?.rows))),
        _ => None,
    }
}
