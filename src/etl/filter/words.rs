//! The closed sets of words of lists as values.

use super::Value;
use crate::{lake::Disposition, quality::Verdict, stats::RobotState};

impl Value<'_> {
    /// A verdict that may be unknown.
    pub fn verdict(verdict: Option<Verdict>) -> Self {
        let word = |v: Verdict| Self::Word {
            rank: v as u8,
            word: v.word(),
        };
        verdict.map_or(Self::Null, word)
    }

    /// A state of a robot that may be unknown.
    pub fn robot_state(state: Option<RobotState>) -> Self {
        let word = |s: RobotState| Self::Word {
            rank: s as u8,
            word: s.word(),
        };
        state.map_or(Self::Null, word)
    }

    /// What notes say of a run, if they do.
    pub fn disposition(disposition: Option<Disposition>) -> Self {
        let word = |d: Disposition| Self::Word {
            rank: d as u8,
            word: d.word(),
        };
        disposition.map_or(Self::Null, word)
    }
}
