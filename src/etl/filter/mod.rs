//! Filters as an operator types them, one language ([`crate::expression`]) for the lists of the
//! browser, `--filter` and `--where`; `docs/filters.md` describes it.
//!
//! * [`Filtered`], [`RowField`], [`Kind`]: the typed fields of a row.
//! * [`Filter`]: a compiled filter over rows of a list.
//! * [`complete`]: what a filter that is being typed can go on with.

mod complete;
mod field;
mod machines;
mod rows;
mod words;

pub use complete::{Completion, complete, complete_columns};
pub use field::{FieldRef, Get, RowField, field};

pub use super::expression::{
    Bounds, Condition, Expr, Kind, Quote, Relation, Text, Unit, Value, contains, parse, quote_name,
    quote_value,
};

use std::{fmt, sync::Arc};

use super::{
    expression::{Scope, Source, Test, compile},
    natural_order::compare_names,
    parse_error::ParseError,
    position::Origin,
    text, time,
};

/// A row that filters can be applied to.
pub trait Filtered: Sized + 'static {
    /// Every field that a filter may name: the list's columns and its JSON keys.
    const FIELDS: &'static [RowField<Self>];

    /// Whether the row contains `text`, which is in lower case: what a search looks for.
    fn contains(&self, text: &str) -> bool;

    /// The robots that a field for each robot may be of; `None` where no field is.
    fn robots(_rows: &[Self]) -> Option<Vec<String>> {
        None
    }

    /// Whether a word of a filter stands somewhere in the row; it is in lower case.
    fn mentions(&self, word: &str) -> bool {
        self.contains(word)
    }

    /// Whether a word of its closed sets, such as its state or verdict, contains `text`, which is in
    /// lower case. Searches and the words of filters find these, too.
    fn has_word(&self, text: &str) -> bool {
        Self::FIELDS
            .iter()
            .any(|field| match (&field.kind, &field.get) {
                (Kind::Word(_), Get::Row(get)) => {
                    matches!(get(self), Value::Word { word, .. } if contains(word, text))
                }
                _ => false,
            })
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
    fields: Vec<FieldRef<R>>,
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
            fields: Vec::new(),
            now_us,
        };
        let test = compile(&expr, &mut scope)?;
        let fields = scope.fields;
        Ok(Self {
            text: text.trim().into(),
            compiled: Some(Arc::new(Compiled { test, fields })),
        })
    }

    /// What is wrong with a filter of these rows: it names a robot that none of them has, nor the
    /// profile, whose robots are `of_profile`.
    ///
    /// # Errors
    /// One sentence that quotes the field and lists the robots.
    pub fn check_robots<'a>(
        &self,
        rows: &[R],
        of_profile: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        let fields = self.compiled.iter().flat_map(|compiled| &compiled.fields);
        let mut named = fields.filter_map(FieldRef::of_robot).peekable();
        if named.peek().is_none() || rows.is_empty() {
            return Ok(());
        }
        let Some(mut robots) = R::robots(rows) else {
            return Ok(());
        };
        robots.extend(of_profile.map(str::to_owned));
        robots.sort_by(|a, b| compare_names(a, b));
        robots.dedup();
        match named.find(|(_, robot)| !robots.iter().any(|known| known == robot)) {
            None => Ok(()),
            Some((field, robot)) => Err(format!(
                "unknown field {}: there is no robot {}, neither in these runs nor in the profile; robots are {}",
                text::quoted(field, 60),
                text::quoted(robot, 60),
                text::quoted(&robots.join(", "), 200)
            )),
        }
    }

    /// Whether a row passes.
    pub fn passes(&self, row: &R) -> bool {
        self.compiled.as_ref().is_none_or(|compiled| {
            let fields = &compiled.fields;
            compiled.test.holds(&RowSource { row, fields }) == Some(true)
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
    fields: Vec<FieldRef<R>>,
    now_us: i64,
}

impl<R: Filtered> Scope for RowScope<R> {
    fn resolve(&mut self, name: &str) -> Option<(usize, Kind)> {
        let found = field::<R>(name)?;
        let slot = self.fields.iter().position(|known| known.is(&found));
        let slot = slot.unwrap_or(self.fields.len());
        let kind = found.kind();
        if slot == self.fields.len() {
            self.fields.push(found);
        }
        Some((slot, kind))
    }

    fn names(&self) -> Vec<Vec<String>> {
        R::FIELDS.iter().map(RowField::shown_names).collect()
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
    fields: &'a [FieldRef<R>],
}

impl<R: Filtered> Source for RowSource<'_, R> {
    fn value(&self, slot: usize) -> Value<'_> {
        let field = self.fields.get(slot);
        field.map_or(Value::Null, |field| field.value(self.row))
    }

    fn mentions(&self, word: &str) -> bool {
        self.row.mentions(word) || self.row.has_word(word)
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

#[cfg(test)]
mod tests;
