//! The magnitude of the force on a robot's tool.

use std::sync::Arc;

use super::{Stretch, signals::Signal};
use crate::{
    numeric::{percentile, range},
    schema::ChannelName,
    transform::{Column, RunTable, clock::Clock},
};

/// ‖F‖ as recorded, at the times at which one of its components has a sample and all have a
/// value.
#[derive(Clone, Copy)]
pub(super) struct Force<'a> {
    table: &'a RunTable,
    column: &'a Column,
}

impl<'a> Force<'a> {
    /// That of `robot`; `None` where a component is missing.
    pub fn of(robot: &str, table: &'a RunTable) -> Option<Self> {
        let column = table.column(&ChannelName::TotalForce(robot).to_string())?;
        Some(Self { table, column })
    }

    fn clock(&self) -> &'a Clock {
        &self.table.clocks[self.column.clock]
    }

    /// Microseconds, strictly increasing.
    pub fn times(&self) -> &'a [i64] {
        &self.clock().times
    }

    /// [`Force::times`], for others to keep.
    pub fn shared_times(&self) -> Arc<Vec<i64>> {
        self.clock().times.clone()
    }

    /// As many, in N; NaN where it overflows.
    pub fn recorded(&self) -> &'a [f64] {
        &self.column.values
    }

    /// The recorded magnitudes within stretches, in one list.
    pub fn within(&self, stretches: &[Stretch]) -> Vec<f64> {
        let indices = stretches.iter().map(|s| s.indices(self.times()));
        let values = indices.flat_map(|i| &self.recorded()[i]);
        values.copied().filter(|v| v.is_finite()).collect()
    }

    /// The quantile `share` of all recorded magnitudes.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        quantiles(self.recorded(), &[share]).map(|[value]| value)
    }

    /// ‖F − bias‖ at [`Force::times`], in N: `forces` are its components, `bias` one value for
    /// each.
    pub fn without(&self, forces: &[Signal<'_>], bias: &[f64]) -> Vec<f64> {
        let rows = self.clock().rows();
        let mut squares: Vec<f64> = Vec::new();
        for (force, bias) in forces.iter().zip(bias) {
            let square = |value: &f64| (value - bias) * (value - bias);
            if force.clock == self.column.clock {
                add(&mut squares, force.values.iter().map(square));
                continue;
            }
            let own = self.table.clocks[force.clock].rows();
            let mut at = 0;
            let in_force = rows.iter().map(|row| {
                while own.get(at + 1).is_some_and(|next| next <= row) {
                    at += 1;
                }
                &force.values[at]
            });
            add(&mut squares, in_force.map(square));
        }
        squares
            .iter_mut()
            .for_each(|square| *square = square.sqrt());
        squares
    }
}

/// Adds `more` to `sums`, which are 0 where there are none: fresh memory is written before it is read.
fn add(sums: &mut Vec<f64>, more: impl ExactSizeIterator<Item = f64>) {
    if sums.is_empty() {
        sums.extend(more);
        return;
    }
    sums.iter_mut()
        .zip(more)
        .for_each(|(sum, more)| *sum += more);
}

/// Quantiles of those values that are finite.
pub(super) fn quantiles<const N: usize>(values: &[f64], shares: &[f64; N]) -> Option<[f64; N]> {
    let mut kept = Vec::new();
    if values.iter().all(|v| v.is_finite()) {
        // Nearly always: nothing is copied but what lies near the quantiles.
        return percentile::of_values(values, range(values), shares, &mut kept);
    }
    kept.extend(values.iter().filter(|v| v.is_finite()));
    percentile::of(&mut kept, shares)
}
