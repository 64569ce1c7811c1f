//! Ids that the log stored as doubles.

use crate::quality::{
    Rule, Severity, Topic,
    facts::RunFacts,
    findings::{Finding, Findings},
    rule::Check,
};

pub(super) static RULE: Rule = Rule {
    name: "source_lost_precision",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Run,
    subject: "the run",
    summary: "an id that the log stored as a double above 2⁵³",
    details: "A double keeps 53 bits: runs with neighbouring ids may have become one.",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    if facts.samples.run.exact {
        return;
    }
    findings.add(Finding {
        severity: RULE.severity,
        channel: None,
        span: facts.span,
        value: f64::from(128 - facts.samples.run.id.0.leading_zeros()),
        threshold: 53.0,
        unit: "bits".into(),
        message: "the log stored the run's id as a double, which keeps 53 bits: \
                  runs with neighbouring ids may have become one"
            .into(),
    });
}
