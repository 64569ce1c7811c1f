//! One machine as a row of a list: its columns, filter and search.

use std::{borrow::Cow, cmp::Ordering};

use crate::{
    app::{
        rows::{names, number},
        table::Row,
    },
    etl::{
        catalog::MachineRow, filter::MachineFigures, natural_order::compare_names, quality::Verdict,
    },
};

/// One machine over its runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// What the catalog knows.
    pub row: MachineRow,
    /// Of peak force (99.9th percentile) over runs, in N a day.
    pub slope: Option<f64>,
}

impl From<MachineRow> for Machine {
    fn from(row: MachineRow) -> Self {
        let slope = row.slope();
        Self { row, slope }
    }
}

impl Machine {
    /// As [`MachineRow::runs_with`].
    pub fn runs_with(&self, verdict: Verdict) -> u64 {
        self.row.runs_with(verdict)
    }

    /// As [`MachineRow::name`].
    pub fn name(&self) -> String {
        self.row.name()
    }
}

impl MachineFigures for Machine {
    fn row(&self) -> &MachineRow {
        &self.row
    }

    /// It is known here: runs by the thousand need not be walked at each key.
    fn slope(&self) -> Option<f64> {
        self.slope
    }
}

/// Columns of the list of machines, by their place in the order of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineColumn {
    /// The robot; sorts by cell, then by robot.
    Machine,
    /// How many runs.
    Runs,
    /// All runs together.
    Runtime,
    /// All runs together.
    Distance,
    /// 99.9th percentile.
    PeakSpeed,
    /// Maximum.
    MaxSpeed,
    /// 99.9th percentile.
    PeakForce,
    /// Maximum.
    MaxForce,
    /// Over all samples.
    MeanForce,
    /// Peak force over runs as a small picture; sorts as its slope does.
    Trend,
    /// Slope of peak force.
    Slope,
    /// Runs by verdict.
    Pass,
    /// Runs by verdict.
    Suspect,
    /// Runs by verdict.
    Fail,
    /// Runs by verdict.
    NotEvaluated,
    /// Stop of the last run.
    LastSeen,
}

impl MachineColumn {
    /// All columns in their order.
    pub const ALL: [Self; 16] = [
        Self::Machine,
        Self::Runs,
        Self::Runtime,
        Self::Distance,
        Self::PeakSpeed,
        Self::MaxSpeed,
        Self::PeakForce,
        Self::MaxForce,
        Self::MeanForce,
        Self::Trend,
        Self::Slope,
        Self::Pass,
        Self::Suspect,
        Self::Fail,
        Self::NotEvaluated,
        Self::LastSeen,
    ];

    /// The verdict whose runs it counts.
    pub fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Pass => Some(Verdict::Pass),
            Self::Suspect => Some(Verdict::Suspect),
            Self::Fail => Some(Verdict::Fail),
            Self::NotEvaluated => Some(Verdict::NotEvaluated),
            _ => None,
        }
    }
}

impl Row for Machine {
    fn key(&self) -> Cow<'_, str> {
        // No robot's name has a line end in it: control characters were made visible.
        let cell = self
            .row
            .cell_id
            .as_deref()
            .map_or(String::new(), |c| format!("{c}\n"));
        Cow::Owned(cell + &self.row.robot)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        use MachineColumn as C;
        let (a, b) = (&self.row, &other.row);
        match C::ALL.get(column) {
            Some(C::Runs) => a.runs.cmp(&b.runs),
            Some(C::Runtime) => a.runtime_s.total_cmp(&b.runtime_s),
            Some(C::Distance) => number(a.distance_mm, b.distance_mm),
            Some(C::PeakSpeed) => number(a.speed_peak, b.speed_peak),
            Some(C::MaxSpeed) => number(a.speed_max, b.speed_max),
            Some(C::PeakForce) => number(a.force_peak, b.force_peak),
            Some(C::MaxForce) => number(a.force_max, b.force_max),
            Some(C::MeanForce) => number(a.force_mean, b.force_mean),
            Some(C::Trend | C::Slope) => number(self.slope, other.slope),
            Some(C::LastSeen) => a.last_seen_us.cmp(&b.last_seen_us),
            Some(C::Machine) | None => names(a.cell_id.as_deref(), b.cell_id.as_deref())
                .then_with(|| compare_names(&a.robot, &b.robot)),
            Some(column) => {
                let count = |m: &Self| column.verdict().map(|v| m.runs_with(v));
                count(self).cmp(&count(other))
            }
        }
    }
}
