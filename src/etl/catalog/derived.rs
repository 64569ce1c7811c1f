//! What follows from the figures of a row: spans, sums, names.

use super::{LogRow, MachineRow};
use crate::quality::Verdict;

impl LogRow {
    /// Seconds from the first sample to the last.
    pub fn span_s(&self) -> Option<f64> {
        Some(self.stop_us?.saturating_sub(self.start_us?) as f64 / 1e6)
    }

    /// Runs, stored and failed.
    pub fn runs(&self) -> Option<u32> {
        Some(self.runs_ok?.saturating_add(self.runs_failed.unwrap_or(0)))
    }
}

impl MachineRow {
    /// `cell 10 / robot 1`, or `robot 1` without a cell.
    pub fn name(&self) -> String {
        machine_name(self.cell_id.as_deref(), &self.robot)
    }

    /// Runs with this verdict.
    pub fn runs_with(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(verdict.word()).copied().unwrap_or(0)
    }
}

/// See [`MachineRow::name`].
pub fn machine_name(cell: Option<&str>, robot: &str) -> String {
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
