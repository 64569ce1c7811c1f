//! Which logs a harvest takes.

use std::collections::BTreeMap;

use crate::{
    cli::{harvest::Args, list::keep, open_lake::OpenLake},
    etl::{
        Result,
        catalog::{LogRow, LogState},
    },
};

/// What a harvest takes, and what it passes over.
#[derive(Debug, Default)]
pub struct Selection {
    /// To be harvested, in the order of their keys or as they were named.
    pub logs: Vec<LogRow>,
    /// Whether the operator named them.
    pub named: bool,
    /// Not current, but left alone unless named.
    pub left_alone: Vec<LogRow>,
    /// Neither: how many there are in each state.
    pub others: BTreeMap<LogState, usize>,
    /// How many did not pass the filter.
    pub filtered_out: usize,
    /// How many folders could not be read; 0 where logs are named.
    pub unread: usize,
}

/// Named logs are harvested as they are. Without names: those that are due, or with `force`
/// all whose files can be read now; with a filter only those that pass it.
///
/// # Errors
/// [`crate::etl::Error::Usage`] for an unknown log, or a filter that makes no sense.
pub fn select(lake: &OpenLake, args: &Args) -> Result<Selection> {
    let mut selection = Selection {
        named: !args.logs.is_empty(),
        ..Selection::default()
    };
    for name in &args.logs {
        let log = lake.log(name)?;
        if selection.logs.iter().all(|other| other.key != log.key) {
            selection.logs.push(log);
        }
    }
    if selection.named {
        return Ok(selection);
    }
    selection.unread = lake.unread;
    let mut logs = lake.catalog.logs()?;
    let all = logs.len();
    keep(&mut logs, args.filter.as_deref(), &lake.context.profile)?;
    selection.filtered_out = all - logs.len();
    for log in logs {
        if log.is_due() || (args.force && can_be_forced(&log)) || is_untried(lake, &log)? {
            selection.logs.push(log);
        } else if log.leave_alone.is_some() {
            selection.left_alone.push(log);
        } else {
            *selection.others.entry(log.state).or_default() += 1;
        }
    }
    Ok(selection)
}

/// What is plainly not a log (a folder, no footer) is `failed` before a first attempt. It is
/// tried once, so that the call in which it turns up says so; then it is left alone.
fn is_untried(lake: &OpenLake, log: &LogRow) -> Result<bool> {
    if log.state != LogState::Failed {
        return Ok(false);
    }
    let detail = lake.catalog.log_detail(&log.key)?;
    // The errors are the record's: a rebuilt catalog has no history.
    Ok(detail.is_some_and(|d| d.history.is_empty() && d.errors.is_empty()))
}

fn can_be_forced(log: &LogRow) -> bool {
    !matches!(
        log.state,
        LogState::Missing | LogState::Writing | LogState::Harvesting | LogState::Queued
    )
}
