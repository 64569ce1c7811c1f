//! Two to six runs compared: the statistics of the channels that they share, and how
//! far each run is from the first.

use std::collections::BTreeSet;

use super::{
    Error, Result,
    catalog::RunDetail,
    natural_order::compare_names,
    stats::{ChannelStatistic, ChannelStats, StatisticUnit},
    suggest::did_you_mean,
    text,
};

/// Fewer runs are nothing to compare.
pub const FEWEST: usize = 2;
/// More series cannot be told apart on a chart.
pub const MOST: usize = 6;

/// One figure of one run, held against the first run's.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// The figure; `None` where the run has none.
    pub value: Option<f64>,
    /// `value` − the first run's; `None` where one of them is missing.
    pub difference: Option<f64>,
    /// The difference in per cent of the first run's magnitude, so that its sign is that
    /// of the difference; `None` where that is zero.
    pub percent: Option<f64>,
}

/// One figure of all runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The key of section 5: `mean`, `total_runtime_seconds`.
    pub name: &'static str,
    /// The robot that a distance belongs to.
    pub robot: Option<String>,
    /// The unit of the values and the differences; empty for counts.
    pub unit: String,
    /// One for each run, in their order.
    pub cells: Vec<Cell>,
}

/// The statistics of one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// The table's column.
    pub name: String,
    /// Its unit. A channel whose unit differs between runs is not the same channel.
    pub unit: String,
    /// Which runs have it: their indices, in order.
    pub runs: Vec<usize>,
    /// One for each statistic.
    pub lines: Vec<Line>,
}

/// A channel that only one of the runs has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// The table's column.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// The run's index.
    pub run: usize,
}

/// Runs held against the first of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Runtime, distances, samples, rows.
    pub totals: Vec<Line>,
    /// Channels that at least two runs have, in the order of the tables' columns.
    pub channels: Vec<Channel>,
    /// Channels that one run has alone.
    pub singles: Vec<Single>,
}

/// What a run is called beside the others: `A` is the first.
pub fn letter(run: usize) -> char {
    u8::try_from(run)
        .ok()
        .and_then(|n| b'A'.checked_add(n))
        .filter(u8::is_ascii_uppercase)
        .map_or('?', char::from)
}

/// How a value stands to the first run's, where a number says something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Relative {
    /// The difference in per cent of the first run's magnitude.
    Percent(f64),
    /// So many times the first run's value, which is far from it.
    Times(f64),
    /// The first run's value is near zero: no ratio to it means anything.
    NearZero,
    /// One of the two is missing.
    Unknown,
}

/// From so many per cent on a ratio reads better.
const MOST_PERCENT: f64 = 1000.0;
/// From so many times on the first run's value counts as zero beside the other.
const MOST_TIMES: f64 = 1000.0;
/// A value below this share of the channel's range counts as zero.
const NEAR_ZERO: f64 = 0.005;

impl Channel {
    /// The largest range (maximum − minimum) of the channel in one of the runs; `None` where no
    /// run has one.
    pub fn range(&self) -> Option<f64> {
        let value = |name: &str| {
            let line = self.lines.iter().find(|line| line.name == name)?;
            Some(line.cells.iter().map(|cell| cell.value))
        };
        let ranges = value("max")?.zip(value("min")?);
        let ranges = ranges.filter_map(|(max, min)| Some(max? - min?));
        ranges.filter(|range| range.is_finite()).reduce(f64::max)
    }
}

impl Line {
    /// What its values are held against: the channel's range for values in the channel's unit;
    /// `None` for counts, rates, times and totals, which are held against the first run's value.
    pub fn scale(&self, channel: Option<&Channel>) -> Option<f64> {
        let channel = channel.filter(|c| c.unit == self.unit && !self.is_count())?;
        channel.range().filter(|range| *range > 0.0)
    }

    /// How far the runs are from the first: the largest difference as a share of `scale`, or of
    /// the larger of both values. 0: they are equal. Infinite where a run has no figure that
    /// another has.
    pub fn size(&self, scale: Option<f64>) -> f64 {
        let first = self.cells.first().and_then(|cell| cell.value);
        let size = |cell: &Cell| match (first, cell.value) {
            (None, None) => 0.0,
            (Some(a), Some(b)) if a == b => 0.0,
            (Some(a), Some(b)) => (b - a).abs() / scale.unwrap_or(a.abs().max(b.abs())),
            _ => f64::INFINITY,
        };
        self.cells.iter().skip(1).map(size).fold(0.0, f64::max)
    }

    /// How the value of a run stands to the first run's.
    pub fn relative(&self, run: usize, scale: Option<f64>) -> Relative {
        let first = self.cells.first().and_then(|cell| cell.value);
        let Some(((cell, value), first)) = self
            .cells
            .get(run)
            .and_then(|cell| Some((cell, cell.value?)))
            .zip(first)
        else {
            return Relative::Unknown;
        };
        if value == first {
            return Relative::Percent(0.0);
        }
        match cell.percent {
            _ if scale.is_some_and(|scale| first.abs() < scale * NEAR_ZERO) => Relative::NearZero,
            Some(percent) if percent.abs() < MOST_PERCENT => Relative::Percent(percent),
            Some(_) if (value / first).abs() < MOST_TIMES => Relative::Times(value / first),
            Some(_) => Relative::NearZero,
            None => Relative::NearZero,
        }
    }
}

impl Line {
    /// What it is called: `distance 1 (mm)`; with its unit where `unit` asks for it.
    pub fn title(&self, unit: bool) -> String {
        let name = match (self.name, &self.robot) {
            ("total_runtime_seconds", _) => "runtime".to_owned(),
            ("total_distance_mm", Some(robot)) => format!("distance {robot}"),
            (name, _) => match ChannelStatistic::from_key(name) {
                Some(statistic) => statistic.title.to_owned(),
                None => name.replace('_', " "),
            },
        };
        with_unit(&name, if unit { &self.unit } else { "" })
    }

    /// Whether its values are whole numbers of things.
    pub fn is_count(&self) -> bool {
        matches!(self.name, "samples" | "rows" | "complete_rows")
            || ChannelStatistic::from_key(self.name)
                .is_some_and(|s| s.unit == StatisticUnit::Samples)
    }
}

impl Line {
    /// Whether it tells how something was recorded (counts, rates, intervals) rather than what the
    /// process did; of a total there is no channel.
    pub fn is_of_recording(&self, channel: Option<&Channel>) -> bool {
        self.is_count() || channel.is_some_and(|channel| channel.unit != self.unit)
    }
}

/// `fz_1 (N)`; the name alone where there is no unit.
pub fn with_unit(name: &str, unit: &str) -> String {
    if unit.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({unit})")
    }
}

impl Comparison {
    /// Compares `runs` in all channels that at least two of them have. `None` stands for a
    /// run that is there no more: like one that failed, it has no figures. Without
    /// `statistics` in all of [`ChannelStatistic::compared`].
    pub fn new(runs: &[Option<&RunDetail>], statistics: &[&'static ChannelStatistic]) -> Self {
        let all: Vec<&ChannelStatistic>;
        let statistics = match statistics {
            [] => {
                all = ChannelStatistic::compared().collect();
                &all
            }
            chosen => chosen,
        };
        let (mut channels, mut singles) = (Vec::new(), Vec::new());
        for (name, unit) in names(runs) {
            let having: Vec<usize> = runs
                .iter()
                .enumerate()
                .filter(|(_, run)| stats(run, &name).is_some_and(|s| s.unit == unit))
                .map(|(at, _)| at)
                .collect();
            if let [run] = having[..] {
                singles.push(Single { name, unit, run });
                continue;
            }
            let line = |statistic: &&'static ChannelStatistic| {
                let value = |(at, run): (usize, &Option<&RunDetail>)| {
                    let stats = stats(run, &name).filter(|_| having.contains(&at));
                    stats.and_then(|s| (statistic.of)(s).number())
                };
                Line {
                    name: statistic.key,
                    robot: None,
                    unit: statistic.unit.symbol(&unit).to_owned(),
                    cells: cells(runs.iter().enumerate().map(value)),
                }
            };
            let lines = statistics.iter().map(line).collect();
            channels.push(Channel {
                name,
                unit,
                runs: having,
                lines,
            });
        }
        Self {
            totals: totals(runs),
            channels,
            singles,
        }
    }

    /// Keeps the named channels only, in the order in which they are named.
    ///
    /// # Errors
    /// [`Error::Usage`] for a channel that not even two runs have, with those that they
    /// share.
    pub fn keep(&mut self, names: &[String]) -> Result<()> {
        for name in names {
            if self.channels.iter().any(|c| c.name == *name) {
                continue;
            }
            let known = self.channels.iter().map(|c| c.name.as_str());
            let single = self.singles.iter().find(|s| s.name == *name);
            let why = match single {
                Some(single) => format!("only run {} has the channel", letter(single.run)),
                None => "none of the runs has a channel".into(),
            };
            let near = match single {
                Some(_) => String::new(),
                None => did_you_mean(name, known),
            };
            let shared: Vec<&str> = self.channels.iter().map(|c| c.name.as_str()).collect();
            let shared = match shared.as_slice() {
                [] => "they share none".into(),
                names => format!("they share {}", names.join(", ")),
            };
            let name = text::quoted(name, 60);
            return Err(Error::Usage(format!("{why} \"{name}\"{near}; {shared}")));
        }
        let place = |c: &Channel| names.iter().position(|n| *n == c.name);
        self.channels.retain(|c| place(c).is_some());
        self.channels.sort_by_key(place);
        Ok(())
    }
}

fn stats<'a>(run: &Option<&'a RunDetail>, channel: &str) -> Option<&'a ChannelStats> {
    run.and_then(|run| run.channels.get(channel))
}

/// Channels by name and unit, in the order of the first table that has them.
fn names(runs: &[Option<&RunDetail>]) -> Vec<(String, String)> {
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    for run in runs.iter().flatten() {
        for name in &run.columns {
            if let Some(stats) = run.channels.get(name) {
                let name = (name.clone(), stats.unit.clone());
                if seen.insert(name.clone()) {
                    names.push(name);
                }
            }
        }
    }
    names
}

fn totals(runs: &[Option<&RunDetail>]) -> Vec<Line> {
    // A failed run has counted nothing: that is not the same as zero.
    let line = |name, unit: &str, of: &dyn Fn(&RunDetail) -> Option<f64>| Line {
        name,
        robot: None,
        unit: unit.into(),
        cells: cells(runs.iter().map(|run| {
            let harvested = run.filter(|run| run.row.error().is_none());
            harvested.and_then(of)
        })),
    };
    let mut lines = vec![line("total_runtime_seconds", "s", &|run| {
        run.row.runtime_s()
    })];
    let mut robots: Vec<String> = Vec::new();
    for run in runs.iter().flatten() {
        let distances = run.row.distance_mm();
        robots.extend(distances.iter().map(|(robot, _)| robot.to_owned()));
    }
    robots.sort_by(|a, b| compare_names(a, b));
    robots.dedup();
    for robot in &robots {
        let distance = |run: &RunDetail| run.row.distance_mm().get(robot);
        lines.push(Line {
            robot: Some(robot.to_owned()),
            ..line("total_distance_mm", "mm", &distance)
        });
    }
    lines.push(line("samples", "", &|run| Some(run.row.samples() as f64)));
    lines.push(line("rows", "", &|run| Some(run.row.rows() as f64)));
    lines.push(line("complete_rows", "", &|run| {
        Some(run.row.complete_rows() as f64)
    }));
    lines
}

/// Values held against the first.
fn cells(values: impl Iterator<Item = Option<f64>>) -> Vec<Cell> {
    let values: Vec<Option<f64>> = values.collect();
    let first = values.first().copied().flatten();
    let finite = |v: f64| Some(v).filter(|v| v.is_finite());
    values
        .into_iter()
        .map(|value| {
            let difference = value.zip(first).and_then(|(v, f)| finite(v - f));
            let percent = difference
                .zip(first)
                .and_then(|(d, f)| finite(d / f.abs() * 100.0));
            Cell {
                value,
                difference,
                percent,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
