//! What a name in an expression stands for.

use std::cmp::Ordering;

use super::{Unit, Value};
use crate::natural_order::compare_names;

/// What a field holds, and so what it may be compared with.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text: `:` asks whether it contains, ignoring case; `==` whether it is the same.
    Text,
    /// The name of a cell, robot or channel: `:` is equality; `<` compares only numbers.
    Name,
    /// A word of a closed set.
    Word(fn() -> Vec<&'static str>),
    /// The id of a run: `:` asks for a part of it.
    Id,
    /// A number.
    Number(Unit),
    /// A time: `:` asks whether it lies in the day, minute or second.
    Time,
    /// A time; only `:`, which means at or after.
    Since,
    /// A time; only `:`, which means before.
    Until,
}

impl Kind {
    /// What such a value is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Name => "name",
            Self::Word(_) => "word",
            Self::Id => "run id",
            Self::Number(unit) => unit.forms().0,
            Self::Time | Self::Since | Self::Until => "time",
        }
    }

    /// How two values of such a field are sorted: a total order in which unknown comes first.
    pub fn order(self, a: &Value<'_>, b: &Value<'_>) -> Ordering {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
            (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Word { rank: a, .. }, Value::Word { rank: b, .. }) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) if matches!(self, Self::Name) => compare_names(a, b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Texts(a), Value::Texts(b)) => a.cmp(b),
            (Value::Id(a), Value::Id(b)) => a.cmp(b),
            // All known values of a field are of one variant.
            _ => (*a != Value::Null).cmp(&(*b != Value::Null)),
        }
    }

    pub(super) fn compares_with(self, other: Self) -> bool {
        use Kind::{Id, Name, Number, Text, Time, Word};
        matches!(
            (self, other),
            (Number(_), Number(_))
                | (Time, Time)
                | (Id, Id)
                | (Text | Name | Word(_), Text | Name | Word(_))
        )
    }
}
