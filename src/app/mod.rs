//! The browser: state, actions and workers.

pub mod chart;
