//! The words of a condition.

use super::Relation;
use crate::mistake::Mistake;

/// One word, and at which character it begins, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub at: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A column or one of `and or not is null`.
    Word(String),
    /// What begins as a number does: a number or a time.
    Value(String),
    /// In quotes: a column or a time.
    Quoted(String),
    Relation(Relation),
    Open,
    Close,
}

impl Kind {
    /// As it was typed, for messages.
    pub fn text(&self) -> String {
        match self {
            Self::Word(text) | Self::Value(text) | Self::Quoted(text) => text.clone(),
            Self::Relation(relation) => relation.text().into(),
            Self::Open => "(".into(),
            Self::Close => ")".into(),
        }
    }

    /// Whether it is this word, in any case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }
}

impl Relation {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
            Self::Unequal => "!=",
        }
    }
}

/// Parts `text` into words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Mistake> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut i = 0;
    while let Some(c) = chars.get(i).copied() {
        let from = i;
        i += 1;
        let next = chars.get(i).copied();
        let take = |i: &mut usize, goes_on: fn(char) -> bool| {
            while chars.get(*i).copied().is_some_and(goes_on) {
                *i += 1;
            }
            chars.get(from..*i).unwrap_or_default().iter().collect()
        };
        let kind = match (c, next) {
            (c, _) if c.is_whitespace() => continue,
            ('(', _) => Kind::Open,
            (')', _) => Kind::Close,
            ('<', Some('=')) => long(&mut i, Relation::AtMost),
            ('>', Some('=')) => long(&mut i, Relation::AtLeast),
            ('!', Some('=')) | ('<', Some('>')) => long(&mut i, Relation::Unequal),
            ('=', Some('=')) => long(&mut i, Relation::Equal),
            ('<', _) => Kind::Relation(Relation::Less),
            ('>', _) => Kind::Relation(Relation::More),
            ('=', _) => Kind::Relation(Relation::Equal),
            ('≤', _) => Kind::Relation(Relation::AtMost),
            ('≥', _) => Kind::Relation(Relation::AtLeast),
            ('≠', _) => Kind::Relation(Relation::Unequal),
            ('"' | '\'', _) => {
                let rest = chars.get(i..).unwrap_or_default();
                let end = rest.iter().position(|r| *r == c).ok_or_else(|| {
                    let at = from + 1;
                    Mistake::at(
                        at,
                        format!("the text that begins at character {at} has no end"),
                    )
                })?;
                i += end + 1;
                Kind::Quoted(rest.get(..end).unwrap_or_default().iter().collect())
            }
            // The screen writes a minus as `−`, and it is copied from there.
            ('0'..='9' | '.' | '+' | '-' | '−', _) => Kind::Value(take(&mut i, |c| {
                c.is_ascii_alphanumeric() || ":.,+-−_".contains(c)
            })),
            (c, _) if c.is_alphabetic() || c == '_' => {
                Kind::Word(take(&mut i, |c| c.is_alphanumeric() || "_.".contains(c)))
            }
            (c, _) => {
                let at = from + 1;
                let told = format!(
                    "`{c}` at character {at} means nothing here; write such as fz_1 < -1500 and \
                     v1 > 10"
                );
                return Err(Mistake::at(at, told));
            }
        };
        tokens.push(Token { at: from + 1, kind });
    }
    Ok(tokens)
}

fn long(i: &mut usize, relation: Relation) -> Kind {
    *i += 1;
    Kind::Relation(relation)
}
