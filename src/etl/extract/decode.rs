//! From cells to the columns of a batch; remembers what it met last, for logs repeat.

use polars_arrow::datatypes::ArrowDataType;

use super::{
    columns::{Batch, INVALID_TIME, NO_CELL, NO_RUN, UNKNOWN, Vocabulary, Words},
    pages,
    raw::{LONGEST_TEXT, Raw, in_years_of_text},
    role::Role,
};
use crate::{Result, chunk::OpenChunk, time::Parser};

/// Decodes the cells of one column after the other. Keep it for a whole log.
pub(super) struct Decoder {
    words: Words,
    times: Parser,
    last_field: Memo<u8>,
    last_robot: Memo<u8>,
    last_sensor: Memo<u8>,
    last_run: Memo<u32>,
    last_run_number: Option<(RunNumber, u32)>,
    last_cell: Option<(Vec<u8>, u32)>,
    last_cell_int: Option<(i128, u32)>,
}

#[derive(PartialEq, Clone, Copy)]
enum RunNumber {
    Int(i128),
    Float(u64),
    Uuid(u128),
}

/// The last text and what it meant.
struct Memo<T> {
    text: Vec<u8>,
    code: Option<T>,
}

impl<T: Copy> Memo<T> {
    const fn new() -> Self {
        Self {
            text: Vec::new(),
            code: None,
        }
    }

    fn get(&mut self, text: &[u8], make: impl FnOnce() -> T) -> T {
        match self.code {
            Some(code) if self.text == text => code,
            _ => {
                let code = make();
                self.text.clear();
                self.text.extend_from_slice(text);
                self.code = Some(code);
                code
            }
        }
    }
}

impl Decoder {
    pub(super) fn new(words: Words) -> Self {
        Self {
            words,
            times: Parser::default(),
            last_field: Memo::new(),
            last_robot: Memo::new(),
            last_sensor: Memo::new(),
            last_run: Memo::new(),
            last_run_number: None,
            last_cell: None,
            last_cell_int: None,
        }
    }

    /// Decodes a column chunk of `rows` cells from its pages; false when it has a form that
    /// [`pages`] does not know.
    ///
    /// # Errors
    /// As [`pages::decode`].
    pub(super) fn column(
        &mut self,
        role: Role,
        rows: usize,
        chunk: &mut OpenChunk<'_>,
        column: (&str, &ArrowDataType),
        (batch, words): (&mut Batch, &mut Vocabulary),
    ) -> Result<bool> {
        fn put<T>(place: &mut Vec<T>, found: Option<Vec<T>>) -> bool {
            found.map(|column| *place = column).is_some()
        }
        Ok(match role {
            Role::Time => put(
                &mut batch.time,
                pages::decode(chunk, column, rows, |raw| self.time(raw))?,
            ),
            Role::Value => put(
                &mut batch.value,
                pages::decode(chunk, column, rows, |raw| raw.number())?,
            ),
            Role::Field => put(
                &mut batch.field,
                pages::decode(chunk, column, rows, |raw| self.field(raw))?,
            ),
            Role::Robot => put(
                &mut batch.robot,
                pages::decode(chunk, column, rows, |raw| self.robot(raw))?,
            ),
            Role::Run => put(
                &mut batch.run,
                pages::decode(chunk, column, rows, |raw| self.run(raw, words))?,
            ),
            Role::Sensor => put(
                &mut batch.sensor,
                pages::decode(chunk, column, rows, |raw| self.sensor(raw))?,
            ),
            Role::Cell => put(
                &mut batch.cell,
                pages::decode(chunk, column, rows, |raw| self.cell(raw, words))?,
            ),
        })
    }

    /// Appends one cell to the batch's column of that role.
    #[inline]
    pub(super) fn push(
        &mut self,
        role: Role,
        raw: Raw<'_>,
        batch: &mut Batch,
        words: &mut Vocabulary,
    ) {
        let raw = match raw {
            Raw::Text(text) if text.len() > LONGEST_TEXT => Raw::TooLong,
            other => other,
        };
        match role {
            Role::Time => batch.time.push(self.time(raw)),
            Role::Value => batch.value.push(raw.number()),
            Role::Field => batch.field.push(self.field(raw)),
            Role::Robot => batch.robot.push(self.robot(raw)),
            Role::Run => batch.run.push(self.run(raw, words)),
            Role::Sensor => batch.sensor.push(self.sensor(raw)),
            Role::Cell => batch.cell.push(self.cell(raw, words)),
        }
    }

    /// Microseconds, or [`INVALID_TIME`].
    #[inline]
    pub(super) fn time(&mut self, raw: Raw<'_>) -> i64 {
        let time = match raw {
            Raw::Text(text) => in_years_of_text(self.times.parse(text)),
            other => other.time(),
        };
        time.unwrap_or(INVALID_TIME)
    }

    /// The robot's index in the profile, or [`UNKNOWN`].
    pub(super) fn robot(&mut self, raw: Raw<'_>) -> u8 {
        let by_number = |n: Option<i64>| n.map_or(UNKNOWN, |n| self.words.robot(n));
        match raw {
            Raw::Text(text) => self
                .last_robot
                .get(text, || match self.words.robot_named(text) {
                    UNKNOWN => by_number(raw.whole()),
                    robot => robot,
                }),
            _ => by_number(raw.whole()),
        }
    }

    /// The field's index in the profile, or [`UNKNOWN`].
    pub(super) fn field(&mut self, raw: Raw<'_>) -> u8 {
        match raw {
            Raw::Text(text) => self.last_field.get(text, || self.words.field(text)),
            _ => UNKNOWN,
        }
    }

    /// The first field of the profile with that sensor type, or [`UNKNOWN`].
    pub(super) fn sensor(&mut self, raw: Raw<'_>) -> u8 {
        match raw {
            Raw::Text(text) => self.last_sensor.get(text, || self.words.sensor(text)),
            _ => UNKNOWN,
        }
    }

    /// The run's code in `words`, or [`NO_RUN`].
    pub(super) fn run(&mut self, raw: Raw<'_>, words: &mut Vocabulary) -> u32 {
        let number = match raw {
            Raw::Null | Raw::TooLong => return NO_RUN,
            Raw::Text(text) => {
                return self
                    .last_run
                    .get(text, || raw.run().map_or(NO_RUN, |r| words.run_code(r)));
            }
            Raw::Int(n) => RunNumber::Int(n),
            Raw::Float(v) => RunNumber::Float(v.to_bits()),
            Raw::Uuid(n) => RunNumber::Uuid(n),
            // Rare: not worth a memory.
            other => return other.run().map_or(NO_RUN, |r| words.run_code(r)),
        };
        match self.last_run_number {
            Some((last, code)) if last == number => code,
            _ => {
                let code = raw.run().map_or(NO_RUN, |r| words.run_code(r));
                self.last_run_number = Some((number, code));
                code
            }
        }
    }

    /// The cell's code in `words`, or [`NO_CELL`].
    pub(super) fn cell(&mut self, raw: Raw<'_>, words: &mut Vocabulary) -> u32 {
        match (raw, &self.last_cell, self.last_cell_int) {
            (Raw::Text(text), Some((last, code)), _) if last == text => return *code,
            (Raw::Int(n), _, Some((last, code))) if last == n => return code,
            _ => {}
        }
        let code = raw.name().map_or(NO_CELL, |name| words.cell_code(&name));
        match raw {
            Raw::Text(text) => self.last_cell = Some((text.to_vec(), code)),
            Raw::Int(n) => self.last_cell_int = Some((n, code)),
            _ => {}
        }
        code
    }
}
