//! Why a log has failed of which no row could be kept.

use std::path::Path;

use crate::{
    Result,
    clean::{Ledger, Reason},
    extract::raw_rows,
    format::{count, thousands},
    profile::Profile,
    source::Format,
    text,
};

/// How the error of a log begins of which no row could be kept.
pub const NONE_KEPT: &str = "none of its ";

/// Characters of a cell that are shown.
const SHOWN: usize = 60;

/// One sentence with all reasons and, of the most frequent one, its first row as an example.
/// `rejected` has at least one row of each reason, sorted by number.
///
/// # Errors
/// Those of reading the example from the log.
pub(super) fn sentence(
    ledger: &Ledger,
    rejected: &[(u64, Reason)],
    log: (&Path, Format),
    profile: &Profile,
) -> Result<String> {
    let mut sentence = reasons(ledger, profile);
    // The first of those that are equally frequent.
    let most = ledger.dropped.iter().rev().max_by_key(|(_, rows)| **rows);
    let example = most.and_then(|(most, _)| rejected.iter().find(|(_, reason)| reason == most));
    let Some((row, reason)) = example else {
        return Ok(sentence);
    };
    let Some((column, place)) = column(*reason, profile) else {
        let row = profile.line_of(*row);
        sentence.push_str(&format!(": row {row} is cut off"));
        return Ok(sentence);
    };
    raw_rows(log.0, log.1, profile, &[*row], |raw| {
        let row = raw.row;
        // The value of a wide log is in the column that stands in the place of the field.
        let column = Some(column).filter(|name| !name.is_empty());
        let column = column.or(raw.cells[2].as_deref()).unwrap_or_default();
        let column = text::quoted(column, SHOWN);
        let words = match &raw.cells[place] {
            Some(value) => format!(
                ": row {row} has `{}` in column `{column}`{}",
                text::quoted(value, SHOWN),
                allowed(*reason)
            ),
            None => format!(": row {row} has nothing in column `{column}`"),
        };
        sentence.push_str(&words);
        Ok(())
    })?;
    Ok(sentence)
}

/// What the column may hold, where that is the same under every profile.
fn allowed(reason: Reason) -> &'static str {
    match reason {
        Reason::InvalidTime => "; a time is such as 2022-11-23T20:40:00.035Z",
        Reason::InvalidValue => "; a value is a number",
        Reason::InvalidRun => "; a run id is a whole number or a UUID",
        _ => "",
    }
}

/// How many rows (of a wide log: samples) there are, and how many were dropped for each reason.
pub(super) fn reasons(ledger: &Ledger, profile: &Profile) -> String {
    let dropped = ledger.dropped.iter();
    let reasons: Vec<String> = dropped
        .map(|(reason, rows)| format!("{} {}", reason.word(), thousands(*rows)))
        .collect();
    format!(
        "{NONE_KEPT}{} could be kept ({})",
        count(ledger.rows_in, profile.layout.counted()),
        reasons.join(", ")
    )
}

/// The column whose rule a row broke, and its place among the cells of a row.
pub(super) fn column(reason: Reason, profile: &Profile) -> Option<(&str, usize)> {
    let c = &profile.columns;
    // In the order of the profile's columns.
    let names = [&c.time, &c.value, &c.field, &c.robot, &c.run, &c.sensor];
    let place = match reason {
        Reason::InvalidTime => 0,
        Reason::InvalidValue => 1,
        Reason::UnknownField => 2,
        Reason::UnknownRobot => 3,
        Reason::InvalidRun => 4,
        Reason::SensorMismatch => 5,
        Reason::TruncatedRow | Reason::Conflict | Reason::Duplicate => return None,
    };
    names.get(place).map(|name| (name.as_str(), place))
}
