//! The samples of one robot.

use std::collections::BTreeMap;

use crate::{
    schema::{ChannelName, FieldKind, Schema},
    stats::ChannelStats,
    transform::RunTable,
};

use super::{Axis, Stretch};

/// One raw channel: a position or a force.
#[derive(Clone, Copy)]
pub(super) struct Signal<'a> {
    pub name: &'a str,
    /// `x`, `y`, `z`.
    pub axis: &'a str,
    /// Microseconds, strictly increasing, at least one.
    pub times: &'a [i64],
    /// As many, finite, in mm or N.
    pub values: &'a [f64],
    /// Of the channel.
    pub stats: &'a ChannelStats,
    /// Its clock in the table.
    pub clock: usize,
}

/// Positions and forces of one robot.
pub(super) struct Signals<'a> {
    pub positions: Vec<Signal<'a>>,
    pub forces: Vec<Signal<'a>>,
    /// Whether it has all positions that the schema knows, and at least one.
    pub all_positions: bool,
    /// The same of forces.
    pub all_forces: bool,
}

impl<'a> Signals<'a> {
    /// Those of `robot`; `channels` are the statistics of the table's columns by name.
    pub fn of(
        robot: &str,
        table: &'a RunTable,
        channels: &'a BTreeMap<String, ChannelStats>,
        schema: &'a Schema,
    ) -> Self {
        let of_kind = |kind| {
            let fields = schema.fields.iter().filter(move |field| field.kind == kind);
            let all = fields.clone().count();
            let signals: Vec<Signal<'a>> = fields
                .filter_map(|field| {
                    let column = table.column(&ChannelName::Raw(field, robot).to_string())?;
                    Some(Signal {
                        name: &column.name,
                        axis: field.axis.as_deref().unwrap_or_default(),
                        times: &table.clocks[column.clock].times,
                        values: &column.values,
                        stats: channels.get(&column.name)?,
                        clock: column.clock,
                    })
                })
                .filter(|signal| !signal.times.is_empty())
                .collect();
            let whole = all > 0 && signals.len() == all;
            (signals, whole)
        };
        let (positions, all_positions) = of_kind(FieldKind::Position);
        let (forces, all_forces) = of_kind(FieldKind::Force);
        Self {
            positions,
            forces,
            all_positions,
            all_forces,
        }
    }

    /// The axes, to tell when the robot rests.
    pub fn axes(&self) -> Vec<Axis<'a>> {
        let axis = |signal: &Signal<'a>| Axis {
            times: signal.times,
            values: signal.values,
            median_us: signal.stats.interval_median_s.map(|s| s * 1e6),
        };
        self.positions.iter().map(axis).collect()
    }

    /// The time in which all positions have begun and none has ended.
    pub fn span(&self) -> Option<Stretch> {
        let signals = self.positions.iter();
        let from = signals.clone().filter_map(|s| s.times.first()).max()?;
        let to = signals.filter_map(|s| s.times.last()).min()?;
        (from < to).then_some(Stretch {
            from: *from,
            to: *to,
        })
    }
}
