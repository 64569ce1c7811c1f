//! Numbers as sentences, tables and screens write them, each kind in one way: counts with their
//! nouns ([`count`]), sizes ([`bytes`]), durations ([`seconds`]), and measured numbers
//! ([`measured`](fn@measured)). Times of day are written by [`crate::time`].

mod count;
mod duration;
mod measured;
mod size;
#[cfg(test)]
mod tests;

pub use count::{count, count_of, grouped, short, thousands};
pub use duration::{estimate, seconds};
pub use measured::{decimals_for, figure, format_delta, format_fit, format_value, measured};
pub use size::{binary_bytes, bytes};
