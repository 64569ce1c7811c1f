//! What a quality rule is.

use super::{Severity, Threshold, facts::RunFacts, findings::Findings, raw_channel::RawChannel};
use crate::schema::FieldKind;

/// One quality rule: everything that checks, documents and settings need to know of it.
/// Each stands in a file of its own below `rules/` and in the table [`super::RULES`].
#[derive(Debug)]
pub struct Rule {
    /// The name in flags, records and filters.
    pub name: &'static str,
    /// The severity of its flags where `exception` does not apply.
    pub severity: Severity,
    /// When its flags have the other severity, for people; empty: never.
    pub exception: &'static str,
    /// What it is about.
    pub topic: Topic,
    /// What it looks at, for people: `forces`, `the run`.
    pub subject: &'static str,
    /// What is flagged, for people: one clause without a full stop.
    pub summary: &'static str,
    /// How it is measured and what it does not flag, for people: Markdown, may be empty.
    pub details: &'static str,
    /// The thresholds that belong to it. Other rules may read them too.
    pub thresholds: &'static [&'static Threshold],
    /// Its checks, in the order in which they are made.
    pub(super) checks: &'static [Check],
}

/// What a rule is about: the order of thresholds in a profile and of `docs/quality.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// When samples were taken.
    Time,
    /// What they say.
    Values,
    /// Which rows the log has.
    Rows,
    /// What belongs to a run.
    Run,
}

impl Topic {
    /// All topics in their order.
    pub const ALL: [Self; 4] = [Self::Time, Self::Values, Self::Rows, Self::Run];

    /// The heading in documents.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Values => "Values",
            Self::Rows => "Rows",
            Self::Run => "Run",
        }
    }
}

/// One check of a rule: the two shapes there are.
#[derive(Debug)]
pub(super) enum Check {
    /// Made for each raw channel of these kinds that has enough samples, in parallel.
    Channel(
        &'static [FieldKind],
        fn(&RunFacts<'_>, &RawChannel<'_>, &mut Findings),
    ),
    /// Made once for a run, also for one in which no channel has enough samples.
    Run(fn(&RunFacts<'_>, &mut Findings)),
}

/// Every kind of channel.
pub(super) const EACH_KIND: &[FieldKind] =
    &[FieldKind::Position, FieldKind::Force, FieldKind::Other];

impl Rule {
    /// Whether it has a check of the samples of such channels.
    pub(super) fn checks_channels_of(&self, kind: FieldKind) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| matches!(check, Check::Channel(kinds, _) if kinds.contains(&kind)))
    }
}
