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

/// The least key that no unknown value has, nor any of those few that share theirs.
const LEAST_KEY: u64 = 1;

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

    /// A number for a value: of two values of such a field that with the smaller number comes first.
    /// Lists sort by it, which takes little memory; see [`Kind::order_of_keys`].
    pub fn order_key(self, value: &Value<'_>) -> u64 {
        const SIGN: u64 = 1 << 63;
        match value {
            Value::Null | Value::Texts(_) => 0,
            Value::Number(number) => match number.to_bits() {
                // As `total_cmp` has it.
                negative @ SIGN.. => !negative,
                positive => positive | SIGN,
            },
            Value::Time(us) => us.cast_unsigned() ^ SIGN,
            Value::Word { rank, .. } => u64::from(*rank) + LEAST_KEY,
            Value::Id(run) => (run.0 >> u64::BITS) as u64,
            // Names have an order of their own.
            Value::Text(_) if matches!(self, Self::Name) => 0,
            Value::Text(text) => {
                let mut first = [0; 8];
                first
                    .iter_mut()
                    .zip(text.bytes())
                    .for_each(|(to, byte)| *to = byte);
                u64::from_be_bytes(first)
            }
        }
    }

    /// How two values with these keys are sorted; `None` where only [`Kind::order`] tells.
    pub fn order_of_keys(self, a: u64, b: u64) -> Option<Ordering> {
        let is_exact = matches!(
            self,
            Self::Number(_) | Self::Time | Self::Since | Self::Until | Self::Word(_)
        );
        (a != b || is_exact && a >= LEAST_KEY).then(|| a.cmp(&b))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::run_id::RunId;

    /// Kinds of fields, and values that they have.
    fn values() -> impl Strategy<Value = (Kind, Vec<Value<'static>>)> {
        fn some<T: std::fmt::Debug + Clone + 'static>(
            kind: Kind,
            values: impl Strategy<Value = T> + 'static,
            value: fn(T) -> Value<'static>,
        ) -> BoxedStrategy<(Kind, Vec<Value<'static>>)> {
            let values = prop::option::of(values).prop_map(move |v| v.map_or(Value::Null, value));
            let values = prop::collection::vec(values, 2..12);
            values.prop_map(move |values| (kind, values)).boxed()
        }
        let numbers = prop_oneof![any::<f64>(), -2.0..2.0, Just(0.0), Just(-0.0)];
        let text = prop_oneof!["[ab]{0,10}", any::<String>()];
        prop_oneof![
            some(Kind::Number(Unit::Count), numbers, Value::Number),
            some(
                Kind::Time,
                prop_oneof![any::<i64>(), -2..2_i64],
                Value::Time
            ),
            some(Kind::Text, text.clone(), |text| Value::Text(text.into())),
            some(Kind::Name, text, |text| Value::Text(text.into())),
            some(Kind::Id, any::<u128>(), |run| Value::Id(RunId(run))),
            some(Kind::Id, 0..3_u128, |run| Value::Id(RunId(run))),
            some(Kind::Word(Vec::new), 0..4_u8, |rank| Value::Word {
                rank,
                word: ""
            }),
        ]
    }

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_their_values((kind, values) in values()) {
            for (a, b) in values.iter().zip(values.iter().skip(1)) {
                let by_key = kind.order_of_keys(kind.order_key(a), kind.order_key(b));
                let order = kind.order(a, b);
                prop_assert_eq!(by_key.unwrap_or(order), order, "{:?} {:?}", a, b);
            }
        }
    }
}
