//! Which logs this process harvests, or is about to, at one moment.

use std::{collections::BTreeMap, sync::Arc};

use super::{Waiting, steps::step};
use crate::{
    app::table::Overlay,
    etl::catalog::{LogRow, LogState},
};

/// The logs whose jobs wait or run. A snapshot: cheap to make and to send to a worker.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenLogs {
    running: Vec<String>,
    waiting: Waiting,
}

impl OpenLogs {
    pub(super) fn new(running: Vec<String>, waiting: Waiting) -> Self {
        Self { running, waiting }
    }

    /// Number of logs.
    pub fn len(&self) -> usize {
        self.running.len() + self.waiting.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The state that a log has because of its job.
    pub fn state_of(&self, key: &str) -> Option<LogState> {
        if self.running.iter().any(|running| running == key) {
            return Some(LogState::Harvesting);
        }
        self.waiting.of_log(key).map(|_| LogState::Queued)
    }

    /// What a list of logs shows in the place of what the catalog knows; `None`: nothing.
    pub fn overlay(self) -> Option<Overlay<LogRow>> {
        if self.is_empty() {
            return None;
        }
        Some(Arc::new(move |row: &LogRow| {
            step();
            let state = self.state_of(&row.key)?;
            (state != row.state).then(|| LogRow {
                state,
                ..row.clone()
            })
        }))
    }

    /// How many logs are in each state: `read` counts `rows`, which are sorted by key, as the
    /// catalog has them. Takes logarithmic time for each log that is open.
    pub fn count(
        &self,
        rows: &[LogRow],
        read: &BTreeMap<LogState, usize>,
    ) -> BTreeMap<LogState, usize> {
        let mut counts = read.clone();
        let running = self
            .running
            .iter()
            .map(|key| (key.as_str(), LogState::Harvesting));
        let waiting = self.waiting.iter().map(|job| (job.key, LogState::Queued));
        for (key, now) in running.chain(waiting) {
            step();
            let found = rows.binary_search_by(|row| row.key.as_str().cmp(key));
            let Some(row) = found.ok().and_then(|at| rows.get(at)) else {
                continue;
            };
            if let Some(count) = counts.get_mut(&row.state) {
                *count = count.saturating_sub(1);
            }
            *counts.entry(now).or_default() += 1;
        }
        counts.retain(|_, n| *n > 0);
        counts
    }
}
