//! All checks of one run, and the verdicts that follow from them.

use std::collections::BTreeMap;

use super::{
    Flag, Limits, NotEvaluated, Rule, Verdict, book::Book, gaps, motion, signal::Signal, single,
    whole, words::count,
};
use crate::{
    clean::RunSamples,
    profile::{ChannelName, FieldKind, Profile},
    stats::ChannelStats,
};

/// What the checks say of one run.
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

/// What the checks look at.
pub(super) struct Run<'a> {
    pub samples: &'a RunSamples,
    pub profile: &'a Profile,
    pub limits: &'a Limits,
    /// Raw channels with enough samples to be evaluated.
    pub signals: Vec<Signal<'a>>,
    /// Names of all raw channels.
    pub names: Vec<String>,
    /// First and last sample of the run.
    pub span: (i64, i64),
}

/// Checks a run. `stats` are those of the columns of its table, `cells` the names of the
/// cells that its rows name.
pub fn check(
    samples: &RunSamples,
    profile: &Profile,
    stats: &BTreeMap<String, ChannelStats>,
    cells: &[String],
) -> Quality {
    let limits = &profile.quality;
    let mut book = Book::default();
    let mut all = Vec::with_capacity(samples.channels.len());
    for channel in &samples.channels {
        let name = profile.raw_name(channel.id).to_string();
        all.extend(Signal::new(channel, profile, stats.get(&name)));
    }
    let run = Run {
        samples,
        profile,
        limits,
        names: all.iter().map(|s| s.name.clone()).collect(),
        span: whole::span(&all),
        signals: enough(all, limits, &mut book),
    };
    whole::check(&run, cells, &mut book);
    single::check(&run, &mut book);
    gaps::check(&run, &mut book);
    motion::check(&run, &mut book);
    let flags = book.flags();
    let channels = verdicts(&run, stats, &flags);
    let evaluated = run.signals.iter().map(|_| Verdict::Pass).max();
    let worst = flags.iter().map(|f| Verdict::from(f.severity)).max();
    Quality {
        verdict: evaluated.max(worst).unwrap_or_default(),
        flags,
        not_evaluated: book.not_evaluated(),
        channels,
    }
}

/// Channels with enough samples; the others are put down as not evaluated.
fn enough<'a>(all: Vec<Signal<'a>>, limits: &Limits, book: &mut Book) -> Vec<Signal<'a>> {
    let least = limits.min_samples as usize;
    let (enough, few): (Vec<_>, Vec<_>) = all.into_iter().partition(|s| s.values.len() >= least);
    for signal in few {
        let reason = format!("fewer than {} samples", count(least as u64));
        for rule in rules_of(signal.field.kind) {
            book.skip(*rule, Some(&signal.name), &reason);
        }
    }
    enough
}

/// Rules that look at the samples of one channel.
fn rules_of(kind: FieldKind) -> &'static [Rule] {
    use Rule as R;
    match kind {
        FieldKind::Position => &[
            R::Dead,
            R::Frozen,
            R::Gap,
            R::DroppedSamples,
            R::Jitter,
            R::ClockJump,
            R::Spike,
            R::DerivativeAcrossGap,
        ],
        FieldKind::Force => &[
            R::Dead,
            R::Frozen,
            R::Gap,
            R::DroppedSamples,
            R::Jitter,
            R::ClockJump,
            R::Saturation,
            R::Spike,
            R::ZeroOffset,
        ],
        FieldKind::Other => &[R::Dead, R::Gap, R::DroppedSamples, R::Jitter, R::ClockJump],
    }
}

/// The verdict of every column: its own flags, and what it comes from.
fn verdicts(
    run: &Run<'_>,
    stats: &BTreeMap<String, ChannelStats>,
    flags: &[Flag],
) -> BTreeMap<String, Verdict> {
    let mut own: BTreeMap<&str, Verdict> = BTreeMap::new();
    for signal in &run.signals {
        own.insert(&signal.name, Verdict::Pass);
    }
    for flag in flags {
        if let Some(channel) = flag.channel.as_deref() {
            let verdict = own.entry(channel).or_default();
            *verdict = (*verdict).max(flag.severity.into());
        }
    }
    let of = |name: &str| own.get(name).copied().unwrap_or_default();
    let sources = sources(run.profile);
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
fn sources(profile: &Profile) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for robot in &profile.robots {
        for field in &profile.fields {
            let raw = ChannelName::Raw(field, robot).to_string();
            for column in ChannelName::derived(field, robot) {
                let sources = out.entry(column.to_string()).or_default();
                sources.push(raw.clone());
            }
        }
    }
    out
}
