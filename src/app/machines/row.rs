//! One machine as a row of a list: its columns, filter and search.

use std::{borrow::Cow, cmp::Ordering};

use super::trend::slope_per_day;
use crate::{
    app::{
        filter::Term,
        rows::{cell_holds, contains, natural, number},
        table::Row,
    },
    etl::{catalog::MachineRow, quality::Verdict},
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
        let peaks = row
            .series
            .iter()
            .map(|p| (p.start_us, p.stats.peak_force_p999));
        let slope = slope_per_day(peaks);
        Self { row, slope }
    }
}

impl Machine {
    /// Runs with this verdict.
    pub fn runs_with(&self, verdict: Verdict) -> u64 {
        self.row.verdicts.get(verdict.word()).copied().unwrap_or(0)
    }

    /// `cell 10 / robot 1`, or `robot 1` without a cell.
    pub fn name(&self) -> String {
        machine_name(self.row.cell_id.as_deref(), &self.row.robot)
    }
}

/// See [`Machine::name`].
pub(super) fn machine_name(cell: Option<&str>, robot: &str) -> String {
    match cell {
        Some(_) => format!("{} / robot {robot}", cell_title(cell)),
        None => format!("robot {robot}"),
    }
}

/// `cell 10`; a folder that is called `cell-10` keeps its name.
pub fn cell_title(cell: Option<&str>) -> String {
    match cell {
        None => "no cell".into(),
        Some(cell) if cell.to_lowercase().starts_with("cell") => cell.to_owned(),
        Some(cell) => format!("cell {cell}"),
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
    TopSpeed,
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
        Self::TopSpeed,
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
    const FIELDS: &'static [&'static str] = &[
        "cell", "robot", "runs", "runtime", "distance", "speed", "force", "mean", "slope", "pass",
        "suspect", "fail", "verdict", "since", "until",
    ];

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
            Some(C::TopSpeed) => number(a.top_speed_p999, b.top_speed_p999),
            Some(C::MaxSpeed) => number(a.top_speed_max, b.top_speed_max),
            Some(C::PeakForce) => number(a.peak_force_p999, b.peak_force_p999),
            Some(C::MaxForce) => number(a.peak_force_max, b.peak_force_max),
            Some(C::MeanForce) => number(a.mean_force, b.mean_force),
            Some(C::Trend | C::Slope) => number(self.slope, other.slope),
            Some(C::LastSeen) => a.last_seen_us.cmp(&b.last_seen_us),
            Some(C::Machine) | None => natural(a.cell_id.as_deref(), b.cell_id.as_deref())
                .then_with(|| natural(Some(&a.robot), Some(&b.robot))),
            Some(column) => {
                let count = |m: &Self| column.verdict().map(|v| m.runs_with(v));
                count(self).cmp(&count(other))
            }
        }
    }

    fn holds(&self, term: &Term) -> bool {
        let (field, test) = match term {
            Term::Word(word) => return self.contains(word),
            Term::Field { field, test } => (field.as_str(), test),
        };
        let row = &self.row;
        let runs = |verdict| test.number(self.runs_with(verdict) as f64);
        match field {
            "cell" => cell_holds(row.cell_id.as_deref(), test),
            "robot" => test.word(&row.robot),
            "runs" => test.number(row.runs as f64),
            "runtime" => test.number(row.runtime_s),
            "distance" => test.known(row.distance_mm.map(|mm| mm / 1000.0)),
            "speed" => test.known(row.top_speed_p999),
            "force" => test.known(row.peak_force_p999),
            "mean" => test.known(row.mean_force),
            "slope" => test.known(self.slope),
            "pass" => runs(Verdict::Pass),
            "suspect" => runs(Verdict::Suspect),
            "fail" => runs(Verdict::Fail),
            "verdict" => row.verdicts.iter().any(|(v, n)| *n > 0 && test.word(v)),
            "since" => test.number(row.last_seen_us as f64),
            "until" => test.number(row.first_seen_us as f64),
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        contains(&self.name(), text)
    }
}
