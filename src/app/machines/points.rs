//! One run of a machine as a row of a list.

use std::{borrow::Cow, cmp::Ordering};

use crate::{
    app::{rows::number, table::Row},
    etl::catalog::MachinePoint,
};

/// Columns of the list of a machine's runs, by their place in the order of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointColumn {
    /// The run.
    Run,
    /// First sample.
    Start,
    /// How long.
    Runtime,
    /// How far the machine went.
    Distance,
    /// 99.9th percentile.
    PeakSpeed,
    /// Maximum.
    MaxSpeed,
    /// 99.9th percentile.
    PeakForce,
    /// Maximum.
    MaxForce,
    /// Over its samples.
    MeanForce,
    /// The run's worst flag.
    Verdict,
    /// The log that it stands in.
    Log,
}

impl PointColumn {
    /// All columns in their order.
    pub const ALL: [Self; 11] = [
        Self::Run,
        Self::Start,
        Self::Runtime,
        Self::Distance,
        Self::PeakSpeed,
        Self::MaxSpeed,
        Self::PeakForce,
        Self::MaxForce,
        Self::MeanForce,
        Self::Verdict,
        Self::Log,
    ];
}

impl Row for MachinePoint {
    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.log_key, self.run))
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        use PointColumn as C;
        let (a, b) = (&self.stats, &other.stats);
        match C::ALL.get(column) {
            Some(C::Start) => self.start_us.cmp(&other.start_us),
            Some(C::Runtime) => self.runtime_s.total_cmp(&other.runtime_s),
            Some(C::Distance) => number(a.distance_mm, b.distance_mm),
            Some(C::PeakSpeed) => number(a.speed_peak, b.speed_peak),
            Some(C::MaxSpeed) => number(a.speed_max, b.speed_max),
            Some(C::PeakForce) => number(a.force_peak, b.force_peak),
            Some(C::MaxForce) => number(a.force_max, b.force_max),
            Some(C::MeanForce) => number(a.force_mean, b.force_mean),
            Some(C::Verdict) => self.verdict.cmp(&other.verdict),
            Some(C::Log) => self.log_key.cmp(&other.log_key),
            Some(C::Run) | None => self.run.cmp(&other.run),
        }
    }
}
