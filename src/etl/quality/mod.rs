//! Flags and verdicts: how far a channel, a run or a log can be trusted.
//!
//! The checks come with a pipeline version of their own; until then every list of
//! flags is empty and every verdict `not evaluated`, which is never `pass`.

use serde::{Deserialize, Serialize};

/// How far results can be trusted. Ordered from best to worst, except that
/// `NotEvaluated` says nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Verdict {
    /// No check was made. Never the same as `pass`.
    #[default]
    #[serde(rename = "not evaluated")]
    NotEvaluated,
    /// Every check was made and none found anything.
    #[serde(rename = "pass")]
    Pass,
    /// Something to look at.
    #[serde(rename = "suspect")]
    Suspect,
    /// Not to be relied on.
    #[serde(rename = "fail")]
    Fail,
}

impl Verdict {
    /// The word for screens and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotEvaluated => "not evaluated",
            Self::Pass => "pass",
            Self::Suspect => "suspect",
            Self::Fail => "fail",
        }
    }

    /// The inverse of [`Verdict::word`]; anything else is `NotEvaluated`.
    pub fn from_word(word: &str) -> Self {
        match word {
            "pass" => Self::Pass,
            "suspect" => Self::Suspect,
            "fail" => Self::Fail,
            _ => Self::NotEvaluated,
        }
    }
}

/// How bad a flag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// To look at.
    Suspect,
    /// Not to be relied on.
    Fail,
}

/// One finding of one check. It explains itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// The check's name: `gap`, `frozen`, `spike`.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// The channel; `None` for the whole run.
    pub channel: Option<String>,
    /// Where it begins, as [`crate::etl::time::format`] writes it.
    pub start_time: Option<String>,
    /// Where it ends.
    pub stop_time: Option<String>,
    /// What was measured, in the rule's unit.
    pub value: Option<f64>,
    /// What it was held against.
    pub threshold: Option<f64>,
    /// One sentence for the operator.
    pub message: String,
}
