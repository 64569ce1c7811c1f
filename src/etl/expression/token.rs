//! Splits the text of a filter into tokens.

use super::{Relation, expr::Quote, parse::QUOTED};
use crate::{parse_error::ParseError, position, text};

/// One token, and at which character it begins, counted from 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub at: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A word, a name, a number, a time, or one of `and or not is null` without quotes.
    Text(String, Quote),
    /// A name with the colon that follows it.
    Field(String, Quote),
    Relation(Relation),
    Open,
    Close,
}

impl Kind {
    /// As it was typed, for messages.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text, _) => text.clone(),
            Self::Field(name, _) => format!("{name}:"),
            Self::Relation(relation) => relation.text().into(),
            Self::Open => "(".into(),
            Self::Close => ")".into(),
        }
    }

    /// Whether it is this keyword, in any case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Text(text, Quote::None) if text.eq_ignore_ascii_case(word))
    }
}

/// Units that may stand apart from their number, as screens write them.
const UNITS_APART: [&str; 13] = [
    "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "ms", "min", "mm", "kN",
];

/// Tokens of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
    };
    let mut tokens: Vec<Token> = Vec::new();
    while let Some(c) = lexer.peek(0) {
        if c.is_whitespace() {
            lexer.at += 1;
            continue;
        }
        let at = lexer.at;
        let value = matches!(
            tokens.last().map(|t| &t.kind),
            Some(Kind::Field(..) | Kind::Relation(_))
        );
        let kind = match c {
            '(' => lexer.single(Kind::Open),
            ')' => lexer.single(Kind::Close),
            '"' | '\'' => lexer.quoted(c, value)?,
            _ if lexer.begins_relation() => lexer.relation()?,
            _ => lexer.bare(value)?,
        };
        tokens.push(Token { at, kind });
    }
    Ok(tokens)
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn slice(&self, from: usize, to: usize) -> String {
        self.chars
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .collect()
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    /// Whether an operator begins here; a `!` alone belongs to a word.
    fn begins_relation(&self) -> bool {
        match self.peek(0) {
            Some('!') => self.peek(1).is_some_and(is_relation),
            Some(c) => is_relation(c),
            None => false,
        }
    }

    fn relation(&mut self) -> Result<Kind, ParseError> {
        let from = self.at;
        while self
            .peek(0)
            .is_some_and(|c| is_relation(c) || matches!(c, '!' | '~'))
        {
            self.at += 1;
        }
        let text = self.slice(from, self.at);
        Relation::read(&text)
            .map(Kind::Relation)
            .ok_or_else(|| unknown_operator(&text, from))
    }

    /// A quote within is written twice.
    fn quoted(&mut self, quote: char, value: bool) -> Result<Kind, ParseError> {
        let from = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek(0) {
                Some(c) if c == quote && self.peek(1) == Some(quote) => {
                    text.push(c);
                    self.at += 2;
                }
                Some(c) if c == quote => break,
                Some(c) => {
                    text.push(c);
                    self.at += 1;
                }
                None => {
                    return Err(ParseError::at(
                        from,
                        format!(
                            "the quote at character {} is not closed: end the text with {quote}",
                            from + 1
                        ),
                    ));
                }
            }
        }
        self.at += 1;
        let style = if quote == '"' {
            Quote::Double
        } else {
            Quote::Single
        };
        if !value && style == Quote::Double && self.peek(0) == Some(':') {
            self.at += 1;
            return Ok(Kind::Field(text, style));
        }
        Ok(Kind::Text(text, style))
    }

    /// Text without quotes; `value`: after an operator, where colons belong to times.
    fn bare(&mut self, value: bool) -> Result<Kind, ParseError> {
        let from = self.at;
        while let Some(c) = self.peek(0) {
            if ends_bare(c) || self.begins_relation() {
                break;
            }
            if c == ':' && !value && is_name(&self.slice(from, self.at)) {
                let name = self.slice(from, self.at);
                self.at += 1;
                return Ok(Kind::Field(name, Quote::None));
            }
            self.at += 1;
        }
        if value {
            self.join_value(from);
        }
        let text = self.slice(from, self.at);
        if is_symbols(&text) {
            return Err(unknown_operator(&text, from));
        }
        Ok(Kind::Text(text, Quote::None))
    }

    /// `2022-11-23 20:40` and `5 MB` are one value each.
    fn join_value(&mut self, from: usize) {
        let first = self.slice(from, self.at);
        let blanks = self.chars.get(self.at..).unwrap_or_default();
        let gap = blanks.iter().take_while(|c| c.is_whitespace()).count();
        let start = self.at + gap;
        let rest = self.chars.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|c| !ends_bare(**c) && !is_relation(**c))
            .count();
        let next = self.slice(start, start + length);
        let number = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok()
        };
        let joined = position::is_date(&first) && position::is_clock(&next)
            || UNITS_APART.contains(&next.as_str()) && number(&first);
        if gap > 0 && joined {
            self.at = start + length;
        }
    }
}

fn is_relation(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '≤' | '≥' | '≠')
}

fn ends_bare(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

/// Whether a colon after `text` makes it a field: keys of logs may hold colons too.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether `text` looks like an operator of another language: `&&`, `||`, `!`.
fn is_symbols(text: &str) -> bool {
    let bang = text
        .strip_prefix('!')
        .is_some_and(|rest| !rest.starts_with(char::is_numeric));
    bang || text.chars().all(|c| "&|~^*%?!;".contains(c))
}

/// Whether `text` without quotes is one token, that text; `value`: after an operator.
pub(super) fn is_bare(text: &str, value: bool) -> bool {
    let keyword = ["and", "or", "not", "is", "null"];
    !keyword.iter().any(|word| text.eq_ignore_ascii_case(word))
        && matches!(
            lexed(text, value),
            Some(Kind::Text(read, Quote::None)) if read == text
        )
}

/// The only token of `text`.
fn lexed(text: &str, value: bool) -> Option<Kind> {
    // An operator before it makes it a value.
    let typed = if value {
        format!("={text}")
    } else {
        text.to_owned()
    };
    let mut tokens = tokens(&typed).ok()?.into_iter().skip(usize::from(value));
    let first = tokens.next()?;
    tokens.next().is_none().then_some(first.kind)
}

/// `text` at a character, counted from 0, is no operator.
pub(super) fn unknown_operator(typed: &str, at: usize) -> ParseError {
    let meant = match typed {
        "=>" => ", did you mean >=?",
        "=<" => ", did you mean <=?",
        "===" | "=~" => ", did you mean ==?",
        "&" | "&&" => ", did you mean and?",
        "|" | "||" => ", did you mean or?",
        "!" => ", did you mean not?",
        "~" => ", did you mean `:`, which asks whether a text contains another?",
        bang if bang.starts_with('!')
            && !bang.starts_with("!!")
            && bang.len() > 1
            && !bang.starts_with("!=") =>
        {
            ", did you mean not?"
        }
        _ => ".",
    };
    operator_error(typed, at, meant)
}

/// As [`unknown_operator`], with what was meant instead.
pub(super) fn operator_error(typed: &str, at: usize, meant: &str) -> ParseError {
    ParseError::at(
        at,
        format!(
            "unknown operator `{}` at character {}{meant} The operators are < <= > >= == (=) != (<>) : \
             and or not, is null, is not null; put text that holds such characters in quotes",
            text::quoted(typed, QUOTED),
            at + 1
        ),
    )
}
