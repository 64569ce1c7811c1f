//! Machines over their runs: the list by cells, and one machine with its trends.
//!
//! * [`Machines`]: the list, grouped by cells that fold.
//! * [`MachineScreen`]: one machine, its charts over runs and the runs behind them.
//! * [`Figure`]: what has a chart.

mod detail;
mod figure;
#[cfg(test)]
pub mod fixture;
mod list;
mod picture;
mod trends;
mod view;

pub use detail::{LABEL, MachineScreen, Pane, Parts};
pub use figure::Figure;
pub use list::{Line, Machines};
pub use trends::PANES;
