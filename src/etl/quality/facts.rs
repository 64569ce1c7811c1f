//! What is measured of a run once, before its rules look at it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    Settings, Thresholds,
    clusters::Clustering,
    common_gaps::{CommonGap, take_common_gaps},
    jumps::take_jumps,
    raw_channel::RawChannel,
    repeat::{Stretch, stretches},
    resolution::Resolution,
    rules::{
        frozen::{FROZEN_FORCE_SAMPLES, MOVING_MM},
        saturation::SATURATION_SAMPLES,
    },
    thresholds::MIN_SAMPLES,
    timing::Intervals,
};
use crate::{
    clean::{RowFaults, RunSamples},
    insight::{InsightThresholds, Rest, RunInsight},
    schema::{FieldKind, Schema},
    stats::{ChannelStats, RobotState},
};

/// A run as the rules see it.
pub(super) struct RunFacts<'a> {
    pub samples: &'a RunSamples,
    pub schema: &'a Schema,
    pub thresholds: &'a Thresholds,
    pub insight: &'a InsightThresholds,
    /// Names of the cells that its rows name.
    pub cells: &'a [String],
    /// Names of all raw channels.
    pub names: Vec<String>,
    /// First and last sample over all channels, in microseconds; without what clocks that were
    /// set made of the end.
    pub span: (i64, i64),
    /// Raw channels with enough samples to be evaluated.
    pub channels: Vec<RawChannel<'a>>,
    /// Raw channels with too few.
    pub too_short: Vec<RawChannel<'a>>,
    /// Gaps that all channels have at the same time; no channel has them among its own.
    pub common_gaps: Vec<CommonGap>,
    /// What is known of each robot.
    pub robots: &'a RunInsight,
}

impl<'a> RunFacts<'a> {
    pub fn new(
        samples: &'a RunSamples,
        settings: &Settings<'a>,
        stats: &BTreeMap<String, ChannelStats>,
        robots: &'a RunInsight,
        cells: &'a [String],
    ) -> Self {
        let Settings {
            schema,
            thresholds,
            insight,
            rules: _,
        } = *settings;
        let mut all = Vec::with_capacity(samples.channels.len());
        for (channel, faults) in samples.channels.iter().zip(&samples.faults) {
            let name = schema.raw_name(channel.id).to_string();
            all.extend(RawChannel::new((channel, faults), schema, stats.get(&name)));
        }
        let names = all.iter().map(|c| c.name.clone()).collect();
        let span = span_of(&all);
        let least = thresholds.count(&MIN_SAMPLES);
        let (channels, too_short) = all.into_iter().partition(|c| c.values.len() >= least);
        let mut facts = Self {
            samples,
            schema,
            thresholds,
            insight,
            cells,
            names,
            span,
            channels,
            too_short,
            common_gaps: Vec::new(),
            robots,
        };
        let each = facts.channels.par_iter_mut().with_max_len(1);
        each.for_each(|channel| {
            channel.intervals = Intervals::of(channel, thresholds, span);
            channel.stretches = repeats_of(channel, thresholds);
            let size = channel.min.abs().max(channel.max.abs());
            channel.resolution = Resolution::of(channel.values, size);
        });
        facts.common_gaps = take_common_gaps(&mut facts.channels, insight.rest_mm);
        facts.span = take_jumps(&mut facts.channels, thresholds, insight.rest_mm, span);
        facts
    }

    /// Channels of one kind of a robot, of those with enough samples.
    pub fn of_robot(&self, robot: &str, kind: FieldKind) -> impl Iterator<Item = &RawChannel<'a>> {
        let channels = self.channels.iter();
        channels.filter(move |c| **c.robot == *robot && c.is(kind))
    }

    /// Whether a robot stood for the whole run.
    pub fn is_parked(&self, robot: &str) -> bool {
        let robot = self.robots.get(robot);
        robot.is_some_and(|r| r.stats.state == Some(RobotState::Parked))
    }

    /// When a robot rests; `None` where it lacks an axis.
    pub fn rest_of(&self, robot: &str) -> Option<&Rest> {
        self.robots.get(robot)?.rest.as_ref()
    }

    /// Whether an axis of the robot of `channel`, itself aside, covers more than `moving_mm` in
    /// a span.
    pub fn moves(&self, channel: &RawChannel<'_>, span: (i64, i64)) -> bool {
        let busiest = self.busiest_axis(channel.robot, &channel.name, span);
        busiest.is_some_and(|(_, range)| range > self.thresholds.get(&MOVING_MM))
    }

    /// The step of the run's load cells, where one of them has steps above its noise.
    pub fn coarse_force_step(&self) -> Option<f64> {
        let forces = self.channels.iter().filter(|c| c.is(FieldKind::Force));
        let steps = forces.filter_map(RawChannel::coarse_step);
        steps.max_by(f64::total_cmp)
    }

    /// How findings of a channel are put together.
    pub fn clustering(&self, channel: &RawChannel<'_>) -> Clustering {
        Clustering::new(self.thresholds, channel.median_us)
    }

    /// The name of each raw channel, and what was wrong with its rows.
    pub fn row_faults(&self) -> impl Iterator<Item = (String, &RowFaults)> {
        let channels = self.samples.channels.iter().zip(&self.samples.faults);
        channels.map(|(channel, faults)| (self.schema.raw_name(channel.id).to_string(), faults))
    }

    /// Of the positions of a robot, `except` aside, the one that covers most in a span, and
    /// how much it covers.
    pub fn busiest_axis(
        &self,
        robot: &str,
        except: &str,
        (from, to): (i64, i64),
    ) -> Option<(&str, f64)> {
        self.of_robot(robot, FieldKind::Position)
            .filter(|axis| axis.name != except)
            .map(|axis| (axis.name.as_str(), axis.range_in(from, to)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// First and last sample over all channels.
fn span_of(channels: &[RawChannel<'_>]) -> (i64, i64) {
    let first = channels.iter().map(|c| c.span().0).min();
    let last = channels.iter().map(|c| c.span().1).max();
    (first.unwrap_or_default(), last.unwrap_or_default())
}

/// Stretches of one value that are long enough for any rule of the channel's kind.
fn repeats_of(channel: &RawChannel<'_>, thresholds: &Thresholds) -> Vec<Stretch> {
    if channel.is_constant() {
        return Vec::new();
    }
    let least = match channel.field.kind {
        FieldKind::Force => thresholds
            .count(&SATURATION_SAMPLES)
            .min(thresholds.count(&FROZEN_FORCE_SAMPLES)),
        FieldKind::Position => thresholds.count(&MIN_SAMPLES).max(2),
        FieldKind::Other => return Vec::new(),
    };
    stretches(channel.values, least)
}
