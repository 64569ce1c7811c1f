//! The list of logs.

use ratatui::{Frame, style::Style};

use super::{
    list::{self, Cell},
    panel,
    theme::Theme,
};
use crate::{
    app::{
        Action,
        columns::Column,
        layout,
        rows::LogColumn,
        state::State,
        words::{bytes, short},
    },
    etl::{
        catalog::{LogRow, LogState},
        quality::Verdict,
        time,
    },
};

/// Draws the list, the panel beside it, or both.
pub fn draw(frame: &mut Frame, state: &State, theme: &Theme) {
    let (list, panel) = layout::logs(state.size, state.logs.panel);
    if let Some(area) = panel {
        panel::draw(frame, area, state, theme);
    }
    let Some(area) = list else {
        return;
    };
    if state.logs.table.is_empty() {
        return empty(frame, area, state, theme);
    }
    let columns = state.log_columns(area.width);
    list::draw(
        frame,
        area,
        &state.logs.table,
        &columns,
        theme,
        LogColumn::Log,
        |row, column| cell(state, row, column, theme),
    );
}

fn empty(frame: &mut Frame, area: ratatui::layout::Rect, state: &State, theme: &Theme) {
    let contexts = state.screen_contexts();
    let key = |action| state.keymap.key_for(&contexts, action).unwrap_or_default();
    let (first, second) = if !state.logs.table.rows().is_empty() {
        (
            format!("No log passes the filter `{}`.", state.logs.table.filter()),
            format!("{} changes the filter.", key(Action::Filter)),
        )
    } else if let Some(error) = &state.logs.error {
        (
            error.clone(),
            format!("{} looks again.", key(Action::Refresh)),
        )
    } else if !state.logs.loaded || state.fetches.refresh.is_busy() {
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
    let style = if state.logs.error.is_some() {
        theme.error
    } else {
        theme.text
    };
    list::notice(frame, area, &[(&first, style), (&second, theme.muted)]);
}

fn cell(state: &State, row: &LogRow, column: &Column<LogColumn>, theme: &Theme) -> Cell {
    let job = match row.state {
        // What was started: the others have no progress.
        LogState::Harvesting => state.jobs.of_log(&row.key).and_then(|entry| entry.job()),
        _ => None,
    };
    match column.id {
        LogColumn::State => match job {
            Some(job) => (format!("◐ {:3.0} %", job.share() * 100.0), theme.busy),
            None => (
                format!("{} {}", glyph(row.state), row.state.word()),
                state_style(row.state, theme),
            ),
        },
        LogColumn::Log => (row.key.clone(), theme.text),
        LogColumn::Cell => (row.cell_id.clone().unwrap_or_default(), theme.text),
        LogColumn::Size => (row.size.map(bytes).unwrap_or_default(), theme.text),
        LogColumn::Rows => {
            let rows = job
                .and_then(|job| job.progress)
                .map(|p| p.rows)
                .or(row.rows);
            (rows.map(short).unwrap_or_default(), theme.text)
        }
        LogColumn::Runs => (runs(row), theme.text),
        LogColumn::Span => (
            row.span_s().map(time::format_duration).unwrap_or_default(),
            theme.text,
        ),
        LogColumn::Harvested => {
            let at = row
                .harvested_at_us
                .map(time::format_screen)
                .unwrap_or_default();
            (at.get(..16).unwrap_or_default().to_owned(), theme.muted)
        }
        LogColumn::Verdict => match (job, row.verdict) {
            (Some(job), _) => (job.stage().word().to_owned(), theme.busy),
            (None, Some(verdict)) => (
                verdict_word(verdict).to_owned(),
                verdict_style(verdict, theme),
            ),
            (None, None) => (String::new(), theme.text),
        },
    }
}

/// `4`, or `3/4` when some failed.
fn runs(row: &LogRow) -> String {
    match (row.runs_ok, row.runs_failed.unwrap_or(0)) {
        (None, _) => String::new(),
        (Some(ok), 0) => ok.to_string(),
        (Some(ok), failed) => format!("{ok}/{}", ok.saturating_add(failed)),
    }
}

/// A sign for a state; its word always stands beside it.
pub fn glyph(state: LogState) -> char {
    match state {
        LogState::Harvesting => '◐',
        LogState::Queued => '◌',
        LogState::Missing => '⌀',
        LogState::Writing => '…',
        LogState::Changed => '≠',
        LogState::Failed => '✗',
        LogState::Stale => '↻',
        LogState::Partial => '◒',
        LogState::Duplicate => '=',
        LogState::Harvested => '●',
        LogState::Pending => '○',
    }
}

/// How a state looks.
pub fn state_style(state: LogState, theme: &Theme) -> Style {
    match state {
        LogState::Harvesting | LogState::Queued | LogState::Writing => theme.busy,
        LogState::Failed => theme.error,
        LogState::Missing | LogState::Changed | LogState::Stale | LogState::Partial => {
            theme.warning
        }
        LogState::Harvested => theme.good,
        LogState::Duplicate | LogState::Pending => theme.text,
    }
}

/// A verdict as a word with its glyph; what was not evaluated has none.
pub fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotEvaluated => "not evaluated",
        Verdict::Pass => "✓ pass",
        Verdict::Suspect => "! suspect",
        Verdict::Fail => "✗ fail",
    }
}

/// How a verdict looks.
pub fn verdict_style(verdict: Verdict, theme: &Theme) -> Style {
    match verdict {
        Verdict::NotEvaluated => theme.muted,
        Verdict::Pass => theme.good,
        Verdict::Suspect => theme.warning,
        Verdict::Fail => theme.error,
    }
}
