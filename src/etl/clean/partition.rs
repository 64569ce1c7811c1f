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
        // A schema has at most 250 channels.
        let mut channels: Vec<u8> = Vec::with_capacity(batch.len());
        let mut kept = vec![0u32; runs];
        for (i, run) in run_codes.iter().enumerate() {
            if batch.is_absent(i) {
                part.rows -= 1;
                channels.push(NOT_KEPT);
                continue;
            }
            let run = *run as usize;
            match self.judge(batch, i) {
                Ok(channel) => {
                    channels.push(channel as u8);
                    kept[run] += 1;
                }
                Err(reason) => {
                    // Its time is none, so it gets here.
                    let is_truncated = batch.truncated && i + 1 == batch.len();
                    let reason = if is_truncated {
                        Reason::TruncatedRow
                    } else {
                        reason
                    };
                    channels.push(NOT_KEPT);
                    part.rejected.push((batch.first_row + i as u64, reason));
                    if let Some(run) = part.runs.get_mut(run) {
                        run.ledger.rows_in += 1;
                        run.ledger.drop_rows(reason, 1);
                    }
                }
            }
        }
        let rows = by_run(run_codes, &channels, &kept);
        let mut from = 0;
        for (run, kept) in part.runs.iter_mut().zip(&kept) {
            run.ledger.rows_in += u64::from(*kept);
            run.ledger.rows_kept += u64::from(*kept);
            let rows = &rows[from..from + *kept as usize];
            from += rows.len();
            run.cells = cells(batch, rows);
            run.piece = self.piece(batch, &channels, rows);
        }
        part
    }

    /// Sorts rows of one run by channel.
    fn piece(&self, batch: &Batch, channels: &[u8], rows: &[u32]) -> Piece {
        if rows.is_empty() {
            return Piece::default();
        }
        let mut next = vec![0u32; self.channels + 1];
        for row in rows {
            next[usize::from(channels[*row as usize]) + 1] += 1;
        }
        for id in 1..next.len() {
            next[id] += next[id - 1];
        }
        let mut piece = Piece {
            first_row: batch.first_row,
            ends: next[1..].to_vec(),
            times: vec![0; rows.len()],
            values: vec![0.0; rows.len()],
            rows: vec![0; rows.len()],
        };
        let mut put = |row: u32, channel: u8, time: i64, value: f64| {
            let next = &mut next[usize::from(channel)];
            let at = *next as usize;
            *next += 1;
            piece.times[at] = time;
            piece.values[at] = value;
            piece.rows[at] = row;
        };
        if rows.len() == batch.len() {
            let samples = batch.time.iter().zip(&batch.value);
            for (row, (channel, (time, value))) in (0..).zip(channels.iter().zip(samples)) {
                put(row, *channel, *time, *value);
            }
        } else {
            for row in rows {
                let i = *row as usize;
                put(*row, channels[i], batch.time[i], batch.value[i]);
            }
        }
        // None at all where no field is converted.
        let conversions = self.conversions.iter().cycle().take(self.channels);
        for (id, conversion) in conversions.enumerate().filter(|(_, c)| !c.is_none()) {
            let range = piece.channel(id);
            let values = piece.values[range].iter_mut();
            values.for_each(|v| *v = conversion.apply(*v));
        }
        piece
    }

    /// The channel of row `i`, or the first rule that it breaks, in SPEC's order.
    #[inline]
    fn judge(&self, batch: &Batch, i: usize) -> Result<usize, Reason> {
        if batch.time[i] == INVALID_TIME {
            return Err(Reason::InvalidTime);
        }
        // What is too large for the stored unit could not be stored either.
        let conversion = self.conversions.get(usize::from(batch.field[i]));
        let value = conversion.map_or(batch.value[i], |c| c.apply(batch.value[i]));
        if !value.is_finite() {
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
        if self.sensor_column && batch.sensor[i] != *sensor {
            return Err(Reason::SensorMismatch);
        }
        Ok(usize::from(batch.robot[i]) * self.fields + field)
    }
}

/// The numbers of the kept rows within the batch, run after run, each in file order.
fn by_run(runs: &[u32], channels: &[u8], kept: &[u32]) -> Vec<u32> {
    let all: u32 = kept.iter().sum();
    let is_kept = |i: &u32| channels[*i as usize] != NOT_KEPT;
    let numbers = 0..runs.len() as u32;
    if kept.iter().filter(|n| **n > 0).count() <= 1 {
        return numbers.filter(is_kept).collect();
    }
    let mut begin = 0;
    let mut next: Vec<u32> = kept
        .iter()
        .map(|n| {
            begin += n;
            begin - n
        })
        .collect();
    let mut rows = vec![0; all as usize];
    for i in numbers.filter(is_kept) {
        let next = &mut next[runs[i as usize] as usize];
        rows[*next as usize] = i;
        *next += 1;
    }
    rows
}

/// From which of these rows on another cell is named, and which.
fn cells(batch: &Batch, rows: &[u32]) -> Vec<(u64, u32)> {
    let mut cells: Vec<(u64, u32)> = Vec::new();
    if batch.cell.is_empty() {
        return cells;
    }
    for row in rows {
        let cell = batch.cell[*row as usize];
        if cell != NO_CELL && cells.last().is_none_or(|(_, last)| *last != cell) {
            cells.push((batch.first_row + u64::from(*row), cell));
        }
    }
    cells
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
