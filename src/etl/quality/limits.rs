//! Thresholds of the checks: the `[quality]` part of a profile. `docs/quality.md` gives
//! the reason of each default.

use serde::{Deserialize, Serialize};

/// Thresholds. Every key may be left out; the default holds then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// A channel with fewer samples is not evaluated.
    pub min_samples: u32,
    /// An interval longer than this many median intervals is a gap.
    pub gap_factor: f64,
    /// A gap of at least this share of the run is a `fail`.
    pub gap_fail_share: f64,
    /// Channels may begin later and end earlier than the run by this many seconds.
    pub edge_s: f64,
    /// Share of the expected samples that are missing (gaps aside).
    pub dropped_share: f64,
    /// The same, for `fail`.
    pub dropped_fail_share: f64,
    /// Mean distance of the intervals from their median, as a share of it.
    pub jitter_share: f64,
    /// Where the mean interval is below this share of the median, samples of two clocks mix.
    pub dense_share: f64,
    /// A force that repeats one value this often is frozen.
    pub frozen_force_samples: u32,
    /// A position that keeps one value for so many seconds while others move is frozen.
    pub frozen_position_s: f64,
    /// An axis moves when it covers more than this, in mm.
    pub moving_mm: f64,
    /// A force that repeats its largest or smallest value this often is saturated.
    pub saturation_samples: u32,
    /// A sample of a force this many deviations from the median around it is a spike.
    pub spike_sigma: f64,
    /// No axis moves faster, in mm/s.
    pub max_speed: f64,
    /// A robot rests where none of its axes covers more than this in a second, in mm.
    pub rest_mm: f64,
    /// A run in which its robot rests for fewer seconds says nothing of a zero offset.
    pub rest_s: f64,
    /// What a load cell may read while its robot rests, in N.
    pub zero_offset: f64,
    /// Share of a channel's rows in conflict, for `fail`.
    pub conflict_fail_share: f64,
    /// Findings that are closer together than this many seconds become one flag.
    pub merge_s: f64,
    /// Flags of one rule on one channel; the rest is summed up in one more.
    pub max_flags: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            min_samples: 10,
            gap_factor: 5.0,
            gap_fail_share: 0.05,
            edge_s: 1.0,
            dropped_share: 0.01,
            dropped_fail_share: 0.1,
            jitter_share: 0.25,
            dense_share: 0.6,
            frozen_force_samples: 20,
            frozen_position_s: 5.0,
            moving_mm: 1.0,
            saturation_samples: 5,
            spike_sigma: 8.0,
            max_speed: 3000.0,
            rest_mm: 0.1,
            rest_s: 10.0,
            zero_offset: 50.0,
            conflict_fail_share: 0.01,
            merge_s: 1.0,
            max_flags: 10,
        }
    }
}

impl Limits {
    /// The key of the first mistake, and what is allowed there.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let at_least = |name: &'static str, value: f64, least: f64| {
            if value.is_finite() && value >= least {
                Ok(())
            } else {
                let trouble = format!("{name} is {value}: allowed are numbers from {least}");
                Err((name, trouble))
            }
        };
        at_least("min_samples", f64::from(self.min_samples), 3.0)?;
        at_least("gap_factor", self.gap_factor, 1.5)?;
        at_least("edge_s", self.edge_s, 0.0)?;
        at_least("jitter_share", self.jitter_share, 0.0)?;
        at_least(
            "frozen_force_samples",
            f64::from(self.frozen_force_samples),
            2.0,
        )?;
        at_least("frozen_position_s", self.frozen_position_s, 0.0)?;
        at_least("moving_mm", self.moving_mm, 0.0)?;
        at_least(
            "saturation_samples",
            f64::from(self.saturation_samples),
            2.0,
        )?;
        at_least("spike_sigma", self.spike_sigma, 1.0)?;
        at_least("max_speed", self.max_speed, f64::MIN_POSITIVE)?;
        at_least("rest_mm", self.rest_mm, 0.0)?;
        at_least("rest_s", self.rest_s, 0.0)?;
        at_least("zero_offset", self.zero_offset, 0.0)?;
        at_least("merge_s", self.merge_s, 0.0)?;
        at_least("max_flags", f64::from(self.max_flags), 1.0)?;
        let shares = [
            ("gap_fail_share", self.gap_fail_share),
            ("dropped_share", self.dropped_share),
            ("dropped_fail_share", self.dropped_fail_share),
            ("dense_share", self.dense_share),
            ("conflict_fail_share", self.conflict_fail_share),
        ];
        for (name, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                let trouble = format!("{name} is {share}: allowed are shares from 0 to 1");
                return Err((name, trouble));
            }
        }
        if self.dropped_fail_share < self.dropped_share {
            let trouble = format!(
                "dropped_fail_share is {}: allowed are shares from dropped_share ({}) to 1",
                self.dropped_fail_share, self.dropped_share
            );
            return Err(("dropped_fail_share", trouble));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{BUILT_IN, Profile};

    #[test]
    fn the_built_in_profile_says_the_defaults_in_full() {
        let text: toml::Table = BUILT_IN.parse().unwrap();
        let quality = text["quality"].as_table().unwrap();
        let defaults = toml::Table::try_from(Limits::default()).unwrap();
        let number = |v: &toml::Value| v.as_float().or(v.as_integer().map(|i| i as f64));
        for (key, value) in &defaults {
            assert_eq!(number(&quality[key]), number(value), "{key}");
        }
        assert_eq!(quality.len(), defaults.len());
    }

    #[test]
    fn a_part_may_be_left_out_and_a_mistake_is_named() {
        let with = |line: &str| {
            let rest = BUILT_IN.split("[quality]").next().unwrap();
            Profile::parse(&format!("{rest}[quality]\n{line}\n"), "p.toml")
        };
        let profile = with("max_speed = 500").unwrap();
        assert_eq!(profile.quality.max_speed, 500.0);
        assert_eq!(profile.quality.gap_factor, 5.0);
        for (line, words) in [
            ("max_sped = 5", "max_sped"),
            ("gap_factor = 0.5", "gap_factor is 0.5"),
            ("spike_sigma = nan", "spike_sigma is NaN"),
            ("dropped_share = 2", "dropped_share is 2"),
            ("dropped_share = 0.5", "dropped_fail_share is 0.1"),
            ("max_flags = -1", "expected u32"),
        ] {
            let error = with(line).unwrap_err().to_string();
            assert!(error.contains(words), "{line}: {error}");
            assert!(error.contains(", line "), "{error}");
        }
    }

    #[test]
    fn thresholds_decide_results() {
        let a = Profile::built_in().unwrap();
        let mut b = a.clone();
        b.quality.zero_offset = 10.0;
        assert_ne!(a.rules(), b.rules());
    }
}
