//! The figures of a machine that have a chart over its runs: `peak` is the 99.9th percentile,
//! `max` the maximum. Forces are those of runs in contact.

use crate::etl::catalog::MachinePoint;

/// One chart of a machine. Maxima have charts of their own: one bad sample would press
/// the peaks flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// 99.9th percentile of force.
    PeakForce,
    /// 99.9th percentile of speed.
    PeakSpeed,
    /// Mean force.
    MeanForce,
    /// Maximum of force.
    MaxForce,
    /// Maximum of speed.
    MaxSpeed,
    /// How long the runs were.
    Runtime,
    /// How far the machine went.
    Distance,
}

impl Figure {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 7] = [
        Self::PeakForce,
        Self::PeakSpeed,
        Self::MeanForce,
        Self::MaxForce,
        Self::MaxSpeed,
        Self::Runtime,
        Self::Distance,
    ];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::PeakForce => "peak force",
            Self::PeakSpeed => "peak speed",
            Self::MeanForce => "mean force",
            Self::MaxForce => "max force",
            Self::MaxSpeed => "max speed",
            Self::Runtime => "runtime",
            Self::Distance => "distance",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::PeakForce | Self::MeanForce | Self::MaxForce => "N",
            Self::PeakSpeed | Self::MaxSpeed => "mm/s",
            Self::Runtime => "s",
            Self::Distance => "m",
        }
    }

    /// Its value for a run, in its unit.
    pub fn of(self, point: &MachinePoint) -> Option<f64> {
        let stats = &point.stats;
        match self {
            Self::PeakForce => stats.contact_peak(),
            Self::PeakSpeed => stats.speed_peak,
            Self::MeanForce => stats.contact_mean(),
            Self::MaxForce => stats.contact_max(),
            Self::MaxSpeed => stats.speed_max,
            Self::Runtime => Some(point.runtime_s),
            Self::Distance => stats.distance_mm.map(|mm| mm / 1000.0),
        }
    }
}
