//! The channels to choose from, and those that have a chart at first.

use std::collections::BTreeSet;

use crate::etl::{
    catalog::RunDetail, compare, format::decimals_for, schema::ChannelName, stats::ChannelStats,
};

/// One channel as the list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// The tables' column.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Smallest and largest sample of all runs; `None` without samples.
    pub extent: Option<(f64, f64)>,
    /// Mean of the samples of a single run.
    pub mean: Option<f64>,
    /// Root of the mean of their squares.
    pub rms: Option<f64>,
    /// Digits after the point.
    pub decimals: usize,
    /// For each run: whether it has the channel, and then the median interval of its samples
    /// in microseconds, if it has enough.
    pub runs: Vec<Option<Option<f64>>>,
}

impl Channel {
    /// All channels of one run, in the table's order.
    pub(super) fn of_run(detail: &RunDetail) -> Vec<Self> {
        let channel = |name: &String| {
            let stats = detail.channels.get(name);
            let unit = stats.map(|s| s.unit.clone()).unwrap_or_default();
            Self {
                mean: stats.and_then(|s| s.mean),
                rms: stats.and_then(|s| s.rms),
                ..Self::new(name, unit, vec![Some(stats)])
            }
        };
        detail.columns.iter().skip(1).map(channel).collect()
    }

    /// The channels that at least two of the runs have.
    pub(super) fn of_runs(runs: &[Option<&RunDetail>], shared: &[compare::Channel]) -> Vec<Self> {
        let channel = |channel: &compare::Channel| {
            let stats = |run: usize| runs.get(run)?.as_ref()?.channels.get(&channel.name);
            let has = |run: usize| channel.runs.contains(&run).then(|| stats(run));
            let stats = (0..runs.len()).map(has).collect();
            Self::new(&channel.name, channel.unit.clone(), stats)
        };
        shared.iter().map(channel).collect()
    }

    fn new(name: &str, unit: String, runs: Vec<Option<Option<&ChannelStats>>>) -> Self {
        let known = runs.iter().flatten().flatten();
        let extents = known.filter_map(|s| s.min.zip(s.max));
        let extent = extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let interval = |s: &ChannelStats| s.interval_median_s.map(|s| s * 1e6);
        Self {
            name: name.to_owned(),
            unit,
            extent,
            mean: None,
            rms: None,
            decimals: extent.map_or(2, |(min, max)| decimals_for(min, max)),
            runs: runs
                .iter()
                .map(|run| run.map(|stats| stats.and_then(interval)))
                .collect(),
        }
    }

    /// Whether a run has it.
    pub fn is_in(&self, run: usize) -> bool {
        self.runs.get(run).is_some_and(Option::is_some)
    }

    /// The median interval of its samples in a run, in microseconds.
    pub(super) fn interval_us(&self, run: usize) -> Option<f64> {
        self.runs.get(run).copied().flatten().flatten()
    }
}

/// What has a chart at first, of one run: the channels that tell most, else the first channel
/// with samples.
pub(super) fn default_of_run(channels: &[Channel], telling: &[String]) -> BTreeSet<usize> {
    let find = |name: &String| channels.iter().position(|c| c.name == *name);
    let found: BTreeSet<usize> = telling.iter().filter_map(find).collect();
    if !found.is_empty() {
        return found;
    }
    let first = channels.iter().position(|c| c.extent.is_some());
    first.into_iter().collect()
}

/// The same of several runs: the magnitude of force, else of speed, else the first channel.
pub(super) fn default_of_runs(channels: &[Channel], robots: &[&String]) -> BTreeSet<usize> {
    let magnitude = |of: for<'r> fn(&'r str) -> ChannelName<'r>| {
        let names: Vec<String> = robots.iter().map(|r| of(r).to_string()).collect();
        channels.iter().position(|c| names.contains(&c.name))
    };
    magnitude(|r| ChannelName::TotalForce(r))
        .or_else(|| magnitude(|r| ChannelName::Speed(r)))
        .or_else(|| (!channels.is_empty()).then_some(0))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_magnitude_the_first_channel_of_several_runs_has_a_chart() {
        let robots = ["1", "2", "10", "left"].map(str::to_owned);
        let robots: Vec<&String> = robots.iter().collect();
        let first = |names: &[&str]| {
            let channel = |name: &&str| Channel::new(name, String::new(), vec![]);
            let channels: Vec<Channel> = names.iter().map(channel).collect();
            default_of_runs(&channels, &robots).first().copied()
        };
        assert_eq!(first(&["fx_1", "v1", "f2", "f10"]), Some(2));
        assert_eq!(first(&["flow_left", "vleft", "fleft"]), Some(2));
        assert_eq!(first(&["fx_1", "v", "v1"]), Some(2));
        assert_eq!(first(&["fx_1", "temperature"]), Some(0));
        assert_eq!(first(&[]), None);
    }
}
