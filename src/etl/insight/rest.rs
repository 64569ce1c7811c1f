//! When a robot rests, and what its load cells read then.

use super::Stretch;

/// Samples of one axis.
#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    /// Microseconds, strictly increasing, at least one.
    pub times: &'a [i64],
    /// As many, in mm.
    pub values: &'a [f64],
    /// Median interval in microseconds; `None` for a single sample.
    pub median_us: Option<f64>,
}

/// A slot of time: its number from the start of the run.
type Slot = i64;

/// Samples that an axis or a force needs in a slot, to say something of it.
const LEAST: usize = 3;

/// The time in which a robot rests, in slots of one length.
#[derive(Debug, PartialEq, Default)]
pub struct Rest {
    start: i64,
    length: i64,
    slots: Vec<Slot>,
}

/// What a load cell reads at rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offset {
    /// The slot mean that is nearest to zero: the cell never reads less.
    pub mean: f64,
    /// First and last time of the slots.
    pub span: (i64, i64),
    /// How long the robot rests while the cell measures, in seconds.
    pub seconds: f64,
}

impl Rest {
    /// Where none of `axes` covers more than `range` in a second, or in ten intervals where
    /// that is longer. Empty without axes.
    pub fn of(axes: &[Axis<'_>], range: f64) -> Self {
        if axes.is_empty() {
            return Self::default();
        }
        let start = axes
            .iter()
            .filter_map(|a| a.times.first().copied())
            .min()
            .unwrap_or_default();
        let median = axes.iter().filter_map(|a| a.median_us).fold(0.0, f64::max);
        let length = (10.0 * median).clamp(1e6, 1e12) as i64;
        let mut slots: Option<Vec<Slot>> = None;
        for axis in axes {
            let quiet = quiet_slots(axis, start, length, range);
            slots = Some(match slots {
                None => quiet,
                Some(old) => common(&old, &quiet),
            });
        }
        Self {
            start,
            length,
            slots: slots.unwrap_or_default(),
        }
    }

    /// Whether there were no axes that would tell of it.
    pub fn is_blind(&self) -> bool {
        self.length == 0
    }

    /// The stretches of time at rest, ascending.
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut out: Vec<Stretch> = Vec::new();
        for slot in &self.slots {
            let from = self.start + slot * self.length;
            let to = from + self.length;
            match out.last_mut().filter(|last| last.to == from) {
                Some(last) => last.to = to,
                None => out.push(Stretch { from, to }),
            }
        }
        out
    }

    /// What a load cell with these samples reads in that time; `None` when it has none there.
    /// `times` are in microseconds, `values` in N.
    pub fn offset(&self, times: &[i64], values: &[f64]) -> Option<Offset> {
        let mut found: Option<Offset> = None;
        for slot in &self.slots {
            let from = self.start + slot * self.length;
            let a = times.partition_point(|t| *t < from);
            let b = times.partition_point(|t| *t < from + self.length);
            if b - a < LEAST {
                continue;
            }
            let mean = values[a..b].iter().sum::<f64>() / (b - a) as f64;
            let span = (times[a], times[b - 1]);
            let seconds = self.length as f64 / 1e6;
            found = Some(match found {
                None => Offset {
                    mean,
                    span,
                    seconds,
                },
                Some(old) => Offset {
                    mean: if mean.abs() < old.mean.abs() {
                        mean
                    } else {
                        old.mean
                    },
                    span: (old.span.0, span.1),
                    seconds: old.seconds + seconds,
                },
            });
        }
        found.map(|o| Offset {
            // The last slot may reach beyond the last sample.
            seconds: o.seconds.min((o.span.1 - o.span.0) as f64 / 1e6),
            ..o
        })
    }
}

/// Slots in which the axis has samples that cover no more than `range`.
fn quiet_slots(axis: &Axis<'_>, start: i64, length: i64, range: f64) -> Vec<Slot> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(first) = axis.times.get(from) {
        let slot = (first - start).div_euclid(length);
        let end = start + (slot + 1) * length;
        // Slots are short: a walk is quicker than a search.
        let mut to = from;
        let mut seen = (f64::INFINITY, f64::NEG_INFINITY);
        while to < axis.times.len() && axis.times[to] < end {
            let v = axis.values[to];
            seen = (
                if v < seen.0 { v } else { seen.0 },
                if v > seen.1 { v } else { seen.1 },
            );
            to += 1;
        }
        if to - from >= LEAST && seen.1 - seen.0 <= range {
            out.push(slot);
        }
        from = to;
    }
    out
}

/// What two ascending lists have in common.
fn common(a: &[Slot], b: &[Slot]) -> Vec<Slot> {
    a.iter()
        .copied()
        .filter(|s| b.binary_search(s).is_ok())
        .collect()
}
