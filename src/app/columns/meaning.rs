//! Meanings of words, states and verdicts; a theme has a style for each.

use crate::etl::{
    catalog::LogState,
    lake::Disposition,
    quality::{Severity, Verdict},
};

/// The meaning of a cell, which gives it its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Meaning {
    /// Ordinary text.
    #[default]
    Text,
    /// What matters less.
    Muted,
    /// Small pictures in lines.
    Picture,
    /// Harvested, pass.
    Good,
    /// Suspect, partial, stale.
    Warning,
    /// Failed.
    Error,
    /// Work under way.
    Busy,
}

impl From<LogState> for Meaning {
    fn from(state: LogState) -> Self {
        match state {
            LogState::Harvesting | LogState::Queued | LogState::Writing => Self::Busy,
            LogState::Failed => Self::Error,
            LogState::Missing | LogState::Changed | LogState::Stale | LogState::Partial => {
                Self::Warning
            }
            LogState::Harvested => Self::Good,
            LogState::Duplicate | LogState::Pending => Self::Text,
        }
    }
}

impl From<Verdict> for Meaning {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::NotEvaluated => Self::Muted,
            Verdict::Pass => Self::Good,
            Verdict::Suspect => Self::Warning,
            Verdict::Fail => Self::Error,
        }
    }
}

impl From<Disposition> for Meaning {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Accept => Self::Good,
            Disposition::Review => Self::Warning,
            Disposition::Reject => Self::Error,
            Disposition::Clear => Self::Muted,
        }
    }
}

impl From<Severity> for Meaning {
    fn from(severity: Severity) -> Self {
        Verdict::from(severity).into()
    }
}

/// A sign for a state; its word always stands beside it.
pub fn glyph(state: LogState) -> char {
    match state {
        LogState::Harvesting => '◐',
        LogState::Queued => '◌',
        LogState::Missing => '⌀',
        LogState::Writing => '…',
        LogState::Changed => '≠',
        LogState::Failed => '✗',
        LogState::Stale => '↻',
        LogState::Partial => '◒',
        LogState::Duplicate => '=',
        LogState::Harvested => '●',
        LogState::Pending => '○',
    }
}

/// A verdict as a word with its glyph; what was not evaluated has none.
pub fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotEvaluated => "not evaluated",
        Verdict::Pass => "✓ pass",
        Verdict::Suspect => "! suspect",
        Verdict::Fail => "✗ fail",
    }
}
