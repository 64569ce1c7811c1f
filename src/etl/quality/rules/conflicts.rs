//! Rows that contradict others.

use crate::format::thousands;
use crate::quality::{
    Allowed, Rule, Severity, Threshold, Topic,
    facts::RunFacts,
    findings::{Finding, Findings},
    rule::Check,
};

pub(super) static RULE: Rule = Rule {
    name: "conflicts",
    severity: Severity::Suspect,
    exception: "`fail` above `conflict_fail_share` of the channel's rows",
    topic: Topic::Rows,
    subject: "each channel",
    summary: "rows dropped because an earlier one gives another value for their time",
    details: "",
    thresholds: &[&CONFLICT_FAIL_SHARE],
    checks: &[Check::Run(check)],
};

static CONFLICT_FAIL_SHARE: Threshold = Threshold {
    key: "conflict_fail_share",
    default: 0.01,
    unit: "share",
    allowed: Allowed::Share,
    comment: "rows in conflict: fail",
    reason: "single conflicts are accidents, one in a hundred is two recordings in one",
};

fn check(facts: &RunFacts<'_>, findings: &mut Findings) {
    let channels = facts.samples.channels.iter();
    for ((name, faults), channel) in facts.row_faults().zip(channels) {
        let faults = faults.conflicts;
        if faults.count == 0 {
            continue;
        }
        let rows = channel.values.len() as u64 + faults.count;
        let share = faults.count as f64 / rows as f64;
        let fail = share > facts.thresholds.get(&CONFLICT_FAIL_SHARE);
        findings.add(Finding {
            severity: if fail { Severity::Fail } else { RULE.severity },
            span: (faults.first, faults.last),
            value: faults.count as f64,
            threshold: 0.0,
            unit: "rows".into(),
            message: match faults.count {
                1 => format!(
                    "a row of {name} gives another value for a moment that has one: \
                     the earlier in the log was kept"
                ),
                n => format!(
                    "{} rows of {name} give other values for moments that have one: \
                     the earliest in the log was kept",
                    thousands(n)
                ),
            },
            channel: Some(name),
        });
    }
}
