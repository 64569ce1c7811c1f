//! Figures of made robots against what was planted.

use std::{collections::BTreeMap, f64::consts::TAU, sync::Arc};

use super::*;
use crate::{
    base::CancelToken,
    clean::{Channel, Ledger, RowFaults, RunSamples},
    profile::Profile,
    run_id::{ParsedRun, RunId},
    stats::{BiasSource, ContactSource, RobotState, compute_stats},
    transform::transform,
};

/// A made robot 1: positions in mm and forces in N by second, each channel on a clock of its
/// own.
struct Made {
    seconds: f64,
    position: Box<dyn Fn(f64) -> [f64; 3]>,
    force: Box<dyn Fn(f64) -> [f64; 3]>,
    /// Deviation of the noise of a force.
    noise: f64,
    /// Channels that it lacks.
    without: Vec<usize>,
}

/// Repeatable noise: about normal with deviation 1.
fn noise(i: usize, channel: u64) -> f64 {
    let mut sum = 0.0;
    for part in 0..4u64 {
        let mut x = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ ((channel << 8) | part);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        sum += ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
    }
    (sum - 2.0) * 3f64.sqrt()
}

impl Made {
    fn new(
        seconds: f64,
        position: impl Fn(f64) -> [f64; 3] + 'static,
        force: impl Fn(f64) -> [f64; 3] + 'static,
    ) -> Self {
        Self {
            seconds,
            position: Box::new(position),
            force: Box::new(force),
            noise: 4.0,
            without: Vec::new(),
        }
    }

    fn robot(&self) -> RobotInsight {
        let profile = Profile::built_in().unwrap();
        let channels = (0..6).filter(|id| !self.without.contains(id)).map(|id| {
            let (interval, deviation) = if id < 3 {
                (12_000, 0.002)
            } else {
                (10_000, self.noise)
            };
            let count = (self.seconds * 1e6) as i64 / interval;
            let times: Vec<i64> = (0..count).map(|i| i * interval + id as i64 * 700).collect();
            let value = |(i, time): (usize, &i64)| {
                let t = *time as f64 / 1e6;
                let value = if id < 3 {
                    (self.position)(t)[id]
                } else {
                    (self.force)(t)[id - 3]
                };
                value + deviation * noise(i, id as u64)
            };
            let values: Vec<f64> = times.iter().enumerate().map(value).collect();
            Channel {
                id,
                times: Arc::new(times),
                values: values.into(),
            }
        });
        let channels: Vec<Channel> = channels.collect();
        let run = RunSamples {
            run: ParsedRun {
                id: RunId(1),
                exact: true,
            },
            ledger: Ledger::default(),
            faults: vec![RowFaults::default(); channels.len()],
            channels,
            order: None,
            conflicts: Vec::new(),
            cells: Vec::new(),
        };
        let table = transform(&run, &profile, &CancelToken::new()).unwrap();
        let stats: BTreeMap<_, _> = table
            .columns
            .iter()
            .map(|c| (c.name.clone(), compute_stats(&table, c)))
            .collect();
        let mut robots = run_insight(&table, &stats, &profile, &profile.insight);
        robots.remove("1").unwrap()
    }
}

/// Seconds of a layer, its radius in mm and the step between layers in mm.
const LAYER_S: f64 = 4.0;
const RADIUS: f64 = 120.0;
const STEP: f64 = 0.4;

/// A tool that goes round in layers, each a little smaller.
fn layered(t: f64) -> [f64; 3] {
    let layer = (t / LAYER_S).floor();
    let angle = TAU * t / LAYER_S;
    let radius = RADIUS - 0.3 * layer;
    [
        500.0 + radius * angle.cos(),
        300.0 + radius * angle.sin(),
        -10.0 - STEP * layer,
    ]
}

const BIAS: [f64; 3] = [-87.0, 42.0, 310.0];

/// Forces that press from second `from` to second `to`, less every layer.
fn pressing(from: f64, to: f64) -> impl Fn(f64) -> [f64; 3] {
    move |t| {
        let press = if (from..to).contains(&t) {
            1500.0 - 5.0 * (t / LAYER_S).floor()
        } else {
            0.0
        };
        [BIAS[0] + 0.2 * press, BIAS[1], BIAS[2] - press]
    }
}

#[test]
fn layers_have_what_was_planted() {
    let robot = Made::new(60.0, layered, pressing(10.0, 59.0)).robot();
    let stats = &robot.stats;
    assert_eq!(stats.state, Some(RobotState::Contact));
    assert_eq!(stats.layers_reason, None);
    assert_eq!(stats.layers.len(), 15);
    for (i, layer) in stats.layers.iter().enumerate() {
        let radius = RADIUS - 0.3 * i as f64;
        assert!(
            (layer.z_mm - (-10.0 - STEP * i as f64)).abs() < 1e-3,
            "{layer:?}"
        );
        assert!(
            (layer.length_mm / (TAU * radius) - 1.0).abs() < 0.01,
            "{layer:?}"
        );
        assert!(
            (layer.radius_mm.unwrap() - radius).abs() < 0.05,
            "{layer:?}"
        );
        assert!(layer.complete);
        if i > 0 {
            assert!((layer.step_mm.unwrap() - STEP).abs() < 1e-3);
            let angle = STEP.atan2(0.3).to_degrees();
            assert!(
                (layer.wall_angle_deg.unwrap() - angle).abs() < 2.0,
                "{layer:?}"
            );
        }
        if i > 2 && i < 14 {
            let axial = BIAS[2] - (1500.0 - 5.0 * i as f64);
            assert!(
                (layer.axial_median_n.unwrap() - axial).abs() < 1.5,
                "{layer:?}"
            );
        }
    }
    let angle = STEP.atan2(0.3).to_degrees();
    assert!((stats.wall_angle_deg.unwrap() - angle).abs() < 0.2);
    assert!(stats.axial_slope_n_per_layer.unwrap().value < 0.0);
}

#[test]
fn bias_contact_and_duty_have_what_was_planted() {
    let robot = Made::new(60.0, layered, pressing(10.0, 50.0)).robot();
    let stats = &robot.stats;
    assert_eq!(stats.contact_source, Some(ContactSource::Bias));
    for (channel, wanted) in ["fx_1", "fy_1", "fz_1"].iter().zip(BIAS) {
        let bias = &stats.bias[*channel];
        assert_eq!(bias.source, BiasSource::Air);
        // 20 s in the air at 100 Hz: the median of n values is within 1.25 σ ÷ √n.
        let within = 5.0 * 4.0 / 2000f64.sqrt();
        assert!(
            (bias.value.unwrap() - wanted).abs() < within,
            "{channel}: {bias:?}"
        );
        assert!(
            (bias.sigma.unwrap() - 4.0).abs() < 0.5,
            "{channel}: {bias:?}"
        );
    }
    let [contact] = robot.contact[..] else {
        panic!("{:?}", robot.contact);
    };
    for (got, wanted) in [(contact.from, 10.0), (contact.to, 50.0)] {
        assert!((got as f64 / 1e6 - wanted).abs() <= 0.02, "{got}");
    }
    let (time, way) = (stats.duty.unwrap(), stats.duty_mm.unwrap());
    assert!((time.contact - 40.0 / 60.0).abs() < 1e-3 && time.parked == 0.0);
    assert!((way.contact - 40.0 / 60.0).abs() < 0.02, "{way:?}");
    assert!((time.contact + time.air + time.parked - 1.0).abs() < 1e-12);
    let press = (1500.0 - 25.0) * 1.04f64.sqrt();
    assert!((stats.forming.force_median_n.unwrap() / press - 1.0).abs() < 0.02);
    assert!(stats.forming.force_max_n.unwrap() >= stats.forming.force_peak_n.unwrap());
}

#[test]
fn a_rest_tells_the_bias_before_the_air_does() {
    // At rest for 14 s with the tool in its hand, then 3 s in the air, then in contact.
    let robot = Made::new(
        60.0,
        |t| layered((t - 14.0).max(0.0)),
        move |t| {
            let other = if t < 14.0 { 0.0 } else { 15.0 };
            pressing(17.0, 60.0)(t).map(|f| f + other)
        },
    )
    .robot();
    let bias = &robot.stats.bias["fz_1"];
    assert_eq!(bias.source, BiasSource::Parked);
    assert!((bias.value.unwrap() - BIAS[2]).abs() < 1.0, "{bias:?}");
    let duty = robot.stats.duty.unwrap();
    assert!((duty.parked - 14.0 / 60.0).abs() < 0.03, "{duty:?}");
    assert!((duty.contact - 43.0 / 60.0).abs() < 0.03, "{duty:?}");
}

#[test]
fn without_a_stretch_that_tells_the_bias_is_unknown() {
    let robot = Made::new(60.0, layered, pressing(0.0, 60.0)).robot();
    // Pressing all the time, at rest too: nothing says what is bias.
    assert_eq!(
        robot.stats.state,
        Some(RobotState::Air),
        "nothing varies by 100 N"
    );
    let swinging = |t: f64| pressing(0.0, 60.0)(t).map(|f| f + 300.0 * (TAU * t / 2.0).sin());
    let robot = Made::new(60.0, layered, swinging).robot();
    assert_eq!(robot.stats.state, Some(RobotState::Contact));
    let bias = &robot.stats.bias["fx_1"];
    assert_eq!((bias.source, bias.value), (BiasSource::Unknown, None));
    assert_eq!(robot.stats.contact_source, Some(ContactSource::Motion));
    assert_eq!(robot.stats.forming, Default::default());
    assert_eq!(robot.stats.duty.unwrap().contact, 1.0);
}

#[test]
fn a_spiral_has_turns() {
    let spiral = |t: f64| {
        let angle = TAU * t / LAYER_S;
        let radius = RADIUS - 0.05 * t;
        [radius * angle.cos(), radius * angle.sin(), -0.1 * t]
    };
    let stats = Made::new(50.0, spiral, pressing(5.0, 50.0)).robot().stats;
    assert_eq!(stats.layers_reason, None);
    // Twelve turns and a half.
    assert_eq!(stats.layers.len(), 13);
    let complete = stats.layers.iter().filter(|l| l.complete);
    assert_eq!(complete.count(), 12);
    for (i, layer) in stats.layers.iter().enumerate().take(12) {
        let z = -0.1 * LAYER_S * (i as f64 + 0.5);
        assert!((layer.z_mm - z).abs() < 0.01, "{layer:?}");
    }
}

#[test]
fn other_robots_have_no_layers_and_say_why() {
    let mut flat = Made::new(
        30.0,
        |t| [100.0 * t.cos(), 100.0 * t.sin(), 5.0],
        pressing(5.0, 30.0),
    );
    let reason = |made: &Made| {
        let stats = made.robot().stats;
        assert!(stats.layers.is_empty());
        (stats.state.unwrap(), stats.layers_reason.unwrap())
    };
    let (state, why) = reason(&flat);
    assert_eq!(state, RobotState::Contact);
    assert!(
        why.starts_with("1 stretch at one position along the forming axis, and 3 are needed; "),
        "{why}"
    );
    flat.without = vec![2];
    let (state, why) = reason(&flat);
    assert_eq!(state, RobotState::Unknown);
    assert_eq!(why, "the layers of axis z need all positions of the robot");
    flat.without = vec![4];
    assert_eq!(reason(&flat).0, RobotState::Unknown);
    assert_eq!(flat.robot().stats.duty, None);
    let parked = Made::new(30.0, |_| [1.0, 2.0, 3.0], |_| BIAS);
    assert_eq!(
        reason(&parked),
        (RobotState::Parked, "the robot is parked".into())
    );
    let bias = &parked.robot().stats.bias["fx_1"];
    assert_eq!(bias.source, BiasSource::Parked);
}
