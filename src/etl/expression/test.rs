//! Evaluates a compiled filter on one row.

use std::borrow::Cow;

use super::Relation;
use crate::{
    natural_order::compare_values,
    run_id::RunId,
    text::{is_same, searchable},
};

/// The value of one field of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Unknown: no comparison with it holds.
    Null,
    /// A number, in the field's unit.
    Number(f64),
    /// Microseconds since 1970.
    Time(i64),
    /// A text or a name.
    Text(Cow<'a, str>),
    /// A word of a closed set, and its place in the order of the set.
    Word {
        /// From 0 on.
        rank: u8,
        /// As filters, JSON and exports write it.
        word: &'static str,
    },
    /// Several texts: what holds for one of them holds.
    Texts(&'a [String]),
    /// A run.
    Id(RunId),
}

impl<'a> Value<'a> {
    /// A number that may be unknown; NaN is.
    pub fn number(number: Option<f64>) -> Self {
        match number {
            Some(number) if !number.is_nan() => Self::Number(number),
            _ => Self::Null,
        }
    }

    /// A count that may be unknown.
    pub fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Null, |n| Self::Number(n as f64))
    }

    /// A time in microseconds that may be unknown.
    pub fn time(us: Option<i64>) -> Self {
        us.map_or(Self::Null, Self::Time)
    }

    /// A text, a name or a word.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Word { word, .. } => Some(word),
            _ => None,
        }
    }

    /// A text that may be unknown.
    pub fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(Cow::Borrowed(text)))
    }
}

/// A row, as a compiled filter reads it.
pub(crate) trait Source {
    /// The value of the field in a slot: the fields that a filter names are numbered.
    fn value(&self, slot: usize) -> Value<'_>;
    /// Whether the row has the field at all: of one that it does not have, `is null` is unknown too.
    fn has(&self, _slot: usize) -> bool {
        true
    }
    /// Whether a word stands somewhere in the row; it is in lower case and composed.
    fn mentions(&self, word: &str) -> bool;
}

/// A compiled filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Number(usize, Relation, f64),
    Time(usize, Relation, i64),
    /// Contains this text, in lower case. Texts that were typed are composed, so that they match
    /// what was not.
    Contains(usize, String),
    /// Is this text.
    Is(usize, String),
    /// Is this text, which is in lower case, whatever the case.
    IsAnyCase(usize, String),
    /// A name, by its value as a decimal number.
    Decimal(usize, Relation, String),
    /// The id has such a part.
    PartOfId(usize, String),
    Id(usize, RunId),
    /// Two fields of one kind.
    Fields(usize, Relation, usize),
    Null(usize),
    Word(String),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Test {
    /// Whether it holds for a row; `None`: unknown.
    pub fn holds(&self, row: &impl Source) -> Option<bool> {
        match self {
            Self::Number(slot, relation, number) => match row.value(*slot) {
                Value::Number(value) => Some(relation.holds(value.partial_cmp(number)?)),
                _ => None,
            },
            Self::Time(slot, relation, us) => match row.value(*slot) {
                Value::Time(time) => Some(relation.holds(time.cmp(us))),
                _ => None,
            },
            Self::Contains(slot, part) => texts(&row.value(*slot), |text| contains(text, part)),
            Self::Is(slot, word) => texts(&row.value(*slot), |text| is_same(text, word)),
            Self::IsAnyCase(slot, word) => texts(&row.value(*slot), |text| {
                text == word || lower(text) == *word
            }),
            Self::Decimal(slot, relation, number) => match row.value(*slot) {
                Value::Text(name) => Some(relation.holds(compare_values(&name, number)?)),
                _ => None,
            },
            Self::PartOfId(slot, part) => match row.value(*slot) {
                Value::Id(run) => Some(run.matches(part)),
                _ => None,
            },
            Self::Id(slot, id) => match row.value(*slot) {
                Value::Id(run) => Some(run == *id),
                _ => None,
            },
            Self::Fields(a, relation, b) => {
                compare_fields(&row.value(*a), *relation, &row.value(*b))
            }
            Self::Null(slot) => row.has(*slot).then(|| row.value(*slot) == Value::Null),
            Self::Word(word) => Some(row.mentions(word)),
            Self::Not(test) => test.holds(row).map(|holds| !holds),
            Self::All(tests) => decide(tests, row, false),
            Self::Any(tests) => decide(tests, row, true),
        }
    }
}

impl Test {
    /// The relation that the first comparison with a field asks of it, as if the field stood on
    /// the left and without `not`; `None` where it is not compared.
    pub fn relation_of(&self, field: usize) -> Option<Relation> {
        match self {
            Self::Number(slot, relation, _) | Self::Time(slot, relation, _) => {
                (*slot == field).then_some(*relation)
            }
            Self::Fields(a, relation, _) if *a == field => Some(*relation),
            Self::Fields(_, relation, b) => (*b == field).then(|| relation.reversed()),
            Self::Not(test) => test.relation_of(field).map(Relation::negated),
            Self::All(tests) | Self::Any(tests) => {
                tests.iter().find_map(|test| test.relation_of(field))
            }
            _ => None,
        }
    }
}

impl Test {
    /// The number that the first comparison with a field names; `None` where there is none.
    pub fn number_of(&self, field: usize) -> Option<f64> {
        match self {
            Self::Number(slot, _, number) => (*slot == field).then_some(*number),
            Self::Not(test) => test.number_of(field),
            Self::All(tests) | Self::Any(tests) => {
                tests.iter().find_map(|test| test.number_of(field))
            }
            _ => None,
        }
    }
}

/// One test that gives `decisive` decides; else one that is unknown leaves it so.
fn decide(tests: &[Test], row: &impl Source, decisive: bool) -> Option<bool> {
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

fn texts(value: &Value<'_>, holds: impl Fn(&str) -> bool) -> Option<bool> {
    match value {
        Value::Text(text) => Some(holds(text)),
        Value::Word { word, .. } => Some(holds(word)),
        Value::Texts(all) => Some(all.iter().any(|text| holds(text))),
        _ => None,
    }
}

fn compare_fields(a: &Value<'_>, relation: Relation, b: &Value<'_>) -> Option<bool> {
    Some(match (a, b) {
        (Value::Number(a), Value::Number(b)) => relation.holds(a.partial_cmp(b)?),
        (Value::Time(a), Value::Time(b)) => relation.holds(a.cmp(b)),
        (Value::Id(a), Value::Id(b)) => relation.holds(a.cmp(b)),
        (a, b) => match (a.as_text()?, relation, b.as_text()?) {
            (a, Relation::Equal, b) => a == b,
            (a, Relation::Unequal, b) => a != b,
            // Of texts only names have an order, and of those only numbers.
            (a, relation, b) => relation.holds(compare_values(a, b)?),
        },
    })
}

/// Whether `text` contains `part`, which is in lower case and composed, whatever `text` is.
pub fn contains(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        // Without the allocation: this runs over every row at each key press.
        let (text, part) = (text.as_bytes(), part.as_bytes());
        let Some(first) = part.first() else {
            return true;
        };
        let begins = |window: &[u8]| {
            window
                .first()
                .is_some_and(|b| b.eq_ignore_ascii_case(first))
        };
        let mut windows = text.windows(part.len());
        return windows.any(|window| begins(window) && window.eq_ignore_ascii_case(part));
    }
    searchable(text).contains(part)
}

fn lower(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .any(|b| b.is_ascii_uppercase() || !b.is_ascii())
    {
        Cow::Owned(searchable(text))
    } else {
        Cow::Borrowed(text)
    }
}
