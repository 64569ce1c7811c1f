//! Runs whose rows name several cells.

use crate::quality::{
    Rule, Severity, Topic,
    facts::RunFacts,
    findings::{Finding, Findings},
    rule::Check,
    words::list,
};

pub(super) static RULE: Rule = Rule {
    name: "second_cell",
    severity: Severity::Fail,
    exception: "",
    topic: Topic::Run,
    subject: "the run",
    summary: "rows that name more than one cell",
    details: "",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    if facts.cells.len() < 2 {
        return;
    }
    findings.add(Finding {
        severity: RULE.severity,
        channel: None,
        span: facts.span,
        value: facts.cells.len() as f64,
        threshold: 1.0,
        unit: "cells".into(),
        message: format!(
            "its rows name the cells {}: the samples of several machines may be mixed",
            list(facts.cells)
        ),
    });
}
