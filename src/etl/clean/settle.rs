//! Conflicts and duplicates: of rows with one key, the earliest in the file is kept.

use std::sync::Arc;

use polars_buffer::Buffer;

use super::{ChannelRows, Ledger, Reason, RunRows};
use crate::etl::run_id::ParsedRun;

/// Samples of one channel in time order; no two at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Which channel ([`crate::etl::profile::Profile::channel`]).
    pub id: usize,
    /// Microseconds, strictly increasing. Channels of one sensor share a clock.
    pub times: Arc<Vec<i64>>,
    /// In the field's unit; finite.
    pub values: Buffer<f64>,
}

/// Samples of one run.
#[derive(Debug, Clone)]
pub struct RunSamples {
    /// The run.
    pub run: ParsedRun,
    /// Every row that bears the id.
    pub ledger: Ledger,
    /// Channels with samples, by id.
    pub channels: Vec<Channel>,
    /// Rows of conflicts: row number in the log.
    pub conflicts: Vec<u64>,
    /// Codes of the cells that the kept rows name, in order of appearance.
    pub cells: Vec<u32>,
}

/// Orders the rows of a run by time and drops conflicts and duplicates.
pub fn settle(rows: RunRows) -> RunSamples {
    let channel_rows = (0..rows.channels()).map(|id| rows.channel(id));
    let mut ledger = rows.ledger.clone();
    let mut conflicts = Vec::new();
    let mut channels: Vec<Channel> = Vec::new();
    for (id, channel) in channel_rows.enumerate() {
        if channel.times.is_empty() {
            continue;
        }
        let channel = settle_channel(channel, &mut ledger, &mut conflicts);
        // One vector for channels of one clock: compared once, shared from then on.
        let shared = channels
            .iter()
            .find(|c| *c.times == channel.times)
            .map(|c| c.times.clone());
        channels.push(Channel {
            id,
            times: shared.unwrap_or_else(|| Arc::new(channel.times)),
            values: channel.values.into(),
        });
    }
    let mut cells: Vec<u32> = Vec::new();
    for (_, cell) in rows.cells {
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    conflicts.sort_unstable();
    RunSamples {
        run: rows.run,
        ledger,
        channels,
        conflicts,
        cells,
    }
}

fn settle_channel(rows: ChannelRows, ledger: &mut Ledger, conflicts: &mut Vec<u64>) -> ChannelRows {
    if rows.times.is_sorted_by(|a, b| a < b) {
        return rows;
    }
    let mut order: Vec<usize> = (0..rows.times.len()).collect();
    // Stable: rows of one time stay in file order, so the first is the earliest.
    order.sort_by_key(|i| rows.times[*i]);
    let mut kept = ChannelRows::default();
    let (mut same, mut other) = (0, 0);
    for i in order {
        let time = rows.times[i];
        if kept.times.last() != Some(&time) {
            kept.times.push(time);
            kept.values.push(rows.values[i]);
            kept.rows.push(rows.rows[i]);
        } else if kept.values.last() == Some(&rows.values[i]) {
            same += 1;
        } else {
            other += 1;
            conflicts.push(rows.rows[i]);
        }
    }
    ledger.rows_kept -= same + other;
    ledger.drop_rows(Reason::Duplicate, same);
    ledger.drop_rows(Reason::Conflict, other);
    kept
}
