//! Machines over their runs: the list by cells, and one machine with its trends.
//!
//! * [`Machine`], [`MachineColumn`]: one machine as a row of the list.
//! * [`Machines`]: the list, grouped by cells that fold.
//! * [`MachineScreen`]: one machine, its charts over runs and the runs behind them.
//! * [`Figure`]: what has a chart.

mod columns;
mod detail;
mod figure;
#[cfg(test)]
pub mod fixture;
mod list;
mod picture;
mod points;
mod row;
mod trends;

pub use columns::{machine_columns, machine_names, point_columns, point_names};
pub use detail::{LABEL, MachineScreen, Pane, Parts};
pub use figure::Figure;
pub use list::{Line, Machines};
pub use points::PointColumn;
pub use row::{Machine, MachineColumn};
pub use trends::PANES;
