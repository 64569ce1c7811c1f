//! From cells to the columns of a batch; remembers what it met last, for logs repeat.

use super::{
    columns::{Batch, INVALID_TIME, NO_CELL, NO_RUN, UNKNOWN, Vocabulary, Words},
    raw::{LONGEST_TEXT, Raw},
    role::Role,
};

/// Decodes the cells of one column after the other. Keep it for a whole log.
pub(super) struct Decoder {
    words: Words,
    last_field: Memo<u8>,
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
            last_field: Memo::new(),
            last_sensor: Memo::new(),
            last_run: Memo::new(),
            last_run_number: None,
            last_cell: None,
            last_cell_int: None,
        }
    }

    /// Forgets codes of a vocabulary that is no longer used.
    pub(super) fn forget(&mut self) {
        self.last_run = Memo::new();
        self.last_run_number = None;
        self.last_cell = None;
        self.last_cell_int = None;
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
            Raw::Text(text) if text.len() > LONGEST_TEXT => Raw::Null,
            other => other,
        };
        match role {
            Role::Time => batch.time.push(raw.time().unwrap_or(INVALID_TIME)),
            Role::Value => batch.value.push(raw.number()),
            Role::Field => batch.field.push(self.field(raw)),
            Role::Robot => {
                let robot = raw.whole().map_or(UNKNOWN, |n| self.words.robot(n));
                batch.robot.push(robot);
            }
            Role::Run => batch.run.push(self.run(raw, words)),
            Role::Sensor => batch.sensor.push(self.sensor(raw)),
            Role::Cell => batch.cell.push(self.cell(raw, words)),
        }
    }

    fn field(&mut self, raw: Raw<'_>) -> u8 {
        match raw {
            Raw::Text(text) => self.last_field.get(text, || self.words.field(text)),
            _ => UNKNOWN,
        }
    }

    fn sensor(&mut self, raw: Raw<'_>) -> u8 {
        match raw {
            Raw::Text(text) => self.last_sensor.get(text, || self.words.sensor(text)),
            _ => UNKNOWN,
        }
    }

    fn run(&mut self, raw: Raw<'_>, words: &mut Vocabulary) -> u32 {
        let number = match raw {
            Raw::Null => return NO_RUN,
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

    fn cell(&mut self, raw: Raw<'_>, words: &mut Vocabulary) -> u32 {
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
