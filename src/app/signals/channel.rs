//! The channels to choose from, and those that have a chart at first.

use std::collections::BTreeSet;

use crate::etl::{catalog::RunDetail, compare, format::decimals_for, stats::ChannelStats, time};

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
    /// For each run: the time of its first sample, in microseconds since 1970.
    first_us: Vec<Option<i64>>,
    /// Of several runs their means, largest and smallest values and deviations, in this order.
    pub compared: Vec<compare::Line>,
}

/// Statistics that are compared beside the list, in order.
const COMPARED: [&str; 4] = ["mean", "max", "min", "std"];

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
            let line = |name: &&str| channel.lines.iter().find(|line| line.name == *name);
            Self {
                compared: COMPARED.iter().filter_map(line).cloned().collect(),
                ..Self::new(&channel.name, channel.unit.clone(), stats)
            }
        };
        shared.iter().map(channel).collect()
    }

    fn new(name: &str, unit: String, runs: Vec<Option<Option<&ChannelStats>>>) -> Self {
        let known = runs.iter().flatten().flatten();
        let extents = known.filter_map(|s| s.min.zip(s.max));
        let extent = extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let interval = |s: &ChannelStats| s.interval_median_s.map(|s| s * 1e6);
        let first = |s: &ChannelStats| time::parse(s.first_time.as_ref()?.as_bytes());
        Self {
            name: name.to_owned(),
            unit,
            extent,
            mean: None,
            rms: None,
            decimals: extent.map_or(2, |(min, max)| decimals_for(min, max)),
            first_us: runs
                .iter()
                .map(|run| run.flatten().and_then(first))
                .collect(),
            compared: Vec::new(),
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

    /// Digits after the point that tell values between `min` and `max` apart, at least those of the
    /// whole run.
    pub fn decimals_within(&self, min: f64, max: f64) -> usize {
        self.decimals.max(decimals_for(min, max))
    }

    /// The time of its first sample in a run, in microseconds since 1970.
    pub(super) fn first_us(&self, run: usize) -> Option<i64> {
        self.first_us.get(run).copied().flatten()
    }

    /// Whether a time, in microseconds since 1970, lies before its first sample in a run.
    pub(super) fn is_before_first(&self, run: usize, time: i64) -> bool {
        self.first_us(run).is_some_and(|first| time < first)
    }

    /// The median interval of its samples in a run, in microseconds.
    pub(super) fn interval_us(&self, run: usize) -> Option<f64> {
        self.runs.get(run).copied().flatten().flatten()
    }
}

/// What has a chart at first: the first `most` of the default channels that are there, else the
/// first channel with samples, else the first.
pub(super) fn charted_at_first(
    channels: &[Channel],
    default_channels: &[String],
    most: usize,
) -> BTreeSet<usize> {
    let place = |name: &String| channels.iter().position(|c| c.name == *name);
    let charted = default_channels.iter().filter_map(place).take(most);
    let charted: BTreeSet<usize> = charted.collect();
    if !charted.is_empty() || channels.is_empty() {
        return charted;
    }
    let sampled = channels.iter().position(|c| c.extent.is_some());
    [sampled.unwrap_or(0)].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_steady_part_are_told_apart() {
        let channel = Channel {
            decimals: 2,
            ..Channel::new("z_1", "mm".into(), vec![])
        };
        assert_eq!(channel.decimals_within(-3.005, -2.9953), 5);
        assert_eq!(channel.decimals_within(-48.0, 2.0), 2);
        assert_eq!(channel.decimals_within(-3.0, -3.0), 2);
    }

    #[test]
    fn default_channels_have_charts_else_the_first_with_samples() {
        let channel = |name: &str, extent| Channel {
            extent,
            ..Channel::new(name, String::new(), vec![])
        };
        let some = Some((0.0, 1.0));
        let channels = [
            channel("x_1", None),
            channel("z_1", some),
            channel("fz_1", some),
            channel("f1", some),
        ];
        let charted = |channels: &[Channel], names: &[&str], most| -> Vec<usize> {
            let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            charted_at_first(channels, &names, most)
                .into_iter()
                .collect()
        };
        let names = ["fz_2", "fz_1", "f1", "z_1"];
        assert_eq!(charted(&channels, &names, 3), [1, 2, 3]);
        assert_eq!(
            charted(&channels, &names, 1),
            [2],
            "the first that is there"
        );
        assert_eq!(charted(&channels, &[], 3), [1]);
        assert_eq!(charted(&channels[..1], &[], 3), [0]);
        assert_eq!(charted(&[], &names, 3), [0; 0]);
    }
}
