//! Parses the text of a filter.

use super::{
    expr::{Expr, Quote, Text},
    token::{Kind, Token, tokens},
};
use crate::{parse_error::ParseError, text};

/// Deeper than an operator nests; pasted text may go further.
const DEPTH: usize = 50;
/// Characters of a quoted value in a message.
pub(super) const QUOTED: usize = 60;

/// Parses `text`; `None` for an empty one, which everything passes.
///
/// # Errors
/// What is wrong, and at which character.
pub fn parse(text: &str) -> Result<Option<Expr>, ParseError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        rest: tokens.into_iter(),
        end: text.chars().count(),
    };
    let expr = parser.any(0)?;
    match parser.rest.next() {
        Some(token) => Err(parser.expected("`and`, `or` or the end", Some(&token))),
        None => Ok(Some(expr)),
    }
}

struct Parser {
    rest: std::vec::IntoIter<Token>,
    /// Characters of the whole text.
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Kind> {
        self.rest.as_slice().first().map(|token| &token.kind)
    }

    /// Takes the next token if it is this keyword.
    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|kind| kind.is(word));
        if is {
            self.rest.next();
        }
        is
    }

    fn any(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let mut parts = vec![self.all(depth)?];
        while self.take("or") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    /// What stands without an operator between is joined by `and`.
    fn all(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let mut parts = vec![self.one(depth)?];
        loop {
            let ends = match self.peek() {
                None | Some(Kind::Close) => true,
                Some(kind) => kind.is("or"),
            };
            if ends {
                return Ok(one_or(parts, Expr::All));
            }
            self.take("and");
            parts.push(self.one(depth)?);
        }
    }

    fn one(&mut self, depth: usize) -> Result<Expr, ParseError> {
        if depth > DEPTH {
            return Err(format!("more than {DEPTH} parentheses are nested").into());
        }
        if self.take("not") {
            return Ok(Expr::Not(Box::new(self.one(depth + 1)?)));
        }
        let token = self.rest.next();
        match token {
            Some(Token {
                kind: Kind::Open, ..
            }) => {
                let expr = self.any(depth + 1)?;
                match self.rest.next() {
                    Some(token) if token.kind == Kind::Close => Ok(expr),
                    other => Err(self.expected("`)`, `and` or `or`", other.as_ref())),
                }
            }
            Some(Token {
                at,
                kind: Kind::Field(text, quote),
            }) => {
                let value = self.value("a value")?;
                Ok(Expr::Has(Text { at, text, quote }, value))
            }
            Some(Token {
                at,
                kind: Kind::Text(text, quote),
            }) if quote != Quote::None || !is_keyword(&text) => self.term(Text { at, text, quote }),
            other => Err(self.expected("a condition", other.as_ref())),
        }
    }

    /// A comparison, `is null`, or a word.
    fn term(&mut self, left: Text) -> Result<Expr, ParseError> {
        if let Some(Kind::Relation(relation)) = self.peek() {
            let relation = *relation;
            self.rest.next();
            let right = self.value("a value or a field")?;
            return Ok(Expr::Compare(left, relation, right));
        }
        if !self.take("is") {
            return Ok(Expr::Word(left));
        }
        let negated = self.take("not");
        if !self.take("null") {
            let next = self.rest.next();
            return Err(self.expected("`null` or `not null` after `is`", next.as_ref()));
        }
        let null = Expr::Null(left);
        Ok(if negated {
            Expr::Not(Box::new(null))
        } else {
            null
        })
    }

    fn value(&mut self, what: &str) -> Result<Text, ParseError> {
        match self.rest.next() {
            Some(Token {
                at,
                kind: Kind::Text(text, quote),
            }) if quote != Quote::None || !is_keyword(&text) => Ok(Text { at, text, quote }),
            other => Err(self.expected(what, other.as_ref())),
        }
    }

    fn expected(&self, what: &str, got: Option<&Token>) -> ParseError {
        match got {
            Some(Token { at, kind }) => {
                let got = text::quoted(&kind.text(), QUOTED);
                let sentence = format!("expected {what} at character {}, not `{got}`", at + 1);
                ParseError::at(*at, sentence)
            }
            None => {
                let sentence = format!("expected {what} at character {}, the end", self.end + 1);
                ParseError::at(self.end, sentence)
            }
        }
    }
}

fn is_keyword(text: &str) -> bool {
    ["and", "or", "not", "is", "null"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

fn one_or(mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            many(parts)
        }
    }
}
