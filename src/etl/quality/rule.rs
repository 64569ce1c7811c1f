//! The checks there are.

/// One check. Its name stands in flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A robot lacks an axis of its positions or forces, or all of its forces.
    MissingAxis,
    /// One value for the whole run.
    Dead,
    /// One value for a part of the run.
    Frozen,
    /// No sample for longer than a multiple of the median interval, or than a moment at
    /// the run's edges.
    Gap,
    /// Samples that should have come between others.
    DroppedSamples,
    /// Intervals that scatter.
    Jitter,
    /// Time leapt, or was set back.
    ClockJump,
    /// Samples that stand in the log after later ones.
    OutOfOrder,
    /// Rows that say the same twice.
    Duplicates,
    /// Rows that say two things of one moment.
    Conflicts,
    /// A force that stays at its largest or smallest value.
    Saturation,
    /// A sample far from its neighbours; a position that moved impossibly fast.
    Spike,
    /// Velocity and acceleration taken across a gap.
    DerivativeAcrossGap,
    /// A load cell that reads a force while its robot stands still.
    ZeroOffset,
    /// Channels without a common time.
    NoOverlap,
    /// The run's id was stored as a double and may stand for several.
    SourceLostPrecision,
    /// Rows of one run name several cells.
    SecondCell,
}

impl Rule {
    /// All rules, in the order in which screens and documents list them.
    pub const ALL: [Self; 17] = [
        Self::MissingAxis,
        Self::Dead,
        Self::Frozen,
        Self::Gap,
        Self::DroppedSamples,
        Self::Jitter,
        Self::ClockJump,
        Self::OutOfOrder,
        Self::Duplicates,
        Self::Conflicts,
        Self::Saturation,
        Self::Spike,
        Self::DerivativeAcrossGap,
        Self::ZeroOffset,
        Self::NoOverlap,
        Self::SourceLostPrecision,
        Self::SecondCell,
    ];

    /// The name in flags.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingAxis => "missing_axis",
            Self::Dead => "dead",
            Self::Frozen => "frozen",
            Self::Gap => "gap",
            Self::DroppedSamples => "dropped_samples",
            Self::Jitter => "jitter",
            Self::ClockJump => "clock_jump",
            Self::OutOfOrder => "out_of_order",
            Self::Duplicates => "duplicates",
            Self::Conflicts => "conflicts",
            Self::Saturation => "saturation",
            Self::Spike => "spike",
            Self::DerivativeAcrossGap => "derivative_across_gap",
            Self::ZeroOffset => "zero_offset",
            Self::NoOverlap => "no_overlap",
            Self::SourceLostPrecision => "source_lost_precision",
            Self::SecondCell => "second_cell",
        }
    }

    /// The inverse of [`Rule::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}
