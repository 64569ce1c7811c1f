//! Reads samples that are filtered or sought. Runs on workers' threads.

use super::{RunAnswer, Sought};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    condition::Condition,
    lake::run_file::{RunFile, Window},
    profile::Profile,
    schema::Field,
};

/// Rows of the table that need not follow each other, as a window at `position`.
pub(super) fn listed(
    file: &RunFile,
    channels: &[&str],
    rows: &[u64],
    position: u64,
    cancel: &CancelToken,
) -> Result<RunAnswer> {
    let mut out = Window {
        first_row: position,
        times: Vec::with_capacity(rows.len()),
        columns: vec![Vec::with_capacity(rows.len()); channels.len()],
    };
    for group in file.groups() {
        let from = rows.partition_point(|r| *r < group.start);
        let to = rows.partition_point(|r| *r < group.end);
        let wanted = rows.get(from..to).unwrap_or_default();
        let Some((first, last)) = wanted.first().zip(wanted.last()) else {
            continue;
        };
        let window = file.read(channels, *first..last + 1, cancel)?;
        for row in wanted {
            let at = (row - window.first_row) as usize;
            out.times.extend(window.times.get(at));
            for (to, from) in out.columns.iter_mut().zip(&window.columns) {
                to.extend(from.get(at));
            }
        }
    }
    Ok(RunAnswer::Rows(out))
}

/// The rows that fulfil a condition, row group by row group.
pub(super) fn filter(
    file: &RunFile,
    condition: &Condition,
    cancel: &CancelToken,
) -> Result<RunAnswer> {
    let rows = condition.rows_of(file, cancel)?;
    Ok(RunAnswer::Filtered {
        condition: condition.clone(),
        rows,
    })
}

/// The next row beside `from` whose value is what is sought, row group by row group.
pub(super) fn seek(
    file: &RunFile,
    profile: &Profile,
    sought: &Sought,
    (from, among): (u64, Option<&[u64]>),
    cancel: &CancelToken,
) -> Result<RunAnswer> {
    let (low, high) = limits(profile, &sought.channel);
    if !sought.null && low.is_none() && high.is_none() {
        return Err(Error::Usage(format!(
            "{} has no limits: the profile gives its field neither min nor max",
            sought.channel
        )));
    }
    let is_it = |v: f64| {
        if sought.null {
            v.is_nan()
        } else {
            low.is_some_and(|l| v < l) || high.is_some_and(|h| v > h)
        }
    };
    let counts = |row: u64| among.is_none_or(|rows| rows.binary_search(&row).is_ok());
    let mut groups: Vec<_> = file.groups().collect();
    if !sought.forward {
        groups.reverse();
    }
    for group in groups {
        cancel.check()?;
        let rows = if sought.forward {
            group.start.max(from.saturating_add(1))..group.end
        } else {
            group.start..group.end.min(from)
        };
        if rows.is_empty() {
            continue;
        }
        let window = file.read(&[&sought.channel], rows, cancel)?;
        let values = window.columns.first().map_or(&[][..], Vec::as_slice);
        let mut hits = (window.first_row..)
            .zip(values)
            .filter(|(row, v)| is_it(**v) && counts(*row))
            .map(|(row, _)| row);
        let hit = if sought.forward {
            hits.next()
        } else {
            hits.last()
        };
        if hit.is_some() {
            return Ok(RunAnswer::Found(sought.clone(), hit));
        }
    }
    Ok(RunAnswer::Found(sought.clone(), None))
}

/// The limits of the field behind a channel: below the first or above the second is
/// beyond. Derived channels have none.
fn limits(profile: &Profile, channel: &str) -> (Option<f64>, Option<f64>) {
    let field = profile.field_of(channel);
    field.map(Field::limits).unwrap_or_default()
}
