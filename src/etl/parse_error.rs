//! What is wrong with a text that an operator typed, and where.

use std::fmt;

use super::text;

/// A longer sentence of unknown origin is cut: it may quote what was pasted.
const LONGEST: usize = 500;

/// One sentence on what is wrong with a text, and the position that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Characters before the position; `None`: the whole text is meant.
    pub at: Option<usize>,
    /// What is wrong, as harmless text.
    pub sentence: String,
}

impl ParseError {
    /// At a character, counted from 0. The sentence is kept whole, so that a list of what is
    /// allowed is never cut: it must quote what was typed by [`text::quoted`].
    pub(crate) fn at(character: usize, sentence: impl AsRef<str>) -> Self {
        Self {
            at: Some(character),
            sentence: text::visible(sentence.as_ref()),
        }
    }
}

impl From<String> for ParseError {
    fn from(sentence: String) -> Self {
        Self {
            at: None,
            sentence: text::quoted(&sentence, LONGEST),
        }
    }
}

impl From<&str> for ParseError {
    fn from(sentence: &str) -> Self {
        sentence.to_owned().into()
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_harmless_text() {
        let typed = "\u{1b}[2J \u{202e}x";
        for error in [
            ParseError::from(format!("`{typed}` is not a time")),
            ParseError::at(3, format!("`{typed}` is not a time")),
        ] {
            assert_eq!(error.sentence, "`\\u{1b}[2J \\u{202e}x` is not a time");
        }
        let long = ParseError::from("x".repeat(1 << 20));
        assert_eq!(long.sentence.chars().count(), LONGEST + 1);
    }
}
