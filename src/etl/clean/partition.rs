//! The rules that a row breaks by itself, and the rows that are left by run and channel.

use std::{collections::HashMap, ops::Range};

use super::{Ledger, Reason};
use crate::{
    extract::{Batch, INVALID_TIME, NO_CELL, NO_RUN, UNKNOWN, Vocabulary},
    run_id::ParsedRun,
    schema::{Conversion, Schema},
};

/// Rows of one channel of one run, in file order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChannelRows {
    /// Microseconds.
    pub times: Vec<i64>,
    /// In the stored unit; finite.
    pub values: Vec<f64>,
    /// Row numbers in the log; left empty where they are not needed, see [`RunRows::channel`].
    pub rows: Vec<u64>,
}

/// Rows of one run from one batch, channel after channel, each in file order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// Row number of the batch's first row.
    pub first_row: u64,
    /// Where each channel's rows end below.
    pub ends: Vec<u32>,
    /// Microseconds.
    pub times: Vec<i64>,
    /// In the stored unit; finite.
    pub values: Vec<f64>,
    /// Row numbers counted from `first_row`.
    pub rows: Vec<u32>,
}

impl Piece {
    /// Where the rows of a channel lie.
    pub fn channel(&self, id: usize) -> Range<usize> {
        let end = |id: usize| self.ends.get(id).map_or(0, |end| *end as usize);
        id.checked_sub(1).map_or(0, end)..end(id)
    }

    /// Bytes of memory, about.
    pub fn bytes(&self) -> u64 {
        (self.times.len() * 20 + self.ends.len() * 4 + size_of::<Self>()) as u64
    }
}

/// Rows of one run.
#[derive(Debug, Clone)]
pub struct RunRows {
    /// The run, and whether its id is exact.
    pub run: ParsedRun,
    /// Rows that bear the id; conflicts and duplicates still count as kept.
    pub ledger: Ledger,
    /// In file order.
    pub pieces: Vec<Piece>,
    /// Cells that the rows name: from this row number on, this code.
    pub cells: Vec<(u64, u32)>,
}

impl RunRows {
    fn new(run: ParsedRun) -> Self {
        Self {
            run,
            ledger: Ledger::default(),
            pieces: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// Channels that any piece knows.
    pub fn channels(&self) -> usize {
        self.pieces.iter().map(|p| p.ends.len()).max().unwrap_or(0)
    }

    /// The rows of a channel ([`Profile::channel`]) in file order. Those whose times
    /// increase from row to row need no numbers, and get none.
    pub fn channel(&self, id: usize) -> ChannelRows {
        let parts = || self.pieces.iter().map(move |p| (p, p.channel(id)));
        let count = parts().map(|(_, range)| range.len()).sum();
        let mut all = ChannelRows {
            times: Vec::with_capacity(count),
            values: Vec::with_capacity(count),
            rows: Vec::new(),
        };
        for (piece, range) in parts() {
            all.times.extend_from_slice(&piece.times[range.clone()]);
            all.values.extend_from_slice(&piece.values[range]);
        }
        if !all.times.is_sorted_by(|a, b| a < b) {
            all.rows.reserve(count);
            for (piece, range) in parts() {
                let numbers = piece.rows[range].iter();
                all.rows
                    .extend(numbers.map(|row| piece.first_row + u64::from(*row)));
            }
        }
        all
    }
}

/// The rules, for the rows of logs of one schema.
#[derive(Debug, Clone)]
pub struct RowRules {
    fields: usize,
    channels: usize,
    /// Per field: the code of its sensor type.
    sensors: Vec<u8>,
    /// Whether logs have a column of sensor types.
    sensor_column: bool,
    /// Per field, where any is converted: from the log's unit to the stored one.
    conversions: Vec<Conversion>,
}

/// The rows of one batch by run, with the batch's codes of runs and cells.
#[derive(Debug)]
pub struct Part {
    /// Without those that stand for empty cells.
    rows: u64,
    /// By code of the run.
    runs: Vec<PartRun>,
    rejected: Vec<(u64, Reason)>,
}

#[derive(Debug, Default)]
struct PartRun {
    ledger: Ledger,
    piece: Piece,
    cells: Vec<(u64, u32)>,
}

/// Stands for a row that is not kept.
const NOT_KEPT: u8 = u8::MAX;

impl RowRules {
    /// For logs of this schema.
    pub fn new(schema: &Schema) -> Self {
        let code = |sensor: &str| {
            // As in the batches: the first field with that sensor type.
            schema
                .fields
                .iter()
                .position(|f| f.sensor == sensor)
                .map_or(UNKNOWN, |i| i as u8)
        };
        let conversions: Vec<Conversion> = schema.fields.iter().map(|f| f.conversion()).collect();
        let none = conversions.iter().all(|c| c.is_none());
        Self {
            fields: schema.fields.len(),
            channels: schema.channel_count(),
            sensors: schema.fields.iter().map(|f| code(&f.sensor)).collect(),
            sensor_column: !schema.columns.sensor.is_empty(),
            conversions: if none { Vec::new() } else { conversions },
        }
    }

    /// Sorts the rows of a batch, whose runs have codes below `runs`.
    pub fn part(&self, batch: &Batch, runs: usize) -> Part {
        self.sort(batch, &batch.run, runs)
    }

    /// As [`RowRules::part`], with other codes of the batch's runs.
    fn sort(&self, batch: &Batch, run_codes: &[u32], runs: usize) -> Part {
        let mut part = Part {
            rows: batch.len() as u64,
            runs: Vec::new(),
            rejected: Vec::new(),
        };
        part.runs.resize_with(runs, PartRun::default);
        let channels = self.channels_of(batch);
        // By run and channel: how many rows it has, and from then on where its next one goes.
        let mut next = vec![0u32; runs * self.channels];
        for (run, rows) in stretches(run_codes) {
            let own = next.get_mut(run * self.channels..(run + 1) * self.channels);
            let own = own.unwrap_or_default();
            let mut kept = 0;
            for channel in &channels[rows.clone()] {
                if let Some(count) = own.get_mut(usize::from(*channel)) {
                    *count += 1;
                    kept += 1;
                }
            }
            if kept < rows.len() {
                let bad = rows.filter(|i| channels[*i] == NOT_KEPT);
                bad.for_each(|i| self.reject(batch, i, run, &mut part));
            }
        }
        for (run, next) in part
            .runs
            .iter_mut()
            .zip(next.chunks_mut(self.channels.max(1)))
        {
            let mut kept = 0;
            for count in next.iter_mut() {
                kept += std::mem::replace(count, kept);
            }
            run.ledger.rows_in += u64::from(kept);
            run.ledger.rows_kept += u64::from(kept);
            if kept > 0 {
                let ends = next.iter().skip(1).copied().chain([kept]);
                run.piece = Piece {
                    first_row: batch.first_row,
                    ends: ends.collect(),
                    times: vec![0; kept as usize],
                    values: vec![0.0; kept as usize],
                    rows: vec![0; kept as usize],
                };
            }
        }
        for (run, rows) in stretches(run_codes) {
            let own = next.get_mut(run * self.channels..(run + 1) * self.channels);
            if let (Some(run), Some(next)) = (part.runs.get_mut(run), own) {
                run.put(batch, &channels, next, rows);
            }
        }
        let converted = self.conversions.iter().any(|c| !c.is_none());
        for run in part.runs.iter_mut().filter(|_| converted) {
            self.convert(&mut run.piece);
        }
        part
    }

    /// From the log's units to the stored ones.
    fn convert(&self, piece: &mut Piece) {
        let conversions = self.conversions.iter().cycle().take(self.channels);
        for (id, conversion) in conversions.enumerate().filter(|(_, c)| !c.is_none()) {
            let range = piece.channel(id);
            let values = piece.values[range].iter_mut();
            values.for_each(|v| *v = conversion.apply(*v));
        }
    }

    /// The channel of each row; [`NOT_KEPT`] where it breaks a rule or is none.
    fn channels_of(&self, batch: &Batch) -> Vec<u8> {
        let values = batch.time.iter().zip(&batch.value).zip(&batch.run);
        let rows = values.zip(batch.field.iter().zip(&batch.robot));
        let channels = rows.map(|(((time, value), run), (field, robot))| {
            // No branch of its own for each rule: hardly a row breaks one.
            let good = (*time != INVALID_TIME)
                & self.stored(*value, *field).is_finite()
                & (*run != NO_RUN)
                & (usize::from(*field) < self.fields)
                & (*robot != UNKNOWN);
            // A schema has at most 250 channels.
            let channel = usize::from(*robot) * self.fields + usize::from(*field);
            if good { channel as u8 } else { NOT_KEPT }
        });
        let mut channels: Vec<u8> = channels.collect();
        if self.sensor_column {
            let mut sensors = [UNKNOWN; 1 << u8::BITS];
            sensors[..self.sensors.len()].copy_from_slice(&self.sensors);
            let found = batch.field.iter().zip(&batch.sensor);
            for (channel, (field, sensor)) in channels.iter_mut().zip(found) {
                if sensors[usize::from(*field)] != *sensor {
                    *channel = NOT_KEPT;
                }
            }
        }
        channels
    }

    /// A value of a field in the stored unit.
    #[inline]
    fn stored(&self, value: f64, field: u8) -> f64 {
        let conversion = self.conversions.get(usize::from(field));
        conversion.map_or(value, |c| c.apply(value))
    }

    /// Accounts for row `i`, which is not kept.
    #[cold]
    fn reject(&self, batch: &Batch, i: usize, run: usize, part: &mut Part) {
        if batch.is_absent(i) {
            part.rows -= 1;
            return;
        }
        // Its time is none, so it gets here.
        let is_truncated = batch.truncated && i + 1 == batch.len();
        let reason = if is_truncated {
            Reason::TruncatedRow
        } else {
            self.broken(batch, i)
        };
        part.rejected.push((batch.first_row + i as u64, reason));
        if let Some(run) = part.runs.get_mut(run) {
            run.ledger.rows_in += 1;
            run.ledger.drop_rows(reason, 1);
        }
    }

    /// The first rule that row `i` breaks, in SPEC's order.
    fn broken(&self, batch: &Batch, i: usize) -> Reason {
        if batch.time[i] == INVALID_TIME {
            return Reason::InvalidTime;
        }
        // What is too large for the stored unit could not be stored either.
        if !self.stored(batch.value[i], batch.field[i]).is_finite() {
            return Reason::InvalidValue;
        }
        if batch.run[i] == NO_RUN {
            return Reason::InvalidRun;
        }
        if usize::from(batch.field[i]) >= self.fields {
            return Reason::UnknownField;
        }
        if batch.robot[i] == UNKNOWN {
            return Reason::UnknownRobot;
        }
        Reason::SensorMismatch
    }
}

impl PartRun {
    /// Takes in those of these rows that are kept; `next` says by channel where its next one goes.
    fn put(&mut self, batch: &Batch, channels: &[u8], next: &mut [u32], rows: Range<usize>) {
        let piece = &mut self.piece;
        let kept = piece.times.len();
        let places = (
            &mut piece.times[..kept],
            &mut piece.values[..kept],
            &mut piece.rows[..kept],
        );
        let samples = batch.time[rows.clone()]
            .iter()
            .zip(&batch.value[rows.clone()]);
        let channels = &channels[rows.clone()];
        for (row, (channel, (time, value))) in
            (rows.start as u32..).zip(channels.iter().zip(samples))
        {
            if let Some(next) = next.get_mut(usize::from(*channel)) {
                let at = *next as usize;
                *next += 1;
                places.0[at] = *time;
                places.1[at] = *value;
                places.2[at] = row;
            }
        }
        if batch.cell.is_empty() {
            return;
        }
        let cells = batch.cell[rows.clone()].iter().zip(channels);
        for (row, (cell, channel)) in rows.zip(cells) {
            let is_other = self.cells.last().is_none_or(|(_, last)| last != cell);
            if is_other && *cell != NO_CELL && *channel != NOT_KEPT {
                self.cells.push((batch.first_row + row as u64, *cell));
            }
        }
    }
}

/// Rows that follow each other and have one code: the code, and which they are.
fn stretches(codes: &[u32]) -> impl Iterator<Item = (usize, Range<usize>)> {
    let mut end = 0;
    codes.chunk_by(|a, b| a == b).map(move |same| {
        let begin = end;
        end += same.len();
        (same[0] as usize, begin..end)
    })
}

/// Takes the rows of a log in, in file order, and sorts them out.
#[derive(Debug)]
pub struct Partition {
    rules: RowRules,
    runs: Vec<RunRows>,
    /// Bytes of the runs' pieces, all together and by run.
    bytes: u64,
    bytes_of: Vec<u64>,
    ledger: Ledger,
    rejected: Vec<(u64, Reason)>,
}

impl Partition {
    /// For logs of this schema.
    pub fn new(schema: &Schema) -> Self {
        Self {
            rules: RowRules::new(schema),
            runs: Vec::new(),
            bytes: 0,
            bytes_of: Vec::new(),
            ledger: Ledger::default(),
            rejected: Vec::new(),
        }
    }

    /// Bytes of memory that the rows take.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives the rows of the runs that have most of them away, run by run (index, pieces),
    /// until no more than `bytes` are left.
    ///
    /// # Errors
    /// What `take` returns.
    pub fn shrink<E>(
        &mut self,
        bytes: u64,
        mut take: impl FnMut(usize, &[Piece]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut largest: Vec<usize> = (0..self.runs.len()).collect();
        largest.sort_by_key(|run| std::cmp::Reverse(self.bytes_of[*run]));
        for run in largest {
            if self.bytes <= bytes {
                break;
            }
            take(run, &self.runs[run].pieces)?;
            self.runs[run].pieces = Vec::new();
            self.bytes -= std::mem::take(&mut self.bytes_of[run]);
        }
        Ok(())
    }

    /// The rules that rows are sorted by.
    pub fn rules(&self) -> &RowRules {
        &self.rules
    }

    /// Whether no row was taken in.
    pub fn is_empty(&self) -> bool {
        self.ledger.rows_in == 0
    }

    /// Takes in a batch with codes of `vocabulary`.
    pub fn add(&mut self, batch: &Batch, vocabulary: &Vocabulary) {
        // Codes of the batch's own, for it may know few of very many runs.
        let mut codes: Vec<u32> = Vec::new();
        let mut own: HashMap<u32, u32> = HashMap::new();
        let mut last = (NO_RUN, NO_RUN);
        let mut runs = batch.run.clone();
        for run in runs.iter_mut().filter(|run| **run != NO_RUN) {
            if last.0 != *run {
                let next = codes.len() as u32;
                last = (*run, *own.entry(*run).or_insert(next));
                if last.1 == next {
                    codes.push(*run);
                }
            }
            *run = last.1;
        }
        let part = self.rules.sort(batch, &runs, codes.len());
        self.take(part, &codes, |cell| cell, vocabulary);
    }

    /// Takes in the next rows, sorted already, with codes of `words`.
    pub fn take_part(&mut self, part: Part, words: &Vocabulary, vocabulary: &mut Vocabulary) {
        let codes = vocabulary.run_codes_of(words);
        let cells = vocabulary.cell_codes_of(words);
        let cell = |code: u32| cells.get(code as usize).copied().unwrap_or(code);
        self.take(part, &codes, cell, vocabulary);
    }

    fn take(
        &mut self,
        part: Part,
        codes: &[u32],
        cell: impl Fn(u32) -> u32,
        vocabulary: &Vocabulary,
    ) {
        let new = vocabulary.runs().get(self.runs.len()..).unwrap_or_default();
        self.runs.extend(new.iter().map(|run| RunRows::new(*run)));
        self.bytes_of.resize(self.runs.len(), 0);
        self.ledger.rows_in += part.rows;
        for (_, reason) in &part.rejected {
            self.ledger.drop_rows(*reason, 1);
        }
        self.rejected.extend(part.rejected);
        for (found, code) in part.runs.into_iter().zip(codes) {
            let Some(run) = self.runs.get_mut(*code as usize) else {
                continue;
            };
            run.ledger.add(&found.ledger);
            for (row, code) in found.cells {
                let code = cell(code);
                if run.cells.last().is_none_or(|(_, last)| *last != code) {
                    run.cells.push((row, code));
                }
            }
            if !found.piece.times.is_empty() {
                self.bytes += found.piece.bytes();
                self.bytes_of[*code as usize] += found.piece.bytes();
                run.pieces.push(found.piece);
            }
        }
    }

    /// What was sorted: the runs in order of appearance, the ledger of the whole log
    /// (`rows_kept` is still to be counted: see [`super::resolve_conflicts`]), and the rejected
    /// rows by number.
    pub fn finish(self, vocabulary: &Vocabulary) -> (Vec<RunRows>, Ledger, Vec<(u64, Reason)>) {
        let mut runs = self.runs;
        // Whether an id is exact may have shown after its run was first met.
        for (rows, run) in runs.iter_mut().zip(vocabulary.runs()) {
            rows.run = *run;
        }
        (runs, self.ledger, self.rejected)
    }
}
