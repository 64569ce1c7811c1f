//! What the rules found, and what they could not evaluate.

use crate::format::thousands;
use std::collections::BTreeMap;

use super::{
    Flag, NotEvaluated, RULES, Severity, UserRule,
    clusters::{Cluster, Clustering, Occurrence, clusters},
};
use crate::time;

/// One finding of one rule.
#[derive(Debug, Clone)]
pub(super) struct Finding {
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

/// The place of a rule in [`RULES`], which the user's rules follow.
type RuleIndex = usize;

/// Findings of the rules, and what these could not evaluate.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The rule whose check is being made.
    rule: RuleIndex,
    found: Vec<(RuleIndex, Finding)>,
    /// Channels by rule and reason.
    skipped: BTreeMap<(RuleIndex, String), Vec<String>>,
}

impl Findings {
    /// What is added from now on is of this rule.
    pub fn begin(&mut self, rule: RuleIndex) {
        self.rule = rule;
    }

    pub fn add(&mut self, finding: Finding) {
        self.found.push((self.rule, finding));
    }

    /// Adds many occurrences on one channel as few findings.
    pub fn add_clusters(
        &mut self,
        clustering: Clustering,
        channel: &str,
        unit: &str,
        mut occurrences: Vec<Occurrence>,
        message: impl Fn(&Cluster) -> String,
    ) {
        for occurrence in &mut occurrences {
            occurrence.value = representable(occurrence.value);
        }
        for cluster in clusters(occurrences, clustering) {
            let message = if cluster.rest {
                format!(
                    "{} more like these in {channel}, smaller: {}",
                    thousands(cluster.count as u64),
                    message(&cluster)
                )
            } else {
                message(&cluster)
            };
            self.add(Finding {
                severity: cluster.severity,
                channel: Some(channel.to_owned()),
                span: (cluster.from, cluster.to),
                value: cluster.value,
                threshold: cluster.threshold,
                unit: unit.to_owned(),
                message,
            });
        }
    }

    /// The rule could not be evaluated for `channel`.
    pub fn skip(&mut self, channel: &str, reason: &str) {
        let key = (self.rule, reason.to_owned());
        self.skipped
            .entry(key)
            .or_default()
            .push(channel.to_owned());
    }

    /// The rule could not be evaluated for the run.
    pub fn skip_run(&mut self, reason: &str) {
        let key = (self.rule, reason.to_owned());
        self.skipped.entry(key).or_default();
    }

    /// Adds those of other channels.
    pub fn merge(&mut self, other: Self) {
        self.found.extend(other.found);
        for (key, channels) in other.skipped {
            self.skipped.entry(key).or_default().extend(channels);
        }
    }

    /// Flags, the worst first, then by rule, time and channel; and what was not evaluated:
    /// rules with the same channels and reason become one entry. `rules` are the user's.
    pub fn finish(self, rules: &[UserRule]) -> (Vec<Flag>, Vec<NotEvaluated>) {
        let name = |index: RuleIndex| -> String {
            let users = index.checked_sub(RULES.len());
            match users.and_then(|user| rules.get(user)) {
                Some(rule) => rule.name.clone(),
                None => RULES[index].name.to_owned(),
            }
        };
        let mut found = self.found;
        found.sort_by(|(rule_a, a), (rule_b, b)| {
            b.severity
                .cmp(&a.severity)
                .then(rule_a.cmp(rule_b))
                .then(a.span.0.cmp(&b.span.0))
                .then(a.channel.cmp(&b.channel))
        });
        let mut not_evaluated: Vec<NotEvaluated> = Vec::new();
        for ((rule, reason), channels) in self.skipped {
            let same = not_evaluated
                .iter_mut()
                .find(|n| n.reason == reason && n.channels == channels);
            match same {
                Some(n) => n.rules.push(name(rule)),
                None => not_evaluated.push(NotEvaluated {
                    rules: vec![name(rule)],
                    channels,
                    reason,
                }),
            }
        }
        let flags = found.into_iter().map(|(rule, f)| flag(name(rule), f));
        (flags.collect(), not_evaluated)
    }
}

/// What is larger than a double can be (a speed of 10³⁰⁰ mm in a millisecond) is the largest.
fn representable(value: f64) -> f64 {
    value.clamp(f64::MIN, f64::MAX)
}

fn flag(rule: String, f: Finding) -> Flag {
    Flag {
        rule,
        severity: f.severity,
        channel: f.channel,
        start_time: Some(time::format(f.span.0)),
        stop_time: Some(time::format(f.span.1)),
        value: Some(representable(f.value)).filter(|v| !v.is_nan()),
        threshold: Some(f.threshold).filter(|v| v.is_finite()),
        unit: f.unit,
        message: f.message,
    }
}
