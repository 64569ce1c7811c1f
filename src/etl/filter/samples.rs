//! A filter over the rows of a run's table: `fz_1 < -1500 and v1 > 10`.

use super::{
    Bounds, Expr, Kind, Relation, Unit, Value,
    bounds::may_hold,
    compile::{Scope, compile},
    parse::parse,
    test::{Source, Test},
};
use crate::{
    Result as EtlResult,
    base::CancelToken,
    lake::run_file::{RunFile, Window},
    parse_error::ParseError,
    position::Origin,
};

/// The column that holds times.
const TIME: &str = "time";

/// A condition over the columns of a run's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// As it was typed.
    pub text: String,
    /// The columns that it reads, by slot, `time` among them where it is named.
    columns: Vec<String>,
    test: Test,
}

impl Condition {
    /// Parses a condition over `columns` (`time` need not be among them); incomplete times
    /// count from the run's start.
    ///
    /// # Errors
    /// One sentence that quotes what is wrong and lists what is allowed, and its position.
    pub fn parse(text: &str, columns: &[String], start_us: i64) -> Result<Self, ParseError> {
        let Some(expr) = parse(text)? else {
            return Err("the condition is empty: write such as `fz_1 < -1500`".into());
        };
        Self::compile(text.trim(), &expr, columns, start_us)
    }

    /// Compiles a condition that was parsed, as [`Condition::parse`]; `text` is what was typed.
    ///
    /// # Errors
    /// As [`Condition::parse`].
    pub fn compile(
        text: &str,
        expr: &Expr,
        columns: &[String],
        start_us: i64,
    ) -> Result<Self, ParseError> {
        let mut scope = TableScope {
            known: columns,
            columns: Vec::new(),
            start_us,
        };
        let test = compile(expr, &mut scope)?;
        Ok(Self {
            text: text.to_owned(),
            columns: scope.columns,
            test,
        })
    }

    /// The channels that it needs.
    pub fn channels(&self) -> Vec<&str> {
        let names = self.columns.iter().map(String::as_str);
        names.filter(|name| *name != TIME).collect()
    }

    /// The rows of a table that fulfil it, ascending, read row group by row group.
    ///
    /// # Errors
    /// Those of [`RunFile::read`]; [`crate::Error::Cancelled`].
    pub fn rows_of(&self, table: &RunFile, cancel: &CancelToken) -> EtlResult<Vec<u64>> {
        let channels = self.channels();
        let mut rows = Vec::new();
        for (group, span) in table.groups().enumerate() {
            cancel.check()?;
            if self.may_hold(|name| Bounds::in_group(table, group, name)) {
                self.rows(&table.read(&channels, span, cancel)?, &mut rows);
            }
        }
        Ok(rows)
    }

    /// The rows of the table that fulfil it; `window` holds [`Condition::channels`].
    pub fn rows(&self, window: &Window, out: &mut Vec<u64>) {
        let mut channels = window.columns.iter();
        let columns: Vec<Option<&[f64]>> = self
            .channels()
            .iter()
            .map(|_| channels.next().map(Vec::as_slice))
            .collect();
        self.each_row(&columns, &window.times, window.times.len(), |row, holds| {
            if holds {
                out.push(window.first_row + row as u64);
            }
        });
    }

    /// Tells `each` of every row from 0 to `rows` whether it fulfils the condition. `channels`
    /// are the cells of [`Condition::channels`], `None` where the table has no such column;
    /// `times` are needed only if [`Condition::names_time`].
    pub fn each_row(
        &self,
        channels: &[Option<&[f64]>],
        times: &[i64],
        rows: usize,
        mut each: impl FnMut(usize, bool),
    ) {
        let mut channels = channels.iter();
        let columns: Vec<SampleColumn<'_>> = self
            .columns
            .iter()
            .map(|name| match name.as_str() {
                TIME => SampleColumn::Time(times),
                _ => match channels.next().copied().flatten() {
                    Some(cells) => SampleColumn::Channel(cells),
                    None => SampleColumn::Absent,
                },
            })
            .collect();
        for row in 0..rows {
            let source = TableRow {
                columns: &columns,
                row,
            };
            each(row, self.test.holds(&source) == Some(true));
        }
    }

    /// Whether it names `time`.
    pub fn names_time(&self) -> bool {
        self.columns.iter().any(|name| name == TIME)
    }

    /// Whether a row may fulfil it whose columns lie within their bounds; those of `time` are
    /// asked for too.
    pub fn may_hold(&self, bounds: impl Fn(&str) -> Bounds) -> bool {
        let bounds: Vec<Bounds> = self.columns.iter().map(|name| bounds(name)).collect();
        may_hold(&self.test, &bounds)
    }

    /// What the first comparison with a channel asks of it: see [`Relation`]; a `not` before it is
    /// taken into account. `None` where it is not compared.
    pub fn relation_of(&self, channel: &str) -> Option<Relation> {
        let slot = self.columns.iter().position(|name| name == channel)?;
        self.test.relation_of(slot)
    }
}

struct TableScope<'a> {
    known: &'a [String],
    columns: Vec<String>,
    start_us: i64,
}

impl Scope for TableScope<'_> {
    fn resolve(&mut self, name: &str) -> Option<(usize, Kind)> {
        if name != TIME && !self.known.iter().any(|known| known == name) {
            return None;
        }
        let slot = self.columns.iter().position(|c| c == name);
        let slot = slot.unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        });
        let kind = match name {
            TIME => Kind::Time,
            _ => Kind::Number(Unit::Plain),
        };
        Some((slot, kind))
    }

    fn names(&self) -> Vec<Vec<String>> {
        let channels = self.known.iter().filter(|name| *name != TIME);
        let names = std::iter::once(TIME.to_owned()).chain(channels.cloned());
        names.map(|name| vec![name]).collect()
    }

    fn noun(&self) -> &'static str {
        "column"
    }

    fn has_words(&self) -> bool {
        false
    }

    fn origin(&self) -> Origin {
        Origin::Run(self.start_us)
    }
}

enum SampleColumn<'a> {
    Time(&'a [i64]),
    Channel(&'a [f64]),
    Absent,
}

struct TableRow<'a> {
    columns: &'a [SampleColumn<'a>],
    row: usize,
}

impl Source for TableRow<'_> {
    fn value(&self, slot: usize) -> Value<'_> {
        match self.columns.get(slot) {
            Some(SampleColumn::Channel(values)) => Value::number(values.get(self.row).copied()),
            Some(SampleColumn::Time(times)) => Value::time(times.get(self.row).copied()),
            Some(SampleColumn::Absent) | None => Value::Null,
        }
    }

    fn has(&self, slot: usize) -> bool {
        !matches!(self.columns.get(slot), Some(SampleColumn::Absent))
    }

    fn mentions(&self, _: &str) -> bool {
        false
    }
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
