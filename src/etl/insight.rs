//! Thresholds of what the numbers of a run mean: the `[insight]` table of a profile.

use serde::{Deserialize, Serialize};

/// The values of `[insight]`. The quality rules read them too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InsightThresholds {
    /// A robot of which no axis covers more than so many mm rests: in a second, or, in the
    /// whole run, it is parked. A hundred times what encoders at rest showed in a real log, a
    /// thousandth of what a moving tool covers in a second.
    pub rest_mm: f64,
    /// Seconds of rest that tell of a bias: a shorter rest may be a dwell under load.
    pub rest_s: f64,
}

impl Default for InsightThresholds {
    fn default() -> Self {
        Self {
            rest_mm: 0.1,
            rest_s: 10.0,
        }
    }
}

impl InsightThresholds {
    /// The keys of the table.
    pub const KEYS: [&str; 2] = ["rest_mm", "rest_s"];

    /// Checks that every value is allowed.
    ///
    /// # Errors
    /// The key of the first that is not, and what is allowed there.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for (key, value) in Self::KEYS.into_iter().zip([self.rest_mm, self.rest_s]) {
            if !value.is_finite() || value < 0.0 {
                let text = format!("{key} is {value}: allowed are numbers from 0");
                return Err((key, text));
            }
        }
        Ok(())
    }
}
