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
    /// In N: a robot whose force channels stay so near to their medians touches nothing.
    pub air_band_n: f64,
    /// In N: a force without bias above it is contact, where the noise of the load cells does
    /// not ask for more.
    pub contact_n: f64,
    /// In mm: positions along the forming axis that are so near to each other are one layer.
    pub layer_mm: f64,
}

impl Default for InsightThresholds {
    fn default() -> Self {
        Self {
            rest_mm: 0.1,
            rest_s: 10.0,
            air_band_n: 100.0,
            contact_n: 50.0,
            layer_mm: 0.05,
        }
    }
}

impl InsightThresholds {
    /// The keys of the table.
    pub const KEYS: [&str; 5] = ["rest_mm", "rest_s", "air_band_n", "contact_n", "layer_mm"];

    /// Checks that every value is allowed.
    ///
    /// # Errors
    /// The key of the first that is not, and what is allowed there.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let values = [
            self.rest_mm,
            self.rest_s,
            self.air_band_n,
            self.contact_n,
            self.layer_mm,
        ];
        for (key, value) in Self::KEYS.into_iter().zip(values) {
            if !value.is_finite() || value < 0.0 {
                let text = format!("{key} is {value}: allowed are numbers from 0");
                return Err((key, text));
            }
        }
        Ok(())
    }
}
