//! The rules: a file each, and the table that lists them.

use super::Rule;

pub(super) mod clock_jump;
mod conflicts;
mod dead;
mod derivative_across_gap;
mod dropped_samples;
mod duplicates;
mod force_drop;
mod force_slope;
pub(super) mod frozen;
pub(super) mod gap;
mod jitter;
mod limit;
mod missing_axis;
mod no_overlap;
mod out_of_order;
mod rate;
pub(super) mod saturation;
mod second_cell;
mod source_lost_precision;
mod spike;
pub(super) mod zero_offset;

/// All rules, in the order in which flags of one severity, screens and documents list them.
pub static RULES: &[&Rule] = &[
    &missing_axis::RULE,
    &dead::RULE,
    &frozen::RULE,
    &gap::RULE,
    &dropped_samples::RULE,
    &jitter::RULE,
    &clock_jump::RULE,
    &out_of_order::RULE,
    &duplicates::RULE,
    &conflicts::RULE,
    &saturation::RULE,
    &spike::RULE,
    &derivative_across_gap::RULE,
    &zero_offset::RULE,
    &limit::RULE,
    &rate::RULE,
    &force_drop::RULE,
    &force_slope::RULE,
    &no_overlap::RULE,
    &source_lost_precision::RULE,
    &second_cell::RULE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A forgotten file would not even be compiled.
    #[test]
    fn every_file_is_a_rule_of_the_table_under_its_own_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/quality/rules");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| name != "mod")
            .collect();
        let rules: BTreeSet<String> = RULES.iter().map(|r| r.name.to_owned()).collect();
        assert_eq!(files, rules);
        assert_eq!(rules.len(), RULES.len());
    }

    #[test]
    fn every_rule_has_checks_and_is_documented() {
        for rule in RULES {
            assert!(!rule.checks.is_empty(), "{}", rule.name);
            for text in [rule.subject, rule.summary] {
                let full_stop = text.ends_with('.');
                assert!(!text.is_empty() && !full_stop, "{}: {text}", rule.name);
            }
            let details = rule.details;
            assert!(details.is_empty() || details.ends_with('.'), "{details}");
            for threshold in rule.thresholds {
                let key = format!("`{}`", threshold.key);
                let texts = [rule.summary, rule.exception, rule.details];
                assert!(
                    texts.iter().any(|t| t.contains(&key)),
                    "{}: {key}",
                    rule.name
                );
            }
        }
    }
}
