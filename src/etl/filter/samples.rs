//! A filter over the rows of a run's table: `fz_1 < -1500 and v1 > 10`.

use std::ops::Range;

use super::{
    Bounds, Expr, Kind, Relation, Unit,
    bounds::may_hold,
    compile::{Scope, compile},
    parse::parse,
    pieces::{self, Cells, GroupCells},
    test::Test,
};
use crate::{
    Result as EtlResult,
    base::CancelToken,
    lake::run_file::{RunFile, Steps, TIME, Window},
    parse_error::ParseError,
    position::Origin,
};

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
        let mut rows = Vec::new();
        for (group, span) in table.groups().enumerate() {
            cancel.check()?;
            if self.may_hold(|name| Bounds::in_group(table, group, name)) {
                let found = self.matching(&mut GroupCells::new(table, group, cancel))?;
                rows.extend(found.into_iter().flat_map(|part| {
                    span.start + u64::from(part.start)..span.start + u64::from(part.end)
                }));
            }
        }
        Ok(rows)
    }

    /// The rows of the window that fulfil it; it holds [`Condition::channels`].
    pub fn rows(&self, window: &Window, out: &mut Vec<u64>) {
        let names = self.channels().into_iter().map(str::to_owned);
        let channels = names.zip(window.columns.iter().map(|cells| Steps::of(cells)));
        let mut cells = WindowCells {
            channels: channels.collect(),
            times: &window.times,
        };
        // What is in memory can be read.
        for part in self.matching(&mut cells).unwrap_or_default() {
            out.extend(part.map(|row| window.first_row + u64::from(row)));
        }
    }

    /// The rows that fulfil it, as ascending ranges with rows between them. Of `cells` only what
    /// decides is read.
    ///
    /// # Errors
    /// Those of `cells`.
    pub fn matching(&self, cells: &mut impl Cells) -> EtlResult<Vec<Range<u32>>> {
        pieces::matching(&self.test, &self.columns, cells)
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

/// Cells that are in memory.
struct WindowCells<'a> {
    channels: Vec<(String, Steps)>,
    times: &'a [i64],
}

impl Cells for WindowCells<'_> {
    fn rows(&self) -> u32 {
        self.times.len() as u32
    }

    fn steps(&mut self, channel: &str) -> EtlResult<Option<&Steps>> {
        let found = self.channels.iter().find(|(name, _)| name == channel);
        Ok(found.map(|(_, steps)| steps))
    }

    fn times(&mut self) -> EtlResult<&[i64]> {
        Ok(self.times)
    }
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
