//! The rules that a row breaks by itself, and the rows that are left by run and channel.

use super::{Ledger, Reason};
use crate::etl::{
    extract::{Batch, INVALID_TIME, NO_CELL, NO_RUN, UNKNOWN, Vocabulary},
    profile::Profile,
    run_id::ParsedRun,
};

/// Rows of one channel of one run, in file order. All three have the same length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChannelRows {
    /// Microseconds.
    pub times: Vec<i64>,
    /// In the field's unit; finite.
    pub values: Vec<f64>,
    /// Row numbers in the log.
    pub rows: Vec<u64>,
}

/// Rows of one run.
#[derive(Debug, Clone)]
pub struct RunRows {
    /// The run, and whether its id is exact.
    pub run: ParsedRun,
    /// Rows that bear the id; conflicts and duplicates still count as kept.
    pub ledger: Ledger,
    /// By channel id ([`Profile::channel`]).
    pub channels: Vec<ChannelRows>,
    /// Cells that the rows name: from this row number on, this code.
    pub cells: Vec<(u64, u32)>,
}

/// Takes batches in file order and sorts their rows out.
#[derive(Debug)]
pub struct Partition {
    fields: usize,
    channels: usize,
    /// Per field: the code of its sensor type.
    sensors: Vec<u8>,
    runs: Vec<RunRows>,
    ledger: Ledger,
    rejected: Vec<(u64, Reason)>,
}

impl Partition {
    /// For logs of this profile.
    pub fn new(profile: &Profile) -> Self {
        let code = |sensor: &str| {
            // As in the batches: the first field with that sensor type.
            profile
                .fields
                .iter()
                .position(|f| f.sensor == sensor)
                .map_or(UNKNOWN, |i| i as u8)
        };
        Self {
            fields: profile.fields.len(),
            channels: profile.channel_count(),
            sensors: profile.fields.iter().map(|f| code(&f.sensor)).collect(),
            runs: Vec::new(),
            ledger: Ledger::default(),
            rejected: Vec::new(),
        }
    }

    /// Sorts the rows of a batch.
    pub fn add(&mut self, batch: &Batch, vocabulary: &Vocabulary) {
        for run in &vocabulary.runs()[self.runs.len()..] {
            self.runs.push(RunRows {
                run: *run,
                ledger: Ledger::default(),
                channels: vec![ChannelRows::default(); self.channels],
                cells: Vec::new(),
            });
        }
        self.ledger.rows_in += batch.len() as u64;
        for i in 0..batch.len() {
            let row = batch.first_row + i as u64;
            let verdict = self.judge(batch, i);
            let run = batch.run[i];
            let mut run = (run != NO_RUN).then(|| &mut self.runs[run as usize]);
            if let Some(run) = &mut run {
                run.ledger.rows_in += 1;
            }
            match (verdict, run) {
                (Ok(channel), Some(run)) => {
                    run.ledger.rows_kept += 1;
                    let target = &mut run.channels[channel];
                    target.times.push(batch.time[i]);
                    target.values.push(batch.value[i]);
                    target.rows.push(row);
                    if let Some(&cell) = batch.cell.get(i)
                        && cell != NO_CELL
                        && run.cells.last().is_none_or(|(_, last)| *last != cell)
                    {
                        run.cells.push((row, cell));
                    }
                }
                (Err(reason), run) => {
                    if let Some(run) = run {
                        run.ledger.drop_rows(reason, 1);
                    }
                    self.ledger.drop_rows(reason, 1);
                    self.rejected.push((row, reason));
                }
                // A row without a run always breaks a rule.
                (Ok(_), None) => {}
            }
        }
    }

    /// What was sorted: the runs in order of appearance, the ledger of the whole log
    /// (`rows_kept` is still to be counted: see [`super::settle`]), and the rejected
    /// rows by number.
    pub fn finish(self, vocabulary: &Vocabulary) -> (Vec<RunRows>, Ledger, Vec<(u64, Reason)>) {
        let mut runs = self.runs;
        // Whether an id is exact may have shown after its run was first met.
        for (rows, run) in runs.iter_mut().zip(vocabulary.runs()) {
            rows.run = *run;
        }
        (runs, self.ledger, self.rejected)
    }

    /// The channel of row `i`, or the first rule that it breaks, in SPEC's order.
    #[inline]
    fn judge(&self, batch: &Batch, i: usize) -> Result<usize, Reason> {
        if batch.time[i] == INVALID_TIME {
            return Err(Reason::InvalidTime);
        }
        if !batch.value[i].is_finite() {
            return Err(Reason::InvalidValue);
        }
        if batch.run[i] == NO_RUN {
            return Err(Reason::InvalidRun);
        }
        let field = usize::from(batch.field[i]);
        let Some(sensor) = self.sensors.get(field) else {
            return Err(Reason::UnknownField);
        };
        if batch.robot[i] == UNKNOWN {
            return Err(Reason::UnknownRobot);
        }
        if batch.sensor[i] != *sensor {
            return Err(Reason::SensorMismatch);
        }
        Ok(usize::from(batch.robot[i]) * self.fields + field)
    }
}
