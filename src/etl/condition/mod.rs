//! What a row of samples must fulfil to be shown: `fz_1 < -1500 and v1 > 10`.
//!
//! Null is unknown, as in SQL: a comparison with it neither holds nor fails, and so does
//! its `not`. Only `is null` asks for it.

mod parse;
mod token;

use super::{
    Result as EtlResult,
    lake::run_file::{RunFile, Window},
    mistake::Mistake,
};
use crate::base::CancelToken;

/// The column that holds times.
const TIME: &str = "time";

/// A condition over the columns of a run's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// As it was typed.
    pub text: String,
    /// The columns that it looks at, `time` among them where it is named.
    columns: Vec<String>,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Compare(Operand, Relation, Operand),
    /// A column, by its place in [`Condition::columns`].
    Null(usize),
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operand {
    /// By its place in [`Condition::columns`].
    Column(usize),
    /// A number; times in microseconds.
    Number(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
}

impl Condition {
    /// Reads a condition over `columns`; times are read as in [`super::place::Place`], against
    /// the run's start.
    ///
    /// # Errors
    /// What is wrong, and at which character.
    pub fn parse(text: &str, columns: &[String], start_us: i64) -> Result<Self, Mistake> {
        parse::parse(text, columns, start_us)
    }

    /// The channels that it needs.
    pub fn channels(&self) -> Vec<&str> {
        let names = self.columns.iter().map(String::as_str);
        names.filter(|name| *name != TIME).collect()
    }

    /// The rows of a table that fulfil it, ascending, read row group by row group.
    ///
    /// # Errors
    /// Those of [`RunFile::read`]; [`super::Error::Cancelled`].
    pub fn rows_of(&self, table: &RunFile, cancel: &CancelToken) -> EtlResult<Vec<u64>> {
        let channels = self.channels();
        let mut rows = Vec::new();
        for group in table.groups() {
            cancel.check()?;
            self.rows(&table.read(&channels, group, cancel)?, &mut rows);
        }
        Ok(rows)
    }

    /// The rows of the table that fulfil it; `window` holds [`Condition::channels`].
    pub fn rows(&self, window: &Window, out: &mut Vec<u64>) {
        let mut channels = window.columns.iter();
        let columns: Vec<Option<&Vec<f64>>> = self
            .columns
            .iter()
            .map(|name| (name != TIME).then(|| channels.next()).flatten())
            .collect();
        let mut values = vec![f64::NAN; columns.len()];
        for (i, time) in window.times.iter().enumerate() {
            for (value, column) in values.iter_mut().zip(&columns) {
                *value = match column {
                    Some(column) => column.get(i).copied().unwrap_or(f64::NAN),
                    // Exact until the year 2255.
                    None => *time as f64,
                };
            }
            if self.test.holds(&values) == Some(true) {
                out.push(window.first_row + i as u64);
            }
        }
    }
}

impl Test {
    /// Whether it holds for a row; `None`: unknown.
    fn holds(&self, row: &[f64]) -> Option<bool> {
        match self {
            Self::Compare(left, relation, right) => {
                relation.holds(left.value(row), right.value(row))
            }
            Self::Null(column) => Some(row.get(*column).is_none_or(|v| v.is_nan())),
            Self::Not(test) => test.holds(row).map(|holds| !holds),
            Self::All(tests) => settle(tests, row, false),
            Self::Any(tests) => settle(tests, row, true),
        }
    }
}

/// One test that gives `decisive` settles it; else one that is unknown leaves it so.
fn settle(tests: &[Test], row: &[f64], decisive: bool) -> Option<bool> {
    let mut known = true;
    for test in tests {
        match test.holds(row) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(!decisive)
}

impl Operand {
    fn value(self, row: &[f64]) -> f64 {
        match self {
            Self::Column(column) => row.get(column).copied().unwrap_or(f64::NAN),
            Self::Number(number) => number,
        }
    }
}

impl Relation {
    fn holds(self, a: f64, b: f64) -> Option<bool> {
        let order = a.partial_cmp(&b)?;
        Some(match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
        })
    }
}

#[cfg(test)]
mod tests;
