//! From recordings to flags, and from flags to precision and recall.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use mdtui::etl::{
    Result,
    profile::{BUILT_IN, Profile},
    quality::{Flag, Quality, RULES, Verdict},
};
use rayon::prelude::*;

use crate::{
    VARIANTS,
    clean::CLEAN,
    faults::{FAULTS, FORCE_LIMITS, FORCE_RATE, Planted, Scope},
    generator::Rng,
    pipeline::harvested,
};

/// What the checks said of one run.
pub struct Outcome {
    kind: &'static str,
    /// Whether a fault was planted.
    faulty: bool,
    quality: Quality,
    /// Rules that should have flagged it, and whether they did, in place.
    expected: Vec<(&'static str, bool)>,
    /// Rules that flagged something that is not there.
    wrong: BTreeSet<String>,
}

/// All kinds of runs, or those whose name contains `only`; always in the same order.
pub fn all(seeds: Range<u64>, seconds: f64, only: &str) -> Result<Vec<Outcome>> {
    let profile = profile()?;
    let kinds = CLEAN.len() + FAULTS.len();
    let name = |kind: usize| match CLEAN.get(kind) {
        Some((name, _)) => *name,
        None => FAULTS[kind - CLEAN.len()].0,
    };
    let mut runs: Vec<(u64, usize, usize)> = Vec::new();
    for kind in (0..kinds).filter(|k| name(*k).contains(only)) {
        for seed in seeds.clone() {
            runs.extend((0..VARIANTS).map(|variant| (seed, kind, variant)));
        }
    }
    let outcome = |(seed, kind, variant): &(u64, usize, usize)| {
        let mut rng = Rng::new(*seed, (kind * VARIANTS + variant) as u64);
        let (recording, planted) = match CLEAN.get(*kind) {
            Some((_, make)) => (make(*variant, seconds, &mut rng), None),
            None => {
                let plant = FAULTS[*kind - CLEAN.len()].1;
                let (recording, planted) = plant(*variant, seconds, &mut rng);
                (recording, Some(planted))
            }
        };
        let (_, quality) = harvested(&recording, &profile)?;
        Ok(judge(name(*kind), quality, planted.as_ref()))
    };
    runs.par_iter().map(outcome).collect()
}

/// The built-in profile with limits, which it has not, for one field.
fn profile() -> Result<Profile> {
    let field = "name = \"fz\"\n";
    let [min, max] = FORCE_LIMITS;
    let limits = format!("{field}min = {min:?}\nmax = {max:?}\nmax_rate = {FORCE_RATE:?}\n");
    Profile::parse(&BUILT_IN.replacen(field, &limits, 1), "the profile")
}

impl Scope {
    fn has(&self, flag: &Flag) -> bool {
        match (self, &flag.channel) {
            (Self::Run, _) => true,
            (Self::Channels(names), Some(channel)) => names.contains(channel),
            // Where it names no channel it must be of all of them.
            (Self::Channels(_), None) => flag.rule == "out_of_order",
        }
    }
}

fn judge(kind: &'static str, quality: Quality, planted: Option<&Planted>) -> Outcome {
    /// How far beside the fault a flag may be, in microseconds.
    const BESIDE: i64 = 500_000;
    let (mut expected, mut wrong) = (Vec::new(), BTreeSet::new());
    let in_place = |flag: &Flag, span: (i64, i64)| {
        let near = |(from, to): (i64, i64)| from <= span.1 + BESIDE && to >= span.0 - BESIDE;
        flag.span_us().is_some_and(near)
    };
    if let Some(planted) = planted {
        let found = |rule: &str, scope: &Scope| {
            let mut flags = quality.flags.iter();
            flags.any(|f| f.rule == rule && scope.has(f) && in_place(f, planted.span))
        };
        let rules = planted.expected.iter();
        expected.extend(rules.map(|(rule, scope)| (*rule, found(rule, scope))));
    }
    for flag in &quality.flags {
        let right = planted.is_some_and(|p| {
            let mut allowed = p.expected.iter().chain(&p.tolerated);
            allowed.any(|(rule, scope)| flag.rule == *rule && scope.has(flag))
        });
        if !right {
            wrong.insert(flag.rule.clone());
        }
    }
    Outcome {
        kind,
        faulty: planted.is_some(),
        quality,
        expected,
        wrong,
    }
}

/// `0.95`, or `-` of nothing.
pub fn share(part: usize, all: usize) -> String {
    if all == 0 {
        "-".into()
    } else {
        format!("{:.3}", part as f64 / all as f64)
    }
}

/// Everything that the checks said, a line a run.
pub fn print_flags(outcomes: &[Outcome]) {
    for outcome in outcomes {
        let quality = &outcome.quality;
        let line = serde_json::json!({
            "kind": outcome.kind,
            "verdict": quality.verdict,
            "flags": quality.flags,
            "not_evaluated": quality.not_evaluated,
            "channels": quality.channels,
        });
        println!("{line}");
    }
}

/// The tables.
pub fn print(outcomes: &[Outcome]) {
    println!(
        "{:<22} {:>8} {:>6} {:>6} {:>10} {:>7}",
        "rule", "planted", "found", "wrong", "precision", "recall"
    );
    for rule in RULES {
        let RuleScore {
            planted,
            found,
            wrong,
        } = RuleScore::of(rule.name, outcomes);
        println!(
            "{:<22} {planted:>8} {found:>6} {wrong:>6} {:>10} {:>7}",
            rule.name,
            share(found, found + wrong),
            share(found, planted)
        );
    }
    let mut kinds: Vec<&'static str> = Vec::new();
    for outcome in outcomes {
        if !kinds.contains(&outcome.kind) {
            kinds.push(outcome.kind);
        }
    }
    println!(
        "\n{:<34} {:>9}   runs with wrong flags, by rule",
        "kind of run", "right"
    );
    for kind in kinds {
        let of: Vec<&Outcome> = outcomes.iter().filter(|o| o.kind == kind).collect();
        let right = of.iter().filter(|o| o.is_right()).count();
        let mut wrong: BTreeMap<&str, usize> = BTreeMap::new();
        for rule in of.iter().flat_map(|o| &o.wrong) {
            *wrong.entry(rule).or_default() += 1;
        }
        let wrong: Vec<String> = wrong
            .iter()
            .map(|(rule, n)| format!("{rule} {n}"))
            .collect();
        println!(
            "{kind:<34} {right:>3} of {:>2}   {}",
            of.len(),
            wrong.join(", ")
        );
    }
    for (what, faulty) in [
        ("clean runs that pass", false),
        ("faults that are found", true),
    ] {
        let (right, all) = Outcome::right_of(outcomes, faulty);
        println!("\n{what}: {right} of {all} ({})", share(right, all));
    }
}

/// What one rule made of all runs.
pub struct RuleScore {
    /// Runs that it should have flagged.
    pub planted: usize,
    /// Those that it flagged, in place.
    pub found: usize,
    /// Runs in which it flagged something that is not there.
    pub wrong: usize,
}

impl RuleScore {
    pub fn of(rule: &str, outcomes: &[Outcome]) -> Self {
        let expected = outcomes.iter().flat_map(|o| &o.expected);
        let planted: Vec<bool> = expected.filter(|e| e.0 == rule).map(|e| e.1).collect();
        Self {
            planted: planted.len(),
            found: planted.iter().filter(|found| **found).count(),
            wrong: outcomes.iter().filter(|o| o.wrong.contains(rule)).count(),
        }
    }
}

impl Outcome {
    /// Clean runs that pass, or faults that are found, and how many there are.
    pub fn right_of(outcomes: &[Self], faulty: bool) -> (usize, usize) {
        let of: Vec<&Self> = outcomes.iter().filter(|o| o.faulty == faulty).collect();
        (of.iter().filter(|o| o.is_right()).count(), of.len())
    }

    /// A clean run that passes, or a run whose fault is found.
    fn is_right(&self) -> bool {
        match self.expected.first() {
            Some((_, found)) => *found,
            None => self.quality.verdict == Verdict::Pass,
        }
    }
}
