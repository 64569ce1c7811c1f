//! Draws the browser's state; changes nothing.

pub mod run;
pub mod theme;
pub mod widgets;
