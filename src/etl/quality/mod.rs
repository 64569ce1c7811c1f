//! Flags and verdicts: how far a channel, a run or a log can be trusted.
//!
//! * [`Rule`]: what a rule is; [`RULES`]: the rules there are, each a file in `rules/` that
//!   holds its checks, thresholds and documentation.
//! * [`Thresholds`]: their values, the `[quality]` table of a profile.
//! * [`UserRule`]: a rule of the profile's author, a condition over the columns of a run's table.
//! * [`recheck`]: what limits and user rules say of a run of which only some samples are known.
//! * [`check`]: all rules applied to one run, from its samples. Costs a pass or two over each
//!   raw channel: derived columns inherit the verdict of what they come from.
//! * `facts`, `raw_channel`, `common_gaps`, `jumps`: what is measured once for all rules.
//! * `timing`, `repeat`, `outliers`, `resolution`: kernels over one channel's samples.
//! * `findings`, `clusters`: many occurrences of one fault on one channel become a few flags.
//!
//! A check that could not be made says why ([`NotEvaluated`]): that is never a `pass`.

mod check;
mod clusters;
mod common_gaps;
mod facts;
mod findings;
mod flag;
mod jumps;
mod outliers;
mod raw_channel;
mod recheck;
mod repeat;
mod resolution;
mod rule;
mod rules;
mod thresholds;
mod timing;
mod user_rules;
mod words;

#[cfg(test)]
mod clock_tests;
#[cfg(test)]
mod force_tests;
#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod user_rule_tests;

pub use check::{Quality, Settings, check};
pub use flag::{Flag, NotEvaluated, Severity, Verdict};
pub use outliers::{median_of_seven, spikes};
pub use recheck::{OF_ROWS, OF_VALUES, recheck};
pub use rule::{Rule, Topic};
pub use rules::RULES;
pub use thresholds::{Allowed, Threshold, Thresholds};
pub use user_rules::{Evaluation, Unevaluated, UserRule, within};
