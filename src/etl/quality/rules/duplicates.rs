//! Rows that repeat others.

use crate::format::thousands;
use crate::quality::{
    Rule, Severity, Topic,
    facts::RunFacts,
    findings::{Finding, Findings},
    rule::Check,
};

pub(super) static RULE: Rule = Rule {
    name: "duplicates",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Rows,
    subject: "each channel",
    summary: "rows dropped as exact duplicates",
    details: "",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    for (name, faults) in facts.row_faults() {
        let faults = faults.duplicates;
        if faults.count == 0 {
            continue;
        }
        findings.add(Finding {
            severity: RULE.severity,
            span: (faults.first, faults.last),
            value: faults.count as f64,
            threshold: 0.0,
            unit: "rows".into(),
            message: match faults.count {
                1 => format!("a row of {name} repeats an earlier one and was dropped"),
                n => format!(
                    "{} rows of {name} repeat earlier ones and were dropped",
                    thousands(n)
                ),
            },
            channel: Some(name),
        });
    }
}
