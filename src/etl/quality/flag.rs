//! What a check found, and what follows from it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::zone;

/// How far results can be trusted. Ordered from best to worst, except that
/// `NotEvaluated` says nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Verdict {
    /// No check could be made. Never the same as `pass`.
    #[default]
    #[serde(rename = "not evaluated")]
    NotEvaluated,
    /// Of the checks that could be made none found anything.
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
    /// All verdicts, from nothing to worst.
    pub const ALL: [Self; 4] = [Self::NotEvaluated, Self::Pass, Self::Suspect, Self::Fail];

    /// The verdict of a log by those of its runs: the worst. A run that could not be evaluated, or
    /// failed, is no pass, so the log is none either.
    pub fn of_runs(runs: impl Iterator<Item = Self>) -> Self {
        let order = |verdict: &Self| match verdict {
            Self::Pass => 0,
            Self::NotEvaluated => 1,
            Self::Suspect => 2,
            Self::Fail => 3,
        };
        runs.max_by_key(order).unwrap_or_default()
    }

    /// The word for screens and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotEvaluated => "not evaluated",
            Self::Pass => "pass",
            Self::Suspect => "suspect",
            Self::Fail => "fail",
        }
    }

    /// What it means, in one line: for help, the panel of a log and the documents.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NotEvaluated => "too little data for a check; never the same as pass",
            Self::Pass => "no check found anything",
            Self::Suspect => "something to look at: the flags say what",
            Self::Fail => "the data cannot be relied on: the flags say why",
        }
    }

    /// The inverse of [`Verdict::word`]; anything else is `NotEvaluated`.
    pub fn from_word(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|v| v.word() == word)
            .unwrap_or_default()
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

impl Severity {
    /// All severities, from mild to worst.
    pub const ALL: [Self; 2] = [Self::Suspect, Self::Fail];

    /// The word for screens and JSON.
    pub fn word(self) -> &'static str {
        Verdict::from(self).word()
    }
}

impl From<Severity> for Verdict {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Suspect => Self::Suspect,
            Severity::Fail => Self::Fail,
        }
    }
}

/// One finding of one check. It explains itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// The check's name ([`super::Rule::name`]): `gap`, `frozen`, `spike`.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// The channel; `None` for the whole run.
    pub channel: Option<String>,
    /// Where it begins, as [`crate::time::format`] writes it.
    pub start_time: Option<String>,
    /// Where it ends; the same for a single sample.
    pub stop_time: Option<String>,
    /// What was measured, in `unit`.
    pub value: Option<f64>,
    /// What it was held against, in `unit`.
    pub threshold: Option<f64>,
    /// The unit of both: `s`, `%`, `N`, `mm/s`, `samples`.
    #[serde(default)]
    pub unit: String,
    /// One sentence for the operator.
    pub message: String,
}

impl Flag {
    /// The span in microseconds; `None` for a flag without one.
    pub fn span_us(&self) -> Option<(i64, i64)> {
        let parse = |t: &Option<String>| crate::time::parse(t.as_deref()?.as_bytes());
        let start = parse(&self.start_time)?;
        Some((start, parse(&self.stop_time).unwrap_or(start).max(start)))
    }

    /// The message with its times in the zone of this process, for people.
    pub fn shown_message(&self) -> Cow<'_, str> {
        zone::in_sentence(&self.message, self.span_us().map(|span| span.0))
    }
}

/// Checks that could not be made, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotEvaluated {
    /// Names of the rules.
    pub rules: Vec<String>,
    /// The channels for which it is so; empty: the whole run.
    pub channels: Vec<String>,
    /// Why: `fx_1 has 3 samples, and 10 are needed`.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::Verdict::{self, Fail, NotEvaluated, Pass, Suspect};

    #[test]
    fn a_log_is_as_bad_as_its_worst_run_and_what_was_not_evaluated_is_no_pass() {
        for (runs, log) in [
            (&[][..], NotEvaluated),
            (&[Pass, Pass], Pass),
            (&[Pass, NotEvaluated], NotEvaluated),
            (&[NotEvaluated, Suspect, Pass], Suspect),
            (&[Suspect, Fail, NotEvaluated], Fail),
        ] {
            assert_eq!(Verdict::of_runs(runs.iter().copied()), log, "{runs:?}");
        }
    }
}
