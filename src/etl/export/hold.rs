//! How long each column of a run's table stays in force where the table has no row.

use std::collections::BTreeMap;

use super::Limits;
use crate::{profile::Profile, schema::ChannelName, stats::ChannelStats};

/// The hold limit of each column in microseconds, from the profile and the channels'
/// statistics. Derived channels hold as the channel they come from; a magnitude is null
/// as soon as one of its components is.
pub fn hold_limits(profile: &Profile, channels: &BTreeMap<String, ChannelStats>) -> Limits {
    let mut limits = Limits::new();
    for field in &profile.fields {
        for robot in &profile.robots {
            let name = ChannelName::Raw(field, robot).to_string();
            let Some(stats) = channels.get(&name) else {
                continue;
            };
            // Medians are whole or half microseconds; seconds carry rounding.
            let median = stats.interval_median_s.map(|s| (s * 2e6).round() / 2.0);
            let limit = profile.hold.limit_us(median);
            for column in ChannelName::derived(field, robot) {
                let shortest = limits.entry(column.to_string()).or_insert(limit);
                *shortest = limit.min(*shortest);
            }
            limits.insert(name, limit);
        }
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_channels_hold_as_their_origin_and_magnitudes_as_the_shortest() {
        let stats = |s: f64| ChannelStats {
            interval_median_s: Some(s),
            ..ChannelStats::default()
        };
        let one = ChannelStats::default();
        let channels = BTreeMap::from([
            ("x_1".to_owned(), stats(0.012)),
            ("y_1".to_owned(), stats(0.0120005)),
            ("z_1".to_owned(), stats(0.011)),
            ("fx_1".to_owned(), one),
        ]);
        let limits = hold_limits(&Profile::built_in().unwrap(), &channels);
        assert_eq!(limits["x_1"], 120_000);
        assert_eq!(limits["vy_1"], 120_005);
        assert_eq!(limits["ay_1"], 120_005);
        assert_eq!(limits["v1"], 110_000);
        assert_eq!(limits["p_1"], 110_000);
        assert_eq!(limits["fx_1"], 0, "a channel of one sample holds nothing");
        assert!(!limits.contains_key("x_2"));
    }
}
