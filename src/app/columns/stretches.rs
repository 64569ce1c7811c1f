//! The columns of the list of stretches.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::{CELL, Column, ListCell, Meaning, time_within};
use crate::{
    app::{find::stretch_row::StretchRow, table::Row},
    etl::format::measured,
};

/// The column of extremes takes what its title needs, within these bounds.
const EXTREME: (usize, usize) = (11, 24);

/// Characters of a log where there are few: the ends of its key.
const LOG: u16 = 17;

impl Row for StretchRow {
    const LIST: &'static str = "stretches";

    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!(
            "{}/{}/{}",
            self.of.log_key, self.of.run, self.start_us
        ))
    }

    fn same(&self, other: &Self) -> bool {
        self.place() == other.place()
    }

    fn columns(rows: &[Self]) -> Vec<Column<Self>> {
        // The stretches of a list are of one condition.
        let heading = rows.first().map_or("", |row| &row.of.heading);
        let title = match heading.width() {
            0 => "extreme",
            wide if wide > EXTREME.1 => "extreme",
            _ => heading,
        };
        let width = title.width().clamp(EXTREME.0, EXTREME.1) as u16;
        vec![
            Column::new("run", 13, 0).identity(),
            Column::new("log", LOG, 3)
                .key(60)
                .stretches()
                .meaning(Meaning::Muted),
            Column::new("cell", 6, 5).grows_to(CELL),
            // From this width on with year and fractions of a second.
            Column::new("start", "11-23 20:40:00".len() as u16, 1)
                .wide(100, "start", 23)
                .sorted_by(&["start", "stop"])
                .exported(&["start", "stop"])
                .cell(|row, width| ListCell::text(time_within(row.start_us, width))),
            Column::new("length", 9, 2).cell(|row, _| ListCell::text(measured(row.seconds(), "s"))),
            Column::new("extreme", width, 4).title(title.to_owned()),
        ]
    }
}
