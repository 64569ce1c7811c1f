//! How often a channel has which values in the visible span: its histogram.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    app::chart::{TimeRange, shrink},
    etl::{
        Result,
        base::CancelToken,
        held::{self, CellKind, CellKinds},
        insight::{ContactForces, Stretch},
        lake::run_file::{RunFile, Window},
        numeric::percentile,
        profile::Profile,
        schema::Field,
    },
};

/// Samples that are told from held values are enough when they are this share of those that the
/// channel's median interval makes expect.
const ENOUGH: f64 = 0.9;

/// What is asked of a run's table.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadDistribution {
    /// The channel.
    pub channel: String,
    /// Its median interval in microseconds.
    pub interval_us: Option<f64>,
    /// The channels of the run that hold no value.
    pub whole: BTreeSet<String>,
    /// What is visible, in microseconds since 1970.
    pub range: TimeRange,
    /// Columns of the histogram.
    pub columns: usize,
    /// Only samples of this part of the run.
    pub part: Option<RunPart>,
}

/// A part of a run in which a robot works.
#[derive(Debug, Clone, PartialEq)]
pub enum RunPart {
    /// In contact, which these forces tell.
    Contact(ContactForces),
    /// Within these layers, where forces do not tell contact.
    Layers(Vec<Stretch>),
}

impl RunPart {
    /// In words: `in contact`.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Contact(_) => "in contact",
            Self::Layers(_) => "in layers",
        }
    }
}

/// The values of a channel in a span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Samples by value, in equal steps over `span`.
    pub bins: Vec<u64>,
    /// The smallest and the largest value that the bins have.
    pub span: (f64, f64),
    /// Samples below and above the bins: few that lie far away.
    pub beyond: (u64, u64),
    /// Samples.
    pub samples: u64,
    /// How many of them may be held values.
    pub uncertain: u64,
    /// The part of the run that they are of: `in contact`; none: the whole.
    pub part: Option<&'static str>,
    /// The smallest and the largest sample.
    pub extent: (f64, f64),
    /// The 1st percentile, the median, the 99th and the 99.9th percentile.
    pub percentiles: [f64; 4],
    /// The profile's limits.
    pub limits: (Option<f64>, Option<f64>),
}

/// What the percentiles are called, in their order.
pub const PERCENTILES: [&str; 4] = ["p1", "median", "p99", "peak"];

impl ReadDistribution {
    /// Reads it from an open table, row group by row group; `None`: no value is visible.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn from_table(
        &self,
        file: &RunFile,
        profile: &Profile,
        cancel: &CancelToken,
    ) -> Result<Option<Distribution>> {
        let has = |name: &str| file.columns().iter().any(|c| c == name);
        let columns = held::companions(profile, &self.channel, has);
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let kinds = CellKinds::new(profile, &names, &self.whole);
        let from = file.row_at(self.range.start())?;
        let to = file.row_at(self.range.end().saturating_add(1))?;
        let groups = file.groups().filter_map(|group| {
            let rows = group.start.max(from)..group.end.min(to);
            (!rows.is_empty()).then_some(rows)
        });
        let groups: Vec<Range<u64>> = groups.collect();
        let mut counted = Counted::new(self.interval_us);
        counted.part = self.part.as_ref().map(RunPart::words);
        if let Some(RunPart::Layers(layers)) = &self.part {
            counted.within = Some(layers.clone());
        }
        if let Some(RunPart::Contact(forces)) = &self.part {
            let names: Vec<&str> = forces.columns.iter().map(String::as_str).collect();
            let mut finder = forces.finder(&profile.insight);
            for rows in &groups {
                cancel.check()?;
                let window = file.read(&names, rows.clone(), cancel)?;
                for (row, time) in window.times.iter().enumerate() {
                    let value = |column: &Vec<f64>| column.get(row).copied().unwrap_or(f64::NAN);
                    finder.add(*time, forces.net(window.columns.iter().map(value)));
                }
            }
            counted.within = Some(finder.finish());
        }
        for rows in groups {
            cancel.check()?;
            // What a cell is shows beside the one above it.
            let read = rows.start.saturating_sub(1)..rows.end;
            let window = file.read(&names, read, cancel)?;
            let first = (rows.start - window.first_row) as usize;
            counted.add(&window, first, &kinds);
        }
        let limits = profile.field_of(&self.channel).map(Field::limits);
        Ok(counted.finish(self.columns, limits.unwrap_or_default()))
    }
}

#[cfg(test)]
impl ReadDistribution {
    /// As [`ReadDistribution::from_table`], from the rows of the channel alone.
    pub(super) fn of_window(&self, window: &Window) -> Option<Distribution> {
        let profile = Profile::built_in().unwrap();
        let kinds = CellKinds::new(&profile, &[&self.channel], &self.whole);
        let mut counted = Counted::new(self.interval_us);
        counted.add(window, 0, &kinds);
        counted.finish(self.columns, (Some(-1500.0), None))
    }
}

/// Values that pass by.
#[derive(Debug, Default)]
struct Counted {
    samples: Vec<f64>,
    /// Values of cells that may be samples or held.
    unknown: Vec<f64>,
    /// For how long the channel has a value, in microseconds, silences left out.
    covered_us: i64,
    /// The channel's median interval in microseconds.
    interval_us: Option<f64>,
    /// Only what lies within these counts, and what they are called.
    within: Option<Vec<Stretch>>,
    part: Option<&'static str>,
}

impl Counted {
    fn new(interval_us: Option<f64>) -> Self {
        Self {
            interval_us,
            ..Self::default()
        }
    }

    /// Takes in the rows from `first` on of a window whose first column is the channel.
    fn add(&mut self, window: &Window, first: usize, kinds: &CellKinds) {
        let values = window.columns.first().map_or(&[][..], Vec::as_slice);
        // What is longer is a silence, as long as values are held by default.
        let longest = self.interval_us.map_or(i64::MAX, |us| (us * 10.0) as i64);
        let rows = values.iter().zip(&window.times).enumerate().skip(first);
        for (row, (value, time)) in rows {
            if !value.is_finite() || !self.counts(*time) {
                continue;
            }
            let before = row.checked_sub(1);
            let before = before.and_then(|at| Some((*values.get(at)?, *window.times.get(at)?)));
            if let Some((_, earlier)) = before.filter(|(value, _)| !value.is_nan()) {
                self.covered_us += (time - earlier).min(longest);
            }
            match kinds.of(window, 0, row) {
                CellKind::Sample => self.samples.push(*value),
                CellKind::Unknown => self.unknown.push(*value),
                CellKind::Held | CellKind::Null => {}
            }
        }
    }

    /// Whether a time is to be counted.
    fn counts(&self, time: i64) -> bool {
        let Some(within) = &self.within else {
            return true;
        };
        let at = within.partition_point(|stretch| stretch.to < time);
        within.get(at).is_some_and(|stretch| stretch.from <= time)
    }

    fn finish(
        mut self,
        columns: usize,
        limits: (Option<f64>, Option<f64>),
    ) -> Option<Distribution> {
        // Where as many samples are told as there should be, the rest is held; else it counts.
        let expected = self.covered_us as f64 / self.interval_us.unwrap_or(0.0);
        let mut uncertain = 0;
        if (self.samples.len() as f64) < expected * ENOUGH {
            uncertain = self.unknown.len() as u64;
            self.samples.append(&mut self.unknown);
        }
        let mut values = self.samples;
        let min = values.iter().copied().reduce(f64::min)?;
        let max = values.iter().copied().reduce(f64::max)?;
        let percentiles = percentile::of(&mut values, &[0.01, 0.5, 0.99, 0.999])?;
        let [p1, _, p99, peak] = percentiles;
        // A few far away must not press all others into one column.
        let margin = (p99 - p1) / 2.0;
        let (low, high) = match margin > 0.0 {
            true => (min.max(p1 - margin), max.min((p99 + margin).max(peak))),
            false => (min, max),
        };
        let mut counts = vec![0; bins_in(columns, values.len())];
        let (mut below, mut above) = (0, 0);
        let steps = counts.len();
        for value in &values {
            if *value < low {
                below += 1;
            } else if *value > high {
                above += 1;
            } else if let Some(count) = counts.get_mut(bin_of(*value, (low, high), steps)) {
                *count += 1;
            }
        }
        Some(Distribution {
            bins: counts,
            span: (low, high),
            beyond: (below, above),
            samples: values.len() as u64,
            uncertain,
            part: self.part,
            extent: (min, max),
            percentiles,
            limits,
        })
    }
}

/// About as many bins as the square root of the number of samples, each of the same whole number
/// of columns.
fn bins_in(columns: usize, samples: usize) -> usize {
    let wanted = (samples as f64).sqrt().ceil().max(1.0) as usize;
    (columns / columns.div_ceil(wanted).max(1)).max(1)
}

/// The bin of a value within the span; all of a span without length are in the middle.
pub fn bin_of(value: f64, (low, high): (f64, f64), bins: usize) -> usize {
    if high <= low {
        return bins / 2;
    }
    let by = shrink((low, high));
    let share = (value * by - low * by) / (high * by - low * by);
    ((share * bins as f64) as usize).min(bins.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(
        values: &[f64],
        companions: &[Vec<f64>],
        names: &[&str],
        interval_us: Option<f64>,
    ) -> Counted {
        let mut columns = vec![values.to_vec()];
        columns.extend(companions.iter().cloned());
        let window = Window {
            first_row: 0,
            times: (0..values.len() as i64).map(|i| i * 1_000).collect(),
            columns,
        };
        let kinds = CellKinds::new(&Profile::built_in().unwrap(), names, &BTreeSet::new());
        let mut counted = Counted::new(interval_us);
        counted.add(&window, 0, &kinds);
        counted
    }

    #[test]
    fn held_values_do_not_count_where_they_are_told() {
        // Each sample of a force stands in five rows; one repeats the sample before.
        let values: Vec<f64> = (0..500)
            .map(|row| f64::from((row / 5).max(1) * 10))
            .collect();
        let of = |interval| {
            let counted = counted(&values, &[], &["fx_1"], interval);
            counted.finish(10, (None, Some(5e3))).unwrap()
        };
        let known = of(Some(5_000.0));
        assert_eq!((known.samples, known.uncertain), (99, 0));
        assert_eq!(known.extent, (10.0, 990.0));
        assert_eq!(known.bins.iter().sum::<u64>(), 99);
        assert_eq!(known.percentiles[1], 500.0);
        assert_eq!(known.limits, (None, Some(5e3)));
        // Of a channel that should have a sample in each row the others count too.
        assert_eq!((of(Some(1_000.0)).samples, of(None).uncertain), (500, 401));
    }

    #[test]
    fn a_moving_axis_counts_its_samples_alone() {
        let x: Vec<f64> = (0..100).map(|row| f64::from(row / 2)).collect();
        let v: Vec<f64> = (0..100)
            .map(|row| if row < 2 { f64::NAN } else { 500.0 })
            .collect();
        let counted = counted(&x, &[v], &["x_1", "vx_1"], None);
        assert_eq!((counted.samples.len(), counted.unknown.len()), (50, 0));
    }

    #[test]
    fn bins_are_about_the_square_root_of_the_samples() {
        assert_eq!(bins_in(100, 2_000), 33, "45 wanted: three columns each");
        assert_eq!(bins_in(100, 1_000_000), 100);
        assert_eq!(bins_in(100, 10_000), 100);
        assert_eq!((bins_in(100, 1), bins_in(0, 50), bins_in(7, 0)), (1, 1, 1));
    }

    #[test]
    fn only_samples_in_contact_count_where_asked() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let kinds = CellKinds::new(&Profile::built_in().unwrap(), &["fx_1"], &BTreeSet::new());
        let window = Window {
            first_row: 0,
            times: (0..100).map(|i| i * 1_000).collect(),
            columns: vec![values],
        };
        let stretch = |from: i64, to: i64| Stretch {
            from: from * 1_000,
            to: to * 1_000,
        };
        let mut counted = Counted {
            within: Some(vec![stretch(10, 19), stretch(50, 89)]),
            ..Counted::new(Some(1_000.0))
        };
        counted.add(&window, 0, &kinds);
        let found = counted.finish(10, (None, None)).unwrap();
        assert_eq!((found.samples, found.extent), (50, (10.0, 89.0)));
    }

    #[test]
    fn spikes_do_not_flatten_the_rest() {
        let mut values: Vec<f64> = (0..20_000).map(|i| f64::from(i % 100)).collect();
        values[700] = -9999.5;
        values[900] = 1e6;
        let counted = counted(&values, &[], &["fx_1"], Some(1_000.0));
        let found = counted.finish(50, (None, None)).unwrap();
        assert_eq!(found.beyond, (1, 1));
        assert_eq!(found.extent, (-9999.5, 1e6));
        assert_eq!(found.bins.iter().sum::<u64>(), 19_998);
        assert!(
            found.span.0 >= -60.0 && found.span.1 < 160.0,
            "{:?}",
            found.span
        );
        let empty = Counted::default().finish(50, (None, None));
        assert_eq!(empty, None);
    }
}
