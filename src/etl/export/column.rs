//! Typed columns: what exports of lists, views and tables are made of.

use std::{borrow::Cow, ops::Range, sync::Arc};

use polars_arrow::{
    array::{BooleanArray, PrimitiveArray},
    datatypes::{ArrowDataType, Field},
};

use super::sink::push_number;
use crate::{
    expression::{Kind, Value},
    parquet::{Cells, texts, time_type},
    time,
};

/// What a column is called and holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its name or title.
    pub name: String,
    /// The type of its cells.
    pub kind: ColumnType,
    /// The unit of its cells; empty where they have none.
    pub unit: Cow<'static, str>,
    /// What it holds, in words; may be empty.
    pub description: Cow<'static, str>,
}

impl ColumnInfo {
    /// A column without a unit and a description.
    pub fn plain(name: impl Into<String>, kind: ColumnType) -> Self {
        Self {
            name: name.into(),
            kind,
            unit: Cow::Borrowed(""),
            description: Cow::Borrowed(""),
        }
    }

    /// With what it holds, in words.
    #[must_use]
    pub fn described(self, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            description: description.into(),
            ..self
        }
    }

    /// With the unit of its cells.
    #[must_use]
    pub fn measured_in(self, unit: impl Into<Cow<'static, str>>) -> Self {
        Self {
            unit: unit.into(),
            ..self
        }
    }

    /// As Arrow has it, without unit and description.
    pub(super) fn field(&self) -> Field {
        Field::new(self.name.as_str().into(), self.kind.data_type(), true)
    }
}

/// The type of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Words.
    Text,
    /// Whole numbers of 64 bits.
    Whole,
    /// Doubles.
    Number,
    /// Times to the microsecond, UTC.
    Time,
    /// Yes or no.
    Truth,
}

impl ColumnType {
    fn data_type(self) -> ArrowDataType {
        match self {
            Self::Text => ArrowDataType::Utf8View,
            Self::Whole => ArrowDataType::Int64,
            Self::Number => ArrowDataType::Float64,
            Self::Time => time_type(),
            Self::Truth => ArrowDataType::Boolean,
        }
    }
}

/// A column of a list, or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListColumn {
    /// Title, with the unit where there is one.
    pub title: String,
    /// What stands below it.
    pub values: Values,
}

/// Cells of one type; `None`: nothing known.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Words.
    Text(Vec<Option<String>>),
    /// The same word in every row.
    Same(Option<Arc<str>>),
    /// Words of a few: in each row the place of one.
    Among(Arc<[String]>, Vec<u32>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Numbers; `NaN`: nothing known.
    Number(Vec<f64>),
    /// Times in microseconds since 1970, UTC.
    Time(Vec<Option<i64>>),
    /// Yes or no.
    Truth(Vec<Option<bool>>),
}

impl Values {
    /// Values of fields of one kind.
    pub fn of<'a>(kind: Kind, values: impl Iterator<Item = Value<'a>>) -> Self {
        let whole = |value| match value {
            Value::Number(number) => Some(number as i64),
            _ => None,
        };
        let number = |value| match value {
            Value::Number(number) => number,
            _ => f64::NAN,
        };
        let time = |value| match value {
            Value::Time(us) => Some(us),
            _ => None,
        };
        let text = |value: Value<'a>| match value {
            Value::Id(run) => Some(run.to_string()),
            Value::Texts(texts) => Some(texts.join(", ")),
            value => value.as_text().map(str::to_owned),
        };
        match kind {
            Kind::Number(unit) if unit.is_whole() => Self::Whole(values.map(whole).collect()),
            Kind::Number(_) => Self::Number(values.map(number).collect()),
            Kind::Time | Kind::Since | Kind::Until => Self::Time(values.map(time).collect()),
            Kind::Text | Kind::Name | Kind::Word(_) | Kind::Id => {
                Self::Text(values.map(text).collect())
            }
        }
    }

    /// The cells of some rows; rows beyond the last are left out.
    pub fn part(&self, rows: Range<usize>) -> Self {
        fn of<V: Clone>(values: &[V], rows: Range<usize>) -> Vec<V> {
            values
                .iter()
                .skip(rows.start)
                .take(rows.len())
                .cloned()
                .collect()
        }
        match self {
            Self::Text(v) => Self::Text(of(v, rows)),
            Self::Same(v) => Self::Same(v.clone()),
            Self::Among(words, v) => {
                let part = v.iter().skip(rows.start).take(rows.len());
                Self::Among(words.clone(), part.copied().collect())
            }
            Self::Whole(v) => Self::Whole(of(v, rows)),
            Self::Number(v) => Self::Number(of(v, rows)),
            Self::Time(v) => Self::Time(of(v, rows)),
            Self::Truth(v) => Self::Truth(of(v, rows)),
        }
    }

    /// The type of the cells.
    pub fn kind(&self) -> ColumnType {
        match self {
            Self::Text(_) | Self::Same(_) | Self::Among(..) => ColumnType::Text,
            Self::Whole(_) => ColumnType::Whole,
            Self::Number(_) => ColumnType::Number,
            Self::Time(_) => ColumnType::Time,
            Self::Truth(_) => ColumnType::Truth,
        }
    }

    /// As Arrow has it: times with their zone, null for what is not known.
    pub(super) fn cells(&self, rows: usize) -> Cells {
        match self {
            Self::Text(v) => texts(v.iter().map(Option::as_deref)),
            Self::Same(v) => texts(std::iter::repeat_n(v.as_deref(), rows)),
            Self::Among(words, v) => texts(v.iter().map(|place| word(words, *place))),
            Self::Whole(v) => v.iter().collect::<PrimitiveArray<i64>>().boxed(),
            Self::Number(v) => {
                let known = v.iter().map(|v| (!v.is_nan()).then_some(*v));
                known.collect::<PrimitiveArray<f64>>().boxed()
            }
            Self::Time(v) => {
                let times: PrimitiveArray<i64> = v.iter().collect();
                times.to(time_type()).boxed()
            }
            Self::Truth(v) => v.iter().collect::<BooleanArray>().boxed(),
        }
    }

    /// The text of a cell in a CSV is pushed to `out`; nothing where it is not known.
    pub(super) fn push_csv(&self, row: usize, out: &mut String) {
        match self {
            Self::Text(v) => out.push_str(&cell(v, row).map_or(Cow::Borrowed(""), |t| guarded(t))),
            Self::Same(v) => out.push_str(&v.as_deref().map_or(Cow::Borrowed(""), guarded)),
            Self::Among(words, v) => {
                let word = v.get(row).and_then(|place| word(words, *place));
                out.push_str(&word.map_or(Cow::Borrowed(""), guarded));
            }
            Self::Number(v) => push_number(out, v.get(row).copied().unwrap_or(f64::NAN)),
            Self::Whole(v) => push_known(out, cell(v, row)),
            Self::Truth(v) => push_known(out, cell(v, row)),
            Self::Time(v) => push_known(out, cell(v, row).map(|t| time::format(*t))),
        }
    }

    /// The JSON of a cell is pushed to `out`.
    pub(super) fn push_json(&self, row: usize, out: &mut String) -> serde_json::Result<()> {
        let before = out.len();
        match self {
            Self::Text(v) => {
                if let Some(text) = cell(v, row) {
                    out.push_str(&serde_json::to_string(text)?);
                }
            }
            Self::Same(v) => {
                if let Some(text) = v {
                    out.push_str(&serde_json::to_string(&**text)?);
                }
            }
            Self::Among(words, v) => {
                if let Some(text) = v.get(row).and_then(|place| word(words, *place)) {
                    out.push_str(&serde_json::to_string(text)?);
                }
            }
            Self::Number(v) => {
                push_number(
                    out,
                    v.get(row)
                        .copied()
                        .filter(|n| n.is_finite())
                        .unwrap_or(f64::NAN),
                );
            }
            Self::Whole(v) => push_known(out, cell(v, row)),
            Self::Truth(v) => push_known(out, cell(v, row)),
            Self::Time(v) => {
                if let Some(t) = cell(v, row) {
                    out.push('"');
                    out.push_str(&time::format(*t));
                    out.push('"');
                }
            }
        }
        if out.len() == before {
            out.push_str("null");
        }
        Ok(())
    }
}

fn cell<V>(values: &[Option<V>], row: usize) -> Option<&V> {
    values.get(row)?.as_ref()
}

fn word(words: &[String], place: u32) -> Option<&str> {
    words.get(place as usize).map(String::as_str)
}

fn push_known(out: &mut String, known: Option<impl std::fmt::Display>) {
    use std::fmt::Write;
    if let Some(known) = known {
        // Writing to a string cannot fail.
        let _ = write!(out, "{known}");
    }
}

/// A text that no spreadsheet runs as a formula.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
