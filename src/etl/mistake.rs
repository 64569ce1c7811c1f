//! What is wrong with a text that somebody typed, and where.

use std::fmt;

/// One sentence on what is wrong with a text, and the place that it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Characters before the place; `None`: the whole text is meant.
    pub at: Option<usize>,
    /// What is wrong.
    pub sentence: String,
}

impl Mistake {
    /// With `part`, a slice of `text`.
    pub(crate) fn around(text: &str, part: &str, sentence: String) -> Self {
        let bytes = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
        let before = bytes.and_then(|bytes| text.get(..bytes));
        Self {
            at: before.map(|before| before.chars().count()),
            sentence,
        }
    }

    /// At a character, counted from 1.
    pub(crate) fn at(character: usize, sentence: impl Into<String>) -> Self {
        Self {
            at: Some(character.saturating_sub(1)),
            sentence: sentence.into(),
        }
    }
}

impl From<String> for Mistake {
    fn from(sentence: String) -> Self {
        Self { at: None, sentence }
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
