//! Evaluates a condition over the rows of a table, column by column: where a column repeats a
//! cell, all its rows are decided at once.

use std::ops::Range;

use super::{
    Bounds, Relation, Steps, TIME,
    bounds::{Results, results},
    test::Test,
};
use crate::Result;

/// The cells that a condition reads, in rows from 0 on.
pub trait Cells {
    /// How many rows there are.
    fn rows(&self) -> u32;

    /// What is known of a column without reading it.
    fn bounds(&self, _column: &str) -> Bounds {
        Bounds::Unknown
    }

    /// As [`Cells::steps`] for whom only asks where a channel is null: any number may stand where it
    /// is not.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn presence(&mut self, channel: &str) -> Result<Option<&Steps>> {
        self.steps(channel)
    }

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

    /// The only one of these results.
    fn only(results: Results) -> Option<Self> {
        match (results.holds, results.fails, results.unknown) {
            (true, false, false) => Some(Self::True),
            (false, true, false) => Some(Self::False),
            (false, false, true) => Some(Self::Unknown),
            _ => None,
        }
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
        let mut last = (Truth::Unknown, 0);
        for (value, end) in steps.iter() {
            let truth = truth(value);
            if truth != last.0 && last.1 > 0 {
                pieces.0.push(last);
            }
            last = (truth, end);
        }
        pieces.0.extend((last.1 > 0).then_some(last));
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
    let bounds: Vec<Bounds> = columns.iter().map(|name| cells.bounds(name)).collect();
    let pieces = evaluate(test, (columns, &bounds), cells)?;
    let mut start = 0;
    let ranges = pieces.0.into_iter().filter_map(|(truth, end)| {
        let range = start..end;
        start = end;
        (truth == Truth::True).then_some(range)
    });
    Ok(ranges.collect())
}

/// The names of the columns and what is known of them without reading, by slot.
type Columns<'a> = (&'a [String], &'a [Bounds]);

fn evaluate(test: &Test, columns: Columns<'_>, cells: &mut impl Cells) -> Result<Pieces> {
    let rows = cells.rows();
    let name = |slot: &usize| columns.0.get(*slot).map_or("", String::as_str);
    let all = |truth: Truth| Ok(Pieces::all(truth, rows));
    let possible = results(test, columns.1);
    if let Some(truth) = Truth::only(possible) {
        return all(truth);
    }
    match test {
        // All values give the same answer.
        Test::Number(slot, ..) if possible.holds != possible.fails => {
            let Some(steps) = cells.presence(name(slot))? else {
                return all(Truth::Unknown);
            };
            Ok(Pieces::compared(steps, |_| possible.holds))
        }
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
        Test::Null(slot) => match cells.presence(name(slot))? {
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
    columns: Columns<'_>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Condition;

    /// Four rows: `a` lies in 10..20 without nulls, `b` in 15..30 with one, `n` is null.
    #[derive(Default)]
    struct Known {
        steps: Steps,
        read: Vec<String>,
    }

    impl Cells for Known {
        fn rows(&self) -> u32 {
            4
        }

        fn bounds(&self, column: &str) -> Bounds {
            match column {
                "a" => Bounds::numbers(10.0, 20.0, false),
                "b" => Bounds::numbers(15.0, 30.0, true),
                _ => Bounds::Numbers {
                    range: None,
                    nulls: true,
                },
            }
        }

        fn presence(&mut self, channel: &str) -> Result<Option<&Steps>> {
            self.read.push(format!("presence of {channel}"));
            self.steps = Steps::of(&[1.0, 1.0, f64::NAN, 1.0]);
            Ok(Some(&self.steps))
        }

        fn steps(&mut self, channel: &str) -> Result<Option<&Steps>> {
            self.read.push(channel.to_owned());
            self.steps = Steps::of(match channel {
                "a" => &[10.0, 20.0, 12.0, 12.0],
                _ => &[15.0, 30.0, f64::NAN, 15.0],
            });
            Ok(Some(&self.steps))
        }

        fn times(&mut self) -> Result<&[i64]> {
            Ok(&[])
        }
    }

    #[test]
    fn what_bounds_decide_is_not_read() {
        let names = ["a", "b", "n"].map(str::to_owned);
        let all = [0, 1, 2, 3];
        for (text, rows, read) in [
            ("a > 5", &all[..], &[] as &[&str]),
            ("a < 5", &[], &[]),
            ("not a >= 10", &[], &[]),
            ("n < 3 or a > 5", &all, &[]),
            ("n is null", &all, &[]),
            ("a < n", &[], &[]),
            ("b > 5", &[0, 1, 3], &["presence of b"]),
            ("not b < 5", &[0, 1, 3], &["presence of b"]),
            ("not b > 5", &[], &["presence of b"]),
            ("b is null", &[2], &["presence of b"]),
            ("a < 11 and b > 5", &[0], &["a", "presence of b"]),
            ("a < 11 or b > 29", &[0, 1], &["a", "b"]),
            ("a < 40 and b < 16", &[0, 3], &["b"]),
        ] {
            let condition = Condition::parse(text, &names, 0).unwrap();
            let mut cells = Known::default();
            let found = condition.matching(&mut cells).unwrap();
            let found: Vec<u32> = found.into_iter().flatten().collect();
            assert_eq!(found, rows, "{text}");
            assert_eq!(cells.read, read, "{text}");
        }
    }
}
