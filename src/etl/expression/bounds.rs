//! Whether any row can pass, from the bounds of the columns alone: what must be read is what
//! these do not exclude.

use super::{Relation, test::Test};

/// What is known of a column in some rows without reading them. Bounds are never too narrow;
/// they may be too wide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    /// Nothing.
    Unknown,
    /// The table has no such column: no comparison with it holds, and it has no cells that
    /// `is null` could find.
    Absent,
    /// Numbers.
    Numbers {
        /// The smallest and the largest; `None`: every cell is null.
        range: Option<(f64, f64)>,
        /// Whether a cell may be null.
        nulls: bool,
    },
    /// Times in microseconds, none null: the first and the last.
    Times(i64, i64),
}

impl Bounds {
    /// Numbers from `min` to `max`; nothing is known when either is not a number.
    pub fn numbers(min: f64, max: f64, nulls: bool) -> Self {
        if min <= max {
            let range = Some((min, max));
            Self::Numbers { range, nulls }
        } else {
            Self::Unknown
        }
    }

    fn may_be_null(self) -> bool {
        match self {
            Self::Unknown | Self::Absent => true,
            Self::Numbers { range, nulls } => nulls || range.is_none(),
            Self::Times(..) => false,
        }
    }

    fn may_have_value(self) -> bool {
        !matches!(self, Self::Absent | Self::Numbers { range: None, .. })
    }
}

/// The results that a test may have in some rows: true, false, unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Results {
    pub holds: bool,
    pub fails: bool,
    pub unknown: bool,
}

const ANY: Results = Results {
    holds: true,
    fails: true,
    unknown: true,
};

/// Whether the test may hold in a row whose columns lie within `bounds`, by slot.
pub(super) fn may_hold(test: &Test, bounds: &[Bounds]) -> bool {
    results(test, bounds).holds
}

/// The results that the test may have in rows whose columns lie within `bounds`, by slot.
pub(super) fn results(test: &Test, bounds: &[Bounds]) -> Results {
    let of = |slot: &usize| bounds.get(*slot).copied().unwrap_or(Bounds::Unknown);
    match test {
        Test::Number(slot, relation, number) => match of(slot) {
            Bounds::Numbers {
                range: Some(range),
                nulls,
            } => compared(range, *relation, (*number, *number), nulls),
            bounds => unless_known(bounds),
        },
        Test::Time(slot, relation, us) => match of(slot) {
            Bounds::Times(first, last) => compared((first, last), *relation, (*us, *us), false),
            bounds => unless_known(bounds),
        },
        Test::Fields(a, relation, b) if a == b => {
            let bounds = of(a);
            let holds = relation.holds(std::cmp::Ordering::Equal);
            Results {
                holds: holds && bounds.may_have_value(),
                fails: !holds && bounds.may_have_value(),
                unknown: bounds.may_be_null(),
            }
        }
        Test::Fields(a, relation, b) => fields(of(a), *relation, of(b)),
        Test::Null(slot) => match of(slot) {
            Bounds::Absent => unless_known(Bounds::Absent),
            bounds => Results {
                holds: bounds.may_be_null(),
                fails: bounds.may_have_value(),
                unknown: false,
            },
        },
        Test::Not(test) => {
            let inner = results(test, bounds);
            Results {
                holds: inner.fails,
                fails: inner.holds,
                ..inner
            }
        }
        Test::All(tests) => all(tests.iter().map(|test| results(test, bounds))),
        Test::Any(tests) => {
            // By De Morgan.
            let not = |r: Results| Results {
                holds: r.fails,
                fails: r.holds,
                ..r
            };
            not(all(tests.iter().map(|test| not(results(test, bounds)))))
        }
        // Of texts nothing is known, and tables have none.
        Test::Contains(..)
        | Test::Is(..)
        | Test::IsAnyCase(..)
        | Test::Decimal(..)
        | Test::PartOfId(..)
        | Test::Id(..)
        | Test::Word(..) => ANY,
    }
}

/// One that fails decides; else one that is unknown leaves it so.
fn all(tests: impl Iterator<Item = Results>) -> Results {
    let mut all = Results {
        holds: true,
        fails: false,
        unknown: false,
    };
    let mut none_must_fail = true;
    for test in tests {
        all.holds &= test.holds;
        all.fails |= test.fails;
        all.unknown |= test.unknown;
        none_must_fail &= test.holds || test.unknown;
    }
    all.unknown &= none_must_fail;
    all
}

/// A comparison with a column that is not known to have values of its kind.
fn unless_known(bounds: Bounds) -> Results {
    let has_value = bounds.may_have_value();
    Results {
        holds: has_value,
        fails: has_value,
        unknown: true,
    }
}

fn fields(a: Bounds, relation: Relation, b: Bounds) -> Results {
    let nulls = a.may_be_null() || b.may_be_null();
    match (a, b) {
        (Bounds::Numbers { range: Some(a), .. }, Bounds::Numbers { range: Some(b), .. }) => {
            compared(a, relation, b, nulls)
        }
        (Bounds::Times(a, z), Bounds::Times(b, y)) => compared((a, z), relation, (b, y), nulls),
        (a, b) => {
            let both = a.may_have_value() && b.may_have_value();
            Results {
                holds: both,
                fails: both,
                unknown: true,
            }
        }
    }
}

/// Whether a value of one range may stand in a relation with a value of the other.
fn compared<T: PartialOrd + Copy>(
    a: (T, T),
    relation: Relation,
    b: (T, T),
    nulls: bool,
) -> Results {
    let less = a.0 < b.1;
    let more = a.1 > b.0;
    let equal = a.0 <= b.1 && b.0 <= a.1;
    let (holds, fails) = match relation {
        Relation::Less => (less, equal || more),
        Relation::AtMost => (less || equal, more),
        Relation::More => (more, equal || less),
        Relation::AtLeast => (more || equal, less),
        Relation::Equal => (equal, less || more),
        Relation::Unequal => (less || more, equal),
    };
    Results {
        holds,
        fails,
        unknown: nulls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Condition;

    const START: i64 = 1_669_236_000_000_000;

    /// Whether `text` may hold where `a` lies in 10..20 without nulls, `b` in 15..30 with nulls,
    /// `n` is always null, `gone` is no column, and the run lasts a minute.
    fn may(text: &str) -> bool {
        let known = ["a", "b", "n", "gone"].map(str::to_owned);
        let condition = Condition::parse(text, &known, START).unwrap();
        condition.may_hold(|name| match name {
            "a" => Bounds::numbers(10.0, 20.0, false),
            "b" => Bounds::numbers(15.0, 30.0, true),
            "n" => Bounds::Numbers {
                range: None,
                nulls: true,
            },
            "time" => Bounds::Times(START, START + 60_000_000),
            _ => Bounds::Absent,
        })
    }

    #[test]
    fn only_what_cannot_hold_is_excluded() {
        for text in [
            "a < 10.5",
            "a <= 10",
            "a >= 20",
            "a > 19.9",
            "a == 20",
            "a != 10",
            "10 < a",
            "not a < 20",
            "not (a > 12 or b is null)",
            "b is null",
            "b is not null",
            "a is not null",
            "a < b",
            "a > b",
            "a == b",
            "a == a",
            "a < 5 or b > 29",
            "a > 5 and b > 29",
            "n is null",
            "n is null or gone < 3",
            "gone < 3 or a > 12",
            "time > +59s",
            "time <= +0s",
            "not n < 3 or a > 12",
        ] {
            assert!(may(text), "{text}");
        }
        for text in [
            "a < 10",
            "a > 20",
            "a == 21",
            "a >= 20.1",
            "10 > a",
            "not a <= 20",
            "not a != 9",
            "a is null",
            "not a is not null",
            "a > 12 and b > 30",
            "a < 10 or b < 15",
            "n < 3",
            "not n < 3",
            "n == n",
            "n is not null",
            "a < n",
            "a != a",
            "gone < 3",
            "not gone < 3",
            "gone is null",
            "gone is not null",
            "gone == gone",
            "a > 12 and gone is null",
            "time > +1m",
            "time < +0s",
            "b < 0",
        ] {
            assert!(!may(text), "{text}");
        }
    }

    #[test]
    fn what_is_unknown_excludes_nothing() {
        let known = ["a".to_owned()];
        for text in ["a < 0", "a is null", "not a < 0", "a == a", "time > +1h"] {
            let condition = Condition::parse(text, &known, START).unwrap();
            assert!(condition.may_hold(|_| Bounds::Unknown), "{text}");
        }
        assert_eq!(Bounds::numbers(f64::NAN, 1.0, false), Bounds::Unknown);
    }
}
