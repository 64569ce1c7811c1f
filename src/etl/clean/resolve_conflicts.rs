//! Conflicts and duplicates: of rows with one key, the earliest in the file is kept.

use std::sync::Arc;

use polars_buffer::Buffer;

use super::{ChannelRows, Ledger, Reason, RunRows, TimeOrder};
use crate::run_id::ParsedRun;

/// Samples of one channel in time order; no two at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Which channel ([`crate::profile::Profile::channel`]).
    pub id: usize,
    /// Microseconds, strictly increasing. Channels of one sensor share a clock.
    pub times: Arc<Vec<i64>>,
    /// In the stored unit; finite.
    pub values: Buffer<f64>,
}

/// Rows of one kind in one channel: how many, and the first and last of their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Number of rows.
    pub count: u64,
    /// Microseconds.
    pub first: i64,
    /// Microseconds.
    pub last: i64,
}

impl Faults {
    fn at(&mut self, time: i64) {
        self.add(&Self {
            count: 1,
            first: time,
            last: time,
        });
    }

    /// Takes others in.
    pub fn add(&mut self, other: &Self) {
        if self.count == 0 {
            *self = *other;
        } else if other.count > 0 {
            self.count += other.count;
            self.first = self.first.min(other.first);
            self.last = self.last.max(other.last);
        }
    }
}

/// What was wrong with the rows of one channel besides the rules that a row breaks by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowFaults {
    /// Kept samples that stand in the log after a kept one of a later time.
    pub out_of_order: Faults,
    /// Rows dropped as duplicates.
    pub duplicates: Faults,
    /// Rows dropped as conflicts.
    pub conflicts: Faults,
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
    /// That of the channels' clocks, each once, in order of appearance; `None` where they are to be
    /// merged.
    pub order: Option<TimeOrder>,
    /// By channel, as many: what was wrong with its rows.
    pub faults: Vec<RowFaults>,
    /// Rows of conflicts: row number in the log.
    pub conflicts: Vec<u64>,
    /// Codes of the cells that the kept rows name, in order of appearance.
    pub cells: Vec<u32>,
}

/// Orders the rows of a run by time and drops conflicts and duplicates.
pub fn resolve_conflicts(rows: RunRows) -> RunSamples {
    let channel_rows = (0..rows.channels()).map(|id| rows.channel(id));
    let mut ledger = rows.ledger.clone();
    let mut conflicts = Vec::new();
    let mut channels: Vec<Channel> = Vec::new();
    let mut faults = Vec::new();
    // Channels that have the first samples of a clock, and whether no channel has any to be sorted.
    let (mut clocks, mut in_order) = (Vec::new(), true);
    for (id, channel) in channel_rows.enumerate() {
        if channel.times.is_empty() {
            continue;
        }
        let (channel, found) = resolve_channel(channel, &mut ledger, &mut conflicts);
        faults.push(found);
        in_order &= channel.rows.is_empty();
        // One vector for channels of one clock: compared once, shared from then on.
        let shared = channels
            .iter()
            .find(|c| *c.times == channel.times)
            .map(|c| c.times.clone());
        channels.push(Channel {
            id,
            times: shared.unwrap_or_else(|| {
                clocks.push(id);
                Arc::new(channel.times)
            }),
            values: channel.values.into(),
        });
    }
    let order = (in_order && clocks.len() > 1)
        .then(|| TimeOrder::of_rows(&rows.pieces, &clocks))
        .flatten();
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
        order,
        faults,
        conflicts,
        cells,
    }
}

fn resolve_channel(
    rows: ChannelRows,
    ledger: &mut Ledger,
    conflicts: &mut Vec<u64>,
) -> (ChannelRows, RowFaults) {
    let mut faults = RowFaults::default();
    if rows.times.is_sorted_by(|a, b| a < b) {
        return (rows, faults);
    }
    let mut order: Vec<usize> = (0..rows.times.len()).collect();
    // Stable: rows of one time stay in file order, so the first is the earliest.
    order.sort_by_key(|i| rows.times[*i]);
    let mut kept = ChannelRows::default();
    for i in order {
        let time = rows.times[i];
        if kept.times.last() != Some(&time) {
            kept.times.push(time);
            kept.values.push(rows.values[i]);
            kept.rows.push(rows.rows[i]);
        } else if kept.values.last() == Some(&rows.values[i]) {
            faults.duplicates.at(time);
        } else {
            faults.conflicts.at(time);
            conflicts.push(rows.rows[i]);
        }
    }
    faults.out_of_order = out_of_order(&kept);
    let (same, other) = (faults.duplicates.count, faults.conflicts.count);
    ledger.rows_kept -= same + other;
    ledger.drop_rows(Reason::Duplicate, same);
    ledger.drop_rows(Reason::Conflict, other);
    (kept, faults)
}

/// Samples, in time order, that some earlier sample follows in the log.
fn out_of_order(kept: &ChannelRows) -> Faults {
    let mut faults = Faults::default();
    // The lowest row number of the samples from here on, from the end.
    let mut lowest = u64::MAX;
    for (time, row) in kept.times.iter().zip(&kept.rows).rev() {
        if *row > lowest {
            faults.at(*time);
        }
        lowest = lowest.min(*row);
    }
    faults
}
