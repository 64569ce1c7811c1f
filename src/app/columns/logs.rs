//! The columns of the list of logs.

use std::borrow::Cow;

use super::{
    CELL, Column, ListCell, Meaning,
    meaning::{glyph, verdict_word},
};
use crate::{
    app::table::Row,
    etl::{
        catalog::{LogRow, LogState},
        format::short,
    },
};

impl Row for LogRow {
    const LIST: &'static str = "logs";

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }

    fn columns(_: &[Self]) -> Vec<Column<Self>> {
        vec![
            Column::new("state", 12, 0)
                .cell(|log: &Self, _| {
                    let mut text = format!("{} {}", glyph(log.state), log.state.word());
                    // A state that takes precedence does not hide that runs failed.
                    if log.runs_failed > Some(0) && log.state != LogState::Partial {
                        text.push(' ');
                        text.push(glyph(LogState::Partial));
                    }
                    ListCell::new(text, log.state.into())
                })
                .identity(),
            Column::new("log", 21, 1).key(60).stretches(),
            Column::new("cell", 8, 8).grows_to(CELL),
            Column::new("size", 7, 6),
            Column::new("rows", 6, 4)
                .cell(|log, _| ListCell::text(log.rows.map(short).unwrap_or_default())),
            Column::new("runs", 5, 3)
                .exported(&["runs_ok", "runs_failed"])
                .cell(|log, _| ListCell::text(stored_and_all(log).unwrap_or_default())),
            Column::new("span", 8, 5),
            Column::new("harvested", 16, 7).meaning(Meaning::Muted),
            Column::new("verdict", 13, 2).cell(|log, _| match log.verdict {
                Some(verdict) => ListCell::new(verdict_word(verdict), verdict.into()),
                None => ListCell::text(""),
            }),
        ]
    }
}

/// Runs of a log: `4`, or `3/4` when some failed.
pub fn stored_and_all(log: &LogRow) -> Option<String> {
    let (stored, all) = (log.runs_ok?, log.runs()?);
    Some(if stored == all {
        stored.to_string()
    } else {
        format!("{stored}/{all}")
    })
}
