//! How long a channel holds its last value.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text;

/// How long a channel holds its last value, in median intervals of the channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hold {
    /// While the value's age is at most this many median intervals (≥ 0, finite).
    Intervals(f64),
    /// Until the run ends.
    Unlimited,
}

impl Default for Hold {
    fn default() -> Self {
        Self::Intervals(10.0)
    }
}

impl Hold {
    /// The longest age in whole microseconds at which a value is still held, given
    /// the channel's median interval in microseconds (`None`: a channel of one
    /// sample, which holds nothing).
    pub fn limit_us(self, median_interval_us: Option<f64>) -> i64 {
        match (self, median_interval_us) {
            (_, None) => 0,
            (Self::Unlimited, _) => i64::MAX,
            // Ages are whole microseconds, so the fraction of a limit never matters.
            (Self::Intervals(n), Some(median)) => (n * median).floor() as i64,
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intervals(n) => write!(f, "{n}"),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl Serialize for Hold {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Intervals(n) => s.serialize_f64(*n),
            Self::Unlimited => s.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for Hold {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(f64),
            Word(String),
            Other(serde::de::IgnoredAny),
        }
        match Raw::deserialize(d)? {
            Raw::Number(n) if n.is_finite() && n >= 0.0 => Ok(Self::Intervals(n)),
            Raw::Word(w) if w == "unlimited" => Ok(Self::Unlimited),
            Raw::Number(n) => Err(serde::de::Error::custom(format!(
                "hold is {n}: allowed are numbers from 0 and \"unlimited\""
            ))),
            Raw::Word(w) => Err(serde::de::Error::custom(format!(
                "hold is \"{}\": allowed are numbers from 0 and \"unlimited\"",
                text::quoted(&w, 40)
            ))),
            Raw::Other(_) => Err(serde::de::Error::custom(
                "hold is neither number nor text: allowed are numbers from 0 and \"unlimited\"",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_limit_is_whole_microseconds() {
        assert_eq!(Hold::Intervals(10.0).limit_us(Some(10_000.5)), 100_005);
        assert_eq!(Hold::Intervals(0.0).limit_us(Some(10_000.0)), 0);
        assert_eq!(Hold::Unlimited.limit_us(Some(1.0)), i64::MAX);
        assert_eq!(Hold::Unlimited.limit_us(None), 0);
    }
}
