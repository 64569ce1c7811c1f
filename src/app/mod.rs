//! The browser: state, actions and workers.

pub mod chart;
pub mod run;
