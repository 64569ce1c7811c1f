//! What force channels read without a forming force: their zero and the tool's weight.

use std::collections::BTreeMap;

use super::{
    InsightThresholds, Rest, Stretch,
    force::Force,
    signals::{Signal, Signals},
    stretch::without,
};
use crate::{
    numeric::percentile,
    stats::{Bias, BiasSource, RobotState},
};

/// Seconds that a stretch in the air needs, and samples of each force channel.
const AIR_SECONDS: i64 = 2_000_000;
const AIR_SAMPLES: usize = 20;
/// How often a stretch in the air is cut again after its median moved.
const CUTS: usize = 16;

/// The bias of each force channel of a robot, by its name. `force` is `None` where a channel is
/// missing.
pub(super) fn bias(
    signals: &Signals<'_>,
    state: RobotState,
    force: Option<Force<'_>>,
    rest: Option<&Rest>,
    thresholds: &InsightThresholds,
) -> BTreeMap<String, Bias> {
    let found = match state {
        RobotState::Parked => whole(&signals.forces, BiasSource::Parked),
        RobotState::Air => whole(&signals.forces, BiasSource::Air),
        RobotState::Unknown => None,
        RobotState::Contact => force
            .zip(rest)
            .and_then(|(force, rest)| in_contact(signals, force, rest, thresholds)),
    };
    let found = found.unwrap_or_else(|| {
        let unknown = Bias {
            value: None,
            source: BiasSource::Unknown,
            sigma: None,
        };
        vec![unknown; signals.forces.len()]
    });
    let names = signals.forces.iter().map(|f| f.name.to_owned());
    names.zip(found).collect()
}

/// Over the whole run.
fn whole(forces: &[Signal<'_>], source: BiasSource) -> Option<Vec<Bias>> {
    let of = |force: &Signal<'_>| {
        let median = force.stats.median?;
        let sigma = percentile::mad_sigma(&mut force.values.to_vec(), median);
        Some(Bias {
            value: Some(median),
            source,
            sigma,
        })
    };
    forces.iter().map(of).collect()
}

/// Of a run in contact: from its stretches at rest, else from those in the air at its start and
/// end, in which the force is low.
fn in_contact(
    signals: &Signals<'_>,
    force: Force<'_>,
    rest: &Rest,
    thresholds: &InsightThresholds,
) -> Option<Vec<Bias>> {
    let half = force.quantile(0.9)? / 2.0;
    let is_low = |stretch: &Stretch| {
        let median = percentile::median(&mut force.within(&[*stretch]));
        median.is_some_and(|median| median < half)
    };
    let stretches = rest.stretches();
    let parked = stretches.iter().copied();
    let parked: Vec<Stretch> = parked
        .filter(|stretch| stretch.seconds() >= thresholds.rest_s)
        .filter(is_low)
        .collect();
    if let Some(bias) = pooled(&signals.forces, &parked, BiasSource::Parked) {
        return Some(bias);
    }
    let moving = without(signals.span()?, &stretches);
    let band = thresholds.air_band_n;
    let start = air(&signals.forces, *moving.first()?, band, Side::Start);
    let end = air(&signals.forces, *moving.last()?, band, Side::End);
    let air: Vec<Stretch> = start.into_iter().chain(end).filter(is_low).collect();
    pooled(&signals.forces, &air, BiasSource::Air)
}

/// Over the samples of all stretches; `None` where a channel has none there.
fn pooled(forces: &[Signal<'_>], stretches: &[Stretch], source: BiasSource) -> Option<Vec<Bias>> {
    let of = |force: &Signal<'_>| {
        let indices = stretches.iter().map(|s| s.indices(force.times));
        let mut values: Vec<f64> = indices.flat_map(|i| &force.values[i]).copied().collect();
        let median = percentile::median(&mut values)?;
        Some(Bias {
            value: Some(median),
            source,
            sigma: percentile::mad_sigma(&mut values, median),
        })
    };
    forces.iter().map(of).collect()
}

/// Where a stretch is held fast.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Start,
    End,
}

/// The longest stretch at one side of `moving` in which every force is within ± `band` of its
/// median there; `None` where it is too short to tell.
fn air(forces: &[Signal<'_>], moving: Stretch, band: f64, side: Side) -> Option<Stretch> {
    let least = least(forces, moving, side)?;
    let mut stretch = least;
    // The first medians are of the shortest stretch, so that contact further on does not count.
    let mut wider = moving;
    for _ in 0..CUTS {
        let mut cut = wider;
        for force in forces {
            let mut values = force.values[stretch.indices(force.times)].to_vec();
            let median = percentile::median(&mut values)?;
            cut = shortened(force, cut, side, |v| (v - median).abs() <= band);
        }
        if cut.seconds() < least.seconds() {
            return None;
        }
        if cut == stretch {
            return Some(stretch);
        }
        (stretch, wider) = (cut, cut);
    }
    None
}

/// The shortest stretch that is long enough.
fn least(forces: &[Signal<'_>], moving: Stretch, side: Side) -> Option<Stretch> {
    let Stretch { mut from, mut to } = moving;
    match side {
        Side::Start => to = from + AIR_SECONDS,
        Side::End => from = to - AIR_SECONDS,
    }
    for force in forces {
        let times = &force.times[moving.indices(force.times)];
        match side {
            Side::Start => to = to.max(*times.get(AIR_SAMPLES - 1)?),
            Side::End => from = from.min(*times.get(times.len().checked_sub(AIR_SAMPLES)?)?),
        }
    }
    (from >= moving.from && to <= moving.to).then_some(Stretch { from, to })
}

/// `stretch` up to the sample before the first that `holds` not, from the side at which it is
/// held fast.
fn shortened(
    force: &Signal<'_>,
    stretch: Stretch,
    side: Side,
    holds: impl Fn(f64) -> bool,
) -> Stretch {
    let indices = stretch.indices(force.times);
    let (times, values) = (&force.times[indices.clone()], &force.values[indices]);
    match side {
        Side::Start => match values.iter().position(|v| !holds(*v)) {
            Some(bad) => Stretch {
                to: times[bad.saturating_sub(1)],
                ..stretch
            },
            None => stretch,
        },
        Side::End => match values.iter().rposition(|v| !holds(*v)) {
            Some(bad) => Stretch {
                from: times[(bad + 1).min(times.len() - 1)],
                ..stretch
            },
            None => stretch,
        },
    }
}
