//! The rejected rows of a log, as `show LOG --json` prints them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::etl::harvest::{RejectedRow, RejectedRows};

/// Where the rejected rows of a log lie, and examples of them.
#[derive(Debug, Serialize)]
pub struct RejectedJson<'a> {
    file: &'a str,
    /// By the word of the reason.
    examples: BTreeMap<&'static str, Vec<RejectedRowJson<'a>>>,
}

#[derive(Debug, Serialize)]
struct RejectedRowJson<'a> {
    row: u64,
    column: Option<&'a str>,
    value: Option<&'a str>,
}

impl<'a> From<&'a RejectedRows> for RejectedJson<'a> {
    fn from(rejected: &'a RejectedRows) -> Self {
        let example = |row: &'a RejectedRow| RejectedRowJson {
            row: row.row,
            column: row.column.as_deref(),
            value: row.value.as_deref(),
        };
        let examples = rejected.examples.iter();
        let examples =
            examples.map(|(reason, rows)| (reason.word(), rows.iter().map(example).collect()));
        Self {
            file: &rejected.file,
            examples: examples.collect(),
        }
    }
}
