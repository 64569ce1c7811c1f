//! The path of a robot's tool, at the sample times of one axis.

use std::borrow::Cow;

use super::signals::{Signal, Signals};
use crate::transform::distance::chord;

/// Points of a path. Axes with clocks of their own are interpolated between their samples: a
/// held value would put a circle's points beside it.
pub(super) struct Path<'a> {
    /// Microseconds, strictly increasing.
    pub times: &'a [i64],
    /// Positions along the forming axis in mm.
    pub forming: &'a [f64],
    /// Positions along the other axes in mm, in the profile's order.
    pub others: Vec<Cow<'a, [f64]>>,
    /// Length of the path from its first point in mm: the sum of chords. Finite.
    pub along: Vec<f64>,
}

impl<'a> Path<'a> {
    /// The path at the samples of axis `forming`.
    ///
    /// # Errors
    /// Why there is none: an axis is missing, or the path is longer than a double can be.
    pub fn of(signals: &Signals<'a>, forming: &str) -> Result<Self, String> {
        let axis = signals.positions.iter().find(|s| s.axis == forming);
        let (true, Some(span), Some(base)) = (signals.all_positions, signals.span(), axis) else {
            return Err(format!(
                "the layers of axis {forming} need all positions of the robot"
            ));
        };
        let range = span.indices(base.times);
        let times = &base.times[range.clone()];
        let others: Vec<Cow<'a, [f64]>> = signals
            .positions
            .iter()
            .filter(|s| s.name != base.name)
            .map(|s| match s.clock == base.clock {
                true => Cow::Borrowed(&s.values[range.clone()]),
                false => Cow::Owned(interpolated(s, times)),
            })
            .collect();
        let forming = &base.values[range];
        let along = along(forming, &others);
        if !along.last().is_none_or(|length| length.is_finite()) {
            return Err("the length of the path is too large for a number".to_owned());
        }
        Ok(Self {
            times,
            forming,
            others,
            along,
        })
    }
}

/// Length of the path up to each point.
fn along(forming: &[f64], others: &[Cow<'_, [f64]>]) -> Vec<f64> {
    let square = |pair: &[f64]| (pair[1] - pair[0]) * (pair[1] - pair[0]);
    // None before the first point. Written before it is read: so fresh memory is mapped once.
    let mut squares: Vec<f64> = forming.first().map(|_| 0.0).into_iter().collect();
    squares.reserve_exact(forming.len());
    squares.extend(forming.windows(2).map(square));
    for axis in others {
        let sums = squares.get_mut(1..).unwrap_or_default().iter_mut();
        for (sum, pair) in sums.zip(axis.windows(2)) {
            *sum += square(pair);
        }
    }
    let mut sum = 0.0;
    let lengths = squares.into_iter().enumerate().map(|(point, square)| {
        sum += if square.is_finite() {
            square.sqrt()
        } else {
            let axes = std::iter::once(forming).chain(others.iter().map(|axis| &**axis));
            chord(axes.map(|axis| axis[point] - axis[point - 1]))
        };
        sum
    });
    lengths.collect()
}

/// Values of a signal at `times` (ascending, within its own) on the straight lines between its
/// samples.
fn interpolated(signal: &Signal<'_>, times: &[i64]) -> Vec<f64> {
    let mut at = 0;
    let mut out = Vec::with_capacity(times.len());
    for time in times {
        while signal.times.get(at + 1).is_some_and(|next| next <= time) {
            at += 1;
        }
        let value = signal.values[at];
        out.push(match signal.times.get(at + 1) {
            Some(next) => {
                let share = (time - signal.times[at]) as f64 / (next - signal.times[at]) as f64;
                value + (signal.values[at + 1] - value) * share
            }
            None => value,
        });
    }
    out
}
