//! Filters as an operator types them, one language for the lists of the browser, `--filter`
//! and `--where`; `docs/filters.md` describes it.
//!
//! * [`parse`]: text to [`Expr`], which is written as text again.
//! * [`Filtered`], [`Field`], [`Kind`]: the typed fields of a row.
//! * [`Filter`]: a compiled filter over rows of a list.
//! * [`Condition`]: a compiled filter over the rows of a run's table.
//!
//! Null is unknown, as in SQL: a comparison with it neither holds nor fails, and so does its
//! `not`; only `is null` asks for it.

mod compile;
mod expr;
mod literal;
mod machines;
mod parse;
mod rows;
mod samples;
mod suggest;
mod test;
mod token;

pub use expr::{Expr, Quote, Relation, Text, quote_name, quote_value};
pub use literal::Unit;
pub use machines::MachineFigures;
pub use parse::parse;
pub use samples::Condition;
pub use test::{Value, contains};

use std::{fmt, sync::Arc};

use super::{parse_error::ParseError, position::Origin, text, time};
use compile::{Scope, compile};
use test::{Source, Test};

/// A row that filters can be applied to.
pub trait Filtered: Sized + 'static {
    /// Every field that a filter may name: the list's columns and its JSON keys.
    const FIELDS: &'static [Field<Self>];

    /// Whether the row contains `text`, which is in lower case: what a search looks for.
    fn contains(&self, text: &str) -> bool;

    /// Whether a word of a filter stands somewhere in the row; it is in lower case.
    fn mentions(&self, word: &str) -> bool {
        self.contains(word)
    }
}

/// A field of a row.
#[derive(Debug)]
pub struct Field<R: 'static> {
    /// Its names in lower case with `_` for blanks, that of the column first.
    pub names: &'static [&'static str],
    /// What it holds.
    pub kind: Kind,
    /// Where its value is.
    pub get: Get<R>,
}

/// Where the value of a field is.
#[derive(Debug)]
pub enum Get<R: 'static> {
    /// In the row.
    Row(for<'a> fn(&'a R) -> Value<'a>),
    /// In the row, for each robot: the name of such a field ends with that of the robot, as
    /// `distance_1` does.
    Robot(for<'a> fn(&'a R, &str) -> Value<'a>),
}

impl<R> Field<R> {
    /// A field of a row.
    pub const fn new(
        names: &'static [&'static str],
        kind: Kind,
        get: for<'a> fn(&'a R) -> Value<'a>,
    ) -> Self {
        Self {
            names,
            kind,
            get: Get::Row(get),
        }
    }

    /// A field for each robot; its names end with `_`.
    pub const fn of_robots(
        names: &'static [&'static str],
        kind: Kind,
        get: for<'a> fn(&'a R, &str) -> Value<'a>,
    ) -> Self {
        Self {
            names,
            kind,
            get: Get::Robot(get),
        }
    }

    /// Whether it is called `name`, and of which robot it then is.
    fn called<'a>(&self, name: &'a str) -> Option<Option<&'a str>> {
        match self.get {
            Get::Row(_) => self
                .names
                .iter()
                .any(|known| is_named(known, name))
                .then_some(None),
            Get::Robot(_) => self.names.iter().find_map(|prefix| {
                let (head, robot) = name.split_at_checked(prefix.len())?;
                (is_named(prefix, head) && !robot.is_empty()).then_some(Some(robot))
            }),
        }
    }

    /// Its names as messages and documents give them.
    pub fn shown_names(&self) -> Vec<String> {
        let robot = if matches!(self.get, Get::Robot(_)) {
            "ROBOT"
        } else {
            ""
        };
        self.names
            .iter()
            .map(|name| format!("{name}{robot}"))
            .collect()
    }
}

/// Whether a name as it was typed is that of a field.
fn is_named(name: &str, typed: &str) -> bool {
    name.eq_ignore_ascii_case(&typed.replace(' ', "_"))
}

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

    fn compares_with(self, other: Self) -> bool {
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

/// A compiled filter over rows of a list. The empty one passes all.
pub struct Filter<R: 'static> {
    text: Arc<str>,
    compiled: Option<Arc<Compiled<R>>>,
}

/// A test, and the fields that it reads, by slot.
struct Compiled<R: 'static> {
    test: Test,
    columns: Vec<(&'static Field<R>, Option<String>)>,
}

impl<R: Filtered> Filter<R> {
    /// Parses a filter; a time of day is of today.
    ///
    /// # Errors
    /// One sentence that quotes what is wrong and lists what is allowed, and its position.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse_at(text, time::now())
    }

    /// As [`Filter::parse`] at a time, in microseconds since 1970.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn parse_at(text: &str, now_us: i64) -> Result<Self, ParseError> {
        let Some(expr) = parse(text)? else {
            return Ok(Self::default());
        };
        let mut scope = RowScope {
            columns: Vec::new(),
            now_us,
        };
        let test = compile(&expr, &mut scope)?;
        let columns = scope.columns;
        Ok(Self {
            text: text.trim().into(),
            compiled: Some(Arc::new(Compiled { test, columns })),
        })
    }

    /// Whether a row passes.
    pub fn passes(&self, row: &R) -> bool {
        self.compiled.as_ref().is_none_or(|compiled| {
            let columns = &compiled.columns;
            compiled.test.holds(&RowSource { row, columns }) == Some(true)
        })
    }
}

impl<R> Filter<R> {
    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it passes all rows.
    pub fn is_empty(&self) -> bool {
        self.compiled.is_none()
    }
}

struct RowScope<R: 'static> {
    columns: Vec<(&'static Field<R>, Option<String>)>,
    now_us: i64,
}

impl<R: Filtered> Scope for RowScope<R> {
    fn resolve(&mut self, name: &str) -> Option<(usize, Kind)> {
        let found = |field: &'static Field<R>| Some((field, field.called(name)?));
        let (field, robot) = R::FIELDS.iter().find_map(found)?;
        let same = |(known, of): &(&'static Field<R>, Option<String>)| {
            std::ptr::eq(*known, field) && of.as_deref() == robot
        };
        let slot = self.columns.iter().position(same).unwrap_or_else(|| {
            self.columns.push((field, robot.map(str::to_owned)));
            self.columns.len() - 1
        });
        Some((slot, field.kind))
    }

    fn names(&self) -> Vec<Vec<String>> {
        R::FIELDS.iter().map(Field::shown_names).collect()
    }

    fn noun(&self) -> &'static str {
        "field"
    }

    fn has_words(&self) -> bool {
        true
    }

    fn origin(&self) -> Origin {
        Origin::Now(self.now_us)
    }
}

struct RowSource<'a, R: 'static> {
    row: &'a R,
    columns: &'a [(&'static Field<R>, Option<String>)],
}

impl<R: Filtered> Source for RowSource<'_, R> {
    fn value(&self, slot: usize) -> Value<'_> {
        match self.columns.get(slot) {
            Some((field, robot)) => match field.get {
                Get::Row(get) => get(self.row),
                Get::Robot(get) => get(self.row, robot.as_deref().unwrap_or_default()),
            },
            None => Value::Null,
        }
    }

    fn mentions(&self, word: &str) -> bool {
        self.row.mentions(word)
    }
}

impl<R> Default for Filter<R> {
    fn default() -> Self {
        Self {
            text: "".into(),
            compiled: None,
        }
    }
}

impl<R> Clone for Filter<R> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            compiled: self.compiled.clone(),
        }
    }
}

impl<R> PartialEq for Filter<R> {
    fn eq(&self, other: &Self) -> bool {
        let test = |filter: &Self| {
            filter
                .compiled
                .as_ref()
                .map(|compiled| compiled.test.clone())
        };
        self.text == other.text && test(self) == test(other)
    }
}

impl<R> fmt::Debug for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.text).finish()
    }
}

/// `text` at a character, counted from 0, is no operator.
fn unknown_operator(typed: &str, at: usize) -> ParseError {
    let meant = match typed {
        "=>" => ", did you mean >=?",
        "=<" => ", did you mean <=?",
        "===" | "=~" => ", did you mean ==?",
        "&" | "&&" => ", did you mean and?",
        "|" | "||" => ", did you mean or?",
        "!" => ", did you mean not?",
        bang if bang.starts_with('!')
            && !bang.starts_with("!!")
            && bang.len() > 1
            && !bang.starts_with("!=") =>
        {
            ", did you mean not?"
        }
        _ => ".",
    };
    ParseError::at(
        at,
        format!(
            "unknown operator `{}` at character {}{meant} The operators are < <= > >= == (=) != (<>) : \
             and or not, is null, is not null; put text that holds such characters in quotes",
            text::quoted(typed, parse::QUOTED),
            at + 1
        ),
    )
}

#[cfg(test)]
mod tests;
