//! Where checks write what they found, and what they could not look at.

use std::collections::BTreeMap;

use super::{Flag, NotEvaluated, Rule, Severity};
use crate::time;

/// One finding.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub rule: Rule,
    pub severity: Severity,
    /// `None`: the whole run.
    pub channel: Option<String>,
    /// Microseconds.
    pub span: (i64, i64),
    pub value: f64,
    pub threshold: f64,
    /// The unit of both.
    pub unit: String,
    pub message: String,
}

/// Findings and gaps of one run.
#[derive(Debug, Default)]
pub(super) struct Book {
    findings: Vec<Finding>,
    /// Reason and channels, by rule and reason.
    skipped: BTreeMap<(Rule, String), Vec<String>>,
}

impl Book {
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// `rule` could not be evaluated for `channel` (`None`: for the run).
    pub fn skip(&mut self, rule: Rule, channel: Option<&str>, reason: &str) {
        let channels = self.skipped.entry((rule, reason.to_owned())).or_default();
        channels.extend(channel.map(str::to_owned));
    }

    /// Takes in what another book has.
    pub fn merge(&mut self, other: Self) {
        self.findings.extend(other.findings);
        for (key, channels) in other.skipped {
            self.skipped.entry(key).or_default().extend(channels);
        }
    }

    /// Flags, the worst first, then by rule, time and channel.
    pub fn flags(&mut self) -> Vec<Flag> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then(a.rule.cmp(&b.rule))
                .then(a.span.0.cmp(&b.span.0))
                .then(a.channel.cmp(&b.channel))
        });
        findings.into_iter().map(Flag::from).collect()
    }

    /// What was not evaluated; rules with the same channels and reason stand together.
    pub fn not_evaluated(self) -> Vec<NotEvaluated> {
        let mut out: Vec<NotEvaluated> = Vec::new();
        for ((rule, reason), channels) in self.skipped {
            let same = out
                .iter_mut()
                .find(|n| n.reason == reason && n.channels == channels);
            match same {
                Some(n) => n.rules.push(rule.name().into()),
                None => out.push(NotEvaluated {
                    rules: vec![rule.name().into()],
                    channels,
                    reason,
                }),
            }
        }
        out
    }
}

impl From<Finding> for Flag {
    fn from(f: Finding) -> Self {
        Self {
            rule: f.rule.name().into(),
            severity: f.severity,
            channel: f.channel,
            start_time: Some(time::format(f.span.0)),
            stop_time: Some(time::format(f.span.1)),
            value: Some(f.value).filter(|v| v.is_finite()),
            threshold: Some(f.threshold).filter(|v| v.is_finite()),
            unit: f.unit,
            message: f.message,
        }
    }
}
