//! What a robot did in a run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ChannelStats;
use crate::schema::{ChannelName, FieldKind, Schema};

/// What a robot did in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RobotState {
    /// It stood for the whole run: a fact, not a fault.
    Parked,
}

impl RobotState {
    /// Every state.
    pub const ALL: [Self; 1] = [Self::Parked];

    /// The word for screens, JSON and the catalog.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parked => "parked",
        }
    }

    /// The inverse of [`RobotState::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// `Parked`: the robot has a position axis, and none covers more than `rest_mm` in the run.
    /// `channels` are the statistics of the table's columns by name.
    pub fn of(
        robot: &str,
        schema: &Schema,
        channels: &BTreeMap<String, ChannelStats>,
        rest_mm: f64,
    ) -> Option<Self> {
        let positions = schema.fields.iter();
        let mut covered = positions
            .filter(|field| field.kind == FieldKind::Position)
            .filter_map(|field| channels.get(&ChannelName::Raw(field, robot).to_string()))
            .filter_map(|stats| stats.peak_to_peak)
            .peekable();
        covered.peek()?;
        covered
            .all(|range| range <= rest_mm)
            .then_some(Self::Parked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{profile::Profile, stats::channel_stats};

    #[test]
    fn a_robot_is_parked_where_no_axis_covers_more_than_the_threshold() {
        let profile = Profile::built_in().unwrap();
        let state = |lines: &[(&str, [f64; 2])]| {
            let stats = |values: &[f64; 2]| channel_stats(&[0, 1], values, "mm");
            let channels = lines
                .iter()
                .map(|(name, values)| ((*name).to_owned(), stats(values)));
            RobotState::of("1", &profile, &channels.collect(), 0.1)
        };
        let still = ("x_1", [4.0, 4.1 - 1e-9]);
        assert_eq!(
            state(&[still, ("y_1", [2.0, 2.0])]),
            Some(RobotState::Parked)
        );
        assert_eq!(state(&[still, ("y_1", [2.0, 2.2])]), None);
        // Without a position nothing is known; another robot and forces do not count.
        assert_eq!(state(&[("x_2", [2.0, 2.0]), ("fx_1", [1.0, 1.0])]), None);
        assert_eq!(
            state(&[still, ("x_2", [2.0, 9.0]), ("fx_1", [1.0, 99.0])]),
            Some(RobotState::Parked)
        );
    }
}
