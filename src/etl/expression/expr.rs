//! What a filter says, before it is known which fields there are; written as text that
//! reads back as the same expression.

use std::fmt;

use super::token::is_bare;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// All hold; at least two.
    All(Vec<Self>),
    /// One holds; at least two.
    Any(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// `left < right`
    Compare(Text, Relation, Text),
    /// `field:text`
    Has(Text, Text),
    /// `field is null`
    Null(Text),
    /// A word that stands somewhere in the row.
    Word(Text),
}

/// A name or a value as it was typed.
#[derive(Debug, Clone)]
pub struct Text {
    /// At which character it begins, counted from 0; of no meaning when two are compared.
    pub at: usize,
    /// Without quotes.
    pub text: String,
    /// How it was quoted.
    pub quote: Quote,
}

/// How a text was quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// Not at all: a field where one is so called, else a value.
    None,
    /// `'…'`: always a value.
    Single,
    /// `"…"`: a field where one is so called, else a value.
    Double,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.quote == other.quote
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==` or `=`
    Equal,
    /// `!=` or `<>`
    Unequal,
}

impl Relation {
    /// All relations.
    pub const ALL: [Self; 6] = [
        Self::Less,
        Self::AtMost,
        Self::More,
        Self::AtLeast,
        Self::Equal,
        Self::Unequal,
    ];

    /// The operator.
    pub fn text(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        Some(match text {
            "<" => Self::Less,
            "<=" | "≤" => Self::AtMost,
            ">" => Self::More,
            ">=" | "≥" => Self::AtLeast,
            "=" | "==" => Self::Equal,
            "!=" | "<>" | "≠" => Self::Unequal,
            _ => return None,
        })
    }

    /// `a < b` is `b > a`.
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            same => same,
        }
    }

    /// `not a < b` is `a >= b`.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::More,
            Self::More => Self::AtMost,
            Self::AtLeast => Self::Less,
            Self::Equal => Self::Unequal,
            Self::Unequal => Self::Equal,
        }
    }

    /// Whether values that stand in this order fulfil it.
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
        }
    }
}

/// A field's name as a filter must have it: quoted where it holds other characters than
/// letters, digits and `_`.
pub fn quote_name(name: &str) -> String {
    let plain = is_bare(name, false) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain && !name.starts_with(char::is_numeric) {
        name.to_owned()
    } else {
        quoted(name, '"')
    }
}

/// A value as a filter must have it.
pub fn quote_value(value: &str) -> String {
    if is_bare(value, true) {
        value.to_owned()
    } else {
        quoted(value, '\'')
    }
}

fn quoted(text: &str, quote: char) -> String {
    let doubled = text.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quote {
            Quote::None => f.write_str(&self.text),
            Quote::Single => f.write_str(&quoted(&self.text, '\'')),
            Quote::Double => f.write_str(&quoted(&self.text, '"')),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
            Self::Not(part) => {
                f.write_str("not ")?;
                part.nested(f)
            }
            Self::Compare(left, relation, right) => {
                write!(f, "{left} {} {right}", relation.text())
            }
            Self::Has(field, value) => write!(f, "{field}:{value}"),
            Self::Null(field) => write!(f, "{field} is null"),
            Self::Word(word) => write!(f, "{word}"),
        }
    }
}

impl Expr {
    /// Every text in it that may be the name of a field, in order of appearance.
    pub fn possible_names(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        self.collect_texts(&mut texts);
        let names = texts.into_iter().filter(|t| t.quote != Quote::Single);
        names.map(|text| text.text.as_str()).collect()
    }

    fn collect_texts<'a>(&'a self, into: &mut Vec<&'a Text>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.collect_texts(into));
            }
            Self::Not(part) => part.collect_texts(into),
            Self::Compare(left, _, right) => into.extend([left, right]),
            Self::Has(text, _) | Self::Null(text) | Self::Word(text) => into.push(text),
        }
    }

    fn nested(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) | Self::Any(_) => write!(f, "({self})"),
            _ => write!(f, "{self}"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Expr], word: &str) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(word)?;
        }
        part.nested(f)?;
    }
    Ok(())
}
