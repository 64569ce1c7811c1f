//! Evaluates a condition over the rows of a table, column by column: where a column repeats a
//! cell, all its rows are decided at once.

use std::ops::Range;

use super::{Relation, Steps, TIME, test::Test};
use crate::Result;

/// The cells that a condition reads, in rows from 0 on.
pub trait Cells {
    /// How many rows there are.
    fn rows(&self) -> u32;

    /// The cells of a channel; `None` where there is no such column.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn steps(&mut self, channel: &str) -> Result<Option<&Steps>>;

    /// The times of the rows in microseconds.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn times(&mut self) -> Result<&[i64]>;

    /// The times of some rows, ascending.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn times_at(&mut self, rows: &[u32]) -> Result<Vec<i64>> {
        let times = self.times()?;
        let at = rows.iter().filter_map(|row| times.get(*row as usize));
        Ok(at.copied().collect())
    }
}

/// What a test says of a row, so ordered that `and` is the least and `or` the greatest (Kleene's
/// logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    False,
    Unknown,
    True,
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

/// What a test says of all rows: each answer with the row after its last. Neighbours differ.
#[derive(Debug, Clone, Default, PartialEq)]
struct Pieces(Vec<(Truth, u32)>);

impl Pieces {
    /// The same of all rows.
    fn all(truth: Truth, rows: u32) -> Self {
        let mut pieces = Self::default();
        if rows > 0 {
            pieces.push(truth, rows);
        }
        pieces
    }

    fn push(&mut self, truth: Truth, end: u32) {
        match self.0.last_mut() {
            Some(last) if last.0 == truth => last.1 = end,
            _ => self.0.push((truth, end)),
        }
    }

    fn is(&self, truth: Truth) -> bool {
        self.0.iter().all(|piece| piece.0 == truth)
    }

    fn of_steps(steps: &Steps, truth: impl Fn(f64) -> Truth) -> Self {
        let mut pieces = Self::default();
        for (value, end) in steps.iter() {
            pieces.push(truth(value), end);
        }
        pieces
    }

    fn compared(steps: &Steps, holds: impl Fn(f64) -> bool) -> Self {
        Self::of_steps(steps, |value| match value.is_nan() {
            true => Truth::Unknown,
            false => Truth::of(holds(value)),
        })
    }

    /// Row by row what `both` makes of two answers.
    fn merged(&self, other: &Self, both: impl Fn(Truth, Truth) -> Truth) -> Self {
        let mut pieces = Self::default();
        let ends = |pieces: &Self| pieces.0.clone().into_iter();
        merge(ends(self), ends(other), |a, b, end| {
            pieces.push(both(a, b), end);
        });
        pieces
    }
}

/// Walks over two lists of values with the row after each.
fn merge<T: Copy>(
    mut a: impl Iterator<Item = (T, u32)>,
    mut b: impl Iterator<Item = (T, u32)>,
    mut each: impl FnMut(T, T, u32),
) {
    let (mut left, mut right) = (a.next(), b.next());
    while let (Some((x, x_end)), Some((y, y_end))) = (left, right) {
        each(x, y, x_end.min(y_end));
        if x_end <= y_end {
            left = a.next();
        }
        if y_end <= x_end {
            right = b.next();
        }
    }
}

/// The rows in which `test` holds; `columns` are the names of its slots.
pub(super) fn matching(
    test: &Test,
    columns: &[String],
    cells: &mut impl Cells,
) -> Result<Vec<Range<u32>>> {
    let pieces = evaluate(test, columns, cells)?;
    let mut start = 0;
    let ranges = pieces.0.into_iter().filter_map(|(truth, end)| {
        let range = start..end;
        start = end;
        (truth == Truth::True).then_some(range)
    });
    Ok(ranges.collect())
}

fn evaluate(test: &Test, columns: &[String], cells: &mut impl Cells) -> Result<Pieces> {
    let rows = cells.rows();
    let name = |slot: &usize| columns.get(*slot).map_or("", String::as_str);
    let all = |truth: Truth| Ok(Pieces::all(truth, rows));
    match test {
        Test::Number(slot, relation, number) => {
            let Some(steps) = cells.steps(name(slot))? else {
                return all(Truth::Unknown);
            };
            let number = *number;
            if number.is_nan() {
                return all(Truth::Unknown);
            }
            // The relation outside of the loop.
            Ok(match relation {
                Relation::Less => Pieces::compared(steps, |v| v < number),
                Relation::AtMost => Pieces::compared(steps, |v| v <= number),
                Relation::More => Pieces::compared(steps, |v| v > number),
                Relation::AtLeast => Pieces::compared(steps, |v| v >= number),
                Relation::Equal => Pieces::compared(steps, |v| v == number),
                Relation::Unequal => Pieces::compared(steps, |v| v != number),
            })
        }
        Test::Time(_, relation, us) => {
            let mut pieces = Pieces::default();
            for (time, end) in cells.times()?.iter().zip(1..) {
                pieces.push(Truth::of(relation.holds(time.cmp(us))), end);
            }
            Ok(pieces)
        }
        Test::Fields(a, relation, b) if name(a) == TIME || name(b) == TIME => {
            // A time has no order among numbers.
            let same = name(a) == name(b);
            all(match same {
                true => Truth::of(relation.holds(std::cmp::Ordering::Equal)),
                false => Truth::Unknown,
            })
        }
        Test::Fields(a, relation, b) => {
            let Some(first) = cells.steps(name(a))?.cloned() else {
                return all(Truth::Unknown);
            };
            let Some(second) = cells.steps(name(b))? else {
                return all(Truth::Unknown);
            };
            let mut pieces = Pieces::default();
            merge(first.iter(), second.iter(), |a, b, end| {
                let order = a.partial_cmp(&b);
                let truth = order.map_or(Truth::Unknown, |o| Truth::of(relation.holds(o)));
                pieces.push(truth, end);
            });
            Ok(pieces)
        }
        Test::Null(slot) if name(slot) == TIME => all(Truth::False),
        Test::Null(slot) => match cells.steps(name(slot))? {
            Some(steps) => Ok(Pieces::of_steps(steps, |v| Truth::of(v.is_nan()))),
            // What is not there has no cells to ask about.
            None => all(Truth::Unknown),
        },
        Test::Not(test) => {
            let mut pieces = evaluate(test, columns, cells)?;
            pieces
                .0
                .iter_mut()
                .for_each(|piece| piece.0 = piece.0.not());
            Ok(pieces)
        }
        Test::All(tests) => fold(tests, columns, cells, (Truth::True, Truth::min)),
        Test::Any(tests) => fold(tests, columns, cells, (Truth::False, Truth::max)),
        // Of texts, of which a table has none.
        Test::Word(_) => all(Truth::False),
        Test::Contains(..)
        | Test::Is(..)
        | Test::IsAnyCase(..)
        | Test::Decimal(..)
        | Test::PartOfId(..)
        | Test::Id(..) => all(Truth::Unknown),
    }
}

/// All tests, one after the other until none can change anything.
fn fold(
    tests: &[Test],
    columns: &[String],
    cells: &mut impl Cells,
    (neutral, both): (Truth, fn(Truth, Truth) -> Truth),
) -> Result<Pieces> {
    let mut found = Pieces::all(neutral, cells.rows());
    for test in tests {
        if found.is(neutral.not()) {
            break;
        }
        let pieces = evaluate(test, columns, cells)?;
        found = found.merged(&pieces, both);
    }
    Ok(found)
}
