//! Draws the state; changes nothing.

pub mod widgets;
