//! The columns of the list of flags of a run.

use std::borrow::Cow;

use super::{Column, ListCell, Meaning, meaning::verdict_word};
use crate::{
    app::{run::quality::FlagRow, table::Row},
    etl::{format::measured, zone},
};

/// Characters of the name of a rule and of a channel at most: users give them.
const RULE: u16 = 40;
const CHANNEL: u16 = 24;

impl Row for FlagRow {
    const LIST: &'static str = "flags";
    const ALSO_EXPORTED: &'static [&'static str] = &["message"];

    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(self.position.to_string())
    }

    fn columns(rows: &[Self]) -> Vec<Column<Self>> {
        // The flags of a list are of one run.
        let run = rows.first().and_then(|row| row.run);
        let start = match run.is_some_and(zone::crosses_midnight) {
            true => "11-24 00:10:00.035",
            false => "00:10:00.035",
        };
        vec![
            Column::new("severity", 9, 0)
                .identity()
                .cell(|row: &Self, _| {
                    let severity = row.flag.severity;
                    ListCell::new(verdict_word(severity.into()), severity.into())
                }),
            Column::new("rule", 21, 1).key(21).grows_to(RULE),
            Column::new("channel", 8, 2)
                .grows_to(CHANNEL)
                .empty_if(|row: &Self| row.flag.channel.is_none())
                .cell(|row, _| match row.flag.channel {
                    Some(_) => ListCell::text(row.channel()),
                    None => ListCell::new(row.channel(), Meaning::Muted),
                }),
            Column::new("start", start.len() as u16, 3)
                .sorted_by(&["start", "stop"])
                .exported(&["start", "stop"])
                .cell(|row, _| {
                    let start = row.span.map(|(from, to)| {
                        zone::format_clock_within(from, row.run.unwrap_or((from, to)))
                    });
                    ListCell::text(start.unwrap_or_default())
                }),
            Column::new("length", 9, 6).cell(|row, _| {
                let length = row.length_s().filter(|s| *s > 0.0);
                ListCell::text(length.map(|s| measured(s, "s")).unwrap_or_default())
            }),
            Column::new("measured", 15, 4)
                .exported(&["measured", "unit"])
                .cell(|row, _| in_its_unit(row, row.flag.value, Meaning::Text)),
            Column::new("threshold", 15, 5)
                .cell(|row, _| in_its_unit(row, row.flag.threshold, Meaning::Muted)),
            // Exports have it in every width: see [`Row::ALSO_EXPORTED`].
            Column::new("message", 30, 7)
                .stretches()
                .exported(&[])
                .cell(|row, _| ListCell::new(row.flag.shown_message(), Meaning::Muted)),
        ]
    }
}

fn in_its_unit(row: &FlagRow, value: Option<f64>, meaning: Meaning) -> ListCell {
    let text = value.map(|v| measured(v, &row.flag.unit));
    ListCell::new(text.unwrap_or_default(), meaning)
}
