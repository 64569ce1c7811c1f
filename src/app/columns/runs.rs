//! The columns of lists of runs: each robot has one of its own.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::{CELL, Column, ListCell, Meaning, meaning::verdict_word, time_within};
use crate::{
    app::{sparkline::bars, table::Row},
    etl::catalog::RunRow,
};

/// A distance is as wide as its title, which has the robot's name in it, within these
/// bounds: `1,234,567.8` is never cut.
const DISTANCE: (usize, usize) = (11, 24);

/// From this width on there is room for the whole of a start.
const WIDE: u16 = 100;

/// Characters of a note at most.
const NOTE: u16 = 60;

/// Characters of a log where there are few: the ends of its key.
const LOG: u16 = 17;

impl Row for RunRow {
    const LIST: &'static str = "runs";

    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.log_key(), self.run))
    }

    fn same(&self, other: &Self) -> bool {
        self.run == other.run && self.log_key() == other.log_key()
    }

    fn columns(rows: &[Self]) -> Vec<Column<Self>> {
        let failed = |run: &Self| run.error().is_some();
        let mut columns = vec![
            Column::new("run", 13, 0).identity(),
            Column::new("log", LOG, 2)
                .key(60)
                .stretches()
                .meaning(Meaning::Muted),
            Column::new("cell", 4, 3)
                .wide(WIDE, "cell", 8)
                .grows_to(CELL)
                .identity(),
            // From this width on with year and seconds.
            Column::new("start", "11-23 20:40".len() as u16, 4)
                .wide(WIDE, "start", 19)
                .cell(start)
                .identity(),
            Column::new("runtime", 8, 5).identity(),
        ];
        // The runs of a list agree on the robots.
        let robots = rows.first().map(|run| run.distance_robots().iter());
        columns.extend(robots.into_iter().flatten().map(|robot| {
            let title = format!("distance {robot} mm");
            let width = title.width().clamp(DISTANCE.0, DISTANCE.1) as u16;
            Column::new(format!("distance {robot}"), width, 8).title(title)
        }));
        let robots = rows.first().map(|run| run.state_robots().iter());
        let state = |robot| Column::new(format!("state {robot}"), 7, 9);
        columns.extend(robots.into_iter().flatten().map(state));
        columns.extend([
            Column::new("samples", 9, 11).empty_if(failed),
            Column::new("channels", 4, 12)
                .title("chan")
                .empty_if(failed),
            Column::new("verdict", 13, 1)
                .identity()
                .exported(&["verdict", "error"])
                .cell(|run: &Self, _| match run.error() {
                    Some(_) => ListCell::new("✗ failed", Meaning::Error),
                    None => ListCell::new(verdict_word(run.verdict), run.verdict.into()),
                }),
            Column::new("flags", 5, 10).empty_if(failed),
            Column::new("disposition", 11, 6).cell(disposition),
            Column::new("note", 24, 13).grows_to(NOTE).cell(note),
            Column::picture("sparkline", (24, 7), "run", picture).title(""),
        ]);
        columns
    }
}

fn start(run: &RunRow, width: u16) -> ListCell {
    let start = run.start_us().map(|start| time_within(start, width));
    ListCell::text(start.unwrap_or_default())
}

fn disposition(run: &RunRow, _: u16) -> ListCell {
    run.disposition.map_or(ListCell::text(""), |disposition| {
        ListCell::new(disposition.word(), disposition.into())
    })
}

/// The lines of a note in one, else why the run failed: the panel has the whole sentence.
fn note(run: &RunRow, _: u16) -> ListCell {
    match (run.note(), run.error()) {
        (None, Some(error)) => ListCell::new(error, Meaning::Error),
        (note, _) => {
            let note = note.unwrap_or_default();
            ListCell::text(note.lines().collect::<Vec<_>>().join(" / "))
        }
    }
}

fn picture(run: &RunRow, _: u16) -> ListCell {
    if run.picture.is_empty() {
        return ListCell::text("");
    }
    let line = bars(run.picture.heights());
    let channel = run.spark_channel().unwrap_or_default();
    ListCell::new(format!("{line} {channel}"), Meaning::Picture)
}
