//! Thresholds of the quality rules: the `[quality]` table of a profile.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{RULES, Topic};
use crate::insight::InsightThresholds;

/// One key of `[quality]`.
#[derive(Debug)]
pub struct Threshold {
    /// The key.
    pub key: &'static str,
    /// Its value where the profile does not have the key, in `unit`.
    pub default: f64,
    /// `mm`, `s`, `samples`, `share` (a part of 1).
    pub unit: &'static str,
    /// The values that it may have.
    pub allowed: Allowed,
    /// What it decides: the comment of its line in the built-in profile.
    pub comment: &'static str,
    /// Why the default is what it is.
    pub reason: &'static str,
}

/// Values that a threshold may have.
#[derive(Debug)]
pub enum Allowed {
    /// Whole numbers from this one on.
    Count(u32),
    /// Numbers from this one on.
    From(f64),
    /// Numbers above zero.
    Positive,
    /// 0 to 1.
    Share,
    /// From the value of another threshold to 1.
    ShareFrom(&'static Threshold),
}

/// A channel with fewer samples is not evaluated.
pub(super) static MIN_SAMPLES: Threshold = Threshold {
    key: "min_samples",
    default: 10.0,
    unit: "samples",
    allowed: Allowed::Count(3),
    comment: "a channel with fewer is not evaluated",
    reason: "a median of fewer intervals says little",
};

/// Occurrences that are at most this far apart become one flag.
pub(super) static MERGE_S: Threshold = Threshold {
    key: "merge_s",
    default: 1.0,
    unit: "s",
    allowed: Allowed::From(0.0),
    comment: "findings closer together become one flag",
    reason: "what an eye takes for one event in a ten-minute run",
};

/// Flags of one rule on one channel; one more sums up the rest.
pub(super) static MAX_FLAGS: Threshold = Threshold {
    key: "max_flags",
    default: 10.0,
    unit: "flags",
    allowed: Allowed::Count(1),
    comment: "of one rule on one channel; the rest is summed up",
    reason: "more flags of one kind say nothing new",
};

/// All thresholds in the order in which a profile lists them: first and last those that belong
/// to no rule. The order decides the hash of a profile ([`crate::profile::Profile::rules`]).
static ALL: LazyLock<Vec<&'static Threshold>> = LazyLock::new(|| {
    let mut all = vec![&MIN_SAMPLES];
    for topic in Topic::ALL {
        let rules = RULES.iter().filter(|rule| rule.topic == topic);
        all.extend(rules.flat_map(|rule| rule.thresholds));
    }
    all.extend([&MERGE_S, &MAX_FLAGS]);
    all
});

/// The keys of [`ALL`].
static KEYS: LazyLock<Vec<&'static str>> = LazyLock::new(|| ALL.iter().map(|t| t.key).collect());

/// The values of all thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds(BTreeMap<&'static str, f64>);

impl Default for Thresholds {
    fn default() -> Self {
        Self(ALL.iter().map(|t| (t.key, t.default)).collect())
    }
}

impl Thresholds {
    /// All thresholds there are, in the order in which a profile lists them.
    pub fn all() -> &'static [&'static Threshold] {
        &ALL
    }

    /// The value of a threshold, in its unit.
    pub fn get(&self, threshold: &Threshold) -> f64 {
        let value = self.0.get(threshold.key).copied();
        value.unwrap_or(threshold.default)
    }

    /// The value of a threshold that is a number of samples or flags.
    pub(super) fn count(&self, threshold: &Threshold) -> usize {
        self.get(threshold) as usize
    }

    /// Checks that every value is allowed.
    ///
    /// # Errors
    /// The key of the first that is not, and what is allowed there.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for threshold in Self::all() {
            let value = self.get(threshold);
            if let Some(allowed) = self.refusal(&threshold.allowed, value) {
                let key = threshold.key;
                return Err((key, format!("{key} is {value}: allowed are {allowed}")));
            }
        }
        Ok(())
    }

    /// What is allowed where `value` is not.
    fn refusal(&self, allowed: &Allowed, value: f64) -> Option<String> {
        let share = (0.0..=1.0).contains(&value);
        let (holds, words) = match *allowed {
            Allowed::Count(least) => (value >= f64::from(least), format!("numbers from {least}")),
            Allowed::From(least) => (
                value.is_finite() && value >= least,
                format!("numbers from {least}"),
            ),
            Allowed::Positive => (
                value.is_finite() && value > 0.0,
                "numbers above 0".to_owned(),
            ),
            Allowed::ShareFrom(other) if share => (
                value >= self.get(other),
                format!("shares from {} ({}) to 1", other.key, self.get(other)),
            ),
            Allowed::Share | Allowed::ShareFrom(_) => (share, "shares from 0 to 1".to_owned()),
        };
        (!holds).then_some(words)
    }
}

impl Serialize for Thresholds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(ALL.len()))?;
        for threshold in Self::all() {
            let value = self.get(threshold);
            match threshold.allowed {
                Allowed::Count(_) => map.serialize_entry(threshold.key, &(value as u32))?,
                _ => map.serialize_entry(threshold.key, &value)?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Thresholds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;

        impl<'de> Visitor<'de> for Table {
            type Value = Thresholds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of quality thresholds")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Thresholds, A::Error> {
                let mut thresholds = Thresholds::default();
                while let Some(Key(threshold)) = map.next_key()? {
                    let value = match threshold.allowed {
                        Allowed::Count(_) => f64::from(map.next_value::<u32>()?),
                        _ => map.next_value()?,
                    };
                    thresholds.0.insert(threshold.key, value);
                }
                Ok(thresholds)
            }
        }

        deserializer.deserialize_map(Table)
    }
}

/// A key of `[quality]`: an unknown one is refused where it stands.
struct Key(&'static Threshold);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the key of a quality threshold")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
                if InsightThresholds::KEYS.contains(&name) {
                    return Err(E::custom(format!("{name} stands in [insight]")));
                }
                let found = Thresholds::all().iter().find(|t| t.key == name);
                let found = found.map(|t| Key(t));
                found.ok_or_else(|| E::unknown_field(name, &KEYS))
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{BUILT_IN, Profile};

    fn with(line: &str) -> crate::Result<Profile> {
        let rest = BUILT_IN.split("[quality]").next().unwrap();
        Profile::parse(&format!("{rest}[quality]\n{line}\n"), "p.toml")
    }

    #[test]
    fn every_key_has_one_threshold_and_every_default_is_allowed() {
        let mut keys = KEYS.clone();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ALL.len());
        assert_eq!(Thresholds::default().check(), Ok(()));
        for threshold in Thresholds::all() {
            for text in [threshold.unit, threshold.comment, threshold.reason] {
                assert!(!text.is_empty(), "{}", threshold.key);
            }
        }
    }

    #[test]
    fn keys_may_be_left_out_and_a_wrong_one_is_named() {
        let profile = with("max_speed = 500").unwrap();
        let value = |key: &str| {
            let threshold = Thresholds::all().iter().find(|t| t.key == key).unwrap();
            profile.quality.get(threshold)
        };
        assert_eq!((value("max_speed"), value("gap_factor")), (500.0, 5.0));
        for (line, words) in [
            (
                "max_sped = 5",
                "unknown field `max_sped`, did you mean `max_speed`? Expected one of `min_samples`, `gap_factor`",
            ),
            (
                "gap_factor = 0.5",
                "gap_factor is 0.5: allowed are numbers from 1.5",
            ),
            ("rest_mm = 0.2", "rest_mm stands in [insight]"),
            ("spike_sigma = nan", "spike_sigma is NaN"),
            (
                "max_speed = 0",
                "max_speed is 0: allowed are numbers above 0",
            ),
            ("dropped_share = 2", "dropped_share is 2"),
            (
                "dropped_share = 0.5",
                "dropped_fail_share is 0.1: allowed are shares from dropped_share (0.5) to 1",
            ),
            ("max_flags = -1", "expected u32"),
            (
                "max_flags = 0",
                "max_flags is 0: allowed are numbers from 1",
            ),
            ("merge_s = \"long\"", "expected f64"),
        ] {
            let error = with(line).unwrap_err().to_string();
            assert!(error.contains(words), "{line}: {error}");
            assert!(error.contains(", line "), "{error}");
        }
    }

    /// The names of result files depend on it: a profile without changes must keep them.
    #[test]
    fn the_hash_of_the_built_in_profile_is_the_same_with_and_without_its_thresholds() {
        let built_in = Profile::built_in().unwrap();
        assert_eq!(with("").unwrap().rules(), built_in.rules());
        let text = serde_json::to_string(&built_in.quality).unwrap();
        assert!(text.starts_with(r#"{"min_samples":10,"gap_factor":5.0,"gap_fail_share":0.05,"#));
        assert!(text.ends_with(r#""conflict_fail_share":0.01,"merge_s":1.0,"max_flags":10}"#));
    }

    #[test]
    fn thresholds_decide_results() {
        let built_in = Profile::built_in().unwrap();
        assert_ne!(with("zero_offset = 10").unwrap().rules(), built_in.rules());
    }
}
