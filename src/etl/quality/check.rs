//! All rules applied to one run, and the verdicts that follow.

use crate::format::thousands;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    Flag, NotEvaluated, RULES, Thresholds, UserRule, Verdict, facts::RunFacts, findings::Findings,
    raw_channel::RawChannel, rule::Check, thresholds::MIN_SAMPLES, user_rules,
};
use crate::{
    clean::RunSamples,
    insight::{InsightThresholds, RunInsight},
    schema::{ChannelName, Schema},
    stats::ChannelStats,
    transform::RunTable,
};

/// What the rules say of one run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality {
    /// Flags, the worst first.
    pub flags: Vec<Flag>,
    /// Checks that could not be made.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The worst flag; `pass` without one, if any channel could be evaluated.
    pub verdict: Verdict,
    /// The same for each column of `stats`. A derived column is no better than what it comes
    /// from.
    pub channels: BTreeMap<String, Verdict>,
}

/// What the rules go by: the parts of a profile.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// What a log looks like.
    pub schema: &'a Schema,
    /// Thresholds of the rules.
    pub thresholds: &'a Thresholds,
    /// Thresholds that the rules share with what is computed of a run.
    pub insight: &'a InsightThresholds,
    /// Rules of the profile's author.
    pub rules: &'a [UserRule],
}

/// Applies all rules to a run and its table. `stats` are those of the table's columns, `robots`
/// what is known of the robots, `cells` the names of the cells that its rows name.
pub fn check(
    samples: &RunSamples,
    table: &RunTable,
    settings: &Settings<'_>,
    stats: &BTreeMap<String, ChannelStats>,
    robots: &RunInsight,
    cells: &[String],
) -> Quality {
    let facts = RunFacts::new(samples, settings, stats, robots, cells);
    let mut findings = Findings::default();
    skip_too_short(&facts, &mut findings);
    let channels = facts.channels.par_iter().with_max_len(1);
    let by_channel: Vec<Findings> = channels.map(|c| channel_rules(&facts, c)).collect();
    by_channel.into_iter().for_each(|f| findings.merge(f));
    run_rules(&facts, &mut findings);
    user_rules::check(table, settings, stats, &mut findings);
    let (flags, not_evaluated) = findings.finish(settings.rules);
    let evaluated = facts.channels.iter().map(|_| Verdict::Pass).max();
    let worst = flags.iter().map(|f| Verdict::from(f.severity)).max();
    Quality {
        verdict: evaluated.max(worst).unwrap_or_default(),
        channels: verdicts(&facts, stats, &flags),
        flags,
        not_evaluated,
    }
}

fn channel_rules(facts: &RunFacts<'_>, channel: &RawChannel<'_>) -> Findings {
    let mut findings = Findings::default();
    for (index, rule) in RULES.iter().enumerate() {
        findings.begin(index);
        for check in rule.checks {
            if let Check::Channel(kinds, check) = check
                && kinds.contains(&channel.field.kind)
            {
                check(facts, channel, &mut findings);
            }
        }
    }
    findings
}

fn run_rules(facts: &RunFacts<'_>, findings: &mut Findings) {
    for (index, rule) in RULES.iter().enumerate() {
        findings.begin(index);
        for check in rule.checks {
            if let Check::Run(check) = check {
                check(facts, findings);
            }
        }
    }
}

/// Rules that look at the samples of a channel cannot evaluate one with too few.
fn skip_too_short(facts: &RunFacts<'_>, findings: &mut Findings) {
    let least = facts.thresholds.count(&MIN_SAMPLES) as u64;
    let reason = format!("fewer than {} samples", thousands(least));
    for (index, rule) in RULES.iter().enumerate() {
        findings.begin(index);
        let short = facts.too_short.iter();
        for channel in short.filter(|c| rule.checks_channels_of(c.field.kind)) {
            findings.skip(&channel.name, &reason);
        }
    }
}

/// The verdict of every column: its own flags, and what it comes from.
fn verdicts(
    facts: &RunFacts<'_>,
    stats: &BTreeMap<String, ChannelStats>,
    flags: &[Flag],
) -> BTreeMap<String, Verdict> {
    let mut own: BTreeMap<&str, Verdict> = BTreeMap::new();
    for channel in &facts.channels {
        own.insert(&channel.name, Verdict::Pass);
    }
    for flag in flags {
        if let Some(channel) = flag.channel.as_deref() {
            let verdict = own.entry(channel).or_default();
            *verdict = (*verdict).max(flag.severity.into());
        }
    }
    let of = |name: &str| own.get(name).copied().unwrap_or_default();
    let sources = sources(facts.schema);
    stats
        .keys()
        .map(|name| {
            let from = sources.get(name).into_iter().flatten();
            let worst = from.map(|source| of(source)).max();
            (name.clone(), of(name).max(worst.unwrap_or_default()))
        })
        .collect()
}

/// By derived column: the raw channels that it comes from.
fn sources(schema: &Schema) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for robot in &schema.robots {
        for field in &schema.fields {
            let raw = ChannelName::Raw(field, robot).to_string();
            for column in ChannelName::derived(field, robot) {
                let sources = out.entry(column.to_string()).or_default();
                sources.push(raw.clone());
            }
        }
    }
    out
}
