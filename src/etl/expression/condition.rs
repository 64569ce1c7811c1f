//! A filter over the rows of a run's table: `fz_1 < -1500 and v1 > 10`.

use std::ops::Range;

use super::{
    Bounds, Cells, Expr, Kind, Relation, TIME, Unit,
    bounds::may_hold,
    compile::{Scope, compile},
    parse::parse,
    pieces,
    test::Test,
};
use crate::{Result as EtlResult, parse_error::ParseError, position::Origin};

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
        Self::parse_from(text, columns, Origin::Run(start_us))
    }

    /// As [`Condition::parse`] for a condition of a profile, whose times are UTC whatever zone times
    /// are shown in: it must mean the same in every process.
    ///
    /// # Errors
    /// As [`Condition::parse`].
    pub fn parse_utc(text: &str, columns: &[String], start_us: i64) -> Result<Self, ParseError> {
        Self::parse_from(text, columns, Origin::UtcRun(start_us))
    }

    fn parse_from(text: &str, columns: &[String], origin: Origin) -> Result<Self, ParseError> {
        let Some(expr) = parse(text)? else {
            return Err("the condition is empty: write such as `fz_1 < -1500`".into());
        };
        Self::compile_from(text.trim(), &expr, columns, origin)
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
        Self::compile_from(text, expr, columns, Origin::Run(start_us))
    }

    fn compile_from(
        text: &str,
        expr: &Expr,
        columns: &[String],
        origin: Origin,
    ) -> Result<Self, ParseError> {
        let mut scope = TableScope {
            known: columns,
            columns: Vec::new(),
            origin,
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

    /// The number that the first comparison of a channel with one names; `None` where there is none.
    pub fn number_of(&self, channel: &str) -> Option<f64> {
        let slot = self.columns.iter().position(|name| name == channel)?;
        self.test.number_of(slot)
    }
}

struct TableScope<'a> {
    known: &'a [String],
    columns: Vec<String>,
    origin: Origin,
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
        self.origin
    }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
