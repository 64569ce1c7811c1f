//! Machines over their runs: the list by cells, and one machine with its trends.
//!
//! * [`Machine`], [`MachineColumn`]: one machine as a row of the list.
//! * [`Machines`]: the list, grouped by cells that fold.
//! * [`MachineScreen`]: one machine, its charts over runs and the runs behind them.
//! * [`slope_per_day`]: where a figure goes.

mod columns;
mod detail;
#[cfg(test)]
pub mod fixture;
mod list;
mod points;
mod row;
mod trend;

pub use columns::{machine_columns, point_columns};
pub use detail::{Figure, LABEL, MachineScreen, Parts};
pub use list::{Line, Machines};
pub use points::PointColumn;
pub use row::{Machine, MachineColumn, cell_title};
pub use trend::slope_per_day;
