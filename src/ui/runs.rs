//! Lists of runs: of one log, or of all.

use ratatui::Frame;

use super::{
    list::{self, Cell},
    logs::{verdict_style, verdict_word},
    theme::Theme,
    widgets::sparkline::sparkline_values,
};
use crate::{
    app::{
        Action,
        columns::Column,
        layout,
        rows::RunColumn,
        state::{Runs, State},
        words::thousands,
    },
    etl::{catalog::RunRow, time},
};

/// Draws the list of runs that is open.
pub fn draw(frame: &mut Frame, state: &State, theme: &Theme) {
    let Some(runs) = state.run_list() else {
        return;
    };
    let area = layout::body(state.size);
    if runs.table.is_empty() {
        return empty(frame, area, state, runs, theme);
    }
    let columns = state.run_columns(area.width);
    list::draw(
        frame,
        area,
        &runs.table,
        &columns,
        theme,
        RunColumn::Log,
        |row, column| cell(row, column, theme),
    );
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
        let reason = row.map_or(String::new(), |row| {
            let open = state.jobs.of_log(log).and_then(|entry| entry.log_state());
            let state = open.unwrap_or(row.state);
            format!(" {}: {}.", state.word(), row.reason)
        });
        (
            format!("{log} has no runs in the lake.{reason}"),
            format!(
                "{} goes back to the logs; harvest it there.",
                key(Action::Escape)
            ),
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

fn cell(row: &RunRow, column: &Column<RunColumn>, theme: &Theme) -> Cell {
    match column.id {
        RunColumn::Run => (row.run.short(), theme.text),
        RunColumn::Log => (row.log_key.clone(), theme.muted),
        RunColumn::Cell => (row.cell_id.clone().unwrap_or_default(), theme.text),
        RunColumn::Start => match (&row.error, row.start_us) {
            (Some(error), _) => (format!("failed: {error}"), theme.error),
            (None, start) => {
                let text = start.map(time::format_screen).unwrap_or_default();
                let width = usize::from(column.width);
                (text.get(..width).unwrap_or_default().to_owned(), theme.text)
            }
        },
        RunColumn::Runtime => (
            row.runtime_s.map(time::format_duration).unwrap_or_default(),
            theme.text,
        ),
        RunColumn::Distance(robot) => (
            row.distance_mm
                .at(robot)
                .map(millimetres)
                .unwrap_or_default(),
            theme.text,
        ),
        RunColumn::Samples => (
            if row.error.is_some() {
                String::new()
            } else {
                thousands(row.samples)
            },
            theme.text,
        ),
        RunColumn::Channels => (
            if row.error.is_some() {
                String::new()
            } else {
                row.channels.to_string()
            },
            theme.text,
        ),
        RunColumn::Verdict if row.error.is_some() => ("failed".to_owned(), theme.error),
        RunColumn::Verdict => (
            verdict_word(row.verdict).to_owned(),
            verdict_style(row.verdict, theme),
        ),
        RunColumn::Flags => (
            if row.error.is_some() {
                String::new()
            } else {
                row.flags.to_string()
            },
            theme.text,
        ),
        RunColumn::Spark => {
            let name = row.spark_channel.clone().unwrap_or_default();
            if row.spark.is_empty() {
                return (String::new(), theme.text);
            }
            (
                format!("{} {name}", sparkline_values(&row.spark, 16)),
                theme.accent,
            )
        }
    }
}

/// `39,010.7`
fn millimetres(mm: f64) -> String {
    let tenths = (mm.abs() * 10.0).round();
    let whole = thousands((tenths / 10.0).floor() as u64);
    format!(
        "{}{whole}.{:.0}",
        if mm < 0.0 { "−" } else { "" },
        tenths % 10.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{choice::Choice, columns, fixture},
        etl::catalog::Distances,
    };

    #[test]
    fn a_distance_stands_under_the_title_of_its_robot() {
        let mut runs = [fixture::run(0, "a"), fixture::run(1, "a")];
        runs[1].distance_mm = [("2".to_owned(), 7.0)].into();
        Distances::align(&mut runs);
        let robots = runs[0].distance_mm.robots();
        let columns = columns::runs(200, robots, true, &Choice::default());
        let shown = |row: &RunRow, title: &str| {
            let column = columns.iter().find(|c| c.title == title).unwrap();
            cell(row, column, &Theme::named("dark", false).unwrap()).0
        };
        assert_eq!(shown(&runs[0], "distance 1 mm"), "39,010.7");
        assert_eq!(shown(&runs[0], "distance 2 mm"), "0.2");
        assert_eq!(shown(&runs[1], "distance 1 mm"), "");
        assert_eq!(shown(&runs[1], "distance 2 mm"), "7.0");
    }

    #[test]
    fn distances_have_one_digit() {
        assert_eq!(super::millimetres(39010.73174278574), "39,010.7");
        assert_eq!(super::millimetres(0.0954142135629174), "0.1");
        assert_eq!(super::millimetres(999.96), "1,000.0");
    }
}
