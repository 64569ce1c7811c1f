//! What is measured of a run once, before its rules look at it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    Thresholds,
    common_gaps::{CommonGap, take_common_gaps},
    raw_channel::RawChannel,
    repeat::{Stretch, stretches},
    rest::Rest,
    rules::{frozen::FROZEN_FORCE_SAMPLES, saturation::SATURATION_SAMPLES, zero_offset::REST_MM},
    thresholds::MIN_SAMPLES,
    timing::Intervals,
};
use crate::{
    clean::{RowFaults, RunSamples},
    schema::{FieldKind, Schema},
    stats::ChannelStats,
};

/// A run as the rules see it.
pub(super) struct RunFacts<'a> {
    pub samples: &'a RunSamples,
    pub schema: &'a Schema,
    pub thresholds: &'a Thresholds,
    /// Names of the cells that its rows name.
    pub cells: &'a [String],
    /// Names of all raw channels.
    pub names: Vec<String>,
    /// First and last sample over all channels, in microseconds.
    pub span: (i64, i64),
    /// Raw channels with enough samples to be evaluated.
    pub channels: Vec<RawChannel<'a>>,
    /// Raw channels with too few.
    pub too_short: Vec<RawChannel<'a>>,
    /// Gaps that all channels have at the same time; no channel has them among its own.
    pub common_gaps: Vec<CommonGap>,
    /// When each robot that has a force rests.
    pub rests: BTreeMap<&'a str, Rest>,
}

impl<'a> RunFacts<'a> {
    pub fn new(
        samples: &'a RunSamples,
        (schema, thresholds): (&'a Schema, &'a Thresholds),
        stats: &BTreeMap<String, ChannelStats>,
        cells: &'a [String],
    ) -> Self {
        let mut all = Vec::with_capacity(samples.channels.len());
        for channel in &samples.channels {
            let name = schema.raw_name(channel.id).to_string();
            all.extend(RawChannel::new(channel, schema, stats.get(&name)));
        }
        let names = all.iter().map(|c| c.name.clone()).collect();
        let span = span_of(&all);
        let least = thresholds.count(&MIN_SAMPLES);
        let (channels, too_short) = all.into_iter().partition(|c| c.values.len() >= least);
        let mut facts = Self {
            samples,
            schema,
            thresholds,
            cells,
            names,
            span,
            channels,
            too_short,
            common_gaps: Vec::new(),
            rests: BTreeMap::new(),
        };
        facts.channels.par_iter_mut().for_each(|channel| {
            channel.intervals = Intervals::of(channel, thresholds, span);
            channel.stretches = repeats_of(channel, thresholds);
        });
        facts.common_gaps = take_common_gaps(&mut facts.channels, thresholds);
        let robots = schema.robots.par_iter();
        let rests = robots.filter_map(|robot| Some((&**robot, facts.rest_of(robot)?)));
        facts.rests = rests.collect();
        facts
    }

    /// Channels of one kind of a robot, of those with enough samples.
    pub fn of_robot(&self, robot: &str, kind: FieldKind) -> impl Iterator<Item = &RawChannel<'a>> {
        let channels = self.channels.iter();
        channels.filter(move |c| **c.robot == *robot && c.is(kind))
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

    fn rest_of(&self, robot: &str) -> Option<Rest> {
        self.of_robot(robot, FieldKind::Force).next()?;
        let axes: Vec<&RawChannel<'_>> = self.of_robot(robot, FieldKind::Position).collect();
        Some(Rest::of(&axes, self.thresholds.get(&REST_MM)))
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
