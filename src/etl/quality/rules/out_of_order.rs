//! Rows that were not in the order of time.

use crate::format::count_of;
use crate::{
    clean::Faults,
    quality::{
        Rule, Severity, Topic,
        facts::RunFacts,
        findings::{Finding, Findings},
        rule::Check,
        words::list,
    },
};

pub(super) static RULE: Rule = Rule {
    name: "out_of_order",
    severity: Severity::Suspect,
    exception: "",
    topic: Topic::Rows,
    subject: "the run",
    summary: "kept samples that stand in the log after a later one of their channel",
    details: "The order of rows in the log changes nothing else.",
    thresholds: &[],
    checks: &[Check::Run(check)],
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    let mut order = Faults::default();
    let mut channels: Vec<String> = Vec::new();
    for (name, faults) in facts.row_faults() {
        if faults.out_of_order.count > 0 {
            order.add(&faults.out_of_order);
            channels.push(name);
        }
    }
    if order.count == 0 {
        return;
    }
    findings.add(Finding {
        severity: RULE.severity,
        channel: match channels.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        },
        span: (order.first, order.last),
        value: order.count as f64,
        threshold: 0.0,
        unit: "samples".into(),
        message: format!(
            "{} of {} {} in the log after a later one: the rows were put in order",
            count_of(order.count, "sample", "samples"),
            list(&channels),
            if order.count == 1 { "stands" } else { "stand" },
        ),
    });
}
