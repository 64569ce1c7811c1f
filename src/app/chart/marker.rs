//! What lines are drawn with.

use serde::{Deserialize, Serialize};

/// What lines are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Marker {
    /// Two by four dots a character.
    #[default]
    Braille,
    /// Half blocks, for fonts without braille.
    Block,
    /// One dot a character, for fonts with hardly anything.
    Dot,
}

impl Marker {
    /// Dots in one character: across and down.
    pub fn dots(self) -> (usize, usize) {
        match self {
            Self::Braille => (2, 4),
            Self::Block => (1, 2),
            Self::Dot => (1, 1),
        }
    }

    /// The next coarser one; after the coarsest the finest.
    pub fn next(self) -> Self {
        match self {
            Self::Braille => Self::Block,
            Self::Block => Self::Dot,
            Self::Dot => Self::Braille,
        }
    }
}
