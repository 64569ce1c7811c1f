//! What is wrong with a text that somebody typed, and where.

use std::fmt;

use super::text;

/// A longer sentence is cut: it quotes what was typed, or pasted, or came from a script.
const LONGEST: usize = 500;

/// One sentence on what is wrong with a text, and the place that it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Characters before the place; `None`: the whole text is meant.
    pub at: Option<usize>,
    /// What is wrong, as harmless text.
    pub sentence: String,
}

impl Mistake {
    /// With `part`, a slice of `text`.
    pub(crate) fn around(text: &str, part: &str, sentence: String) -> Self {
        let bytes = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
        let before = bytes.and_then(|bytes| text.get(..bytes));
        Self {
            at: before.map(|before| before.chars().count()),
            ..sentence.into()
        }
    }

    /// At a character, counted from 1.
    pub(crate) fn at(character: usize, sentence: impl Into<String>) -> Self {
        Self {
            at: Some(character.saturating_sub(1)),
            ..sentence.into().into()
        }
    }
}

impl From<String> for Mistake {
    fn from(sentence: String) -> Self {
        Self {
            at: None,
            sentence: text::quoted(&sentence, LONGEST),
        }
    }
}

impl From<&str> for Mistake {
    fn from(sentence: &str) -> Self {
        sentence.to_owned().into()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_quotes_steers_no_terminal_and_is_not_endless() {
        let typed = "\u{1b}[2J \u{202e}x";
        let mistakes = [
            Mistake::from(format!("`{typed}` is no time")),
            Mistake::at(3, format!("`{typed}` is no time")),
            Mistake::around(typed, &typed[5..], format!("`{typed}` is no time")),
        ];
        for mistake in mistakes {
            assert_eq!(mistake.sentence, "`\\u{1b}[2J \\u{202e}x` is no time");
        }
        let long = Mistake::from("x".repeat(1 << 20));
        assert_eq!(long.sentence.chars().count(), LONGEST + 1);
    }
}
