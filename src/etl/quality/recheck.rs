//! What the limits and user rules of a profile say of a run of which only some samples are known.

use std::collections::BTreeMap;

use super::{
    Evaluation, Flag, NotEvaluated, RULES, Settings, Unevaluated, facts::RunFacts,
    findings::Findings, rule::Check,
};
use crate::{clean::RunSamples, insight::RunInsight, stats::ChannelStats};

/// Names of the built-in rules that look at nothing but values and their times.
pub const OF_VALUES: [&str; 2] = ["limit", "rate"];
/// Names of the built-in rules that look at rows of the log that are in no table, or at their order.
pub const OF_ROWS: [&str; 3] = ["out_of_order", "duplicates", "conflicts"];

/// The flags of [`OF_VALUES`] and of the user's rules, the worst first, and what was not evaluated.
/// `samples` has the channels whose fields have limits, `stats` are those of the table's columns,
/// and `evaluations` are those of `settings.rules`, in their order.
pub fn recheck(
    samples: &RunSamples,
    settings: &Settings<'_>,
    stats: &BTreeMap<String, ChannelStats>,
    evaluations: Vec<Result<Evaluation<'_>, Unevaluated>>,
) -> (Vec<Flag>, Vec<NotEvaluated>) {
    let robots = RunInsight::default();
    let facts = RunFacts::new(samples, settings, stats, &robots, &[]);
    let mut findings = Findings::default();
    for (index, rule) in RULES.iter().enumerate() {
        findings.begin(index);
        for check in rule.checks {
            if let Check::Run(check) = check
                && OF_VALUES.contains(&rule.name)
            {
                check(&facts, &mut findings);
            }
        }
    }
    for (index, evaluation) in evaluations.into_iter().enumerate() {
        findings.begin(RULES.len() + index);
        match evaluation {
            Ok(evaluation) => evaluation.report(settings, stats, &mut findings),
            Err(why) => why.report(&mut findings),
        }
    }
    findings.finish(settings.rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_rules() {
        for name in OF_VALUES.iter().chain(&OF_ROWS) {
            assert!(RULES.iter().any(|rule| rule.name == *name), "{name}");
        }
    }
}
