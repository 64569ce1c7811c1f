//! Flags and verdicts: how far a channel, a run or a log can be trusted.
//!
//! * [`Rule`]: the checks there are, each in one sentence.
//! * [`Limits`]: the thresholds, the `[quality]` part of a profile.
//! * [`check`]: all checks of one run, from its samples. Costs a pass or two over each raw
//!   channel: derived columns take over the verdict of what they come from.
//! * `timing`, `repeat`, `spike`, `rest`: kernels over one channel's samples, without words.
//! * `single`, `gaps`, `motion`, `whole`: the rules, from one channel to the whole run.
//! * `spots`, `book`: many findings of one rule on one channel become a few flags.
//!
//! A check that could not be made says why ([`NotEvaluated`]): that is never a `pass`.

mod book;
mod check;
mod flag;
mod gaps;
mod limits;
mod motion;
mod repeat;
mod rest;
mod rule;
mod signal;
mod single;
mod spike;
mod spots;
mod timing;
mod whole;
mod words;

#[cfg(test)]
mod tests;

pub use check::{Quality, check};
pub use flag::{Flag, NotEvaluated, Severity, Verdict};
pub use limits::Limits;
pub use rule::Rule;
pub use spike::{median_of_seven, spikes};
